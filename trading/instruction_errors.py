"""What is refused of instructions and of the messages that bring them: listed in `docs/errors.md`."""

from brokerage.errors import InvalidParameter, NotFound, Refused, StateConflict


class InstructionMoveImpossible(StateConflict):
    """The table of an instruction's states has no such move: it is past changing."""

    reason = "instruction_move_impossible"
    message = "an instruction that is {status} cannot become {to}"


class InstructionNotFound(NotFound):
    """No such instruction for this actor."""

    reason = "instruction_not_found"
    message = "instruction not found"


class DoNotExerciseNotFound(NotFound):
    """Nothing is in force for the position that could be withdrawn."""

    reason = "do_not_exercise_not_found"
    message = "no do-not-exercise is in force for {symbol}"


class DoNotExerciseTooEarly(Refused):
    """Before the last day of the contract."""

    reason = "do_not_exercise_too_early"
    message = "dne requests are only accepted on the expiration day of the option contract"


class DoNotExerciseTooLate(Refused):
    """Received at or after the cut-off: 17:30, or 14:30 on a half day (EX-11, EX-12)."""

    reason = "do_not_exercise_too_late"
    message = "dne requests are not accepted after {time}"


class FilingDeadlinePassed(Refused):
    """The firm itself can file nothing more for that day, whatever it took in time (EX-11)."""

    reason = "filing_deadline_passed"
    message = "the firm could file instructions until {time}"


class EuropeanNotApplicable(Refused):
    """A contract that is exercised at its expiration only."""

    reason = "european_not_applicable"
    message = "do-not-exercise is not applicable for European-style options"


class ShortNotMarked(Refused):
    """A short is assigned: whether it is exercised is its holder's to say."""

    code = 40310001
    reason = "short_not_marked"
    message = "cannot submit DNE for short position"


class DoNotExerciseTooLarge(Refused):
    """More contracts than the account is long."""

    reason = "do_not_exercise_too_large"
    message = "insufficient qty available (requested: {requested}, available: {available})"
    field = "qty"
    beside = ("requested", "available")


class DoNotExerciseIsTheFirms(Refused):
    """Filed by the expiration rules because the account cannot carry an exercise: only staff take it back (XD-7)."""

    reason = "do_not_exercise_is_the_firms"
    message = "the do-not-exercise of {quantity} was filed because the account cannot support the exercise"


class EvidenceMissing(InvalidParameter):
    """An instruction after the cut-off is kept with what excuses it (EX-13)."""

    reason = "evidence_missing"
    message = "evidence must have at least {least} characters, found {found}"
    field = "evidence"


class WhyMissing(InvalidParameter):
    """What a person turns down, takes back or dismisses is kept with why (AA-22)."""

    reason = "why_missing"
    message = "reason must have from 1 to {most} characters, found {found}"
    field = "reason"


class InstructionConfirmedByMaker(Refused):
    """A second person confirms: never who entered it (EX-14, AA-21)."""

    reason = "instruction_confirmed_by_maker"
    message = "forbidden: whoever entered an instruction cannot confirm it"


class MessageNotFound(NotFound):
    """No such message for this actor."""

    reason = "message_not_found"
    message = "message not found"


class MessageDealtWith(StateConflict):
    """The message was matched or dismissed meanwhile."""

    reason = "message_dealt_with"
    message = "the message was {status}"


class SenderIsNotTheHolder(Refused):
    """A message instructs for the accounts that its sender's address is registered for, and for no other."""

    reason = "sender_is_not_the_holder"
    message = "the sender's address is not the one registered for account {account_number}"
    field = "position"
