"""What journals refuse (contract/accounts.md 5.3). Each reason is listed in `docs/errors.md`."""

from brokerage.errors import InvalidInput, InvalidParameter, NotFound, Refused, Unprocessable


class JournalInvalid(InvalidInput):
    """Values of a journal, or of a list of them, that cannot be: 400 by contract/accounts.md 5.3."""

    reason = "journal_invalid"
    http_status = 400


class JournalAccountNotFound(NotFound):
    """A journal names an account that does not exist for this actor."""

    reason = "journal_account_not_found"
    message = "account not found: {account_id}"


class JournalNotFound(NotFound):
    """No such journal."""

    reason = "journal_not_found"
    message = "journal not found"


class JournalDirection(InvalidParameter):
    """Journals run between the firm and a customer; shares only to the customer: 400 by contract/accounts.md 5.3."""

    reason = "journal_direction"
    http_status = 400
    message = "{entry_type} journals go {allowed}"
    field = "to_account"


class JournalAccountInactive(Refused):
    """The account that would receive is not active."""

    reason = "journal_account_inactive"
    message = "to_account must be ACTIVE, and is {status}"
    field = "to_account"


class JournalSourceInactive(Refused):
    """The account that would send is neither active nor closed, or it is blocked."""

    reason = "journal_source_inactive"
    message = "from_account must be ACTIVE, and is {status}"
    field = "from_account"


class JournalNotPending(Unprocessable):
    """Only a journal that still waits can be canceled."""

    reason = "journal_not_pending"
    message = "only a pending journal can be canceled, and this one is {status}"


class TooManyJournals(Unprocessable):
    """A list without a limit would answer more journals than one answer holds."""

    reason = "too_many_journals"
    message = "more than {most} journals match: narrow the dates or set a limit"
    field = "limit"


class JournalCashUnavailable(Refused):
    """The source has less free and settled cash than leaves it: pledged and held cash stays (domain rule BP-6)."""

    reason = "journal_cash_unavailable"
    message = "insufficient cash available for journal (requested: {requested}, available: {available})"
    field = "amount"
    beside = ("requested", "available")


class JournalSharesUnavailable(Refused):
    """The source has fewer free shares than the journal moves."""

    reason = "journal_shares_unavailable"
    message = "insufficient qty available for journal (requested: {requested}, available: {available})"
    field = "qty"
    beside = ("requested", "available")


class JournalSharesUnpriced(Unprocessable):
    """No quote values the shares, so neither limits nor cost could be known."""

    reason = "journal_shares_unpriced"
    message = 'no quote for "{symbol}" to value the journal with'
    field = "symbol"


class IdempotencyKeyReused(Unprocessable):
    """An `Idempotency-Key` that came before with another body."""

    reason = "idempotency_key_reused"
    message = "Idempotency-Key was used before with another request"
    field = "Idempotency-Key"
