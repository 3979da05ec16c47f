import gzip
import logging
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from providers.adapters.errors import ProviderError, Refused, Unavailable, UnexpectedAnswer
from providers.adapters.records import Secret
from tests.providers.adapters.server import CLOSE, RESET, http

PATH = "/api/status"
SECRET = "planted-5ecret-value"


def failure_of(door, url, **options):
    with pytest.raises(ProviderError) as failure:
        door.get_json(url + PATH, **options)
    return failure.value


def test_it_gives_what_the_site_said(serve, open_door):
    server = serve(http({"a": 1}, 418, Retry_After=7, Set_Cookie="a=b"))
    answer = open_door().get_json(server.url + PATH)
    assert (answer.status, answer.body) == (418, b'{"a": 1}')
    assert answer.headers == {"content-type": "application/json", "retry-after": "7"}


def test_it_sends_parameters_and_headers(serve, open_door):
    server = serve(http())
    headers = {"Authorization": Secret("Bearer x"), "New-Api-User": "2"}
    open_door(user_agent="Tollbook/1").get_json(server.url, params={"p": 1}, headers=headers)
    (request,) = server.requests
    assert request.query == {"p": "1"}
    assert request.headers["authorization"] == "Bearer x"
    assert request.headers["new-api-user"] == "2"
    assert request.headers["user-agent"] == "Tollbook/1"
    assert request.headers["accept-encoding"] == "gzip"


def test_it_unpacks_gzip(serve, open_door):
    server = serve(http(gzip.compress(b"[]"), Content_Encoding="gzip"))
    assert open_door().get_json(server.url).body == b"[]"


def test_it_keeps_the_connection(serve, open_door):
    server = serve(http(b"[]"))
    door = open_door()
    for _ in range(3):
        door.get_json(server.url)
    assert (door.requests, server.connections) == (3, 1)


def test_it_opens_a_new_connection_when_the_site_closed_the_old_one(serve, open_door):
    server = serve(lambda _: [http(b"[]", Connection="close"), CLOSE])
    door = open_door()
    door.get_json(server.url)
    door.get_json(server.url)
    assert server.connections == 2


def test_it_keeps_no_cookies(serve, open_door):
    server = serve(http(b"[]", Set_Cookie="session=abc; Path=/"))
    door = open_door()
    door.get_json(server.url)
    door.get_json(server.url)
    assert "cookie" not in server.requests[1].headers


def test_it_calls_the_hook_before_each_request(serve, open_door):
    server = serve(http(b"[]"))
    seen = []
    door = open_door(before_request=lambda: seen.append(len(server.requests)))
    door.get_json(server.url)
    door.get_json(server.url)
    assert seen == [0, 1]


def test_it_calls_the_other_hook_after_each_request_with_the_answer_if_one_came(serve, open_door):
    server = serve(http(b"[]", status=429))
    seen = []
    door = open_door(after_request=seen.append)
    door.get_json(server.url)
    failure_of(door, "http://127.0.0.1:1/")
    assert [answer and answer.status for answer in seen] == [429, None]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "180"}, 180),
        ({"Retry-After": "9" * 5000}, 86400),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 120),
        ({"Retry-After": "Wed, 21 Oct 2026 07:25:00 GMT"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2099 07:25:00 GMT"}, 86400),
    ],
)
def test_it_understands_how_long_to_wait(serve, open_door, headers, seconds):
    """A date is by the site's own clock."""
    server = serve(http(Date="Wed, 21 Oct 2026 07:26:00 GMT", **headers))
    assert open_door().get_json(server.url).retry_after == seconds


def test_it_learns_how_far_the_clock_of_the_site_is_ahead(serve, open_door):
    ahead = datetime.now(UTC) + timedelta(hours=1)
    server = serve(http(Date=ahead.strftime("%a, %d %b %Y %H:%M:%S GMT")))
    offset = open_door().get_json(server.url).clock_offset
    assert timedelta(minutes=59) < offset < timedelta(minutes=61)


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}, {"Date": ""}])
def test_it_does_without_the_time_of_the_site(serve, open_door, headers):
    assert open_door().get_json(serve(http(**headers)).url).clock_offset is None


def test_it_takes_no_proxy_from_the_environment(serve, open_door, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert open_door().get_json(serve(http(b"[]")).url).status == 200


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://evil.example/a?token=x", "evil.example"),
        ("/api/log/", ""),
        ("https://a:port/", ""),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_it_follows_no_redirect(serve, open_door, status, location, host):
    server = serve(http(b"<a>", status, Location=location))
    failure = failure_of(open_door(), server.url)
    assert isinstance(failure, UnexpectedAnswer)
    assert (failure.code, failure.detail) == ("redirect", host)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([http(b"x", Content_Length=10), CLOSE], "truncated"),
        ([http(b"x", Content_Length=10), RESET], "truncated"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", CLOSE], "truncated"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], "truncated"),
        ([http(gzip.compress(b"x" * 99)[:-4], Content_Encoding="gzip")], "truncated"),
        ([http(b"\0" * 2000)], "too_large"),
        ([http(gzip.compress(b"\0" * 2000), Content_Encoding="gzip")], "too_large"),
        ([CLOSE], "connection"),
        ([RESET], "connection"),
        ([b"HTTP/1.1 200 OK\r\nContent-", CLOSE], "connection"),
        ([b"SSH-2.0-OpenSSH_9.2\r\n", CLOSE], "connection"),
    ],
)
def test_it_names_what_went_wrong_on_the_way(serve, open_door, parts, code):
    failure = failure_of(open_door(max_bytes=1000), serve(parts).url)
    assert isinstance(failure, Unavailable)
    assert failure.code == code


