"""Agree with a correspondent what it may see of the market, for a test."""

from datetime import date
from typing import Any

from accounts.choices import Role
from accounts.models import Correspondent, User
from options.models import DataEntitlement
from options.rules.data_access import EntitlementTicket
from options.services.data_access import change_entitlement
from tests.factories import make_staff

SIGNED = {"signed_by": "Ada Park", "signed_on": date(2026, 1, 5)}


def broker_admin() -> User:
    """Answer an administrator of the broker, made where there is none."""
    return User.objects.filter(role=Role.ADMIN, correspondent=None).first() or make_staff(Role.ADMIN, None)


def entitle(correspondent: Correspondent, feed: str, **changes: Any) -> DataEntitlement:
    """Let a correspondent see a feed from now on."""
    newest = correspondent.data_entitlements.order_by("pk").last()
    ticket = EntitlementTicket(**{"feed": feed, "reason": "agreed with the partner", **SIGNED} | changes)
    return change_entitlement(
        actor=broker_admin(),
        correspondent_id=correspondent.pk,
        ticket=ticket,
        seen=newest.pk if newest else None,
    )
