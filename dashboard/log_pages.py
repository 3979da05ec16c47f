"""What a page of rows is made of: a person's own log. `team_log_pages.py` is the team's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.zone import business_zone
from dashboard import columns, facets, queries, tail
from dashboard.chips import Chip, chips
from dashboard.columns import Column
from dashboard.completeness import Completeness, completeness
from dashboard.facets import Facet, Found
from dashboard.filters import UsageFilter
from dashboard.last_minute import last_minute, minute_of
from dashboard.log_table import LogTable
from dashboard.models import LogPage, SavedView, TableSettings
from dashboard.parameters import MORE_NAMED, SIZES
from dashboard.periods import Preset
from dashboard.scope import Scope, connections_of, scope_of, sites_of
from dashboard.tail import Follow
from dashboard.values import NONE
from dashboard.volume import figures
from dashboard.walk import Page
from providers.models import Connection, Site, UsageLog


@dataclass
class OwnLogs:
    """A person's own rows. The names of its addresses begin with `page`."""

    person: User
    query: QueryDict
    moment: datetime
    page: ClassVar[LogPage] = LogPage.OWN
    row_page: ClassVar[str] = "log"
    filter_class: ClassVar[type[UsageFilter]] = UsageFilter
    offered: ClassVar[Sequence[Column]] = columns.OWN
    pickers: ClassVar[Mapping[str, Any]] = {
        "model": _("Model"),
        "key": _("API key"),
        "group": _("Group"),
        "type": _("Type"),
        "site": _("Site"),
        "connection": _("Connection"),
    }

    @property
    def is_team(self) -> bool:
        return self.page == LogPage.TEAM

    @property
    def totals_page(self) -> str:
        return f"{self.page}_totals"

    @property
    def values_page(self) -> str:
        return f"{self.page}_values"

    @property
    def tail_page(self) -> str:
        return f"{self.page}_tail"

    @property
    def export_page(self) -> str:
        return f"{self.page}_export"

    @cached_property
    def settings(self) -> TableSettings:
        return TableSettings.of(self.person, self.page)

    @cached_property
    def filters(self) -> Any:
        zone = business_zone()
        asked = self.filter_class.from_query(
            self.query, now=self.moment, zone=zone, default=Preset.TODAY
        )
        return replace(asked, usual_size=self.settings.size)

    @cached_property
    def connections(self) -> list[Connection]:
        return connections_of(self.person)

    @cached_property
    def sites(self) -> Sequence[Site]:
        return sites_of(self.connections)

    @cached_property
    def scope(self) -> Scope:
        """Everything that the person may see here, at the sites in question."""
        return self.scope_of(self.filters)

    def scope_of(self, filters: Any) -> Scope:
        return scope_of(
            self.person,
            self.connections,
            business_zone(),
            only=filters.connection,
            site=filters.site,
        )

    @property
    def proving(self) -> Scope:
        """The feeds whose windows say how complete that is."""
        return self.scope

    @property
    def narrowed(self) -> Scope:
        """Of it what daily sums and rows are narrowed by alike, beside the condition."""
        return self.scope

    def found_by(self, filters: Any) -> Found:
        scope = self.narrowed if filters is self.filters else self.scope_of(filters)
        condition = queries.condition(filters, scope)
        return Found(filters, scope, scope.rows().filter(condition), condition)

    @cached_property
    def found(self) -> Found:
        return self.found_by(self.filters)

    @cached_property
    def chips(self) -> list[Chip]:
        return chips(self.filters, self.connections, self.sites)

    @property
    def has_feeds(self) -> bool:
        return bool(self.scope.feeds or self.connections)

    @property
    def has_last_minute(self) -> bool:
        return minute_of(self.filters, self.proving, self.moment) is not None

    @property
    def can_follow(self) -> bool:
        return bool(self.filters.can_follow(self.moment))

    def other_parameters(self) -> list[tuple[str, str]]:
        """Of a form that has no field for them."""
        return parse_qsl(self.filters.query_string()[1:])

    def column_choices(self) -> list[tuple[Column, bool]]:
        offered = columns.offered_to(self.offered, shows_texts=self.scope.shows_texts)
        return [(column, column in self.shown_columns) for column in offered]

    @cached_property
    def shown_columns(self) -> list[Column]:
        chosen, shows_texts = self.settings.columns, self.scope.shows_texts
        return columns.columns_of(self.offered, chosen, shows_texts=shows_texts)

    def table(self, rows: Sequence[UsageLog], **options: Any) -> LogTable:
        return LogTable(**self._of_table(rows), **options)

    def _of_table(self, rows: Sequence[UsageLog]) -> dict[str, Any]:
        has_ips = any(column.word == "ip" for column in self.shown_columns)
        return {
            "rows": rows,
            "columns": self.shown_columns,
            "filters": self.filters,
            "scope": self.scope,
            "excerpts": queries.excerpts(rows, self.scope),
            "ips": queries.ips(rows, self.scope) if has_ips else {},
            "is_roomy": self.settings.is_roomy,
        }

    def rows(self) -> Page:
        if self.filters.request_id:
            return queries.with_request_id(self.narrowed.rows(), self.filters)
        return queries.page(self.found.rows, self.filters, self.scope)

    def of_page(self) -> dict[str, Any]:
        """All but what is counted."""
        page = self.rows()
        nearest = None
        if not page.rows and not self.filters.request_id:
            nearest = queries.nearest_before(self.found.rows, self.filters, self.scope)
        return {
            "logs": self,
            "filters": self.filters,
            "scope": self.scope,
            "page": page,
            "table": self.table(page.rows),
            "nearest": nearest,
            "complete": None if page.rows else self.complete,
            "views": self._views(),
            "sizes": SIZES,
            "follow": self.follow(page.rows),
        }

    def _views(self) -> QuerySet[SavedView]:
        visible = SavedView.objects.visible_to(self.person).filter(page=self.page)
        return visible.select_related("owner")

    def of_figures(self) -> dict[str, Any]:
        """What is counted: all of it follows the filter."""
        found = self.found
        return {
            "logs": self,
            "filters": self.filters,
            "figures": figures(self.filters, found.scope, found.rows, found.condition, self.moment),
            "last_minute": last_minute(self.filters, self.proving, found.rows, self.moment),
            "complete": self.complete,
            "suggestions": queries.suggestions(self.scope, self.filters.range),
        }

    @cached_property
    def complete(self) -> Completeness:
        return completeness(self.proving, self.filters.range, self.moment)

    def facet(self, column: str) -> Facet:
        chosen = self.filters.values(column)
        return facets.facet(column, chosen, self.found_by(self._without(column)))

    def _without(self, column: str) -> Any:
        if column in MORE_NAMED:
            kept = tuple(one for one in self.filters.more if one[0] != column)
            return replace(self.filters, more=kept)
        return replace(self.filters, **{column: NONE})

    def follow(self, rows: Sequence[UsageLog], permit: str = "") -> Follow | None:
        """Where rows are shown as they come."""
        if not self.filters.is_live or not self.can_follow:
            return None
        permit = permit or tail.permit_of(self.person, self.page, self.filters)
        return tail.follow(permit, rows)
