"""Orders of one account that could trade with each other are refused; what cannot meet is taken."""

import pytest

from tests.ledger import everything
from tests.market import CALL, make_trader, order_request, submit
from trading.order_errors import (
    WashTrade,
)
from trading.services.orders import submit_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """An account with cash and shares."""
    return make_trader(acme.correspondent, cash="90000", level=2, shares={"AAPL": 200})


@pytest.mark.parametrize(
    ("resting", "coming", "kind"),
    [
        (("sell", "250.00"), ("buy", "250.00"), "limit"),
        (("sell", "250.00"), ("buy", "250.01"), "limit"),
        (("sell", "250.00"), ("buy", None), "limit"),
        (("buy", "150.00"), ("sell", "150.00"), "limit"),
        (("buy", "150.00"), ("sell", None), "limit"),
        (("sell", None), ("buy", "1.00"), "market"),
        (("buy", None), ("sell", "900.00"), "market"),
    ],
)
def test_what_could_trade_with_ones_own_order_is_refused(account, acme, resting, coming, kind):
    first = submit(account, "AAPL", resting[0], "1", limit=resting[1])
    before = everything()

    with pytest.raises(WashTrade, match=r"potential wash trade detected\. use complex orders") as refusal:
        submit_order(
            actor=acme.api_user,
            account_id=account.pk,
            request=order_request("AAPL", coming[0], "1", limit=coming[1]),
        )

    body = refusal.value.body()
    assert (body["code"], body["existing_order_id"]) == (40310000, str(first.pk))
    assert body["reject_reason"] == f"opposite side {kind} order exists. use complex/limit/stop_limit orders"
    assert everything() == before


def test_limits_that_do_not_meet_other_things_and_ended_orders_are_no_wash(account, acme):
    first = submit(account, "AAPL", "sell", "1", limit="250.00")
    submit(account, "AAPL", "buy", "1", limit="249.99")
    submit(account, CALL, "sell", "1", limit="150.00")
    first.refresh_from_db()
    first.status, first.hold_quantity = "canceled", 0
    first.save()

    assert submit(account, "AAPL", "buy", "1", limit="251.00").status == "pending_new"


def test_a_neighbors_order_on_the_other_side_is_the_market(account, acme, globex):
    other = make_trader(globex.correspondent, cash="0", shares={"AAPL": 10})
    submit(other, "AAPL", "sell", "1", limit="150.00")

    assert submit(account, "AAPL", "buy", "1", limit="190.00").status == "pending_new"
