"""Rows that could not be read: the list, one of them as received, and reading it again."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from dashboard import quarantine
from providers.models import Feed, QuarantinedRow, UsageLog, Window
from providers.sync import recheck
from tests.dashboard.watching import NOW, make_connection, make_feed, make_window, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/quarantine/"
HTMX = {"HX-Request": "true"}
REASON = "Expected `int`, got `str` - at `$.quota`"
GOOD = {"created_at": int(NOW.timestamp()), "type": 2, "quota": 12, "username": "lab"}
HUGE = json.dumps({"text": "y" * 3_000_000})


@pytest.fixture
def client():
    return sign_in()


@pytest.fixture
def feed(client):
    return make_connection(User.objects.get()).feed


def make_bad(feed, raw='{"quota": "12"}', time=NOW, reason=REASON):
    return QuarantinedRow.objects.create(feed=feed, time=time, raw=raw, reason=reason, seen_at=NOW)


def url(row, name="quarantined_row", number=0):
    return reverse(name, args=[row.feed_id, int(row.time.timestamp()), number])


def addresses(row):
    get = [URL, url(row), url(row, "quarantined_file")]
    return get, [url(row, "row_retry"), reverse("quarantine_retry", args=[row.feed_id])]


def test_it_asks_for_a_login(client, feed):
    get, post = addresses(make_bad(feed))
    client.logout()
    assert all(client.get(path).url.startswith("/login/") for path in get)
    assert all(client.post(path).url.startswith("/login/") for path in post)


def test_it_says_what_is_wrong_in_plain_words(client, feed):
    make_bad(feed)
    page = client.get(URL).text
    assert "“quota” is text, where a whole number was expected." in page
    assert "{&quot;quota&quot;: &quot;12&quot;}" in page


def test_it_hides_what_is_not_ones_own(client):
    row = make_bad(make_connection(make_user("bob")).feed, raw="bobs-row")
    get, post = addresses(row)
    assert "bobs-row" not in client.get(URL).text
    assert "bobs-row" not in client.get(f"{URL}?feed={row.feed_id}").text
    assert [client.get(path).status_code for path in get[1:]] == [404, 404]
    assert [client.post(path).status_code for path in post] == [404, 404]
    assert QuarantinedRow.objects.exists()


def test_an_admin_sees_everybodys(feed):
    row = make_bad(feed)
    admin = sign_in("mira", role="admin")
    assert url(row) in admin.get(URL).text
    assert admin.get(url(row)).status_code == 200


def test_finance_sees_nothing_not_even_of_their_own(feed):
    finance = sign_in("fay", role="finance")
    make_connection(User.objects.get(email="fay@example.com"), feed)
    get, post = addresses(make_bad(feed))
    assert [finance.get(path).status_code for path in get] == [404] * 3
    assert [finance.post(path).status_code for path in post] == [404] * 2
    connection = feed.connections.get(owner__email="fay@example.com")
    page = finance.get(reverse("connection", args=[connection.pk])).text
    assert URL not in page
    assert "/verification/" not in page


def test_a_connection_counts_them_and_leads_to_them(client, feed):
    make_bad(feed)
    page = client.get(reverse("connection", args=[feed.connections.get().pk])).text
    assert "1 quarantined row could not be read" in page
    assert f'href="{URL}?feed={feed.pk}"' in page


def test_htmx_gets_only_the_panel(client, feed):
    row = make_bad(feed)
    assert client.get(URL, headers=HTMX).text.lstrip().startswith('<section id="quarantine"')
    assert client.get(url(row), headers=HTMX).text.startswith('<tr class="slip"')


def test_a_row_is_shown_in_lines_and_as_received(client, feed):
    raw = '{"quota":"12","n":1e400,"big":10000000000000000000000001}'
    make_window(feed)
    page = client.get(url(make_bad(feed, raw, time=NOW - timedelta(minutes=5)))).text
    for line in ("&quot;n&quot;: 1e400,\n", "10000000000000000000000001\n}", "as received"):
        assert line in page
    assert REASON in page
    window = Window.objects.get()
    assert reverse("window", args=[feed.pk, int(window.since.timestamp())]) in page


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\0b\x1b[31m", "a␀b␛[31m"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ('{"half": "\\ud83d of"}', "\\ud83d of"),
        ("[" * 50_000, "more characters are in the file"),
        (HUGE, "more characters are in the file"),
        ("", "<pre"),
    ],
)
def test_no_text_breaks_the_page(client, feed, raw, shown):
    row = make_bad(feed, raw, reason="Input data was truncated")
    list_page, page = client.get(URL), client.get(url(row))
    assert (list_page.status_code, page.status_code) == (200, 200)
    assert shown in page.text
    assert len(list_page.content) < 50_000
    assert len(page.content) < 300_000
    for answer in (list_page, page):
        assert "\0" not in answer.text
        assert "<script>alert" not in answer.text


def test_the_whole_text_is_a_file_that_no_browser_shows(client, feed):
    row = make_bad(feed, "<script>\0</script>" + "y" * 100_000)
    answer = client.get(url(row, "quarantined_file"))
    assert answer.content.decode() == row.raw
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_row_keeps_its_address_when_its_window_is_read_again(client, feed):
    first, second = make_bad(feed, "first"), make_bad(feed, "second")
    address = url(second, number=1)
    assert address in client.get(URL).text
    QuarantinedRow.objects.all().delete()
    make_bad(feed, "first"), make_bad(feed, "second")
    assert "second" in client.get(address).text
    assert first.pk != QuarantinedRow.objects.first().pk


def test_a_row_that_is_gone_is_not_there(client, feed):
    row = make_bad(feed)
    assert client.get(url(row, number=1)).status_code == 404
    assert client.get(f"{URL}{feed.pk}/{10**17}/{10**17}/").status_code == 404
    assert client.get(f"{URL}{feed.pk}/{10**30}/0/").status_code == 404


def test_a_row_that_can_be_read_now_is_mirrored(client, feed):
    window = make_window(feed)
    inside = int(window.since.timestamp()) + 1
    row = make_bad(feed, json.dumps(GOOD | {"created_at": inside}))
    answer = client.post(url(row, "row_retry"), follow=True)
    assert "The row could be read and is mirrored now." in answer.text
    assert not QuarantinedRow.objects.exists()
    assert UsageLog.objects.get().units == 12
    assert recheck.due_window(feed, datetime.now(UTC)) == window


def test_htmx_takes_a_row_that_was_read_off_the_list(client, feed):
    row = make_bad(feed, json.dumps(GOOD))
    answer = client.post(url(row, "row_retry"), headers=HTMX).text
    assert "is mirrored now" in answer
    assert 'hx-swap-oob="delete"' in answer


def test_a_row_that_still_cannot_be_read_says_why_today(client, feed):
    row = make_bad(feed, json.dumps(GOOD | {"type": None}))
    slip = client.post(url(row, "row_retry"), headers=HTMX).text
    assert "It still cannot be read." in slip
    assert "“type” is nothing, where a whole number was expected." in slip
    row.refresh_from_db()
    assert row.reason == "Expected `int`, got `null` - at `$.type`"
    page = client.post(url(row, "row_retry"), follow=True).text
    assert "It still cannot be read. “type” is nothing" in page


def test_all_of_a_connection_are_left_to_the_workers(client, feed):
    Feed.objects.update(parsed_with="0.1.0")
    row = make_bad(feed)
    assert reverse("quarantine_retry", args=[feed.pk]) in client.get(f"{URL}?feed={feed.pk}").text
    answer = client.post(reverse("quarantine_retry", args=[feed.pk]), follow=True)
    assert "All of them are read again" in answer.text
    feed.refresh_from_db()
    assert feed.parsed_with == ""
    assert QuarantinedRow.objects.get() == row


def test_pages_lead_to_older_rows(client, feed, monkeypatch):
    monkeypatch.setattr(quarantine, "SIZE", 2)
    rows = [make_bad(feed, time=NOW - timedelta(hours=hour)) for hour in range(3)]
    page = client.get(URL).text
    query = page.rpartition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert url(rows[2]) not in page
    assert url(rows[2]) in client.get(URL + query).text


@pytest.mark.parametrize(
    "query", ["?feed=x", "?feed=999999999999999999999", "?before=1", "?feed=²"]
)
def test_nonsense_is_harmless(client, feed, query):
    make_bad(feed)
    assert client.get(URL + query).status_code == 200


def test_where_every_row_could_be_read_it_says_so(client, feed):
    assert "Every row could be read" in client.get(URL).text


@pytest.mark.parametrize("name", ["row_retry", "quarantine_retry"])
def test_a_link_does_nothing(client, feed, name):
    row = make_bad(feed)
    path = url(row, name) if name == "row_retry" else reverse(name, args=[feed.pk])
    assert client.get(path).status_code == 405


def test_the_number_of_queries_does_not_grow(django_assert_num_queries, settings):
    settings.TOLLBOOK_TIME_ZONE = "UTC"  # else it is asked for now and then
    admin = sign_in("mira", role="admin")
    queries = [
        "session",
        "person",
        "their groups",
        "rows of the page with feeds and sites",
        "places of those rows",
        "connections with their owners",
        "rows counted",
        "permissions of the person",
        "permissions of the groups",
        "own connections to those feeds",
        *("savepoint", "end of the audit log", "event", "new end", "savepoint released"),
    ]
    audit.record(None, Action.SET_UP)  # makes the log
    for number in range(4):
        feed = make_feed(str(number), f"https://site{number}.example")
        make_connection(make_user(f"p{number}"), feed)
        make_bad(feed), make_bad(feed, time=NOW - timedelta(hours=1))
        if number in (0, 3):
            with django_assert_num_queries(len(queries)):
                admin.get(URL)
