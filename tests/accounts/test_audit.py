"""The audit log: what is added stays, and whatever else is done to it is found."""

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import audit
from accounts.models import AuditEvent, AuditHead
from accounts.models.audit import Action, AppendOnly
from tests.factories import make_user

pytestmark = pytest.mark.django_db

OTHER_KEY = "B" * 43 + "="
HEAD, EVENTS = AuditHead._meta.db_table, AuditEvent._meta.db_table


@pytest.fixture
def mira():
    return make_user("mira", role="admin")


@pytest.fixture
def log(mira):
    for number in range(1, 6):
        audit.record(mira, Action.LOGS_SEEN, f"/team/?page={number}", rows=20 * number)


def change(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def broken():
    with pytest.raises(audit.Broken) as caught:
        audit.prove()
    return caught.value.reason, caught.value.number


def test_an_event_tells_who_did_what(mira):
    event = audit.record(mira, Action.LOGS_SEEN, "/team/?model=gpt-4o", rows=20, filter="中文")
    stored = AuditEvent.objects.get()
    assert stored.number == event.number == 1
    assert (stored.actor, stored.actor_email) == (mira, mira.email)
    assert (stored.action, stored.subject) == ("logs_seen", "/team/?model=gpt-4o")
    assert json.loads(stored.details) == {"rows": 20, "filter": "中文"}


def test_a_command_has_no_actor():
    audit.record(None, Action.CONNECTION_REMOVED, "lab")
    assert AuditEvent.objects.get().actor is None
    assert audit.prove().number == 1


def test_an_empty_log_is_whole():
    assert audit.prove() == audit.Proof(0, "")


def test_a_log_is_proven(log):
    last = AuditEvent.objects.get(number=5)
    assert audit.prove() == audit.Proof(5, last.code)


@pytest.mark.parametrize(
    "column",
    [
        "time = '2026-01-01 00:00:00'",
        "actor_id = NULL",
        "actor_email = 'other@example.com'",
        "action = 'row_seen'",
        "subject = ''",
        "details = '{}'",
        "code = 'f'",
    ],
)
def test_a_changed_event_is_found(log, column):
    change(f"UPDATE {EVENTS} SET {column} WHERE number = 3")
    assert broken() == ("changed", 3)


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_missing_event_is_found(log, number):
    change(f"DELETE FROM {EVENTS} WHERE number = {number}")
    assert broken() == ("missing", number)


def test_two_events_that_changed_places_are_found(log):
    for old, new in ((3, 99), (4, 3), (99, 4)):
        change(f"UPDATE {EVENTS} SET number = {new} WHERE number = {old}")
    assert broken() == ("changed", 3)


def test_an_event_that_was_put_in_is_found(log):
    columns = "time, actor_id, actor_email, action, subject, details, code"
    last = f"SELECT 6, {columns} FROM {EVENTS} WHERE number = 5"
    change(f"INSERT INTO {EVENTS} (number, {columns}) {last}")
    change(f"UPDATE {HEAD} SET number = 6")
    assert broken() == ("changed", 6)


def test_an_end_that_was_cut_off_is_found(log):
    change(f"DELETE FROM {EVENTS} WHERE number > 3")
    code = AuditEvent.objects.get(number=3).code
    change(f"UPDATE {HEAD} SET number = 3, code = '{code}'")
    assert broken() == ("head_changed", None)


def test_a_log_that_lost_its_head_is_found(log):
    change(f"DELETE FROM {HEAD}")
    assert broken() == ("head_missing", None)


def test_a_log_that_began_anew_is_told_from_the_one_that_was_kept(log, mira):
    kept = audit.prove()
    change(f"DELETE FROM {EVENTS}")
    change(f"DELETE FROM {HEAD}")
    for _ in range(6):
        audit.record(mira, Action.ROW_SEEN)
    assert audit.prove().number == 6
    with pytest.raises(audit.Broken) as caught:
        audit.prove(kept)
    assert (caught.value.reason, caught.value.number) == ("another", 5)


def test_an_older_log_is_told_from_the_one_that_was_kept(log):
    with pytest.raises(audit.Broken, match="shorter"):
        audit.prove(audit.Proof(7, "f"))


def test_new_keys_outside_open_the_same_log(log, mira, settings):
    old = settings.TOLLBOOK_CREDENTIAL_KEYS
    settings.TOLLBOOK_CREDENTIAL_KEYS = [OTHER_KEY, *old]
    audit.rotate()
    settings.TOLLBOOK_CREDENTIAL_KEYS = [OTHER_KEY]
    audit.record(mira, Action.ROW_SEEN)
    assert audit.prove().number == 6
    settings.TOLLBOOK_CREDENTIAL_KEYS = old
    assert broken() == ("no_key", None)


def test_without_the_old_keys_work_goes_on_and_nothing_is_called_proven(log, mira, settings):
    settings.TOLLBOOK_CREDENTIAL_KEYS = [OTHER_KEY]
    audit.record(mira, Action.ROW_SEEN)
    assert list(AuditEvent.objects.order_by("number").values_list("action", flat=True))[5:] == [
        "key_lost",
        "row_seen",
    ]
    assert broken() == ("changed", 1)


def test_what_fails_leaves_no_event(mira):
    with pytest.raises(ZeroDivisionError), audit.recording(mira, Action.ROW_SEEN):
        raise ZeroDivisionError
    assert audit.prove().number == 0


def test_nothing_changes_or_deletes_events(log):
    event = AuditEvent.objects.get(number=2)
    for attempt in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.filter(number=2).update(subject=""),
    ):
        with pytest.raises(AppendOnly):
            attempt()
    assert audit.prove().number == 5


def verified(*arguments):
    out = StringIO()
    call_command("audit_verify", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_what_is_to_be_kept(log):
    number, code = verified().splitlines()[1].split(":")
    assert json.loads(verified("--json")) == {"number": int(number), "code": code}
    assert "all as they were written" in verified("--kept", f"{number}:{code}")


def test_the_command_fails_and_names_the_event(log):
    change(f"UPDATE {EVENTS} SET subject = 'nothing' WHERE number = 4")
    with pytest.raises(CommandError, match="Event 4 is not what was written"):
        verified()
    with pytest.raises(CommandError, match="argument --kept"):
        verified("--kept", "something")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_those_who_add_at_the_same_time_take_turns():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")

    def add(_):
        for _ in range(5):
            audit.record(None, Action.ROW_SEEN)
        connection.close()

    audit.record(None, Action.SET_UP)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(4)))
    assert audit.prove().number == 21
