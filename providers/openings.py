"""Open an account at a site: asked once, never again; the answer is kept before it is read."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from providers import connections, secrets
from providers.adapters import ADAPTERS, AccountOpener, Adapter
from providers.adapters.errors import ProviderError
from providers.adapters.records import Secret
from providers.connections import Draft
from providers.models import Connection, Opening, Site
from providers.pacing import BudgetSpent, Visit
from providers.sync.turn import open_door

PATIENCE_SECONDS = 60.0


def openers() -> dict[str, Adapter]:
    """The kinds of sites that open accounts."""
    return {
        kind: adapter for kind, adapter in ADAPTERS.items() if isinstance(adapter, AccountOpener)
    }


def open_account(*, kind: str, base_url: str, owner: User, by: User | None) -> Opening:
    """What came of it stands in the answer, whatever happened. `BudgetSpent` before anything was
    asked."""
    site, _ = Site.objects.get_or_create(kind=kind, base_url=base_url)
    with audit.recording(by, Action.ACCOUNT_OPENED, str(site), owner=owner.email):
        opening = Opening.objects.create(
            site=site, owner=owner, asked_by=by, asked_at=timezone.now()
        )
    try:
        answer = _ask(site)
    except BudgetSpent:
        opening.delete()
        raise
    except ProviderError as error:
        return _failed(opening, Opening.State.LOST, error)
    opening.sealed = secrets.seal_answer(answer, opening)
    opening.state = Opening.State.UNREAD
    opening.save(update_fields=["sealed", "state"])
    try:
        secret = _opener(site.kind).opened_secret(answer)
    except ProviderError as error:
        return _failed(opening, Opening.State.UNREAD, error)
    _attach(opening, secret)
    return opening


def show_once(connection: Connection, person: User) -> Secret | None:
    """The key of an account that was opened for its owner; None if it was shown before."""
    opening = Opening.objects.to_show(person).filter(connection=connection).first()
    if opening is None:
        return None
    secret = secrets.open_secret(connection)
    shown = Opening.objects.filter(pk=opening.pk, shown_at=None)
    with transaction.atomic():
        if not shown.update(shown_at=timezone.now(), sealed=""):
            return None
        audit.record(person, Action.KEY_SHOWN, connections.told(connection))
    return secret


def answer_of(opening: Opening, *, by: User) -> str:
    """As received, where no key could be read in it; "" if there is none."""
    if opening.state != Opening.State.UNREAD or not opening.sealed:
        return ""
    audit.record(by, Action.ANSWER_SEEN, str(opening.site), owner=opening.owner.email)
    return secrets.open_answer(opening).decode("utf-8", "backslashreplace")


def _ask(site: Site) -> bytes:
    with open_door(Visit(site.pk, patience=PATIENCE_SECONDS, is_urgent=True)) as door:
        return _opener(site.kind).open_account(door, site.base_url)


def _opener(kind: str) -> AccountOpener:
    adapter = ADAPTERS[kind]
    if not isinstance(adapter, AccountOpener):
        raise TypeError(f"{kind} opens no accounts")
    return adapter


@transaction.atomic
def _attach(opening: Opening, secret: Secret) -> None:
    draft = Draft(kind=opening.site.kind, base_url=opening.site.base_url, secret=secret)
    opening.connection = connections.add_opened(opening.owner, draft, by=opening.asked_by)
    opening.state = Opening.State.OPENED
    opening.save(update_fields=["connection", "state"])


def _failed(opening: Opening, state: str, error: ProviderError) -> Opening:
    opening.state, opening.error_code = state, error.code
    opening.error_detail = error.detail[:300]
    opening.save(update_fields=["state", "error_code", "error_detail"])
    return opening
