"""What the doctor finds is held against what each profile of the double says of itself."""

import time

import pytest

from providers.adapters import ADAPTERS
from providers.adapters.errors import AuthFailed
from providers.adapters.records import Account, Credentials, Secret
from tests.providers.adapters.answers import ROW, credentials
from tests.providers.adapters.server import http
from tests.upstream import World, start_double
from tests.upstream.profiles import GATEWAYS, IdForm, Matching

NEW_API = ADAPTERS["new_api"]
IDS = {IdForm.ZERO: "zero", IdForm.MODULO: "small", IdForm.RANK: "rank"}
READ = {name: found for name, found in GATEWAYS.items() if name != "rix-api"}  # names no account
ENOUGH = 25  # more than one page of the smallest


def rows(count=ENOUGH, **columns):
    now = int(time.time())
    return [
        {
            "user_id": 2,
            "username": "lab",
            "created_at": now - 600 - 10 * number,
            "model_name": "gpt-4o",
            "quota": 100,
            "other": '{"frt": 10}',
            **columns,
        }
        for number in reversed(range(count))
    ]


@pytest.fixture
def traits_of(open_door):
    """Start a site with these rows, and ask it."""
    doubles = []

    def ask(profile, history, token=""):
        double = start_double(profile, world=World().add(history))
        doubles.append(double)
        secret = Secret(token or double.token("lab"))
        known = Credentials(base_url=double.url, secret=secret, user_id="2")
        door = open_door()
        report = NEW_API.test(door, known, "own")
        before = door.requests
        found = NEW_API.traits(
            door,
            known,
            account=report.account,
            scope="own",
            dialect=report.facts.dialect,
            until=int(time.time()) - 60,
        )
        told = {trait.code: trait.value for trait in found}
        return told | {"requests": door.requests - before}

    yield ask
    for double in doubles:
        double.stop()


@pytest.mark.parametrize("profile", GATEWAYS.values(), ids=GATEWAYS)
def test_it_finds_what_each_profile_does(traits_of, profile):
    found = traits_of(profile.name, rows())
    matching = profile.own_model
    is_like = matching in (Matching.LIKE, Matching.CAREFUL_LIKE)
    assert found["page_size"] == str(profile.paging.own_cap if profile.paging.envelope else 10)
    assert found["total"] == ("announced" if profile.paging.envelope else "none")
    assert found["first_page"] == str(profile.paging.first)
    assert found["ids"] == IDS[profile.own_ids]
    assert (found["time_edges"], found["type_filter"]) == ("inclusive", "honoured")
    is_exact = matching is Matching.EXACT
    assert found["model_percent"] == ("literal" if is_exact else "wildcard")
    assert found["model_underscore"] == ("wildcard" if matching is Matching.LIKE else "literal")
    assert found["model_case"] == ("any" if is_like else "exact")
    assert found["statistic"] == ("zero" if profile.stat_forgets_quota else "equal")
    assert found["hourly"] == ("answers" if profile.has_hourly else "refused")
    assert set(found["row_fields"].split()) <= set(profile.row_fields)
    assert ("frt" in found["other_keys"].split()) == ("other" in profile.columns)
    assert found["requests"] <= 13


def test_a_late_row_and_names_with_wildcards_lead_nobody_astray(traits_of):
    (late,) = rows(1, created_at=int(time.time()) - 86400, model_name="gpt_4o")
    found = traits_of("new-api-v0.6.8", [*rows(4), *rows(ENOUGH), late])
    assert (found["ids"], found["time_edges"]) == ("small", "inclusive")
    assert (found["model_percent"], found["model_case"]) == ("wildcard", "any")


def test_an_empty_account_tells_little_and_costs_little(traits_of):
    found = traits_of("new-api-v0.13.2", [])
    assert found.pop("requests") == 2
    assert found == {
        "page_size": "100",
        "total": "announced",
        "row_fields": "",
        "other_keys": "",
        "hourly": "answers",
    }


def test_what_the_rows_cannot_decide_is_unknown(traits_of):
    found = traits_of("new-api-v0.6.8", rows(1, model_name="o1", quota=0))
    unknown = {code for code, value in found.items() if value == "unknown"}
    assert unknown == {"ids", "model_percent", "model_underscore", "model_case", "statistic"}


def test_a_statistic_of_a_shared_name_differs(traits_of):
    others = [{**row, "user_id": 3} for row in rows(3)]
    assert traits_of("new-api-v0.13.2", [*rows(3), *others])["statistic"] == "differs"


def test_it_sees_that_filters_are_ignored(serve, open_door):
    known = [dict(ROW, created_at=1_780_000_000 - n, type=2 + n % 2) for n in range(3)]
    always = http(
        {"success": True, "data": {"items": known, "page": 1, "page_size": 100, "total": 3}}
    )
    found = NEW_API.traits(
        open_door(),
        credentials(serve(always).url, "token"),
        account=Account(id="42", name="lab", role=1, units=0),
        scope="own",
        dialect="new-api",
        until=1_780_000_060,
    )
    told = {trait.code: trait.value for trait in found}
    assert (told["time_edges"], told["type_filter"]) == ("ignored", "ignored")
    assert (told["statistic"], told["hourly"]) == ("refused", "refused")


def test_a_refused_secret_is_an_error(traits_of):
    with pytest.raises(AuthFailed):
        traits_of("new-api-v0.13.2", rows(), token="another")
