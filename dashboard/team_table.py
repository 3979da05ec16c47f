"""The team's log table: the log's, with whose each row is and through which channels it went."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from accounts.models import User
from dashboard import names
from dashboard.log_table import NOTHING, Cell, LogTable
from dashboard.people import Whose
from dashboard.ratios import other_of
from providers.models import UsageDetail, UsageLog

ARROW = " → "


@dataclass(kw_only=True)
class TeamTable(LogTable):
    known: Whose
    page = "team_logs"
    row_page = "team_log"

    @cached_property
    def _makers(self) -> Mapping[str, Callable[[UsageLog], Cell]]:
        return {
            **super()._makers,
            "member": lambda row: (self._member(row),),
            "user": lambda row: (self._user(row),),
            "channel": self._channel,
            "retry": lambda row: (self._tried.get(row.pk) or NOTHING,),
        }

    @cached_property
    def _members(self) -> Mapping[int, int | None]:
        member = self.known.member
        return {row.pk: member(row.user_id, row.key_id, self._day(row)) for row in self.rows}

    @cached_property
    def _people(self) -> Mapping[int | None, str]:
        wanted = {pk for pk in self._members.values() if pk is not None}
        return {one.pk: str(one) for one in User.objects.filter(pk__in=wanted)}

    @cached_property
    def _users(self) -> Mapping[int | None, str]:
        return names.texts_of(row.user_id for row in self.rows)

    @cached_property
    def _channels(self) -> Mapping[int, str]:
        named = self._details_of("channel_name").exclude(channel_name="")
        return {log: name or "" for log, name in named.values_list("log", "channel_name")}

    @cached_property
    def _tried(self) -> Mapping[int, str]:
        """More than one, in their order: what only admins of a site are told."""
        rows = self._details_of("other").values_list("log", "other")
        return {log: _channels_tried(other) for log, other in rows}

    def _details_of(self, column: str) -> QuerySet[UsageDetail]:
        details = UsageDetail.objects.filter(log__in=[row.pk for row in self.rows])
        return details.exclude(**{column: None})

    def _site(self, row: UsageLog) -> Cell:
        site = self.scope.feeds[row.feed_id].feed.site
        return site.base_url, self._link("site", str(site.pk), str(site))

    def _member(self, row: UsageLog) -> SafeString | str:
        member = self._members[row.pk]
        return self._link("member", str(member), self._people.get(member, ""))

    def _user(self, row: UsageLog) -> SafeString | str:
        text = self._users.get(row.user_id, "")
        return self._link("user", f"={text}", text)

    def _channel(self, row: UsageLog) -> Cell:
        if not row.channel:
            return "", NOTHING
        text = f"#{row.channel} {self._channels.get(row.pk, '')}".strip()
        return text, self._link("channel", str(row.channel), text)


def _channels_tried(other: str | None) -> str:
    admin_info = other_of(other).get("admin_info")
    tried = admin_info.get("use_channel") if isinstance(admin_info, dict) else None
    if not isinstance(tried, list) or len(tried) < 2:
        return ""
    return ARROW.join(f"#{channel}" for channel in tried)
