"""The chart of what was left over time, with how long that lasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard import charts, queries, runway
from dashboard.charts import Chart
from dashboard.layers import TOP
from dashboard.money import NO_AMOUNT, Amount
from dashboard.overview_filter import OverviewFilter
from dashboard.periods import Buckets, buckets
from dashboard.queries import Balance
from dashboard.runway import Pace, Runway
from dashboard.scope import Scope

_History = Mapping[int, Mapping[int, Amount]]


@dataclass(frozen=True, kw_only=True, slots=True)
class BalanceLine:
    """`slot` is the colour of its line; 0 where the chart has no room for it."""

    label: str
    slot: int
    balance: Balance
    per_day: Amount | None
    runway: Runway


@dataclass(frozen=True, kw_only=True, slots=True)
class BalancesAt:
    """A line of the table over time; None where a site was silent."""

    title: str
    amounts: Sequence[Amount | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class BalancePanel:
    chart: Chart
    left: Amount
    lines: Sequence[BalanceLine]
    drawn: Sequence[BalanceLine]
    times: Sequence[BalancesAt]

    @property
    def is_empty(self) -> bool:
        return not self.lines


def balance_panel(scope: Scope, filters: OverviewFilter) -> BalancePanel:
    bars = buckets(filters.range, filters.asked_step)
    balances = queries.balances(scope, filters.today)
    known = _known(scope, balances, runway.paces(scope, filters.today), filters.today)
    history = runway.history(scope, bars)
    drawn = [pk for pk, line in known.items() if line.slot]
    return BalancePanel(
        chart=charts.balance_chart(
            [(known[pk].label, known[pk].slot, history.get(pk, {})) for pk in drawn],
            bars,
            unit=filters.unit,
        ),
        left=sum((line.balance.left for line in known.values()), NO_AMOUNT),
        lines=list(known.values()),
        drawn=[known[pk] for pk in drawn],
        times=_times(history, drawn, bars),
    )


def _known(
    scope: Scope, balances: Mapping[int, Balance], paces: Mapping[int, Pace], today: date
) -> Mapping[int, BalanceLine]:
    """The largest first; ten have a colour, in the order of their ids."""
    ranked = sorted(balances, key=lambda pk: -balances[pk].left.usd)
    slots = {pk: place + 1 for place, pk in enumerate(sorted(ranked[:TOP]))}
    return {
        pk: BalanceLine(
            label=scope.feeds[pk].label,
            slot=slots.get(pk, 0),
            balance=balances[pk],
            per_day=paces[pk].per_day if pk in paces else None,
            runway=runway.runway(balances[pk].left, paces.get(pk), today),
        )
        for pk in ranked
    }


def _times(history: _History, drawn: Sequence[int], bars: Buckets) -> list[BalancesAt]:
    """Newest first, without those in which no site said anything."""
    lines = [
        BalancesAt(title=title, amounts=[history.get(pk, {}).get(index) for pk in drawn])
        for index, title in enumerate(charts.titles(bars))
    ]
    return [line for line in reversed(lines) if any(line.amounts)]
