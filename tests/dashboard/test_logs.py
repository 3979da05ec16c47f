import re
from datetime import timedelta

import pytest

from tests.dashboard.conftest import NOW
from tests.factories import make_user
from tests.factories_usage import (
    make_connection,
    make_feed,
    make_log,
    make_site,
    make_window,
)

URL = "/logs/"
HTMX = {"HX-Request": "true"}
MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def connection(alice):
    return make_connection(alice, name="Harbour")


def shown(client, query="", **extra):
    answer = client.get(URL + query, **extra)
    assert answer.status_code == 200
    return answer.content.decode()


def rows_in(page):
    return page.count('<td role="cell" class="c-time">')


@pytest.mark.django_db
def test_it_asks_for_a_login(client):
    assert client.get(URL)["Location"] == "/login/?next=/logs/"


def test_it_shows_a_row(alice_client, connection):
    make_log(
        connection,
        time=NOW - MINUTE,
        model="claude-sonnet-4-5",
        key="prod",
        group="vip",
        units=10_908,
        prompt=18_204,
        completion=942,
        cached=15_360,
        duration=4_200,
        first_ms=912,
    )
    page = shown(alice_client)
    for text in (
        *("<b>14:04:00</b>", "Harbour", "prod", "vip", "consume", "claude-sonnet-4-5"),
        *("<span>4.2</span>", "<span>0.9</span>", "18,204", "942", "15,360", "$0.021816"),
    ):
        assert text in page
    assert rows_in(page) == 1


def test_it_hides_other_peoples_usage(alice_client, connection):
    bobs = make_connection(make_user("bob"), name="Bob's own")
    row = make_log(bobs, time=NOW, model="bobs-model", text={"request_id": "bobs-request"})
    for query in (
        *("", "?model=bobs", "?request_id=bobs-request", f"?connection={bobs.pk}"),
        f"?before={int(NOW.timestamp()) + 5}-{row.pk + 5}",
    ):
        page = shown(alice_client, query)
        assert rows_in(page) == 0
        assert "bobs-model" not in page
        assert "Bob&#x27;s own" not in page


def test_an_admin_sees_no_rows_of_others(connection, client):
    make_log(connection, time=NOW, model="alices-model")
    client.force_login(make_user("root", role="admin"))
    assert "alices-model" not in shown(client)


def test_htmx_gets_only_the_panel(alice_client, connection):
    panel = shown(alice_client, headers=HTMX)
    assert panel.lstrip().startswith('<section id="logs"')
    assert "<html" not in panel
    assert "HX-Request" in alice_client.get(URL)["Vary"]


@pytest.mark.parametrize(
    "query",
    [
        "?size=-1&before=zzz&type=%00&model=%25%25%25&connection=nobody&period=&since=x",
        "?request_id=" + "x" * 5000,
        "?since=2026-11-18T10:00&until=2026-11-18T09:00",
        "?after=99999999999-999999999999999999",
        "?model=%F0%9F%92%A9%5C%27%22%3E",
    ],
)
def test_nonsense_is_harmless(alice_client, connection, query):
    make_log(connection, time=NOW)
    shown(alice_client, query)


def test_queries_do_not_grow_with_rows(alice_client, connection, django_assert_num_queries):
    def make(count):
        for number in range(count):
            make_log(connection, time=NOW - number * MINUTE, model=f"m{number}", type=5)

    make(2)
    shown(alice_client)
    make(20)
    # session, person, groups, connections, feeds, units, table, highest id, one slice, excerpts,
    # new names of models, their colours, views; for the bar, the person's permissions and those
    # of their groups
    with django_assert_num_queries(16):
        assert rows_in(shown(alice_client, "?size=50")) == 22
    # as above without rows; one pass for totals and histogram, windows, models and keys in use
    with django_assert_num_queries(12):
        alice_client.get("/logs/totals/")


