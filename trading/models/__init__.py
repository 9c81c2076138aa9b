from trading.models.closing import ClosingBalance
from trading.models.compliance import ApprovalReport
from trading.models.funding import AchRelationship, Bank, Transfer
from trading.models.journals import Journal, JournalBatch
from trading.models.ledger import Activity, LedgerTransaction, Posting
from trading.models.orders import Order, Refusal
from trading.models.positions import Position

__all__ = [
    "AchRelationship",
    "Activity",
    "ApprovalReport",
    "Bank",
    "ClosingBalance",
    "Journal",
    "JournalBatch",
    "LedgerTransaction",
    "Order",
    "Position",
    "Posting",
    "Refusal",
    "Transfer",
]
