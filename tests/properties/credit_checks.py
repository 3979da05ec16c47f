"""The promises of a mirror that is proven by balances."""

from collections import Counter
from itertools import pairwise

from providers.models import BalanceJump, Window
from tests.properties.checks import State, mirrored, within

NO_PROOF = {"lied", "edited", "deleted"}


def when_settled(scene):
    feed = scene.feed
    truth, rows = Counter(scene.snapshot().values()), mirrored(scene)
    windows = list(Window.objects.filter(feed=feed).order_by("since"))
    for older, newer in pairwise(windows):
        scene.require(older.until <= newer.since, f"windows do not overlap: {older}, {newer}")
    for window in windows:
        missing = within(truth, window) - rows
        is_told = window.state != State.VERIFIED
        scene.require(not missing or is_told, f"a verified window has every row: {missing}")
    if scene.excuses & {"lied", "edited"}:
        return
    scene.require(not truth - rows, f"it has every row of the site: {truth - rows}")
    is_kept = "deleted" in scene.excuses
    scene.require(is_kept or not rows - truth, f"nothing is added: {rows - truth}")
    covers_all(scene, windows, rows)
    if not scene.excuses:
        tells_every_move(scene, windows)


def covers_all(scene, windows, rows):
    outside = [row for row in rows if not any(within({row: 1}, window) for window in windows)]
    scene.require(not outside, f"windows cover all rows: {outside}")
    if "deleted" not in scene.excuses:
        gaps = [older for older, newer in pairwise(windows) if older.until != newer.since]
        scene.require(not gaps, f"windows leave no gap: {gaps}")


def tells_every_move(scene, windows):
    """And gives no false alarm."""
    expected = {second: units for second, units in scene.jumps.items() if units}
    found = {
        int(time.timestamp()): units
        for time, units in BalanceJump.objects.filter(feed=scene.feed).values_list("time", "units")
    }
    scene.require(found == expected, f"every move is told, and no other: {found}, {expected}")
    alarming = [window for window in windows if window.state != State.VERIFIED]
    charges = {second for second, units in expected.items() if units < 0}
    for window in alarming:
        is_due = any(within({(second,): 1}, window) for second in charges)
        scene.require(is_due, f"nothing alarms without a reason: {window}")
    scene.require(len(alarming) == len(charges), f"every charge without a row alarms: {charges}")
