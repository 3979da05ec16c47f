"""How a connection stands: one glyph, one word and one sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.progress import Progress
from dashboard.templatetags.usage import clock, duration
from providers.messages import reason
from providers.models import Connection

MOVING_SECONDS, RESTING_SECONDS = 3, 30  # how often a page that is open asks again
EXPIRED = {"token_expired", "token_retired"}
LOST = {"secret_destroyed", "handed_over"}
REFUSED = {"token_invalid", "model_key", "account_disabled", "secret_unreadable"}
FORBIDDEN = {"role_too_low", "scope_missing"}
USER_ID = {"user_id_missing", "user_id_no_number", "user_id_wrong"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """`looks` is the class of the state, `glyph` the icon beside the word. `asks_again` are the
    seconds after which something may have moved; 0 while nothing is in motion."""

    looks: str
    glyph: str
    word: str
    note: str = ""
    percent: int | None = None
    needs_person: bool = False
    asks_again: int = 0


def standing_of(connection: Connection, progress: Progress, now: datetime) -> Standing:
    questions: list[Callable[[Connection, Progress, datetime], Standing | None]] = [
        _halted,
        _failing,
        _unread,
        _backfilling,
        _behind,
    ]
    answers = (ask(connection, progress, now) for ask in questions)
    return next((answer for answer in answers if answer), None) or _up_to_date(progress)


def trouble(connection: Connection, now: datetime) -> Standing | None:
    """Why nothing of it is read at present."""
    return _halted(connection, Progress(), now) or _failing(connection, Progress(), now)


def _halted(connection: Connection, _progress: Progress, _now: datetime) -> Standing | None:
    if connection.state == Connection.State.PAUSED:
        note = _("The access token is kept; nothing is read.")
        return Standing(looks="paused", glyph="pause", word=_("Paused"), note=note)
    if connection.state == Connection.State.STOPPED:
        note = _("Reading stopped %(time)s") % {"time": clock(connection.failed_at)}
        word = _stop_word(connection.error_code)
        return Standing(looks="missing", glyph="missing", word=word, note=note, needs_person=True)
    if connection.feed is not None and connection.feed.waits_for_person:
        note = _("Somebody should look at it.")
        word = _("Waits for a person")
        return Standing(looks="differs", glyph="differs", word=word, note=note, needs_person=True)
    return None


def _stop_word(code: str) -> str:
    if code in EXPIRED:
        return _("Credential expired")
    if code in LOST:
        return _("No access token")
    if code in REFUSED:
        return _("Access token not accepted")
    if code in USER_ID:
        return _("User ID not accepted")
    if code in FORBIDDEN:
        return _("Permission missing")
    return _("Stopped")


def _failing(connection: Connection, _progress: Progress, now: datetime) -> Standing | None:
    if not connection.error_code:
        return None
    is_limit = connection.error_code == "rate_limited"
    word = _("Rate limited") if is_limit else _("Upstream unavailable")
    glyph = "slow" if is_limit else "warn"
    if connection.retry_at is None or connection.retry_at <= now:
        note = _("It is tried again now.")
    else:
        note = _("Next try %(time)s") % {"time": clock(connection.retry_at)}
    return Standing(looks="failing", glyph=glyph, word=word, note=note, asks_again=RESTING_SECONDS)


def _unread(connection: Connection, progress: Progress, _now: datetime) -> Standing | None:
    if progress.windows and connection.feed is not None:
        return None
    note = _("Waits for a worker; the newest rows come first.")
    return _busy(_("Not read yet"), note)


def _backfilling(_connection: Connection, progress: Progress, _now: datetime) -> Standing | None:
    if progress.is_whole:
        return None
    if progress.is_backfilled:
        note = _("%(length)s missing") % {"length": duration(progress.missing_seconds)}
        return _busy(_("Catching up"), note)
    if progress.percent is None:
        return _busy(_("Backfill begins"))
    word = _("Backfilling, %(percent)d %%") % {"percent": progress.percent}
    return _busy(word, _backfill_note(progress), progress.percent)


def _backfill_note(progress: Progress) -> str:
    read = ngettext("%(count)d day read", "%(count)d days read", progress.days)
    read %= {"count": progress.days}
    if progress.seconds_left is None:
        return read
    left = duration(progress.seconds_left)
    return _("%(read)s, about %(left)s left") % {"read": read, "left": left}


def _busy(word: str, note: str = "", percent: int | None = None) -> Standing:
    return Standing(
        looks="busy",
        glyph="sync",
        word=word,
        note=note,
        percent=percent,
        asks_again=MOVING_SECONDS,
    )


def _behind(connection: Connection, progress: Progress, now: datetime) -> Standing | None:
    """Asked for and not done yet, or not read although it was due."""
    if connection.feed is not None and connection.feed.sync_asked_at is not None:
        return _busy(_("Sync requested"), _up_to_date(progress).word)
    if not progress.is_late(now):
        return None
    word = _("Not read since %(time)s") % {"time": clock(progress.mirrored_to)}
    note = _("No worker has come by.")
    return Standing(looks="late", glyph="running", word=word, note=note, asks_again=RESTING_SECONDS)


def _up_to_date(progress: Progress) -> Standing:
    if progress.verified_to is not None:
        word = _("Verified to %(time)s") % {"time": clock(progress.verified_to)}
        return Standing(looks="verified", glyph="verified", word=word)
    if progress.differing:
        return Standing(looks="differs", glyph="differs", word=_("Differs"))
    return Standing(
        looks="mirrored",
        glyph="mirrored",
        word=_("Mirrored, not verified"),
        note=reason(progress.unverified_for),
    )
