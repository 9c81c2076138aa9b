"""A partner opens an account, gets it approved for options, and sells a covered call.

    python examples/covered_call.py [--url http://127.0.0.1:8000] [--key KEY --secret SECRET --firm-account ID]

An unmodified `alpaca-py` does the talking. Without a key, the first demo correspondent of the
sandbox in `.data/` is used. Where the market is closed, the sandbox clock is moved to the next
session: such a clock goes forward only.
"""

import argparse
import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

from alpaca.broker.client import BrokerClient
from alpaca.broker.enums import AgreementType, FundingSource, JournalEntryType, TaxIdType
from alpaca.broker.models import Agreement, Contact, Disclosures, Identity
from alpaca.broker.requests import (
    CreateAccountRequest,
    CreateJournalRequest,
    GetAccountActivitiesRequest,
    MarketOrderRequest,
)
from alpaca.trading.enums import OrderSide, TimeInForce

PATIENCE_SECONDS = 30.0
SIGNED = {"signed_at": "2026-01-05T15:00:00Z", "ip_address": "192.0.2.21"}


def main() -> None:
    """Tell the story, step by step, with the server's own answers."""
    url, key, secret, firm_account = arguments()
    broker = BrokerClient(key, secret, url_override=url)
    open_market(broker)

    account_id = open_account(broker)
    fund(broker, firm_account, account_id)
    approve(broker, account_id)
    order = buy_shares(broker, account_id)
    contract = choose_call(broker, float(order.filled_avg_price))
    sell_call(broker, account_id, contract)
    read_back(broker, account_id)


