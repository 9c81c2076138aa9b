from trading.models.assignments import Assignment, AssignmentNotice
from trading.models.closing import ClosingBalance
from trading.models.compliance import ApprovalReport
from trading.models.equity import EquityPoint
from trading.models.expiration_notices import ExpirationNotice
from trading.models.expirations import Expiration, ExpiringPosition
from trading.models.fees import AccruedFee, FeeRate
from trading.models.funding import AchRelationship, Bank, Transfer
from trading.models.instructions import Instruction, InstructionMessage
from trading.models.journals import Journal, JournalBatch
from trading.models.ledger import Activity, LedgerTransaction, Posting
from trading.models.lots import Lot, LotClosing
from trading.models.orders import Order, Refusal
from trading.models.positions import Position
from trading.models.reconciliation import ReconciliationBreak, ReconciliationRun
from trading.models.watchlists import Watchlist

__all__ = [
    "AccruedFee",
    "AchRelationship",
    "Activity",
    "ApprovalReport",
    "Assignment",
    "AssignmentNotice",
    "Bank",
    "ClosingBalance",
    "EquityPoint",
    "Expiration",
    "ExpirationNotice",
    "ExpiringPosition",
    "FeeRate",
    "Instruction",
    "InstructionMessage",
    "Journal",
    "JournalBatch",
    "LedgerTransaction",
    "Lot",
    "LotClosing",
    "Order",
    "Position",
    "Posting",
    "ReconciliationBreak",
    "ReconciliationRun",
    "Refusal",
    "Transfer",
    "Watchlist",
]
