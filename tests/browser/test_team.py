"""The team's pages with their script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import ROWS, sign_in
from tests.browser.team_scene import make_team
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def team(page, live_server, transactional_db, complaints):
    mira = make_user("mira", role="admin")
    make_team(mira)
    sign_in(page, live_server, mira)
    page.goto(f"{live_server.url}/team/?period=7d")
    yield page
    assert complaints == []


def test_rows_by_member_and_who_a_stranger_is(team):
    team.locator("td.c-who a", has_text="Jonas").first.click()
    expect(team.locator(".chip")).to_contain_text("Member is Jonas")
    expect(team.locator(ROWS)).to_have_count(16)
    team.locator("a.twist").first.click()
    expect(team.locator("tr.open + tr.slip")).to_contain_text("Raw record")
    expect(team).to_have_url(re.compile(r"/team/\?member=\d+&period=7d$"))
    team.click("text=Who is who")
    team.click("text=Choose a member")
    team.select_option("select[name=member]", label="Anneli")
    team.click("text=Save")
    expect(team.locator("main")).to_contain_text("It belongs to Anneli now.")
    expect(team.locator("main")).to_contain_text("Everybody is mapped.")
