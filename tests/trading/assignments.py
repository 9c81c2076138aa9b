"""Writers to assign to: a market of one share, covered calls and cash-secured puts, and notices."""

from datetime import date
from typing import Any

from accounts.choices import Role
from accounts.models import Account, User
from accounts.services.users import system_user
from tests.factories import make_staff
from tests.market import make_trader, pin, trade
from tests.options.contracts import list_contracts
from trading.choices import NoticeSource
from trading.models import AssignmentNotice
from trading.rules.assignment_notices import NoticeTicket
from trading.services.assignment import receive_notice

CALL, PUT = "QS240301C00004500", "QS240301P00009000"
TODAY = date(2024, 2, 28)


def open_market() -> None:
    """List the contracts of the options overview's assignments, with quotes; the clock stands already."""
    list_contracts(CALL, PUT)
    pin("QS", "6.80", "6.82", last="6.81", size=1000)
    pin(CALL, "2.30", "2.40", size=1000)
    pin(PUT, "2.20", "2.30", size=1000)


def make_writer(correspondent: Any, symbol: str, quantity: int) -> Account:
    """Make an account that is short of contracts, and covered; the market is open."""
    if symbol == CALL:
        account = make_trader(correspondent, cash="100", level=1, shares={"QS": 100 * quantity})
    else:
        account = make_trader(correspondent, cash=str(900 * quantity), level=1)
    trade(account, symbol, "sell", str(quantity))
    return account


def ticket(symbol: str = CALL, quantity: int = 1, on: date = TODAY, reference: str = "A1") -> NoticeTicket:
    """Answer a notice of the clearing house."""
    return NoticeTicket(reference, symbol, quantity, on)


def receive(symbol: str = CALL, quantity: int = 1, on: date = TODAY, **said: Any) -> AssignmentNotice:
    """Receive a notice as the broker's clearing does."""
    reference, seed = said.pop("reference", "A1"), said.pop("seed", "seed")
    notice = ticket(symbol, quantity, on, reference)
    return receive_notice(actor=system_user(), ticket=notice, source=NoticeSource.FILE, seed=seed)


def brokers(role: Role = Role.OPERATIONS) -> User:
    """Make a member of the broker's own staff."""
    return make_staff(role, None)
