from trading.models.journals import Journal
from trading.models.ledger import Activity, LedgerTransaction, Posting
from trading.models.orders import Order, Refusal
from trading.models.positions import Position

__all__ = ["Activity", "Journal", "LedgerTransaction", "Order", "Position", "Posting", "Refusal"]
