import pytest

from providers import connections, names, secrets, upkeep
from providers.adapters.records import Secret
from providers.models import Connection, Feed, ModelDay, Site, UsageDetail, UsageLog, Window
from providers.sync import conductor
from tests.factories import make_user
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()


@pytest.fixture(scope="module")
def double():
    rows = [{"user_id": 2, "username": "lab", "created_at": 1_780_000_000 + n} for n in range(30)]
    with start_double(world=World().add(rows)) as running:
        yield running


def draft(double, **fields):
    given = {"secret": Secret(double.token("lab")), "user_id": "2"} | fields
    return connections.Draft(kind="new_api", base_url=double.url, **given)


def added(double, owner="alice", **fields):
    wanted = draft(double, **fields)
    return connections.add(make_user(owner), wanted, connections.test(wanted), by=None)


def test_it_joins_the_feed_of_the_account_that_the_site_named(double):
    connection = added(double)
    assert connection.feed.account == "2"
    assert connection.feed.account_name == "lab"
    assert connection.site.dialect == "new-api"
    assert secrets.open_secret(connection).reveal() == double.token("lab")


def test_two_people_with_one_account_share_a_feed(double):
    assert added(double, "alice").feed == added(double, "bob").feed
    assert Site.objects.count() == 1


def test_what_did_not_prove_itself_is_not_saved(double):
    wanted = draft(double, secret=Secret("test-unknown-token-0123456789abcd"))
    report = connections.test(wanted)
    with pytest.raises(connections.NotProven):
        connections.add(make_user("alice"), wanted, report, by=None)
    assert not Connection.objects.exists()


def test_saved_anyway_it_has_no_feed(double):
    wanted = draft(double, user_id="3")
    report = connections.test(wanted)
    connection = connections.add(make_user("alice"), wanted, report, by=None, save_anyway=True)
    assert connection.feed is None
    conductor.work_at(connection.site_id)
    connection.refresh_from_db()
    assert connection.state == Connection.State.STOPPED
    assert connection.error_code == "user_id_wrong"


def test_saving_queues_the_site_after_the_commit(double, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        added(double)
    assert len(callbacks) == 1


def test_another_secret_of_the_account_starts_it_again(double):
    connection = added(double)
    connection.record_failure("token_invalid", "", True, connection.created_at)
    again = connections.draft_of(connection, Secret(double.token("lab")))
    connections.replace_secret(connection, again, connections.test(again), by=None)
    assert connection.state == Connection.State.ACTIVE


def test_the_secret_of_another_account_joins_another_feed(double):
    connection = added(double)
    feed = connection.feed
    other = draft(double, secret=Secret(double.token("keeper")), user_id="4")
    connections.replace_secret(connection, other, connections.test(other), by=None)
    assert connection.feed.account == "4"
    assert connection.feed != feed


def test_a_secret_that_proved_nothing_leaves_the_feed(double):
    connection = added(double)
    unknown = draft(double, secret=Secret("test-unknown-token-0123456789abcd"))
    report = connections.test(unknown)
    connections.replace_secret(connection, unknown, report, by=None, save_anyway=True)
    assert connection.feed is None


def test_removed_its_rows_stay(double):
    connection = added(double)
    while conductor.work_at(connection.site_id, patience=100) is not None:
        pass
    feed = connection.feed
    connections.remove(connection, by=None)
    assert not Connection.objects.exists()
    assert UsageLog.objects.filter(feed=feed).count() == 30


def test_only_a_feed_that_nobody_watches_is_deleted(double):
    connection = added(double)
    while conductor.work_at(connection.site_id, patience=100) is not None:
        pass
    with pytest.raises(upkeep.StillWatched):
        upkeep.delete_feed(connection.feed)
    feed = connection.feed
    connections.remove(connection, by=None)
    upkeep.delete_feed(feed)
    for model in (Feed, UsageLog, UsageDetail, ModelDay, Window):
        assert not model.objects.exists()


def test_a_chosen_vocabulary_stays(double):
    connection = added(double)
    connections.choose_vocabulary(connection, "hitopen-docs", by=None)
    connection.site.refresh_from_db()
    assert connection.site.vocabulary_is_chosen
