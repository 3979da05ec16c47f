"""What the team's page of rows is made of: that of one's own log, with another scope."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.zone import business_zone
from dashboard import columns, people
from dashboard.chips import Chip
from dashboard.log_pages import OwnLogs
from dashboard.models import LogPage
from dashboard.team import TeamScope, team_scope
from dashboard.team_chips import team_chips
from dashboard.team_filter import TeamFilter
from dashboard.team_table import TeamTable
from dashboard.who import unmapped_users
from providers.models import Connection, Site, UsageLog


class TeamLogs(OwnLogs):
    """Every row that counts, for admins."""

    page = LogPage.TEAM
    row_page = "team_log"
    filter_class = TeamFilter
    offered = columns.TEAM
    pickers: ClassVar[Mapping[str, Any]] = {
        **{word: OwnLogs.pickers[word] for word in ("model", "key", "group", "type", "site")},
        "user": _("Upstream user"),
        "channel": _("Channel"),
    }

    @cached_property
    def filters(self) -> Any:
        return super().filters.knowing(self.known)

    @cached_property
    def known(self) -> people.Whose:
        return people.whose(business_zone())

    @cached_property
    def connections(self) -> list[Connection]:
        return []

    @cached_property
    def sites(self) -> Sequence[Site]:
        return list(Site.objects.order_by("name", "base_url"))

    @cached_property
    def members(self) -> Sequence[User]:
        return list(User.objects.order_by("name", "email"))

    @cached_property
    def unmapped(self) -> Any:
        return unmapped_users(self.filters.today)

    @cached_property
    def scope(self) -> TeamScope:
        return self._whole(self.filters)

    @cached_property
    def narrowed(self) -> TeamScope:
        narrowed: TeamScope = self.filters.narrow(self.scope)
        return narrowed

    def scope_of(self, filters: Any) -> TeamScope:
        narrowed: TeamScope = filters.narrow(self._whole(filters))
        return narrowed

    def _whole(self, filters: Any) -> TeamScope:
        return team_scope(self.person, business_zone(), self.moment, site=filters.site)

    @property
    def proving(self) -> TeamScope:
        return self.scope.of_proof()

    @cached_property
    def chips(self) -> list[Chip]:
        return team_chips(self.filters, self.members, self.sites)

    def table(self, rows: Sequence[UsageLog], **options: Any) -> TeamTable:
        return TeamTable(**self._of_table(rows), known=self.known, **options)
