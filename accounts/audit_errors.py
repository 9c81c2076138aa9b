"""What the audit trail and looking at what is masked refuse."""

from brokerage.errors import StateConflict


class NothingToReveal(StateConflict):
    """What is asked for is not on file: a firm account has no holder, and not every holder a tax id."""

    reason = "nothing_to_reveal"
    message = "there is no {what} on file"
