"""Every page of the map, as everybody, held against the table in docs/roles.md."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import Invitation, User
from accounts.public import PUBLIC_PAGES
from dashboard.models import SavedView
from providers import secrets
from providers.adapters.records import Secret
from providers.models import (
    Belonging,
    Check,
    Opening,
    QuarantinedRow,
    Site,
    SiteUnit,
    Window,
)
from tests.accounts.test_public_pages import ALL_PAGES
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log, make_site, make_window

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).parents[2] / "docs" / "roles.md"
PEOPLE = ("nobody", "stranger", "owner", "finance", "admin")
MAY, GONE, LOGIN = "●", "–", "→"
HTMX = {"HX-Request": "true"}
WAYS = [("get", {}), ("get", HTMX), ("post", {}), ("post", HTMX)]
HOUR = timedelta(hours=1)

SECRET = "planted-secret-7Qx"
TEXTS = {
    "content": "planted-content-7Qx",
    "ip": "203.0.113.77",
    "other": '{"model_ratio": 1, "upstream_model_name": "planted-other-7Qx"}',
    "raw": '{"planted-raw-7Qx": 1}',
}
MARKS = ("planted-content-7Qx", "203.0.113.77", "planted-other-7Qx", "planted-raw-7Qx")
BAD = "planted-bad-row-7Qx"


@dataclass
class World:
    """Something behind each address; the connection belongs to `owner`."""

    people: dict[str, User]
    owner: User
    keys: dict[str, dict] = field(default_factory=dict)
    data: dict[str, dict] = field(default_factory=dict)  # what is sent

    def address(self, page):
        return reverse(page, kwargs=self.keys.get(page, {}))


def make_world(owner=None):
    people = {"admin": make_user("mira", role="admin"), "finance": make_user("jo", role="finance")}
    people |= {name: make_user(name) for name in ("stranger", "owner")} | {"nobody": None}
    for person in filter(None, people.values()):
        TOTP.activate(person, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(person)
    world = World(people, people[owner or "owner"])
    _own_feed(world)
    _everybodys_feed(world)
    _openings(world)
    _people(world)
    return world


def planted(owner, feed):
    connection = make_connection(owner, feed)
    connection.sealed = secrets.seal(Secret(SECRET), connection)
    connection.save()
    return connection


def _own_feed(world):
    moment = now().replace(minute=0, second=0, microsecond=0) - HOUR
    feed = make_feed()
    connection = planted(world.owner, feed)
    row = make_log(feed, time=moment, type=5, text=TEXTS)
    window: Window = make_window(feed, moment - HOUR, moment, state="differs")
    bad = QuarantinedRow.objects.create(
        feed=feed, time=moment - HOUR, raw=f'["{BAD}"]', reason="x", seen_at=moment
    )
    since = int(window.since.timestamp())
    check = Check.objects.create(
        feed=feed, since=window.since, until=window.until, asked_at=moment, reached=window.until
    )
    kept = SavedView.objects.create(owner=world.owner, page="logs", name="mine")
    of_feed, of_connection = {"feed": feed.pk}, {"pk": connection.pk}
    bad_row = of_feed | {"second": int(bad.time.timestamp()), "number": 0}
    world.keys |= {page.name: of_connection for page in ALL_PAGES if "connection_" in page.name}
    SiteUnit.objects.filter(site=feed.site).update(display=SiteUnit.PAID)
    Site.objects.filter(pk=feed.site_id).update(facts_read_at=moment)
    unit = SiteUnit.objects.get(site=feed.site)
    of_person = {"pk": world.people["stranger"].pk}
    world.keys |= {page.name: of_person for page in ALL_PAGES if page.name.startswith("member")}
    world.keys |= {
        "connection": of_connection,
        "connection_add": {},
        "connection_worth": of_connection,
        "worth_remove": of_connection | {"unit": unit.pk},
        "members": {},
        "opened_key": of_connection,
        "log": {"pk": row.pk},
        **{page: {"page": "logs"} for page in ("table_settings", "view_add")},
        **{page: {"column": "model"} for page in ("logs_values", "team_logs_values")},
        **{page: {"pk": kept.pk} for page in ("view", "view_delete")},
        "window": of_feed | {"since": since},
        "window_verify": of_feed | {"since": since},
        "check": {"pk": check.pk},
        "check_stop": {"pk": check.pk},
        "quarantine_retry": of_feed,
        **dict.fromkeys(("quarantined_row", "quarantined_file", "row_retry"), bad_row),
        "feed_delete": {"pk": make_feed().pk},
    }
    world.data["range_verify"] = of_feed
    Opening.objects.create(
        site=feed.site, owner=world.owner, asked_at=moment, state="opened", connection=connection
    )


def _everybodys_feed(world):
    admin = world.people["admin"]
    every = make_feed(scope="all", account="")
    make_connection(admin, every, scope="all")
    row = make_log(every, time=now() - HOUR, text=TEXTS)
    alias = make_site(same_as=every.site)
    belonging = Belonging.objects.create(
        site=every.site,
        kind="user",
        upstream_id="99",
        member=admin,
        confirmed_by=admin,
        confirmed_at=now(),
    )
    world.keys |= {
        "team_log": {"pk": row.pk},
        "who_end": {"pk": belonging.pk},
        "site_part": {"pk": alias.pk},
    }


def _openings(world):
    unread = Opening.objects.create(
        site=make_site(kind="openai_hk"), owner=world.owner, asked_at=now(), state="unread"
    )
    unread.sealed = secrets.seal_answer(b"an answer without a key", unread)
    unread.save()
    world.keys["opening_answer"] = {"pk": unread.pk}


def _people(world):
    invitation, token = Invitation.objects.invite(
        email="new@example.com", role="member", by=world.people["admin"], now=now()
    )
    world.keys |= {
        "revoke_invitation": {"pk": invitation.pk},
        "invitation": {"token": token},
        "setup": {"token": "made-up"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "made-up"},
    }


def visit(world, person, page, way):
    """Whatever it changes is taken back."""
    method, headers = way
    client = Client()
    with transaction.atomic():
        if person is not None:
            client.force_login(person)
        sent = world.data.get(page, {}) if method == "post" else {}
        answer = getattr(client, method)(world.address(page), sent, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer, body.decode()


def came_of(page, answer):
    """Pages without a login may lead there."""
    where = answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
    if where.startswith(reverse("account_login")) and page not in PUBLIC_PAGES:
        return LOGIN
    if answer.status_code in (403, 404):
        return GONE
    return "" if answer.status_code == 405 else MAY


def table():
    """Page or pattern of pages -> what may be seen by whom."""
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(PEOPLE) + 1 and cells[1] in (MAY, GONE, LOGIN):
            for pattern in re.findall(r"`([^`]+)`", cells[0]):
                yield pattern, dict(zip(PEOPLE, cells[1:], strict=True))


def found_in_table(page):
    exact = [row for pattern, row in table() if pattern == page]
    return exact or [row for pattern, row in table() if fnmatch(page, pattern)]


PAGES = [page.name for page in ALL_PAGES]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands_in_the_table_once(page):
    assert len(found_in_table(page)) == 1


def test_the_table_has_no_page_that_is_gone():
    gone = [p for p, _ in table() if not any(fnmatch(page, p) for page in PAGES)]
    assert gone == []


@pytest.fixture
def world():
    return make_world()


@pytest.mark.parametrize("name", PEOPLE)
def test_the_table_is_what_is_so(world, name):
    wrong = []
    for page in PAGES:
        (row,) = found_in_table(page)
        came = [came_of(page, visit(world, world.people[name], page, way)[0]) for way in WAYS]
        if set(came) - {""} != {row[name]}:
            wrong.append((page, row[name], came))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("name", PEOPLE)
def test_nobody_is_shown_a_secret(world, name):
    shown_once = {"opened_key"} if name == "owner" else set()
    for page in set(PAGES) - shown_once:
        for way in WAYS:
            assert SECRET not in visit(world, world.people[name], page, way)[1], page


@pytest.mark.parametrize("name", ["nobody", "stranger"])
def test_strangers_are_shown_no_text(world, name):
    assert marks_seen(world, name) == set()


def test_those_who_look_after_the_money_are_shown_no_text_even_of_their_own_rows():
    assert marks_seen(make_world(owner="finance"), "finance") == set()


def test_the_marks_are_where_somebody_may_see_them(world):
    assert marks_seen(world, "owner") == {*MARKS, BAD}


def marks_seen(world, name):
    """Whichever of the planted texts any answer has."""
    bodies = [visit(world, world.people[name], page, way)[1] for page in PAGES for way in WAYS]
    return {mark for mark in (*MARKS, BAD) for body in bodies if mark in body}


@pytest.mark.parametrize("asked", ["ip=203.0.113.77", "text=planted-content"])
@pytest.mark.parametrize(("name", "count"), [("owner", 1), ("finance", 0)])
def test_who_may_not_see_a_text_does_not_find_rows_by_it(name, count, asked):
    world = make_world(owner=name)
    client = Client()
    client.force_login(world.people[name])
    assert len(client.get(f"/logs/?period=30d&{asked}").context["page"].rows) == count
    exported = b"".join(client.get(f"/logs/export/?period=30d&{asked}")).decode()
    assert len(exported.splitlines()) == 1 + count


def test_the_numbers_of_their_own_rows_are_shown_to_those_who_look_after_the_money():
    world = make_world(owner="finance")
    client = Client()
    client.force_login(world.people["finance"])
    page = client.get("/logs/?period=30d")
    assert len(page.context["page"].rows) == 1
    assert "planted-" not in page.content.decode()
    slip = client.get(world.address("log")).content.decode()
    assert "How the price was made" in slip
    assert "Raw record" not in slip
