"""The colours of models can be told apart, whoever looks: distances in OKLab × 100.

Seen without one kind of cone: the matrices of Machado, Oliveira and Fernandes (2009), severity 1.
"""

import math
import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest

STYLE = Path(__file__).resolve().parent.parent.parent / "static/css/app.css"
EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
LEAST = {"normal": 13, "protan": 9, "deutan": 9, "tritan": 6}
NEIGHBOURS, CONTRAST, CHROMA = 11, 3, 0.08
TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def token(name, theme):
    pair = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", STYLE.read_text()).groups()
    return [linear(int(pair[theme][n : n + 2], 16) / 255) for n in (1, 3, 5)]


def linear(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def lab(colour, eye="normal"):
    seen = [min(1, max(0, part)) for part in times(EYES[eye], colour)]
    return times(TO_LAB, [part ** (1 / 3) for part in times(TO_CONES, seen)])


def distance(one, other, eye):
    return 100 * math.dist(lab(one, eye), lab(other, eye))


def luminance(colour):
    return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


@pytest.fixture(params=[0, 1], ids=["light", "dark"])
def theme(request):
    return request.param


@pytest.fixture
def models(theme):
    return [token(f"m{number}", theme) for number in range(1, 11)]


@pytest.mark.parametrize("eye", EYES)
def test_each_is_another_colour(models, eye):
    assert min(distance(*two, eye) for two in combinations(models, 2)) >= LEAST[eye]
    assert min(distance(*two, eye) for two in pairwise(models)) >= NEIGHBOURS


def test_each_is_seen_on_paper_and_is_a_colour(models, theme):
    paper = luminance(token("paper", theme)) + 0.05
    for colour in models:
        light, dark = sorted((luminance(colour) + 0.05, paper), reverse=True)
        assert light / dark >= CONTRAST
        assert math.hypot(*lab(colour)[1:]) >= CHROMA
