"""Columns, rows per page and views that a person keeps."""

import pytest

from accounts.models import User
from dashboard.models import SavedView, TableSettings
from tests.dashboard.conftest import NOW
from tests.dashboard.watching import sign_in
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def row(alice):
    text = {"ip": "203.0.113.9"}
    return make_log(make_connection(alice), time=NOW, group="vip", text=text)


def choose(client, page="logs", **chosen):
    return client.post(f"/tables/{page}/", {"size": 20, "query": "?period=7d"} | chosen)


def heads(client, path="/logs/"):
    page = client.get(path).text
    return page.partition("<thead")[2].partition("</thead>")[0]


def test_columns_are_chosen_and_stay_chosen(alice_client, row):
    answer = choose(alice_client, columns=["model", "cost", "ip"])
    assert answer["Location"] == "/logs/?period=7d"
    page = alice_client.get("/logs/").text
    assert heads(alice_client).count("<th") == 5, "with the time, and what opens a row"
    assert page.count('role="cell"') == 5
    assert ">203.0.113.9<" in page
    assert "c-key" not in page
    assert 'colspan="5"' in alice_client.get(f"/logs/{row.pk}/").text


def test_all_and_the_usual_ones(alice_client, row):
    usual = heads(alice_client).count("<th")
    choose(alice_client, what="all", columns=["model"])
    assert heads(alice_client).count("<th") == usual + 1
    choose(alice_client, what="usual")
    assert heads(alice_client).count("<th") == usual


def test_rows_per_page_and_their_height(alice_client, alice, row):
    for _ in range(14):
        make_log(alice.connections.get(), time=NOW)
    choose(alice_client, columns=["model"], is_roomy="on", size=50)
    assert 'class="tbl logs sticky roomy' in alice_client.get("/logs/").text
    choose(alice_client, what="size", size=10)
    page = alice_client.get("/logs/")
    assert len(page.context["page"].rows) == 10
    assert heads(alice_client).count("<th") == 3, "the columns stay as they were"
    assert len(alice_client.get("/logs/?size=20").context["page"].rows) == 15


@pytest.mark.parametrize(
    "chosen", [{"size": 7}, {"size": ""}, {"columns": ["no-such"]}, {"what": "x"}]
)
def test_what_is_not_offered_changes_nothing(alice_client, row, chosen):
    assert choose(alice_client, **chosen).status_code == 302
    assert not TableSettings.objects.exists()


def test_who_looks_after_the_money_is_offered_no_address(row, db):
    finance = sign_in("jo", role="finance")
    make_log(
        make_connection(TableSettings.owner.field.related_model.objects.get(name="Jo")), time=NOW
    )
    choose(finance, what="all")
    assert "IP" not in heads(finance)


def test_the_teams_table_is_another_one(row):
    admin = sign_in("root", role="admin")
    other = '{"admin_info": {"use_channel": ["3", "15"]}}'
    every = make_feed(scope="all", account="")
    make_log(every, time=NOW, channel=15, text={"other": other})
    make_log(every, time=NOW, channel=3, text={"other": '{"admin_info": {"use_channel": ["3"]}}'})
    choose(admin, "team_logs", columns=["member", "retry"])
    page = admin.get("/team/").text
    assert page.count("c-retry") == 4
    assert page.count("#3 → #15") == 1
    assert "c-key" in heads(admin, "/logs/") or "<th" not in heads(admin, "/logs/")
    assert "c-key" not in heads(admin, "/team/")


@pytest.mark.parametrize(
    "path", ["/tables/team_logs/", "/tables/no-such/", "/views/team_logs/add/"]
)
def test_a_page_that_is_not_theirs_has_no_settings(alice_client, path):
    assert alice_client.post(path, {"size": 20, "name": "x"}).status_code == 404


def keep(client, name="Errors", query="?period=7d&type=error&before=1-2&live=on", **fields):
    return client.post("/views/logs/add/", {"name": name, "query": query} | fields)


def test_a_view_leads_back_to_its_filter(alice_client, row):
    assert keep(alice_client)["Location"] == "/logs/?period=7d&type=error&before=1-2&live=on"
    view = SavedView.objects.get()
    assert f'href="/views/{view.pk}/"' in alice_client.get("/logs/").text
    assert alice_client.get(f"/views/{view.pk}/")["Location"] == "/logs/?period=7d&type=error"
    keep(alice_client, query="?model=gpt&model=!5")
    assert SavedView.objects.get().query == "model=gpt&model=%215", "the same name: the same view"


def test_a_view_is_its_owners_until_it_is_shared(alice_client, row):
    keep(alice_client)
    view, bob = SavedView.objects.get(), sign_in("bob")
    make_connection(User.objects.get(name="Bob"))
    assert bob.get(f"/views/{view.pk}/").status_code == 404
    assert "Errors" not in bob.get("/logs/").text
    keep(alice_client, is_shared="on")
    assert bob.get(f"/views/{view.pk}/")["Location"].startswith("/logs/?period=7d")
    assert "by Alice" in bob.get("/logs/").text
    assert bob.post(f"/views/{view.pk}/delete/").status_code == 404
    assert alice_client.post(f"/views/{view.pk}/delete/")["Location"] == "/logs/"
    assert not SavedView.objects.exists()


def test_a_view_of_the_team_is_for_who_may_see_the_team(alice_client, row, db):
    root = make_user("root", role="admin")
    view = SavedView.objects.create(owner=root, page="team_logs", name="x", is_shared=True)
    assert alice_client.get(f"/views/{view.pk}/").status_code == 404
    assert sign_in("mira", role="admin").get(f"/views/{view.pk}/")["Location"] == "/team/?"


def test_a_view_without_a_name_is_told(alice_client, row):
    page = alice_client.post("/views/logs/add/", {"name": " ", "query": "?a=1"}, follow=True)
    assert "A view needs a name." in page.text
    assert not SavedView.objects.exists()
