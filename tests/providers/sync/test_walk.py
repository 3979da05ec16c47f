from collections import Counter

import pytest

from providers.adapters import ADAPTERS
from providers.adapters.records import Credentials, Secret, Span
from providers.sync.walk import Reader, WindowMoved, WindowTooLarge, walk
from tests.providers.adapters.answers import ROW
from tests.providers.adapters.server import http

SINCE = 1_780_000_000
SPAN = Span(since=SINCE, until=SINCE + 3600)


class Site:
    """A site that holds rows, newest first; `changes[N]` runs before the N-th answer."""

    def __init__(self, rows, *, size=100, has_total=True, changes=None):
        self.rows, self.size, self.has_total = list(rows), size, has_total
        self.changes = changes or {}
        self.asked = []

    def __call__(self, request):
        self.asked.append(request.path)
        self.changes.get(len(self.asked), lambda _: None)(self)
        if request.path.endswith("/stat"):
            return http(
                {"success": True, "data": {"quota": sum(row["quota"] for row in self.rows)}}
            )
        first = int(request.query["p"]) - (1 if self.has_total else 0)
        items = self.rows[first * self.size : (first + 1) * self.size]
        if not self.has_total:
            return http({"success": True, "data": items})
        envelope = {
            "items": items,
            "total": len(self.rows),
            "page": first + 1,
            "page_size": self.size,
        }
        return http({"success": True, "data": envelope})


def rows(count):
    return [ROW | {"created_at": SINCE + 3599 - n // 4, "quota": n // 2} for n in range(count)]


def arrive(site):
    site.rows.insert(0, ROW | {"created_at": SINCE + 3599, "quota": 7})


def vanish(site):
    site.rows.pop()


@pytest.fixture
def read(serve, open_door):
    def start(site, most_rows=2000):
        credentials = Credentials(
            base_url=serve(site).url, secret=Secret("test-access-token"), user_id="42"
        )
        reader = Reader(
            adapter=ADAPTERS["new_api"],
            door=open_door(),
            credentials=credentials,
            scope="own",
            dialect="new-api" if site.has_total else "one-api",
        )
        return walk(reader, SPAN, most_rows=most_rows)

    return start


def multiset(items):
    return Counter((item["created_at"], item["quota"]) for item in items)


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_it_gives_every_row_and_asks_no_page_too_many(read, count, requests):
    site = Site(rows(count))
    walked = read(site)
    assert Counter((r.second, r.units) for r in walked.records) == multiset(site.rows)
    assert len(site.asked) == requests


def test_it_reads_pages_as_small_as_the_site_makes_them(read):
    site = Site(rows(25), size=10)
    assert len(read(site).records) == 25
    assert len(site.asked) == 3


@pytest.mark.parametrize("change", [arrive, vanish])
def test_a_window_that_moves_is_not_accepted(read, change):
    with pytest.raises(WindowMoved):
        read(Site(rows(250), changes={2: change}))


def test_as_many_rows_as_announced_are_not_enough_when_the_total_wavered(read):
    with pytest.raises(WindowMoved):
        read(Site(rows(250), changes={2: arrive, 3: vanish}))


def test_a_large_window_is_left_after_one_request(read):
    site = Site(rows(250))
    with pytest.raises(WindowTooLarge) as caught:
        read(site, most_rows=200)
    assert caught.value.rows == 250
    assert len(site.asked) == 1


def test_a_bad_row_counts_towards_the_total(read):
    site = Site(rows(120))
    site.rows[5]["quota"] = "much"
    walked = read(site)
    assert len(walked.records) == 119
    assert len(walked.bad_rows) == 1


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (9, 1), (10, 6), (25, 7)])
def test_without_a_total_the_statistic_is_the_proof(read, count, requests):
    site = Site(rows(count), size=10, has_total=False)
    walked = read(site)
    assert Counter((r.second, r.units) for r in walked.records) == multiset(site.rows)
    assert len(site.asked) == requests
    assert walked.statistic in (None, sum(row["quota"] for row in site.rows))


def test_without_a_total_a_changed_statistic_refuses_the_walk(read):
    with pytest.raises(WindowMoved):
        read(Site(rows(25), size=10, has_total=False, changes={4: arrive}))


def test_without_a_total_a_row_of_no_cost_is_seen_on_the_first_page(read):
    def arrive_for_nothing(site):
        site.rows.insert(0, ROW | {"created_at": SINCE + 3599, "quota": 0})

    with pytest.raises(WindowMoved):
        read(Site(rows(25), size=10, has_total=False, changes={4: arrive_for_nothing}))


def test_without_a_total_a_window_is_left_when_too_many_rows_came(read):
    with pytest.raises(WindowTooLarge):
        read(Site(rows(80), size=10, has_total=False), most_rows=30)
