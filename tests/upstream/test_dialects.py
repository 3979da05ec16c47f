"""The table of differences between versions (what changed when), held against every profile."""

import json

import pytest

from tests.upstream import Double, start_double
from tests.upstream.profiles import GATEWAYS
from tests.upstream.reader import LAB, ask, credentials, rows_of

LOG, STAT, SELF = "/api/log/self", "/api/log/self/stat", "/api/user/self"
MOMENT = 1_780_000_000
OTHER = '{"z":1,"a":{"b":2},"admin_info":{"use_channel":["1"]},"reject_reason":"r"}'
TOKEN = {"Authorization": f"Bearer {Double.token('lab')}"}
SCOPED = {"Authorization": f"Bearer {Double.scoped_token('lab')}"}
KEEPER = credentials("keeper", 4)

NO_ENVELOPE = ("one-api", "new-api-v0.2.0", "new-api-v0.2.7.5", "apiyi")
NO_HEADER = (
    *("one-api", "one-hub", "new-api-v0.2.0", "new-api-v0.2.7.5", "new-api-v0.2.7.6"),
    *("new-api-v0.4.2.4", "new-api-rc.24", "new-api-rc.29", "new-api-rc.41"),
)
ZERO_IDS = ("one-api", "one-hub", "new-api-v0.2.0", "new-api-v0.2.7.5", "new-api-v0.2.7.6")
RANK_IDS = (
    *("new-api-v0.10.8", "new-api-v0.13.2", "new-api-rc.10", "new-api-rc.24", "new-api-rc.29"),
    "new-api-rc.41",
)
CODED = ("new-api-rc.24", "new-api-rc.29", "new-api-rc.41")
HEADERS = {
    "veloera": "Veloera-User",
    "v-api": "X-Api-User",
    "voapi": "voapi-user",
    "super-api": "User-id",
    "rix-api": "Rix-Api-User",
    "neo-api": "neo-api-user",
}
# No size asked for, and more than the cap: how many rows an owner and an admin get of 150.
SIZES = {
    "one-api": (10, 10, 10),
    "one-hub": (10, None, None),
    "new-api-v0.2.0": (10, 10, 10),
    "new-api-v0.2.7.5": (0, 100, 150),
    "new-api-v0.2.7.6": (0, 100, 150),
    "new-api-v0.4.2.4": (0, 100, 150),
    "new-api-v0.6.8": (0, 100, 150),
    "new-api-v0.8.8": (10, 100, 100),
    "new-api-rc.41": (10, 100, 100),
    "veloera": (0, 100, 150),
}


@pytest.fixture(scope="module")
def running():
    with start_double() as double:
        yield double


@pytest.fixture(params=GATEWAYS)
def site(running, request):
    return turned_to(running, request.param)


def turned_to(double, profile):
    double.reset()
    double.switch(profile)
    double.profile = profile
    return double


def as_lab(site, path, **query):
    return ask(site, path, TOKEN | {HEADERS.get(site.profile, "New-Api-User"): "2"}, **query)


def first_page(site):
    """The name of the parameter, and the number of the page with the newest rows."""
    return ("page", 1) if site.profile == "one-hub" else ("p", int(site.profile not in NO_ENVELOPE))


def listed(body):
    data = body["data"]
    return data if isinstance(data, list) else data.get("items", data.get("data"))


def sized(count):
    return dict.fromkeys(("page_size", "size", "pageSize"), count)


def test_pages_begin_where_the_version_begins(site):
    site.append(LAB, [{"quota": quota} for quota in range(25)])
    name, first = first_page(site)
    pages = [as_lab(site, LOG, **{name: first + n}, **sized(10))[2] for n in range(4)]
    assert [row["quota"] for page in pages for row in listed(page)] == list(range(25))[::-1]
    assert isinstance(pages[0]["data"], list) == (site.profile in NO_ENVELOPE)
    before = as_lab(site, LOG, **{name: first - 1}, **sized(10))[2]
    assert listed(before) == listed(pages[0])


