"""The chart: drawn once, with the colours of the theme, and a way to the rows."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from tests.browser.looking import wait_until
from tests.factories_usage import make_connection, make_log, make_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHART = "Chart.getChart(document.querySelector('canvas'))"
BAR = f"{CHART}.getDatasetMeta(0).data.at(-3)"


@pytest.fixture
def overview(signed_in, live_server, alice, complaints):
    moment = now()
    for name, model in (("Ferry", "gpt-5"), ("Harbour", "claude-sonnet-4-5")):
        connection = make_connection(alice, name=name)
        make_window(connection, moment - timedelta(days=40), moment)
        make_log(connection, time=moment - timedelta(days=2), model=model, units=900_000)
    signed_in.goto(live_server.url)
    wait_until(signed_in, CHART)
    yield signed_in
    assert complaints == []


def test_another_range_draws_the_chart_anew(overview):
    overview.click("text=7 days")
    wait_until(overview, f"{CHART}?.data.labels.length === 7")
    expect(overview).to_have_url(re.compile(r"/\?period=7d$"))
    assert overview.evaluate("Object.keys(Chart.instances).length") == 1


def test_one_connection_can_be_chosen(overview):
    overview.select_option("#overview-connection", label="Ferry")
    wait_until(overview, f"{CHART}?.data.datasets.map((one) => one.label).join() === 'gpt-5'")


def test_the_chart_follows_the_theme(overview):
    ticks = f"{CHART}?.options.scales.y.ticks.color"
    light = overview.evaluate(ticks)
    overview.emulate_media(color_scheme="dark")
    wait_until(overview, f"{ticks} !== '{light}'")


def test_a_bar_leads_to_its_rows(overview):
    place = overview.evaluate(f"({{x: {BAR}.x, y: {BAR}.y + 5}})")
    overview.locator("canvas").click(position=place)
    expect(overview).to_have_url(re.compile(r"/logs/\?period=custom"))
    expect(overview.locator(".logs tbody tr")).to_have_count(2)


def test_the_same_numbers_are_in_a_table(overview):
    overview.click("summary")
    expect(overview.locator("details tbody tr")).to_contain_text("$3.6000")


def test_each_chart_replaces_the_one_before(overview):
    asked = []
    overview.on("request", lambda one: asked.append(one.url) if "chart=" in one.url else None)
    for kind, looks in (("trend", "line"), ("share", "doughnut"), ("ranking", "bar")):
        overview.click(f"#chart-{kind}")
        wait_until(overview, f"{CHART}?.config.type === '{looks}'")
        expect(overview.locator(f"#chart-{kind}")).to_have_attribute("aria-current", "true")
        assert overview.evaluate("Object.keys(Chart.instances).length") == 1
    assert len(asked) == 3
    overview.go_back()
    wait_until(overview, f"{CHART}?.config.type === 'doughnut'")


def test_another_range_keeps_the_chart_that_was_chosen_last(overview):
    overview.click("#chart-ranking")
    wait_until(overview, f"{CHART}?.options.indexAxis === 'y'")
    overview.click("text=7 days")
    expect(overview).to_have_url(re.compile(r"/\?period=7d&chart=ranking$"))
    expect(overview.locator("#chart-ranking")).to_have_attribute("aria-current", "true")


def test_the_chosen_chart_keeps_the_keyboard(overview):
    overview.focus("#chart-share")
    overview.keyboard.press("Enter")
    wait_until(overview, f"{CHART}?.config.type === 'doughnut'")
    assert overview.evaluate("document.activeElement.id") == "chart-share"


def test_a_part_of_the_ring_leads_to_its_rows(overview):
    overview.click("#chart-share")
    wait_until(overview, f"{CHART}?.config.type === 'doughnut'")
    place = overview.evaluate(f"{CHART}.getDatasetMeta(0).data[0].tooltipPosition()")
    overview.locator("canvas").click(position=place)
    expect(overview).to_have_url(re.compile(r"/logs/\?period=30d&model=%3D"))


def test_a_tooltip_has_the_total_first_and_then_the_largest(overview):
    found = f"{CHART}.tooltip"
    place = overview.evaluate(f"({{x: {BAR}.x, y: {BAR}.y + 5}})")
    overview.locator("canvas").hover(position=place)
    wait_until(overview, f"{found}?.beforeBody.join() === 'Total $3.60'")
    values = overview.evaluate(f"{found}.dataPoints.map((one) => one.raw)")
    assert values == sorted(values, reverse=True)
