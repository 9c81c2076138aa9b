"""What stands between an account and a level, and decisions that come out the same again."""

import pytest
from django.core.management import CommandError, call_command

from accounts.choices import Review
from accounts.errors import AccountNotFound
from accounts.models import Account, Correspondent, Disclosures
from options.approval_selectors import find_difference, rerun, what_stands_between
from options.choices import ApplicationStatus
from options.errors import LevelNotOffered, RuleSetGone
from options.models import OptionsApplication
from options.rules.requests import ApprovalRequest, Fixture
from options.services.applications import request_for_opening, request_options_approval
from options.services.policies import PolicyToAdopt, adopt_policy
from tests.factories import make_account, nowhere
from tests.options.applicants import SOUND_ANSWERS


def ask(acme, account, level, fixture=None):
    request = ApprovalRequest(level, fixture)
    return request_options_approval(actor=acme.api_user, account_id=account.pk, request=request)


def rules_between(actor, account, level):
    return [reason.rule for reason in what_stands_between(actor, account.pk, level)]


def test_what_stands_between_is_answered_before_and_after_asking(acme):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"identity.liquid_net_worth_min": "8000"})

    before = what_stands_between(acme.reader, account.pk, 2)
    asked = ask(acme, account, 2)

    assert [reason.text for reason in before] == ["liquid net worth 8,000 is below the 10,000 that level 2 asks"]
    assert what_stands_between(acme.reader, account.pk, 2) == before
    assert asked.reasons[0] == before[0].text
    assert what_stands_between(acme.reader, account.pk, 1) == ()


def test_of_an_incomplete_file_the_gaps_are_named_and_the_rest_is_judged(acme):
    account = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    account.suitability.update(annual_income_min=None, risk_tolerance="conservative")

    assert rules_between(acme.ops, account, 2) == [
        "answer_annual_income_min",
        "flag_conservative_at_level_2",
        "level_2_risk_tolerance",
    ]
    assert not OptionsApplication.objects.exists()


def test_nothing_is_told_of_a_neighbors_account_or_of_another_level(acme, globex):
    account = make_account(acme.correspondent)

    for account_id in (account.pk, nowhere()):
        with pytest.raises(AccountNotFound):
            what_stands_between(globex.ops, account_id, 1)
    with pytest.raises(LevelNotOffered):
        what_stands_between(acme.ops, account.pk, 3)


@pytest.fixture
def every_kind_of_decision(acme):
    """Ask in every way that is decided, then change all that was judged."""
    sound, sample = make_account(acme.correspondent, changes=SOUND_ANSWERS), make_account(acme.correspondent)
    poor = make_account(acme.correspondent, changes=SOUND_ANSWERS | {"identity.liquid_net_worth_min": "8000"})
    ask(acme, sample, 2)
    ask(acme, poor, 2)
    poor.suitability.update(liquid_net_worth_min="9000")
    ask(acme, poor, 2)
    policy = PolicyToAdopt("Stricter for a while", thresholds={"level_1_annual_income": "50000.01"})
    adopt_policy(actor=acme.rop, correspondent_id=acme.correspondent.pk, policy=policy)
    request_for_opening(actor=acme.api_user, account_id=sound.pk)
    ask(acme, sound, 2)
    other = make_account(acme.correspondent, changes=SOUND_ANSWERS)
    for status in (ApplicationStatus.REJECTED, ApplicationStatus.APPROVED):
        ask(acme, other, 2, Fixture(status))
    ask(acme, other, 1)

    for account in Account.objects.filter(kind="customer"):
        account.suitability.update(annual_income_min=1, marital_status="WIDOWED", investment_objective="growth")
        account.agreements.all().delete()
    Disclosures.objects.update(is_control_person=True)
    Correspondent.objects.update(options_review=Review.PERSON)
    relaxed = PolicyToAdopt("Relaxed again", thresholds={"level_1_liquid_net_worth": "1000"})
    adopt_policy(actor=acme.rop, correspondent_id=acme.correspondent.pk, policy=relaxed)
    return list(OptionsApplication.objects.select_related("policy").order_by("id"))


def test_any_stored_decision_comes_out_the_same_in_the_same_words(every_kind_of_decision):
    found = [(one.status, one.requested_level, one.is_fixture) for one in every_kind_of_decision]

    assert found == [
        ("PENDING", 2, False),
        ("LOWER_LEVEL_APPROVED", 2, False),
        ("PENDING", 2, False),
        ("REJECTED", 1, False),
        ("REJECTED", 2, False),
        ("REJECTED", 2, True),
        ("APPROVED", 2, True),
        ("APPROVED", 1, False),
    ]
    for application in every_kind_of_decision:
        again = rerun(application)
        assert (again.status, again.level) == (application.status, application.approved_level)
        assert [reason.text for reason in again.reasons] == application.reasons
        assert [reason.rule for reason in again.reasons] == application.reason_rules
    call_command("rerun_approvals")


def test_a_decision_that_was_tampered_with_is_found(every_kind_of_decision, capsys):
    rejected = every_kind_of_decision[3]
    tampered = {"status": "APPROVED", "approved_level": 1, "ruled_status": "APPROVED", "ruled_level": 1}
    OptionsApplication.objects.filter(pk=rejected.pk).update(**tampered)

    with pytest.raises(CommandError, match="1 of 8 decisions come out otherwise"):
        call_command("rerun_approvals")

    assert (
        f"{rejected.pk} of account {rejected.account_id}: was APPROVED, comes out REJECTED" in capsys.readouterr().out
    )


def test_what_a_person_decided_is_pending_by_the_rules(acme, every_kind_of_decision):
    pending = every_kind_of_decision[0]
    columns = {"status": "REJECTED", "decided_by": acme.rop, "decided_at": pending.created_at}
    OptionsApplication.objects.filter(pk=pending.pk).update(**columns)

    assert find_difference(OptionsApplication.objects.get(pk=pending.pk)) is None


def test_rules_that_are_no_longer_here_are_named(every_kind_of_decision):
    gone = every_kind_of_decision[0]
    gone.rule_version = "1999-01-1"

    with pytest.raises(RuleSetGone) as refused:
        rerun(gone)

    assert str(refused.value) == "the rules 1999-01-1 are not part of this version"
