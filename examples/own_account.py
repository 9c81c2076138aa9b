"""A trading client places an order for its own account, watches it, and cancels it.

    python examples/own_account.py [--url http://127.0.0.1:8000] [--key KEY --secret SECRET]

The key is that of one account, as `manage.py create_api_key --account NUMBER` makes it, and
an unmodified `alpaca-py` does the talking. Without a key, the one of the demo book in `.data/` is used.
"""

import argparse
import json
import os
from pathlib import Path
from time import sleep
from uuid import UUID

from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, TimeInForce
from alpaca.trading.models import Order
from alpaca.trading.requests import LimitOrderRequest

LOOKS = 150
EVERY_SECONDS = 0.2


def main() -> None:
    """Tell the story, step by step, with the server's own answers."""
    own = client()
    say_what_is_free(own)

    order = place(own)
    watch(own, order.id, OrderStatus.NEW)
    say_what_is_free(own)

    own.cancel_order_by_id(order.id)
    watch(own, order.id, OrderStatus.CANCELED)
    say_what_is_free(own)


def client() -> TradingClient:
    """Answer a client with the key of one account."""
    data = Path(os.environ.get("STRIKEBOOK_DATA", Path(__file__).parent.parent / ".data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--key")
    parser.add_argument("--secret")
    given = parser.parse_args()
    if given.key:
        return TradingClient(given.key, given.secret, url_override=given.url)
    try:
        demo = json.loads((data / "demo.json").read_text())["account"]
    except (FileNotFoundError, KeyError):
        parser.error("no demo book found: name --key and --secret")
    return TradingClient(demo["api_key"], demo["api_secret"], url_override=given.url)


def place(own: TradingClient) -> Order:
    """Bid a dollar for ten shares, for as long as it takes: far below the market, so that the order rests."""
    request = LimitOrderRequest(
        symbol="AAPL", qty=10, side=OrderSide.BUY, limit_price=1.00, time_in_force=TimeInForce.GTC
    )
    order = own.submit_order(request)
    say("order", f"{order.side.value} {order.qty} {order.symbol} at {order.limit_price}: {order.status.value}")
    return order


def watch(own: TradingClient, order_id: UUID, awaited: OrderStatus) -> None:
    """Look at the order until it has the status; say each one that it takes on the way.

    Outside the session nothing goes to the venue: an order that waits for the opening may be canceled too.
    """
    seen = None
    for _ in range(LOOKS):
        order = own.get_order_by_id(order_id)
        if order.status is not seen:
            seen = order.status
            say("order", f"is {seen.value}")
        if seen is awaited or (seen is OrderStatus.ACCEPTED and not own.get_clock().is_open):
            return
        sleep(EVERY_SECONDS)
    raise SystemExit(f"waited {LOOKS * EVERY_SECONDS:.0f} s in vain for {awaited.value}")


def say_what_is_free(own: TradingClient) -> None:
    """Print what the account may still buy for: an open order holds its part."""
    account = own.get_account()
    say("account", f"{account.account_number} has {account.cash} in cash, buying power {account.buying_power}")


def say(what: str, answer: str) -> None:
    """Print one line of the story."""
    print(f"{what:>9}  {answer}")


if __name__ == "__main__":
    main()
