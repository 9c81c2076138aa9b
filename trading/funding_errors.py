"""What funding refuses (contract/accounts.md 5.1, 5.2). Each reason is listed in `docs/errors.md`."""

from brokerage.errors import (
    Conflict,
    InvalidInput,
    InvalidParameter,
    Malformed,
    NotFound,
    Refused,
    StateConflict,
    Unprocessable,
)


class BankDetailsInvalid(InvalidInput):
    """Bank details that no bank could have, or a list of none that there are: 400 by contract/accounts.md 5.1."""

    reason = "bank_details_invalid"
    http_status = 400


class AchRelationshipExists(Conflict):
    """An account has one active ACH relationship at a time."""

    reason = "ach_relationship_exists"
    message = "the account has an active ACH relationship already: delete it first"


class BankExists(Conflict):
    """The account has this bank account already."""

    reason = "bank_exists"
    message = "the account has this bank already"


class AchRelationshipNotFound(NotFound):
    """No such ACH relationship of this account."""

    reason = "ach_relationship_not_found"
    message = "ACH relationship not found"


class BankNotFound(NotFound):
    """No such bank of this account."""

    reason = "bank_not_found"
    message = "bank not found"


class LinkInUse(Malformed):
    """Transfers over the bank are under way: 400 by contract/accounts.md 5.1."""

    reason = "link_in_use"
    message = "transfers over it are under way ({count}): cancel them or wait for their end"


class ProcessorTokenNotOffered(Unprocessable):
    """Production mode has no processor connected that could say which bank account a token stands for."""

    reason = "processor_token_not_offered"
    message = "processor_token cannot be resolved: no processor is connected"
    field = "processor_token"


class FundingNotPermitted(Refused):
    """The account's status or a block does not let a bank be linked."""

    reason = "funding_not_permitted"
    message = "bank accounts cannot be linked to an account that is {status}"


class DepositsNotPermitted(Refused):
    """The account's status or a block does not let cash in."""

    reason = "deposits_not_permitted"
    message = "deposits are not permitted for this account"


class WithdrawalsNotPermitted(Refused):
    """The account's status or a block does not let cash out."""

    reason = "withdrawals_not_permitted"
    message = "withdrawals are not permitted for this account"


class TransferInvalid(InvalidInput):
    """A transfer that contradicts itself or its account; the sentences are the published ones."""

    reason = "transfer_invalid"

    def __str__(self) -> str:
        return "; ".join(sentence for sentences in self.errors.values() for sentence in sentences)


class IncomingWire(InvalidParameter):
    """Cash that comes by wire is sent from the other bank, not asked for here."""

    reason = "incoming_wire"
    message = "cannot submit incoming wire transfer using this API"


class TransferFixturesNotOffered(Unprocessable):
    """Transfer fixtures exist in the sandbox only (AA-23)."""

    reason = "transfer_fixtures_not_offered"
    message = "fixtures in additional_information are available in the sandbox only"
    field = "additional_information"


class TooManyAchTransfers(Refused):
    """One ACH transfer a trading day goes in, and one out."""

    reason = "too_many_ach_transfers"
    message = "maximum number of ACH transfers allowed is 1 per trading day in each direction"


class CashNotWithdrawable(Refused):
    """More than may leave: pledged, held and unsettled cash stays (domain rules BP-6, ST-2)."""

    reason = "cash_not_withdrawable"
    message = "insufficient cash available for withdrawal (requested: {requested}, available: {available})"
    field = "amount"
    beside = ("requested", "available")


class TransferNotFound(NotFound):
    """No such transfer of this account."""

    reason = "transfer_not_found"
    message = "transfer not found"


class OneTimeKeyReused(Conflict):
    """A form that was sent before with other contents."""

    reason = "one_time_key_reused"
    message = "this form was sent before with other contents: open it again"


class FundingMoveImpossible(StateConflict):
    """The table of states of banks or transfers has no such move."""

    reason = "funding_move_impossible"
    message = "{thing} is {status} and cannot become {to}"


class TransferDecidedByMaker(Refused):
    """Whoever entered a transfer cannot decide on it (domain rule AA-21)."""

    reason = "transfer_decided_by_maker"
    message = "whoever entered a transfer cannot decide on it"
