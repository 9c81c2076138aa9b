"""What is refused of assignments. Each reason is listed in `docs/errors.md`."""

from collections.abc import Mapping

from brokerage.errors import Conflict, InvalidInput, InvalidParameter, NotFound, StateConflict, Unprocessable


class AssignedBeyondShort(Unprocessable):
    """The clearing house assigns more than the customers are short of together: the notice is refused as a whole."""

    reason = "assigned_beyond_short"
    message = "{needed} contracts are assigned and customers were short of {found} (required: {needed}, found: {found})"
    field = "qty"
    beside = ("needed", "found")


class NoticeReused(Conflict):
    """Another assignment has that reference: the clearing house gives each once."""

    reason = "assignment_reference_reused"
    message = "reference {reference} was received before: {quantity} {symbol} exercised on {exercised_on}"
    field = "reference"


class ExercisedAfterExpiration(Unprocessable):
    """A contract ends on its expiration date: nobody can have exercised it later."""

    reason = "exercised_after_expiration"
    message = 'contract "{symbol}" expired on {expiration_date} and cannot have been exercised on {exercised_on}'
    field = "exercise_date"


class ExerciseDayImpossible(InvalidParameter):
    """Contracts are exercised on a day of trading that has begun."""

    reason = "exercise_day_impossible"
    message = "exercise_date {exercised_on} must be a day of trading, and no later than {latest}"
    field = "exercise_date"


class AssignmentNotFound(NotFound):
    """No such assignment for this actor."""

    reason = "assignment_not_found"
    message = "assignment not found"


class NoticeNotFound(NotFound):
    """No such assignment notice for this actor: they are the broker's."""

    reason = "assignment_notice_not_found"
    message = "assignment notice not found"


class AssignmentDealtWith(StateConflict):
    """Nobody is needed for this assignment, or somebody has dealt with it."""

    reason = "assignment_dealt_with"
    message = "the assignment needs nobody any more"


class AssignmentNoteNeeded(InvalidParameter):
    """Who deals with an assignment writes what was done about it."""

    reason = "assignment_note_needed"
    message = "a note of {shortest} to {longest} characters says what was done"
    field = "note"


class AssignmentFileWrong(InvalidInput):
    """A clearing file that is not whole or names what cannot be: every bad line is named, and nothing is imported."""

    reason = "assignment_file_wrong"

    def __init__(self, lines: Mapping[int, list[str]]) -> None:
        self.lines = dict(sorted(lines.items()))
        super().__init__({"": [f"Line {line}: {'; '.join(said)}" for line, said in self.lines.items()]})
