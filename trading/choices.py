"""The enumerations of orders, the ledger and its activities. Values are the wire's."""

from django.db import models


class OrderSide(models.TextChoices):
    BUY = "buy"
    SELL = "sell"


class OrderType(models.TextChoices):
    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(models.TextChoices):
    DAY = "day"
    GTC = "gtc", "Good till canceled"


class PositionIntent(models.TextChoices):
    BUY_TO_OPEN = "buy_to_open"
    BUY_TO_CLOSE = "buy_to_close"
    SELL_TO_OPEN = "sell_to_open"
    SELL_TO_CLOSE = "sell_to_close"

    @property
    def opens(self) -> bool:
        """Say whether an order with this intent opens or extends a position."""
        return self in (PositionIntent.BUY_TO_OPEN, PositionIntent.SELL_TO_OPEN)


class OrderStatus(models.TextChoices):
    """contract/trading.md 2.5; the moves are in `rules/order_status.py`."""

    ACCEPTED = "accepted"
    PENDING_NEW = "pending_new"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    ACCEPTED_FOR_BIDDING = "accepted_for_bidding"
    PENDING_REVIEW = "pending_review"
    HELD = "held"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    DONE_FOR_DAY = "done_for_day"
    CALCULATED = "calculated"
    PENDING_CANCEL = "pending_cancel"
    PENDING_REPLACE = "pending_replace"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REJECTED = "rejected"


class ActivityType(models.TextChoices):
    FILL = "FILL"
    CSD = "CSD"
    CSW = "CSW"
    JNLC = "JNLC"
    JNLS = "JNLS"
    ACATS = "ACATS"
    OPTRD = "OPTRD"
    OPEXC = "OPEXC"
    OPASN = "OPASN"
    OPEXP = "OPEXP"
    OPCSH = "OPCSH"
    FEE = "FEE"
    INT = "INT"
    DIV = "DIV"


TRADE_ACTIVITIES = frozenset({ActivityType.FILL})


class FeeKind(models.TextChoices):
    """contract/trading.md 5.6."""

    REG = "REG", "SEC fee"
    TAF = "TAF", "FINRA trading activity fee"
    ORF = "ORF", "Options regulatory fee"
    OCC = "OCC", "OCC clearing fee"
    CAT = "CAT", "Consolidated audit trail fee"


class FeeBasis(models.TextChoices):
    """What a fee rate is multiplied by."""

    PER_UNIT = "per_unit", "a share or contract"
    OF_PROCEEDS = "of_proceeds", "a dollar of proceeds"


class ActivityStatus(models.TextChoices):
    EXECUTED = "executed"
    CORRECT = "correct"
    CANCELED = "canceled"


class HouseBook(models.TextChoices):
    """Where value comes from and goes to when it crosses the edge of the customers' books."""

    STREET = "street", "the street: other brokers and the clearing houses"
    BANK = "bank", "the firm's bank"
    FEES = "fees", "fees owed to regulators and the clearing house"


class JournalType(models.TextChoices):
    JNLC = "JNLC"
    JNLS = "JNLS"


class JournalStatus(models.TextChoices):
    """contract/accounts.md 5.3."""

    QUEUED = "queued"
    SENT_TO_CLEARING = "sent_to_clearing"
    PENDING = "pending"
    EXECUTED = "executed"
    REJECTED = "rejected"
    REFUSED = "refused"
    CANCELED = "canceled"
    DELETED = "deleted"


class AchStatus(models.TextChoices):
    """contract/accounts.md 5.1; the moves are in `rules/funding.py`."""

    QUEUED = "QUEUED"
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    CANCEL_REQUESTED = "CANCEL_REQUESTED"
    CANCELED = "CANCELED"


class BankAccountType(models.TextChoices):
    CHECKING = "CHECKING"
    SAVINGS = "SAVINGS"


class BankCodeType(models.TextChoices):
    ABA = "ABA"
    BIC = "BIC"


class BankStatus(models.TextChoices):
    """contract/accounts.md 5.1; the moves are in `rules/funding.py`."""

    QUEUED = "QUEUED"
    SENT_TO_CLEARING = "SENT_TO_CLEARING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    CANCELED = "CANCELED"


class TransferType(models.TextChoices):
    ACH = "ach", "ACH"
    WIRE = "wire"


class TransferDirection(models.TextChoices):
    INCOMING = "INCOMING"
    OUTGOING = "OUTGOING"


class TransferStatus(models.TextChoices):
    """contract/accounts.md 5.2; the moves are in `rules/funding.py`."""

    QUEUED = "QUEUED"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    PENDING = "PENDING"
    SENT_TO_CLEARING = "SENT_TO_CLEARING"
    APPROVED = "APPROVED"
    COMPLETE = "COMPLETE"
    REJECTED = "REJECTED"
    CANCELED = "CANCELED"
    RETURNED = "RETURNED"


class FeePaymentMethod(models.TextChoices):
    USER = "user"
    INVOICE = "invoice"
