"""What a person can do with a connection: test, add, pause, replace its secret, remove."""

import time
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from accounts.zone import business_zone
from providers import pacing, secrets, tasks
from providers.adapters import ADAPTERS
from providers.adapters.records import Credentials, Secret, Span, TestReport
from providers.models import Check, Connection, Feed, QuarantinedRow, Site
from providers.models.sites import ALL, OWN
from providers.pacing import Visit
from providers.sync import checks, quarantine, site_facts
from providers.sync.turn import open_door

TEST_REQUESTS = 4
TEST_SECONDS = 20.0  # a person waits; longer only where the budget is so small
# Addresses that are never called are not saved either, whatever a person asks for.
NEVER_SAVED = frozenset({"private_address", "metadata_address", "plain_http", "bad_url"})


class NotProven(Exception):
    """The secret did not prove itself, and the person did not ask to save it anyway; or its address
    is one that is never called."""


class AdminsOnly(Exception):
    """Everybody's rows are for admins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A connection that is not stored yet. `base_url` in the adapter's normal form."""

    kind: str
    base_url: str
    secret: Secret
    user_id: str = ""
    scope: str = OWN
    name: str = ""

    @property
    def credentials(self) -> Credentials:
        return Credentials(base_url=self.base_url, secret=self.secret, user_id=self.user_id)


def test(draft: Draft) -> TestReport:
    """Ask the site; at most four requests, which count against its budget and go before those of
    the workers. `BudgetSpent` where that would take too long."""
    site = Site.objects.filter(kind=draft.kind, base_url=draft.base_url).first()
    with open_door(None if site is None else _urgent_visit(site)) as door:
        return ADAPTERS[draft.kind].test(door, draft.credentials, draft.scope)


def _urgent_visit(site: Site) -> Visit:
    seconds = max(TEST_SECONDS, (TEST_REQUESTS + 1) * pacing.usual_wait(site.pk))
    return Visit(site.pk, gives_up_at=time.monotonic() + seconds, is_urgent=True)


@transaction.atomic
def add(
    owner: User,
    draft: Draft,
    report: TestReport,
    *,
    by: User | None,
    save_anyway: bool = False,
) -> Connection:
    """Store a connection; its site is worked on at once. It joins a feed only where the site named
    the account. `by`: who does it; None: a command on the server."""
    if draft.scope == ALL and not owner.is_admin_role:
        raise AdminsOnly
    _require_proof(report, save_anyway=save_anyway)
    site, is_new = Site.objects.get_or_create(kind=draft.kind, base_url=draft.base_url)
    if is_new:
        pacing.charge(site, report.requests)
    connection = Connection(
        owner=owner,
        site=site,
        name=draft.name or _default_name(draft, report),
        scope=draft.scope,
        user_id=draft.user_id,
        created_at=timezone.now(),
    )
    connection.sealed = secrets.seal(draft.secret, connection)
    connection.save(force_insert=True)
    _keep_report(connection, report)
    audit.record(by, Action.CONNECTION_ADDED, told(connection), owner=owner.email)
    tasks.sync_soon(site.pk)
    return connection


def add_opened(owner: User, draft: Draft, *, by: User | None) -> Connection:
    """With the secret of an account that was just opened, so that nothing needs to prove it."""
    return add(owner, draft, TestReport(findings=(), is_accepted=True), by=by)


@transaction.atomic
def replace_secret(
    connection: Connection,
    draft: Draft,
    report: TestReport,
    *,
    by: User | None,
    save_anyway: bool = False,
) -> None:
    """Secret and user id of `draft`. The same account keeps its feed, another joins its own; one
    that the site did not name has none, so that nobody's rows land in the feed of another."""
    _require_proof(report, save_anyway=save_anyway)
    connection.sealed = secrets.seal(draft.secret, connection)
    connection.user_id = draft.user_id
    connection.feed = None
    connection.save(update_fields=["sealed", "user_id", "feed"])
    connection.resume()
    _keep_report(connection, report)
    audit.record(by, Action.SECRET_REPLACED, told(connection))
    tasks.sync_soon(connection.site_id)


