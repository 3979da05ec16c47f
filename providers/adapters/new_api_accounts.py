"""Which account a secret belongs to, and what it has left.

Rix-API names no account and tells the balance in US dollars. It compares the user id with the
owner of the token, so the id is proven once it refuses another.
"""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

import msgspec
from msgspec import Struct

from providers.adapters.errors import AuthFailed, UnexpectedAnswer
from providers.adapters.http import Answer, Door
from providers.adapters.json_text import UNREADABLE, Integer
from providers.adapters.new_api_answers import data_of
from providers.adapters.new_api_calls import ACCOUNT, STATUS, ask, ask_openly
from providers.adapters.new_api_facts import PROFILE_SCOPE, read_account, read_facts
from providers.adapters.records import LARGEST_INTEGER, Account, Credentials, Unit


class _Unnamed(Struct):
    username: str
    role: Integer
    balance: str
    used_quota: Integer | None = None
    request_count: Integer | None = None
    group: str = ""
    id: object = None


_unnamed = msgspec.json.Decoder(_Unnamed)


def account_of(door: Door, credentials: Credentials, unit: Unit | None = None) -> Account:
    """One request; where the account is not named one more, and one for the unit if that is not
    known."""
    answer = ask(door, credentials, ACCOUNT)
    user = _read_unnamed(answer)
    if user is None or user.id is not None:
        return read_account(answer)
    proven = _proven_id(door, credentials)
    worth = unit or read_facts(ask_openly(door, credentials, STATUS)).unit
    if worth is None:
        raise UnexpectedAnswer("a unit of unknown worth", code="not_new_api")
    return Account(
        id=proven,
        name=user.username,
        role=user.role,
        units=_units(user.balance, worth),
        used_units=user.used_quota,
        requests=user.request_count,
        group=user.group,
    )


def _read_unnamed(answer: Answer) -> _Unnamed | None:
    try:
        return _unnamed.decode(data_of(answer, needs=PROFILE_SCOPE))
    except UNREADABLE:
        return None


def _proven_id(door: Door, credentials: Credentials) -> str:
    typed = credentials.user_id.strip()
    if typed:
        other = replace(credentials, user_id=str(int(typed) + 1))
        try:
            data_of(ask(door, other, ACCOUNT))
        except AuthFailed as error:
            if error.code == "user_id_wrong":
                return str(int(typed))
            raise
    raise UnexpectedAnswer("an account without an id", code="account_unnamed")


def _units(balance: str, unit: Unit) -> int:
    try:
        units = Decimal(balance) * Decimal(unit.units_per_usd)
        whole = int(units.to_integral_value(ROUND_HALF_EVEN))
    except (InvalidOperation, ValueError, OverflowError):
        raise UnexpectedAnswer("a balance that is no number", code="bad_envelope") from None
    if abs(whole) > LARGEST_INTEGER:
        raise UnexpectedAnswer("a balance beyond 64 bits", code="bad_envelope")
    return whole