@pytest.mark.parametrize(("profile", "counts"), SIZES.items(), ids=SIZES)
def test_pages_are_as_long_as_the_version_allows(running, profile, counts):
    site = turned_to(running, profile)
    site.append(LAB, [{}] * 150)
    admin = KEEPER | {HEADERS.get(profile, "New-Api-User"): "4"}
    bodies = [
        as_lab(site, LOG)[2],
        as_lab(site, LOG, **sized(1000))[2],
        ask(site, "/api/log/", admin, **sized(1000))[2],
    ]
    assert [len(listed(body)) if body["success"] else None for body in bodies] == list(counts)


def test_owners_see_no_real_ids(site):
    site.append(3, [{}] * 1024)
    site.append(LAB, [{}, {}])
    ids = [row["id"] for row in listed(as_lab(site, LOG, **sized(10))[2])]
    expected = [0, 0] if site.profile in ZERO_IDS else [2, 1]
    assert ids == ([1, 2] if site.profile in RANK_IDS else expected)


def test_the_header_with_the_user_id_is_needed_where_it_is_known(site):
    status, _, body = ask(site, SELF, TOKEN)
    assert body["success"] == (site.profile in NO_HEADER)
    assert status == (200 if body["success"] else 401)
    if not body["success"]:
        assert HEADERS.get(site.profile, "New-Api-User") in body["message"]


def test_an_unknown_token_is_refused_in_the_manner_of_the_version(site):
    status, _, body = ask(site, SELF, {"Authorization": "Bearer nonsense"})
    assert (status, body["success"]) == (401 if site.profile in CODED else 200, False)
    assert ("code" in body) == (site.profile in CODED)


def test_both_ends_of_a_window_belong_to_it(site):
    site.append(LAB, [{"created_at": MOMENT + n, "quota": 2**n} for n in range(4)])
    window = {"start_timestamp": MOMENT + 1, "end_timestamp": MOMENT + 2}
    rows = listed(as_lab(site, LOG, **window, **sized(10))[2])
    assert [row["quota"] for row in rows] == [4, 2]
    expected = 0 if site.profile == "new-api-rc.29" else 6
    assert as_lab(site, STAT, **window)[2]["data"]["quota"] == expected


def test_other_is_shown_as_the_version_shows_it(site):
    site.append(LAB, [{"other": text} for text in (OTHER, "", "plain words")])
    rows = listed(as_lab(site, LOG, **sized(10))[2])[::-1]
    rewritten = '{"a":{"b":2},"reject_reason":"r","z":1}'
    hidden = rewritten.replace('"reject_reason":"r",', "")
    match site.profile:
        case "one-hub":
            assert [row["metadata"] for row in rows] == [json.loads(OTHER), None, None]
        case "one-api" | "new-api-v0.2.0":
            assert not any("other" in row for row in rows)
        case "new-api-rc.41":
            assert [row["other"] for row in rows] == [hidden, "", "plain words"]
        case "new-api-v0.10.7" | "new-api-v0.10.8":
            assert [row["other"] for row in rows] == [hidden, "null", "null"]
        case _:
            assert [row["other"] for row in rows] == [rewritten, "null", "null"]


def test_the_budget_is_that_of_the_version(site):
    site.set(rate_limit="own")
    limits = {"one-api": 480, "one-hub": 300, **dict.fromkeys(CODED, 360)}
    allowed = limits.get(site.profile, 180)
    statuses = [ask(site, "/api/status")[0] for _ in range(allowed + 1)]
    assert statuses == [200] * allowed + [429]


def test_the_site_tells_who_asks(site):
    account = as_lab(site, SELF)[2]["data"]
    if site.profile == "rix-api":
        assert "id" not in account
        assert account["balance"] == "8.643974"
    else:
        assert (account["id"], account["quota"]) == (LAB, 4_321_987)


