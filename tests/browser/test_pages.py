"""Every page, in both languages, light and dark, on a desk and on a phone."""

import pytest
from django.urls import reverse

from accounts import setup
from tests.browser.looking import LOOKS, barriers, complaints_of, faults, sign_in
from tests.browser.scene import REQUEST, make_scene
from tests.factories import make_roles

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def usage_pages(scene):
    return [
        *("/", "/?period=today&unit=units", f"/?connection={scene.busy.pk}"),
        *("/?chart=trend", "/?chart=share&by=key", "/?chart=ranking&by=site", "/?chart=balance"),
        "/?chart=cache",
        *("/logs/?period=30d", "/logs/?period=30d&unit=units&type=refund", "/logs/?model=no-such"),
        "/logs/?period=30d&min_tokens=1&stream=yes&group=%25",
        "/logs/?period=30d&order=oldest&type=error&type=consume&model=!%3Dx",
        *("/logs/?period=30d&order=cost", "/logs/?period=7d&totals=here", "/logs/?live=on"),
        *("/logs/values/model/?period=30d", "/logs/values/type/?type=!error"),
        *(f"/logs/?request_id={REQUEST}", f"/logs/{scene.row.pk}/"),
        "/connections/",
        *(f"/connections/{connection.pk}/" for connection in scene.connections),
    ]


def other_pages(scene):
    of_one = ["connection_secret", "connection_types", "connection_remove"]
    return [
        *("/connections/add/", "/connections/open/"),
        *(reverse(name, args=[scene.busy.pk]) for name in of_one),
        reverse("connection_worth", args=[scene.connections[-1].pk]),
        reverse("feed_delete", args=[scene.unwatched.pk]),
        *("/team/?period=30d", f"/team/logs/{scene.row.pk}/", "/team/who/"),
        *("/team/?period=30d&order=duration&live=on", "/team/logs/values/user/?period=30d"),
        *("/team/usage/?by=model&also=channel", "/team/usage/?view=speed"),
        *("/system/", "/system/audit/?prove=1", "/system/audit/?who=commands"),
        *(reverse(name, args=[scene.admin.pk]) for name in ("member", "member_leave")),
        *("/team/members/", "/me/", "/two-factor/", "/sessions/", "/help/", "/password/change/"),
        "/nowhere/",
    ]


def proof_pages(scene):
    window, feed = scene.window, scene.window.feed_id
    return [
        *("/verification/", f"/verification/?feed={feed}", "/verification/?state=differs"),
        reverse("window", args=[feed, int(window.since.timestamp())]),
        reverse("check", args=[scene.check.pk]),
        *("/quarantine/", f"/quarantine/?feed={feed}"),
        *(reverse("quarantined_row", args=scene.bad_row(number)) for number in range(3)),
    ]


def doors(scene):
    return ["/login/", "/password/reset/", f"/invitation/{scene.invitation}/", "/setup/old/"]


@pytest.fixture(params=LOOKS, ids=str)
def look(request):
    return request.param


@pytest.fixture
def scene(look, transactional_db):
    return make_scene(language=look.language)


@pytest.fixture
def browser_context_args(browser_context_args, look):
    return browser_context_args | look.context


@pytest.mark.parametrize("pages", [usage_pages, other_pages, proof_pages])
def test_a_page_can_be_used_by_everybody(page, live_server, scene, pages):
    sign_in(page, live_server, scene.admin)
    assert looked_at(page, live_server, pages(scene)) == []


def test_a_door_can_be_used_by_everybody(page, live_server, scene):
    assert looked_at(page, live_server, doors(scene)) == []


def test_setting_up_can_be_done_by_everybody(page, live_server):
    make_roles()
    assert looked_at(page, live_server, [setup.pending_setup_path()]) == []


def looked_at(page, live_server, paths):
    complaints, found = complaints_of(page), []
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        found += faults(page)
    return found + complaints


def test_what_opens_can_be_used_by_everybody(page, look, live_server, scene):
    """The slips of rows, the sheet of filters, the menu."""
    complaints, found = complaints_of(page), []
    sign_in(page, live_server, scene.admin)
    page.goto(f"{live_server.url}/logs/?period=30d")
    page.locator("a.twist").nth(1).click()
    page.wait_for_selector("tr.slip")
    found += faults(page)
    page.locator("[popovertarget=account]").click()
    found += barriers(page)
    page.keyboard.press("Escape")
    if look.width < 480:
        page.locator("[popovertarget=filters]:not([popovertargetaction])").click()
        found += barriers(page)
    for path in ("/verification/", "/quarantine/"):
        page.goto(f"{live_server.url}{path}")
        page.locator("a.twist").first.click()
        page.wait_for_selector("tr.slip")
        found += faults(page)
    page.goto(f"{live_server.url}/")
    for summary in page.locator("summary").all():
        summary.click()
    found += faults(page)
    page.locator("[popovertarget=custom-range]").click()
    found += barriers(page)
    assert found + complaints == []
