"""The sandbox's door to the paper venue: an execution busted or corrected, as a venue would report it."""

from decimal import Decimal

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import actor_of
from brokerage import clock
from brokerage.ids import time_ordered_id
from brokerage.sandbox import SandboxView
from trading.order_wire import order_object
from trading.services.corrections import BustReport, CorrectionReport, bust_fill, correct_fill
from trading.trade_history import get_execution


class BustRequest(serializers.Serializer):
    """`{"execution_id": uuid, "price"?: per share, "qty"?: number}`: without the last two it never was."""

    execution_id = serializers.UUIDField()
    price = serializers.DecimalField(
        max_digits=12, decimal_places=4, min_value=Decimal("0.0001"), required=False, default=None
    )
    qty = serializers.DecimalField(max_digits=12, decimal_places=0, min_value=Decimal(1), required=False, default=None)


class Busts(SandboxView):
    """`/v1/sandbox/busts`."""

    def post(self, request: Request) -> Response:
        """Bust an execution of the key's correspondent, or correct its price or quantity; answer the order."""
        asked = BustRequest(data=self.body())
        asked.is_valid(raise_exception=True)
        price, quantity = asked.validated_data["price"], asked.validated_data["qty"]
        busted_id = asked.validated_data["execution_id"]
        fill = get_execution(actor_of(request), busted_id)
        own_id, now = time_ordered_id(), clock.now()
        if price is None and quantity is None:
            order = bust_fill(report=BustReport(own_id, busted_id, now))
        else:
            facts = (quantity or fill.quantity or Decimal(0), price or fill.price or Decimal(0))
            order = correct_fill(report=CorrectionReport(own_id, busted_id, now, *facts))
        ids = {"execution_id": str(own_id), "previous_execution_id": str(busted_id)}
        return Response(ids | {"order": order_object(order)})
