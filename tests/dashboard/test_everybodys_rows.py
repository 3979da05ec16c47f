"""A connection to everybody's rows: its owner's own pages stay their own."""

import pytest

from accounts.models import User
from providers.models import Feed, ModelDay, UsageLog
from tests.dashboard.watching import sign_in
from tests.factories_usage import make_connection, make_feed, make_log

pytestmark = pytest.mark.django_db


@pytest.fixture
def watched():
    """Mira's connection to everybody's rows, with a row of somebody else's, and one of her own."""
    client = sign_in("mira", role="admin")
    mira = User.objects.get()
    own = make_connection(mira, name="Mine")
    every = make_feed(own.site, scope="all", account="")
    team = make_connection(mira, every, scope="all", name="Everybody")
    make_log(own, model="my-model", key="mine")
    row = make_log(every, model="their-model", key="theirs")
    return client, mira, team, row


@pytest.mark.parametrize("page", ["/", "/logs/"])
def test_other_peoples_rows_are_not_on_an_admins_own_pages(watched, page):
    text = watched[0].get(page).content.decode()
    assert "my-model" in text
    assert "their-model" not in text


def test_other_peoples_rows_are_not_in_an_admins_own_export(watched):
    export = b"".join(watched[0].get("/logs/export/").streaming_content).decode()
    assert "my-model" in export
    assert "their-model" not in export


def test_no_address_leads_to_a_row_of_somebody_else(watched):
    client, _, _, row = watched
    assert client.get(f"/logs/{row.pk}/").status_code == 404


def test_whoever_is_no_admin_any_more_sees_nothing_through_it(watched):
    client, mira, team, _ = watched
    mira.set_role("member")
    assert client.get(f"/connections/{team.pk}/").status_code == 404
    assert "Everybody" not in client.get("/connections/").content.decode()
    for mirrored in (Feed.objects, UsageLog.objects, ModelDay.objects):
        assert mirrored.visible_to(User.objects.get()).count() == 1


def test_the_page_of_the_connection_says_whose_rows_it_has(watched):
    client, _, team, _ = watched
    assert "all users" in client.get(f"/connections/{team.pk}/").content.decode()
