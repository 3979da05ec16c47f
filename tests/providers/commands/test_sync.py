import io
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from providers.models import Connection, Feed, Site, UsageLog, Window, sites
from providers.sync.waiting import pause_before_next_turn
from tests.providers.commands.histories import rows

pytestmark = pytest.mark.django_db


def test_it_returns_once_everything_is_verified(run, mirror_of):
    mirror = mirror_of(rows(300))
    ran = run("sync", "--connection", mirror.connection.pk, "--wait", "--strict", "--json")
    assert ran.error is None
    assert ran.json["ok"]
    assert ran.json["connections"][0]["not_verified"] == []
    assert mirror.rows() == mirror.truth()


def test_it_tells_people_how_far_it_is(run, mirror_of):
    mirror_of(rows(30))
    ran = run("sync", "--wait")
    assert "lab: 30 rows" in ran.out
    assert "verified" in ran.out


def test_it_reads_the_newest_rows_although_they_were_just_read(run, mirror_of):
    mirror = mirror_of(rows(30))
    run("sync", "--wait")
    mirror.double.append(2, [{"created_at": int(time.time()) - 10, "username": "lab"}])
    run("sync", "--wait")
    assert UsageLog.objects.count() == 31


def test_a_reason_is_an_excuse_unless_it_is_strict(run, mirror_of):
    mirror = mirror_of(rows(30, username="former"))
    assert run("sync", "--wait").error is None
    ran = run("sync", "--wait", "--strict", "--json")
    assert ran.error
    windows = ran.json["connections"][0]["not_verified"]
    assert {(window["state"], window["reason"]) for window in windows} == {("mirrored", "renamed")}
    assert "former name" in run("sync", "--wait").out
    assert mirror.rows() == mirror.truth()


def test_a_difference_fails(run, mirror_of):
    mirror_of(rows(30)).double.fault("stat_off", by=-7)
    ran = run("sync", "--wait", "--json")
    assert ran.error
    states = {window["state"] for window in ran.json["connections"][0]["not_verified"]}
    assert states == {"differs"}


def test_a_failed_connection_fails_and_says_why(run, mirror_of):
    mirror_of(rows(30)).double.change_account(2, token="another")
    ran = run("sync", "--wait", "--json")
    assert ran.error
    (about,) = ran.json["connections"]
    assert (about["state"], about["problem"]) == ("stopped", "token_invalid")
    assert "Copy the system access token again" in run("sync", "--wait").out


def test_only_its_own_name_tries_a_stopped_connection_again(run, mirror_of):
    mirror = mirror_of(rows(30))
    Connection.objects.update(state="stopped", error_code="token_invalid")
    assert run("sync", "--wait").error
    assert run("sync", "--wait", "--connection", mirror.connection.pk).error is None


def test_what_passes_is_waited_out(run, mirror_of, monkeypatch):
    monkeypatch.setattr(sites, "FIRST_REST", timedelta(seconds=0.1))
    mirror = mirror_of(rows(30))
    mirror.double.fault("status", path="/api/log/*", status=502, times=2)
    assert run("sync", "--wait").error is None
    assert mirror.rows() == mirror.truth()


def test_what_does_not_pass_fails_in_the_end(run, mirror_of, monkeypatch):
    monkeypatch.setattr(sites, "FIRST_REST", timedelta(seconds=0.1))
    mirror_of(rows(30)).double.fault("status", path="/api/log/*", status=502)
    ran = run("sync", "--wait", "--json")
    assert ran.json["connections"][0]["problem"] == "unavailable"
    assert Connection.objects.get().failures == 3


def test_a_rest_of_the_budget_is_kept(mirror_of):
    mirror = mirror_of()
    now = timezone.now()
    assert pause_before_next_turn([mirror.connection], 7.5, now) == 7.5


def test_it_waits_while_another_worker_has_the_site(run, mirror_of):
    mirror = mirror_of(rows(30))
    until = time.time() + 1.5
    Site.objects.update(lease_holder="another", lease_until=until)
    assert run("sync", "--wait").error is None
    assert time.time() > until
    assert mirror.rows() == mirror.truth()


def test_without_waiting_it_only_asks(run, mirror_of):
    mirror = mirror_of(rows(30))
    ran = run("sync", "--json")
    assert ran.json == {"queued": [str(mirror.connection.pk)]}
    assert Feed.objects.get().sync_asked_at is not None
    assert mirror.double.requests() == []


def test_a_paused_connection_stays_paused(run, mirror_of):
    mirror_of(rows(30)).connection.pause()
    assert run("sync", "--wait", "--json").json == {"ok": True, "connections": []}
    assert Connection.objects.get().state == "paused"


def test_a_history_with_a_hole_fails(run, mirror_of):
    mirror_of(rows(30))
    run("sync", "--wait")
    Window.objects.order_by("since").first().delete()
    Feed.objects.update(backfilled_at=None, waits_for_person="renders_differently")
    ran = run("sync", "--wait", "--json")
    assert ran.json["connections"][0]["problem"] == "renders_differently"
    assert ran.error


class InterruptedOutput(io.StringIO):
    """Somebody types Ctrl-C while the command speaks."""

    def write(self, text):
        raise KeyboardInterrupt


def test_ctrl_c_ends_it_with_a_sentence(mirror_of):
    mirror_of(rows(30))
    with pytest.raises(CommandError, match="Interrupted") as ended:
        call_command("sync", "--wait", stdout=InterruptedOutput())
    assert ended.value.returncode == 130