def arguments() -> tuple[str, str, str, UUID]:
    """Answer the server's address, a key with its secret, and the account that pays."""
    data = Path(os.environ.get("STRIKEBOOK_DATA", Path(__file__).parent.parent / ".data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--key")
    parser.add_argument("--secret")
    parser.add_argument("--firm-account", type=UUID)
    given = parser.parse_args()
    if given.key:
        return given.url, given.key, given.secret, given.firm_account
    try:
        demo = json.loads((data / "demo.json").read_text())["correspondents"][0]
    except FileNotFoundError:
        parser.error("no demo book found: name --key, --secret and --firm-account")
    return given.url, demo["api_key"], demo["api_secret"], UUID(demo["firm_account_id"])


def open_market(broker: BrokerClient) -> None:
    """Move the sandbox clock to an hour into the next session where the market is closed."""
    clock = broker.get_clock()
    if clock.is_open:
        say("market", f"open, New York time {clock.timestamp:%Y-%m-%d %H:%M}")
        return
    moved = broker.put("/sandbox/clock", {"now": (clock.next_open + timedelta(hours=1)).isoformat()})
    say("market", f"was closed; the sandbox clock now shows {moved['now']}")


def open_account(broker: BrokerClient) -> UUID:
    """Open an account and wait until it is active."""
    account = broker.create_account(
        CreateAccountRequest(
            contact=contact(),
            identity=identity(),
            disclosures=Disclosures(
                is_control_person=False,
                is_affiliated_exchange_or_finra=False,
                is_politically_exposed=False,
                immediate_family_exposed=False,
            ),
            agreements=[
                Agreement(agreement=AgreementType.CUSTOMER, **SIGNED),
                Agreement(agreement=AgreementType.MARGIN, **SIGNED),
                Agreement(agreement=AgreementType.ACCOUNT, **SIGNED),
            ],
        )
    )
    say("account", f"{account.account_number} opened, {account.status.value}")
    account = wait_for(lambda: broker.get_account_by_id(account.id), lambda found: found.status.value == "ACTIVE")
    say("account", f"{account.account_number} is {account.status.value}")
    return account.id


def contact() -> Contact:
    """Answer how the holder is reached."""
    return Contact(
        email_address=f"john.doe.{uuid4().hex[:10]}@example.com",
        phone_number="555-666-7788",
        street_address=["20 N San Mateo Dr"],
        unit="Apt 1A",
        city="San Mateo",
        state="CA",
        postal_code="94401",
        country="USA",
    )


def identity() -> Identity:
    """Answer who the holder is."""
    return Identity(
        given_name="John",
        middle_name="Smith",
        family_name="Doe",
        date_of_birth="1990-01-01",
        tax_id="124-55-4321",
        tax_id_type=TaxIdType.USA_SSN,
        country_of_citizenship="USA",
        country_of_birth="USA",
        country_of_tax_residence="USA",
        funding_source=[FundingSource.EMPLOYMENT_INCOME],
    )


def fund(broker: BrokerClient, firm_account: UUID, account_id: UUID) -> None:
    """Move cash from the firm's account to the customer's."""
    journal = broker.create_journal(
        CreateJournalRequest(
            entry_type=JournalEntryType.CASH, from_account=firm_account, to_account=account_id, amount=50_000
        )
    )
    say("funding", f"journal of ${float(journal.net_amount):,.2f} {journal.status.value}")


def approve(broker: BrokerClient, account_id: UUID) -> None:
    """Add what options need to the account, and ask for level 1: its rules decide at once."""
    broker.patch(
        f"/accounts/{account_id}",
        {
            "enabled_assets": ["us_equity", "us_option"],
            "identity": {
                "annual_income_min": "85000",
                "annual_income_max": "100000",
                "total_net_worth_min": "250000",
                "total_net_worth_max": "300000",
                "liquid_net_worth_min": "60000",
                "liquid_net_worth_max": "90000",
                "liquidity_needs": "somewhat_important",
                "investment_experience_with_stocks": "over_5_years",
                "investment_experience_with_options": "1_to_5_years",
                "risk_tolerance": "moderate",
                "investment_objective": "growth",
                "investment_time_horizon": "6_to_10_years",
                "marital_status": "MARRIED",
                "number_of_dependents": 2,
            },
            "agreements": [{"agreement": "options_agreement", **SIGNED}],
        },
    )
    answer = broker.post(f"/accounts/{account_id}/options/approval", {"level": 1})
    trading = broker.get_trade_account_by_id(account_id)
    say("approval", f"level 1 asked for: {answer['status']}; options trading level {trading.options_trading_level}")


def buy_shares(broker: BrokerClient, account_id: UUID):
    """Buy the hundred shares that will stand behind the call."""
    return fill(broker, account_id, "AAPL", 100, OrderSide.BUY)


def choose_call(broker: BrokerClient, share_price: float) -> dict:
    """Choose the call nearest to five percent above the price, two weeks or more from expiration."""
    today = broker.get_clock().timestamp.date()
    page = broker.get(
        "/options/contracts",
        {
            "underlying_symbols": "AAPL",
            "type": "call",
            "expiration_date_gte": str(today + timedelta(days=14)),
            "expiration_date_lte": str(today + timedelta(days=45)),
            "limit": 10_000,
        },
    )
    calls = page["option_contracts"]
    first = min(date.fromisoformat(call["expiration_date"]) for call in calls)
    on_first = [call for call in calls if call["expiration_date"] == str(first)]
    call = min(on_first, key=lambda one: abs(float(one["strike_price"]) - share_price * 1.05))
    say("contract", f"{call['name']} ({call['symbol']}), {len(calls)} calls to choose from")
    return call


def sell_call(broker: BrokerClient, account_id: UUID, call: dict) -> None:
    """Sell one call against the shares."""
    fill(broker, account_id, call["symbol"], 1, OrderSide.SELL)


def fill(broker: BrokerClient, account_id: UUID, symbol: str, quantity: int, side: OrderSide):
    """Send a market order and wait until it is filled."""
    request = MarketOrderRequest(symbol=symbol, qty=quantity, side=side, time_in_force=TimeInForce.DAY)
    order = broker.submit_order_for_account(account_id, request)
    order = wait_for(
        lambda: broker.get_order_for_account_by_id(account_id, order.id), lambda found: found.filled_at is not None
    )
    intent = order.position_intent.value
    say("order", f"{intent} {order.filled_qty} {symbol} at {order.filled_avg_price}: {order.status.value}")
    return order


def read_back(broker: BrokerClient, account_id: UUID) -> None:
    """Read the account, the positions and the activities back."""
    trading = broker.get_trade_account_by_id(account_id)
    say("balances", f"cash {trading.cash}, equity {trading.equity}, buying power {trading.buying_power}")
    for position in broker.get_all_positions_for_account(account_id):
        say(
            "position",
            f"{position.side.value} {position.qty} {position.symbol}, {position.qty_available} available, "
            f"cost {position.cost_basis}, worth {position.market_value}, profit {position.unrealized_pl}",
        )
    for activity in broker.get_account_activities(GetAccountActivitiesRequest(account_id=account_id)):
        amount = getattr(activity, "net_amount", None)
        what = f"{amount}"
        if amount is None:
            what = f"{activity.side.value} {activity.qty} {activity.symbol} at {activity.price}"
        say("activity", f"{activity.activity_type.value} {what}")


def wait_for(read: Callable[[], Any], is_there: Callable[[Any], bool]) -> Any:
    """Read until it is there, for half a minute at the most."""
    ends_at = monotonic() + PATIENCE_SECONDS
    while True:
        found = read()
        if is_there(found):
            return found
        if monotonic() > ends_at:
            raise SystemExit(f"waited {PATIENCE_SECONDS:.0f} s in vain: {found}")
        sleep(0.1)


def say(what: str, answer: str) -> None:
    """Print one line of the story."""
    print(f"{what:>9}  {answer}")


if __name__ == "__main__":
    main()
