"""The team page: who works here, what each may do, and how each gets in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import lockout
from accounts.choices import STAFF_ROLES, Role, UserKind
from accounts.errors import StaffNotFound
from accounts.models import User
from accounts.permissions import Permission
from accounts.second_factor import FACTORS, REQUIRED_OF


@dataclass(frozen=True)
class Member:
    """One member of staff, as the team page shows them."""

    user: User
    last_sign_in_at: datetime | None
    has_second_factor: bool
    devices: int
    is_locked: bool
    is_self: bool

    @property
    def needs_second_factor(self) -> bool:
        """Say whether the role needs a factor that is not enrolled yet."""
        return self.user.role in REQUIRED_OF and not self.has_second_factor

    @property
    def state(self) -> str:
        """Answer the member's state, in a word for its mark."""
        if not self.user.is_active:
            return "INACTIVE"
        if self.is_locked:
            return "LOCKED"
        return "ACTIVE" if self.user.has_usable_password() else "INVITED"


def staff_visible_to(actor: User) -> QuerySet[User]:
    """Answer the staff of the actor's correspondent; the broker's staff sees everybody's and its own."""
    staff = User.objects.filter(kind=UserKind.STAFF).select_related("correspondent")
    return staff if actor.sees_every_correspondent else staff.filter(correspondent_id=actor.correspondent_id)  # type: ignore[misc]


def list_team(actor: User, *, house: str = "") -> list[Member]:
    """Answer the team, active members first, in a constant number of queries.

    `house` is the code of a correspondent, or `broker` for the broker's own; empty is everybody.
    """
    actor.require(Permission.MANAGE_STAFF)
    staff = staff_visible_to(actor)
    if house == "broker":
        staff = staff.filter(correspondent=None)
    elif house:
        staff = staff.filter(correspondent__code=house)
    return _members(actor, staff.order_by("-is_active", "correspondent__code", "name", "email"))


def get_member(actor: User, member_id: int) -> Member:
    """Answer one member, or raise `StaffNotFound`."""
    actor.require(Permission.MANAGE_STAFF)
    found = _members(actor, staff_visible_to(actor).filter(pk=member_id))
    if not found:
        raise StaffNotFound
    return found[0]


def _members(actor: User, staff: QuerySet[User]) -> list[Member]:
    signed_in = UserSession.objects.filter(user_id=OuterRef("pk")).order_by().values("user_id")
    rows = list(
        staff.annotate(
            enrolled=Exists(Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=FACTORS)),
            device_count=Coalesce(
                Subquery(signed_in.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
            ),
        )
    )
    locked = lockout.locked_emails([row.email for row in rows])
    return [
        Member(
            user=row,
            last_sign_in_at=row.last_login,
            has_second_factor=row.enrolled,
            devices=row.device_count,
            is_locked=row.email in locked,
            is_self=row.pk == actor.pk,
        )
        for row in rows
    ]


def roles() -> list[tuple[str, str]]:
    """Answer the roles that staff can have, with their labels."""
    return [(role.value, role.label) for role in (Role(role) for role in STAFF_ROLES)]
