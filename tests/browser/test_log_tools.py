"""What stands around the rows of a log: pickers, orders, columns, views, live rows, the cover."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import ROWS, barriers
from tests.browser.scene import make_plain_rows
from tests.factories_usage import make_log

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLAUDE = "claude-sonnet-4-5"


@pytest.fixture
def connection(alice):
    return make_plain_rows(alice)


@pytest.fixture
def logs(signed_in, live_server, connection, complaints):
    signed_in.goto(f"{live_server.url}/logs/?period=7d")
    yield signed_in
    assert complaints == []


@pytest.mark.parametrize("width", [1440, 390])
def test_totals_come_after_the_rows_without_moving_them(signed_in, live_server, connection, width):
    signed_in.set_viewport_size({"width": width, "height": 900})
    signed_in.route("**/logs/totals/**", lambda route: None)
    signed_in.goto(f"{live_server.url}/logs/?period=7d")
    expect(signed_in.locator(ROWS)).to_have_count(20)
    before = signed_in.locator(".logs tbody").bounding_box()["y"]
    signed_in.unroute("**/logs/totals/**")
    signed_in.reload()
    expect(signed_in.locator(".pager")).to_contain_text("20 of 25 rows")
    assert signed_in.locator(".logs tbody").bounding_box()["y"] == before


def test_a_value_with_the_shift_key_is_left_out(logs):
    logs.locator("td.c-model a", has_text=CLAUDE).first.click(modifiers=["Shift"])
    expect(logs.locator(".chip")).to_contain_text(f"Model is not {CLAUDE}")
    expect(logs.locator(ROWS)).to_have_count(17)
    logs.locator("td.c-type a", has_text="error").first.focus()
    logs.keyboard.press("Shift+Enter")
    expect(logs.locator(".chip")).to_have_count(2)
    expect(logs.locator(ROWS)).to_have_count(16)
    expect(logs).to_have_url(re.compile("type=%21error"))


def test_values_are_picked_by_how_often_they_occur(logs):
    logs.locator("#filter-model ~ .pick").click()
    picker = logs.locator("#values")
    expect(picker.locator("li", has_text=CLAUDE)).to_contain_text("8")
    assert barriers(logs) == []
    picker.locator("li", has_text=CLAUDE).get_by_label(CLAUDE, exact=True).check()
    picker.locator("li", has_text=CLAUDE).locator(".not input").check()
    expect(picker.locator("li", has_text=CLAUDE).locator("input").first).not_to_be_checked()
    picker.get_by_text("Apply").click()
    expect(logs.locator(".chip")).to_contain_text(f"Model is not {CLAUDE}")
    expect(logs.locator(ROWS)).to_have_count(17)
    expect(picker).to_be_hidden()


def test_a_picker_is_narrowed_by_typing(signed_in, live_server, connection):
    for number in range(12):
        make_log(connection, model=f"m-{number}")
    signed_in.goto(f"{live_server.url}/logs/")
    signed_in.locator("#filter-model ~ .pick").click()
    signed_in.locator("#values [type=search]").fill("M-1")
    expect(signed_in.locator("#values li:visible")).to_have_count(3)


def test_a_drag_over_the_histogram_chooses_a_range(logs):
    chart = logs.locator("svg[data-edges]")
    box = chart.bounding_box()
    logs.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    logs.mouse.down()
    logs.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 30, steps=5)
    expect(chart.locator(".band")).to_be_visible()
    logs.mouse.up()
    expect(logs).to_have_url(re.compile(r"period=custom&since=[^&]+&until="))
    expect(logs.locator("#filter-period")).to_have_value("custom")


def test_the_head_of_a_column_orders_the_rows(logs):
    newest = logs.locator("td.c-time").first.inner_text()
    logs.locator("th.c-time a").click()
    expect(logs.locator("th.c-time")).to_have_attribute("aria-sort", "ascending")
    assert logs.locator("td.c-time").first.inner_text() != newest
    logs.click(".pager >> text=Newer")
    expect(logs.locator("td.c-time").last).to_have_text(newest)
    logs.locator("th.c-cost a").click()
    expect(logs.locator("#live-note ~ .asof, .asof", has_text="largest rows")).to_be_visible()


def test_columns_and_rows_per_page_are_remembered(logs, live_server):
    logs.click("[popovertarget=table-settings]")
    assert barriers(logs) == []
    logs.uncheck("#table-settings [value=group]")
    logs.check("#table-settings [value=ip]")
    logs.click("#table-settings >> text=Save")
    expect(logs.locator("th.c-ip")).to_be_visible()
    expect(logs.locator("th.c-group")).to_have_count(0)
    logs.click(".pager .seg >> text=10")
    expect(logs.locator(ROWS)).to_have_count(10)
    logs.goto(f"{live_server.url}/logs/?period=7d")
    expect(logs.locator(ROWS)).to_have_count(10)
    expect(logs.locator("th.c-ip")).to_be_visible()


def test_a_view_is_kept_and_found_again(logs, live_server):
    logs.fill("#filter-model", "claude")
    logs.click("text=Query")
    expect(logs.locator(".chip")).to_have_count(1)
    logs.click("[popovertarget=views]")
    assert barriers(logs) == []
    logs.fill("#views [name=name]", "Only Claude")
    logs.click("text=Save these filters")
    expect(logs.locator("[role=status]", has_text="The view was saved.")).to_be_visible()
    logs.goto(f"{live_server.url}/logs/")
    logs.click("[popovertarget=views]")
    logs.click("#views >> text=Only Claude")
    expect(logs).to_have_url(re.compile(r"\?period=7d&model=claude$"))
    logs.click("[popovertarget=views]")
    logs.click("#views li button")
    expect(logs.locator(".tools [popovertarget=views] .count")).to_have_count(0)


def test_new_rows_appear_but_not_while_one_is_open(logs, connection):
    logs.click(".tools >> text=Live")
    expect(logs.locator("#live-note")).to_contain_text("New rows appear by themselves")
    make_log(connection, model="came-just-now")
    expect(logs.locator("tr.fresh")).to_contain_text("came-just-now", timeout=10_000)
    logs.locator("a.twist").first.click()
    expect(logs.locator("tr.slip")).to_be_visible()
    make_log(connection, model="came-later")
    logs.wait_for_timeout(6000)
    expect(logs.locator("tr.slip")).to_be_visible()
    logs.locator("a.twist").first.click()
    expect(logs.locator(ROWS).first).to_contain_text("came-later", timeout=10_000)
    logs.goto("about:blank")  # it would go on asking while the database is emptied


def test_amounts_and_names_are_covered(logs):
    key, cost = logs.locator("td.c-key").first, logs.locator("td.c-cost").first
    expect(key.locator("a")).not_to_have_css("color", "rgba(0, 0, 0, 0)")
    logs.click("header [name=masked]")
    for covered in (key.locator("a"), cost):
        expect(covered).to_have_css("color", "rgba(0, 0, 0, 0)")
    expect(logs).to_have_url(re.compile(r"/logs/\?period=7d$"))
    logs.click("header [name=masked]")
    expect(cost).not_to_have_css("color", "rgba(0, 0, 0, 0)")
