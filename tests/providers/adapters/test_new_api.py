import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from providers.adapters import ADAPTERS
from providers.adapters.errors import AuthFailed, ProviderError, Unavailable, UnexpectedAnswer
from providers.adapters.new_api_calls import USER_HEADERS
from providers.adapters.records import Secret, Span
from tests.providers.adapters.answers import LATEST, ONE_API, ROW, SAMPLES, credentials
from tests.providers.adapters.server import http

ADAPTER = ADAPTERS["new_api"]
SECRET = "planted-5ecret-value"


class Site:
    """Answers each path with what was recorded of one server; single answers can be replaced."""

    def __init__(self, server, **replaced):
        self.answers = {
            "/api/status": recorded(server, "status"),
            "/api/user/self": recorded(server, "user-self"),
            "/api/log/self": recorded(server, LIST[server]),
            "/api/log/self/stat": recorded(server, "stat-self"),
        }
        self.answers.update({PATHS[name]: answer for name, answer in replaced.items()})
        self.anonymous_account = recorded(LATEST, "auth-header-user-missing")

    def __call__(self, request):
        if request.path == "/api/user/self" and "new-api-user" not in request.headers:
            return self.anonymous_account
        return self.answers[request.path]


LIST = {LATEST: "log-self-page-1", ONE_API: "log-self-p-0"}
PATHS = {
    "status": "/api/status",
    "account": "/api/user/self",
    "log": "/api/log/self",
    "statistic": "/api/log/self/stat",
    "hourly": "/api/data/self",
}


def recorded(server, name):
    answer = SAMPLES[server][name]
    body = answer["body"] if isinstance(answer["body"], str) else json.dumps(answer["body"])
    content_type = answer["headers"].get("content-type", "")
    return http(body.encode(), answer["status"], Content_Type=content_type)


def refusal(message="", code="", status=200):
    return http({"success": False, "message": message, "code": code}, status)


@pytest.fixture
def visit(serve, open_door):
    """A site, a door and the credentials for it."""

    def start(site=None, **changes):
        server = serve(site or Site(LATEST))
        return server, open_door(), credentials(server.url, SECRET, **changes)

    return start


def test_it_is_found():
    assert (ADAPTER.kind, ADAPTER.title, list(ADAPTER.scopes)) == (
        "new_api",
        "New API",
        ["own", "all"],
    )


def test_it_shows_who_it_is_in_every_name_of_the_family(visit):
    server, door, known = visit(user_id=" 2 ")
    ADAPTER.account(door, known)
    (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert {request.headers[name.lower()] for name in USER_HEADERS} == {"2"}
    assert request.headers["accept-language"] == "en"


def test_it_sends_no_user_id_when_there_is_none(visit):
    server, door, known = visit(user_id="")
    with pytest.raises(AuthFailed):
        ADAPTER.account(door, known)
    assert not {name.lower() for name in USER_HEADERS} & set(server.requests[0].headers)


def test_it_asks_for_the_facts_without_showing_the_secret(visit):
    server, door, known = visit()
    assert ADAPTER.facts(door, known).dialect == "new-api"
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize("secret", [f"Bearer {SECRET}", f"bearer  {SECRET}", f" {SECRET}\n"])
def test_it_takes_a_token_as_it_was_pasted(visit, secret):
    server, door, known = visit()
    ADAPTER.account(door, replace(known, secret=Secret(secret)))
    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("secret", "user_id", "code"),
    [
        ("sk-abc", "2", "model_key"),
        ("Bearer sk-abc", "2", "model_key"),
        ("", "2", "token_invalid"),
        ("two words", "2", "token_invalid"),
        ("令牌", "2", "token_invalid"),
        ("a\nb", "2", "token_invalid"),
        ("token", "lab", "user_id_no_number"),
        ("token", "-2", "user_id_no_number"),
        ("token", "\uff12", "user_id_no_number"),
    ],
)
def test_what_cannot_be_right_is_never_sent(visit, secret, user_id, code):
    server, door, known = visit(user_id=user_id)
    known = replace(known, secret=Secret(secret))
    with pytest.raises(AuthFailed) as refused:
        ADAPTER.account(door, known)
    assert refused.value.code == code
    assert [(f.code, f.ok) for f in ADAPTER.test(door, known, "own").findings] == [(code, False)]
    assert not server.requests


def test_it_asks_for_a_page_of_new_api(visit):
    server, door, known = visit()
    span = Span(since=1_779_000_000, until=1_790_000_000)
    arguments = {"scope": "own", "dialect": "new-api", "span": span, "number": 1}
    read = ADAPTER.page(door, known, size=1000, **arguments)
    assert (read.rows, read.total) == (5, 1438)
    assert server.requests[0].query == {
        "p": "1",
        "page_size": "100",
        "start_timestamp": "1779000000",
        "end_timestamp": "1789999999",
    }


