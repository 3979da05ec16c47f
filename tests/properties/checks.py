"""The promises of the mirror, each recomputed here from nothing but rows."""

from collections import Counter, defaultdict
from itertools import pairwise

from accounts.zone import business_zone
from providers.models import KeyDay, ModelDay, QuarantinedRow, UsageLog, Window
from providers.sync import backfill, differences, plan
from providers.sync.differences import Side

SURELY_SETTLED = 55  # seconds; what is written this late is in no window yet
COMMON = {  # columns that no version renders differently, and where they are here
    "created_at": "time",
    "type": "type",
    "quota": "units",
    "model_name": "model__text",
    "prompt_tokens": "prompt",
    "completion_tokens": "completion",
    "content": "detail__content",
}
OF_GATEWAYS = COMMON | {"token_name": "key__text", "username": "user__text"}
OF_CREDITS = COMMON | {
    "id": "detail__upstream_id",
    "balance": "balance",
    "request_id": "detail__request_id",
}
SUMS = ("requests", "units", "prompt", "completion", "cached")
COUNTED = 2
SECOND, TYPE, UNITS = range(3)
State = Window.State


def mirrored(scene):
    found = UsageLog.objects.filter(feed=scene.feed).values_list(*scene.columns.values())
    return Counter((int(time.timestamp()), *rest) for time, *rest in found)


def within(rows, window):
    since, until = int(window.since.timestamp()), int(window.until.timestamp())
    return Counter({row: n for row, n in rows.items() if since <= row[SECOND] < until})


def cost(rows):
    return sum(row[UNITS] * n for row, n in rows.items() if row[TYPE] == COUNTED)


# --- Whenever a worker has ended or died


def after_turn(scene, lasting, known):
    """`lasting` are rows that the site held throughout, `known` the windows that were there."""
    feed, rows = scene.feed, mirrored(scene)
    sums_are_recomputed(scene, feed)
    foreign = rows - Counter(scene.ever.values())
    is_clean = not foreign or scene.excuses & {"lied", "phantom"}
    scene.require(is_clean, f"nothing is invented: {foreign}")
    for window in Window.objects.filter(feed=feed, state=State.VERIFIED).exclude(pk__in=known):
        is_proven(scene, window, within(lasting - rows, window), within(foreign, window))


def is_proven(scene, window, missing, foreign):
    scene.require(window.units == window.site_units, "a verified window's numbers are equal")
    is_equal = cost(missing) == 0 if "lied" in scene.excuses else not missing
    scene.require(is_equal, f"a verified window has every row: {window}, {missing}")
    scene.require(cost(foreign) == 0, f"a verified window has no other rows: {window}, {foreign}")


def sums_are_recomputed(scene, feed):
    for rollup, name in ((ModelDay, "model_id"), (KeyDay, "key_id")):
        kept = rollup.objects.filter(feed=feed)
        found = Counter(kept.values_list("day", "type", "user_id", name, *SUMS))
        scene.require(found == recomputed(feed, name), f"{rollup.__name__} is recomputed")


def recomputed(feed, name):
    zone, sums = business_zone(), defaultdict(lambda: (0, 0, 0, 0, 0))
    rows = UsageLog.objects.filter(feed=feed)
    for time, *rest in rows.values_list("time", "type", "user_id", name, *SUMS[1:]):
        key = (time.astimezone(zone).date(), *rest[:3])
        sums[key] = tuple(map(sum, zip(sums[key], (1, *rest[3:]), strict=True)))
    return Counter((*key, *found) for key, found in sums.items())


# --- After a sync without faults


def after_sync(scene):
    feed = scene.feed
    if feed.waits_for_person or scene.excuses & {"lied", "edited", "clock", "deleted", "lost"}:
        return
    newest = Window.objects.filter(feed=feed).order_by("until").last()
    if newest is None:
        young = scene.began - plan.SETTLE_SECONDS - 5
        old = [row for row in scene.ever.values() if row[SECOND] < young]
        scene.require(not old, "rows lie in windows")
        return
    until = int(newest.until.timestamp())
    is_present = until > scene.began - plan.SETTLE_SECONDS - 5
    scene.require(is_present, "it comes up to the present")
    due = Counter(
        row
        for number, row in scene.ever.items()
        if row[SECOND] < until and scene.late.get(number, 0) <= SURELY_SETTLED
    )
    missing = due - mirrored(scene)
    scene.require(not missing, f"every row that was written in time is there: {missing}")


