"""What is refused of a correspondent's settings."""

from brokerage.errors import Conflict, InvalidInput, NotFound, NotPermitted, StateConflict


class SettingsInvalid(InvalidInput):
    """Values that settings cannot have."""

    reason = "settings_invalid"


class SettingsChangedMeanwhile(Conflict):
    """Somebody else changed what the person looked at; it says what it is now."""

    reason = "settings_changed_meanwhile"
    message = "somebody changed these settings while you looked at them: {now}. Look again, then save"


class SettingsProposalWaiting(StateConflict):
    """One proposal waits at a time, so that what is confirmed is what was seen."""

    reason = "settings_proposal_waiting"
    message = "a change of these settings waits for a second person: withdraw it or let it be decided first"


class SettingsProposalNotFound(NotFound):
    """No such proposal for this actor."""

    reason = "settings_proposal_not_found"
    message = "no such change of settings"


class SettingsProposalDecided(StateConflict):
    """A proposal is decided once."""

    reason = "settings_proposal_decided"
    message = "this change of settings was decided already, by {decided_by}"


class SecondPersonNeeded(NotPermitted):
    """What loosens a setting is confirmed by an administrator of the broker who did not ask for it (AA-21)."""

    reason = "second_person_needed"
    message = "a change that loosens a setting is confirmed by another administrator of the broker"


class AllocationIsTheBrokers(NotPermitted):
    """Assignments are allocated across all correspondents together: none has a say in it (FD-6)."""

    reason = "allocation_is_the_brokers"
    message = "the allocation method is the broker's to choose"
