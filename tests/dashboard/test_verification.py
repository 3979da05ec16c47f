"""The verification page, a window of it, and what 'Verify again' leaves to the workers."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from dashboard import verification
from providers.models import Check, Window
from tests.dashboard.watching import NOW, make_connection, make_feed, make_window, sign_in
from tests.factories import make_user
from tests.factories_usage import make_log

pytestmark = pytest.mark.django_db
URL = "/verification/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client():
    return sign_in()


@pytest.fixture
def alice(client):
    return User.objects.get(email="alice@example.com")


@pytest.fixture
def feed(alice):
    return make_connection(alice).feed


def url(window, name="window"):
    return reverse(name, args=[window.feed_id, int(window.since.timestamp())])


def shown(client, query="", **headers):
    return client.get(f"{URL}{query}", headers=headers).text


def make_check(feed, **fields):
    ends = {"since": NOW - timedelta(days=1), "until": NOW, "reached": NOW}
    return Check.objects.create(feed=feed, **{"asked_at": NOW, **ends} | fields)


def addresses(feed):
    window, check = make_window(feed), make_check(feed)
    return {
        "get": [URL, url(window), reverse("check", args=[check.pk])],
        "post": [
            url(window, "window_verify"),
            reverse("range_verify"),
            reverse("check_stop", args=[check.pk]),
        ],
    }


def test_it_asks_for_a_login(client, feed):
    client.logout()
    found = addresses(feed)
    for path in found["get"]:
        assert client.get(path).url.startswith("/login/")
    for path in found["post"]:
        assert client.post(path).url.startswith("/login/")


def test_it_shows_each_state_and_both_sums(client, feed):
    make_window(feed)
    make_window(feed, 2, state="differs", reason="statistic", units=500, site_units=700)
    make_window(feed, 3, state="mirrored", reason="zero_statistic", site_units=0)
    make_window(feed, 4, state="pruned")
    page = shown(client)
    assert "1 of 4" in page
    for text in (">500<", ">700<", ">−200<", "deleted rows that are kept here"):
        assert text in page
    assert "the site&#x27;s statistic is zero, a known fault" in page


def test_it_hides_what_is_not_ones_own(client):
    other = make_connection(make_user("bob"), name="Bobs secret").feed
    found = addresses(other)
    assert "Bobs secret" not in shown(client, f"?feed={other.pk}")
    for path in found["get"][1:]:
        assert client.get(path).status_code == 404
    for path in found["post"]:
        assert client.post(path, {"feed": other.pk}).status_code == 404
    assert not Check.objects.exclude(pk=Check.objects.get().pk).exists()


def test_an_admin_sees_everybodys(feed):
    admin = sign_in("mira", role="admin")
    make_check(feed)
    window = make_window(feed)
    page = shown(admin)
    assert "Harbour" in page
    assert "Alice" in page
    assert admin.get(url(window)).status_code == 200
    assert reverse("logs") + "?" not in admin.get(url(window)).text


def test_finance_sees_nothing_not_even_of_their_own(feed):
    finance = sign_in("fay", role="finance")
    make_connection(User.objects.get(email="fay@example.com"), feed)
    found = addresses(feed)
    assert [finance.get(path).status_code for path in found["get"]] == [404] * 3
    assert [finance.post(path).status_code for path in found["post"]] == [404] * 3


@pytest.mark.parametrize(("role", "is_there"), [("admin", True), ("member", False)])
def test_the_navigation_leads_admins_there(role, is_there):
    page = sign_in("mira", role=role).get("/connections/").text
    assert (f'href="{URL}"' in page) is is_there


def test_a_connection_leads_to_its_windows(client, feed):
    window = make_window(feed, state="differs", reason="statistic")
    page = client.get(reverse("connection", args=[feed.connections.get().pk])).text
    assert f'href="{URL}?feed={feed.pk}"' in page
    assert f'href="{url(window)}"' in page


def test_htmx_gets_only_the_panel(client, feed):
    make_window(feed)
    page = shown(client, **HTMX)
    assert page.lstrip().startswith('<section id="verification"')


def test_it_can_be_narrowed_to_a_state_and_a_connection(client, feed, alice):
    other = make_connection(alice, make_feed("3", "https://ferry.example"), name="Ferry").feed
    here = make_window(feed, state="differs", reason="statistic")
    there = make_window(other, hours_ago=5)
    page = shown(client, "?state=differs")
    assert url(here) in page
    assert url(there) not in page
    page = shown(client, f"?feed={other.pk}")
    assert url(there) in page
    assert url(here) not in page


@pytest.mark.parametrize(
    "query",
    [
        *("?state=good", "?feed=x", "?feed=99999999999999999999999", "?period=never"),
        *("?since=x&until=y", "?before=9-9-9", "?after=99999999999-999999999999999999", "?feed=-1"),
    ],
)
def test_nonsense_is_harmless(client, feed, query):
    make_window(feed)
    assert client.get(f"{URL}{query}").status_code == 200


def test_an_impossible_window_is_not_there(client, feed):
    for path in (f"{URL}{feed.pk}/{10**30}/", f"{URL}{10**30}/1/", f"{URL}checks/{10**30}/"):
        assert client.get(path).status_code == 404


def test_pages_lead_to_older_and_newer_windows(client, feed, monkeypatch):
    monkeypatch.setattr(verification, "SIZE", 2)
    windows = [make_window(feed, hours) for hours in range(1, 6)]
    pages, query = [], ""
    for _ in range(3):
        page = shown(client, query)
        pages.append([number for number, window in enumerate(windows) if url(window) in page])
        query = page.rpartition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert pages == [[0, 1], [2, 3], [4]]
    back = page.rpartition('rel="prev"')[0].rpartition('href="')[2].partition('"')[0]
    newer = shown(client, back)
    assert url(windows[4]) not in newer
    assert 0 < newer.find(url(windows[2])) < newer.find(url(windows[3]))


def test_what_was_chosen_stays_from_page_to_page(client, feed, monkeypatch):
    monkeypatch.setattr(verification, "SIZE", 1)
    for hours in (1, 2):
        make_window(feed, hours)
    page = shown(client, f"?period=7d&feed={feed.pk}&state=verified&nonsense=1")
    kept = f"?period=7d&amp;feed={feed.pk}&amp;state=verified&amp;before="
    assert f'href="{kept}' in page
    custom = f"?period=custom&since={NOW - timedelta(days=3):%Y-%m-%dT%H:%M}&until="
    page = shown(client, f"{custom}{NOW + timedelta(days=1):%Y-%m-%dT%H:%M}")
    assert "period=custom&amp;since=" in page.rpartition('rel="next"')[0].rpartition("<a ")[2]


def test_windows_of_two_feeds_that_begin_together_are_all_found(client, feed, alice, monkeypatch):
    monkeypatch.setattr(verification, "SIZE", 1)
    other = make_connection(alice, make_feed("3", "https://ferry.example")).feed
    windows = [make_window(feed), make_window(other)]
    first = shown(client)
    query = first.rpartition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = shown(client, query)
    assert [url(window) in first for window in windows] == [False, True]
    assert [url(window) in second for window in windows] == [True, False]


def test_of_many_feeds_one_can_still_be_chosen(client, feed, alice, monkeypatch):
    monkeypatch.setattr(verification, "MOST_FEEDS", 1)
    other = make_connection(alice, make_feed("3", "https://z.example"), name="Ferry").feed
    third = make_connection(alice, make_feed("4", "https://zz.example"), name="Last").feed
    make_window(third)
    page = shown(client)
    assert "More connections than can be shown" in page
    assert f"?feed={other.pk}" not in page
    page = shown(client, f"?feed={third.pk}")
    assert "More connections than can be shown" not in page
    assert "1 of 1" in page


def test_without_a_connection_it_says_so(client):
    assert "No connection yet" in shown(client)


# --- one window ---


def test_a_window_opens_to_what_was_compared(client, feed):
    window = make_window(
        feed, state="differs", reason="statistic", units=500, site_units=700, requests=3
    )
    page = client.get(url(window)).text
    assert f"{window.since:%Y-%m-%d %H:%M:%S}" in page
    assert "3,600 seconds, the end not included" in page
    assert "No known fault explains it." in page
    for number in (">500<", ">700<", ">−200<"):
        assert number in page
    assert "<dd>3 " in page
    slip = client.get(url(window), headers=HTMX).text
    assert slip.startswith('<tr class="slip"')
    assert "hx-swap-oob" not in slip


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("zero_statistic", "although it lists rows that cost something"),
        ("renamed", "some rows here carry a former one"),
        ("shared_name", "another account has or had the same one"),
        ("name_pattern", "has a percent sign in it"),
        ("quarantine", "lacks the rows that could not be read"),
    ],
)
def test_a_known_fault_is_named_and_explained(client, feed, reason, words):
    window = make_window(feed, state="mirrored", reason=reason)
    assert words in client.get(url(window)).text


def test_what_the_statistic_leaves_out_is_told(client, feed):
    window = make_window(feed)
    inside = window.since + timedelta(minutes=1)
    make_log(feed, time=inside, user="lab", units=500)
    make_log(feed, time=inside, user="old lab", units=30)
    make_log(feed, time=inside, user="lab", type=6, units=80)
    page = client.get(url(window)).text
    assert "1 row that costs" in page
    assert "1 row under a former name, 30 units" in page
    assert "1 refund, 80 units" in page


def test_the_owner_is_led_to_the_rows(client, feed):
    page = client.get(url(make_window(feed))).text
    assert f'href="{reverse("logs")}?period=custom' in page


# --- verify again ---


def test_verifying_a_window_again_is_left_to_the_workers(client, feed):
    window = make_window(feed)
    answer = client.post(url(window, "window_verify"))
    assert answer.url == url(window)
    check = Check.objects.get()
    assert (check.feed, check.since, check.until) == (feed, window.since, window.until)
    assert check.asked_by.email == "alice@example.com"
    assert "It waits for its turn" in client.get(url(window)).text


def test_an_open_window_asks_again_until_it_is_verified(client, feed):
    window = make_window(feed)
    target = {**HTMX, "HX-Target": f"slip-{feed.pk}-1"}
    slip = client.post(url(window, "window_verify"), headers=target).text
    assert 'hx-trigger="every 2s"' in slip
    assert 'hx-swap-oob="true"' in slip
    Check.objects.update(
        requests=4, rows=10, reached=window.since, finished_at=NOW + timedelta(seconds=1)
    )
    Window.objects.update(state="mirrored", reason="renamed")
    slip = client.get(url(window), headers=target).text
    assert "hx-trigger" not in slip
    assert "Row by row, both sides are the same." in slip
    assert "rows under a former name" in slip.partition("hx-swap-oob")[2]


def test_what_was_found_is_listed(client, feed):
    window = make_window(feed)
    ended = {"requests": 4, "reached": window.since, "finished_at": NOW}
    check = make_check(feed, is_same=False, missing=1, gone=250, **ended)
    row = {"type": 2, "units": 77, "prompt": 1, "completion": 1, "model": "<b>gpt</b>"}
    check.found.create(side="missing_here", time=window.since, **row)
    check.found.create(side="gone_upstream", time=window.since - timedelta(hours=9), **row)
    page = client.get(reverse("check", args=[check.pk])).text
    for text in ("1 row was missing here.", "250 rows are gone upstream", "249 more rows are only"):
        assert text in page
    assert "&lt;b&gt;gpt" in page
    assert page.count("is gone upstream</span>") == 1
    assert "is gone upstream</span>" not in client.get(url(window)).text


def test_a_range_is_verified_again_and_shows_how_far_it_is(client, feed):
    windows = [make_window(feed, hours, rows=250) for hours in (1, 2, 3)]
    page = shown(client, f"?feed={feed.pk}")
    assert "3 windows, about 13 requests" in page
    since = f"{windows[1].since:%Y-%m-%dT%H:%M:%S}"
    typed = {"feed": feed.pk, "period": "custom", "since": since, "until": ""}
    answer = client.post(reverse("range_verify"), typed)
    check = Check.objects.get()
    assert answer.url == reverse("check", args=[check.pk])
    assert (check.since, check.until) == (windows[1].since, windows[0].until)
    assert "0 of 2" in client.get(answer.url).text
    Check.objects.update(requests=3, reached=windows[0].since)
    panel = client.get(answer.url, headers=HTMX).text
    assert panel.lstrip().startswith('<section id="check"')
    assert "1 of 2" in panel
    assert 'hx-trigger="every 2s"' in panel
    assert answer.url in shown(client)


def test_a_range_without_windows_says_so(client, feed):
    typed = {"feed": feed.pk, "period": "custom", "since": "2020-01-01", "until": "2020-01-02"}
    answer = client.post(reverse("range_verify"), typed, follow=True)
    assert "There is nothing to verify in this range." in answer.text
    assert not Check.objects.exists()


def test_it_can_be_stopped(client, feed):
    make_window(feed)
    check = make_check(feed)
    path = reverse("check_stop", args=[check.pk])
    panel = client.post(path, headers=HTMX).text
    assert "It ended before everything was compared." in panel
    assert "hx-trigger" not in panel
    check.refresh_from_db()
    stopped_at = check.finished_at
    client.post(path)
    check.refresh_from_db()
    assert check.finished_at == stopped_at is not None


def test_what_keeps_it_from_going_on_is_told(client, feed):
    make_window(feed)
    check = make_check(feed)
    connection = feed.connections.get()
    connection.record_failure("rate_limited", "", False, NOW)
    assert "asks us to slow down" in client.get(reverse("check", args=[check.pk])).text
    connection.record_success(NOW)
    connection.pause()
    assert "once the connection is not paused" in client.get(reverse("check", args=[check.pk])).text


def test_a_paused_connection_offers_nothing(client, feed):
    window = make_window(feed)
    feed.connections.get().pause()
    page = client.get(url(window)).text
    assert "no connection to this account is active" in page
    assert url(window, "window_verify") not in page
    assert reverse("range_verify") not in shown(client, f"?feed={feed.pk}")


@pytest.mark.parametrize("name", ["window_verify", "range_verify", "check_stop"])
def test_a_link_does_nothing(client, feed, name):
    window, check = make_window(feed), make_check(feed)
    path = {
        "window_verify": url(window, "window_verify"),
        "range_verify": reverse("range_verify"),
        "check_stop": reverse("check_stop", args=[check.pk]),
    }[name]
    assert client.get(path).status_code == 405


def test_the_number_of_queries_does_not_grow(django_assert_num_queries, settings):
    settings.TOLLBOOK_TIME_ZONE = "UTC"  # else it is asked for now and then
    admin = sign_in("mira", role="admin")
    queries = [
        "session",
        "person",
        "their groups",
        "feeds with their sites",
        "connections with their owners",
        "windows counted by feed and state",
        "how far each feed reaches",
        "stretches of the strips",
        "windows of the page",
        "units of the sites",
        "newest checks",
        "checks that wait",
        "permissions of the person",
        "permissions of the groups",
    ]
    for number in range(4):
        feed = make_feed(str(number), f"https://site{number}.example")
        make_connection(make_user(f"p{number}"), feed)
        make_check(feed)
        for hours in range(1, 9):
            make_window(feed, hours)
        if number in (0, 3):
            with django_assert_num_queries(len(queries)):
                admin.get(URL)


def test_the_number_of_queries_of_a_window_does_not_grow(
    client, feed, django_assert_num_queries, settings
):
    settings.TOLLBOOK_TIME_ZONE = "UTC"
    queries = [
        "session",
        "person",
        "their groups",
        "the window with feed and site",
        "connections with their owners",
        "units of the site",
        "rows by type and name",
        "quarantined rows",
        "the newest check",
        "its rows of the window",
        "its windows",
        "its windows that are left",
        "feed, for what keeps it",
        "connections, for the same",
    ]
    window = make_window(feed)
    for number in range(5):
        make_log(feed, time=window.since, units=number)
        make_check(feed)
        if number in (0, 4):
            with django_assert_num_queries(len(queries)):
                client.get(url(window), headers=HTMX)
