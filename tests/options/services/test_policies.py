"""Which rules decide for a correspondent: adopted by a principal, within the broker's limits (AA-3)."""

import pytest

from accounts.choices import Role
from accounts.errors import CorrespondentNotFound
from accounts.models import AuditEntry
from accounts.record_errors import ReasonTooShort
from brokerage.errors import NotPermitted
from options.choices import ApplicationStatus
from options.errors import PolicyInvalid
from options.models import ApprovalPolicy
from options.rules.approval_rules import LATEST
from options.rules.requests import ApprovalRequest
from options.services.applications import request_options_approval
from options.services.policies import PolicyToAdopt, adopt_policy
from tests.factories import make_account, make_staff
from tests.options.applicants import SOUND_ANSWERS

WHY = "Our customers trade small"
STRICTER = {"level_2_liquid_net_worth": "60000.01"}


def adopt(acme, thresholds=None, *, actor=None, reason=WHY, **policy):
    wanted = PolicyToAdopt(reason, thresholds=thresholds or {}, **policy)
    return adopt_policy(actor=actor or acme.rop, correspondent_id=acme.correspondent.pk, policy=wanted)


def test_a_principal_adopts_rules_and_is_named(acme):
    policy = adopt(acme, STRICTER)

    assert (policy.number, policy.rule_version, policy.thresholds) == (1, LATEST, STRICTER)
    assert (policy.adopted_by, policy.reason) == (acme.rop, WHY)
    entry = AuditEntry.objects.filter(subject="ApprovalPolicy").get()
    assert (entry.actor_id, entry.reason) == (acme.rop.pk, WHY)


def test_the_newest_policy_decides_and_stands_on_the_decision(acme):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    adopt(acme, {"level_2_annual_income": "60000"})
    policy = adopt(acme, STRICTER)

    asked = request_options_approval(actor=acme.api_user, account_id=account.pk, request=ApprovalRequest(2))

    assert (asked.status, asked.policy, policy.number) == (ApplicationStatus.LOWER_LEVEL_APPROVED, policy, 2)
    assert asked.reasons[0] == "liquid net worth 60,000 is below the 60,000.01 that level 2 asks"


def test_a_neighbors_policy_decides_nothing_here(acme, globex):
    adopt(globex, STRICTER)
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)

    asked = request_options_approval(actor=acme.api_user, account_id=account.pk, request=ApprovalRequest(2))

    assert (asked.status, asked.policy) == (ApplicationStatus.APPROVED, None)


def test_adopting_the_same_again_changes_nothing(acme):
    first = adopt(acme, STRICTER)

    assert adopt(acme, STRICTER) == first
    assert ApprovalPolicy.objects.count() == 1


@pytest.mark.parametrize(
    ("thresholds", "field", "said"),
    [
        ({"level_2_liquid_net_worth": "4999.99"}, "level_2_liquid_net_worth", "from 5,000 to 1,000,000"),
        ({"level_2_liquid_net_worth": "1000000.01"}, "level_2_liquid_net_worth", "the broker's limits"),
        ({"adult_age": "17"}, "adult_age", "from 18 to 21"),
        ({"level_3": "1"}, "level_3", "is not a threshold"),
        ({"many_dependents": "few"}, "many_dependents", "must be a number"),
    ],
)
def test_a_policy_beyond_the_brokers_limits_is_refused(acme, thresholds, field, said):
    with pytest.raises(PolicyInvalid) as refused:
        adopt(acme, thresholds)

    assert said in refused.value.errors[f"thresholds.{field}"][0]
    assert not ApprovalPolicy.objects.exists()


def test_rules_that_do_not_exist_are_refused(acme):
    with pytest.raises(PolicyInvalid):
        adopt(acme, rule_version="1999-01-1")

    assert not ApprovalPolicy.objects.exists()


@pytest.mark.parametrize("reason", ["", "x", "   "])
def test_a_policy_needs_a_reason(acme, reason):
    with pytest.raises(ReasonTooShort):
        adopt(acme, reason=reason)

    assert not ApprovalPolicy.objects.exists()


@pytest.mark.parametrize("who", ["ops", "reader", "api_user"])
def test_who_is_no_principal_adopts_nothing(acme, who):
    with pytest.raises(NotPermitted):
        adopt(acme, actor=getattr(acme, who))

    assert not ApprovalPolicy.objects.exists()


def test_a_neighbors_principal_finds_no_such_correspondent(acme, globex):
    with pytest.raises(CorrespondentNotFound):
        adopt(acme, actor=globex.rop)

    assert not ApprovalPolicy.objects.exists()


def test_a_principal_of_the_broker_adopts_for_any_correspondent(acme):
    assert adopt(acme, actor=make_staff(Role.ROP, None)).correspondent == acme.correspondent
