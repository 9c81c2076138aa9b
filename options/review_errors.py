"""What is refused of deciding on requests and levels. Each reason is listed in `docs/errors.md`."""

from brokerage.errors import Conflict, InvalidInput, NotFound, NotPermitted, StateConflict, Unprocessable


class ApplicationNotFound(NotFound):
    """No such request for a level that this actor may see."""

    reason = "application_not_found"
    message = "no such request for an options level"


class ApplicationDecided(Conflict):
    """The request was decided meanwhile, by whom and when it says."""

    reason = "application_decided"
    message = "this request is decided: {status} by {decided_by} at {decided_at}"


class ApplicationClaimed(Conflict):
    """Another principal works on the request; who takes it over says so first."""

    reason = "application_claimed"
    message = "{claimed_by} has been working on this request since {claimed_at}"


class NotAReviewer(NotPermitted):
    """The correspondent's requests are decided by people it chose, or by no key and no customer at all."""

    reason = "not_a_reviewer"
    message = "forbidden: requests of {correspondent} are decided by its reviewers and the broker's principals"


class VerdictInvalid(InvalidInput):
    """A decision, a question or an answer that does not fit the request."""

    reason = "verdict_invalid"


class SamePrincipal(Conflict):
    """Two principals are two people, each of whom decides once."""

    reason = "same_principal"
    message = "you have approved this request already: another principal approves it too, or refuses it"


class NotEligible(Unprocessable):
    """Who cannot decide on a request is not given it."""

    reason = "not_eligible"
    message = "{person} cannot decide on this request"


class NothingAsked(StateConflict):
    """The applicant was asked nothing that is still open."""

    reason = "nothing_asked"
    message = "nothing is asked about this request"


class ApplicationNotDecided(StateConflict):
    """Only what is decided is opened again."""

    reason = "application_not_decided"
    message = "this request is still pending: there is nothing to open again"


class LaterRequestExists(StateConflict):
    """What was asked later rests on this decision: the newest request is the one to open again."""

    reason = "later_request_exists"
    message = "a later request of this account exists: open that one again"


class LevelReviewNotFound(NotFound):
    """No such review of a level that this actor may see."""

    reason = "level_review_not_found"
    message = "no such review of an options level"


class LevelReviewOpen(Conflict):
    """A level is reviewed once at a time."""

    reason = "level_review_open"
    message = "the options level of this account is under review already, since {opened_at}"


class LevelReviewDecided(Conflict):
    """The review was decided meanwhile, by whom and when it says."""

    reason = "level_review_decided"
    message = "this review is decided: level {level} by {decided_by} at {decided_at}"


class LevelReviewOutdated(Conflict):
    """The account has another level than the one that was shown as reviewed."""

    reason = "level_review_outdated"
    message = "the level has changed meanwhile: level {level} is reviewed now"


class NoLevelToReview(StateConflict):
    """The account has no options level."""

    reason = "no_level_to_review"
    message = "this account has no options level to review"
