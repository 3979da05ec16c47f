import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from providers.adapters.json_text import as_received, readable
from providers.adapters.new_api_rows import read_row, read_rows
from providers.adapters.records import digest
from tests.providers.adapters.answers import LATEST, NEW_API, ONE_API, ROW, SAMPLES


def record(*, real_ids=False, without=(), **changes):
    row = {name: value for name, value in {**ROW, **changes}.items() if name not in without}
    return read_row(json.dumps(row, ensure_ascii=False).encode(), real_ids=real_ids)


def bad(raw):
    records, (bad_row,) = read_rows([raw], real_ids=False)
    assert not records
    return bad_row


def test_it_reads_a_row():
    read = record()
    assert read.occurred_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)
    assert (read.type, read.units, read.prompt, read.completion) == (2, 1250, 900, 120)
    assert (read.cached, read.duration_ms, read.first_ms, read.is_stream) == (300, 7000, 640, True)
    assert (read.model, read.key, read.key_id) == ("gpt-x", "team-a", "8")
    assert (read.user, read.user_id, read.group, read.channel) == ("lab", "42", "default", 15)
    assert (read.request_id, read.ip, read.content) == ("20260528", "", "")
    assert read.other == ROW["other"]


def test_ids_and_channel_names_are_real_only_where_said():
    own, all_users = record(id=7), record(id=7, channel_name="kimi", real_ids=True)
    assert (own.upstream_id, own.channel_name) == (None, None)
    assert (all_users.upstream_id, all_users.channel_name) == (7, "kimi")


def test_it_reads_the_milliseconds_of_one_api():
    assert record(without=["use_time"], elapsed_time=64035).duration_ms == 64035


TEXTS = ["group", "request_id", "ip", "content", "other", "username", "token_name", "model_name"]


def test_what_is_missing_is_none_and_what_is_empty_stays_empty():
    missing, empty = record(without=TEXTS), record(**dict.fromkeys(TEXTS, ""))
    names = ["group", "request_id", "ip", "content", "other", "user", "key", "model"]
    assert {getattr(missing, name) for name in names} == {None}
    assert {getattr(empty, name) for name in names} == {""}


def test_it_keeps_the_row_as_received():
    raw = b'{ "created_at":1, "type":2,"quota":3 , "content":"\\u003cb\\u003e", "new": [1.50] }'
    read = read_row(raw, real_ids=False)
    assert read.raw.encode() == raw
    assert read.content == "<b>"


def test_it_keeps_nul_emoji_and_long_texts():
    text = "\0 🚀 中文 " + "€" * 100_000
    assert record(content=text).content == text


# Identity


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 99, "channel_name": "azure", "username": "renamed", "ip": "1.2.3.4"},
        {"other": "null"},
        {"other": {"a": 1}},
        {"upstream_request_id": "x"},
        {"elapsed_time": 7123},
    ],
)
def test_what_an_upgrade_changes_is_no_part_of_identity(changes):
    assert record(**changes).digest == record().digest


@pytest.mark.parametrize(
    ("column", "empty"),
    [
        ("group", ""),
        ("request_id", ""),
        ("content", ""),
        ("token_name", ""),
        ("model_name", ""),
        ("token_id", 0),
        ("use_time", 0),
        ("channel", 0),
        ("is_stream", False),
        ("user_id", 0),
    ],
)
def test_a_column_that_a_version_lacks_counts_as_the_empty_value(column, empty):
    assert record(without=[column]).digest == record(**{column: empty}).digest


@pytest.mark.parametrize(
    "changes",
    [
        {"created_at": 1_780_000_001},
        {"type": 6},
        {"user_id": 43},
        {"token_id": 9},
        {"token_name": "team-b"},
        {"model_name": "GPT-x"},
        {"quota": 1251},
        {"prompt_tokens": 901},
        {"completion_tokens": 121},
        {"use_time": 8},
        {"is_stream": False},
        {"channel": 16},
        {"group": "vip"},
        {"request_id": "20260529"},
        {"content": "x"},
    ],
)
def test_another_stable_column_is_another_row(changes):
    assert record(**changes).digest != record().digest


def test_columns_do_not_run_together():
    one = record(token_name="a", model_name="bc")
    assert one.digest != record(token_name="ab", model_name="c").digest


def test_a_digest_stays_what_it_was():
    """Another one would make every stored row a new one."""
    columns = (1_780_000_000, 2, 0, 'it\'s "quoted" 🚀\0', "", 2**40, True, -7, "x" * 300)
    assert digest(columns).hex() == "82bafcce20c12208"