@pytest.mark.parametrize(
    ("query", "models"),
    [
        ("?model=gpt", {"gpt-4o", "gpt-5"}),
        ("?model=%25-5", {"gpt-5"}),
        ("?model=%3Dgpt-4o", {"gpt-4o"}),
        ("?key=two", {"gpt-5"}),
        ("?type=error", {"broken"}),
        ("?type=unknown", {"strange"}),
        ("?period=yesterday", {"old"}),
        ("?since=2026-11-17T13:00&until=2026-11-17T15:00", {"old"}),
        ("?model=gpt&key=two&type=consume", {"gpt-5"}),
        ("?request_id=r-1", {"old"}),
    ],
)
def test_filters_leave_what_was_asked_for(alice_client, connection, query, models):
    make_log(connection, time=NOW, model="gpt-4o", key="one")
    make_log(connection, time=NOW, model="gpt-5", key="two")
    make_log(connection, time=NOW, model="broken", key="one", type=5)
    make_log(connection, time=NOW, model="strange", key="one", type=99)
    old = NOW - timedelta(days=1)
    make_log(connection, time=old, model="old", key="one", text={"request_id": "r-1"})
    page = shown(alice_client, query)
    assert set(re.findall(r'title="Only [^"]*">(gpt-\w+|broken|strange|old)<', page)) == models


def test_a_type_is_a_word_of_each_site(alice_client, alice):
    hitopen = make_connection(alice, make_feed(make_site(vocabulary="hitopen-docs")))
    family = make_connection(alice)
    make_log(hitopen, time=NOW, type=1, model="a-request")
    make_log(family, time=NOW, type=1, model="a-top-up")
    page = shown(alice_client, "?type=consume")
    assert "a-request" in page
    assert rows_in(page) == 1


def test_one_connection_can_be_chosen(alice_client, alice, connection):
    other = make_connection(alice, name="Northgate")
    make_log(connection, time=NOW, model="in-harbour")
    make_log(other, time=NOW, model="in-northgate")
    page = shown(alice_client, f"?connection={other.pk}")
    assert rows_in(page) == 1
    assert "<b>Northgate</b>" in page


def test_active_filters_are_chips_that_can_be_removed(alice_client, connection):
    page = shown(alice_client, "?period=7d&model=gpt&type=error")
    assert '<b>gpt</b><a href="?period=7d&amp;type=error"' in page
    assert '<b>error</b><a href="?period=7d&amp;model=gpt"' in page


def test_paging_leads_through_all_rows_and_back(alice_client, connection):
    for number in range(25):
        make_log(connection, time=NOW - number * MINUTE, model=f"m-{number:02}")
    first = shown(alice_client, "?size=10")
    older = re.search(r'href="([^"]*before=[^"]*)"', first)[1].replace("&amp;", "&")
    second = shown(alice_client, older)
    assert re.findall(r">(m-\d\d)<", second) == [f"m-{number}" for number in range(10, 20)]
    newer = re.search(r'href="([^"]*after=[^"]*)"', second)[1].replace("&amp;", "&")
    assert re.findall(r">(m-\d\d)<", shown(alice_client, newer)) == [f"m-0{n}" for n in range(10)]


def test_the_sums_follow_the_filter(alice_client, connection):
    make_log(connection, time=NOW, model="gpt-4o", units=500_000)
    make_log(connection, time=NOW, model="gpt-5", units=250_000, prompt=1_000, completion=1)
    make_log(connection, time=NOW, model="gpt-5", units=50_000, type=6)
    page = shown(alice_client, "?model=gpt-5&totals=here")
    for text in ("$0.5000", "−$0.1000", "$0.4000", "<dd>1,001</dd>"):
        assert text in page


def test_units_can_be_shown_as_the_site_counts_them(alice_client, connection):
    make_log(connection, time=NOW, units=1_234_567)
    page = shown(alice_client, "?unit=units")
    assert 'class="c-cost n money">1,234,567<' in page


def test_units_of_unknown_worth_are_no_money(alice_client, connection):
    connection.site.units.all().delete()
    make_log(connection, time=NOW, units=500_000)
    page = shown(alice_client)
    assert "not known yet" in page
    assert "$1.00" not in page


def test_text_of_a_site_is_escaped(alice_client, alice):
    evil = "<script>alert(1)</script>'\""
    connection = make_connection(alice, make_feed(make_site(name=evil)), name=evil)
    row = make_log(
        connection,
        time=NOW,
        type=5,
        model=evil,
        key=evil,
        group=evil,
        text={"content": evil, "raw": evil, "request_id": evil},
    )
    for url in (URL, f"{URL}{row.pk}/"):
        page = alice_client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_the_page_has_no_inline_code(alice_client, connection):
    row = make_log(connection, time=NOW)
    for url in (URL, f"{URL}{row.pk}/", "/"):
        page = alice_client.get(url).content.decode()
        assert not re.search(r"<script(?![^>]*(src=|application/json))|\sstyle=|\son\w+=", page)


