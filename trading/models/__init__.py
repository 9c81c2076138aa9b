from trading.models.closing import ClosingBalance
from trading.models.compliance import ApprovalReport
from trading.models.equity import EquityPoint
from trading.models.fees import AccruedFee, FeeRate
from trading.models.funding import AchRelationship, Bank, Transfer
from trading.models.journals import Journal, JournalBatch
from trading.models.ledger import Activity, LedgerTransaction, Posting
from trading.models.orders import Order, Refusal
from trading.models.positions import Position
from trading.models.watchlists import Watchlist

__all__ = [
    "AccruedFee",
    "AchRelationship",
    "Activity",
    "ApprovalReport",
    "Bank",
    "ClosingBalance",
    "EquityPoint",
    "FeeRate",
    "Journal",
    "JournalBatch",
    "LedgerTransaction",
    "Order",
    "Position",
    "Posting",
    "Refusal",
    "Transfer",
    "Watchlist",
]
