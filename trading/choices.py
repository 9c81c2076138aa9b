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
# What leaves by them goes on in the shares that are delivered: nothing is gained or lost (domain rule TX-3).
UNREALIZING_ACTIVITIES = frozenset({ActivityType.OPEXC, ActivityType.OPASN})


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


class OrderOrigin(models.TextChoices):
    """Who wants an order: the account, or the firm that closes what the account cannot carry (domain rule OR-12)."""

    CUSTOMER = "customer"
    LIQUIDATION = "liquidation"


class InstructionKind(models.TextChoices):
    EXERCISE = "exercise"
    DO_NOT_EXERCISE = "do_not_exercise", "Do not exercise"


class InstructionSource(models.TextChoices):
    """How an instruction came in."""

    API = "api", "API"
    STAFF = "staff"
    EMAIL = "email", "E-mail"
    RULE = "rule", "Expiration rules"


class InstructionStatus(models.TextChoices):
    """The moves are in `rules/instruction_status.py`."""

    # an exercise: posted, then on its way through the clearing house
    ACCEPTED = "accepted"
    TENDERED = "tendered"
    CONFIRMED = "confirmed"
    # a do-not-exercise
    PROPOSED = "proposed", "Waits for a second person"
    IN_FORCE = "in_force", "In force"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    HONORED = "honored"
    LAPSED = "lapsed"
    REJECTED = "rejected"


class LateExcuse(models.TextChoices):
    """What alone excuses a do-not-exercise after the cut-off (domain rule EX-13)."""

    GOOD_FAITH_ERROR = "good_faith_error", "A good-faith error"
    UNMATCHED_TRADES = "unmatched_trades", "Unmatched trades that could not be reconciled"
    NO_COMMUNICATION = "no_communication", "Exceptional circumstances that stopped communication"


class MessageStatus(models.TextChoices):
    NEW = "new"
    MATCHED = "matched"
    DISMISSED = "dismissed"


class NoticeSource(models.TextChoices):
    FILE = "file", "Clearing file"
    SANDBOX = "sandbox"
    SIMULATED = "simulated", "Simulated at expiration"


class NoticeStatus(models.TextChoices):
    ALLOCATED = "allocated"
    POSTED = "posted"


class ExpirationPhase(models.TextChoices):
    """How far an expiration date has come."""

    REVIEW = "review", "Under review"
    CLOSED = "closed", "Closed for trading"
    FINISHED = "finished"


class ExpirationState(models.TextChoices):
    """What is decided of an expiring position."""

    WATCHED = "watched", "Out of the money"
    NOT_PRICED = "not_priced", "No price"
    SUPPORTED = "supported", "Will be exercised"
    LIQUIDATING = "liquidating", "Being sold"
    DO_NOT_EXERCISE = "do_not_exercise", "Will not be exercised"
    SHORT = "short", "Open to assignment"
    CLOSED = "closed", "Traded away"
    EXERCISED = "exercised"
    ASSIGNED = "assigned"
    EXPIRED = "expired"


class Projected(models.TextChoices):
    """What will become of a position that expires, at the prices that are looked at."""

    LIQUIDATED = "liquidated", "Will be liquidated"
    NOT_PRICED = "not_priced", "Not priced"
    EXERCISED = "exercised", "Will be exercised"
    ASSIGNED = "assigned", "Will be assigned"
    DO_NOT_EXERCISE = "do_not_exercise", "Do not exercise"
    EXPIRES = "expires", "Expires"
