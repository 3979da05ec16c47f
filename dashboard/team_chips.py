"""The active filters of the team's log."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from accounts.models import User
from dashboard.chips import Chip, chips
from dashboard.team_filter import NOBODY, TeamFilter
from providers.models import Site


def team_chips(filters: TeamFilter, members: Iterable[User]) -> list[Chip]:
    found = [*_of_team(filters, members), *_of_site(filters)]
    return [
        *(Chip(label, value, filters.query_string(**{name: None})) for name, label, value in found),
        *(chip for chip in chips(filters, ()) if chip.label != _("Site is")),
    ]


def _of_team(filters: TeamFilter, members: Iterable[User]) -> Iterator[tuple[str, str, str]]:
    if filters.member == NOBODY:
        yield "member", _("Member is"), _("nobody")
    elif filters.member:
        named = [str(one) for one in members if str(one.pk) == filters.member]
        yield "member", _("Member is"), named[0] if named else _("unknown")
    if filters.user:
        is_exact = filters.user.startswith("=")
        label = _("Upstream user is") if is_exact else _("Upstream user contains")
        yield "user", label, filters.user.lstrip("=")
    if filters.channel:
        yield "channel", _("Channel is"), filters.channel


def _of_site(filters: TeamFilter) -> Iterator[tuple[str, str, str]]:
    if filters.site:
        site = Site.objects.filter(pk=filters.site).first()
        yield "site", _("Site is"), str(site) if site else _("unknown")
