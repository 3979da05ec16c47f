"""Everything about one row: how its price was made, its facts, the raw record."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from dashboard import money, names, price
from dashboard.completeness import State
from dashboard.money import Amount
from dashboard.price import Price
from dashboard.price_parts import Tokens
from dashboard.ratios import other_of
from dashboard.scope import Scope, SeenFeed
from dashboard.type_names import type_name
from providers import self_view
from providers.models import UsageDetail, UsageLog, Window


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """Empty where the site did not say."""

    model: str
    key: str
    user: str
    group: str
    served_model: str
    effort: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """`is_charge`: its units say something; those of a top-up are 0 where its text has the sum.
    `has_raw`: the person may see the record as received."""

    detail: UsageDetail
    seen: SeenFeed
    texts: Texts
    type_name: str
    is_spend: bool
    is_charge: bool
    amount: Amount
    units_per_usd: Decimal | None
    price: Price | None
    window: Window | None
    has_raw: bool

    @property
    def request_query(self) -> str:
        return urlencode({"request_id": self.detail.request_id or ""})

    @property
    def window_state(self) -> State:
        return State[self.window.state.upper()] if self.window else State.RUNNING


def slip_of(row: UsageLog, scope: Scope) -> Slip:
    """Of a row that the person may see."""
    detail = UsageDetail.objects.get(log=row)
    if row.feed_id in scope.mapped:
        self_view.cover(detail)
    book = scope.book(row.feed_id)
    day = row.time.astimezone(scope.zone).date()
    rate = money.rate_of(book.rates, day)
    other = other_of(detail.other)
    texts = _texts(row, other if scope.shows_texts else {})
    if not scope.shows_texts:
        self_view.cover_texts(detail)
    is_spend = row.type in book.vocabulary.spend
    word = book.vocabulary.name(row.type)
    return Slip(
        detail=detail,
        seen=scope.feeds[row.feed_id],
        texts=texts,
        type_name=type_name(word, row.type),
        is_spend=is_spend,
        is_charge=is_spend or word == "error" or row.units != 0,
        amount=Amount.of(row.units, book.rates, day),
        units_per_usd=rate,
        price=_price(row, other, texts.group, rate) if is_spend else None,
        window=_window_of(row),
        has_raw=scope.shows_texts and row.feed_id not in scope.mapped,
    )


def _texts(row: UsageLog, other: Mapping[str, Any]) -> Texts:
    texts = names.texts_of([row.model_id, row.key_id, row.user_id, row.group_id])
    served, effort = other.get("upstream_model_name"), other.get("reasoning_effort")
    return Texts(
        model=texts.get(row.model_id, ""),
        key=texts.get(row.key_id, ""),
        user=texts.get(row.user_id, ""),
        group=texts.get(row.group_id, ""),
        served_model=served if isinstance(served, str) else "",
        effort=effort if isinstance(effort, str) else "",
    )


def _price(
    row: UsageLog, other: Mapping[str, Any], group: str, rate: Decimal | None
) -> Price | None:
    tokens = Tokens(prompt=row.prompt, completion=row.completion)
    return price.price_of(other, tokens, charged=row.units, group=group, units_per_usd=rate)


def _window_of(row: UsageLog) -> Window | None:
    """None while the row is too young to be in one."""
    newest = Window.objects.filter(feed=row.feed_id, since__lte=row.time).order_by("-since").first()
    return newest if newest is not None and newest.until > row.time else None
