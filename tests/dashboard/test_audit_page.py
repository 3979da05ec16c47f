"""The page of the audit log, and that each thing which is to be in it is."""

import json

import pytest
from django.db import connection as database
from django.urls import reverse

from accounts import audit
from accounts.audit import Action
from accounts.models import AuditEvent, User
from tests.dashboard.test_quarantine import make_bad
from tests.dashboard.watching import make_connection, make_feed, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/system/audit/"


@pytest.fixture
def admin():
    return sign_in("mira", role="admin")


def last():
    event = AuditEvent.objects.order_by("-number").first()
    return event.action, event.subject, json.loads(event.details or "{}")


def lines(client, query=""):
    page = client.get(URL + query).context["page"]
    return [line.event.number for line in page.lines]


@pytest.fixture
def events(admin):
    mira = User.objects.get()
    audit.record(mira, Action.LOGS_SEEN, "/team/?model=gpt", rows=20)
    audit.record(None, Action.CONNECTION_REMOVED, "lab")
    audit.record(make_user("lin"), Action.PERSON_JOINED, role="member")
    return mira


@pytest.mark.parametrize("role", ["member", "finance"])
def test_it_is_for_admins(role):
    assert sign_in("lin", role=role).get(URL).status_code == 404


def test_it_shows_who_did_what_newest_first(admin, events):
    text = admin.get(URL).content.decode()
    assert lines(admin) == [3, 2, 1]
    assert "Looked at logs of others" in text
    assert "/team/?model=gpt" in text
    assert "rows 20" in text


def test_its_filters(admin, events):
    assert lines(admin, f"?who={events.pk}") == [1]
    assert lines(admin, "?who=commands") == [2]
    assert lines(admin, "?action=person_joined") == [3]
    assert lines(admin, "?since=2020-01-01&until=2020-01-02") == []
    assert lines(admin, "?who=nonsense&action=none&since=x&before=y") == [3, 2, 1]


def test_its_pages(admin):
    for _ in range(120):
        audit.record(None, Action.ROW_SEEN)
    first = admin.get(URL).context["page"]
    assert lines(admin, f"?before={first.older}")[0] == first.lines[-1].event.number - 1
    assert len(lines(admin, "?before=21")) == 20


def test_it_says_whether_the_log_is_whole(admin, events):
    assert "3 entries, all as they were written" in admin.get(f"{URL}?prove=1").content.decode()
    with database.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditevent SET subject = '' WHERE number = 2")
    assert "entry 2 was changed or is missing" in admin.get(f"{URL}?prove=1").content.decode()


def test_what_is_done_to_a_connection(admin):
    owned = make_connection(make_user("lin"))
    told = f"Harbour (https://gateway.example, {owned.pk})"
    admin.post(reverse("connection_pause", args=[owned.pk]))
    assert last() == ("connection_paused", told, {})
    admin.post(reverse("connection_resume", args=[owned.pk]))
    assert last() == ("connection_resumed", told, {})
    admin.post(reverse("connection_types", args=[owned.pk]), {"vocabulary": "new-api"})
    assert last()[0] == "types_chosen"
    admin.post(reverse("connection_remove", args=[owned.pk]))
    assert last() == ("connection_removed", told, {"owner": "lin@example.com"})


def test_rows_of_others_as_received(admin):
    bad = make_bad(make_feed())
    make_connection(make_user("lin"), bad.feed)
    second = int(bad.time.timestamp())
    row = reverse("quarantined_row", args=[bad.feed_id, second, 0])
    for address in ("/quarantine/", row, row + "file/"):
        admin.get(address)
        assert last() == ("raw_seen", address, {"feeds": [str(bad.feed)]})


def test_rows_of_one_s_own_are_no_event():
    client = sign_in("lin")
    bad = make_bad(make_feed())
    make_connection(User.objects.get(), bad.feed)
    assert client.get("/quarantine/").status_code == 200
    assert not AuditEvent.objects.exists()


def test_invitations(admin):
    admin.post(reverse("invite"), {"email": "new@example.com", "role": "finance"})
    assert last() == ("person_invited", "new@example.com", {"role": "finance"})
    pending = User.objects.get().invitations.get()
    admin.post(reverse("revoke_invitation", args=[pending.pk]))
    assert last() == ("invitation_withdrawn", "new@example.com", {})


def test_who_is_who(admin):
    feed = make_feed()
    lin = make_user("lin")
    admin.post(
        reverse("who_confirm"),
        {"site": feed.site_id, "kind": "user", "upstream_id": "7", "member": lin.pk},
    )
    assert last()[0] == "belonging_confirmed"
    assert last()[1] == "user 7 (https://gateway.example) = lin@example.com"
    admin.post(reverse("who_end", args=[lin.belongings.get().pk]), {"until": "2026-01-01"})
    assert last()[0] == "belonging_ended"
    assert last()[2] == {"until": "2026-01-01"}
