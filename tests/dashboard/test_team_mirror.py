"""From a site to the team's pages: an admin's feed beside the own feeds of three people."""

import time
from collections import Counter
from decimal import Decimal

import pytest
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.zone import business_zone
from dashboard import people, sums
from dashboard.periods import Preset, of_preset
from dashboard.scope import connections_of, scope_of
from dashboard.team import team_scope
from dashboard.team_filter import TeamFilter
from providers import names, whois
from providers.models import Connection, Feed, SiteUnit
from providers.sync import hourly
from tests.factories import make_user
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db

LAB, LING, KEEPER = 2, 3, 4
PEOPLE = {LAB: "lab", LING: "ling", KEEPER: "keeper"}
UNITS = Decimal(500_000)


@pytest.fixture
def double(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()
    now = int(time.time())
    rows = [
        {
            "user_id": (1, LAB, LING, KEEPER)[number % 4],
            "created_at": now - 300 - 7000 * (90 - number),
            "quota": 1000 * number,
            "model_name": ("gpt-4o", "o3")[number % 2],
            "token_name": "team-a",
            "token_id": 1,
            "type": (2, 2, 2, 5, 6)[number % 5],
        }
        for number in range(90)
    ]
    with start_double(world=World().add(rows)) as running:
        yield running


def spent(rows):
    return sum(Decimal(row["quota"]) for row in rows if row["type"] == 2) / UNITS


def total(scope, query=""):
    zone, moment = business_zone(), timezone.now()
    filters = TeamFilter.from_query(
        QueryDict(f"period=30d&{query}"), now=moment, zone=zone, default=Preset.DAYS_30
    ).knowing(people.whose(zone))
    narrow = filters.narrow(scope)
    return sums.totals_of(filters, narrow, narrow.rows(), Q())


def test_the_teams_sums_are_those_of_the_sites_table(double):
    every = make_mirror(double, user_id=KEEPER, username="keeper", scope="all")
    own = [make_mirror(double, user_id=pk, username=name) for pk, name in PEOPLE.items()]
    Feed.objects.update(hourly_silence=hourly.MOST_SILENCE)  # that history is not looked for
    every.sync()
    truth = double.truth()
    admin = every.connection.owner
    before = total(team_scope(admin, business_zone(), timezone.now())).spend.usd
    for mirror in own:
        mirror.sync()
    scope = team_scope(admin, business_zone(), timezone.now())
    assert SiteUnit.objects.get().units_per_usd == UNITS
    assert before == total(scope).spend.usd == spent(truth)
    assert total(scope).rows == scope.rows().count() == len(truth)
    assert total(scope, "member=nobody").spend.usd == spent(
        [row for row in truth if row["user_id"] == 1]
    )
    for mirror, pk in zip(own, PEOPLE, strict=True):
        theirs = [row for row in truth if row["user_id"] == pk]
        assert total(scope, f"member={mirror.connection.owner_id}").spend.usd == spent(theirs)


def test_what_is_mapped_to_a_member_is_that_users_rows(double):
    every = make_mirror(double, user_id=KEEPER, username="keeper", scope="all")
    Feed.objects.update(hourly_silence=hourly.MOST_SILENCE)
    every.sync()
    alice, admin = make_user("alice"), every.connection.owner
    whois.confirm(
        *(every.feed.site, "user", str(LING), alice),
        since=None,
        until=None,
        by=admin,
        now=timezone.now(),
    )
    scope = scope_of(alice, connections_of(alice), business_zone())
    found = scope.rows().values_list("detail__upstream_id", "units")
    assert Counter(found) == Counter((row["id"], row["quota"]) for row in double.truth(LING))
    shown = of_preset(Preset.DAYS_30, timezone.now().date(), business_zone())
    by_day = sums.total(sums.by_day(scope.model_days(), scope, shown, name=None))
    assert by_day.spend.usd == spent(double.truth(LING))
    assert not Connection.objects.filter(owner=alice).exists()
