"""Let staff in, change what they may do, and shut them out (house style 3)."""

from uuid import UUID

from allauth.core.ratelimit import clear
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import acting, devices, invitations
from accounts.audit_access import SIGN_IN, record_for
from accounts.choices import STAFF_ROLES, AuditAct, Role, UserKind
from accounts.errors import (
    CorrespondentNotFound,
    LastAdministrator,
    NoSecondFactor,
    OwnAccessImmutable,
    ReasonNeeded,
    StaffEmailTaken,
    StaffNameInvalid,
    StaffNotFound,
    StaffRoleUnknown,
)
from accounts.models import Correspondent, User
from accounts.permissions import Permission
from accounts.services.users import read_email
from accounts.team import staff_visible_to
from brokerage import clock

LONGEST_NAME = 120
REASON_LENGTHS = range(3, 1001)


@transaction.atomic(durable=True)
def add_member(*, actor: User, email: str, name: str, role: str, correspondent_id: UUID | None) -> User:
    """Add a member of staff, who gets a mail with a link to choose a password.

    Staff of a correspondent add to their own; staff of the broker to any, or to the broker.
    Raises `StaffNameInvalid`, `StaffRoleUnknown`, `StaffEmailInvalid`, `StaffEmailTaken` or
    `CorrespondentNotFound`.
    """
    actor.require(Permission.MANAGE_STAFF)
    acting.claim(actor)
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or "\x00" in name:
        raise StaffNameInvalid
    _require_staff_role(role)
    email = read_email(email)
    if not actor.sees_every_correspondent and correspondent_id != actor.correspondent_id:
        raise CorrespondentNotFound(code=correspondent_id or "")
    if correspondent_id is not None and not Correspondent.objects.filter(pk=correspondent_id).exists():
        raise CorrespondentNotFound(code=correspondent_id)
    if User.objects.filter(email=email).exists():
        raise StaffEmailTaken(email=email)
    try:
        with transaction.atomic():
            member = User.objects.create_user(
                email,
                name=name,
                kind=UserKind.STAFF,
                role=role,
                correspondent_id=correspondent_id,
                created_at=clock.now(),
            )
    except IntegrityError:
        raise StaffEmailTaken(email=email) from None
    invitations.invite(member, inviter=actor, kind=invitations.STAFF)
    return member


@transaction.atomic(durable=True)
def invite_again(*, actor: User, member_id: int) -> User:
    """Send the link to choose a password once more."""
    member = _lock_member(actor, member_id)
    invitations.invite(member, inviter=actor, kind=invitations.STAFF)
    return member


@transaction.atomic(durable=True)
def change_role(*, actor: User, member_id: int, role: str) -> User:
    """Give a member another role. It holds at once; what is open in their browser asks for it at the next click."""
    member = _lock_member(actor, member_id)
    _require_staff_role(role)
    _require_somebody_else(actor, member)
    if role == member.role:
        return member
    if member.role == Role.ADMIN:
        _require_another_admin(member)
    member.role = role
    member.save(update_fields=["role"])
    return member


@transaction.atomic(durable=True)
def deactivate(*, actor: User, member_id: int) -> User:
    """Shut a member out and end their sessions. What they did stays theirs."""
    member = _lock_member(actor, member_id)
    _require_somebody_else(actor, member)
    if member.role == Role.ADMIN and member.is_active:
        _require_another_admin(member)
    member.is_active = False
    member.save(update_fields=["is_active"])
    devices.end_devices(member)
    return member


@transaction.atomic(durable=True)
def reactivate(*, actor: User, member_id: int) -> User:
    """Let a member in again, with the password and the factors that they had."""
    member = _lock_member(actor, member_id)
    _require_somebody_else(actor, member)
    member.is_active = True
    member.save(update_fields=["is_active"])
    return member


@transaction.atomic(durable=True)
def reset_second_factor(*, actor: User, member_id: int, reason: str) -> User:
    """Take away a member's factors, whose telephone is lost, say, and end their sessions; `reason` is kept.

    Where the role needs a second factor, enrolling one is all that the next sign-in leads to.
    """
    member = _lock_member(actor, member_id)
    _require_somebody_else(actor, member)
    reason = reason.strip()
    if len(reason) not in REASON_LENGTHS or "\x00" in reason:
        raise ReasonNeeded
    acting.give_reason(reason)
    removed, _ = Authenticator.objects.filter(user=member).delete()
    if not removed:
        raise NoSecondFactor(name=member)
    devices.end_devices(member)
    return member


@transaction.atomic(durable=True)
def unlock(*, actor: User, member_id: int) -> User:
    """Forget a member's failed attempts, so that they need not wait for the lock to end."""
    member = _lock_member(actor, member_id)
    forgotten, _ = AccessAttempt.objects.filter(username=member.email).delete()
    for key in (f"sign-in:{member.email}", f"mfa-auth-user-{member.pk}"):
        clear(HttpRequest(), action="login_failed", key=key)
    if forgotten:
        record_for(actor, member, AuditAct.CHANGED, SIGN_IN, reason="unlocked")
    return member


def _lock_member(actor: User, member_id: int) -> User:
    """Lock a member of staff whom the actor may manage; anybody else does not exist."""
    actor.require(Permission.MANAGE_STAFF)
    acting.claim(actor)
    found = staff_visible_to(actor).filter(pk=member_id).select_for_update(of=("self",)).first()
    if found is None:
        raise StaffNotFound
    return found


def _require_staff_role(role: str) -> None:
    if role not in STAFF_ROLES:
        raise StaffRoleUnknown(role=role, roles=", ".join(STAFF_ROLES))


def _require_somebody_else(actor: User, member: User) -> None:
    if actor.pk == member.pk:
        raise OwnAccessImmutable


def _require_another_admin(member: User) -> None:
    """Refuse unless another active administrator stays. All are locked: two cannot remove each other at once."""
    admins = User.objects.filter(kind=UserKind.STAFF, role=Role.ADMIN, is_active=True).filter(
        correspondent_id=member.correspondent_id  # type: ignore[misc]
    )
    if not any(other.pk != member.pk for other in admins.order_by("pk").select_for_update()):
        raise LastAdministrator(name=member)
