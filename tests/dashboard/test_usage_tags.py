import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dashboard.completeness import Segment, State
from dashboard.templatetags import connections, usage

BEGIN = 1_000_000_000


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1, 4, "25.0 %"),
        (0, 4, "0.0 %"),
        (1, 100_000, "< 0.1 %"),
        (-1, 100_000, "0.0 %"),
        (1, 0, "—"),
    ],
)
def test_a_share_that_is_not_zero_does_not_look_like_it(part, whole, text):
    assert usage.share(Decimal(part), Decimal(whole)) == text


@pytest.mark.parametrize(
    ("value", "whole", "text"),
    [
        (9_999_999, 0, "9,999,999"),
        (10_000_000, 0, "10.0 M"),
        (8_091_671, 50_100_000, "8.1 M"),
        (99_999, 50_100_000, "99,999"),
        (8_091_671, 9_000_000, "8,091,671"),
    ],
)
def test_parts_are_written_like_their_whole(value, whole, text):
    assert usage.compact(value, whole) == text


def ends_of(picture):
    shapes = re.findall(r' x="([\d.]+)%" width="([\d.]+)%"', picture)
    return [(float(x), float(x) + float(width)) for x, width in shapes]


def test_a_strip_stays_inside_its_picture():
    last = Segment(BEGIN + 999_999, BEGIN + 1_000_000, State.RUNNING)
    parts = [Segment(BEGIN, BEGIN + 999_999, State.VERIFIED), last]
    since, until = (datetime.fromtimestamp(BEGIN + end, UTC) for end in (100, 1_000_000))
    for picture in (usage.proof(parts), connections.strip(parts, since, until)):
        assert all(0 <= begin < end <= 100 for begin, end in ends_of(picture))


def test_the_legend_shows_every_state():
    assert len(usage.proof_key()) == len(State)