# --- In the end


def when_settled(scene):
    feed = scene.feed
    if feed.waits_for_person:
        scene.require(
            scene.excuses & {"lied", "deleted", "phantom", "edited"}, "it waits for a reason"
        )
        return
    truth, rows = Counter(scene.snapshot().values()), mirrored(scene)
    windows = list(Window.objects.filter(feed=feed).order_by("since"))
    is_tiled(scene, feed, windows)
    for window in windows:
        is_right(scene, window, within(truth, window), within(rows, window))
    if not scene.excuses:
        are_quiet(scene, windows)
    every_difference_is_listed(scene, feed, windows, truth - rows, rows - truth)


def is_tiled(scene, feed, windows):
    for older, newer in pairwise(windows):
        scene.require(older.until <= newer.since, f"windows do not overlap: {older}, {newer}")
        if "lied" not in scene.excuses:
            scene.require(older.until == newer.since, "windows leave no gap")
    scene.require(feed.backfilled_at and not backfill.gap_of(feed), "the history is whole")
    oldest = min(row[SECOND] for row in scene.snapshot().values() or [(scene.now,)])
    if "lied" not in scene.excuses:
        scene.require(int(windows[0].since.timestamp()) <= oldest, "windows cover all rows")


def is_right(scene, window, truth, rows):
    """What is missing is set aside or was lied about; what is too much shows. Where no statistic
    can tell, a row that was put in hides one that was taken away: only a walk could."""
    missing, extra = truth - rows, rows - truth
    aside = QuarantinedRow.objects.filter(time__gte=window.since, time__lt=window.until).count()
    if "lied" in scene.excuses:
        is_equal = cost(missing) == cost(extra) or "deleted" in scene.excuses
        is_told = window.state != State.VERIFIED
        scene.require(is_equal or is_told, f"verified sums are equal: {scene.excuses}, {missing}")
        return
    hidden = 0 if window.state in (State.VERIFIED, State.DIFFERS) else extra.total()
    scene.require(
        missing.total() <= aside + hidden, f"it has every row of the site: {window}, {missing}"
    )
    is_old = "deleted" in scene.excuses  # it was equal when it was read
    scene.require(
        (not missing and (is_old or not extra)) or window.state != State.VERIFIED,
        f"a verified window has every row and no other: {window}, {missing}, {extra}",
    )
    scene.require(not extra or scene.excuses & {"deleted", "phantom"}, f"nothing is added: {extra}")


def are_quiet(scene, windows):
    """No false alarm."""
    good = {(State.VERIFIED, "")}
    if scene.was_zero:
        good.add((State.MIRRORED, "zero_statistic"))
    found = {(window.state, window.reason) for window in windows}
    scene.require(found <= good, f"nothing alarms without a reason: {found - good}")


def every_difference_is_listed(scene, feed, windows, missing, extra):
    if scene.excuses & {"edited"}:
        return
    spans = list(differences.mirrored_spans(feed, since=0, until=scene.now))
    compared = list(differences.compare(scene.connection, feed, spans))
    listed = Counter(
        (difference.side, int(difference.occurred_at.timestamp()), difference.units)
        for stretch in compared
        for difference in stretch.differences
    )
    inside = {Side.MISSING_HERE: missing, Side.GONE_UPSTREAM: extra}
    until = int(windows[-1].until.timestamp())
    expected = Counter()
    for side, rows in inside.items():
        for row, n in rows.items():
            if row[SECOND] < until:
                expected[side, row[SECOND], row[UNITS]] += n
    scene.require(listed == expected, f"every difference is listed: {listed}, {expected}")
