"""What every adapter promises, whatever its kind; a new one need not be named here."""

import pytest

from providers.adapters import (
    ADAPTERS,
    Adapter,
    CursorAdapter,
    WindowAdapter,
)
from providers.adapters.errors import (
    AuthFailed,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedAnswer,
)
from providers.adapters.records import Span
from tests.providers.adapters.answers import credentials
from tests.providers.adapters.server import CLOSE, RESET, http

SECRET = "hk-planted-5ecret-value"
SPAN = Span(since=1_780_000_000, until=1_780_003_600)
OWN = {"scope": "own", "dialect": "new-api", "span": SPAN}
CALLS = {
    Adapter: {"account": lambda adapter, *known: adapter.account(*known)},
    WindowAdapter: {
        "page": lambda adapter, *known: adapter.page(*known, number=1, size=10, **OWN),
        "dialect": lambda adapter, *known: adapter.dialect(*known, scope="own"),
        "statistic": lambda adapter, *known: adapter.statistic(*known, **OWN),
        "hourly": lambda adapter, *known: adapter.hourly(*known, scope="own", span=SPAN),
    },
    CursorAdapter: {
        "rows_from": lambda adapter, *known: adapter.rows_from(*known, start=0, limit=10),
    },
}
PUBLIC_CALLS = {
    WindowAdapter: {"facts": lambda adapter, *known: adapter.facts(*known)},
}


def of_every_adapter(*tables):
    """The calls of a table that each adapter can make."""
    able = [
        pytest.param(adapter, call, id=f"{adapter.kind}-{name}")
        for adapter in ADAPTERS.values()
        for table in tables
        for protocol, calls in table.items()
        if protocol is Adapter or isinstance(adapter, protocol)
        for name, call in calls.items()
    ]
    return pytest.mark.parametrize(("adapter", "call"), able)


every_adapter = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
every_call = of_every_adapter(CALLS, PUBLIC_CALLS)


@every_call
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http(status=429), RateLimited),
        (http(status=500), Unavailable),
        (http(status=503), Unavailable),
        (http(b"<html>", 502, Content_Type="text/html"), Unavailable),
        (http(b"<html>", Content_Type="text/html"), UnexpectedAnswer),
        (http(b"", 302, Location="https://elsewhere.example/"), UnexpectedAnswer),
        (http(b"{", Content_Type="application/json"), UnexpectedAnswer),
        (http({"hello": "world"}), UnexpectedAnswer),
        ([http(b"{", Content_Length=99), CLOSE], Unavailable),
        ([RESET], Unavailable),
    ],
)
def test_it_translates_what_the_outside_world_did(serve, open_door, adapter, call, answer, error):
    known = credentials(serve(answer).url, SECRET)
    with pytest.raises(error) as failure:
        call(adapter, open_door(), known)
    assert not failure.value.needs_person


@of_every_adapter(CALLS)
def test_a_refused_secret_needs_a_person(serve, open_door, adapter, call):
    with pytest.raises(AuthFailed) as failure:
        call(adapter, open_door(), credentials(serve(http(status=401)).url, SECRET))
    assert failure.value.needs_person


@every_call
def test_it_goes_to_no_private_address(open_door, adapter, call):
    door = open_door(resolver=lambda host, port: ["10.0.0.1"])
    with pytest.raises(Refused) as refusal:
        call(adapter, door, credentials(secret=SECRET))
    assert refusal.value.code == "private_address"


@every_call
def test_no_error_tells_the_secret(serve, open_door, adapter, call):
    echo = http({"success": False, "message": SECRET, "code": SECRET}, 400)
    with pytest.raises(ProviderError) as failure:
        call(adapter, open_door(), credentials(serve(echo).url, SECRET))
    assert SECRET not in f"{failure.value} {failure.value!r} {vars(failure.value)}"


@every_adapter
@pytest.mark.parametrize("answer", [http(status=s) for s in (200, 401, 403, 404, 429, 500)])
def test_a_connection_test_raises_nothing(serve, open_door, adapter, answer):
    report = adapter.test(open_door(), credentials(serve(answer).url, SECRET), "own")
    assert not report.ok
    assert report.requests <= 4
    assert SECRET not in repr(report)


@every_adapter
def test_an_address_in_its_final_form_stays_as_it_is(adapter):
    base = adapter.normalise_url("https://Gateway.example/")
    assert adapter.normalise_url(base) == base == "https://gateway.example"


@every_adapter
def test_it_refuses_a_text_without_an_address(adapter):
    with pytest.raises(Refused) as refusal:
        adapter.normalise_url("two words")
    assert refusal.value.code == "bad_url"


@every_adapter
def test_it_reads_a_log_in_one_way(adapter):
    assert isinstance(adapter, WindowAdapter) is not isinstance(adapter, CursorAdapter)


@every_adapter
def test_it_cannot_read_a_row_that_is_none(adapter):
    with pytest.raises(ValueError, match=r"."):
        adapter.reread("not a row")
