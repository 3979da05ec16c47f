"""Every setting is explained, and nothing is explained that is no setting."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = (ROOT / ".env.example").read_text()
READS = re.compile(
    r"(?:environment\.\w+|\btext|\bwords|\bnumber|\bflag|\bsecret|environ\.get|environ\.setdefault)"
    r"\(\s*\"([A-Z][A-Z_]+)\""
)
NAMED = re.compile(r"\bname = \"(TOLLBOOK_[A-Z_]+)\"")
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "PATH"}
ONLY_COMPOSE = {"TOLLBOOK_PUBLISH"}


def read_names():
    names = set()
    for path in [*(ROOT / "dashboard").rglob("*.py"), ROOT / "manage.py"]:
        names |= set(READS.findall(path.read_text())) | set(NAMED.findall(path.read_text()))
    return names - NOT_SETTINGS


def example_names():
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.M))


def test_every_setting_is_in_the_example():
    assert read_names() - example_names() == set()


def test_every_line_of_the_example_is_a_setting():
    assert example_names() - read_names() == ONLY_COMPOSE


def test_every_setting_is_explained():
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[A-Z][A-Z_]+=", line):
            assert re.match(r"# \S|#?[A-Z][A-Z_]+=", lines[number - 1]), line


@pytest.mark.parametrize("place", ["README.md"])
def test_the_table_of_settings_is_complete(place):
    text = (ROOT / place).read_text()
    assert {name for name in example_names() if f"`{name}`" not in text} == set()
