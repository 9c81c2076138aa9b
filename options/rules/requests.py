"""What may be asked of the approval endpoint, and what a fixture decides (options overview)."""

from dataclasses import dataclass

from options.choices import ApplicationStatus
from options.errors import FixtureInvalid, LevelNotOffered
from options.rules.approval import Decision
from options.rules.approval_rules import LEVELS
from options.rules.approval_terms import Reason

BY_FIXTURE = Reason("fixture", "options overview, approval fixtures", "decided by a sandbox fixture")
# What the opening of an account with `us_option` asks by itself (decision 0010).
LEVEL_OF_AN_OPENING = 1


@dataclass(frozen=True)
class Fixture:
    """The outcome that a sandbox request orders, instead of what the rules would decide."""

    status: ApplicationStatus
    level: int | None = None


@dataclass(frozen=True)
class ApprovalRequest:
    """A request for an options level."""

    level: int
    fixture: Fixture | None = None


def require_sound(request: ApprovalRequest) -> None:
    """Refuse a level that is not offered, or a lower level that is not lower.

    Raises `LevelNotOffered` or `FixtureInvalid`.
    """
    if request.level not in LEVELS:
        raise LevelNotOffered(level=request.level)
    if request.fixture is None or request.fixture.status is not ApplicationStatus.LOWER_LEVEL_APPROVED:
        return
    granted = request.fixture.level
    if granted is None:
        raise FixtureInvalid({"fixtures.level": ["is required with LOWER_LEVEL_APPROVED"]})
    if not 0 < granted < request.level:
        raise FixtureInvalid(
            {"fixtures.level": [f"must be below the requested level {request.level} and above 0, found {granted}"]}
        )


def fixed_decision(level: int, fixture: Fixture) -> Decision:
    """Answer the decision that a fixture orders; its level counts for a lower approval only."""
    granted = {ApplicationStatus.APPROVED: level, ApplicationStatus.LOWER_LEVEL_APPROVED: fixture.level}
    return Decision(fixture.status, granted.get(fixture.status), (BY_FIXTURE,))