def rows_of(server, name="log-self-forms-of-other"):
    recorded = SAMPLES[server][name]["body"]["data"]["items"]
    return [read_row(json.dumps(row).encode(), real_ids=False) for row in recorded]


def test_the_same_rows_of_two_versions_have_the_same_digest():
    old, new = rows_of("new-api-v0.6.8"), rows_of("new-api-v0.10.7")
    assert [row.digest for row in old] == [row.digest for row in new]
    assert [replace(row, raw="", ip=None) for row in old] == [
        replace(row, raw="", ip=None) for row in new
    ]


# The text that promises nothing


@pytest.mark.parametrize(
    ("other", "cached", "first_ms"),
    [
        ("", 0, None),
        ("null", 0, None),
        ("{}", 0, None),
        ("[]", 0, None),
        ("[1,2]", 0, None),
        ("not json", 0, None),
        ('{"cache_tokens":', 0, None),
        ('{"cache_tokens":12.0,"frt":640.4}', 12, 640),
        ('{"cache_tokens":"12","frt":640}', 0, 640),
        ('{"cache_tokens":true,"frt":false}', 0, None),
        ('{"cache_tokens":null,"frt":null}', 0, None),
        ('{"cache_tokens":-5,"frt":-1000}', 0, None),
        ('{"cache_tokens":0,"frt":0}', 0, None),
        ('{"cache_tokens":1e30,"frt":1e300}', 0, None),
        ('{"cache_tokens":1e999}', 0, None),
        ('{"cache_tokens":99999999999999999999}', 0, None),
        ('{"cache_tokens":9223372036854775807}', 2**63 - 1, None),
        ('{"cache_tokens":{"a":1}}', 0, None),
        ('{"cache_tokens":1,"cache_tokens":2}', 2, None),
        (' {"frt":1}', 0, None),
        ('{"a":' + "[" * 10_000 + "]" * 10_000 + "}", 0, None),
        ('{"cache_tokens":' + "9" * 5000 + "}", 0, None),
    ],
)
def test_it_takes_little_from_other_and_keeps_all_of_it(other, cached, first_ms):
    read = record(other=other)
    assert (read.cached, read.first_ms) == (cached, first_ms)
    assert read.other == other


def test_it_keeps_the_json_of_an_object_in_place_of_the_text():
    raw = b'{"created_at":1,"type":2,"quota":3,"other":{"frt" :  1.0, "cache_tokens":5}}'
    read = read_row(raw, real_ids=False)
    assert read.other == '{"frt" :  1.0, "cache_tokens":5}'
    assert (read.cached, read.first_ms) == (5, 1)


# Rows that cannot be read


@pytest.mark.parametrize(
    "changes",
    [
        {"quota": "1250"},
        {"quota": 1.5},
        {"quota": None},
        {"quota": True},
        {"quota": 2**63},
        {"quota": -(2**63) - 1},
        {"quota": 1e30},
        {"prompt_tokens": 2**64},
        {"use_time": 2**62},
        {"type": "2"},
        {"is_stream": 1},
        {"channel": {"id": "1"}},
        {"channel": "1"},
        {"model_name": 4},
        {"token_id": "x"},
    ],
)
def test_a_wrong_value_makes_a_bad_row_at_a_known_second(changes):
    raw = json.dumps({**ROW, **changes}).encode()
    row = bad(raw)
    assert row.second == ROW["created_at"]
    assert row.raw.encode() == raw
    assert row.reason


@pytest.mark.parametrize(
    "moment", [0, -1, 253402300800, 1_780_000_000_000, 1.5, "1780000000", None, 2**70]
)
def test_a_row_without_a_readable_time_has_no_second(moment):
    assert bad(json.dumps({**ROW, "created_at": moment}).encode()).second is None


@pytest.mark.parametrize("raw", [b"null", b"1", b'"x"', b"[]", b"{}", b'{"created_at":1}'])
def test_something_else_than_a_row_is_a_bad_row(raw):
    assert bad(raw).raw.encode() == raw


@pytest.mark.parametrize("column", ["created_at", "type", "quota"])
def test_a_row_needs_time_type_and_quota(column):
    raw = json.dumps({name: value for name, value in ROW.items() if name != column})
    assert bad(raw.encode())


