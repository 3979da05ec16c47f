"""Several values of a filter and those that are left out, held against counting by hand; and the
pickers, which count them."""

from datetime import timedelta
from itertools import product

import pytest
from django.db.models import Q

from dashboard.values import Values
from providers.models import UsageLog
from tests.dashboard.conftest import NOW
from tests.factories_usage import make_connection, make_feed, make_log, make_site

pytestmark = pytest.mark.usefixtures("clock")
MINUTE = timedelta(minutes=1)
MODELS, KEYS = ("gpt-4o", "gpt-5", "claude", None), ("one", "two")
GROUPS, TYPES = ("default", "vip"), (2, 5)


@pytest.fixture
def rows(alice):
    """One of each combination, at two sites."""
    connections = [make_connection(alice, make_feed(make_site(name=name))) for name in "AB"]
    found = []
    for number, (model, key, group, kind) in enumerate(product(MODELS, KEYS, GROUPS, TYPES)):
        connection = connections[number % 3 == 0]
        row = make_log(
            *(connection,),
            time=NOW - number * MINUTE,
            model=model,
            key=key,
            group=group,
            type=kind,
            text={"ip": f"10.0.0.{number % 2}", "content": f"text {key}"},
        )
        found.append((row.pk, model or "", key, group, kind, connection, number % 2))
    return found


def shown(client, query):
    answer = client.get(f"/logs/?{query}&size=100&totals=here")
    found = [row.pk for row in answer.context["page"].rows]
    assert answer.context["figures"].totals.rows == len(found)
    assert sum(bar.rows for bar in answer.context["figures"].bars) == len(found)
    return set(found)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("model==gpt-4o&model==claude", lambda m, k, g, t, a: m in ("gpt-4o", "claude")),
        ("model=!=gpt-5", lambda m, k, g, t, a: m != "gpt-5"),
        ("model=gpt&model=!5", lambda m, k, g, t, a: m == "gpt-4o"),
        ("model=!gpt&key=two", lambda m, k, g, t, a: "gpt" not in m and k == "two"),
        ("key==one&key=!=one", lambda m, k, g, t, a: False),
        ("type=error&type=consume", lambda m, k, g, t, a: True),
        ("type=!error", lambda m, k, g, t, a: t != 5),
        ("group==vip&group==default&type=error", lambda m, k, g, t, a: t == 5),
        ("group=!=vip", lambda m, k, g, t, a: g != "vip"),
        ("ip=!10.0.0.1", lambda m, k, g, t, a: a == 0),
        ("text=one&text=two", lambda m, k, g, t, a: True),
        ("text=!one", lambda m, k, g, t, a: k != "one"),
        ("model=no-such&model==gpt-5", lambda m, k, g, t, a: m == "gpt-5"),
        ("model=!no-such", lambda m, k, g, t, a: True),
    ],
)
def test_it_shows_and_sums_what_fits(alice_client, rows, query, fits):
    wanted = {pk for pk, *parts, _c, a in rows if fits(*parts, a)}
    assert shown(alice_client, query) == wanted


def test_connections_and_sites(alice_client, rows):
    first, second = (rows[1][5], rows[0][5])
    of_first = {pk for pk, *_, connection, _a in rows if connection == first}
    every = {pk for pk, *_ in rows}
    for name, one, other in (
        ("connection", first.pk, second.pk),
        ("site", first.site_id, second.site_id),
    ):
        assert shown(alice_client, f"{name}={one}") == of_first
        assert shown(alice_client, f"{name}=!{other}") == of_first
        assert shown(alice_client, f"{name}={one}&{name}={other}") == every


