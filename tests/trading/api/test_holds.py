"""Each held amount with what holds it: the rows add up to what the account has less what is free."""

from decimal import Decimal

import pytest

from brokerage import clock
from tests.market import CALL, LONG_CALL, PUT, make_trader, submit, trade
from trading.models import AccruedFee, Order, Position
from trading.rules.postings import trade_date

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """One of everything that binds: a covered call, a short put, open orders on both sides, a fee."""
    account = make_trader(acme.correspondent, cash="60000", level=2, shares={"AAPL": 300})
    trade(account, CALL, "sell", "1")
    trade(account, PUT, "sell", "1")
    trade(account, LONG_CALL, "buy", "2")
    submit(account, CALL, "sell", "1", "150")
    submit(account, "AAPL", "sell", "50", "200")
    submit(account, LONG_CALL, "buy", "1", "5.00")
    submit(account, LONG_CALL, "sell", "1", "7.00", client_order_id="closing")
    AccruedFee.objects.create(
        account=account, trade_date=trade_date(clock.now()), kind="ORF", exact_amount=Decimal("0.0213")
    )
    return account


def test_the_rows_add_up_to_what_the_account_shows(account, acme_api):
    path = f"/v1/trading/accounts/{account.pk}"
    rows = acme_api.get(f"{path}/account/holds").json()
    shown = acme_api.get(f"{path}/account").json()
    positions = {row["symbol"]: row for row in acme_api.get(f"{path}/positions").json()}

    def held(unit):
        return sum(Decimal(row["amount"]) for row in rows if row["unit"] == unit)

    assert Decimal(shown["cash"]) - held("USD") == Decimal(shown["options_buying_power"])
    for symbol in ("AAPL", LONG_CALL):
        row = positions[symbol]
        assert Decimal(row["qty"]) - held(symbol) == Decimal(row["qty_available"])
    assert sorted(row["kind"] for row in rows) == ["fees", *["order"] * 4, "short_call", "short_put"]
    assert {row["order_id"] for row in rows if row["kind"] == "order"} == {
        str(pk) for pk in Order.objects.open().values_list("pk", flat=True)
    }
    assert [row["symbol"] for row in rows if row["kind"].startswith("short")] == [CALL, PUT]
    assert [(row["amount"], row["note"]) for row in rows if row["kind"] == "fees"] == [
        ("0.03", "Options regulatory fee of 2024-01-24")
    ]
    assert shown["accrued_fees"] == "0.03"


def test_a_position_says_what_holds_it(account, acme_api):
    path = f"/v1/trading/accounts/{account.pk}/positions"
    orders = {
        order.asset.symbol: str(order.pk) for order in Order.objects.open().filter(side="sell").select_related("asset")
    }
    closing = str(Order.objects.get(client_order_id="closing").pk)

    assert sorted(acme_api.get(f"{path}/AAPL").json()["held_by"]) == sorted([orders["AAPL"], orders[CALL], CALL])
    assert acme_api.get(f"{path}/{LONG_CALL}").json()["held_by"] == [closing]
    assert "held_by" not in acme_api.get(f"{path}/{PUT}").json()


def test_a_short_that_is_being_bought_back_says_by_which_order(account, acme_api):
    order = submit(account, PUT, "buy", "1", "6.00")

    shown = acme_api.get(f"/v1/trading/accounts/{account.pk}/positions/{PUT}").json()

    assert (shown["qty_available"], shown["held_by"]) == ("0", [str(order.pk)])


def test_nothing_is_held_where_nothing_is(acme, overview_market, acme_api):
    account = make_trader(acme.correspondent, cash="100", level=0)

    assert acme_api.get(f"/v1/trading/accounts/{account.pk}/account/holds").json() == []
    assert not Position.objects.securities().filter(account=account).exists()