def test_it_works_again_after_a_failure(serve, open_door):
    answers = iter([[http(b"x", Content_Length=10), RESET], [http(b"[]")]])
    server = serve(lambda _: next(answers))
    door = open_door()
    failure_of(door, server.url)
    assert door.get_json(server.url).body == b"[]"


def test_it_waits_no_longer_than_the_read_timeout(serve, open_door):
    server = serve(lambda _: time.sleep(5) or [])
    assert failure_of(open_door(read_timeout=0.1), server.url).code == "timeout"


def drip(first, endless):
    yield first
    for _ in range(100):
        time.sleep(0.05)
        yield endless


@pytest.mark.parametrize(
    ("first", "endless"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: x\r\n"),
        (http(b"[", Content_Length=10_000), b" "),
    ],
)
def test_a_slow_drip_ends_at_the_deadline(serve, open_door, first, endless):
    server = serve(lambda _: drip(first, endless))
    started = time.monotonic()
    assert failure_of(open_door(deadline=0.3), server.url).code == "timeout"
    assert time.monotonic() - started < 2


def test_the_deadline_begins_anew_with_each_request(serve, open_door):
    server = serve(http(b"[]"))
    door = open_door(deadline=0.3, before_request=lambda: time.sleep(0.2))
    for _ in range(3):
        door.get_json(server.url)


def test_it_names_a_refused_connection(open_door):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert failure_of(open_door(), f"http://127.0.0.1:{port}").code == "connection"


@pytest.mark.parametrize(
    "url",
    ["ftp://gateway.example", "https://", "gateway.example", "https://u:p@gateway.example", "\0"],
)
def test_it_refuses_what_is_no_web_address(open_door, url):
    assert failure_of(open_door(), url).code == "bad_url"


def test_it_refuses_loopback_unless_allowed(serve, open_door):
    server = serve(http(b"[]"))
    failure = failure_of(open_door(allowed_networks=[]), server.url)
    assert isinstance(failure, Refused)
    assert failure.code == "private_address"
    assert server.connections == 0


def test_it_refuses_plain_http_to_the_public(open_door):
    door = open_door(resolver=lambda host, port: ["8.8.8.8"])
    assert failure_of(door, "http://gateway.example").code == "plain_http"


def test_it_connects_to_the_very_address_that_was_judged(serve, open_door):
    """A name that turns to another address between two questions (DNS rebinding) gains nothing."""
    server = serve(http(b"[]"))
    asked = []

    def resolver(host, port):
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    open_door(resolver=resolver).get_json(f"http://gateway.example:{server.port}")
    assert asked == [("gateway.example", server.port)]
    assert server.requests[0].headers["host"] == f"gateway.example:{server.port}"


def test_it_judges_again_for_each_new_connection(serve, open_door):
    server = serve(lambda _: [http(b"[]", Connection="close"), CLOSE])
    found = iter([["127.0.0.1"], ["10.0.0.1"]])
    door = open_door(resolver=lambda host, port: next(found))
    url = f"http://gateway.example:{server.port}"
    door.get_json(url)
    assert failure_of(door, url).code == "private_address"


def test_it_tries_the_next_address_when_one_does_not_answer(serve, open_door):
    server = serve(http(b"[]"))
    door = open_door(resolver=lambda host, port: ["127.0.0.99", "127.0.0.1"])
    assert door.get_json(f"http://gateway.example:{server.port}").status == 200


def test_the_secret_appears_nowhere(serve, open_door, caplog):
    caplog.set_level(logging.DEBUG)
    server = serve([CLOSE])
    headers = {"Authorization": Secret(SECRET)}
    failure = failure_of(open_door(), server.url, headers=headers)
    assert SECRET in server.requests[0].headers["authorization"]
    assert SECRET not in f"{failure} {failure!r} {headers} {caplog.text}"


def test_a_secret_with_a_line_break_is_not_quoted(serve, open_door):
    failure = failure_of(open_door(), serve(http()).url, headers={"A": Secret(f"{SECRET}\n")})
    assert SECRET not in f"{failure} {failure!r}"
    assert failure.__suppress_context__


def test_a_body_is_never_shown(serve, open_door):
    answer = open_door().get_json(serve(http(SECRET.encode())).url)
    assert SECRET not in repr(answer)
