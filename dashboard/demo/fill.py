"""Fill the database of a demonstration: people, connections, and what the sync itself reads from
the made-up sites. The rows, their windows and verdicts come the way that all rows come."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from accounts import zone
from accounts.models import Installation, User
from accounts.people import NewPerson
from dashboard.demo import balances, fate, team
from dashboard.demo.plan import Plan
from dashboard.demo.team import Access
from providers import connections
from providers.adapters.records import Secret, utc
from providers.connections import Draft
from providers.models import Connection, Feed, Window
from providers.sync import hourly
from providers.sync.turn import FeedTurn, Turn, open_door
from providers.sync.waiting import work_until_nothing_is_due

YEAR_DAYS = 365


def fill(plan: Plan) -> None:
    """Into an empty database, while the made-up sites start."""
    people = add_people(plan)
    fate.wait_for_sites(plan)
    for access in team.stopped():
        fate.turn_clock(plan, access.site, days_back=access.stopped_days)
    added = {access: add_connection(plan, access, people) for access in team.long_standing()}
    for connection in added.values():
        read_statistics(connection)
    for site in team.SITES:
        fate.delete_rows(plan, site, older_than_days=YEAR_DAYS)
    work_until_nothing_is_due(added.values(), told=say_nothing)
    for access, connection in added.items():
        give_a_past(plan, access, connection)
    for site in team.SITES:
        prune(plan, site)
    for access in team.late():
        add_connection(plan, access, people)


def add_people(plan: Plan) -> dict[str, User]:
    Installation.objects.update_or_create(
        pk=1,
        defaults={"name": team.NAME, "time_zone": team.ZONE, "set_up_at": timezone.now()},
    )
    zone.forget()
    return {
        person.email: NewPerson(
            email=person.email, name=person.name, language="", password=plan.password
        ).create(person.role)
        for person in team.PEOPLE
    }


def add_connection(plan: Plan, access: Access, people: dict[str, User]) -> Connection:
    account = access.site.account(access.account)
    draft = Draft(
        kind="new_api",
        base_url=plan.url(access.site),
        secret=Secret(account.token),
        user_id=str(account.id),
        name=access.name,
    )
    return connections.add(people[access.owner.email], draft, connections.test(draft), by=None)


def read_statistics(connection: Connection) -> None:
    """While the site still has the rows of more than a year."""
    feed = feed_of(connection)
    if not connection.site.has_hourly or feed.hourly_since is not None:
        return
    with open_door(None) as door:
        turn = Turn(site=connection.site, door=door, zone=zone.business_zone())
        work = FeedTurn(turn=turn, feed=feed, connection=connection)
        hourly.read_newest(work)
        while hourly.has_history(feed):
            hourly.read_older(work)


def say_nothing(_: Sequence[Connection]) -> None:
    """Of the progress."""


def give_a_past(plan: Plan, access: Access, connection: Connection) -> None:
    top_up = access.site.account(access.account).top_up
    balances.remember(feed_of(connection), top_up=top_up, zone=zone.business_zone())
    if access.stopped_days:
        stop(plan, access, connection)
    else:
        connection.record_success(timezone.now())  # of two that share a feed, one lent its secret


def stop(plan: Plan, access: Access, connection: Connection) -> None:
    """The site goes on, and knows the secret no more."""
    fate.turn_clock(plan, access.site, days_back=0)
    fate.revoke(plan, access)
    connection.site.clock_offset_seconds = 0
    connection.site.save(update_fields=["clock_offset_seconds"])
    stopped_at = utc(plan.founded_at) - timedelta(days=access.stopped_days)
    connection.record_success(stopped_at)
    connection.record_failure("token_expired", "", needs_person=True, now=stopped_at)


def prune(plan: Plan, site: team.MadeUpSite) -> None:
    """Old rows go where they came from; here they stay."""
    moment = fate.delete_rows(plan, site, older_than_days=site.rows_kept_days)
    old = Window.objects.filter(feed__site__base_url=plan.url(site), until__lte=moment)
    old.exclude(rows=0).update(state=Window.State.PRUNED, reason="")


def feed_of(connection: Connection) -> Feed:
    feed = Feed.objects.select_related("site").get(connections=connection)
    return feed
