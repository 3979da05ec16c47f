"""Everything that matters works in a browser that runs no script."""

import re

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from providers.models import QuarantinedRow
from tests.browser.looking import ROWS
from tests.browser.scene import REQUEST, make_plain_rows
from tests.factories_usage import make_connection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser_context_args(browser_context_args):
    return browser_context_args | {"java_script_enabled": False}


@pytest.fixture
def connection(alice):
    make_connection(alice, name="Ferry")
    return make_plain_rows(alice)


@pytest.fixture
def visitor(signed_in, connection, complaints):
    yield signed_in
    assert complaints == []


def test_logs_can_be_filtered_and_paged(visitor, live_server):
    rows = visitor.locator(ROWS)
    visitor.goto(f"{live_server.url}/logs/")
    visitor.select_option("#filter-period", "7d")
    visitor.click("text=Query")
    visitor.click("text=Show totals and histogram")
    expect(visitor.locator(".pager")).to_contain_text("20 of 25 rows")
    visitor.click("text=Older")
    expect(rows).to_have_count(5)
    visitor.click("text=Newer")
    expect(rows).to_have_count(20)
    visitor.fill("#filter-model", "claude")
    visitor.click("text=Query")
    expect(visitor.locator(".chip b")).to_have_text("claude")
    expect(rows).to_have_count(8)
    visitor.click(".chip a")
    expect(rows).to_have_count(20)
    visitor.click(".pager .seg >> text=10")
    expect(rows).to_have_count(10)


def test_values_are_picked_ordered_and_kept_as_a_view(visitor, live_server):
    visitor.goto(f"{live_server.url}/logs/?period=7d")
    visitor.click("#filter-model ~ .pick")
    visitor.locator("li", has_text="gpt-5").locator(".not input").check()
    visitor.click("text=Apply")
    expect(visitor.locator(".chip")).to_contain_text("Model is not gpt-5")
    expect(visitor.locator(ROWS)).to_have_count(9)
    visitor.select_option("#filter-order", "oldest")
    visitor.click("text=Query")
    expect(visitor.locator("th.c-time")).to_have_attribute("aria-sort", "ascending")
    expect(visitor.locator(".chip")).to_have_count(1)
    visitor.click("[popovertarget=views]")
    visitor.fill("#views [name=name]", "Without gpt-5")
    visitor.click("text=Save these filters")
    visitor.click("[popovertarget=table-settings]")
    visitor.uncheck("#table-settings [value=group]")
    visitor.click("#table-settings >> text=Save")
    expect(visitor.locator("th.c-group")).to_have_count(0)
    visitor.goto(f"{live_server.url}/logs/")
    visitor.click("[popovertarget=views]")
    visitor.click("text=Without gpt-5")
    expect(visitor.locator(ROWS)).to_have_count(9)


def test_amounts_are_covered(visitor, live_server):
    visitor.goto(f"{live_server.url}/logs/?period=7d")
    visitor.click("header [name=masked]")
    expect(visitor.locator("td.c-cost").first).to_have_css("color", "rgba(0, 0, 0, 0)")


def test_a_row_has_a_page_of_its_own(visitor, live_server):
    visitor.goto(f"{live_server.url}/logs/?period=7d&type=error")
    visitor.locator("a.twist").click()
    expect(visitor).to_have_url(re.compile(r"/logs/\d+/$"))
    visitor.click(f"text={REQUEST}")
    expect(visitor.locator(".chip b")).to_have_text(REQUEST)
    expect(visitor.locator(ROWS)).to_have_count(1)


def test_a_request_is_found(visitor, live_server):
    visitor.goto(f"{live_server.url}/me/")
    visitor.fill("header [name=request_id]", REQUEST)
    visitor.press("header [name=request_id]", "Enter")
    expect(visitor.locator(".chip b")).to_have_text(REQUEST)
    expect(visitor.locator(ROWS)).to_have_count(1)


def test_the_overview_can_be_narrowed(visitor, live_server):
    visitor.goto(live_server.url)
    visitor.select_option("#overview-connection", label="Ferry")
    visitor.click("noscript button")
    expect(visitor.locator("main")).to_contain_text("Ferry: not read yet")
    visitor.click("text=Yesterday")
    expect(visitor).to_have_url(re.compile(r"/\?period=yesterday&connection="))


def test_every_chart_is_a_table_too(visitor, live_server):
    visitor.goto(f"{live_server.url}/?period=7d")
    table = visitor.locator("#chart .cols > :last-child table")
    expect(table).to_contain_text("claude-sonnet-4-5")
    visitor.click("text=Spend trend")
    expect(table.locator("tbody tr")).to_have_count(7)
    visitor.click("text=Call ranking")
    expect(table).to_contain_text("66.7 %")
    visitor.click("text=API key")
    expect(table).to_contain_text("my key")


def test_a_connection_can_be_paused(visitor, live_server, connection):
    visitor.goto(f"{live_server.url}/connections/{connection.pk}/")
    visitor.click("text=Pause")
    expect(visitor.locator(".state").first).to_have_text("Paused")
    visitor.click("text=Resume")
    expect(visitor.locator("button", has_text="Pause")).to_be_visible()


def test_a_window_can_be_verified_again(visitor, live_server, connection):
    visitor.goto(f"{live_server.url}/verification/?feed={connection.feed_id}")
    visitor.locator("a.twist").click()
    expect(visitor).to_have_url(re.compile(r"/verification/\d+/\d+/$"))
    visitor.click("text=Verify again")
    expect(visitor.locator("tr.slip")).to_contain_text("It waits for its turn")
    visitor.click(".slip .facts a[href*='checks']")
    expect(visitor.locator("#check")).to_contain_text("0 of 1")
    visitor.click("text=Stop")
    expect(visitor.locator("#check")).to_contain_text("ended before everything was compared")


def test_a_quarantined_row_can_be_read_again(visitor, live_server, connection):
    feed, moment = connection.feed, now()
    QuarantinedRow.objects.create(feed=feed, time=moment, raw="{", reason="x", seen_at=moment)
    visitor.goto(f"{live_server.url}/quarantine/")
    visitor.locator("a.twist").click()
    visitor.click("text=Read again")
    expect(visitor.locator("main")).to_contain_text("It still cannot be read. It is not valid")


def test_the_filters_open_on_a_phone(visitor, live_server):
    visitor.set_viewport_size({"width": 390, "height": 800})
    visitor.goto(f"{live_server.url}/logs/?period=7d")
    visitor.click(".only-phone >> text=Filters")
    visitor.fill("#filter-model", "claude")
    visitor.click("text=Query")
    expect(visitor.locator(ROWS)).to_have_count(8)
