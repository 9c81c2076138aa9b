"""What a day's fees come to when they are booked, and what the row says (contract/trading.md 5.6)."""

from datetime import date
from decimal import Decimal

from brokerage.money import cents_up, plain
from trading.choices import FeeKind

UNITS: dict[FeeKind, str] = {FeeKind.ORF: "contracts"}


def booked_amount(exact: Decimal) -> Decimal:
    """Answer the cents that a day's exact total is booked with: rounded away from zero, once (domain rule FE-7).

    A total below zero is what busts give back of days that are booked: that is rounded in the
    account's favor, since rounding up is what took it.
    """
    return cents_up(exact) if exact >= 0 else -cents_up(-exact)


def fee_description(kind: FeeKind, *, quantity: Decimal, executions: int, day: date, account_number: str) -> str:
    """Answer what the activity says of a day's fee, in the published words."""
    if kind is FeeKind.OCC:
        return "OCC Clearing Fee"
    trades = "" if kind is FeeKind.ORF else f" ({executions} trades)"
    units = UNITS.get(kind, "shares")
    return f"{kind} fee for proceed of {plain(quantity)} {units}{trades} on {day.isoformat()} by {account_number}"
