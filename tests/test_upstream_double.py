"""The double of an upstream, held against what real servers were recorded to say.

Its own promises are tested in `tests/upstream/`.
"""

import json
from pathlib import Path

import pytest

from tests.upstream import World, start_double
from tests.upstream.encoding import rewrite
from tests.upstream.reader import ask, rows_of

SAMPLES = Path(__file__).parent / "upstream" / "samples"
RECORDED = {
    profile: json.loads((SAMPLES / f"{profile}.json").read_text())
    for profile in ("new-api-v0.6.8", "new-api-v0.10.7", "new-api-v0.13.2", "one-api")
}
CASES = [(profile, name) for profile, calls in RECORDED.items() for name in calls]
HEADERS = (
    *("content-type", "location", "cache-control", "retry-after"),
    *("x-new-api-version", "auth-version"),
)
KEPT_ROWS = 2  # to so many the lists in the recordings were cut
HOURS = "/api/data/self"


def recorded_world():
    """The site of the recordings, but with a twentieth of its rows."""
    world = World().add(json.loads((SAMPLES / "rows.json").read_text()))
    for account in world.accounts:
        account.used_quota, account.request_count = 7_000_000 * account.id, 1000 * account.id
    for key in world.keys:
        key.remain_quota, key.used_quota = 900_000 + key.id, 123_456 * key.id
    return world


@pytest.fixture(scope="module")
def recorded_site():
    """One double per profile, with the recorded world."""
    running = {}

    def get(profile):
        if profile not in running:
            running[profile] = start_double(profile, world=recorded_world())
        return running[profile]

    yield get
    for double in running.values():
        double.stop()


def comparable(call, status, headers, body):
    """An answer without what differs from run to run, and cut as the recordings were."""
    rows = rows_of(body)
    if isinstance(rows, list):
        del rows[KEPT_ROWS:]
    if call["path"] == "/api/token/":
        for key in rows:
            key["key"] = "*" in key["key"]
    if call["path"] == HOURS and rows:
        for hour in rows:
            hour["id"] = hour["id"] > 0
    if call["path"] == "/api/status" and status == 200:
        body["data"]["start_time"] = 0
    if isinstance(body, dict) and "total" in (body.get("data") or {}) and is_open(call["query"]):
        body["data"]["total"] = "not all rows are here"
    shown = {name: headers.get(name) for name in HEADERS}
    return status, "x-oneapi-request-id" in headers, shown, json.dumps(body)


def is_open(query):
    return not {"start_timestamp", "end_timestamp"} <= query.keys()


@pytest.mark.parametrize(("profile", "name"), CASES)
def test_it_answers_as_the_real_server_did(recorded_site, profile, name):
    site, call = recorded_site(profile), RECORDED[profile][name]["request"]
    expected = RECORDED[profile][name]["response"]
    site.clear_faults()
    site.set(rate_limit=(0, 180) if name.startswith("limit") else None)
    if name.startswith("broken"):
        site.fault("database_broken")
    answer = ask(site, call["path"], call["headers"], **call["query"])
    assert comparable(call, *answer) == comparable(
        call, expected["status"], expected["headers"], expected["body"]
    )


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ('{"cut off', "null"),
        ('{"dup":1,"dup":2,"text":"中文 \\u003c \\n"}', '{"dup":2,"text":"中文 \\u003c \\n"}'),
        (
            '{"whole":9007199254740993,"float":0.1,"exp":1e21,"neg":-1000,"z":1,"a":2}',
            '{"a":2,"exp":1e+21,"float":0.1,"neg":-1000,"whole":9007199254740992,"z":1}',
        ),
        (
            '{"admin_info":{"nested":{"deep":[1,{"x":"<script>"}]}},"claude":true}',
            '{"claude":true}',
        ),
        (
            '{"a":1e20,"b":0.00001,"c":0.0000001}',
            '{"a":100000000000000000000,"b":0.00001,"c":1e-7}',
        ),
        ('{"a":1e400}', "null"),
    ],
)
def test_an_owner_sees_other_written_again(stored, shown):
    assert rewrite(stored, {"admin_info"}) == shown
