"""A made-up site whose past is made when it starts, and whose rows go on arriving."""

from collections.abc import Iterable, Iterator

from dashboard.demo import team
from dashboard.demo.fate import REVOKED
from dashboard.demo.plan import Plan
from dashboard.demo.team import DAY, MadeUpSite
from tests.demo.calls import day_of, rows_of_day
from tests.demo.tills import Till
from tests.upstream.profiles import PROFILES
from tests.upstream.rows import Row
from tests.upstream.site import Site
from tests.upstream.traffic import CONSUMED
from tests.upstream.world import Account, Key, Settings, World

NOBODY = 999_999


class Gateway:
    def __init__(self, made_up: MadeUpSite, plan: Plan, now: int) -> None:
        self.site = Site(PROFILES[made_up.profile], _world(made_up, plan))
        self._made_up, self._plan = made_up, plan
        self._tills = {
            owner.id: Till(made_up, owner, self.site.account(owner.id))
            for owner in made_up.accounts
        }
        self._next_day = day_of(plan.founded_at - made_up.days_old * DAY)
        self._coming: list[Row] = []  # in the order of their times
        self.go_on(now)
        self._dispute()
        if plan.is_filled:
            self.site.delete_before(plan.founded_at - made_up.rows_kept_days * DAY)

    def go_on(self, now: int) -> None:
        """Let everything arrive that has happened up to `now`."""
        while self._next_day <= day_of(now) + 1:  # a row may come a little before its day
            self._coming += self._rows_of(self._next_day)
            self._next_day += 1
            self._coming.sort(key=lambda row: row.created_at)
        arrived = [row for row in self._coming if row.created_at <= now]
        self._coming = self._coming[len(arrived) :]
        with self.site.lock:
            self.site.restore(self._paid(arrived))

    def _rows_of(self, day: int) -> Iterator[Row]:
        for owner in self._made_up.accounts:
            yield from rows_of_day(owner, day, self._plan.founded_at)

    def _paid(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            yield from self._tills[row.user_id].take(row)

    def _dispute(self) -> None:
        """A row that nobody's list shows but a name's statistic counts, in the second of another:
        so it cannot be told from a mistake of the site."""
        if self._made_up is not team.DISPUTED_SITE:
            return
        since = self._plan.founded_at - team.DISPUTED_DAYS * DAY
        shown = self.site.named(team.DISPUTED_ACCOUNT).rows
        twin = next(row for row in shown if row.type == CONSUMED and row.created_at >= since)
        hidden = Row(
            created_at=twin.created_at,
            user_id=NOBODY,
            username=team.DISPUTED_ACCOUNT,
            quota=team.DISPUTED_UNITS,
        )
        self.site.restore([hidden])


def _world(made_up: MadeUpSite, plan: Plan) -> World:
    members = {
        "system_name": made_up.name,
        "quota_per_unit": made_up.units_per_usd,
        "quota_display_type": made_up.display,
    }
    return World(
        accounts=[_account(made_up, owner, plan) for owner in made_up.accounts],
        keys=[
            Key(id=key.id, user_id=owner.id, name=key.name)
            for owner in made_up.accounts
            for key in owner.keys
        ],
        settings=Settings(status=members),
    )


def _account(made_up: MadeUpSite, owner: team.Account, plan: Plan) -> Account:
    """Whoever stopped is refused once the past is mirrored."""
    refused = {access.account for access in team.stopped() if access.site is made_up}
    is_refused = plan.is_filled and owner.name in refused
    token = REVOKED * is_refused + owner.token
    return Account(id=owner.id, username=owner.name, token=token, quota=owner.top_up)
