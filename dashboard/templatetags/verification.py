"""How windows, and what came of verifying them again, look."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard import type_names
from dashboard.completeness import State
from dashboard.filters import Cursor
from dashboard.quarantine import QuarantineFilter
from dashboard.sources import Source
from dashboard.templatetags.usage import state_word
from dashboard.window_filter import WindowFilter
from providers import messages
from providers.models import CheckedRow, Window
from providers.sync.differences import Side
from providers.vocabulary import VOCABULARIES

register = template.Library()

explanation = register.filter("explanation", messages.explanation)


@register.simple_tag
def windows_link(filters: WindowFilter, **changes: object) -> str:
    """The query string of the same page with something changed."""
    return filters.query_string(**changes)


@register.simple_tag
def older_link(filters: QuarantineFilter, before: Cursor) -> str:
    return filters.query_string(before=before)


@register.filter
def window_key(window: Window) -> str:
    """Its place: the record of a window is made anew when it is read again."""
    return f"{window.feed_id}-{window.span.since}"


@register.simple_tag
def window_url(window: Window, name: str = "window") -> str:
    return reverse(name, args=[window.feed_id, window.span.since])


@register.filter
def state_name(state: str) -> str:
    return state_word(State[state.upper()])


@register.filter
def side_word(row: CheckedRow) -> str:
    if row.side == Side.MISSING_HERE:
        return _("was missing here")
    return _("is gone upstream")


@register.simple_tag
def type_word(source: Source, number: int) -> str:
    vocabulary = VOCABULARIES[source.feed.site.vocabulary]
    return type_names.type_name(vocabulary.name(number), number)