def test_proof_and_gaps_are_beside_the_rows(alice_client, connection):
    make_window(connection, NOW - 10 * 60 * MINUTE, NOW - 5 * 60 * MINUTE)
    make_window(
        connection, NOW - 3 * 60 * MINUTE, NOW - MINUTE, "differs", units=500_000, site_units=0
    )
    make_log(connection, time=NOW - 2 * MINUTE)
    page = shown(alice_client, "?totals=here")
    assert "Complete to 14:04" in page
    assert "Harbour: 2 h missing" in page
    assert "1 window differs by $1.0000" in page
    assert "p-differs" in page


@pytest.mark.django_db
def test_without_a_connection_it_offers_to_add_one(alice_client):
    page = shown(alice_client)
    assert "No connection yet" in page
    assert 'href="/connections/add/"' in page


def test_a_connection_that_was_never_read_says_so(alice_client, alice):
    make_connection(alice, make_feed(backfilled_at=None))
    assert "Not read yet" in shown(alice_client)
    assert "Nothing matches" not in shown(alice_client)


def test_a_connection_without_a_feed_says_so(alice_client, alice):
    make_connection(alice, feed=False)
    assert "Not read yet" in shown(alice_client)


def test_nothing_matches_points_to_the_nearest_day(alice_client, connection):
    make_window(connection, NOW - timedelta(days=30), NOW)
    make_log(connection, time=NOW - timedelta(days=7), model="o4-mini")
    page = shown(alice_client, "?model=o4")
    assert "Nothing matches" in page
    assert "since=2026-11-11T00%3A00&amp;until=2026-11-12T00%3A00&amp;model=o4" in page


@pytest.mark.parametrize(
    ("code", "needs_person", "sentence"),
    [
        ("token_expired", True, "Reading Harbour stopped, 14:05. The access token has expired."),
        ("timeout", False, "Reading Harbour failed, 14:05. The site took too long to answer."),
    ],
)
def test_a_connection_that_failed_is_told(alice_client, connection, code, needs_person, sentence):
    connection.record_failure(code, "", needs_person, NOW)
    page = shown(alice_client)
    assert sentence in page
    assert f'href="/connections/{connection.pk}/"' in page


def test_a_feed_that_waits_for_a_person_is_told(alice_client, connection):
    connection.feed.waits_for_person = "renders_differently"
    connection.feed.save(update_fields=["waits_for_person"])
    assert "Reading Harbour waits for a person. The site shows its old rows" in shown(alice_client)


def test_it_speaks_both_languages(alice_client, alice, connection):
    make_log(connection, time=NOW)
    alice.prefer(language="zh-hans")
    assert rows_in(shown(alice_client)) == 1


@pytest.mark.parametrize(
    ("row", "query", "style"),
    [
        ({"units": 500_000}, "", None),
        ({"units": 5_000_000_000}, "", "long long-cost"),
        ({"units": 5_000_000_000}, "?unit=units", None),
        ({"units": -(10**10)}, "?unit=units", "long long-cost"),
        ({"prompt": 2**31 - 1}, "", "long long-counts"),
    ],
)
def test_long_numbers_get_wider_columns(alice_client, connection, row, query, style):
    make_log(connection, time=NOW, **row)
    found = re.search(r'class="tbl logs sticky +(long [a-z -]+)"', shown(alice_client, query))
    assert (found and found[1]) == style


def test_an_unknown_type_says_its_number(alice_client, connection):
    make_log(connection, time=NOW, type=99)
    assert ">unknown type 99<" in shown(alice_client)


def test_a_phone_shows_the_text_of_what_is_no_call(alice_client, connection):
    make_log(connection, time=NOW, type=1)
    make_log(connection, time=NOW, type=2)
    assert shown(alice_client).count('<tr role="row" class="other">') == 1


def test_a_bar_of_the_histogram_leads_to_its_rows(alice_client, connection):
    for hours, model in ((1, "late"), (5, "early")):
        make_log(connection, time=NOW - hours * 60 * MINUTE, model=model)
    page = shown(alice_client, "?totals=here")
    bars = re.findall(r'<a href="([^"]+)" aria-label="[^"]+, 1"><title>', page)
    assert len(bars) == 2
    page = shown(alice_client, bars[0].replace("&amp;", "&"))
    assert rows_in(page) == 1
    assert "early" in page
