from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard.periods import Preset, Range, Step, buckets, of_days, of_preset

SHANGHAI, KOLKATA, BERLIN = map(ZoneInfo, ("Asia/Shanghai", "Asia/Kolkata", "Europe/Berlin"))
TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.TODAY, "2026-11-18", "2026-11-18"),
        (Preset.YESTERDAY, "2026-11-17", "2026-11-17"),
        (Preset.WEEK, "2026-11-12", "2026-11-18"),
        (Preset.DAYS_30, "2026-10-20", "2026-11-18"),
        (Preset.MONTH, "2026-11-01", "2026-11-18"),
        (Preset.LAST_MONTH, "2026-10-01", "2026-10-31"),
    ],
)
def test_a_preset_is_whole_business_days(preset, first, last):
    shown = of_preset(preset, TODAY, SHANGHAI)
    assert [str(shown.days()[0]), str(shown.days()[-1])] == [first, last]
    assert shown.is_whole_days


def test_a_day_begins_in_the_business_zone():
    shown = of_days(TODAY, TODAY, KOLKATA)
    assert shown.since.astimezone(UTC) == datetime(2026, 11, 17, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_has_as_many_hours_as_it_has(day, hours):
    shown = of_days(date.fromisoformat(day), date.fromisoformat(day), BERLIN)
    bars = buckets(shown)
    assert (bars.step, len(bars)) == (Step.HOUR, hours)
    assert [bars.index(start) for start in bars.starts] == list(range(hours))


@pytest.mark.parametrize(
    ("first", "step", "count"),
    [
        ("2026-11-17", "hour", 48),
        ("2026-11-16", "day", 3),
        ("2026-01-01", "week", 47),
        ("2025-01-15", "month", 23),
    ],
)
def test_the_step_follows_the_length(first, step, count):
    bars = buckets(of_days(date.fromisoformat(first), TODAY, SHANGHAI))
    assert (bars.step, len(bars)) == (step, count)


def test_a_moment_finds_its_bar():
    bars = buckets(of_days(date(2026, 11, 1), TODAY, SHANGHAI))
    late = datetime(2026, 11, 2, 15, 59, 59, tzinfo=UTC)
    assert bars.starts[bars.index(late)].date() == date(2026, 11, 2)


def test_an_end_at_midnight_touches_no_day_more():
    begin, end = (datetime(2026, 11, day, tzinfo=SHANGHAI) for day in (3, 4))
    assert Range(since=begin, until=end).days() == [date(2026, 11, 3)]
