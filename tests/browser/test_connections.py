"""What only a browser shows: the token that stays in its field, and the panel that moves."""

import pytest

from dashboard import standing
from providers.models import Connection
from tests.dashboard.watching import make_connection, make_feed, make_window
from tests.upstream import World, start_double

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WRONG = "test-unknown-token-0123456789abcd"


@pytest.fixture(autouse=True)
def _installation(settings, monkeypatch):
    monkeypatch.setattr(standing, "MOVING_SECONDS", 1)
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000


@pytest.fixture
def double():
    with start_double(world=World()) as running:
        yield running


def fill(page, double, **typed):
    values = {"url": double.url, "secret": double.token("lab"), "user_id": "2"} | typed
    for name, value in values.items():
        page.fill(f"[name={name}]", value)


def test_the_token_stays_in_its_field_after_a_test(signed_in, live_server, double, complaints):
    page = signed_in
    page.goto(f"{live_server.url}/connections/add/")
    fill(page, double, user_id="3")
    page.click("button[value=test]")
    page.wait_for_selector("#id_user_id_error")
    assert page.input_value("[name=secret]") == double.token("lab")
    page.fill("[name=user_id]", "2")
    page.click("button[value=test]")
    page.wait_for_selector(".note.ok")
    assert page.input_value("[name=secret]") == double.token("lab")
    assert not Connection.objects.exists()
    assert complaints == []


def test_a_refused_token_leaves_its_field(signed_in, live_server, double):
    page = signed_in
    page.goto(f"{live_server.url}/connections/add/")
    fill(page, double, secret=WRONG)
    page.click("button[value=test]")
    page.wait_for_selector("#id_secret_error")
    assert page.input_value("[name=secret]") == ""


def test_a_refused_token_is_forgotten_once_another_proves_itself(signed_in, live_server, double):
    page = signed_in
    page.goto(f"{live_server.url}/connections/add/")
    fill(page, double, secret=WRONG)
    page.click("button[value=test]")
    page.wait_for_selector("#id_secret[aria-invalid=true]")
    fill(page, double)
    page.click("button[value=test]")
    page.wait_for_selector(".note.ok")
    assert page.get_attribute("#id_secret", "aria-invalid") is None


@pytest.fixture
def moving(alice):
    """A connection whose history is being read."""
    feed = make_feed(backfilled_at=None, rows_left=900)
    make_window(feed)
    return make_connection(alice, feed)


def test_the_panel_moves_on_its_own_and_then_rests(signed_in, moving, live_server, complaints):
    page = signed_in
    page.goto(f"{live_server.url}/connections/{moving.pk}/")
    page.wait_for_selector("[data-live]")
    moving.feed.backfilled_at = moving.created_at
    moving.feed.save(update_fields=["backfilled_at"])
    page.wait_for_selector("text=Verified to", timeout=8000)
    assert page.query_selector("[data-live]") is None
    assert complaints == []


def test_it_does_not_ask_in_a_tab_that_nobody_sees(signed_in, moving, live_server):
    page = signed_in
    page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => true})")
    page.goto(f"{live_server.url}/connections/{moving.pk}/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1500)
    assert page.url not in asked


def test_pausing_changes_the_panel_without_a_new_page(signed_in, moving, live_server, complaints):
    page = signed_in
    page.goto(f"{live_server.url}/connections/")
    page.evaluate("window.isTheSame = true")
    page.click(f"#pause-{moving.pk}")
    page.wait_for_selector("text=Resume")
    assert page.evaluate("window.isTheSame")
    assert Connection.objects.get().state == "paused"
    assert complaints == []
