"""Do not exercise, over REST (contract/trading.md 4.4). Listing and withdrawing are our own additions."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brokerage.api import BadPageToken, read_page_token
from brokerage.money import plain
from trading.api.serializers import AmountField, CommaList
from trading.api.views import AccountView
from trading.choices import InstructionStatus
from trading.instruction_listing import DO_NOT_EXERCISE_STATUSES, INSTRUCTION_KEYS, page_do_not_exercise
from trading.models import Instruction
from trading.rules.do_not_exercise import DoNotExerciseRequest
from trading.services.do_not_exercise import file_do_not_exercise, withdraw_do_not_exercise

MOST_ROWS = 500


class DoNotExerciseSerializer(serializers.Serializer):
    """The body of `POST …/do-not-exercise`, which may be empty: without `qty` it is the whole position."""

    qty = AmountField(required=False, allow_null=True, default=None)

    def to_request(self) -> DoNotExerciseRequest:
        """Answer what is asked."""
        return DoNotExerciseRequest(self.validated_data["qty"])


class InstructionQuery(serializers.Serializer):
    """The query of the list."""

    status = CommaList(choices=DO_NOT_EXERCISE_STATUSES, default="")
    limit = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, default=50)
    page_token = serializers.CharField(default="")


class PositionDoNotExercise(AccountView):
    """`…/positions/{symbol_or_contract_id}/do-not-exercise`: mark a position, or take the mark away."""

    def post(self, request: Request, account_id: UUID, symbol_or_id: str) -> Response:
        """Have contracts not exercised at expiration; answers 200 without a body."""
        asked = DoNotExerciseSerializer(data=self.body())
        asked.is_valid(raise_exception=True)
        file_do_not_exercise(
            actor=self.actor, account_id=account_id, symbol_or_id=symbol_or_id, asked=asked.to_request()
        )
        return Response()

    def delete(self, request: Request, account_id: UUID, symbol_or_id: str) -> Response:
        """Withdraw what is in force, until the cut-off; 204."""
        withdraw_do_not_exercise(actor=self.actor, account_id=account_id, symbol_or_id=symbol_or_id)
        return Response(status=204)


class DoNotExerciseList(AccountView):
    """`GET …/do-not-exercise`: every such instruction of the account, in force or not."""

    def get(self, request: Request, account_id: UUID) -> Response:
        """Answer `{"instructions": […], "next_page_token": …}`, the last received first."""
        asked = InstructionQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        page = page_do_not_exercise(
            self.account(account_id),
            statuses=said["status"] or (),
            size=said["limit"],
            after=_token(said["page_token"]),
        )
        return Response(
            {"instructions": [instruction_object(row) for row in page.rows], "next_page_token": page.after or None}
        )


def instruction_object(instruction: Instruction) -> dict[str, Any]:
    """Answer a do-not-exercise: of what, how it came in, and how it stands."""
    return {
        "id": str(instruction.pk),
        "account_id": str(instruction.account_id),
        "asset_id": str(instruction.asset_id),
        "symbol": instruction.asset.symbol,
        "qty": plain(instruction.quantity),
        "status": InstructionStatus(instruction.status).value,
        "source": instruction.source,
        "received_at": instruction.received_at,
        "entered_at": instruction.entered_at,
        "confirmed_at": instruction.confirmed_at,
        "ended_at": instruction.ended_at,
        "reason": instruction.reason,
    }


def _token(text: str) -> str:
    """Answer the token of a page, or raise `BadPageToken` where this server did not give it."""
    if not text:
        return ""
    at, number = read_page_token(text, len(INSTRUCTION_KEYS))
    try:
        serializers.DateTimeField().run_validation(at)
        serializers.UUIDField().run_validation(number)
    except serializers.ValidationError:
        raise BadPageToken from None
    return text
