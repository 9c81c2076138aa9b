"""Orders in a market that is replayed from files."""

from decimal import Decimal

import pytest

from options.models import PinnedQuote
from options.services.market_intake import take_in
from tests.market import LONG_CALL, make_trader, trade
from tests.options.market_data import quote
from trading.choices import OrderStatus
from trading.tasks import work_open_orders


@pytest.mark.usefixtures("overview_market")
def test_an_order_rests_on_the_quote_of_the_day_before_and_fills_at_one_of_its_session(acme, clock_at, settings):
    account = make_trader(acme.correspondent, cash="10000")
    PinnedQuote.objects.all().delete()
    settings.MARKET_SOURCE = "replay"
    yesterday = quote(LONG_CALL, "2024-01-23 15:59:59", "5.00", "5.10")
    take_in(quotes=[yesterday, quote(LONG_CALL, "2024-01-24 10:05", "5.30", "5.40")])

    order = trade(account, LONG_CALL, "buy")
    rested = order.status
    work_open_orders(clock_at("2024-01-24 10:06"))

    order.refresh_from_db()
    assert rested == OrderStatus.NEW
    assert (order.status, order.filled_average_price) == (OrderStatus.FILLED, Decimal("5.40"))
