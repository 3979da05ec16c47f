"""The mirror on every dialect of the family, and through the upgrades between them."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from providers import names, secrets
from providers.adapters.records import Secret
from providers.models import Connection, Window
from tests.providers.sync.mirrors import make_mirror
from tests.upstream import Double, World, start_double
from tests.upstream.profiles import GATEWAYS, RENAMED_HEADERS
from tests.upstream.special import special_rows

pytestmark = pytest.mark.django_db

LIST = "/api/log/self"
READ = [name for name in GATEWAYS if name not in RENAMED_HEADERS]
UPGRADES = [
    ("new-api-v0.2.0", "new-api-v0.2.7.5"),
    ("new-api-v0.2.7.5", "new-api-v0.2.7.6"),
    ("new-api-v0.2.7.6", "new-api-v0.4.2.4"),
    ("new-api-v0.4.2.4", "new-api-v0.6.8"),
    ("new-api-v0.8.8", "new-api-v0.10.8"),
    ("new-api-v0.13.2", "new-api-rc.10"),
    ("new-api-rc.10", "new-api-rc.24"),
    ("new-api-rc.24", "new-api-rc.41"),
    ("new-api-v0.2.7.6", "new-api-rc.41"),
    ("new-api-v0.4.2.4", "veloera"),
    ("one-api", "one-hub"),
    ("one-api", "new-api-rc.24"),
    ("new-api-rc.24", "new-api-v0.13.2"),
]


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000
    names.forget()


@pytest.fixture
def mirror_of():
    doubles = []

    def start(profile, history, **account):
        world = World().add(history, user_id=2)
        doubles.append(start_double(profile, world=world))
        return make_mirror(doubles[-1], **account)

    yield start
    for double in doubles:
        double.stop()


def nasty_rows():
    until = int(time.time()) - 200
    return sorted(special_rows(until), key=lambda row: row.created_at)


def plain_rows(count, **columns):
    now = int(time.time())
    other = '{"z":1,"a":{"b":1.50},"admin_info":{"use_channel":["1"]},"reject_reason":"r"}'
    usual = {"token_name": "team-a", "model_name": "gpt-4o", "other": other}
    usual |= {"group": "vip", "token_id": 1, "channel": 15, "use_time": 7, "elapsed_time": 7000}
    return [
        usual | {"created_at": now - 300 - 2000 * (n // 3), "quota": n % 3, **columns}
        for n in reversed(range(count))
    ]


def read_patiently(mirror, rounds=4):
    for _ in range(rounds):
        mirror.sync()


@pytest.mark.parametrize("profile", READ)
def test_every_nasty_row_is_mirrored_once_and_verified(mirror_of, profile):
    mirror = mirror_of(profile, nasty_rows())
    read_patiently(mirror, rounds=2)
    assert mirror.rows() == mirror.truth()
    reason = ("mirrored", "zero_statistic") if profile == "new-api-rc.29" else ("verified", "")
    assert set(mirror.windows()) <= {reason, ("verified", "")}
    assert mirror.feed.backfilled_at is not None
    assert mirror.connection.error_code == ""


@pytest.mark.parametrize(("old", "new"), UPGRADES)
def test_an_upgrade_in_mid_backfill_changes_nothing(mirror_of, old, new):
    mirror = mirror_of(old, plain_rows(240))
    mirror.double.fault("upgrade", path=LIST, times=1, skip=7, profile=new)
    read_patiently(mirror)
    mirror.double.append(2, plain_rows(1, created_at=int(time.time()) - 20))
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    read_patiently(mirror, rounds=2)
    assert mirror.rows() == mirror.truth()
    assert {state for state, _ in mirror.windows()} == {"verified"}
    assert (mirror.feed.waits_for_person, mirror.connection.error_code) == ("", "")


def test_an_upgrade_that_hides_what_tells_rows_apart_is_told_to_a_person(mirror_of):
    """One API has request ids, New API before v0.10.8 has none."""
    history = [row | {"request_id": f"r{n}"} for n, row in enumerate(plain_rows(60))]
    mirror = mirror_of("one-api", history)
    read_patiently(mirror, rounds=2)
    before = mirror.rows()
    mirror.double.switch("new-api-v0.6.8")
    mirror.double.append(2, plain_rows(1, created_at=int(time.time()) - 20))
    Window.objects.update(checked_at=timezone.now() - timedelta(days=2))
    read_patiently(mirror)
    assert mirror.feed.waits_for_person == "renders_differently"
    assert mirror.rows() >= before


def test_a_retired_token_stops_the_connection_until_there_is_a_new_one(mirror_of):
    mirror = mirror_of("new-api-rc.41", plain_rows(30))
    mirror.double.set(legacy_tokens_retired=True)
    mirror.sync()
    assert mirror.connection.error_code == "token_retired"
    assert mirror.connection.state == Connection.State.STOPPED
    mirror.connection.sealed = secrets.seal(
        Secret(mirror.double.scoped_token("lab")), mirror.connection
    )
    mirror.connection.save(update_fields=["sealed"])
    mirror.connection.resume()
    mirror.sync()
    assert mirror.rows() == mirror.truth()
    assert mirror.connection.error_code == ""


@pytest.mark.parametrize(
    ("scopes", "expires_at", "code", "detail"),
    [
        (["profile:read"], 0, "scope_missing", "usage:read"),
        (["usage:read"], 0, "scope_missing", "profile:read"),
        (["usage:read", "profile:read"], 1_780_000_000, "token_expired", ""),
    ],
)
def test_a_scoped_token_that_is_not_enough_is_told(mirror_of, scopes, expires_at, code, detail):
    mirror = mirror_of("new-api-rc.41", plain_rows(3), token=Double.scoped_token("lab"))
    mirror.double.issue_token("lab", 2, scopes=scopes, expires_at=expires_at)
    read_patiently(mirror, rounds=2)
    told = mirror.connection
    assert (told.error_code, told.error_detail, told.state) == (code, detail, "stopped")


@pytest.mark.parametrize("profile", ["one-api", "one-hub", "new-api-v0.13.2"])
def test_a_site_without_a_statistic_is_mirrored_with_that_reason(mirror_of, profile):
    mirror = mirror_of(profile, plain_rows(60))
    mirror.double.fault("missing", path="/api/log/self/stat")
    mirror.double.fault("arrival", path=LIST, skip=2, times=1, user_id=2, rows=plain_rows(2))
    read_patiently(mirror, rounds=2)
    assert mirror.rows() == mirror.truth()
    assert set(mirror.windows()) == {("mirrored", "no_statistic")}
    assert mirror.connection.error_code == ""


def test_a_site_without_hours_is_asked_once(mirror_of):
    mirror = mirror_of("new-api-v0.13.2", plain_rows(9))
    mirror.double.fault("missing", path="/api/data/self")
    read_patiently(mirror, rounds=3)
    assert len(mirror.double.requests("/api/data/self")) == 1
    assert mirror.connection.error_code == ""
    assert not mirror.connection.site.has_hourly
