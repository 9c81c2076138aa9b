"""The market that tests trade in: a standing clock, contracts, pinned quotes, funded accounts."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account
from accounts.services.users import system_user
from brokerage.market_calendar import NEW_YORK
from brokerage.models import SandboxClock
from options.choices import ApplicationStatus
from options.rules.pins import QuoteToPin
from options.rules.requests import ApprovalRequest, Fixture
from options.services.applications import request_options_approval
from options.services.market import pin_quotes
from tests.factories import api_user, make_account
from tests.options.contracts import list_contracts
from trading.choices import JournalType
from trading.models import Order, Position
from trading.rules.journals import JournalRequest
from trading.rules.ticket_form import OrderRequest
from trading.services.journals import create_journal
from trading.services.orders import submit_order
from trading.venues.paper import PaperVenue

CALL, PUT = "AAPL240126C00050000", "TSLA240126P00210000"
LONG_CALL, SMALL_PUT = "PTON240126C00000500", "QS240126P00006500"


@pytest.fixture
def clock_at(db):
    """Let the clock stand at a New York time: `clock_at("2024-01-24 10:00")`."""

    def stand(text: str) -> datetime:
        at = datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)
        SandboxClock.objects.update_or_create(id=1, defaults={"offset": timedelta(), "frozen_at": at})
        return at

    return stand


@pytest.fixture
def overview_market(clock_at):
    """The contracts of the options overview's order samples on 24 January 2024, with quotes pinned."""
    clock_at("2024-01-24 10:00")
    list_contracts(CALL, PUT, LONG_CALL, SMALL_PUT)
    pin("AAPL", "189.90", "190.10", last="190.00")
    pin("TSLA", "205.00", "205.20", last="205.10")
    pin("PTON", "6.00", "6.02", last="6.01")
    pin("QS", "6.80", "6.82", last="6.81")
    pin(CALL, "140.00", "140.50")
    pin(PUT, "6.90", "7.00")
    pin(LONG_CALL, "5.30", "5.38", last="5.34")
    pin(SMALL_PUT, "0.10", "0.12")


def pin(symbol: str, bid: str | None, ask: str | None, *, last: str | None = None, size: int = 10) -> None:
    """Pin a quote."""
    prices = [Decimal(price) if price else None for price in (bid, ask, last)]
    quote = QuoteToPin(bid=prices[0], ask=prices[1], last=prices[2], bid_size=size, ask_size=size)
    pin_quotes(actor=system_user(), quotes={symbol: quote})


def make_trader(
    correspondent: Any, *, cash: str = "0", level: int = 2, shares: dict[str, int] | None = None
) -> Account:
    """Make an active account with a level, cash, and shares, all by journals and approval."""
    account = make_account(correspondent, changes={"enabled_assets": ["us_equity", "us_option"]})
    if Decimal(cash):
        give_cash(account, cash)
    for symbol, quantity in (shares or {}).items():
        hold_shares(account, symbol, quantity)
    if level:
        approve(account, level)
    account.refresh_from_db()
    return account


def approve(account: Account, level: int) -> None:
    """Approve the account for a level, by fixture."""
    request = ApprovalRequest(level, Fixture(ApplicationStatus.APPROVED))
    request_options_approval(actor=api_user(account.correspondent), account_id=account.pk, request=request)


def give_cash(account: Account, amount: str) -> None:
    """Journal cash from the firm, which is given it first."""
    from tests.ledger import deposit

    firm = account.correspondent.firm_account
    assert firm is not None
    deposit(firm, amount)
    request = JournalRequest(JournalType.JNLC, firm.pk, account.pk, amount=Decimal(amount))
    create_journal(actor=api_user(account.correspondent), request=request)


def hold_shares(account: Account, symbol: str, quantity: int) -> None:
    """Journal shares from the firm."""
    firm = account.correspondent.firm_account
    assert firm is not None
    request = JournalRequest(JournalType.JNLS, firm.pk, account.pk, symbol=symbol, qty=Decimal(quantity))
    create_journal(actor=api_user(account.correspondent), request=request)


def order_request(symbol: str, side: str, qty: str = "1", limit: str | None = None, **fields: Any) -> OrderRequest:
    """Answer a request for a day order."""
    return OrderRequest(
        symbol=symbol,
        side=side,
        qty=Decimal(qty),
        type="limit" if limit else "market",
        limit_price=Decimal(limit) if limit else None,
        time_in_force="day",
        **fields,
    )


def submit(account: Account, symbol: str, side: str, qty: str = "1", limit: str | None = None, **fields: Any) -> Order:
    """Submit an order as the partner's system does."""
    request = order_request(symbol, side, qty, limit, **fields)
    return submit_order(actor=api_user(account.correspondent), account_id=account.pk, request=request)


def trade(account: Account, symbol: str, side: str, qty: str = "1", limit: str | None = None) -> Order:
    """Submit an order and let the venue work it."""
    order = submit(account, symbol, side, qty, limit)
    PaperVenue().submit(order.pk)
    order.refresh_from_db()
    return order


def held(account: Account, symbol: str) -> Decimal:
    """Answer how much of an asset the account has; `USD` is its cash."""
    return Position.objects.filter(account=account, asset__symbol=symbol).values_list(
        "quantity", flat=True
    ).first() or Decimal(0)
