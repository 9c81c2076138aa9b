"""What is refused while an application is filled in; the application itself is judged as one that came by API."""

from brokerage.errors import InvalidParameter, NotFound, StateConflict


class DraftNotFound(NotFound):
    """No such application in progress for this actor: another correspondent's, discarded, or never started."""

    reason = "draft_not_found"
    message = "application in progress not found"


class DraftOpened(StateConflict):
    """The application became an account: what is changed now is changed there."""

    reason = "draft_opened"
    message = "this application was opened as account {account_number} and can no longer be changed"


class DraftEntriesInvalid(InvalidParameter):
    """What was entered is no form of ours: unknown names, or more text than any field takes."""

    reason = "draft_entries_invalid"
    message = "the entries of a step must be texts under the names of its fields, at most {most} characters in all"


class CorrespondentNotChosen(InvalidParameter):
    """Staff of the broker belong to no correspondent and say for which one they open an account."""

    reason = "correspondent_not_chosen"
    message = "correspondent must be one of those that you see"
    field = "correspondent"


class TooManyDocuments(InvalidParameter):
    """An application comes with so many documents and no more (contract/accounts.md 2.7)."""

    reason = "too_many_documents"
    message = "cannot be added: an application takes at most {most} documents"
    field = "content"


class DraftDocumentNotFound(NotFound):
    """No such document in this application."""

    reason = "draft_document_not_found"
    message = "document not found"
