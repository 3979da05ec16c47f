from datetime import UTC, date, datetime

import pytest

from providers.models import KeyDay, ModelDay
from tests.factories import make_user
from tests.factories_usage import make_connection, make_log

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 5, 1, 20, tzinfo=UTC)
LATER = datetime(2026, 7, 1, 20, tzinfo=UTC)


@pytest.fixture
def connection():
    made = make_connection(make_user("alice"))
    make_log(made, time=EVENING, units=7)
    make_log(made, time=LATER, units=8)
    return made


def sums():
    return list(ModelDay.objects.order_by("day").values_list("day", "units"))


def test_it_repairs_what_is_wrong(run, connection):
    right = sums()
    ModelDay.objects.update(units=999)
    KeyDay.objects.all().delete()
    ran = run("rebuild_rollups", "--json")
    assert ran.json == {"feeds": 1, "days": 2, "time_zone": "UTC"}
    assert sums() == right
    assert KeyDay.objects.count() == 2


def test_it_moves_the_days_to_another_time_zone(run, connection, business_zone):
    business_zone("Asia/Shanghai")
    run("rebuild_rollups")
    assert sums() == [(date(2026, 5, 2), 7), (date(2026, 7, 2), 8)]


def test_it_leaves_earlier_days_and_other_feeds_alone(run, connection):
    ModelDay.objects.update(units=999)
    run("rebuild_rollups", "--since", "2026-06-01", "--feed", connection.feed_id)
    assert sums() == [(EVENING.date(), 999), (LATER.date(), 8)]
    assert "no feed" in run("rebuild_rollups", "--feed", "999999").error


def test_a_day_that_is_none_is_refused(run):
    assert "tomorrow" in run("rebuild_rollups", "--since", "tomorrow").error
