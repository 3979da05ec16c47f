"""What came of verifying again, or how far it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.models import User
from providers.models import Check, CheckedRow, Connection, Feed, Window

RECENT = 5
ASKS_AGAIN = 2  # seconds after which a page looks how far a check is


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindrance:
    """Why a check does not go on: the code of a problem, or that every connection is paused."""

    code: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckView:
    """`found` are rows of one side only; the check counts all of them, and lists so many."""

    check: Check
    windows: int
    windows_left: int
    found: Sequence[CheckedRow] = ()
    hindrance: Hindrance | None = None

    @property
    def is_waiting(self) -> bool:
        return self.check.finished_at is None

    @property
    def asks_again(self) -> int:
        return ASKS_AGAIN if self.is_waiting else 0

    @property
    def windows_done(self) -> int:
        return self.windows - self.windows_left

    @property
    def percent(self) -> int:
        return 100 * self.windows_done // self.windows if self.windows else 0

    @property
    def is_stopped(self) -> bool:
        """Ended before all was compared."""
        return not self.is_waiting and self.windows_left > 0

    @property
    def unlisted(self) -> int:
        return max(0, self.check.missing + self.check.gone - len(self.found))


def view_of(check: Check) -> CheckView:
    """Of a check that the person may see, with all its rows."""
    return _view(check, list(check.found.order_by("-time", "pk")))


def last_of(window: Window) -> CheckView | None:
    """The newest check that has to do with the window, and its rows of this window."""
    touching = Check.objects.filter(feed=window.feed_id).touching(window.since, window.until)
    check = touching.order_by("-asked_at", "-pk").first()
    if check is None:
        return None
    found = check.found.filter(time__gte=window.since, time__lt=window.until)
    return _view(check, list(found.order_by("-time", "pk")))


def recent_of(feeds: Iterable[Feed], user: User) -> list[Check]:
    """Those that are not finished first."""
    checks = Check.objects.auditable_by(user).filter(feed__in=feeds)
    newest = list(checks.order_by("-asked_at", "-pk")[:RECENT])
    waiting = list(checks.pending().order_by("asked_at", "pk")[:RECENT])
    return list(dict.fromkeys([*waiting, *newest]))[:RECENT]


def _view(check: Check, found: Sequence[CheckedRow]) -> CheckView:
    inside = Window.objects.filter(feed=check.feed_id, until__gt=check.since)
    return CheckView(
        check=check,
        windows=inside.filter(since__lt=check.until).count(),
        windows_left=inside.filter(since__lt=check.reached).count(),
        found=found,
        hindrance=_hindrance(check) if check.finished_at is None else None,
    )


def _hindrance(check: Check) -> Hindrance | None:
    feed = Feed.objects.get(pk=check.feed_id)
    if feed.waits_for_person:
        return Hindrance(code=feed.waits_for_person)
    connections = list(Connection.objects.filter(feed=feed).order_by("created_at"))
    if any(one.state == Connection.State.ACTIVE and not one.error_code for one in connections):
        return None
    failed = [one for one in connections if one.error_code]
    if failed:
        return Hindrance(code=failed[0].error_code, detail=failed[0].error_detail)
    return Hindrance()
