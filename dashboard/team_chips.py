"""The active filters of the team's log."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from dashboard.chips import Chip, chips, chips_of, chips_of_text, word_of
from dashboard.team_filter import NOBODY, TeamFilter
from providers.models import Site


def team_chips(filters: TeamFilter, members: Iterable[User], sites: Iterable[Site]) -> list[Chip]:
    people = {str(one.pk): str(one) for one in members} | {NOBODY: _("nobody")}
    return [
        *chips_of(filters, "member", _("Member"), word_of(people)),
        *chips_of_text(filters, "user", _("Upstream user")),
        *chips_of(filters, "channel", _("Channel"), str),
        *chips(filters, (), sites),
    ]
