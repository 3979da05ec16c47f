"""How numbers, times and stretches of time look."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dashboard import commas, completeness
from dashboard.completeness import Segment, State
from dashboard.money import MINUS, Amount, decimal_text, rounded, usd_text
from dashboard.parameters import Unit
from dashboard.periods import Range
from dashboard.runway import Runway

register = template.Library()

listed = register.filter("listed", commas.listed)

NOTHING = "—"
COMPACT_FROM, COMPACT_PART_FROM = 10_000_000, 100_000
HOUR, DAY = 3600, 86400
_SMALLEST_SHARE = Decimal("0.1")

# x and width in per cent, y and height in pixels (the mockups' shapes)
_SHAPES = {
    State.VERIFIED: ("3", "4"),
    State.MIRRORED: ("5", "2"),
    State.DIFFERS: ("0", "10"),
    State.PRUNED: ("5", "2"),
    State.MISSING: ("1.5", "7"),
    State.RUNNING: ("3.5", "4"),
}
_NARROWEST = 0.25
_NARROWEST_FRAME = 0.6  # what runs is drawn as a frame, and is the norm: left out where it is tiny
# The legend: the norm first, and what each state looks like in a picture of 16 units.
_KEY = (
    Segment(0, 16, State.VERIFIED),
    Segment(0, 16, State.MIRRORED),
    Segment(6, 10, State.DIFFERS),
    Segment(0, 16, State.PRUNED),
    Segment(0, 16, State.MISSING),
    Segment(0, 16, State.RUNNING),
)


@register.filter
def number(value: int | None) -> str:
    return NOTHING if value is None else decimal_text(Decimal(value), 0)


@register.filter
def compact(value: int, whole: int = 0) -> str:
    """Large counts in millions, and parts of a large `whole`; say the exact number in a title."""
    is_large = max(abs(value), abs(whole)) >= COMPACT_FROM
    if not is_large or abs(value) < COMPACT_PART_FROM:
        return number(value)
    return _("%(count)s M") % {"count": decimal_text(Decimal(value) / 1_000_000, 1)}


@register.filter
def share(part: Decimal | int, whole: Decimal | int) -> str:
    """What is not zero does not look like it."""
    if not whole:
        return NOTHING
    percent = Decimal(100 * part) / whole
    is_tiny = 0 < percent < _SMALLEST_SHARE
    return f"< {_SMALLEST_SHARE} %" if is_tiny else f"{decimal_text(percent, 1)} %"


@register.filter
def change(value: Decimal | int, before: Decimal | int) -> str:
    """In per cent, always with a sign; on nothing there is none."""
    if before <= 0:
        return NOTHING
    text = decimal_text(100 * (Decimal(value) - before) / before, 1)
    return f"{text} %" if text.startswith((MINUS, "0.0")) else f"+{text} %"


@register.filter
def places(value: Decimal, most: int = 6) -> str:
    """A factor or a product, without the zeros at its end."""
    text = f"{rounded(value, most):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.simple_tag
def money(amount: Amount | None, unit: Unit, decimals: int) -> str:
    """A lower bound says so; what is unknown is not zero."""
    if amount is None:
        return NOTHING
    if unit is Unit.UNITS:
        return decimal_text(Decimal(amount.units), 0)
    if amount.is_whole:
        return usd_text(amount.usd, decimals)
    return f"≥ {usd_text(amount.usd, decimals)}" if amount.usd else NOTHING


@register.filter
def clock(moment: datetime | None) -> str:
    """The time; with the day where that is not today."""
    if moment is None:
        return NOTHING
    local = localtime(moment)
    if local.date() == localtime(now()).date():
        return f"{local:%H:%M}"
    return _("%(day)s, %(time)s") % {"day": day(local), "time": f"{local:%H:%M}"}


@register.filter
def day(moment: date) -> str:
    """With the year where that is not the present one."""
    if moment.year == localtime(now()).year:
        return date_format(moment, pgettext("format of a day and month", "j M"))
    return date_format(moment, pgettext("format of a day, month and year", "j M Y"))


@register.filter
def range_text(shown: Range) -> str:
    """The days that a range touches."""
    days = shown.days()
    return day(days[0]) if len(days) == 1 else f"{day(days[0])} – {day(days[-1])}"


@register.filter
def duration(seconds: int) -> str:
    if seconds >= 2 * DAY:
        count = round(seconds / DAY)
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    if seconds >= HOUR:
        return _("%(count)d h") % {"count": round(seconds / HOUR)}
    return _("%(count)d min") % {"count": max(1, round(seconds / 60))}


@register.filter
def lasts(found: Runway) -> str:
    """How long a balance is good for; what nobody knows is not zero."""
    if found.days is None:
        return NOTHING
    if found.is_long:
        return _("over a year")
    if not found.days:
        return _("less than a day")
    return ngettext("%(count)d day", "%(count)d days", found.days) % {"count": found.days}


@register.filter
def state_word(state: State) -> str:
    return {
        State.VERIFIED: _("verified"),
        State.MIRRORED: _("mirrored"),
        State.RUNNING: _("running"),
        State.PRUNED: _("pruned upstream"),
        State.MISSING: _("missing"),
        State.DIFFERS: _("differs"),
    }[state]


@register.simple_tag
def proof(segments: Sequence[Segment], until: datetime | None = None) -> SafeString:
    """The strip that shows what is known about each stretch of a range. `until`: where the chart
    above it ends."""
    if not segments:
        return SafeString()
    begin = segments[0].since
    whole = (int(until.timestamp()) if until else segments[-1].until) - begin
    shapes = format_html_join(
        "", "{}", ((shape(part, begin, whole),) for part in completeness.coarse(segments))
    )
    return format_html(
        '<svg class="proof" role="img" aria-label="{}">{}</svg>', _sentence(segments), shapes
    )


def shape(part: Segment, begin: int, whole: int) -> SafeString:
    """What of it is inside the picture, wide enough to be seen."""
    left, right = (100 * (end - begin) / whole for end in (part.since, part.until))
    if part.state is State.RUNNING and right - left < _NARROWEST_FRAME:
        return SafeString()
    width = max(_NARROWEST, min(right, 100) - max(left, 0))
    x = max(0, min(left, 100 - width))
    return format_html(
        '<rect class="p-{}" x="{}%" width="{}%" y="{}" height="{}"/>',
        *(part.state.word, f"{x:.2f}", f"{width:.2f}", *_SHAPES[part.state]),
    )


def _sentence(segments: Sequence[Segment]) -> str:
    seconds = dict.fromkeys(sorted({part.state for part in segments}), 0)
    for part in segments:
        seconds[part.state] += part.seconds
    known = sum(seconds.values())
    shares = (
        f"{state_word(state)} {decimal_text(Decimal(100 * length) / known, 1)} %"
        for state, length in seconds.items()
    )
    return _("Completeness of this range: %(shares)s") % {"shares": commas.listed(shares)}


@register.simple_tag
def proof_key() -> list[tuple[SafeString, str]]:
    """The legend of the strips."""
    return [
        (
            format_html('<svg aria-hidden="true">{}</svg>', shape(part, 0, 16)),
            state_word(part.state),
        )
        for part in _KEY
    ]
