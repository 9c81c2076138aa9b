"""Change a correspondent's settings: what tightens at once, what loosens by a second person (AA-21)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings as installation
from django.db import transaction

from accounts import acting
from accounts.choices import AllocationMethod, Role, UserKind
from accounts.errors import ReasonNeeded
from accounts.locking import lock_correspondent
from accounts.models import BrokerPolicy, Correspondent, SettingsProposal, User
from accounts.permissions import Permission
from accounts.rules.onboarding import by_field
from accounts.rules.settings import (
    SETTINGS,
    CorrespondentSettings,
    in_words,
    json_value,
    loosens,
    read_value,
    settings_faults,
)
from accounts.settings_errors import (
    AllocationIsTheBrokers,
    SecondPersonNeeded,
    SettingsChangedMeanwhile,
    SettingsInvalid,
    SettingsProposalDecided,
    SettingsProposalNotFound,
    SettingsProposalWaiting,
)
from brokerage import clock

SHORTEST_REASON, LONGEST_REASON = 3, 1000
ALLOCATION = "allocation_method"


@dataclass(frozen=True)
class SettingsOutcome:
    """What a change came to: the settings that hold now, and those that wait for a second person."""

    changed: tuple[str, ...]
    waiting: tuple[str, ...]


@transaction.atomic(durable=True)
def change_settings(
    *, actor: User, correspondent_id: UUID, wanted: CorrespondentSettings, seen: CorrespondentSettings, reason: str
) -> SettingsOutcome:
    """Change what differs between `wanted` and `seen`: tightening at once, loosening as a proposal.

    `seen` is what the person looked at. Raises `SettingsChangedMeanwhile` where it is no longer
    so, `SettingsInvalid`, `ReasonNeeded` or `SettingsProposalWaiting`.
    """
    actor.require(Permission.MANAGE_SETTINGS)
    acting.claim(actor)
    correspondent = lock_correspondent(actor, correspondent_id)
    current = settings_of(correspondent)
    names = wanted.differing(seen)
    if not names:
        return SettingsOutcome((), ())
    _require_as_seen(current, seen)
    _require_sound(correspondent, wanted)
    acting.give_reason(_required(reason))

    waiting = [name for name in names if _loosens(name, getattr(current, name), getattr(wanted, name))]
    changed = [name for name in names if name not in waiting]
    _write(correspondent, {name: getattr(wanted, name) for name in changed})
    if waiting:
        changes = {
            name: {"from": json_value(getattr(current, name)), "to": json_value(getattr(wanted, name))}
            for name in waiting
        }
        _propose(actor, correspondent, changes, reason.strip())
    return SettingsOutcome(tuple(changed), tuple(waiting))


@transaction.atomic(durable=True)
def decide_settings_proposal(*, actor: User, proposal_id: int, is_accepted: bool) -> SettingsProposal:
    """Put a proposal into force, or turn it down; who made it may only withdraw it.

    The same decision again changes nothing. Raises `SettingsProposalDecided`,
    `SecondPersonNeeded` or `SettingsChangedMeanwhile`.
    """
    actor.require(Permission.MANAGE_SETTINGS)
    acting.claim(actor)
    proposal = _lock_proposal(actor, proposal_id)
    if proposal.decided_at is not None:
        if proposal.decided_by_id == actor.pk and proposal.is_accepted == is_accepted:
            return proposal
        raise SettingsProposalDecided(decided_by=proposal.decided_by)
    is_maker = proposal.proposed_by_id == actor.pk
    if (is_accepted and is_maker) or not (is_maker or actor.sees_every_correspondent):
        raise SecondPersonNeeded

    acting.give_reason(proposal.reason)
    if is_accepted:
        _put_into_force(proposal)
    proposal.is_accepted, proposal.decided_by, proposal.decided_at = is_accepted, actor, clock.now()
    proposal.save(update_fields=["is_accepted", "decided_by", "decided_at"])
    return proposal


@transaction.atomic(durable=True)
def propose_allocation_method(
    *, actor: User, method: AllocationMethod, seen: AllocationMethod, reason: str
) -> SettingsProposal | None:
    """Propose how assignments are allocated, for every correspondent alike (FD-6); None where it is so already.

    Another of the broker's administrators puts it into force: the method and each change of it are
    approved before they are used (AS-2). Raises `AllocationIsTheBrokers`, `ReasonNeeded`,
    `SettingsChangedMeanwhile` or `SettingsProposalWaiting`.
    """
    actor.require(Permission.MANAGE_SETTINGS)
    if not actor.sees_every_correspondent:
        raise AllocationIsTheBrokers
    acting.claim(actor)
    policy = _lock_policy()
    if method == policy.allocation_method:
        return None
    _require_method(policy, seen)
    acting.give_reason(_required(reason))
    changes = {ALLOCATION: {"from": policy.allocation_method, "to": str(method)}}
    return _propose(actor, None, changes, reason.strip())


def settings_of(correspondent: Correspondent) -> CorrespondentSettings:
    """Answer the settings in force."""
    columns = {name: getattr(correspondent, name) for name in SETTINGS if name != "reviewers"}
    return CorrespondentSettings(
        reviewers=tuple(sorted(correspondent.reviewers.values_list("pk", flat=True))), **columns
    )


def principals_of(correspondent: Correspondent) -> list[User]:
    """Answer who can be a reviewer: the active principals of the correspondent, by name."""
    principals = User.objects.filter(kind=UserKind.STAFF, role=Role.ROP, is_active=True, correspondent=correspondent)
    return list(principals.order_by("name", "pk"))


def _lock_proposal(actor: User, proposal_id: int) -> SettingsProposal:
    found = SettingsProposal.objects.filter(pk=proposal_id).first()
    if found is None or not (actor.sees_every_correspondent or found.correspondent_id == actor.correspondent_id):
        raise SettingsProposalNotFound
    if found.correspondent_id is None:  # decided on under the same lock that changes take
        _lock_policy()
    else:
        lock_correspondent(actor, found.correspondent_id)
    return SettingsProposal.objects.select_related("correspondent", "proposed_by", "decided_by").get(pk=proposal_id)


def _require_as_seen(current: CorrespondentSettings, seen: CorrespondentSettings) -> None:
    stale = seen.differing(current)
    if stale:
        said = [f"{SETTINGS[name].label} is now {in_words(name, getattr(current, name))}" for name in stale]
        raise SettingsChangedMeanwhile(now="; ".join(said))


def _require_sound(correspondent: Correspondent, wanted: CorrespondentSettings) -> None:
    faults = list(settings_faults(wanted))
    if not set(wanted.reviewers) <= {principal.pk for principal in principals_of(correspondent)}:
        faults.append(("reviewers", "must be active principals of the correspondent"))
    if faults:
        raise SettingsInvalid(by_field(faults))


def _required(reason: str) -> str:
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        raise ReasonNeeded
    return reason.strip()


def _loosens(name: str, before: Any, after: Any) -> bool:
    absent = installation.API_REQUESTS_PER_MINUTE if name == "requests_per_minute" else None
    return loosens(name, before, after, absent=absent)


def _write(correspondent: Correspondent, changes: dict[str, Any]) -> None:
    reviewers = changes.pop("reviewers", None)
    if reviewers is not None:
        correspondent.reviewers.set(reviewers)
    if changes:
        for name, value in changes.items():
            setattr(correspondent, name, value)
        correspondent.save(update_fields=list(changes))


def _propose(
    actor: User, correspondent: Correspondent | None, changes: dict[str, dict[str, Any]], reason: str
) -> SettingsProposal:
    if SettingsProposal.objects.filter(correspondent=correspondent, decided_at__isnull=True).exists():
        raise SettingsProposalWaiting
    now: datetime = clock.now()
    return SettingsProposal.objects.create(
        correspondent=correspondent, changes=changes, reason=reason, proposed_by=actor, proposed_at=now
    )


def _put_into_force(proposal: SettingsProposal) -> None:
    correspondent = proposal.correspondent
    if correspondent is None:
        _choose_method(proposal)
        return
    current = settings_of(correspondent)
    for name, change in proposal.changes.items():
        if json_value(getattr(current, name)) != change["from"]:
            now = f"{SETTINGS[name].label} is now {in_words(name, getattr(current, name))}"
            raise SettingsChangedMeanwhile(now=now)
    _write(correspondent, {name: read_value(name, change["to"]) for name, change in proposal.changes.items()})


def _choose_method(proposal: SettingsProposal) -> None:
    policy, change = _lock_policy(), proposal.changes[ALLOCATION]
    _require_method(policy, AllocationMethod(change["from"]))
    policy.allocation_method = change["to"]
    policy.save(update_fields=[ALLOCATION])


def _lock_policy() -> BrokerPolicy:
    BrokerPolicy.objects.get_or_create(pk=1)
    return BrokerPolicy.objects.select_for_update().get(pk=1)


def _require_method(policy: BrokerPolicy, seen: AllocationMethod) -> None:
    if policy.allocation_method != seen:
        label = AllocationMethod(policy.allocation_method).label
        raise SettingsChangedMeanwhile(now=f"assignments are now allocated “{label}”")
