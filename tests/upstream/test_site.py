import json
import subprocess
import sys
import threading
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.upstream import Account, World, start_double
from tests.upstream.reader import LAB, ask, ask_as_lab, credentials, rows_of, wait_for

PROJECT = Path(__file__).parents[2]
LOG, STAT, HOURS = "/api/log/self", "/api/log/self/stat", "/api/data/self"
HOUR = 3600
MOMENT = 1_780_000_000


def test_a_late_row_stands_first_and_belongs_to_its_window(double):
    double.append(LAB, [{"created_at": MOMENT + n, "quota": n} for n in range(3)])
    double.append(LAB, [{"created_at": MOMENT, "content": "late"}])
    window = {"start_timestamp": MOMENT, "end_timestamp": MOMENT + 1}
    rows = rows_of(ask_as_lab(double, LOG, p=1, page_size=10, **window)[2])
    assert [row["content"] for row in rows] == ["late", "", ""]


def test_a_row_that_arrives_pushes_the_others_down(double):
    double.append(LAB, [{"quota": quota} for quota in (1, 2, 3)])
    first = rows_of(ask_as_lab(double, LOG, p=1, page_size=2)[2])
    double.append(LAB, [{"quota": 4}])
    second = rows_of(ask_as_lab(double, LOG, p=2, page_size=2)[2])
    assert [row["quota"] for row in [*first, *second]] == [3, 2, 2, 1]


def test_the_truth_has_the_real_ids_and_every_column(double):
    double.append(LAB, [{"quota": 1}, {"quota": 2, "created_at": MOMENT}])
    assert [(row["id"], row["username"]) for row in double.truth(LAB)] == [(1, "lab"), (2, "lab")]
    assert [row["quota"] for row in double.truth(since=MOMENT, until=MOMENT + 1)] == [2]


def test_a_renamed_account_leaves_its_statistics_behind(double):
    double.append(LAB, [{"quota": 5}])
    double.rename(LAB, "studio")
    double.rename(3, "lab")
    assert ask_as_lab(double, STAT)[2]["data"]["quota"] == 0
    assert len(rows_of(ask_as_lab(double, LOG)[2])) == 1
    assert ask(double, STAT, credentials("ling", 3))[2]["data"]["quota"] == 5


def test_deleted_rows_are_gone_and_their_ids_too(double):
    double.append(LAB, [{"created_at": MOMENT}, {"created_at": MOMENT + 1}])
    assert double.delete_before(MOMENT + 1) == 1
    assert [row["id"] for row in [*double.truth(LAB), *double.append(LAB, [{}])]] == [2, 3]


def test_its_clock_can_be_wrong(double):
    double.append(LAB, [{"created_at": MOMENT, "quota": 1, "prompt_tokens": 3}])
    double.set_clock(at=MOMENT + 30, is_stopped=True)
    _, headers, body = ask_as_lab(double, STAT)
    assert parsedate_to_datetime(headers["date"]).timestamp() == MOMENT + 30
    assert body["data"] == {"quota": 1, "rpm": 1, "tpm": 3}
    double.set_clock(offset=-HOUR)
    assert abs(double.append(LAB, [{}])[0]["created_at"] - (time.time() - HOUR)) < 5


def test_the_unit_can_change_while_it_runs(double):
    double.set_status(quota_per_unit=250_000, version="")
    _, headers, body = ask(double, "/api/status")
    assert (body["data"]["quota_per_unit"], headers["x-new-api-version"]) == (250_000, "")


def test_an_upgrade_keeps_rows_and_changes_their_looks(double):
    double.append(LAB, [{"request_id": "r", "other": "{}"}])
    assert rows_of(ask_as_lab(double, LOG)[2])[0]["request_id"] == "r"
    double.switch("one-api")
    assert rows_of(ask_as_lab(double, LOG)[2])[0]["id"] == 0
    double.switch("new-api-v0.10.7")
    assert "request_id" not in rows_of(ask_as_lab(double, LOG)[2])[0]


def test_calls_and_refunds_move_the_balance(double):
    before = ask_as_lab(double, "/api/user/self")[2]["data"]
    double.append(LAB, [{"quota": 100}, {"quota": 30, "type": 6}, {"type": 5}])
    after = ask_as_lab(double, "/api/user/self")[2]["data"]
    changes = [after[name] - before[name] for name in ("quota", "used_quota", "request_count")]
    assert changes == [-70, 100, 1]


def test_it_remembers_what_it_was_asked_but_no_secret(double):
    ask_as_lab(double, LOG, p=1, page_size=7)
    (entry,) = double.requests(LOG)
    assert (entry["method"], entry["query"]) == ("GET", {"p": "1", "page_size": "7"})
    assert {"authorization", "new-api-user"} <= set(entry["headers"])
    assert double.token("lab") not in json.dumps(double.requests())


