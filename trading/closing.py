"""What an account still holds or waits for: it cannot be closed before (contract/accounts.md 2.6)."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q

from accounts.closing import Blocker
from accounts.models import Account
from brokerage import clock
from options.rules.asset_ids import USD_ID
from trading.choices import JournalStatus
from trading.models import Journal, Order, Position, Transfer
from trading.rules.funding import UNDER_WAY
from trading.rules.postings import trade_date
from trading.settlement import unsettled_proceeds

MOST_NAMED = 5
JOURNALS_UNDER_WAY = (JournalStatus.QUEUED, JournalStatus.SENT_TO_CLEARING, JournalStatus.PENDING)


def find_holdings(account: Account) -> Iterator[Blocker]:
    """Yield what the account holds: securities, cash, and what of the cash has not settled."""
    rows = Position.objects.filter(account=account).exclude(quantity=0).order_by("asset__symbol")
    held = list(rows.values_list("asset_id", "asset__symbol", "quantity"))
    symbols = [symbol for asset_id, symbol, _ in held if asset_id != USD_ID]
    cash = next((quantity for asset_id, _, quantity in held if asset_id == USD_ID), Decimal(0))
    if symbols:
        yield Blocker("positions", len(symbols), _some(len(symbols), "position", f" in {_named(symbols)}"))
    if cash:
        yield Blocker("cash", 1, f"${cash:,.2f} in cash")
        unsettled = unsettled_proceeds([account.pk], trade_date(clock.now()))[account.pk]
        if unsettled > 0:
            yield Blocker("unsettled_cash", 1, f"${min(unsettled, max(cash, Decimal(0))):,.2f} that has not settled")


def find_pending(account: Account) -> Iterator[Blocker]:
    """Yield what is still under way: orders, transfers, journals."""
    pending = {
        "open_orders": (Order.objects.open().filter(account=account), "open order", ""),
        "transfers": (Transfer.objects.filter(account=account, status__in=UNDER_WAY), "transfer", " under way"),
        "journals": (
            Journal.objects.filter(Q(from_account=account) | Q(to_account=account), status__in=JOURNALS_UNDER_WAY),
            "journal",
            " under way",
        ),
    }
    for kind, (rows, noun, after) in pending.items():
        count = rows.count()
        if count:
            yield Blocker(kind, count, _some(count, noun, after))


def _named(symbols: list[str]) -> str:
    more = f" and {len(symbols) - MOST_NAMED} more" if len(symbols) > MOST_NAMED else ""
    return ", ".join(symbols[:MOST_NAMED]) + more


def _some(count: int, noun: str, after: str = "") -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}{after}"
