"""The columns of a log table, in the order that New API's users know."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.parameters import Order


@dataclass(frozen=True, slots=True)
class Column:
    """`style`: the class of its cells. `is_usual`: shown to who has chosen nothing. `order`: what
    its head leads to."""

    word: str
    style: str
    label: str | Promise
    is_usual: bool = True
    order: Order | None = None


TIME = Column("time", "c-time", _("Time"), order=Order.NEWEST)
SITE = Column("site", "c-site", _("Site"))
KEY = Column("key", "c-key", _("API key"))
TYPE = Column("type", "c-type", _("Type"))
MODEL = Column("model", "c-model", _("Model"))
NUMBERS = (
    Column("duration", "c-dur n", _("Duration / first"), order=Order.DURATION),
    Column("prompt", "c-in n", _("Prompt")),
    Column("completion", "c-out n", _("Completion")),
    Column("cache", "c-cache n", _("Cache")),
    Column("cost", "c-cost n", _("Cost"), order=Order.COST),
)
IP = Column("ip", "c-ip", "IP", is_usual=False)
DETAILS = Column("details", "c-det", _("Details"))

OWN = (TIME, SITE, KEY, Column("group", "c-group", _("Group")), TYPE, MODEL, *NUMBERS, IP, DETAILS)
TEAM = (
    TIME,
    SITE,
    Column("member", "c-who", _("Member")),
    Column("user", "c-user", _("Upstream user")),
    Column("channel", "c-chan", _("Channel")),
    KEY,
    Column("group", "c-group", _("Group"), is_usual=False),
    TYPE,
    MODEL,
    *NUMBERS,
    Column("retry", "c-retry", _("Channels tried"), is_usual=False),
    IP,
    DETAILS,
)
ALWAYS = {"time"}
OF_TEXTS = {"ip"}


def columns_of(
    offered: Sequence[Column], chosen: Collection[str] | None, *, shows_texts: bool
) -> list[Column]:
    """Those that are shown. `chosen`: words, or None where the person has chosen nothing."""
    return [
        column
        for column in offered_to(offered, shows_texts=shows_texts)
        if column.word in ALWAYS or (column.is_usual if chosen is None else column.word in chosen)
    ]


def offered_to(offered: Sequence[Column], *, shows_texts: bool) -> list[Column]:
    return [one for one in offered if shows_texts or one.word not in OF_TEXTS]
