"""An account that the site does not name."""

import pytest

from providers.adapters.errors import AuthFailed, UnexpectedAnswer
from providers.adapters.new_api_accounts import account_of
from providers.adapters.records import Unit
from tests.providers.adapters.answers import credentials
from tests.providers.adapters.server import http

USER = {"username": "lab", "role": 1, "balance": "8.643974", "used_quota": 7, "group": "vip"}
UNIT = Unit(units_per_usd="500000")
MISMATCH = "无权进行此操作，Rix-Api-User 与登录用户不匹配"


class Site:
    def __init__(self, owner="2", **changes):
        self.owner, self.user = owner, USER | changes

    def __call__(self, request):
        if request.path == "/api/status":
            return http({"success": True, "data": {"quota_per_unit": 250_000}})
        if self.owner is not None and request.headers.get("rix-api-user") != self.owner:
            return http({"success": False, "message": MISMATCH}, 401)
        return http({"success": True, "data": self.user})


@pytest.fixture
def account(serve, open_door):
    def get(site, unit=UNIT, user_id="2"):
        door = open_door()
        return account_of(door, credentials(serve(site).url, user_id=user_id), unit), door.requests

    return get


def test_the_id_is_proven_and_the_balance_counted_in_units(account):
    found, requests = account(Site())
    assert (found.id, found.name, found.units, found.used_units) == ("2", "lab", 4_321_987, 7)
    assert (found.group, requests) == ("vip", 2)


def test_the_unit_is_asked_for_where_it_is_not_known(account):
    found, requests = account(Site(balance="-1.5"), unit=None)
    assert (found.units, requests) == (-375_000, 3)


def test_a_site_that_takes_any_id_proves_none(account):
    with pytest.raises(UnexpectedAnswer) as unexpected:
        account(Site(owner=None))
    assert unexpected.value.code == "account_unnamed"


def test_a_wrong_id_is_told(account):
    with pytest.raises(AuthFailed) as refused:
        account(Site(), user_id="3")
    assert refused.value.code == "user_id_wrong"


@pytest.mark.parametrize("balance", ["much", "NaN", "Infinity", "1e40", ""])
def test_a_balance_must_be_a_number(account, balance):
    with pytest.raises(UnexpectedAnswer) as unexpected:
        account(Site(balance=balance))
    assert unexpected.value.code == "bad_envelope"


def test_an_account_with_an_id_is_read_as_ever(account):
    found, requests = account(Site(id=2, quota=5))
    assert (found.id, found.units, requests) == ("2", 5, 1)
