"""An installation with everything in it that can break a page: states, long names, odd numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import now

from accounts.models import Invitation, User
from providers.models import (
    Check,
    Connection,
    Feed,
    Opening,
    QuarantinedRow,
    Site,
    UsageLog,
    Window,
)
from tests.factories import make_user
from tests.factories_usage import (
    make_connection,
    make_feed,
    make_log,
    make_point,
    make_site,
    make_snapshot,
    make_window,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG = "a-model-with-a-very-long-name-" + 12 * "and-no-place-to-break"
SCRIPT = "<script>alert(1)</script><b>bold</b> &amp;"
RIGHT_TO_LEFT = "مفتاح الإنتاج"
CHINESE = "数据标注与评测平台的生产环境令牌" * 3
LARGEST = 2**53 - 1
REQUEST = "20261118140516a7Kq2vXe"
PRICED = {
    "request_id": REQUEST,
    "other": '{"model_ratio": 1.25, "group_ratio": 1, "completion_ratio": 4, "frt": 640}',
}
ODD_ROWS = [
    {"model": LONG, "key": LONG, "group": LONG},
    {"model": SCRIPT, "key": SCRIPT, "text": {"content": SCRIPT}},
    {"model": "glm-4.6", "key": RIGHT_TO_LEFT, "group": CHINESE},
    {"model": "qwen3-max", "key": CHINESE, "units": LARGEST, "prompt": 2**31 - 1},
    {"model": "gpt-5", "type": 5, "units": 0, "text": {"content": f"429 upstream: {LONG}"}},
    {"model": None, "key": None, "group": None, "type": 1, "text": {"content": "充值 $50.000000"}},
    {"type": 6, "units": LARGEST, "text": {"content": "任务失败，退还预扣费"}},
    {"type": 3, "model": "", "text": {"content": "Group changed from default to vip"}},
    {"type": 99, "units": -5, "text": {"content": ""}},
    {"duration": 212_400, "first_ms": 111_800, "text": PRICED},
    {"duration": None, "text": {"other": "not json"}},
]

BAD_ROWS = [
    ("Expected `int`, got `str` - at `$.quota`", '{"created_at": 1, "quota": "many"}'),
    ("JSON is malformed: invalid character (byte 1)", f"{{\0 {SCRIPT} {RIGHT_TO_LEFT}"),
    ("Expected `object`, got `array`", f'["{LONG}", "{CHINESE}", "{"x" * 30_000}"]'),
]


@dataclass(frozen=True, kw_only=True)
class Scene:
    admin: User
    busy: Connection
    connections: list[Connection]  # those whose own pages differ
    row: UsageLog
    unwatched: Feed
    invitation: str
    window: Window
    check: Check
    bad_time: datetime

    def bad_row(self, number):
        """The parts of the address of a quarantined row."""
        return self.busy.feed_id, int(self.bad_time.timestamp()), number


def make_scene(**person):
    moment = now().replace(second=0)
    admin = make_user("mira", role="admin", **person)
    busy = _busy(admin, moment)
    row = make_log(busy, time=moment - HOUR, model="claude-sonnet-4-5", text=PRICED)
    _, token = Invitation.objects.invite(
        email="lin@example.com", role="member", by=admin, now=moment
    )
    return Scene(
        admin=admin,
        busy=busy,
        connections=[busy, *_in_every_state(admin, moment)],
        row=row,
        unwatched=_unwatched(moment),
        invitation=token,
        window=Window.objects.get(feed=busy.feed, state="differs"),
        check=Check.objects.get(feed=busy.feed),
        bad_time=moment - HOUR,
    )


def make_plain_rows(owner):
    """25 rows of one day and two models; the oldest is an error, the only one with a request id."""
    moment = now().replace(microsecond=0) - DAY
    connection = make_connection(owner, name="Harbour", sealed="sealed")
    make_window(connection, moment - 3 * DAY, moment)
    for number in range(24):
        model = "gpt-5" if number % 3 else "claude-sonnet-4-5"
        make_log(connection, time=moment - timedelta(minutes=number), model=model)
    make_log(connection, time=moment - HOUR, type=5, units=0, text={"request_id": REQUEST})
    return connection


def _busy(owner, moment):
    """Rows of a month; every state of a window; a second watcher."""
    feed = make_feed(
        make_site(name="Harbour", dialect="new-api"), account_name="lab", read_at=moment
    )
    connection = make_connection(owner, feed, name="Harbour")
    make_connection(make_user("jonas"), feed)
    for number, row in enumerate(ODD_ROWS):
        make_log(connection, time=moment - (number + 1) * timedelta(minutes=7), **row)
    for number in range(24):
        model = f"model-{number % 12}"
        make_log(connection, time=moment - number * 30 * HOUR, model=model, units=400 * number)
    _windows(feed, moment)
    make_point(connection, moment - 36 * DAY, units=5_000_000)
    make_snapshot(connection, LARGEST, used_units=LARGEST, requests=LARGEST)
    _quarantine(feed, moment)
    _check(feed, owner, moment)
    return connection


def _quarantine(feed, moment):
    """Bad rows of every size: with NUL, with markup, and one that is longer than a page shows."""
    for reason, raw in BAD_ROWS:
        QuarantinedRow.objects.create(
            feed=feed, time=moment - HOUR, raw=raw, reason=reason, seen_at=moment
        )


def _check(feed, owner, moment):
    """Half done, with a row of each side."""
    numbers = {"requests": 61, "rows": LARGEST, "missing": 1, "gone": 3, "is_same": False}
    check = Check.objects.create(
        feed=feed,
        asked_by=owner,
        asked_at=moment,
        since=moment - 10 * DAY,
        until=moment,
        reached=moment - 3 * DAY,
        **numbers,
    )
    for side, name in (("missing_here", LONG), ("gone_upstream", RIGHT_TO_LEFT)):
        check.found.create(
            side=side,
            time=moment - 3 * DAY + HOUR,
            type=2,
            model=name,
            key=CHINESE,
            units=LARGEST,
            prompt=1,
            completion=1,
        )


def _windows(feed, moment):
    recent = moment - timedelta(minutes=2)
    make_window(feed, moment - 40 * DAY, moment - 20 * DAY)
    make_window(feed, moment - 20 * DAY, moment - 12 * DAY, "pruned")
    make_window(feed, moment - 10 * DAY, moment - 3 * DAY)
    numbers = {"rows": 41, "units": 602_240, "site_units": 611_440}
    make_window(feed, moment - 3 * DAY, moment - 2 * DAY, "differs", reason="statistic", **numbers)
    make_window(feed, moment - 2 * DAY, recent - HOUR)
    make_window(feed, recent - HOUR, recent, "mirrored", reason="zero_statistic", site_units=0)


def _in_every_state(owner, moment):
    ferry = make_feed(backfilled_at=None, rows_left=31_870)
    make_window(ferry, moment - 6 * DAY, moment, rows=9_022)
    lantern = make_feed(waits_for_person="renders_differently")
    make_window(lantern, moment - DAY, moment - HOUR)
    northgate, mill, paused, newcomer = (
        make_connection(owner, name="Northgate"),
        make_connection(owner, name="Old Mill"),
        make_connection(owner, name=CHINESE, state="paused"),
        make_connection(owner, feed=False, name="Newcomer", succeeded_at=None),
    )
    northgate.record_failure("token_expired", "", True, moment)
    mill.record_failure("rate_limited", "", False, moment)
    for connection in (northgate, mill, paused):
        make_window(connection.feed, moment - 9 * DAY, moment - DAY)
    ferry, lantern = (
        make_connection(owner, ferry, name="Ferry"),
        make_connection(owner, lantern, name=LONG[:100]),
    )
    return [northgate, newcomer, ferry, lantern, _behind_a_cursor(owner, moment)]


def _behind_a_cursor(owner, moment):
    """A chain of balances with a break and a top-up; accounts that were opened, well and badly."""
    site = Site.objects.create(
        kind="openai_hk",
        base_url="https://www.openai-hk.com",
        name="openai-hk",
        facts_read_at=moment,
    )
    connection = make_connection(owner, make_feed(site), name="openai-hk", error_code="")
    feed = connection.feed
    make_window(feed, moment - 5 * DAY, moment - 2 * DAY, rows=900)
    make_window(feed, moment - 2 * DAY, moment - DAY, "differs", reason="balance", rows=2, units=4)
    feed.jumps.create(after=moment - 2 * DAY, time=moment - DAY, units=-70)
    feed.jumps.create(after=moment - 4 * DAY, time=moment - 3 * DAY, units=LARGEST)
    opened = {"site": site, "owner": owner, "asked_by": owner, "asked_at": moment}
    Opening.objects.create(**opened, state="opened", connection=connection)
    Opening.objects.create(**opened, state="unread", error_code="site_says", error_detail=CHINESE)
    return connection


def _unwatched(moment):
    feed = make_feed(account_name=LONG[:60])
    make_log(feed, time=moment - 5 * DAY)
    return feed
