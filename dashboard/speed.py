"""How long requests take, by model and by channel: percentiles from counts of durations."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Value, When

from dashboard import sums
from dashboard.cut_names import called
from dashboard.periods import Range
from dashboard.team import TeamScope
from dashboard.usage_filter import CutFilter, Dim

SHARES = (0.5, 0.95, 0.99)
MOST = 100
Histogram = Counter[int]  # milliseconds, rounded down to two digits or whole seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeedLine:
    """Milliseconds at each of SHARES; of the first token only where it was measured."""

    name: str
    link: str
    requests: int
    whole: Sequence[int]
    first: Sequence[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Speed:
    by_model: Sequence[SpeedLine]
    by_channel: Sequence[SpeedLine]
    since: datetime | None


def speed(scope: TeamScope, filters: CutFilter) -> Speed | None:
    """None where the range is too long to be read row by row."""
    if not filters.is_short:
        return None
    found, since = _counted(scope, filters.range)
    return Speed(
        by_model=_lines(Dim.MODEL, 0, found, scope, filters),
        by_channel=_lines(Dim.CHANNEL, 1, found, scope, filters),
        since=since,
    )


Counts = Mapping[str, Mapping[tuple[object, object], Histogram]]


def _counted(scope: TeamScope, shown: Range) -> tuple[Counts, datetime | None]:
    """By model and channel (a number of its site), newest days first, until the budget ends."""
    roots = {pk: seen.feed.site.root_id for pk, seen in scope.feeds.items()}
    found: dict[str, Any] = {name: defaultdict(Counter) for name in ("duration", "first_ms")}
    calls = scope.rows().filter(scope.of_spend())

    def count(part: Range) -> None:
        inside = calls.filter(time__gte=part.since, time__lt=part.until).order_by()
        for name, counts in found.items():
            measured = inside.filter(**{f"{name}__gt": 0}).annotate(about=_rounded(name))
            columns = ("model", "channel", "feed", "about")
            grouped = measured.values(*columns).annotate(rows=Count("pk"))
            for model, channel, feed, about, rows in grouped.values_list(*columns, "rows"):
                counts[model, (roots[feed], channel)][about] += rows

    return found, sums.within_budget(shown, count)


def _rounded(name: str) -> Case:
    """Few enough values to count them: what a site tells in whole seconds stays as it is."""
    steps = ((1000, 10), (10_000, 100))
    whole = BigIntegerField()
    cases = [
        When(**{f"{name}__lt": below}, then=F(name) / Value(step) * Value(step))
        for below, step in steps
    ]
    return Case(*cases, default=F(name) / Value(1000) * Value(1000), output_field=whole)


def _lines(
    dim: Dim, place: int, found: Counts, scope: TeamScope, filters: CutFilter
) -> list[SpeedLine]:
    whole, first = (_by(found[name], place) for name in ("duration", "first_ms"))
    names = called(dim, whole, scope)
    lines = [
        SpeedLine(
            name=names[part].text,
            link=filters.rows(**names[part].asked) if names[part].asked else "",
            requests=counts.total(),
            whole=percentiles(counts),
            first=percentiles(first.get(part, Counter())),
        )
        for part, counts in whole.items()
    ]
    return sorted(lines, key=lambda line: -line.requests)[:MOST]


def _by(
    counts: Mapping[tuple[object, object], Histogram], place: int
) -> Mapping[object, Histogram]:
    found: dict[object, Histogram] = defaultdict(Counter)
    for key, histogram in counts.items():
        found[key[place]].update(histogram)
    return found


def percentiles(counts: Histogram) -> list[int]:
    """The least value that this share of the rows does not exceed."""
    wanted = [ceil(share * counts.total()) for share in SHARES]
    found: list[int] = []
    passed = 0
    for value in sorted(counts):
        passed += counts[value]
        while len(found) < len(wanted) and passed >= wanted[len(found)]:
            found.append(value)
    return found if counts else []
