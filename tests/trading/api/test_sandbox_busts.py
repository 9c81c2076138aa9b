"""The sandbox's door to busts and corrections: a partner sees what a venue may do to it."""

from uuid import uuid4

import pytest

from brokerage.models import Event
from tests.ledger import everything
from tests.market import LONG_CALL, held, make_trader, trade

pytestmark = pytest.mark.django_db
PATH = "/v1/sandbox/busts"


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 with cash."""
    return make_trader(acme.correspondent, cash="50000", level=2)


@pytest.fixture
def execution_id(account):
    """The execution of two contracts at 5.38, as the trade events name it."""
    trade(account, LONG_CALL, "buy", "2")
    return Event.objects.get(type="order.fill").payload["execution_id"]


def test_an_execution_is_busted(account, execution_id, acme_api):
    answer = acme_api.post(PATH, {"execution_id": execution_id})

    assert answer.status_code == 200
    assert answer.json()["previous_execution_id"] == execution_id
    assert (answer.json()["order"]["status"], answer.json()["order"]["filled_qty"]) == ("filled", "0")
    assert held(account, "USD") == 50000


def test_an_execution_is_corrected_and_the_new_one_can_be_busted(account, execution_id, acme_api):
    corrected = acme_api.post(PATH, {"execution_id": execution_id, "price": "5.00"}).json()
    assert (corrected["order"]["filled_qty"], corrected["order"]["filled_avg_price"]) == ("2", "5")
    assert held(account, "USD") == 49000

    acme_api.post(PATH, {"execution_id": corrected["execution_id"]})

    assert held(account, "USD") == 50000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"execution_id": "x"}, 422),
        ({"execution_id": str(uuid4())}, 404),
        ({"price": "0"}, 422),
        ({"qty": "3"}, 422),
        ({"qty": "1.5"}, 422),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(execution_id, acme_api, body, status):
    before = everything()

    sent = body if not body or "execution_id" in body else {"execution_id": execution_id, **body}

    assert acme_api.post(PATH, sent).status_code == status
    assert everything() == before


def test_a_neighbors_execution_does_not_exist(execution_id, globex_api):
    before = everything()

    assert globex_api.post(PATH, {"execution_id": execution_id}).status_code == 404
    assert everything() == before


def test_there_is_no_such_door_in_production(execution_id, acme_api, settings):
    settings.STRIKEBOOK_MODE = "production"

    assert acme_api.post(PATH, {"execution_id": execution_id}).status_code == 404
