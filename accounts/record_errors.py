"""What is refused of decisions, restrictions, notes, documents and closing."""

from accounts.errors import AccountInputInvalid
from brokerage.errors import InvalidInput, InvalidParameter, NotFound, Refused, StateConflict


class ReasonTooShort(InvalidParameter):
    """A decision and a restriction are kept with why: a word is no reason (AA-22)."""

    reason = "reason_too_short"
    message = "reason must have at least {least} characters, found {found}"
    field = "reason"


class MakerCannotDecide(Refused):
    """Who entered what is decided on may not decide it (AA-21)."""

    reason = "maker_cannot_decide"
    message = "forbidden: whoever opened account {account_number} or changed it since cannot decide on it"


class NothingToDecide(StateConflict):
    """The account is in no status that waits for a decision."""

    reason = "nothing_to_decide"
    message = "an account that is {status} does not wait for a decision"


class RestrictionInvalid(InvalidInput):
    """A limit or a cap that an account cannot have."""

    reason = "restriction_invalid"


class NoteInvalid(InvalidParameter):
    """A note says something, and no more than fits."""

    reason = "note_invalid"
    message = "text must have from 1 to {most} characters, found {found}"
    field = "text"


class DocumentNotFound(NotFound):
    """No such document of an account that this actor may see, or a link that is not valid any more."""

    reason = "document_not_found"
    message = "document not found"


class DocumentsInvalid(AccountInputInvalid):
    """Documents that cannot be kept; none of the call is. The contract has only 400 for it (2.7)."""

    http_status = 400
    reason = "documents_invalid"


class CipNotFound(NotFound):
    """No identity check was recorded of this account."""

    reason = "cip_not_found"
    message = "no CIP information is recorded of this account"


class AccountNotEmpty(StateConflict):
    """What an account holds or waits for has to be gone before it is closed (contract 2.6)."""

    reason = "account_not_empty"
    message = "account {account_number} cannot be closed: it has {said}"
    beside = ("blockers",)


class FirmAccountStaysOpen(StateConflict):
    """The correspondent's money moves through its firm account, which ends with the correspondent."""

    reason = "firm_account_stays_open"
    message = "account {account_number} is the firm's own and cannot be closed"
