import json
import time

import pytest

from providers.models import QuarantinedRow, UsageLog
from tests.providers.commands.histories import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirrored(mirror_of):
    mirror = mirror_of(rows(3))
    mirror.double.fault("text_quota")
    mirror.sync()
    return mirror


@pytest.fixture
def quarantine(run, mirrored):
    return lambda *words: run("quarantine", "--connection", mirrored.connection.pk, *words)


def test_it_lists_what_could_not_be_read_and_why(quarantine):
    ran = quarantine("--json")
    assert ran.error is None
    assert ran.json["read"] == 0
    listed = ran.json["rows"]
    assert len(listed) == QuarantinedRow.objects.count() > 0
    assert listed[0]["reason"] == "Expected `int`, got `str` - at `$.quota`"
    assert json.loads(listed[0]["raw"])["quota"] == "1250"
    assert listed[0]["occurred_at"].endswith("Z")
    assert f"0 read and mirrored, {len(listed)} in quarantine" in quarantine().out


def test_what_can_be_read_now_is_mirrored(quarantine, mirrored):
    before = UsageLog.objects.count()
    good = json.dumps({"created_at": int(time.time()) - 90, "type": 2, "quota": 7})
    QuarantinedRow.objects.update(raw=good)
    kept = QuarantinedRow.objects.count()
    assert quarantine("--retry", "--json").json == {
        "connection": str(mirrored.connection.pk),
        "read": kept,
        "rows": [],
    }
    assert UsageLog.objects.count() == before + kept


def test_what_still_cannot_be_read_stays(quarantine):
    QuarantinedRow.objects.update(raw="nul \0", reason="x")
    ran = quarantine("--retry")
    assert "JSON is malformed" in ran.out
    assert "nul \\x00" in ran.out


def test_a_connection_without_a_feed_has_none(run, mirrored):
    mirrored.connection.feed = None
    mirrored.connection.save()
    assert "0 in quarantine" in run("quarantine", "--connection", mirrored.connection.pk).out