def test_it_asks_for_a_page_of_one_api(visit):
    server, door, known = visit(Site(ONE_API))
    span = Span.before(1_790_000_000)
    arguments = {"scope": "own", "dialect": "one-api", "span": span, "number": 3}
    assert ADAPTER.page(door, known, size=10, **arguments).total is None
    sizes = {"page_size": "10", "pageSize": "10"}
    assert server.requests[0].query == {"p": "2", **sizes, "end_timestamp": "1789999999"}


def test_it_knows_how_much_a_page_holds():
    assert (ADAPTER.page_size("new-api"), ADAPTER.page_size("one-api")) == (100, 10)


def test_it_asks_for_all_users_at_the_address_with_the_slash(visit):
    server, door, known = visit(lambda _: recorded(LATEST, "log-self-page-1"))
    span = Span.before(1_790_000_000)
    arguments = {"dialect": "new-api", "span": span, "number": 1, "size": 100}
    assert ADAPTER.page(door, known, scope="all", **arguments).records[0].upstream_id == 1
    assert server.requests[0].path == "/api/log/"


def test_it_asks_for_the_statistic_of_the_same_seconds(visit):
    server, door, known = visit()
    span = Span(since=5, until=10)
    assert ADAPTER.statistic(door, known, scope="own", dialect="new-api", span=span) == 4299590524
    assert urlencode(server.requests[0].query) == "start_timestamp=5&end_timestamp=9"


def test_it_reads_the_hours_of_a_long_span_in_slices(visit):
    def site(request):
        hour = {"created_at": int(request.query["start_timestamp"]), "model_name": "a", "quota": 1}
        return http({"success": True, "data": [hour]})

    server, door, known = visit(site)
    points = ADAPTER.hourly(door, known, scope="own", span=Span(since=86400, until=62 * 86400))
    assert [point.units for point in points] == [1, 1, 1]
    assert len(server.requests) == 3


def test_it_reads_a_quarantined_row_again():
    assert ADAPTER.reread(json.dumps(ROW)).units == 1250
    assert ADAPTER.reread(json.dumps(ROW), scope="all").upstream_id == 1
    with pytest.raises(ValueError, match="quota"):
        ADAPTER.reread(json.dumps({**ROW, "quota": "?"}))
    with pytest.raises(ValueError, match="deeply"):
        ADAPTER.reread('{"x":' + "[" * 100_000)


# The connection test


def findings(visited, scope="own"):
    _, door, known = visited
    report = ADAPTER.test(door, known, scope)
    assert report.requests == door.requests <= 4
    assert report.ok == all(finding.ok for finding in report.findings)
    return report, [(finding.code, finding.value) for finding in report.findings]


SITE = [
    ("site_found", "New API"),
    ("version", "v0.13.2"),
    ("dialect", "new-api"),
    ("unit", "500000"),
    ("connection_plain", ""),
]
ACCOUNT = [("account", "lab (2)"), ("role", "1"), ("balance", "4321987")]


def test_it_tells_all_that_is_good(visit):
    report, found = findings(visit())
    assert found == [*SITE, *ACCOUNT, ("user_id_right", "2"), ("user_id_needed", "")]
    assert (report.ok, report.requests, report.account.id) == (True, 4, "2")
    assert report.facts.dialect == "new-api"


def test_it_notices_that_no_user_id_is_needed(visit):
    site = Site(LATEST)
    site.anonymous_account = site.answers["/api/user/self"]
    _, found = findings(visit(site))
    assert found[-2:] == [("user_id_right", "2"), ("user_id_not_needed", "")]


def test_it_works_without_a_user_id_where_none_is_needed(visit):
    site = Site(LATEST)
    site.anonymous_account = site.answers["/api/user/self"]
    report, found = findings(visit(site, user_id=""))
    assert found[-1] == ("user_id_not_needed", "")
    assert (report.account.id, report.requests) == ("2", 3)


def test_one_api_needs_no_user_id(visit):
    site = Site(ONE_API)
    site.anonymous_account = site.answers["/api/user/self"]
    report, found = findings(visit(site))
    assert ("dialect", "one-api") in found
    assert {("no_totals", ""), ("no_hourly", "")} <= set(found)
    assert found[-1] == ("user_id_not_needed", "")
    assert report.requests == 4


def test_the_pages_have_the_last_word_about_the_dialect(visit):
    report, found = findings(visit(Site(ONE_API, log=recorded(LATEST, "log-self-page-1"))))
    assert ("dialect", "new-api") in found
    assert report.facts.dialect == "new-api"


def test_it_says_nothing_about_the_user_id_when_the_answer_is_not_definite(visit):
    site = Site(LATEST)
    site.anonymous_account = http(status=503)
    report, found = findings(visit(site))
    assert report.ok
    assert found[-1] == ("user_id_right", "2")


def test_a_typed_user_id_of_somebody_else_is_wrong_even_where_it_is_ignored(visit):
    report, found = findings(visit(user_id="3"))
    assert found == [*SITE, ("user_id_wrong", "2")]
    assert report.account is None


