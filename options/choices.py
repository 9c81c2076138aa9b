"""The words of the options side (contract/trading.md 1, contract/accounts.md 3), each with its wire spelling."""

from django.db.models import TextChoices


class AssetClass(TextChoices):
    """What kind of thing an asset is. Cash is an asset too: the position in it is the balance."""

    US_EQUITY = "us_equity", "US equity"
    US_OPTION = "us_option", "US option"
    USD = "usd", "US dollar"


class AssetStatus(TextChoices):
    """Whether an asset is still listed; a listed one need not be tradable (domain rule SY-8)."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class Exchange(TextChoices):
    """Where an underlying is listed; the empty word stands for contracts and for the unknown."""

    AMEX = "AMEX", "AMEX"
    ARCA = "ARCA", "ARCA"
    BATS = "BATS", "BATS"
    NYSE = "NYSE", "NYSE"
    NASDAQ = "NASDAQ", "NASDAQ"
    NYSEARCA = "NYSEARCA", "NYSE Arca"
    OTC = "OTC", "OTC"
    NONE = "", "None"


class TickClass(TextChoices):
    """In what steps the options on an underlying are priced (domain rule OR-2)."""

    PENNY_THROUGHOUT = "penny_throughout"
    PENNY = "penny"
    STANDARD = "standard"


class DataFeed(TextChoices):
    """What a correspondent may see of market data (contract/trading.md 9.1)."""

    OPRA = "opra", "Real time (OPRA)"
    INDICATIVE = "indicative", "15 minutes late"
    NONE = "none", "None"


class Right(TextChoices):
    """What the holder may do at the strike: buy (call) or sell (put). On the wire: `type`."""

    CALL = "call"
    PUT = "put"


class ExerciseStyle(TextChoices):
    """When the holder may exercise: any day, or on the last one only."""

    AMERICAN = "american"
    EUROPEAN = "european"


class ApplicationStatus(TextChoices):
    """What became of a request for an options level (options overview, approval statuses)."""

    APPROVED = "APPROVED", "Approved"
    LOWER_LEVEL_APPROVED = "LOWER_LEVEL_APPROVED", "Lower level approved"
    PENDING = "PENDING", "Pending"
    REJECTED = "REJECTED", "Rejected"


class Requester(TextChoices):
    """Whose side asked for the level (contract/accounts.md 3.1)."""

    CORRESPONDENT = "CORRESPONDENT", "Correspondent"
    ALPACA_ADMIN = "ALPACA_ADMIN", "Broker"


class ReviewAct(TextChoices):
    """What a person did with a request for a level, or what the applicant answered."""

    APPROVED = "approved"
    APPROVED_LOWER = "approved_lower", "Approved lower"
    REJECTED = "rejected"
    ASKED = "asked"
    ANSWERED = "answered"
    REOPENED = "reopened", "Re-opened"


class ReasonCode(TextChoices):
    """Why a person decided so, in a word that can be counted; a text says the rest (AA-22)."""

    ANSWERS_SUPPORT = "answers_support", "The answers support it"
    FACTS_CONFIRMED = "facts_confirmed", "The facts were confirmed"
    EMPLOYER_CONSENTS = "employer_consents", "The employer consents"
    ANSWERS_CONTRADICT = "answers_contradict", "The answers contradict each other"
    NOT_SUITABLE = "not_suitable", "The level does not suit the applicant"
    NOT_CONFIRMED = "not_confirmed", "The facts could not be confirmed"
    INCOMPLETE = "incomplete", "Something is missing"
    FACTS_CHANGED = "facts_changed", "The facts have changed"
    ERROR_CORRECTED = "error_corrected", "The earlier decision was an error"
    OTHER = "other", "Another reason"


class ClockKind(TextChoices):
    """What has to happen within fifteen days."""

    DECISION = "decision", "Decide on the request"
    VERIFICATION = "verification", "Send the answers to the customer"
    AGREEMENT = "agreement", "Get the options agreement signed"


class DeliveryMeans(TextChoices):
    """How the options disclosure document reached the holder (DS-1)."""

    AGREEMENT = "agreement", "Enclosed with the options agreement"
    ELECTRONIC = "electronic"
    MAIL = "mail"
    IN_PERSON = "in_person"


class Strategy(TextChoices):
    """What a single leg amounts to, once opening or closing is known."""

    COVERED_CALL = "covered_call"
    CASH_SECURED_PUT = "cash_secured_put", "Cash-secured put"
    LONG_CALL = "long_call"
    LONG_PUT = "long_put"
    LONG_SHARES = "long_shares"
    CLOSING = "closing"
