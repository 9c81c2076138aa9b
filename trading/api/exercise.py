"""`POST …/positions/{symbol_or_contract_id}/exercise` (contract/trading.md 4.3)."""

from uuid import NAMESPACE_OID, UUID, uuid5

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brokerage.money import plain
from trading.api.serializers import AmountField
from trading.api.views import AccountView
from trading.services.exercise import exercise_position


class ExerciseSerializer(serializers.Serializer):
    """The body, which may be left out: how many contracts, and a commission."""

    qty = AmountField(required=False, allow_null=True, default=None)
    commission = AmountField(required=False, allow_null=True, default=None)


class PositionExercise(AccountView):
    """Exercise a long position, in whole or in part, at once."""

    def post(self, request: Request, account_id: UUID, symbol_or_id: str) -> Response:
        """Exercise, and answer how many contracts were exercised and how many are left.

        Sent again with the same `Idempotency-Key` it answers the first time.
        """
        key = self.idempotency_key
        asked = ExerciseSerializer(data=self.body())
        asked.is_valid(raise_exception=True)
        exercised = exercise_position(
            actor=self.actor,
            account_id=account_id,
            symbol_or_id=symbol_or_id,
            quantity=asked.validated_data["qty"],
            commission=asked.validated_data["commission"],
            one_time_key=None if key is None else uuid5(NAMESPACE_OID, key),
        )
        return Response(
            {"qty_exercised": plain(exercised.qty_exercised), "qty_remaining": plain(exercised.qty_remaining)}
        )
