"""The sandbox's door to the clearing house: contracts assigned as a notice of it would assign them."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import actor_of
from accounts.models import User
from accounts.permissions import Permission
from accounts.services.users import system_user
from brokerage import clock
from brokerage.database_session import everybody
from brokerage.ids import time_ordered_id
from brokerage.money import plain
from brokerage.sandbox import SandboxView
from trading.assignment_tasks import post_notice
from trading.choices import NoticeSource
from trading.models import Assignment, AssignmentNotice
from trading.rules.assignment_notices import LONGEST_REFERENCE, MOST_CONTRACTS, NoticeTicket
from trading.services.assignment import exercise_day, receive_notice


class AssignmentRequest(serializers.Serializer):
    """`{"symbol", "qty", "exercise_date"?: day, "reference"?: of the notice, "seed"?: of the draw}`."""

    symbol = serializers.CharField(max_length=32)
    qty = serializers.DecimalField(
        max_digits=12, decimal_places=0, min_value=Decimal(1), max_value=Decimal(MOST_CONTRACTS)
    )
    exercise_date = serializers.DateField(required=False, default=None)
    reference = serializers.CharField(max_length=LONGEST_REFERENCE, required=False, default="")
    seed = serializers.CharField(max_length=64, required=False, default="")


class Assignments(SandboxView):
    """`/v1/sandbox/assignments`."""

    def post(self, request: Request) -> Response:
        """Assign contracts, allocate them over every correspondent's customers, post them, and answer the caller's.

        Without an `exercise_date` it is the newest day of trading that has begun: before the open the
        notice is of the day before, as it is in life.
        """
        actor = actor_of(request)
        actor.require(Permission.CONTROL_SANDBOX)
        asked = AssignmentRequest(data=self.body())
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        ticket = NoticeTicket(
            reference=values["reference"] or f"sandbox-{time_ordered_id()}",
            symbol="".join(values["symbol"].split()),
            quantity=int(values["qty"]),
            exercised_on=values["exercise_date"] or exercise_day(clock.now()),
        )
        with everybody():  # it acts on the customers of all; what it answers is the caller's own
            notice = receive_notice(
                actor=system_user(), ticket=ticket, source=NoticeSource.SANDBOX, seed=values["seed"]
            )
            post_notice(notice.pk)
            fell_to = list(notice.assignments.order_by("account_id"))
        return Response(_shown(actor, notice, fell_to))


def _shown(actor: User, notice: AssignmentNotice, fell_to: list[Assignment]) -> dict[str, Any]:
    own = [one for one in fell_to if one.correspondent_id == actor.correspondent_id]
    elsewhere = sum((one.quantity for one in fell_to), Decimal(0)) - sum((one.quantity for one in own), Decimal(0))
    return {
        "reference": notice.reference,
        "symbol": notice.asset.symbol,
        "qty": plain(notice.quantity),
        "exercise_date": notice.exercised_on.isoformat(),
        "method": notice.method,
        "allocations": [
            {
                "id": str(one.pk),
                "account_id": str(one.account_id),
                "qty": plain(one.quantity),
                "group_id": str(one.group_id) if one.group_id else None,
                "cover_missing": one.missing,
            }
            for one in own
        ],
        "elsewhere": {"qty": plain(elsewhere), "accounts": len(fell_to) - len(own)},
    }
