"""What the search has found, as short as it can be told."""

import pytest

from tests.properties.events import Arrive, At, Batch, Die, Rival, Spoil, Turn
from tests.properties.gateways import GatewayScene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(start):
    made = []

    def begin(profile):
        made.append(GatewayScene(start(profile), profile))
        made[-1].begin_with([])
        return made[-1]

    yield begin
    for scene in made:
        scene.end()


def call(number=0, **columns):
    return {"quota": 0, "model_name": f"model-{number}", "token_id": 1} | columns


@pytest.mark.parametrize("request_number", range(4, 9))
def test_a_row_of_no_cost_that_comes_while_pages_without_a_total_are_read(scene, request_number):
    one_api = scene("one-api")
    one_api.work(Turn())
    one_api.happen(Arrive(Batch(tuple(map(call, range(35))), late=10)))
    arrival = Arrive(Batch((call(99),), late=10))
    one_api.work(Turn(plan=(At("request", request_number, arrival),)))
    one_api.settle()


@pytest.mark.parametrize("request_number", range(3, 9))
def test_a_worker_that_stood_still_while_another_one_read(scene, request_number):
    site = scene("new-api-v0.13.2")
    site.begin_with([Batch((call(quota=5),), late=age) for age in (100, 3700, 5000, 90_000)])
    site.work(Turn(plan=(At("request", request_number, Rival(Turn(), pause=100)),)))
    site.settle()


@pytest.mark.parametrize("statement", [1, 10, 12, 36, 37])
def test_a_worker_that_stood_still_between_its_lease_and_its_question(scene, statement):
    """While it does, another one takes the site, and dies on its machine."""
    site = scene("new-api-v0.13.2")
    site.begin_with([Batch((call(quota=5),), late=age) for age in (100, 3700, 90_000)])
    site.work(Turn())
    site.happen(Arrive(Batch((call(quota=5),), late=10)))
    rival = Rival(Turn(plan=(At("request", 3, Die(True)),)), pause=100)
    site.work(Turn(plan=(At("statement", statement, rival),)))
    site.settle()


def test_a_list_without_rows_that_announces_some(scene):
    site = scene("new-api-v0.13.2")
    site.work(Turn())
    site.happen(Arrive(Batch((call(),), late=100)))
    site.happen(Spoil("items_null", {"path": "/api/log/self", "times": 1}))
    site.work(Turn())
    site.settle()