def test_a_column_that_came_later_is_empty_in_older_rows(running):
    site = turned_to(running, "new-api-v0.2.7.6")
    row = {"group": "vip", "ip": "192.0.2.1", "request_id": "r", "token_id": 1}
    site.append(LAB, [row])
    site.switch("new-api-rc.24")
    site.append(LAB, [row])
    new, old = listed(ask(site, LOG, TOKEN)[2])
    assert (old["group"], old["ip"], "request_id" in old, old["token_id"]) == ("", "", False, 1)
    assert (new["group"], new["ip"], new["request_id"]) == ("vip", "192.0.2.1", "r")


def test_one_hub_refuses_what_it_cannot_read(running):
    site = turned_to(running, "one-hub")
    answers = [ask(site, LOG, TOKEN, **query)[2] for query in ({"size": 101}, {"page": "two"})]
    assert [answer["success"] for answer in answers] == [False, False]
    assert ask(site, STAT, TOKEN, start_timestamp="yesterday")[2]["success"]


def test_one_hub_has_its_own_names(running):
    site = turned_to(running, "one-hub")
    site.append(LAB, [{"channel": 2, "elapsed_time": 1500, "ip": "192.0.2.1", "type": 1}, {}])
    (row,) = listed(ask(site, LOG, TOKEN, log_type=1)[2])
    told = [row[name] for name in ("channel_id", "request_time", "source_ip", "channel")]
    assert told == [2, 1500, "192.0.2.1", None]
    (seen,) = listed(ask(site, "/api/log/", KEEPER, channel_id=2)[2])
    assert seen["channel"] == {"id": 2, "name": "claude 直连"}


def test_one_hub_cleans_up_consumption_only(running):
    site = turned_to(running, "one-hub")
    site.append(LAB, [{"created_at": MOMENT, "type": kind} for kind in (1, 2, 2)])
    assert site.delete_before(MOMENT + 1) == 2
    assert [row["type"] for row in site.truth(LAB)] == [1]


def test_v0_2_counts_the_rates_of_the_whole_window(running):
    site = turned_to(running, "new-api-v0.2.0")
    site.append(LAB, [{"created_at": MOMENT, "quota": 5, "prompt_tokens": 3}])
    assert ask(site, STAT, TOKEN)[2]["data"] == {"quota": 5, "rpm": 1, "tpm": 3}
    assert "token_used" not in rows_of(ask(site, "/api/data/self", TOKEN)[2])


@pytest.mark.parametrize(
    ("headers", "path", "code"),
    [
        (TOKEN, LOG, None),
        (SCOPED, LOG, None),
        (SCOPED, "/api/token/", "ACCESS_TOKEN_SCOPE_DENIED"),
        (SCOPED, "/api/log/", "ACCESS_TOKEN_SCOPE_DENIED"),
        (TOKEN, "/api/user/access_tokens", "AUTH_SESSION_REQUIRED"),
        (TOKEN, "/api/user/token", "AUTH_SESSION_REQUIRED"),
        ({"Authorization": f"Bearer {Double.scoped_token('keeper')}"}, "/api/log/", None),
    ],
)
def test_rc_41_has_tokens_with_scopes(running, headers, path, code):
    site = turned_to(running, "new-api-rc.41")
    status, _, body = ask(site, path, headers)
    assert (status, body.get("code")) == (200 if code is None else 403, code)


def test_rc_41_retires_old_tokens_and_ends_new_ones(running):
    site = turned_to(running, "new-api-rc.41")
    site.set(legacy_tokens_retired=True)
    site.issue_token("lab", LAB, scopes=["usage:read"], expires_at=MOMENT)
    told = [ask(site, LOG, headers) for headers in (TOKEN, SCOPED)]
    assert [(status, body["code"]) for status, _, body in told] == [
        (401, "ACCESS_TOKEN_LEGACY_RETIRED"),
        (401, "ACCESS_TOKEN_EXPIRED"),
    ]


def test_older_versions_know_no_scoped_token(running):
    site = turned_to(running, "new-api-rc.24")
    assert ask(site, LOG, SCOPED)[2]["code"] == "AUTH_UNAUTHORIZED"