def draft_of(connection: Connection, secret: Secret | None = None) -> Draft:
    return Draft(
        kind=connection.site.kind,
        base_url=connection.site.base_url,
        secret=secret or secrets.open_secret(connection),
        user_id=connection.user_id,
        scope=connection.scope,
        name=connection.name,
    )


def pause(connection: Connection, *, by: User | None) -> None:
    with audit.recording(by, Action.CONNECTION_PAUSED, told(connection)):
        connection.pause()


def resume(connection: Connection, *, by: User | None) -> None:
    """Go on, and read the newest rows."""
    with audit.recording(by, Action.CONNECTION_RESUMED, told(connection)):
        sync_now(connection)


def sync_now(connection: Connection) -> None:
    ask_for_sync(connection)
    tasks.sync_soon(connection.site_id)


def ask_for_sync(connection: Connection) -> None:
    """Whoever works at the site next reads its newest rows, and tries it again if it had failed."""
    if connection.feed is not None:
        Feed.objects.filter(pk=connection.feed.pk).update(sync_asked_at=timezone.now())
    connection.resume()


def verify_again(feed: Feed, span: Span, *, by: int | None) -> Check | None:
    """Ask for the windows that `span` touches; None if there are none. `by`: who asks."""
    check = checks.ask(feed, span, by=by, now=timezone.now())
    tasks.sync_soon(feed.site_id)
    return check


def read_again(row: QuarantinedRow) -> bool:
    """A quarantined row, from the text that was kept. True if it is mirrored now."""
    is_read = quarantine.reread(row, now=timezone.now(), zone=business_zone())
    if is_read:
        tasks.sync_soon(row.feed.site_id)
    return is_read


def read_all_again(feed: Feed) -> None:
    """Leave the feed's quarantined rows to whoever works at the site next, as after an upgrade."""
    feed.parsed_with = ""
    feed.save(update_fields=["parsed_with"])
    tasks.sync_soon(feed.site_id)


def release(feed: Feed) -> None:
    """Read a feed again that waited for a person, who has seen why."""
    feed.waits_for_person = ""
    feed.sync_asked_at = timezone.now()
    feed.save(update_fields=["waits_for_person", "sync_asked_at"])
    tasks.sync_soon(feed.site_id)


def choose_vocabulary(connection: Connection, code: str, *, by: User | None) -> None:
    """What the site's log types mean, when a person knows better than the rows told."""
    site = connection.site
    with audit.recording(by, Action.TYPES_CHOSEN, str(site), vocabulary=code):
        site.vocabulary, site.vocabulary_is_chosen = code, True
        site.save(update_fields=["vocabulary", "vocabulary_is_chosen"])


def remove(connection: Connection, *, by: User | None) -> None:
    """The secret goes with the row, watching ends; the rows of the feed stay."""
    name, owner = told(connection), connection.owner.email
    with audit.recording(by, Action.CONNECTION_REMOVED, name, owner=owner):
        connection.delete()


def told(connection: Connection) -> str:
    """A connection, in the audit log."""
    return f"{connection.name} ({connection.site.base_url}, {connection.pk})"


def _require_proof(report: TestReport, *, save_anyway: bool) -> None:
    is_never_called = any(found.code in NEVER_SAVED for found in report.findings)
    if is_never_called or not (report.ok or save_anyway):
        raise NotProven


def _default_name(draft: Draft, report: TestReport) -> str:
    named = report.facts.name if report.facts is not None else ""
    return (named or draft.base_url.partition("://")[2])[:100]


def _keep_report(connection: Connection, report: TestReport) -> None:
    now = timezone.now()
    if report.facts is not None:
        site_facts.keep_facts(connection.site, report.facts, now)
    if report.account is not None:
        site_facts.join_feed(connection, report.account, now)
