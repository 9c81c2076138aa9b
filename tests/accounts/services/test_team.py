"""Letting staff in, changing what they may do, and shutting them out."""

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.auth import get_user
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.choices import AuditAct, Role
from accounts.errors import (
    CorrespondentNotFound,
    LastAdministrator,
    NoSecondFactor,
    OwnAccessImmutable,
    ReasonNeeded,
    StaffEmailInvalid,
    StaffEmailTaken,
    StaffNameInvalid,
    StaffNotFound,
    StaffRoleUnknown,
)
from accounts.models import AuditEntry, User
from accounts.services.team import (
    add_member,
    change_role,
    deactivate,
    invite_again,
    reactivate,
    reset_second_factor,
    unlock,
)
from brokerage.errors import NotPermitted
from tests.factories import PASSWORD, make_staff

NEW = {"email": "new@acme.example", "name": "Newcomer", "role": "operations"}


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def mails(django_capture_on_commit_callbacks):
    """Answer what an act sends once it is committed: `mails(lambda: act())`."""

    def sent(act):
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return mail.outbox

    return sent


@pytest.fixture
def admin(acme):
    return make_staff(Role.ADMIN, acme.correspondent)


@pytest.fixture
def broker(db):
    return make_staff(Role.ADMIN, None)


def add(actor, correspondent, **changes):
    return add_member(actor=actor, correspondent_id=correspondent and correspondent.pk, **(NEW | changes))


def test_a_new_member_gets_a_link_and_chooses_a_password(admin, acme, mails):
    mails(lambda: add(admin, acme.correspondent, email=" New@ACME.example "))

    member = User.objects.get(email="new@acme.example")
    assert (member.name, member.role, member.correspondent) == ("Newcomer", "operations", acme.correspondent)
    assert not member.has_usable_password()
    assert [message.to for message in mail.outbox] == [["new@acme.example"]]
    assert "http://localhost:8000/sign-in/password/" in mail.outbox[0].body


def test_staff_of_the_broker_add_to_any_firm_and_to_the_broker(broker, globex):
    assert add(broker, globex.correspondent).correspondent == globex.correspondent
    assert add(broker, None, email="other@broker.example").sees_every_correspondent


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": " "}, StaffNameInvalid),
        ({"name": "x" * 121}, StaffNameInvalid),
        ({"email": "nonsense"}, StaffEmailInvalid),
        ({"email": "Operations@acme.example"}, StaffEmailTaken),
        ({"role": "customer"}, StaffRoleUnknown),
        ({"role": "system"}, StaffRoleUnknown),
    ],
)
def test_what_is_wrong_about_a_new_member_adds_nobody(admin, acme, changes, refusal):
    before = User.objects.count()

    with pytest.raises(refusal):
        add(admin, acme.correspondent, **changes)

    assert User.objects.count() == before
    assert mail.outbox == []


def test_staff_of_a_firm_add_to_their_own_only(admin, globex):
    before = User.objects.count()

    for house in (globex.correspondent, None):
        with pytest.raises(CorrespondentNotFound):
            add(admin, house)

    assert User.objects.count() == before


@pytest.mark.parametrize(
    "act",
    [
        lambda actor, member: change_role(actor=actor, member_id=member.pk, role="viewer"),
        lambda actor, member: deactivate(actor=actor, member_id=member.pk),
        lambda actor, member: reactivate(actor=actor, member_id=member.pk),
        lambda actor, member: reset_second_factor(actor=actor, member_id=member.pk, reason="lost"),
        lambda actor, member: unlock(actor=actor, member_id=member.pk),
        lambda actor, member: invite_again(actor=actor, member_id=member.pk),
    ],
)
def test_only_who_manages_staff_acts_and_a_neighbor_does_not_exist(act, admin, acme, globex):
    with pytest.raises(NotPermitted):
        act(acme.reader, acme.rop)
    with pytest.raises(StaffNotFound):
        act(admin, globex.rop)
    with pytest.raises(StaffNotFound):
        act(admin, acme.api_user)

    assert User.objects.get(pk=globex.rop.pk).role == Role.ROP
    assert User.objects.get(pk=acme.rop.pk).is_active
    assert Authenticator.objects.filter(user__in=[acme.rop, globex.rop]).count() == 2
    assert mail.outbox == []


def test_nobody_changes_their_own_role_or_shuts_themselves_out(admin):
    for act in (
        lambda: change_role(actor=admin, member_id=admin.pk, role="viewer"),
        lambda: deactivate(actor=admin, member_id=admin.pk),
        lambda: reset_second_factor(actor=admin, member_id=admin.pk, reason="lost telephone"),
    ):
        with pytest.raises(OwnAccessImmutable):
            act()

    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)


def test_the_last_administrator_of_a_firm_stays(admin, broker):
    with pytest.raises(LastAdministrator):
        change_role(actor=broker, member_id=admin.pk, role="viewer")
    with pytest.raises(LastAdministrator):
        deactivate(actor=broker, member_id=admin.pk)
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)

    other = make_staff(Role.ADMIN, admin.correspondent, email="second@acme.example")
    deactivate(actor=other, member_id=admin.pk)

    assert not User.objects.get(pk=admin.pk).is_active


def test_a_deactivated_member_is_out_at_once_and_comes_back_as_before(admin, ops):
    browser = Client()
    browser.post("/sign-in", {"login": ops.email, "password": PASSWORD})
    assert get_user(browser) == ops

    deactivate(actor=admin, member_id=ops.pk)

    assert not get_user(browser).is_authenticated
    assert browser.post("/sign-in", {"login": ops.email, "password": PASSWORD}).status_code == 422

    reactivate(actor=admin, member_id=ops.pk)

    assert browser.post("/sign-in", {"login": ops.email, "password": PASSWORD}).status_code == 302


def test_a_reset_takes_the_factors_away_for_a_reason_that_is_kept(admin, rop):
    with pytest.raises(ReasonNeeded):
        reset_second_factor(actor=admin, member_id=rop.pk, reason=" x ")
    assert Authenticator.objects.filter(user=rop).count() == 1

    reset_second_factor(actor=admin, member_id=rop.pk, reason="The telephone was stolen")

    assert not Authenticator.objects.filter(user=rop).exists()
    entry = AuditEntry.objects.get(subject="Authenticator", act=AuditAct.DELETED)
    assert (entry.actor_id, entry.reason) == (admin.pk, "The telephone was stolen")
    assert (entry.before["user_id"], entry.before["type"], entry.before["data"]) == (rop.pk, "totp", "hidden")
    with pytest.raises(NoSecondFactor):
        reset_second_factor(actor=admin, member_id=rop.pk, reason="once more")


def test_who_is_unlocked_need_not_wait(admin, ops):
    browser = Client()
    for _ in range(5):
        browser.post("/sign-in", {"login": ops.email, "password": "not it"})
    assert browser.post("/sign-in", {"login": ops.email, "password": PASSWORD}).status_code == 429

    unlock(actor=admin, member_id=ops.pk)

    assert not AccessAttempt.objects.exists()
    assert AuditEntry.objects.get(subject="sign_in", act=AuditAct.CHANGED).actor_id == admin.pk
    assert browser.post("/sign-in", {"login": ops.email, "password": PASSWORD}).status_code == 302


def test_a_link_can_be_sent_again(admin, ops, mails):
    assert [message.to for message in mails(lambda: invite_again(actor=admin, member_id=ops.pk))] == [[ops.email]]
