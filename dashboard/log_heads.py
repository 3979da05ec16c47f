"""The head of a log table: what it is ordered by, and links to other orders."""

from collections.abc import Sequence

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.columns import Column
from dashboard.filters import UsageFilter
from dashboard.parameters import Order, Unit

CELL = '<th role="columnheader" class="{}"{}>{}</th>'
LAST = '<th role="columnheader" class="c-more"><span class="vh">{}</span></th>'
LINK = '<a class="sort" href="{}" title="{}">{}{}</a>'
ICON = '<svg class="i{}" aria-hidden="true"><use href="{}#sorted"/></svg>'


def head(columns: Sequence[Column], filters: UsageFilter) -> SafeString:
    cells = ((one.style, _sorted(one, filters), _words(one, filters)) for one in columns)
    return format_html(
        '<thead role="rowgroup"><tr role="row">{}{}</tr></thead>',
        *(format_html_join("", CELL, cells), format_html(LAST, _("Open"))),
    )


def _sorted(column: Column, filters: UsageFilter) -> SafeString:
    if column.order is None or not _is_current(column, filters):
        return SafeString()
    way = "ascending" if filters.order is Order.OLDEST else "descending"
    return format_html(' aria-sort="{}"', way)


def _words(column: Column, filters: UsageFilter) -> SafeString:
    label = column.label
    if column.word == "cost" and filters.unit is Unit.UNITS:
        label = _("Quota")
    if column.order is None:
        return format_html("<span>{}</span>", label)
    is_current = _is_current(column, filters)
    icon = SafeString()
    if is_current:
        turned = " up" if filters.order is Order.OLDEST else ""
        icon = format_html(ICON, turned, static("img/icons.svg"))
    order, title = _other_order(column, filters)
    href = filters.query_string(order=None if order is Order.NEWEST else order)
    return format_html(LINK, href, title, label, icon)


def _is_current(column: Column, filters: UsageFilter) -> bool:
    if column.order is Order.NEWEST:
        return filters.order in (Order.NEWEST, Order.OLDEST)
    return filters.order is column.order


def _other_order(column: Column, filters: UsageFilter) -> tuple[Order, str]:
    """Where the head leads: the other way round, or back to the newest."""
    if column.order is Order.NEWEST:
        is_newest = filters.order is Order.NEWEST
        return (Order.OLDEST, _("Oldest first")) if is_newest else (Order.NEWEST, _("Newest first"))
    if column.order is None or _is_current(column, filters):
        return Order.NEWEST, _("Newest first")
    return column.order, _("The 100 largest of the range")
