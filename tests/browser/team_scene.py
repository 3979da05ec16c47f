"""A team on one site that is read whole: mapped people, a stranger, an own feed beside."""

from datetime import timedelta

from django.utils.timezone import now

from providers import whois
from tests.factories import make_user
from tests.factories_usage import (
    make_connection,
    make_feed,
    make_log,
    make_site,
    make_window,
)

DAY = timedelta(days=1)
PEOPLE = ("小雨", "Tomás", "Anneli", "Jonas")
MODELS = ("claude-sonnet-4-5", "gpt-5", "kimi-k2-0905", "qwen3-max", "claude-opus-4-1")
CHANNELS = ((9, "us-west"), (14, "eu-a"), (22, "hk-02"))
KEYS = ("数据标注", "batch-night", "recherche été", "prod-bot", "ci")


def make_team(admin):
    """80 rows of four days; the last of the upstream users is nobody's."""
    moment = now().replace(microsecond=0)
    every = make_feed(make_site(name="Harbour"), scope="all", account="", read_at=moment)
    make_connection(admin, every, scope="all", name="Everybody")
    make_window(every, moment - 6 * DAY, moment - timedelta(minutes=1))
    for number, name in enumerate(PEOPLE):
        member = make_user(f"person{number}")
        member.prefer(name=name)
        _belongs(every, str(number), member, admin, moment)
    for number in range(80):
        _row(every, number, moment - number * timedelta(hours=1, minutes=3))
    return every


def _belongs(feed, upstream_id, member, admin, moment):
    whois.confirm(
        *(feed.site, "user", upstream_id, member),
        since=None,
        until=None,
        by=admin,
        now=moment,
    )


def _row(feed, number, moment):
    person = number * 7 % 5
    channel, name = CHANNELS[number % 3]
    kind = 5 if number % 13 == 5 else 6 if number % 17 == 4 else 2
    make_log(
        feed,
        time=moment,
        type=kind,
        user=[*PEOPLE, "stranger-42"][person].lower(),
        user_id=str(person),
        model=MODELS[number % 5],
        key=KEYS[number * 3 % 5],
        channel=channel,
        units=0 if kind == 5 else 1000 * (number % 31) + 700,
        prompt=301 * (number % 29),
        duration=700 * (number % 23 + 1),
        first_ms=90 * (number % 19 + 1),
        text={"channel_name": name, "content": "429 upstream" if kind == 5 else ""},
    )
