"""Adopt the rules that decide on options requests of a correspondent (AA-3: every decision names a person)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from accounts import acting
from accounts.locking import lock_correspondent
from accounts.models import User
from accounts.permissions import Permission
from accounts.rules.decisions import require_reason
from brokerage import clock
from options.errors import PolicyInvalid
from options.models import ApprovalPolicy
from options.rules.approval_rules import LATEST, RULE_SETS
from options.rules.approval_terms import threshold_faults


@dataclass(frozen=True)
class PolicyToAdopt:
    """A version of the rules, and the thresholds that are moved, as text: `{"level_2_annual_income": "30000"}`."""

    reason: str
    rule_version: str = LATEST
    thresholds: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic(durable=True)
def adopt_policy(*, actor: User, correspondent_id: UUID, policy: PolicyToAdopt) -> ApprovalPolicy:
    """Put rules into force for a correspondent, in the name of the principal who adopts them.

    What is in force already is answered as it is. Raises `CorrespondentNotFound`, `PolicyInvalid`
    or `ReasonTooShort`.
    """
    actor.require(Permission.DECIDE_OPTIONS)
    acting.claim(actor)
    reason = require_reason(policy.reason)
    correspondent = lock_correspondent(actor, correspondent_id)
    _require_sound(policy)
    thresholds = dict(policy.thresholds)
    newest = ApprovalPolicy.objects.filter(correspondent=correspondent).order_by("-number").first()
    if newest and (newest.rule_version, newest.thresholds) == (policy.rule_version, thresholds):
        return newest
    acting.give_reason(reason)
    return ApprovalPolicy.objects.create(
        correspondent=correspondent,
        number=newest.number + 1 if newest else 1,
        rule_version=policy.rule_version,
        thresholds=thresholds,
        reason=reason,
        adopted_by=actor,
        adopted_at=clock.now(),
    )


def _require_sound(policy: PolicyToAdopt) -> None:
    if policy.rule_version not in RULE_SETS:
        raise PolicyInvalid({"rule_version": [f"must be {' or '.join(RULE_SETS)}"]})
    faults: dict[str, list[str]] = {}
    for name, sentence in threshold_faults(RULE_SETS[policy.rule_version], policy.thresholds):
        faults.setdefault(f"thresholds.{name}", []).append(sentence)
    if faults:
        raise PolicyInvalid(faults)