def test_bad_utf8_makes_a_bad_row_that_shows_the_bytes():
    row = bad(b'{"created_at":5,"type":2,"quota":1,"content":"\xff"}')
    assert row.second == 5
    assert row.raw.endswith('"content":"\\xff"}')


def test_a_bad_row_does_not_show_its_text():
    row = bad(json.dumps({**ROW, "quota": "private"}).encode())
    assert "private" not in repr(row)


def test_one_bad_row_does_not_spoil_the_others():
    good = json.dumps(ROW).encode()
    records, bad_rows = read_rows([good, b"{}", good], real_ids=False)
    assert (len(records), len(bad_rows)) == (2, 1)


# Lone surrogates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb"\ud800", rb"\ufffd"),
        (rb"\uDC00", rb"\ufffd"),
        (rb"\ud83d\ude00", rb"\ud83d\ude00"),
        (rb"\ud83d\ud83d\ude00", rb"\ufffd\ud83d\ude00"),
        (rb"\ud83dx\ude00", rb"\ufffdx\ufffd"),
        (rb"\\ud800", rb"\\ud800"),
        (rb"\\\ud800", rb"\\\ufffd"),
        (rb"\"\u0041\ud800\"", rb"\"\u0041\ufffd\""),
        (b"plain", b"plain"),
    ],
)
def test_it_replaces_surrogates_without_a_partner(text, expected):
    assert readable(text) == expected


def test_it_finds_the_rows_as_they_were_received():
    body = rb'[{"a":"\ud800"}, {"a":"\ufffd"},{"a":"x"}]'
    rows = [rb'{"a":"\ufffd"}', rb'{"a":"\ufffd"}', b'{"a":"x"}']
    received = [rb'{"a":"\ud800"}', rb'{"a":"\ufffd"}', b'{"a":"x"}']
    assert list(as_received(body, rows)) == received


@pytest.mark.parametrize("server", [*NEW_API, ONE_API])
def test_it_reads_every_recorded_row(server):
    names = [name for name in SAMPLES[server] if name.startswith("log-self-")]
    rows = [
        json.dumps(row, ensure_ascii=False).encode()
        for name in names
        if isinstance(body := SAMPLES[server][name]["body"], dict) and body["success"]
        for row in (body["data"] if server == ONE_API else body["data"]["items"])
    ]
    records, bad_rows = read_rows(rows, real_ids=False)
    assert len(records) == len(rows) > 5
    assert not bad_rows


def test_the_latest_recorded_version_has_everything():
    newest = rows_of(LATEST, "log-self-page-1")[0]
    assert (newest.request_id, newest.group, newest.key_id) != (None, None, "")


# One Hub

HUB_ROW = {
    "id": 7,
    "user_id": 42,
    "created_at": 1_780_000_000,
    "type": 2,
    "content": "",
    "username": "lab",
    "token_name": "team-a",
    "model_name": "gpt-x",
    "quota": 1250,
    "prompt_tokens": 900,
    "completion_tokens": 120,
    "channel_id": 15,
    "request_time": 7200,
    "is_stream": True,
    "source_ip": "192.0.2.7",
    "metadata": {"cached_tokens": 300, "first_response": 640, "group_ratio": 1},
    "channel": {"id": 15, "name": "kimi", "key": ""},
}


def test_a_row_of_one_hub_has_other_names():
    row = read_row(json.dumps(HUB_ROW).encode(), real_ids=True)
    assert (row.channel, row.channel_name, row.duration_ms) == (15, "kimi", 7200)
    assert (row.ip, row.cached, row.first_ms) == ("192.0.2.7", 300, 640)
    assert json.loads(row.other) == HUB_ROW["metadata"]


def test_an_owner_s_row_of_one_hub_has_nulls():
    columns = {"channel": None, "metadata": None, "id": 0}
    row = read_row(json.dumps(HUB_ROW | columns).encode(), real_ids=False)
    assert (row.channel, row.channel_name, row.other, row.cached) == (15, None, None, 0)


def test_a_row_of_one_api_is_the_same_after_a_move_to_one_hub():
    names = ("channel_id", "request_time", "source_ip", "metadata", "channel")
    one_api = {name: value for name, value in HUB_ROW.items() if name not in names}
    rows = [HUB_ROW, one_api | {"channel": 15, "elapsed_time": 7200, "request_id": ""}]
    digests = {read_row(json.dumps(row).encode(), real_ids=True).digest for row in rows}
    assert len(digests) == 1