def test_it_counts_requests_at_the_same_time(double):
    double.fault("stall", path="/api/status", seconds=0.5)
    readers = [threading.Thread(target=wait_in_vain, args=[double]) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert double.most_at_once() == 3


def wait_in_vain(double):
    with pytest.raises(ConnectionError):
        ask(double, "/api/status")


def test_who_asks_for_a_new_token_is_locked_out(double):
    ask_as_lab(double, "/api/user/token")
    assert len(double.requests("/api/user/token")) == 1
    assert ask_as_lab(double, LOG)[2]["message"] == "Unauthorized, invalid access token"


def test_it_grows_and_some_rows_come_late(double):
    begun = int(time.time())
    double.grow(400, late_share=0.5, late_by=100, user_ids=[LAB])
    wait_for(lambda: len(double.truth(LAB)) >= 40)
    double.grow(0)
    rows = double.truth()
    assert {row["user_id"] for row in rows} == {LAB}
    assert {row["created_at"] < begun for row in rows} == {True, False}


def test_hours_come_late_and_in_parts(double):
    hour = int(time.time()) // HOUR * HOUR
    double.set_clock(at=hour + 100, is_stopped=True)
    calls = [{"created_at": hour, "quota": 10, "prompt_tokens": 4, "model_name": "m"}] * 3
    double.append(LAB, calls)
    window = {"start_timestamp": hour, "end_timestamp": hour}
    assert rows_of(ask_as_lab(double, HOURS, **window)[2]) == []
    double.set(hourly_lag_seconds=0, nodes=2)
    parts = rows_of(ask_as_lab(double, HOURS, **window)[2])
    assert [(part["count"], part["quota"], part["token_used"]) for part in parts] == [
        (1, 15, 6),
        (2, 15, 6),
    ]


def test_a_place_in_the_budget_becomes_free_again(double):
    double.set(rate_limit=(2, 1))
    assert [ask(double, "/api/status")[0] for _ in range(3)] == [200, 200, 429]
    wait_for(lambda: ask(double, "/api/status")[0] == 200)


def test_it_compresses_for_those_who_accept_it(double):
    accepted = [{"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip, br"}]
    answers = [ask(double, "/api/status", headers) for headers in accepted]
    assert [headers.get("content-encoding") for _, headers, _ in answers] == [None, "gzip"]
    assert answers[0][2] == answers[1][2]


def test_a_site_may_count_other_types(double):
    double.append(LAB, [{"type": 1, "quota": 5}, {"type": 2, "quota": 7}])
    double.set(counted_types=[1])
    assert ask_as_lab(double, STAT)[2]["data"]["quota"] == 5


def test_the_world_is_the_one_that_was_given():
    world = World(accounts=[Account(id=9, username="solo", quota=12)], keys=[])
    world.add([{"quota": 3, "created_at": MOMENT}], user_id=9)
    with start_double("one-api", world=world) as double:
        body = ask(double, "/api/user/self", credentials("solo", 9))[2]
        assert (body["data"]["quota"], double.truth(9)[0]["username"]) == (12, "solo")


def test_it_ends_with_the_process_that_started_it():
    command = [sys.executable, "-m", "tests.upstream", "--leash"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=PROJECT, **pipes) as process:
        process.stdout.readline()
        process.stdin.close()
        assert process.wait(10) == 0


def test_what_it_does_not_know_is_an_error(double):
    with pytest.raises(ValueError, match="no fault is called"):
        double.fault("flood")
    with pytest.raises(ValueError, match="no setting"):
        double.set(colour="red")
    with pytest.raises(ValueError, match="no profile"):
        double.switch("new-api-v9")


def test_it_needs_nothing_but_the_standard_library():
    without_packages = [sys.executable, "-S", "-m", "tests.upstream", "--help"]
    told = subprocess.run(without_packages, cwd=PROJECT, capture_output=True, check=True)
    assert b"--team-rows" in told.stdout


def test_a_moved_database_begins_its_ids_again(double):
    double.append(LAB, [{"created_at": MOMENT + n} for n in range(3)])
    double.move_database(kept_since=MOMENT + 1)
    rows = [*double.truth(LAB), *double.append(LAB, [{}])]
    assert [row["id"] for row in rows] == [1, 2, 3]


def test_a_renamed_key_keeps_its_id(double):
    double.rename_key(1, "team-z")
    double.grow(400, user_ids=[LAB])
    wait_for(lambda: len(double.truth(LAB)) >= 40)
    names = {row["token_id"]: row["token_name"] for row in double.truth(LAB)}
    assert names[1] == "team-z"


def test_rows_can_be_written_in_batches_with_the_time_of_their_call(double):
    double.grow(200, batch_seconds=1.5, user_ids=[LAB])
    wait_for(lambda: double.truth(LAB))
    begun, counts = time.monotonic(), set()
    while time.monotonic() < begun + 2.5:
        counts.add(len(double.truth(LAB)))
        time.sleep(0.05)
    double.grow(0)
    assert len(counts) <= 3
    assert len({row["created_at"] for row in double.truth(LAB)}) >= 3


def test_its_clock_can_jump_and_an_account_be_renamed_while_somebody_reads(double):
    double.fault("clock", skip=1, times=1, offset=HOUR)
    double.fault("rename", path="/api/user/self", times=1, user_id=LAB, username="studio")
    dates = [ask(double, "/api/status")[1]["date"] for _ in range(2)]
    first, second = (parsedate_to_datetime(date).timestamp() for date in dates)
    assert abs(second - first - HOUR) < 5
    assert ask_as_lab(double, "/api/user/self")[2]["data"]["username"] == "studio"
