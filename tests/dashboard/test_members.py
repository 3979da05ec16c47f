"""One person as an admin sees them: role, access, leaving, and who goes on with the accounts."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts import membership
from accounts.models import AuditEvent, Invitation, User
from dashboard import people
from providers import leaving, secrets, whois
from providers.adapters.records import Secret
from providers.models import Belonging, Connection, Opening
from tests.dashboard.watching import sign_in
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log, make_name, make_window

pytestmark = pytest.mark.django_db
UTC = ZoneInfo("UTC")


@pytest.fixture
def admin():
    return sign_in("mira", role="admin")


@pytest.fixture
def lin():
    return make_user("lin")


def with_secret(owner, **fields):
    connection = make_connection(owner, **fields)
    connection.sealed = secrets.seal(Secret("planted"), connection)
    connection.save()
    return connection


def post(client, name, pk, **data):
    return client.post(reverse(name, args=[pk]), data, follow=True).content.decode()


def actions():
    return list(AuditEvent.objects.order_by("number").values_list("action", flat=True))


def test_the_list_tells_how_connections_stand(admin, lin):
    make_connection(lin, name="a")
    make_connection(lin, name="b", state="stopped", error_code="token_expired")
    text = admin.get("/team/members/").content.decode()
    assert "1 of 2 is not read" in text
    make_connection(make_user("bo"), state="stopped", error_code="token_expired")
    assert "Credential expired" in admin.get("/team/members/").content.decode()


def test_a_person_with_connections(admin, lin):
    connection = make_connection(lin, name="Harbour")
    make_window(connection, now() - timedelta(days=1), now())
    text = admin.get(reverse("member", args=[lin.pk])).content.decode()
    assert "Harbour" in text
    assert "lin@example.com" in text


def test_a_role_is_changed(admin, lin):
    text = post(admin, "member_role", lin.pk, role="finance")
    assert "Lin is Finance now" in text
    assert User.objects.get(pk=lin.pk).role == "finance"
    event = AuditEvent.objects.get()
    assert (event.action, event.subject) == ("role_changed", "lin@example.com")
    assert event.details == '{"before":"member","role":"finance"}'


@pytest.mark.parametrize("name", ["member_role", "member_deactivate", "member_leave"])
def test_nobody_does_it_to_themselves(admin, name):
    mira = User.objects.get()
    assert "cannot do this to yourself" in post(admin, name, mira.pk, role="member")
    mira = User.objects.get()
    assert (mira.role, mira.is_active) == ("admin", True)
    assert actions() == []


def test_of_two_admins_who_shut_each_other_out_one_comes_second(lin):
    mira, ada = make_user("mira", role="admin"), make_user("ada", role="admin")
    membership.deactivate(mira, by=ada)
    with pytest.raises(membership.NotAllowed):
        membership.deactivate(ada, by=mira)


def test_who_is_deactivated_is_out_at_once(admin, lin):
    client = Client()
    client.force_login(lin)
    assert client.get("/").status_code == 200
    assert "signed out everywhere" in post(admin, "member_deactivate", lin.pk)
    assert client.get("/").status_code == 302
    assert "can sign in again" in post(admin, "member_reactivate", lin.pk)
    assert User.objects.get(pk=lin.pk).is_active


def test_who_has_left_leaves_rows_and_no_secret(admin, lin):
    connection = with_secret(lin)
    row = make_log(connection)
    opening = Opening.objects.create(
        site=connection.site, owner=lin, asked_at=now(), state="unread", sealed="sealed"
    )
    assert "secret of 1 connection is destroyed" in (
        admin.get(reverse("member_leave", args=[lin.pk])).content.decode()
    )
    assert "has left" in post(admin, "member_leave", lin.pk)
    connection.refresh_from_db()
    opening.refresh_from_db()
    assert (connection.sealed, opening.sealed) == ("", "")
    assert (connection.state, connection.error_code) == ("stopped", "secret_destroyed")
    assert not Connection.objects.lending(now()).exists()
    row.refresh_from_db()
    assert not User.objects.get(pk=lin.pk).is_active
    assert actions() == ["person_deactivated", "secrets_destroyed"]
    text = admin.get(reverse("member", args=[lin.pk])).content.decode()
    assert "No access token" in text


def test_without_a_secret_nothing_goes_on(lin):
    connection = make_connection(lin, state="stopped")
    connection.resume()
    connection.refresh_from_db()
    assert connection.state == "stopped"


def test_a_connection_is_handed_over_without_its_secret(admin, lin):
    connection, bo = with_secret(lin), make_user("bo")
    text = post(admin, "member_hand_over", lin.pk, connection=connection.pk, to=bo.pk)
    assert "has to enter its secret again" in text
    connection.refresh_from_db()
    assert (connection.owner, connection.sealed) == (bo, "")
    client = Client()
    client.force_login(bo)
    shown = client.get("/connections/").content.decode()
    assert "No access token" in shown
    assert reverse("connection_secret", args=[connection.pk]) in shown
    assert actions() == ["connection_handed_over"]


def test_what_cannot_be_handed_over(admin, lin):
    connection = with_secret(lin)
    gone, every = make_user("gone", is_active=False), with_secret(lin, scope="all")
    for owned, to, words in (
        (connection, lin.pk, "theirs already"),
        (connection, gone.pk, "cannot sign in"),
        (connection, "", "Choose a connection and a member"),
        (every, make_user("bo").pk, "only be an admin"),
    ):
        assert words in post(admin, "member_hand_over", lin.pk, connection=owned.pk, to=to)
        owned.refresh_from_db()
        assert owned.owner == lin
        assert owned.sealed


def test_rows_before_a_hand_over_stay_the_former_owner_s(lin):
    boss, bo = make_user("boss", role="admin"), make_user("bo")
    connection = with_secret(lin, feed=make_feed(account="7"))
    name = make_name("user", "ling", site_id=connection.site_id, upstream_id="7")
    today = date(2026, 5, 20)
    leaving.hand_over(connection, bo, by=boss, today=today, now=now())
    known = people.whose(UTC)
    assert known.member(name.pk, None, today - timedelta(days=1)) == lin.pk
    assert known.member(name.pk, None, today) == bo.pk
    leaving.hand_over(connection, boss, by=boss, today=date(2026, 6, 1), now=now())
    known = people.whose(UTC)
    days = [today - timedelta(days=1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [known.member(name.pk, None, day) for day in days] == [lin.pk, bo.pk, boss.pk]


def test_what_is_given_on_the_same_day_was_never_theirs(lin):
    boss, bo = make_user("boss", role="admin"), make_user("bo")
    connection = with_secret(lin, feed=make_feed(account="7"))
    for to in (bo, boss):
        leaving.hand_over(connection, to, by=boss, today=date(2026, 5, 20), now=now())
    told = Belonging.objects.order_by("since").values_list("member", "since", "until")
    day = date(2026, 5, 20)
    assert set(told) == {(lin.pk, None, day), (boss.pk, day, None)}


def test_what_an_admin_said_of_somebody_else_stays(lin):
    boss, bo = make_user("boss", role="admin"), make_user("bo")
    connection = with_secret(lin, feed=make_feed(account="7"))
    whois.confirm(*(connection.site, "user", "7", boss), since=None, until=None, by=boss, now=now())
    leaving.hand_over(connection, bo, by=boss, today=date(2026, 5, 20), now=now())
    assert Belonging.objects.get().member == boss


def test_an_account_that_several_watch_is_still_nobody_s(lin):
    boss, bo = make_user("boss", role="admin"), make_user("bo")
    connection = with_secret(lin, feed=make_feed(account="7"))
    with_secret(boss, feed=connection.feed)
    leaving.hand_over(connection, bo, by=boss, today=date(2026, 5, 20), now=now())
    assert not Belonging.objects.exists()


def test_an_invitation_is_sent_where_there_is_a_mail_server(admin):
    answer = admin.post(reverse("invite"), {"email": "new@example.com", "role": "member"})
    (sent,) = mail.outbox
    assert sent.to == ["new@example.com"]
    assert "was sent to new@example.com" in answer.content.decode()
    assert "http://testserver/invitation/" in sent.body
    assert Invitation.objects.get().email == "new@example.com"


def test_without_one_the_link_is_for_the_admin_to_give(admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    answer = admin.post(reverse("invite"), {"email": "new@example.com", "role": "member"})
    assert "Give this link to new@example.com" in answer.content.decode()


def test_a_mail_server_that_fails_loses_no_link(admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = admin.post(reverse("invite"), {"email": "new@example.com", "role": "member"})
    assert "could not be sent by mail" in answer.content.decode()