@pytest.mark.parametrize("user_id", ["2", "02", " 2"])
def test_it_compares_user_ids_as_numbers(visit, user_id):
    assert findings(visit(user_id=user_id))[0].ok


def test_a_user_id_may_be_missing(visit):
    report, found = findings(visit(user_id=""))
    assert found == [*SITE, ("user_id_missing", "")]
    assert report.account is None


def test_a_secret_may_lack_the_scope_for_the_log(visit):
    denied = refusal("", "ACCESS_TOKEN_SCOPE_DENIED", 403)
    report, found = findings(visit(Site(LATEST, log=denied)))
    assert found == [*SITE, *ACCOUNT, ("scope_missing", "usage:read")]
    assert not report.ok


def test_all_users_are_for_admins(visit):
    _, found = findings(visit(), scope="all")
    assert found == [*SITE, ("role_too_low", "1")]


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (recorded(LATEST, "auth-unknown-token"), "token_invalid"),
        (recorded(LATEST, "auth-header-user-of-another"), "user_id_wrong"),
        (recorded(LATEST, "auth-disabled-user"), "account_disabled"),
        (refusal("", "ACCESS_TOKEN_EXPIRED", 401), "token_expired"),
        (refusal("", "ACCESS_TOKEN_LEGACY_RETIRED", 401), "token_retired"),
        (refusal("", "ACCESS_TOKEN_SCOPE_DENIED", 403), "scope_missing"),
        (http(status=429), "rate_limited"),
        (http(b"<html>", Content_Type="text/html"), "html"),
    ],
)
def test_it_tells_what_is_wrong_with_the_secret(visit, account, code):
    report, found = findings(visit(Site(LATEST, account=account)))
    assert [finding for finding, _ in found][-1] == code
    assert found[:-1] == SITE
    assert report.account is None


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (http({"error": "x"}, 404), "not_new_api"),
        (http({"hello": "world"}), "not_new_api"),
        (http(b"<html>", Content_Type="text/html"), "html"),
        (http(b"<html>Just a moment", 403, Content_Type="text/html"), "challenge"),
        (http(b"", 301, Location="https://other.example/"), "redirect"),
        (http(status=429, Retry_After=3), "rate_limited"),
        (http(status=502), "unavailable"),
    ],
)
def test_it_tells_what_is_wrong_with_the_site(visit, status, code):
    report, found = findings(visit(Site(LATEST, status=status)))
    assert [finding for finding, _ in found] == [code]
    assert (report.facts, report.account, report.requests) == (None, None, 1)


def test_it_tells_how_long_a_site_wants_to_be_left_alone(visit):
    busy = http(status=429, Retry_After=180)
    assert findings(visit(Site(LATEST, account=busy)))[1][-1] == ("rate_limited", "180")


def test_a_redirect_is_told_with_its_host(visit):
    elsewhere = http(b"", 301, Location="https://other.example/x")
    assert findings(visit(Site(LATEST, status=elsewhere)))[1] == [("redirect", "other.example")]


@pytest.mark.parametrize(
    ("found_address", "code"),
    [("10.0.0.1", "private_address"), ("169.254.169.254", "metadata_address")],
)
def test_it_tells_of_a_forbidden_address(open_door, found_address, code):
    door = open_door(resolver=lambda host, port: [found_address])
    report = ADAPTER.test(door, credentials(), "own")
    assert [finding.code for finding in report.findings] == [code]


def test_the_secret_is_in_no_finding(visit):
    echo = refusal(f"your token {SECRET} is wrong", status=401)
    report, _ = findings(visit(Site(LATEST, account=echo)))
    assert SECRET not in repr(report)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_site_in_trouble_is_worth_another_try(visit, status):
    _, door, known = visit(Site(LATEST, account=http(status=status)))
    with pytest.raises(Unavailable) as failure:
        ADAPTER.account(door, known)
    assert not failure.value.needs_person


def test_whatever_a_site_says_is_one_of_our_errors(visit):
    _, door, known = visit(lambda _: http(b'{"success":true,"data":{"id":[]}}'))
    with pytest.raises(ProviderError):
        ADAPTER.account(door, known)


UNKNOWN_PATH = http({"error": {"message": "Invalid URL", "type": "invalid_request_error"}}, 404)
PAST = Span(since=1_780_000_000, until=1_780_003_600)


@pytest.mark.parametrize(
    ("missing", "call"),
    [
        ("statistic", lambda *site: ADAPTER.statistic(*site, scope="own", dialect="", span=PAST)),
        ("hourly", lambda *site: ADAPTER.hourly(*site, scope="own", span=PAST)),
    ],
)
def test_what_a_site_does_not_have_is_none(visit, missing, call):
    _, door, known = visit(Site(LATEST, **{missing: UNKNOWN_PATH}))
    assert call(door, known) is None
    _, door, known = visit(
        Site(LATEST, **{missing: http(b"<html>", 404, Content_Type="text/html")})
    )
    with pytest.raises(UnexpectedAnswer):
        call(door, known)
