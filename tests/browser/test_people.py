"""What only a browser shows of the pages of people, and of the script that all pages share."""

import pytest

from accounts import setup
from accounts.models import User
from tests.browser.looking import sign_in
from tests.factories import PASSWORD, make_roles, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def signed_in(page, live_server):
    sign_in(page, live_server, make_user("root", role="admin"))
    return page


def test_the_first_admin_is_offered_the_zone_of_the_browser(page, live_server, complaints):
    make_roles()
    page.goto(f"{live_server}{setup.pending_setup_path()}")
    assert page.input_value("#id_time_zone") in {"Asia/Kolkata", "Asia/Calcutta"}
    for field, text in {"email": "mira@example.com", "name": "Mira"}.items():
        page.fill(f"#id_{field}", text)
    page.fill("#id_password", PASSWORD)
    page.fill("#id_password_again", PASSWORD)
    page.click("main .primary")
    assert page.url == f"{live_server}/"
    assert (User.objects.get().role, complaints) == ("admin", [])


def test_an_invitation_is_made_in_place_and_can_be_copied(signed_in, live_server, complaints):
    signed_in.context.grant_permissions(["clipboard-read", "clipboard-write"])
    signed_in.goto(f"{live_server}/team/members/")
    signed_in.fill("#id_email", "lin@example.com")
    signed_in.click("text=Invite")
    signed_in.click("[data-copy]")
    signed_in.wait_for_selector("text=Copied")
    copied = signed_in.evaluate("navigator.clipboard.readText()")
    assert copied == signed_in.input_value("#invitation-link")
    assert signed_in.url == f"{live_server}/team/members/"
    assert complaints == []


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(403, "refused this"), (404, "not there"), (429, "Too many"), (500, "made a mistake")],
)
def test_a_failed_fragment_is_told(signed_in, live_server, status, sentence):
    signed_in.goto(f"{live_server}/team/members/")
    signed_in.route("**/invite/", lambda route: route.fulfill(status=status))
    invite_somebody(signed_in)
    assert sentence in signed_in.wait_for_selector("#trouble").inner_text()
    signed_in.click("[data-close]")
    assert not signed_in.is_visible("#trouble")


def test_a_server_that_does_not_answer_is_told_until_it_does(signed_in, live_server):
    signed_in.goto(f"{live_server}/team/members/")
    signed_in.route("**/invite/", lambda route: route.abort())
    invite_somebody(signed_in)
    assert "does not answer" in signed_in.wait_for_selector("#trouble").inner_text()
    signed_in.unroute("**/invite/")
    signed_in.click("text=Invite")
    signed_in.wait_for_selector("#invitation-link")
    assert not signed_in.is_visible("#trouble")


def test_a_session_that_ended_leads_to_the_login_and_back(signed_in, live_server):
    place = f"{live_server}/team/members/?a=1"
    signed_in.goto(place)
    signed_in.context.clear_cookies(name="sessionid")
    invite_somebody(signed_in)
    signed_in.wait_for_selector("#id_login")
    signed_in.fill("#id_login", "root@example.com")
    signed_in.fill("#id_password", PASSWORD)
    signed_in.click("main .primary")
    assert signed_in.url == place


def test_the_language_switch_keeps_an_address_that_a_script_changed(signed_in, live_server):
    signed_in.goto(f"{live_server}/me/?a=1")
    signed_in.evaluate("history.pushState({}, '', '/me/?a=2&b=%E4%B8%AD')")
    signed_in.click("header button[name=language]")
    signed_in.wait_for_selector("html[lang=zh-hans]")
    assert signed_in.url == f"{live_server}/me/?a=2&b=%E4%B8%AD"


def invite_somebody(page):
    page.fill("#id_email", "lin@example.com")
    page.click("text=Invite")
