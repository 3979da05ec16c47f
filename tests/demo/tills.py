"""The money of an account: what its rows cost, and a payment whenever it runs low."""

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.demo import team
from tests.upstream.rows import Row
from tests.upstream.traffic import CONSUMED, REFUNDED, TOPPED_UP
from tests.upstream.world import Account

LOW = 0.15  # of a payment
CNY_FOR_USD = 7.3


@dataclass
class Till:
    site: team.MadeUpSite
    owner: team.Account
    account: Account

    def take(self, row: Row) -> Iterator[Row]:
        """The row, and the payment that it made necessary."""
        yield row
        if row.type == REFUNDED:
            self.account.quota += row.quota
        if row.type != CONSUMED:
            return
        self.account.quota -= row.quota
        self.account.used_quota += row.quota
        self.account.request_count += 1
        if self.account.quota < self.owner.top_up * LOW:
            self.account.quota += self.owner.top_up
            yield self._payment(row.created_at)

    def _payment(self, second: int) -> Row:
        dollars = self.owner.top_up / self.site.units_per_usd
        paid = dollars * CNY_FOR_USD
        content = f"通过在线充值成功，充值金额: ＄{dollars:.6f} 额度，支付金额：{paid:.2f}"
        return Row(
            created_at=second,
            type=TOPPED_UP,
            user_id=self.owner.id,
            username=self.owner.name,
            content=content,
            ip="192.0.2.7",
        )
