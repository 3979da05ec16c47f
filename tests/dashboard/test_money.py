from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dashboard import money
from dashboard.money import NO_AMOUNT, Amount, Pot, Rate
from tests.factories_usage import make_site, make_unit

DAY = date(2026, 11, 18)
RATES = (Rate(None, Decimal(500_000)), Rate(DAY, Decimal(1_000_000)))


@pytest.mark.parametrize(
    ("day", "usd"), [(date(2020, 1, 1), "2"), (date(2026, 11, 17), "2"), (DAY, "1")]
)
def test_units_are_worth_what_they_were_on_the_day(day, usd):
    assert money.worth(1_000_000, RATES, day) == Decimal(usd)


def test_units_of_unknown_worth_are_not_zero():
    amount = Amount.of(10, (), DAY) + Amount.of(500_000, RATES, date(2020, 1, 1))
    assert (amount.units, amount.usd, amount.is_whole) == (500_010, Decimal(1), False)
    assert Amount.of(0, (), DAY).is_whole


def test_sums_are_exact():
    total = sum((Amount.of(1, RATES, date(2020, 1, 1)) for _ in range(3)), Amount())
    assert total.usd == Decimal("0.000006")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.5", "$1,234.50"),
        ("-0.018", "−$0.02"),
        ("0", "$0.00"),
        ("0.005", "$0.01"),
        ("123456789012345678901.999", "$123,456,789,012,345,678,902.00"),
        ("1e60", "$1" + ",000" * 20 + ".00"),
    ],
)
def test_dollars_look_like_dollars(value, text):
    assert money.usd_text(Decimal(value), 2) == text


@pytest.mark.django_db
def test_rates_are_read_in_order_and_without_repeats():
    site = make_site()
    for month, value in ((2, 500_000), (3, 1_000_000), (4, 1_000_000)):
        make_unit(site, Decimal(value), datetime(2026, month, 1, 20, tzinfo=UTC))
    rates = money.rates_of([site.pk], ZoneInfo("Asia/Shanghai"))[site.pk]
    assert rates == (Rate(None, Decimal(500_000)), Rate(date(2026, 3, 2), Decimal(1_000_000)))


def test_a_pot_is_what_its_units_are_worth_one_by_one():
    pot = Pot()
    for units, rate in ((3, Decimal(500_000)), (4, Decimal(500_000)), (5, Decimal(1_000_000))):
        pot[rate] += units
    assert pot.amount == Amount(units=12, usd=Decimal("0.000019"))
    pot[None] += 7
    assert pot.amount == Amount(units=19, usd=Decimal("0.000019"), is_whole=False)


def test_an_empty_pot_is_nothing():
    assert Pot().amount == NO_AMOUNT
