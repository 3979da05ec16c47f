"""The team's log table: the log's, with whose each row is and through which channel it went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from dashboard import names
from dashboard.people import Whose
from dashboard.scope import Scope
from dashboard.team_filter import TeamFilter
from dashboard.templatetags.log_table import CLASSES, NOTHING, VALUE, LogTable, table_of
from dashboard.walk import Page
from providers.models import UsageDetail, UsageLog

register = template.Library()

ROW = (
    '<tr role="row"{}>'
    '<td role="cell" class="c-time">{}<b>{}</b></td>'
    '<td role="cell" class="c-site" title="{}">{}</td>'
    '<td role="cell" class="c-who">{}</td>'
    '<td role="cell" class="c-user muted">{}</td>'
    '<td role="cell" class="c-chan muted" title="{}">{}</td>'
    '<td role="cell" class="c-key">{}</td>'
    '<td role="cell" class="c-type">{}</td>'
    '<td role="cell" class="c-model">{}</td>'
    '<td role="cell" class="c-dur n">{}</td>'
    '<td role="cell" class="c-in n" data-k="{}">{}</td>'
    '<td role="cell" class="c-out n" data-k="{}">{}</td>'
    '<td role="cell" class="c-cache n muted" data-k="{}">{}</td>'
    '<td role="cell" class="c-cost n money">{}</td>'
    '<td role="cell" class="c-det">{}</td>'
    '<td role="cell" class="c-more">{}</td></tr>'
)


@register.simple_tag
def team_rows(
    page: Page,
    filters: TeamFilter,
    scope: Scope,
    excerpts: Mapping[int, str],
    known: Whose,
    sprite: str,
) -> SafeString:
    return _table(page.rows, filters, scope, excerpts, known, sprite).html()


@register.simple_tag
def open_team_row(
    row: UsageLog, filters: TeamFilter, scope: Scope, known: Whose, sprite: str
) -> SafeString:
    """One row above its slip."""
    table = _table([row], filters, scope, {}, known, sprite)
    table.is_open = True
    return table.html()


def _table(
    rows: list[UsageLog],
    filters: TeamFilter,
    scope: Scope,
    excerpts: Mapping[int, str],
    known: Whose,
    sprite: str,
) -> "TeamTable":
    plain = table_of(rows, filters, scope, excerpts, sprite)
    members = [known.member(row.user_id, row.key_id, _day(row, scope)) for row in rows]
    channels = UsageDetail.objects.filter(log__in=[row.pk for row in rows])
    named = channels.exclude(Q(channel_name=None) | Q(channel_name=""))
    return TeamTable(
        **{name: getattr(plain, name) for name in plain.__dataclass_fields__},
        members=members,
        people=_people(set(members)),
        users=names.texts_of(row.user_id for row in rows),
        channels={log: name or "" for log, name in named.values_list("log", "channel_name")},
    )


def _people(members: set[int | None]) -> Mapping[int, str]:
    known = User.objects.filter(pk__in=[pk for pk in members if pk is not None])
    return {member.pk: str(member) for member in known}


def _day(row: UsageLog, scope: Scope) -> Any:
    return row.time.astimezone(scope.zone).date()


@dataclass(kw_only=True)
class TeamTable(LogTable):
    """`members`: of each row, in their order."""

    members: list[int | None]
    people: Mapping[int, str]
    users: Mapping[int | None, str]
    channels: Mapping[int, str]
    page = "team_logs"
    row_page = "team_log"

    def html(self) -> SafeString:
        self._begin()
        return format_html_join("\n", ROW, self._team_lines())

    def _team_lines(self) -> Iterator[tuple[Any, ...]]:
        words = self.words
        for row, member in zip(self.rows, self.members, strict=True):
            seen = self.scope.feeds[row.feed_id]
            yield (
                CLASSES[self.is_open, self._is_call(row)],
                *self._time(row.time.astimezone(self.scope.zone)),
                *(seen.feed.site.base_url, str(seen.feed.site)),
                self._member(member),
                self._link("user", f"={self.users.get(row.user_id, '')}", self._user(row)),
                *self._channel(row),
                self._name("key", row.key_id),
                self._type(row),
                self._model(row.model_id),
                self._duration(row),
                *(words.prompt, self._count(row, row.prompt)),
                *(words.completion, self._count(row, row.completion)),
                *(words.cached, self._count(row, row.cached)),
                self._cost(row),
                self._details(row.pk),
                self._twist(row.pk),
            )

    def _user(self, row: UsageLog) -> str:
        return self.users.get(row.user_id, "")

    def _member(self, member: int | None) -> SafeString | str:
        return self._link("member", str(member), self.people.get(member or 0, ""))

    def _channel(self, row: UsageLog) -> tuple[str, SafeString | str]:
        if not row.channel:
            return "", NOTHING
        text = f"#{row.channel} {self.channels.get(row.pk, '')}".strip()
        return text, self._link("channel", str(row.channel), text)

    def _link(self, parameter: str, value: str, text: str) -> SafeString | str:
        if not text:
            return NOTHING
        href = self.filters.query_string(**{parameter: value, "request_id": None})
        title = self.words.only % {"name": text}
        return format_html(VALUE, reverse(self.page) + href, title, text)
