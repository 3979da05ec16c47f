"""Windows and quarantined rows with the page's script: they open, and show what becomes of them."""

import json
import re
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from dashboard import checking
from providers.models import Check, QuarantinedRow, UsageLog, Window
from tests.dashboard.watching import make_connection, make_feed, make_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROWS = ".opens tbody tr:not(.slip)"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(checking, "ASKS_AGAIN", 1)


@pytest.fixture
def feed(alice):
    feed = make_connection(alice, make_feed()).feed
    make_window(feed, state="differs", reason="statistic", units=500, site_units=700)
    make_window(feed, 2)
    make_window(feed, 3, state="mirrored", reason="renamed")
    return feed


@pytest.fixture
def windows(signed_in, live_server, feed, complaints):
    """At the end nothing has complained, and no other page was loaded."""
    signed_in.goto(f"{live_server.url}/verification/")
    signed_in.evaluate("window.isTheSame = true")
    yield signed_in
    assert signed_in.evaluate("window.isTheSame === true")
    assert complaints == []


def test_a_state_narrows_the_table_and_the_address_follows(windows):
    expect(windows.locator(ROWS)).to_have_count(3)
    windows.locator(".section-head .seg a", has_text="mirrored").click()
    expect(windows.locator(ROWS)).to_have_count(1)
    expect(windows).to_have_url(re.compile(r"/verification/\?state=mirrored$"))
    windows.go_back()
    expect(windows.locator(ROWS)).to_have_count(3)
    windows.evaluate("window.isTheSame = true")  # going back asks for the whole page


def test_a_window_opens_under_its_row_and_closes(windows):
    twist = windows.locator("a.twist").first
    twist.click()
    expect(windows.locator("tr.open + tr.slip")).to_contain_text("No known fault explains it.")
    expect(twist).to_have_attribute("aria-expanded", "true")
    twist.click()
    expect(windows.locator("tr.slip")).to_have_count(0)


def test_verifying_again_shows_what_becomes_of_it(windows, feed):
    window = Window.objects.get(state="differs")
    windows.locator("a.twist").first.click()
    windows.click("text=Verify again")
    expect(windows.locator("tr.slip")).to_contain_text("It waits for its turn")
    expect(windows.locator("tr.slip button.btn")).to_be_disabled()
    Check.objects.update(requests=2, rows=10, reached=window.since, finished_at=now())
    Window.objects.filter(pk=window.pk).update(state="verified", reason="", site_units=500)
    expect(windows.locator("tr.slip")).to_contain_text("both sides are the same", timeout=8000)
    expect(windows.locator("tr.open .state")).to_have_text("verified")
    assert windows.locator("tr.slip[data-live]").count() == 0
    expect(windows.locator("tr.open + tr.slip")).to_have_count(1)
    windows.locator("tr.open a.twist").click()
    expect(windows.locator("tr.slip")).to_have_count(0)


def test_a_range_that_is_verified_shows_how_far_it_is(signed_in, live_server, feed, complaints):
    page = signed_in
    page.goto(f"{live_server.url}/verification/?feed={feed.pk}")
    page.click("text=Verify this range again")
    expect(page.locator("#check")).to_contain_text("0 of 3")
    newest = Window.objects.order_by("-since").first()
    Check.objects.update(requests=2, rows=10, reached=newest.since)
    expect(page.locator("#check")).to_contain_text("1 of 3", timeout=8000)
    page.click("text=Stop")
    expect(page.locator("#check")).to_contain_text("ended before everything was compared")
    assert Check.objects.get().finished_at is not None
    assert complaints == []


def test_a_quarantined_row_that_can_be_read_leaves_the_list(
    signed_in, live_server, feed, complaints
):
    page, moment = signed_in, now().replace(microsecond=0) - timedelta(hours=1)
    row = {"created_at": int(moment.timestamp()), "type": 2, "quota": 5}
    for raw in (json.dumps(row | {"quota": "5"}), json.dumps(row)):
        QuarantinedRow.objects.create(feed=feed, time=moment, raw=raw, reason="x", seen_at=moment)
    page.goto(f"{live_server.url}/quarantine/")
    page.locator("a.twist").nth(1).click()
    page.click("tr.slip button.btn")
    expect(page.locator("tr.slip")).to_contain_text("It still cannot be read. “quota” is text")
    page.locator("a.twist").nth(1).click()
    page.locator("a.twist").first.click()
    page.click("tr.slip button.btn")
    expect(page.locator("tr.slip")).to_contain_text("is mirrored now")
    expect(page.locator(ROWS)).to_have_count(1)
    assert UsageLog.objects.get().units == 5
    assert complaints == []
