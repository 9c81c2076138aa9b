"""What is refused of an exercise, in the published words (contract/trading.md 4.3): listed in `docs/errors.md`."""

from brokerage.errors import Conflict, NotFound, Refused, Unprocessable


class SymbolMissing(Unprocessable):
    """No contract was named."""

    reason = "symbol_missing"
    message = "symbol missing"
    field = "symbol"


class NotAContract(Unprocessable):
    """What was named is neither the symbol nor the id of an option contract."""

    reason = "not_a_contract"
    message = "invalid symbol_or_contract_id"
    field = "symbol"


class LongPositionNotFound(NotFound):
    """The account holds none of that contract."""

    reason = "long_position_not_found"
    message = "long position not found: {symbol}"


class ShortNotExercised(Refused):
    """A short is assigned, not exercised: the right is its holder's."""

    code = 40310001
    reason = "short_not_exercised"
    message = "cannot exercise short position"


class NoAvailablePosition(Refused):
    """The contract has expired: what was held of it is being settled."""

    reason = "no_available_position"
    message = "no available position for the specified contract"


class ExerciseClosed(Refused):
    """Exercises are taken while the market is open (options overview, exercising)."""

    reason = "exercise_closed"
    message = "exercise requests are not accepted after market close until midnight"
    beside = ("next_open",)


class EuropeanNotExercised(Refused):
    """A contract that is exercised at its expiration only."""

    reason = "european_not_exercised"
    message = "early exercise is not allowed for European-style options"


class NothingToExercise(Refused):
    """Open orders hold every contract of the position (domain rule EX-5)."""

    reason = "nothing_to_exercise"
    message = "no qty available to exercise"


class ExerciseTooLarge(Refused):
    """More contracts than are held and not on order."""

    reason = "exercise_too_large"
    message = "insufficient qty available (requested: {requested}, available: {available})"
    field = "qty"
    beside = ("requested", "available")


class PositionNotToBeExercised(Refused):
    """A do-not-exercise for the whole position is in force."""

    reason = "position_not_to_be_exercised"
    message = "cannot exercise position marked as do-not-exercise"


class BeyondDoNotExercise(Refused):
    """More contracts than a do-not-exercise for a part of the position leaves."""

    reason = "beyond_do_not_exercise"
    message = (
        "insufficient qty available to exercise after accounting for partial do-not-exercise "
        "(requested: {requested}, dne_qty: {dne_qty}, available: {available})"
    )
    field = "qty"
    beside = ("requested", "dne_qty", "available")


class InsufficientExerciseCash(Refused):
    """Less free cash than the contracts are exercised for (domain rule EX-3)."""

    reason = "insufficient_exercise_cash"
    message = "insufficient cash available (required: {required}, available: {available})"
    field = "qty"
    beside = ("required", "available")


class InsufficientDeliverable(Refused):
    """Fewer free shares than the contracts deliver: those behind short calls and on order do not count (EX-3)."""

    reason = "insufficient_deliverable"
    message = (
        "insufficient underlying qty available for deliverable: {symbol} "
        "(requested: {requested}, available: {available})"
    )
    field = "qty"
    beside = ("requested", "available")


class ExerciseOutOfTheMoney(Refused):
    """Exercising costs more than the market does: it needs a person's confirmation (domain rule EX-7)."""

    reason = "exercise_out_of_the_money"
    message = (
        "you are attempting to exercise an out of the money option contract, "
        "please contact support to complete this request"
    )
    field = "confirmed"


class ExerciseCommissionNotAllowed(Unprocessable):
    """A commission on an exercise: none is charged here yet."""

    reason = "exercise_commission_not_allowed"
    message = "exercise commission not allowed for account"
    field = "commission"


class NegativeExerciseCommission(Unprocessable):
    """A commission below zero."""

    reason = "negative_exercise_commission"
    message = "negative exercise commission is prohibited"
    field = "commission"


class ExerciseQuantityNotAboveZero(Unprocessable):
    """An exercise of nothing, or of less."""

    reason = "exercise_quantity_not_above_zero"
    message = "qty must be > 0"
    field = "qty"


class ExerciseKeyReused(Conflict):
    """The form, or the `Idempotency-Key`, was sent before with something else."""

    reason = "exercise_key_reused"
    message = "this was already sent for another exercise"
