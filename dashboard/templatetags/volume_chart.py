"""The histogram above the log table, drawn on the server: x in per cent, y in pixels."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.charts import day_text
from dashboard.completeness import Segment, State
from dashboard.filters import UsageFilter, local_text
from dashboard.periods import Range
from dashboard.volume import Bar

register = template.Library()

TOP, BOTTOM = 4.0, 52.0
FILL = 0.8  # of a slice's width
LABELS = 8
AT_THE_END = 0.9  # a label there ends at its place, so as to stay inside


@register.simple_tag
def volume_chart(
    bars: Sequence[Bar], segments: Iterable[Segment], filters: UsageFilter
) -> SafeString:
    """Each bar leads to its slice of the range."""
    if not any(bar.rows for bar in bars):
        return SafeString()
    return format_html(
        '<svg class="chart" height="68" role="group" aria-label="{}" data-edges="{}">'
        '<line class="axis" x1="0" x2="100%" y1="52.5" y2="52.5"/>{}{}{}</svg>',
        _("Rows per slice of the range; most: %d") % max(bar.rows for bar in bars),
        " ".join(local_text(edge) for edge in (*(bar.since for bar in bars), bars[-1].until)),
        format_html_join("", *_gaps(bars, segments)),
        format_html_join("", "{}", ((bar,) for bar in _bars(bars, filters))),
        format_html_join("", *_labels(bars)),
    )


@register.filter
def end_of(bars: Sequence[Bar]) -> datetime | None:
    return bars[-1].until if any(bar.rows for bar in bars) else None


def _bars(bars: Sequence[Bar], filters: UsageFilter) -> Iterator[SafeString]:
    """Errors sit on top."""
    scale, width = (BOTTOM - TOP) / max(bar.rows for bar in bars), 100 / len(bars)
    for place, bar in enumerate(bars):
        if bar.rows:
            x = (place + (1 - FILL) / 2) * width
            calls, errors = scale * (bar.rows - bar.errors), scale * bar.errors
            label = f"{_label(bar, bars)}, {bar.rows:,}"
            yield format_html(
                '<a href="{}" aria-label="{}"><title>{}</title>{}{}</a>',
                *(filters.of(Range(since=bar.since, until=bar.until)), label, label),
                _rect("f-one", x, width * FILL, BOTTOM - calls, calls),
                _rect("f-err", x, width * FILL, BOTTOM - calls - errors, errors),
            )


def _rect(style: str, x: float, width: float, y: float, height: float) -> SafeString:
    if not height:
        return SafeString()
    return format_html(
        '<rect class="{}" x="{}%" width="{}%" y="{}" height="{}"/>',
        *(style, f"{x:.2f}", f"{width:.2f}", f"{y:.1f}", f"{height:.1f}"),
    )


def _gaps(
    bars: Sequence[Bar], segments: Iterable[Segment]
) -> tuple[str, Iterator[tuple[str, str]]]:
    begin, end = bars[0].since.timestamp(), bars[-1].until.timestamp()
    missing = [part for part in segments if part.state is State.MISSING]
    uncounted = [bar.until.timestamp() for bar in bars if not bar.is_counted]
    if uncounted:
        missing.append(Segment(int(begin), int(uncounted[-1]), State.MISSING))
    return '<rect class="gap" x="{}%" width="{}%" y="4" height="48"/>', (
        (
            f"{100 * (part.since - begin) / (end - begin):.2f}",
            f"{100 * part.seconds / (end - begin):.2f}",
        )
        for part in missing
    )


def _labels(bars: Sequence[Bar]) -> tuple[str, Iterator[tuple[str, str, str, str]]]:
    """Of one day some hours, else some days."""
    places = [place for place, bar in enumerate(bars) if _is_one_day(bars) or _is_day(bar)]
    step = -(-len(places) // LABELS) or 1
    end = AT_THE_END * len(bars)
    return '<text class="{}" x="{}%" y="65" text-anchor="{}">{}</text>', (
        (
            "opt" if number % 2 or place > end else "",
            f"{100 * place / len(bars):.2f}",
            "end" if place > end else "start",
            _axis(bars[place], bars),
        )
        for number, place in enumerate(places[::step])
    )


def _is_one_day(bars: Sequence[Bar]) -> bool:
    return bars[-1].until - bars[0].since <= timedelta(hours=25)


def _is_day(bar: Bar) -> bool:
    return bar.since.hour == bar.since.minute == 0


def _axis(bar: Bar, bars: Sequence[Bar]) -> str:
    return f"{bar.since:%H:%M}" if _is_one_day(bars) else day_text(bar.since)


def _label(bar: Bar, bars: Sequence[Bar]) -> str:
    is_whole_day = bar.until - bar.since >= timedelta(hours=23)
    if _is_one_day(bars) or is_whole_day:
        return _axis(bar, bars)
    return f"{day_text(bar.since)} {bar.since:%H:%M}"
