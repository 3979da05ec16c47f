"""Mirrors with one thought left out. The search has to find each of them."""

from dataclasses import replace

from providers import leases, rollups, store
from providers.adapters import new_api
from providers.adapters.records import Span
from providers.models import KeyDay, ModelDay, Window
from providers.sync import plan, recheck, stretch, tail, verify
from providers.sync import walk as walks
from providers.sync.verify import Verdict

VERIFIED = Window.State.VERIFIED
SUMS = ("requests", "units", "prompt", "completion", "cached")


def without_occurrence(patch):
    """Equal rows of one second are one row."""
    identify = store.identify
    patch(
        store, "identify", lambda rows: [(row, key) for row, key in identify(rows) if key[2] == 0]
    )


def with_an_exclusive_end(patch):
    """The site's end is inclusive."""
    bounds = new_api.bounds
    patch(new_api, "bounds", lambda span: bounds(Span(since=span.since, until=span.until - 1)))


def without_a_second_look(patch):
    """What was read is done with, however young it was."""
    whole_span = tail._span

    def span_after_the_last(work):
        span = whole_span(work)
        newest = Window.objects.filter(feed=work.feed).order_by("until").last()
        since = span.since if newest is None else int(newest.until.timestamp())
        return Span(since=since, until=max(since + 1, span.until))

    patch(plan, "SETTLE_SECONDS", plan.UNREADABLE_SECONDS)
    patch(tail, "_span", span_after_the_last)


def with_every_window_verified(patch):
    patch(verify, "_state", lambda *_: (VERIFIED, ""))


def without_verification(patch):
    """Our own sum is held against itself."""
    judge = verify.judge

    def judged(feed, span, site_units):
        verdict = judge(feed, span, site_units)
        return replace(verdict, state=VERIFIED, reason="", site_units=verdict.units)

    patch(verify, "judge", judged)
    patch(stretch, "agreed", lambda work, span: (stretch.read(work, span), 0))


def with_added_rollups(patch):
    """Sums are added to."""
    rebuild_days = rollups.rebuild_days

    def add(feed_id, days, zone):
        before = [(sums, sums.pk) for sums in _sums(feed_id, days)]
        rebuild_days(feed_id, days, zone)
        for old, _ in before:
            _add(old)

    patch(rollups, "rebuild_days", add)


def _sums(feed_id, days):
    for rollup in (ModelDay, KeyDay):
        yield from rollup.objects.filter(feed=feed_id, day__in=days)


def _add(old):
    name = "model" if isinstance(old, ModelDay) else "key"
    same = {key: getattr(old, f"{key}_id") for key in ("feed", "user", name)}
    sums = type(old).objects.get(day=old.day, type=old.type, **same)
    for column in SUMS:
        setattr(sums, column, getattr(sums, column) + getattr(old, column))
    sums.save()


def with_sums_after_the_commit(patch):
    """Rows first, their sums in a transaction of their own."""
    rebuild_days, save_part, later = rollups.rebuild_days, store._save_part, []

    def save(*arguments, **options):
        save_part(*arguments, **options)
        while later:
            rebuild_days(*later.pop())

    patch(rollups, "rebuild_days", lambda *arguments: later.append(arguments))
    patch(store, "_save_part", save)


def with_windows_before_rows(patch):
    """The cursor moves on before the rows are there."""
    save, record = stretch.save, stretch.record

    def save_after(work, span, walked):
        units = verify.sum_of(work.feed, walked.records)
        verdict = Verdict(state=VERIFIED, units=units, site_units=units)
        record(work, span, verdict, pruned=False, asked_before=0)
        return save(work, span, walked)

    patch(stretch, "save", save_after)


def with_walks_that_moved(patch):
    """Pages are joined, whatever the total said."""

    def walk(reader, span, *, most_rows):
        return walks._joined(walks._pages(reader, span, reader.page(span, 1), most_rows))

    patch(stretch, "walk", walk)


def without_the_daily_look(patch):
    patch(recheck, "due_window", lambda *_: None)


def without_renewing_the_lease(patch):
    patch(leases.Lease, "_renew", lambda lease: None)


ROWS = "every row|all rows|alarms"
# What the search says of each, and a seed that leads there soon; any seed does in the end.
MUTANTS = {
    without_occurrence: (ROWS, 0),
    with_an_exclusive_end: (ROWS, 0),
    without_a_second_look: (ROWS, 1),
    with_every_window_verified: ("numbers are equal", 3),
    without_verification: ("verified sums are equal|every row|no other rows", 14),
    with_added_rollups: ("recomputed", 0),
    with_sums_after_the_commit: ("recomputed", 7),
    with_windows_before_rows: (ROWS, 1),
    with_walks_that_moved: ("nothing is invented|waits for a reason|every row", 7),
    without_the_daily_look: (ROWS, 5),
    without_renewing_the_lease: ("two workers at once", 0),
}
