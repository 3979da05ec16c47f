"""The log page with its script: only the panel changes, and the address follows."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import ROWS
from tests.browser.scene import REQUEST, make_plain_rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def logs(signed_in, live_server, alice, complaints):
    """At the end nothing has complained, and no other page was loaded."""
    make_plain_rows(alice)
    signed_in.goto(f"{live_server.url}/logs/?period=7d")
    signed_in.evaluate("window.isTheSame = true")
    yield signed_in
    assert signed_in.evaluate("window.isTheSame === true")
    assert complaints == []


def test_a_filter_changes_the_panel_and_the_address(logs):
    logs.fill("#filter-model", "claude")
    logs.click("text=Query")
    expect(logs.locator(ROWS)).to_have_count(8)
    expect(logs).to_have_url(re.compile(r"/logs/\?period=7d&model=claude$"))
    logs.click(".chip a")
    expect(logs.locator(ROWS)).to_have_count(20)
    expect(logs).to_have_url(re.compile(r"/logs/\?period=7d$"))


def test_a_type_and_a_value_that_was_clicked_are_filters_too(logs):
    logs.select_option("#filter-type", "error")
    logs.click("text=Query")
    expect(logs.locator(ROWS)).to_have_count(1)
    logs.click("text=Clear all")
    expect(logs.locator(".chip")).to_have_count(0)
    logs.locator("td.c-model a", has_text="claude").first.click()
    expect(logs.locator(".chip")).to_contain_text("Model is claude-sonnet-4-5")
    expect(logs.locator(ROWS)).to_have_count(8)


def test_more_filters_open_and_stay_open_while_they_act(logs):
    logs.click("text=More filters")
    logs.fill("#filter-text", "nothing like that")
    logs.click("text=Query")
    expect(logs.locator(".chip")).to_contain_text("Text contains nothing like that")
    logs.click(".chip a")
    expect(logs.locator(ROWS)).to_have_count(20)
    expect(logs.locator("#filter-text")).to_be_hidden()


def test_pages_lead_to_older_and_newer_rows(logs):
    newest = logs.locator("td.c-time").first.inner_text()
    logs.click("text=Older")
    expect(logs.locator(ROWS)).to_have_count(5)
    logs.click("text=Newer")
    expect(logs.locator("td.c-time").first).to_have_text(newest)
    logs.click(".pager .seg >> text=50")
    expect(logs.locator(ROWS)).to_have_count(25)


def test_a_slip_opens_under_its_row_and_closes(logs):
    address, twist = logs.url, logs.locator("a.twist").first
    twist.click()
    expect(logs.locator("tr.open + tr.slip")).to_be_visible()
    expect(twist).to_have_attribute("aria-expanded", "true")
    twist.press("Enter")
    expect(logs.locator("tr.slip")).to_have_count(0)
    expect(twist).to_have_attribute("aria-expanded", "false")
    assert logs.url == address


def test_the_raw_record_is_copied(logs):
    logs.context.grant_permissions(["clipboard-read", "clipboard-write"])
    logs.locator("a.twist").first.click()
    logs.click(".slip [data-copy^=raw]")
    expect(logs.locator(".slip [data-copy^=raw]")).to_have_text("Copied")
    copied = logs.evaluate("navigator.clipboard.readText()")
    assert copied == logs.locator("pre.raw").text_content() != ""


def test_filling_in_a_time_chooses_the_custom_range(logs):
    expect(logs.locator("#filter-since")).to_be_hidden()
    logs.select_option("#filter-period", "custom")
    logs.fill("#filter-since", "2026-01-01T00:00")
    logs.select_option("#filter-period", "today")
    logs.dispatch_event("#filter-since", "change")
    expect(logs.locator("#filter-period")).to_have_value("custom")


def test_on_a_phone_the_sheet_of_filters_closes_with_the_answer(logs):
    logs.set_viewport_size({"width": 390, "height": 800})
    logs.click(".only-phone >> text=Filters")
    logs.fill("#filter-model", "claude")
    logs.click("text=Query")
    expect(logs.locator(ROWS)).to_have_count(8)
    expect(logs.locator("#filter-model")).to_be_hidden()


def test_back_leads_to_the_rows_before(signed_in, live_server, logs):
    logs.click("text=Older")
    expect(logs.locator(ROWS)).to_have_count(5)
    logs.go_back()
    expect(logs.locator(ROWS)).to_have_count(20)
    logs.evaluate("window.isTheSame = true")  # going back asks for the whole page


def test_a_request_is_found_from_every_page_whatever_the_range(logs, live_server):
    logs.goto(f"{live_server.url}/me/")
    logs.fill("header [name=request_id]", REQUEST)
    logs.press("header [name=request_id]", "Enter")
    expect(logs.locator(".chip")).to_contain_text(f"Request ID is {REQUEST}")
    expect(logs.locator(ROWS)).to_have_count(1)
    logs.evaluate("window.isTheSame = true")
