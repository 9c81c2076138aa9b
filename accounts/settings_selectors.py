"""Reads for the settings pages. Each starts from what the actor may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.choices import AllocationMethod, AuditAct
from accounts.errors import CorrespondentNotFound
from accounts.key_selectors import correspondents_visible_to
from accounts.models import AuditEntry, BrokerPolicy, Correspondent, SettingsProposal, User
from accounts.permissions import Permission
from accounts.rules.settings import SETTINGS, in_words

REVIEWERS = "Correspondent_reviewers"
NEWEST = 25


@dataclass(frozen=True)
class Change:
    """One setting as it was and as it became, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryLine:
    """What somebody changed at once, and why."""

    at: datetime
    who: str
    changes: list[Change]
    reason: str


@dataclass(frozen=True)
class ProposalLine:
    """A proposal with its changes in words."""

    proposal: SettingsProposal
    changes: list[Change]


def get_managed_correspondent(actor: User, code: str = "") -> Correspondent:
    """Answer the correspondent whose settings the actor asks for, its own where none is named."""
    actor.require(Permission.MANAGE_SETTINGS)
    for found in correspondents_visible_to(actor):
        if code in (found.code, "" if found.pk == actor.correspondent_id else None):
            return found
    raise CorrespondentNotFound(code=code)


def waiting_proposals(actor: User) -> list[ProposalLine]:
    """Answer the proposals that wait, of every correspondent that the actor sees, the oldest first."""
    whose = Q(correspondent__in=correspondents_visible_to(actor))
    if actor.sees_every_correspondent:
        whose |= Q(correspondent=None)
    rows = SettingsProposal.objects.filter(whose, decided_at__isnull=True)
    rows = rows.select_related("correspondent", "proposed_by").order_by("proposed_at", "pk")
    return [ProposalLine(row, _of_proposal(row)) for row in rows]


def broker_policy() -> BrokerPolicy:
    """Answer what holds for every correspondent, as it is by default where nobody chose."""
    return BrokerPolicy.objects.first() or BrokerPolicy()


def settings_history(actor: User, correspondent: Correspondent) -> list[HistoryLine]:
    """Answer the newest changes of a correspondent's settings from the audit trail, by who made them."""
    actor.require(Permission.MANAGE_SETTINGS)
    own = Q(subject="Correspondent", subject_id=str(correspondent.pk), act=AuditAct.CHANGED)
    reviewers = Q(subject=REVIEWERS, correspondent_id=correspondent.pk)
    entries = AuditEntry.objects.visible_to(actor).filter(own | reviewers, correspondent_id=correspondent.pk)
    newest = list(entries.order_by("-id")[:NEWEST])
    people = User.objects.in_bulk({entry.actor_id for entry in newest if entry.actor_id} | _members(newest))
    lines = [
        HistoryLine(entry.at, str(people.get(entry.actor_id, "—")), _of_entry(entry, people), entry.reason)
        for entry in newest
    ]
    return [line for line in lines if line.changes]


def _of_proposal(proposal: SettingsProposal) -> list[Change]:
    if proposal.correspondent_id is None:
        method = proposal.changes["allocation_method"]
        before, after = (AllocationMethod(method[end]).label for end in ("from", "to"))
        return [Change("Allocation of assignments", before, after)]
    return [
        Change(SETTINGS[name].label, in_words(name, change["from"]), in_words(name, change["to"]))
        for name, change in proposal.changes.items()
        if name in SETTINGS
    ]


def _of_entry(entry: AuditEntry, people: dict[Any, User]) -> list[Change]:
    before, after = entry.before or {}, entry.after or {}
    if entry.subject == REVIEWERS:
        who = str(people.get((after or before).get("user_id"), "—"))
        return [Change("Reviewer", "" if after else who, who if after else "")]
    return [
        Change(SETTINGS[name].label, in_words(name, before.get(name)), in_words(name, value))
        for name, value in after.items()
        if name in SETTINGS
    ]


def _members(entries: list[AuditEntry]) -> set[int]:
    return {(entry.after or entry.before or {}).get("user_id", 0) for entry in entries if entry.subject == REVIEWERS}
