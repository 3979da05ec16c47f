"""On paper: nothing is cut, and what only a screen can do is left out."""

import pytest
from playwright.sync_api import expect

from tests.browser.scene import make_plain_rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
A4_WIDE, A4 = 1032, 673  # CSS pixels between the margins
CUT = """() => [...document.querySelectorAll("th, td, .fig, .sums div")]
  .filter((part) => part.offsetParent && part.getBoundingClientRect().right > innerWidth + 1)
  .map((part) => part.textContent.trim())"""


@pytest.mark.parametrize(
    ("path", "width"),
    [
        ("/logs/?period=7d&model=claude", A4_WIDE),
        ("/", A4),
        ("/connections/", A4),
    ],
)
def test_nothing_is_cut(signed_in, live_server, alice, complaints, path, width):
    make_plain_rows(alice)
    signed_in.goto(f"{live_server.url}{path}")
    expect(signed_in.locator("[aria-busy]")).to_have_count(0)
    signed_in.emulate_media(media="print")
    signed_in.set_viewport_size({"width": width, "height": 700})
    assert signed_in.evaluate(CUT) == []
    expect(signed_in.locator(".btn:visible, .bar:visible, .filters:visible")).to_have_count(0)
    assert complaints == []


def test_a_printed_log_says_of_what_it_is(signed_in, live_server, alice):
    make_plain_rows(alice)
    signed_in.goto(f"{live_server.url}/logs/?since=2026-11-01&until=2026-11-03&model=claude")
    expect(signed_in.locator(".only-print")).to_be_hidden()
    signed_in.emulate_media(media="print")
    expect(signed_in.locator(".only-print")).to_have_text("1 Nov – 3 Nov")
    expect(signed_in.locator(".chip")).to_contain_text("claude")
