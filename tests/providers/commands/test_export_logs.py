import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from providers import export
from providers.models import UsageDetail
from tests.factories import make_user
from tests.factories_usage import make_connection, make_log
from tests.providers.commands.histories import rows

PRINT_MUCH = """
import django
django.setup()
from providers.management.commands.export_logs import Command
Command().print(f"row {number}\\n" for number in range(1_000_000))
"""

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def connection():
    return make_connection(make_user("alice"))


@pytest.fixture
def lines(run, connection):
    def call(*words):
        ran = run("export_logs", "--connection", connection.pk, "--format", "jsonl", *words)
        return [json.loads(line) for line in ran.out.splitlines()]

    return call


def test_it_gives_every_row_of_the_site(run, mirror_of):
    mirror = mirror_of(rows(250))
    mirror.sync()
    ran = run("export_logs", "--connection", mirror.connection.pk, "--format", "jsonl")
    found = [json.loads(line) for line in ran.out.splitlines()]
    names = ("units", "model", "api_key", "api_key_id", "upstream_user", "upstream_user_id")
    theirs = ("quota", "model_name", "token_name", "token_id", "username", "user_id")
    ours = sorted([row[name] for name in names] for row in found)
    assert ours == sorted([row[name] for name in theirs] for row in mirror.double.truth(2))


def test_a_line_has_all_columns_as_received(lines, connection):
    text = {"content": "", "ip": "::1", "other": '{"a": 1}', "request_id": "r"}
    make_log(connection, time=NOON, model=None, channel=3, text=text | {"mirrored_at": NOON})
    (line,) = lines()
    assert line == {
        "site": connection.site.base_url,
        "connection": str(connection.pk),
        "occurred_at": "2026-05-01T12:00:00Z",
        "type": 2,
        "type_name": "consume",
        "model": None,
        "api_key": "my key",
        "group": "default",
        "upstream_user": "me",
        "upstream_user_id": 1,
        "api_key_id": 1,
        "channel": 3,
        "channel_name": None,
        "units": 1000,
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "duration_ms": 2000,
        "first_token_ms": None,
        "is_stream": True,
        "request_id": "r",
        "ip": "::1",
        "content": "",
        "other": '{"a": 1}',
        "upstream_id": None,
        "mirrored_at": "2026-05-01T12:00:00Z",
    }


@pytest.mark.parametrize(
    ("text", "received"), [("42", 42), ("0", 0), ("007", "007"), ("", None), ("u-1", "u-1")]
)
def test_an_id_is_what_the_site_sent(text, received):
    assert export.id_as_received(text) == received


def test_no_text_ends_a_line(lines, connection):
    text = "a\u2028b\u0085c\nd\0e"
    make_log(connection, text={"content": text})
    (line,) = lines()
    assert line["content"] == text


def test_batches_lose_nothing_in_one_second(lines, connection, monkeypatch):
    monkeypatch.setattr(export, "BATCH_ROWS", 3)
    for n in range(10):
        make_log(connection, time=NOON + timedelta(seconds=n // 5), units=n)
    assert [line["units"] for line in lines()] == list(range(10))


def test_it_costs_one_query_for_each_batch(lines, connection, django_assert_num_queries):
    for _ in range(5):
        make_log(connection)
    with django_assert_num_queries(2):  # the connection with its feed, the rows
        lines()


def test_the_range_is_half_open(lines, connection):
    for hour in range(3):
        make_log(connection, time=NOON + timedelta(hours=hour), units=hour)
    found = lines("--since", "2026-05-01T12:00Z", "--until", "2026-05-01T14:00Z")
    assert [line["units"] for line in found] == [0, 1]


def test_a_day_begins_in_the_business_time_zone(lines, connection, business_zone):
    business_zone("Asia/Shanghai")
    make_log(connection, time=datetime(2026, 4, 30, 16, tzinfo=UTC))
    assert len(lines("--since", "2026-05-01")) == 1
    assert lines("--until", "2026-05-01") == []


def test_a_time_that_is_none_is_refused(run, connection):
    words = ["--connection", connection.pk, "--format", "csv", "--since", "yesterday"]
    assert "yesterday" in run("export_logs", *words).error


def test_a_file_is_for_spreadsheets(run, connection, tmp_path):
    texts = {"content": "=1+1", "ip": "-x", "other": '"a", b'}
    make_log(connection, units=-5, type=6, key="@key", text=texts)
    file = tmp_path / "logs.csv"
    words = ["--connection", connection.pk, "--format", "csv", "--output", file, "--json"]
    assert run("export_logs", *words).json == {"rows": 1, "output": str(file)}
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfsite,connection,occurred_at,")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (row["units"], row["api_key"], row["content"], row["ip"]) == (
        "-5",
        "'@key",
        "'=1+1",
        "'-x",
    )
    assert (row["other"], row["is_stream"], row["first_token_ms"]) == ('"a", b', "true", "")
    assert list(tmp_path.iterdir()) == [file]


def test_it_says_that_a_file_cannot_be_written(run, connection):
    words = ["--connection", connection.pk, "--format", "csv", "--output", "/nowhere/a.csv"]
    assert "cannot be written" in run("export_logs", *words).error


def test_it_says_that_there_are_no_rows_yet(run):
    connection = make_connection(make_user("bob"), feed=False)
    ran = run("export_logs", "--connection", connection.pk, "--format", "csv")
    assert "no rows yet" in ran.error


def test_a_row_without_detail_is_a_row(lines, connection):
    make_log(connection)
    UsageDetail.objects.all().delete()
    (line,) = lines()
    assert line["content"] is line["mirrored_at"] is None


def test_a_reader_that_has_seen_enough_is_no_fault():
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", PRINT_MUCH], **pipes) as export:
        assert export.stdout.readline() == "row 0\n"
        export.stdout.close()
        assert (export.wait(), export.stderr.read()) == (141, "")
