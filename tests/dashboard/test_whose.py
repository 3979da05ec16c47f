"""Whose a row is: the same in the head of a reader, of Python and of both tables."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.people import KEY, USER, Claim, Whose
from providers import rollups
from providers.models import KeyDay, ModelDay, UsageLog

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("America/St_Johns")
FIRST = date(2026, 3, 6)  # the clock is set on the 8th
MEMBERS, USERS, KEYS = (1, 2, 3), (11, 12), (21, 22, 23)
FEED = 7

changes = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([*MEMBERS, None])),
    max_size=3,
    unique_by=lambda change: change[0],
)
rows = st.lists(
    st.tuples(
        st.sampled_from([*USERS, None]),
        st.sampled_from([*KEYS, None]),
        st.integers(0, 5 * 24 * 60 - 1),
    ),
    min_size=10,
    max_size=30,
)


def claims_of(column, name, changes):
    """From each of these days on it is somebody else's, or nobody's."""
    days = [FIRST + timedelta(days=day) for day, _ in sorted(changes)]
    members = [member for _, member in sorted(changes, key=lambda change: change[0])]
    ends = [*days, None][1:]
    return [
        Claim(member=member, column=column, names=(name,), since=since, until=until)
        for member, since, until in zip(members, days, ends, strict=True)
        if member is not None
    ]


def brute_force(claims, user, key, day):
    for column, name in ((KEY, key), (USER, user)):
        for claim in claims:
            begun = claim.since is None or claim.since <= day
            over = claim.until is not None and claim.until <= day
            if claim.column == column and name in claim.names and begun and not over:
                return claim.member
    return None


def store(rows):
    begin = datetime.combine(FIRST, datetime.min.time(), ZONE)
    UsageLog.objects.all().delete()
    made = UsageLog.objects.bulk_create(
        UsageLog(
            feed_id=FEED,
            time=(begin + timedelta(minutes=minute)).astimezone(UTC),
            type=2,
            user_id=user,
            key_id=key,
            units=number + 1,
            digest=number.to_bytes(8),
            occurrence=0,
            is_stream=False,
            **dict.fromkeys(("prompt", "completion", "cached"), 0),
        )
        for number, (user, key, minute) in enumerate(rows)
    )
    days = {row.time.astimezone(ZONE).date() for row in made}
    rollups.rebuild_days(FEED, {FIRST + timedelta(days=day) for day in range(-1, 8)} | days, ZONE)
    return made


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rows=rows,
    users=st.fixed_dictionaries(dict.fromkeys(USERS, changes)),
    keys=st.fixed_dictionaries(dict.fromkeys(KEYS, changes)),
    has_keys=st.booleans(),
)
def test_every_row_is_one_members_or_nobodys(rows, users, keys, has_keys):
    claims = [claim for name, ones in users.items() for claim in claims_of(USER, name, ones)]
    if has_keys:
        claims += [claim for name, ones in keys.items() for claim in claims_of(KEY, name, ones)]
    known = Whose(ZONE, claims)
    expected = Counter()
    for row in store(rows):
        day = row.time.astimezone(ZONE).date()
        owner = brute_force(claims, row.user_id, row.key_id, day)
        assert known.member(row.user_id, row.key_id, day) == owner
        expected[owner] += row.units
    tables = [UsageLog, KeyDay, *([] if known.has_keys else [ModelDay])]
    for member in (*MEMBERS, None):
        part = known.part_of(member)
        for table in tables:
            wanted = part.rows if table is UsageLog else part.days
            found = table.objects.filter(wanted).aggregate(sum=Sum("units"))["sum"]
            assert (found or 0) == expected[member], (member, table)
