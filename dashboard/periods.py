"""Stretches of business time: the presets of a page, and the buckets of a chart."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
HOURLY_DAYS = 2  # a range of up to so many days is drawn by the hour
DAILY_DAYS = 62  # beyond, by the week
WEEKLY_DAYS = 400  # beyond, by the month
FROM_ROWS_DAYS = 7  # hours are summed from the rows, of at most so many days


class Preset(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "7d"
    DAYS_30 = "30d"
    MONTH = "month"
    LAST_MONTH = "last_month"
    CUSTOM = "custom"


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Half-open, aware times of the business zone."""

    since: datetime
    until: datetime

    @property
    def is_whole_days(self) -> bool:
        return self.since == midnight(self.since) and self.until == midnight(self.until)

    @property
    def seconds(self) -> int:
        return int(self.until.timestamp()) - int(self.since.timestamp())

    def days(self) -> list[date]:
        """Every business day that the range touches."""
        first, last = self.since.date(), (self.until - timedelta(microseconds=1)).date()
        return [first + number * DAY for number in range((last - first).days + 1)]


def midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(), moment.tzinfo)


def of_days(first: date, last: date, zone: ZoneInfo) -> Range:
    """Both days included."""
    since = datetime.combine(first, time(), zone)
    return Range(since=since, until=datetime.combine(last + DAY, time(), zone))


def of_preset(preset: Preset, today: date, zone: ZoneInfo) -> Range:
    month = today.replace(day=1)
    first, last = {
        Preset.TODAY: (today, today),
        Preset.YESTERDAY: (today - DAY, today - DAY),
        Preset.WEEK: (today - 6 * DAY, today),
        Preset.DAYS_30: (today - 29 * DAY, today),
        Preset.MONTH: (month, today),
        Preset.LAST_MONTH: ((month - DAY).replace(day=1), month - DAY),
    }[preset]
    return of_days(first, last, zone)


def before(shown: Range) -> Range:
    """The range of as many days that ends where this one begins."""
    days = len(shown.days())
    return Range(since=shown.since - days * DAY, until=shown.since)


def so_far(shown: Range, now: datetime) -> Range:
    """What of the range before is as old as what of this one has passed."""
    earlier = before(shown)
    if now >= shown.until:
        return earlier
    passed = now.astimezone(shown.since.tzinfo) - len(shown.days()) * DAY
    return Range(since=earlier.since, until=max(earlier.since, passed))


class Step(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class Buckets:
    """The bars of a chart: where each begins, and where the last ends."""

    step: Step
    starts: tuple[datetime, ...]
    until: datetime

    def index(self, moment: datetime) -> int:
        """The bucket of a moment inside the range."""
        place = bisect_right(self.starts, moment.timestamp(), key=datetime.timestamp)
        return max(0, place - 1)

    def end(self, index: int) -> datetime:
        later = (*self.starts, self.until)
        return later[index + 1]

    def __len__(self) -> int:
        return len(self.starts)


# Fewest and most days of a range that can be drawn so.
_DAYS_OF_STEP = {
    Step.HOUR: (1, FROM_ROWS_DAYS),
    Step.DAY: (2, WEEKLY_DAYS),
    Step.WEEK: (8, 2 * WEEKLY_DAYS),
    Step.MONTH: (32, 100_000),
}


def steps(shown: Range) -> list[Step]:
    """Those that make sense of a range."""
    days = len(shown.days())
    return [step for step, (least, most) in _DAYS_OF_STEP.items() if least <= days <= most]


def buckets(shown: Range, asked: Step | None = None) -> Buckets:
    """By the step that was asked for where it makes sense, else by the fitting one."""
    days = shown.days()
    step = asked if asked in steps(shown) else _step(len(days))
    if step is Step.HOUR:
        return Buckets(step=Step.HOUR, starts=_hours(shown), until=shown.until)
    firsts = (day for day in days if day == days[0] or _begins(day, step))
    starts = (datetime.combine(day, time(), shown.since.tzinfo) for day in firsts)
    return Buckets(step=step, starts=tuple(starts), until=shown.until)


def _step(days: int) -> Step:
    if days <= HOURLY_DAYS:
        return Step.HOUR
    if days <= DAILY_DAYS:
        return Step.DAY
    return Step.WEEK if days <= WEEKLY_DAYS else Step.MONTH


def _begins(day: date, step: Step) -> bool:
    match step:
        case Step.WEEK:
            return day.weekday() == 0
        case Step.MONTH:
            return day.day == 1
    return True


def _hours(shown: Range) -> tuple[datetime, ...]:
    """Counted from the beginning in seconds, so that a day of 23 or 25 hours has as many."""
    begin = int(shown.since.timestamp())
    seconds = range(begin, int(shown.until.timestamp()), 3600)
    return tuple(datetime.fromtimestamp(second, shown.since.tzinfo) for second in seconds)
