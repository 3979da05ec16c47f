"""How the state of connections looks."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from dashboard import commas, type_names
from dashboard.completeness import Segment, State
from dashboard.links import Break
from dashboard.money import Amount
from dashboard.parameters import Unit
from dashboard.periods import Preset
from dashboard.strips import GridDay
from dashboard.templatetags.usage import day, money, shape, state_word
from providers import messages
from providers.models import Connection, Window

register = template.Library()

# y and height in pixels of a cell of the grid (the mockups' shapes)
_CELLS = {
    State.VERIFIED: (3, 8),
    State.MIRRORED: (6, 2),
    State.DIFFERS: (0, 14),
    State.PRUNED: (6, 2),
    State.MISSING: (3.5, 7),
    State.RUNNING: (3.5, 7),
}
_CELL_GAP = 0.25
_WORDS_OF_A_PICTURE = 5

problem = register.filter("problem", messages.problem)
reason = register.filter("reason", messages.reason)
vocabulary_name = register.filter("vocabulary_name", type_names.vocabulary_name)
vocabulary_meaning = register.filter("vocabulary_meaning", type_names.vocabulary_meaning)


@register.filter
def moment(when: datetime) -> str:
    """The day and the time, always both."""
    local = localtime(when)
    return _("%(day)s, %(time)s") % {"day": day(local), "time": f"{local:%H:%M}"}


@register.simple_tag
def span(since: datetime, until: datetime) -> str:
    """The day is said once where both ends share it."""
    begin, end = localtime(since), localtime(until)
    if begin.date() == end.date():
        return f"{moment(since)}–{end:%H:%M}"
    return f"{moment(since)} – {moment(until)}"


@register.filter
def window_word(window: Window) -> str:
    return state_word(State[window.state.upper()])


@register.simple_tag
def exact(amount: Amount | None) -> str:
    """As exact as a row's cost; in the site's own units where their worth is not known."""
    is_known = amount is None or amount.is_whole
    return money(amount, Unit.USD if is_known else Unit.UNITS, 6)


@register.simple_tag
def difference(amount: Amount | None) -> str:
    is_more = amount is not None and amount.units > 0
    return f"+{exact(amount)}" if is_more else exact(amount)


@register.simple_tag
def rows_of(connection: Connection, window: Window | Break) -> str:
    """The query string of the log page for the rows of a window, or around a break."""
    ends = {"since": window.since, "until": window.until}
    local = {name: f"{localtime(end):%Y-%m-%dT%H:%M:%S}" for name, end in ends.items()}
    return "?" + urlencode({"period": Preset.CUSTOM, **local, "connection": connection.pk})


@register.simple_tag
def strip(segments: Sequence[Segment], since: datetime, until: datetime) -> SafeString:
    begin = int(since.timestamp())
    whole = int(until.timestamp()) - begin
    drawn = sorted(segments, key=lambda part: part.state)  # the worst on top
    shapes = format_html_join("", "{}", ((shape(part, begin, whole),) for part in drawn))
    return _picture(shapes, _exceptions(segments))


@register.simple_tag
def hours(grid_day: GridDay) -> SafeString:
    whole = grid_day.until - grid_day.since
    shapes = [
        (
            hour.state.word,
            f"{100 * (hour.since - grid_day.since) / whole + _CELL_GAP:.2f}",
            f"{100 * hour.seconds / whole - 2 * _CELL_GAP:.2f}",
            *_CELLS[hour.state],
        )
        for hour in grid_day.hours
    ]
    rectangle = '<rect class="p-{}" x="{}%" width="{}%" y="{}" height="{}"/>'
    drawn = format_html_join("", rectangle, shapes)
    return _picture(drawn, f"{day(grid_day.day)}: {_exceptions(grid_day.hours)}")


def _picture(shapes: SafeString, sentence: str) -> SafeString:
    picture = '<svg class="proof" role="img" aria-label="{}">{}</svg>'
    return format_html(picture, sentence, shapes)


def _exceptions(segments: Sequence[Segment]) -> str:
    """What a picture says that is not the norm, the newest first."""
    if not segments:
        return _("nothing read")
    unusual = [part for part in segments if part.state is not State.VERIFIED]
    if not unusual:
        return state_word(State.VERIFIED)
    texts = [_stretch(part) for part in reversed(unusual)][:_WORDS_OF_A_PICTURE]
    more = len(unusual) > _WORDS_OF_A_PICTURE
    return commas.listed([*texts, "…"] if more else texts)


def _stretch(part: Segment) -> str:
    local = localtime(datetime.fromtimestamp(part.since, localtime().tzinfo))
    return _("%(state)s from %(time)s") % {"state": state_word(part.state), "time": moment(local)}
