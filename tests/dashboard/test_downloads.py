import csv
import io
from datetime import timedelta

import pytest

from tests.dashboard.conftest import NOW
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log, make_site

URL = "/logs/export/"
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def connection(alice):
    return make_connection(alice, make_feed(make_site(name="Harbour & Co")), name="Mine")


def download(client, query=""):
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content).decode()


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.django_db
def test_it_asks_for_a_login(client):
    assert client.get(URL)["Location"] == f"/login/?next={URL}"


def test_it_has_every_row_of_the_filter_and_range(alice, alice_client, connection):
    other = make_connection(alice)
    for of, hours, model in ((connection, 1, "a"), (connection, 2, "b"), (other, 3, "b")):
        make_log(of, time=NOW - hours * HOUR, model=model, units=12_345)
    make_log(connection, time=NOW - 90 * HOUR, model="b")
    assert len(rows_of(download(alice_client)[1])) == 3
    (first, second) = rows_of(download(alice_client, "?model=%3Db")[1])
    assert (first["model"], first["units"]) == ("b", "12345")
    assert {first["connection"], second["connection"]} == {str(connection.pk), str(other.pk)}
    (only,) = rows_of(download(alice_client, f"?connection={other.pk}&min_tokens=1")[1])
    assert only["connection"] == str(other.pk)


def test_it_hides_other_peoples_usage(alice_client, connection):
    bobs = make_connection(make_user("bob"))
    make_log(bobs, time=NOW - HOUR, model="bobs-model", text={"request_id": "bobs-request"})
    for query in (
        "",
        f"?connection={bobs.pk}",
        f"?site={bobs.site_id}",
        "?request_id=bobs-request",
    ):
        assert rows_of(download(alice_client, query)[1]) == []


def test_years_are_searched_in_parts_and_lose_nothing(alice_client, connection):
    for weeks in (0, 1, 2, 50):
        make_log(connection, time=NOW - 168 * weeks * HOUR, key=f"week-{weeks}")
    query = "?period=custom&since=2016-01-01T00%3A00&until=2099-01-01T00%3A00"
    found = rows_of(download(alice_client, query)[1])
    assert [row["api_key"] for row in found] == ["week-50", "week-2", "week-1", "week-0"]


def test_a_request_is_exported_whatever_the_range_says(alice_client, connection):
    make_log(connection, time=NOW - 900 * HOUR, text={"request_id": "req-1"})
    assert len(rows_of(download(alice_client, "?request_id=req-1")[1])) == 1


def test_a_spreadsheet_runs_nothing_of_it(alice_client, connection):
    make_log(connection, time=NOW - HOUR, key="=HYPERLINK(1)")
    text = download(alice_client)[1]
    assert text.startswith("\ufeff")
    assert rows_of(text)[0]["api_key"] == "'=HYPERLINK(1)"


def test_its_name_says_where_when_and_in_which_zone(alice_client, connection):
    answer, _ = download(alice_client, "?period=7d")
    assert answer["Content-Type"] == "text/csv"
    assert answer["Content-Disposition"] == (
        'attachment; filename="tollbook_Harbour-Co_2026-11-12T00-00_2026-11-19T00-00_UTC.csv"'
    )


def test_queries_do_not_grow_with_rows(alice_client, connection, django_assert_num_queries):
    for _ in range(30):
        make_log(connection, time=NOW - HOUR)
    # session, person, time zone, roles, connections, feeds with their ends, units, rows per page;
    # then one batch
    with django_assert_num_queries(10):
        download(alice_client)


def test_the_page_offers_what_it_shows(alice_client, connection):
    page = alice_client.get("/logs/?period=7d&model=gpt").content.decode()
    assert 'href="/logs/export/?period=7d&amp;model=gpt"' in page
