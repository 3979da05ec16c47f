import json
from collections import Counter
from datetime import UTC, datetime

from tests.upstream.special import BURST, late_row, special_rows
from tests.upstream.traffic import CONSUMED, DAY, FAILED, REFUNDED, TOPPED_UP, Traffic
from tests.upstream.worlds import TEAM, TEAM_KEYS, seeded_world, team_world

UNTIL = 1_780_000_000
UNITS_PER_USD = 500_000
KEYS = [(1, "much"), (2, "some"), (3, "little")]


def year(seed=1, count=6000):
    return Traffic(seed=seed).rows(KEYS, since=UNTIL - 364 * DAY, until=UNTIL, count=count)


def charge(row):
    """What the contract's section on prices says that a row costs."""
    told = json.loads(row.other)
    if told["model_price"] > 0:
        return round(told["model_price"] * UNITS_PER_USD * told["group_ratio"])
    cached, created = told["cache_tokens"], told.get("cache_creation_tokens", 0)
    uncached = row.prompt_tokens - (0 if told.get("claude") else cached)
    tokens = uncached + cached * told["cache_ratio"]
    tokens += created * told.get("cache_creation_ratio", 0)
    tokens += row.completion_tokens * told["completion_ratio"]
    return max(1, int(tokens * told["model_ratio"] * told["group_ratio"] + 0.5))


def test_every_call_costs_what_the_price_formula_says():
    calls = [row for row in year() if row.type == CONSUMED]
    assert [row.quota for row in calls] == [charge(row) for row in calls]
    assert all(row.prompt_tokens >= 0 and row.quota > 0 for row in calls)


def test_the_same_seed_gives_the_same_rows():
    assert year(seed=1, count=50) == year(seed=1, count=50) != year(seed=2, count=50)


def test_rows_come_in_order_and_within_the_time():
    moments = [row.created_at for row in year() if row.type in (CONSUMED, TOPPED_UP)]
    assert moments == sorted(moments)
    assert UNTIL - 364 * DAY <= moments[0] <= moments[-1] < UNTIL


def test_nights_and_weekends_are_quiet_and_the_second_half_is_busier():
    times = [datetime.fromtimestamp(row.created_at, UTC) for row in year()]
    by_day = Counter(moment.weekday() >= 5 for moment in times)
    by_hour = Counter(9 <= moment.hour < 18 for moment in times)
    by_half = Counter(moment.timestamp() > UNTIL - 182 * DAY for moment in times)
    assert by_day[False] > 5 * by_day[True]
    assert by_hour[True] > 2 * by_hour[False]
    assert by_half[True] > 1.3 * by_half[False]


def test_some_keys_and_models_are_used_more_than_others():
    rows = [row for row in year() if row.type == CONSUMED]
    keys = Counter(row.token_name for row in rows)
    assert keys["much"] > 1.5 * keys["some"] > 1.5 * keys["little"] > 0
    assert Counter(row.model_name for row in rows)["gpt-4o-mini"] > len(rows) / 5


def test_failures_share_their_requests_id_and_refunds_follow():
    rows = year(count=20_000)
    kinds = Counter(row.type for row in rows)
    assert kinds[FAILED] > 100
    assert kinds[REFUNDED] > 3
    assert kinds[TOPPED_UP] > 10
    answered = {row.request_id for row in rows if row.type == CONSUMED}
    assert {row.request_id for row in rows if row.type == FAILED} <= answered


def test_the_special_rows_are_all_there():
    rows = list(special_rows(UNTIL))
    seconds = Counter(row.created_at for row in rows)
    assert seconds.most_common(1)[0][1] == BURST
    identical = [row for row in rows if row.content == "identical"]
    assert len(identical) == 5
    assert all(row == identical[0] for row in identical)
    assert {row.type for row in rows} == {1, 2, 3, 4, 5, 6, 7, 9}


def test_a_seeded_world_has_a_late_row_and_an_earlier_name():
    world = seeded_world(200, until=UNTIL)
    moments = [row.created_at for row in world.rows]
    assert moments[:-1] == sorted(moments[:-1])
    assert world.rows[-1].created_at == late_row(UNTIL).created_at < moments[-2]
    lab = [row.username for row in world.rows if row.user_id == 2]
    assert (lab[0], lab[-1]) == ("ling", "lab")


def test_a_team_has_a_year_with_a_key_for_every_purpose():
    world = team_world(3000, until=UNTIL)
    names = {row.token_name for row in world.rows if row.type == CONSUMED}
    assert names == {name for name, *_ in TEAM_KEYS}
    assert {row.user_id for row in world.rows} == {TEAM}
    assert world.rows[-1].created_at - world.rows[0].created_at > 360 * DAY
    spent = sum(row.quota for row in world.rows if row.type == CONSUMED)
    assert world.account("team").used_quota == spent == sum(key.used_quota for key in world.keys)