def test_each_value_has_a_chip_that_removes_it_alone(alice_client, rows):
    query = "?period=today&model==gpt-5&model=!=claude&type=error&type=!refund&text==x"
    chips = alice_client.get(f"/logs/{query}").context["logs"].chips
    told = {f"{chip.label} {chip.value}": chip.without for chip in chips}
    assert list(told) == [
        *("Type is error", "Type is not refund", "Model is gpt-5", "Model is not claude"),
        "Text contains =x",
    ]
    assert told["Model is gpt-5"].count("model=") == 1
    assert "model=%21%3Dclaude" in told["Model is gpt-5"]


def test_a_form_carries_what_its_fields_do_not_show(alice_client, rows):
    page = alice_client.get("/logs/?model==gpt-5&model==claude&type=!error").text
    for value in ("=gpt-5", "=claude"):
        assert f'<input type="hidden" name="model" value="{value}">' in page
    assert '<input type="hidden" name="type" value="!error">' in page
    assert "2 chosen" in page
    assert "all but 1" in page


def test_values_are_read_once_and_not_without_end():
    given = Values.of(["a", " a ", "", "!", "! ", *(f"v{number}" for number in range(99))])
    assert given[:2] == ("a", "v0")
    assert len(given) == 50


def test_nothing_wanted_means_everything():
    assert Values.of(["!a"]).admits("b")
    assert not Values.of(["!a"]).admits("a")
    assert not Values.of(["b"]).admits("a")
    assert Values().condition(lambda value: Q(pk=value)) == Q()


def options(client, column, query=""):
    answer = client.get(f"/logs/values/{column}/?{query}")
    assert answer.status_code == 200
    return {one.label: one.rows for one in answer.context["facet"].options}


@pytest.mark.parametrize(
    "query",
    [
        "period=today",
        "period=30d",
        "period=7d&key==one&type=!error",
        "period=today&model==gpt-5&model=claude",
        "since=2026-11-18T13:50&until=2026-11-18T14:02",
        "period=today&group==vip",
    ],
)
@pytest.mark.parametrize("column", ["model", "key", "group", "type", "site", "connection"])
def test_a_picker_counts_what_choosing_would_show(alice_client, rows, query, column):
    """Under the other filters: those of its own column are the question."""
    others = "&".join(part for part in query.split("&") if not part.startswith(column))
    answer = alice_client.get(f"/logs/values/{column}/?{query}")
    facet = answer.context["facet"]
    assert facet.options
    for option in facet.options:
        chosen = f"{others}&{column}={option.value}"
        assert option.rows == len(shown(alice_client, chosen)), option
    total = UsageLog.objects.filter(pk__in=shown(alice_client, others))
    unnamed = total.filter(model=None).count() if column == "model" else 0
    assert sum(option.rows for option in facet.options) == total.count() - unnamed


def test_what_was_chosen_stands_first_also_where_it_does_not_occur(alice_client, rows):
    answer = alice_client.get("/logs/values/model/?model==gone&model=!=claude&model=gpt")
    first, second, *_ = answer.context["facet"].options
    assert {(one.label, one.is_wanted, one.is_unwanted) for one in (first, second)} == {
        ("gone", True, False),
        ("claude", False, True),
    }
    assert 'name="model" value="=gone" checked' in answer.text
    assert 'name="model" value="!=claude" checked' in answer.text


def test_a_picker_keeps_the_other_filters(alice_client, rows):
    page = alice_client.get("/logs/values/model/?period=7d&model=x&type=error&order=cost").text
    for name, value in (("period", "7d"), ("type", "error"), ("order", "cost")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert 'type="hidden" name="model"' not in page


@pytest.mark.parametrize("column", ["ip", "text", "request_id", "member", "channel", "no-such"])
def test_other_columns_have_no_picker(alice_client, rows, column):
    assert alice_client.get(f"/logs/values/{column}/").status_code == 404


def test_where_the_budget_ends_a_picker_says_since_when(alice_client, rows, monkeypatch):
    monkeypatch.setattr("dashboard.sums.BUDGET_SECONDS", -1)
    page = alice_client.get("/logs/values/group/?period=30d").text
    assert "counted since 12 Nov" in page
