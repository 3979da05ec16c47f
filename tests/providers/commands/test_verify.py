import time
from datetime import UTC, datetime, timedelta

import pytest

from providers.models import Check, UsageLog
from tests.providers.commands.histories import rows

pytestmark = pytest.mark.django_db
DAY = 86400


@pytest.fixture
def mirrored(mirror_of):
    mirror = mirror_of(rows(90, step=3600))
    mirror.sync()
    return mirror


@pytest.fixture
def verify(run, mirrored):
    return lambda *words: run("verify", "--connection", mirrored.connection.pk, *words)


def ago(**span):
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def test_it_finds_no_difference(verify):
    ran = verify("--json")
    assert ran.error is None
    assert (ran.json["rows"], ran.json["differences"]) == (90, [])


def test_it_lists_a_row_that_is_missing_here_and_stores_nothing(verify, mirrored):
    late = {"created_at": int(time.time()) - DAY, "username": "lab", "model_name": "late"}
    mirrored.double.append(2, [late])
    ran = verify("--json")
    (difference,) = ran.json["differences"]
    assert (difference["side"], difference["model"]) == ("missing_here", "late")
    assert UsageLog.objects.count() == 90
    assert ran.error
    assert "missing here" in verify().out


def test_it_lists_rows_that_are_gone_upstream(verify, mirrored):
    gone = mirrored.double.delete_before(int(time.time()) - DAY)
    ran = verify("--json")
    assert [row["side"] for row in ran.json["differences"]] == ["gone_upstream"] * gone
    assert ran.json["rows"] == 90 - gone


def test_it_looks_only_at_the_range(verify, mirrored):
    mirrored.double.delete_before(int(time.time()) - DAY)
    assert verify("--since", ago(hours=20)).error is None
    assert verify("--until", ago(hours=25)).error


def test_it_counts_what_cannot_be_read(verify, mirrored):
    mirrored.double.fault("text_quota")
    ran = verify("--json")
    assert ran.json["unreadable_upstream"] > ran.json["unreadable_here"] == 0
    assert ran.error


def test_it_says_why_the_site_could_not_be_asked(verify, mirrored):
    mirrored.double.change_account(2, token="another")
    assert "Copy the system access token again" in verify().error


def test_keeping_does_what_the_page_does(verify, mirrored):
    late = {"created_at": int(time.time()) - DAY, "username": "lab", "model_name": "late"}
    mirrored.double.append(2, [late])
    ran = verify("--keep", "--json")
    assert ran.error
    assert (ran.json["rows"], ran.json["missing_here"]) == (91, 1)
    (difference,) = ran.json["differences"]
    assert (difference["side"], difference["model"]) == ("missing_here", "late")
    assert UsageLog.objects.count() == 91
    assert Check.objects.get().finished_at is not None
    again = verify("--keep")
    assert again.error is None
    assert "91 rows read upstream, 0 differences" in again.out


def test_keeping_says_why_it_cannot_go_on(verify, mirrored):
    mirrored.connection.pause()
    assert "paused" in verify("--keep").error


def test_keeping_a_range_without_windows_finds_nothing(verify):
    assert verify("--keep", "--until", "2020-01-01").error is None


def test_page_and_command_tell_the_same(verify, mirrored):
    """Rows of every kind: late ones, equal ones, and ones that the site's clean-up took."""
    moment = int(time.time())
    old = {"username": "lab", "created_at": moment - 2 * DAY, "model_name": "late"}
    mirrored.double.append(2, [old, old, old | {"created_at": moment - DAY}])
    told = verify("--json").json
    assert len(told["differences"]) == 3
    assert in_order(verify("--keep", "--json").json) == in_order(told)
    assert verify("--json").json["ok"]
    mirrored.double.delete_before(moment - DAY - 7200)
    told = verify("--json").json
    assert told["gone_upstream"] > 3
    assert in_order(verify("--keep", "--json").json) == in_order(told)


def in_order(answer):
    rows = sorted(answer["differences"], key=str)
    return answer | {"differences": rows}
