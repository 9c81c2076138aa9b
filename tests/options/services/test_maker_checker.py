"""Who made a request decides on it at no door: not in the service, not in the database (AA-21)."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.choices import Role
from accounts.models import Account, Correspondent, Suitability, User
from accounts.record_errors import MakerCannotDecide
from options.choices import ReasonCode, ReviewAct
from options.models import OptionsApplication
from options.rules.review import REASON_CODES, Verdict
from options.services.review import ask_applicant, claim_application, decide_application, reopen_application
from tests.factories import make_staff
from tests.options.requests import make_pending, second_principal
from tests.options.review import everything
from tests.runtime import runtime_role

WHY = "The customer confirmed it on the phone"


@pytest.fixture
def pending(acme):
    return make_pending(acme.correspondent)


def opened_the_account(application, person):
    Account.objects.filter(pk=application.account_id).update(opened_by=person)


def asked_for_the_level(application, person):
    OptionsApplication.objects.filter(pk=application.pk).update(requested_by=person)


def made_the_request(application, person):
    OptionsApplication.objects.filter(pk=application.pk).update(makers=[0, person.pk])


def changed_the_file_since(application, person):
    application.account.terms.makers = [person.pk]
    application.account.terms.save()


def owns_the_account(application, person):
    Account.objects.filter(pk=application.account_id).update(owner=person)


def entered_the_answers(application, person):
    newest = Suitability.objects.filter(account=application.account_id).latest()
    newest.pk, newest.recorded_by = None, person
    newest.save(force_insert=True)


BY_THE_DATABASE = (
    opened_the_account,
    asked_for_the_level,
    made_the_request,
    changed_the_file_since,
    owns_the_account,
)
LEVELS = {ReviewAct.APPROVED: 2, ReviewAct.APPROVED_LOWER: 1, ReviewAct.REJECTED: None}


@pytest.mark.parametrize("did", [*BY_THE_DATABASE, entered_the_answers])
def test_a_maker_does_not_decide(rop, pending, did):
    did(pending, rop)
    before = everything(pending)

    for act, level in LEVELS.items():
        verdict = Verdict(act, level, REASON_CODES[act][0], WHY)
        with pytest.raises(MakerCannotDecide):
            decide_application(actor=rop, application_id=pending.pk, verdict=verdict)
    with pytest.raises(MakerCannotDecide):
        claim_application(actor=rop, application_id=pending.pk)
    with pytest.raises(MakerCannotDecide):
        ask_applicant(actor=rop, application_id=pending.pk, reason_code=ReasonCode.INCOMPLETE, question=WHY)
    assert everything(pending) == before


def test_who_opened_an_account_as_operations_does_not_decide_as_principal(acme):
    clerk = make_staff(Role.OPERATIONS, acme.correspondent, email="clerk@acme.example")
    pending = make_pending(acme.correspondent, opened_by=clerk)
    User.objects.filter(pk=clerk.pk).update(role=Role.ROP)
    promoted = User.objects.get(pk=clerk.pk)
    before = everything(pending)

    verdict = Verdict(ReviewAct.APPROVED, 2, ReasonCode.FACTS_CONFIRMED, WHY)
    with pytest.raises(MakerCannotDecide):
        decide_application(actor=promoted, application_id=pending.pk, verdict=verdict)
    assert pending.makers == [clerk.pk]
    assert everything(pending) == before


@pytest.mark.parametrize("address", ["rop@acme.example", "ROP@acme.example", "rop+options@acme.example"])
def test_a_principal_does_not_decide_on_the_account_in_their_own_name(rop, pending, address):
    Account.objects.filter(pk=pending.account_id).update(email_address=address, registered_email=address.lower())
    before = everything(pending)

    verdict = Verdict(ReviewAct.APPROVED, 2, ReasonCode.FACTS_CONFIRMED, WHY)
    with pytest.raises(MakerCannotDecide):
        decide_application(actor=rop, application_id=pending.pk, verdict=verdict)
    with pytest.raises(IntegrityError):
        write(rop, pending, **decided(rop))
    assert everything(pending) == before


def run(actor, statement, *values):
    """Run a statement at the SQL prompt, as the role that the processes act as; answer how many rows it met."""
    with runtime_role(actor), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def write(actor, application, **columns):
    sets = ", ".join(f"{name} = %s" for name in columns)
    statement = f"UPDATE options_optionsapplication SET {sets} WHERE id = %s"
    return run(actor, statement, *columns.values(), application.pk)


def decided(person, status="REJECTED", level=None):
    return {"status": status, "approved_level": level, "decided_by_id": person.pk, "decided_at": "2026-01-16 12:00Z"}


@pytest.mark.parametrize("did", BY_THE_DATABASE)
@pytest.mark.parametrize(
    "columns",
    [
        lambda person: decided(person),
        lambda person: decided(person, "APPROVED", 2),
        lambda person: {"first_approved_by_id": person.pk},
    ],
    ids=["refuses", "approves", "approves first"],
)
def test_the_database_refuses_a_maker(rop, pending, did, columns):
    did(pending, rop)
    before = everything(pending)

    with pytest.raises(IntegrityError):
        write(rop, pending, **columns(rop))
    assert everything(pending) == before


def test_the_database_refuses_a_maker_who_inserts_a_decided_request(acme, rop, pending):
    OptionsApplication.objects.filter(pk=pending.pk).update(**decided(rop))
    copy = OptionsApplication.objects.get(pk=pending.pk)
    copy.pk, copy.decided_by = None, acme.api_user

    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    assert OptionsApplication.objects.count() == 1


def test_the_database_lets_a_principal_decide(rop, pending):
    assert write(rop, pending, **decided(rop, "APPROVED", 2)) == 1


def test_the_database_asks_two_principals_who_are_two_people(acme, rop, pending):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(principals_for_level_2=2)
    other = second_principal(acme.correspondent)
    before = everything(pending)

    with pytest.raises(IntegrityError, match="two principals approve level 2"):
        write(rop, pending, **decided(rop, "APPROVED", 2))
    with pytest.raises(IntegrityError, match="two_principals_are_two_people"):
        write(rop, pending, **decided(rop, "APPROVED", 2), first_approved_by_id=rop.pk)
    assert everything(pending) == before
    assert write(rop, pending, **decided(other, "APPROVED", 2), first_approved_by_id=rop.pk) == 1


def test_one_principal_is_enough_for_level_1(acme, rop, pending):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(principals_for_level_2=2)

    assert write(rop, pending, **decided(rop, "LOWER_LEVEL_APPROVED", 1)) == 1


def test_a_neighbors_request_is_out_of_reach_of_the_database_too(globex, pending):
    assert write(globex.rop, pending, **decided(globex.rop)) == 0


def test_what_is_on_record_of_a_step_stays(rop, pending):
    verdict = Verdict(ReviewAct.REJECTED, None, ReasonCode.NOT_SUITABLE, WHY)
    decide_application(actor=rop, application_id=pending.pk, verdict=verdict)
    reopen_application(actor=rop, application_id=pending.pk, reason_code=ReasonCode.ERROR_CORRECTED, reason=WHY)
    before = everything(pending)

    for statement in ("UPDATE options_reviewstep SET reason = 'other'", "DELETE FROM options_reviewstep"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(rop, statement)
    assert everything(pending) == before
