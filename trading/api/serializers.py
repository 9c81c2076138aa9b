"""What requests look like. Shapes only: whether the business allows it, the services decide."""

import re
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.functional import cached_property
from rest_framework import serializers

from brokerage.money import plain
from options.choices import AssetClass
from trading.choices import ActivityType, OrderSide
from trading.models import Activity
from trading.order_search import OrderFilter
from trading.order_wire import order_object
from trading.rules.ticket_form import OrderRequest
from trading.services.closing_positions import Closing, Part
from trading.services.replacing import Changes

SYMBOL_LENGTH = 64
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
WORD_LENGTH = 32
ELSEWHERE = ("crypto", "crypto_perp", "ipo")  # classes of the wire that nothing here has


class AmountField(serializers.DecimalField):
    """A JSON number or a decimal string, exactly as sent; NaN and infinities are refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool | list | dict) or (isinstance(data, str) and not DECIMAL.fullmatch(data)):
            self.fail("invalid")
        return super().to_internal_value(data)

    def validate_precision(self, value: Decimal) -> Decimal:
        if value and not -30 <= value.adjusted() <= 30:
            self.fail("invalid")
        return value


class TextField(serializers.CharField):
    """A string, empty where it is absent or null."""

    def __init__(self, *, max_length: int | None = None) -> None:
        super().__init__(required=False, allow_blank=True, default="", max_length=max_length)

    def run_validation(self, data: Any = serializers.empty) -> str:
        if data is None:
            return ""
        if data is not serializers.empty and not isinstance(data, str):
            raise serializers.ValidationError("must be a string")
        return super().run_validation(data)


class Anything(serializers.Field):
    """A value of which only matters whether it was given."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class CommaList(serializers.Field):
    """Several words in one query parameter, separated by commas; of `choices`, where there are any."""

    def __init__(self, *, choices: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices = choices

    def to_internal_value(self, data: Any) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(word.strip() for word in str(data).split(",") if word.strip()))
        unknown = [word for word in words if self.choices and word not in self.choices]
        if unknown:
            raise serializers.ValidationError(f"{unknown[0][:40]} is none of {', '.join(self.choices)}")
        return words


class OrderRequestSerializer(serializers.Serializer):
    """The body of `POST …/orders` (contract/trading.md 2.2)."""

    symbol = TextField(max_length=SYMBOL_LENGTH)
    side = TextField(max_length=WORD_LENGTH)
    type = TextField(max_length=WORD_LENGTH)
    time_in_force = TextField(max_length=WORD_LENGTH)
    qty = AmountField(required=False, allow_null=True, default=None)
    notional = AmountField(required=False, allow_null=True, default=None)
    limit_price = AmountField(required=False, allow_null=True, default=None)
    client_order_id = TextField(max_length=1024)
    position_intent = TextField(max_length=WORD_LENGTH)
    extended_hours = serializers.BooleanField(required=False, allow_null=True, default=False)
    order_class = TextField(max_length=WORD_LENGTH)
    legs = Anything(required=False, allow_null=True, default=None)
    take_profit = Anything(required=False, allow_null=True, default=None)
    stop_loss = Anything(required=False, allow_null=True, default=None)
    stop_price = AmountField(required=False, allow_null=True, default=None)
    commission = AmountField(required=False, allow_null=True, default=None)
    commission_bps = AmountField(required=False, allow_null=True, default=None)
    swap_fee_bps = AmountField(required=False, allow_null=True, default=None)
    trail_price = AmountField(required=False, allow_null=True, default=None)
    trail_percent = AmountField(required=False, allow_null=True, default=None)
    subtag = TextField(max_length=1024)
    source = TextField(max_length=128)  # type: ignore[assignment]
    instructions = Anything(required=False, allow_null=True, default=None)
    advanced_instructions = Anything(required=False, allow_null=True, default=None)

    @cached_property
    def fields(self) -> Any:
        return _order_fields()  # made once: they keep nothing of a request, and making them takes longer than reading

    def to_request(self) -> OrderRequest:
        """Answer the request as the services take it; call after `is_valid`."""
        fields = dict(self.validated_data)
        has_legs = bool(fields.pop("legs"))
        brackets = (fields.pop("take_profit"), fields.pop("stop_loss"))
        instructions = (fields.pop("instructions"), fields.pop("advanced_instructions"))
        fields["symbol"] = fields["symbol"].strip().upper()
        fields["extended_hours"] = bool(fields["extended_hours"])
        return OrderRequest(**fields, has_legs=has_legs, has_brackets=any(brackets), has_instructions=any(instructions))


@cache
def _order_fields() -> Any:
    return serializers.Serializer.fields.func(OrderRequestSerializer())  # type: ignore[attr-defined]


class ReplaceSerializer(serializers.Serializer):
    """The body of `PATCH …/orders/{order_id}` (contract/trading.md 2.7)."""

    qty = AmountField(required=False, allow_null=True, default=None)
    limit_price = AmountField(required=False, allow_null=True, default=None)
    time_in_force = TextField(max_length=WORD_LENGTH)
    client_order_id = TextField(max_length=1024)
    stop_price = AmountField(required=False, allow_null=True, default=None)
    trail = AmountField(required=False, allow_null=True, default=None)
    notional = AmountField(required=False, allow_null=True, default=None)
    advanced_instructions = Anything(required=False, allow_null=True, default=None)

    def to_changes(self) -> Changes:
        """Answer what is to be different; call after `is_valid`."""
        said = dict(self.validated_data)
        has_instructions = bool(said.pop("advanced_instructions"))
        return Changes(**said, has_instructions=has_instructions)


class OrderQuery(serializers.Serializer):
    """The query of `GET …/orders` (contract/trading.md 2.6)."""

    status = serializers.ChoiceField(choices=["open", "closed", "all"], default="open")
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)
    after = serializers.DateTimeField(default=None)
    until = serializers.DateTimeField(default=None)
    direction = serializers.ChoiceField(choices=["asc", "desc"], default="desc")
    side = serializers.ChoiceField(choices=OrderSide.choices, default="")
    symbols = CommaList(default=())
    asset_class = CommaList(default=(), choices=(AssetClass.US_EQUITY, AssetClass.US_OPTION, *ELSEWHERE))
    subtag = serializers.CharField(default="", max_length=128)
    qty_above = AmountField(default=None)
    qty_below = AmountField(default=None)
    before_order_id = serializers.UUIDField(default=None)
    after_order_id = serializers.UUIDField(default=None)
    nested = serializers.BooleanField(default=False, help_text="No order has legs here, so it changes nothing.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["before_order_id"] and attrs["after_order_id"]:
            raise serializers.ValidationError({"before_order_id": "cannot be combined with after_order_id"})
        for name in ("before_order_id", "after_order_id"):
            if attrs[name] and (attrs["after"] or attrs["until"]):
                raise serializers.ValidationError({name: "cannot be combined with after or until"})
        return attrs

    def to_filter(self) -> OrderFilter:
        """Answer the filter; call after `is_valid`."""
        said = dict(self.validated_data)
        same = ("status", "limit", "after", "until", "side", "subtag", "qty_above", "qty_below")
        return OrderFilter(
            ascending=said["direction"] == "asc",
            symbols=tuple(symbol.strip().upper() for symbol in said["symbols"]),
            asset_classes=said["asset_class"],
            before_order=said["before_order_id"],
            after_order=said["after_order_id"],
            **{name: said[name] for name in same},
        )


class PartQuery(serializers.Serializer):
    """The query of `DELETE …/positions/{symbol_or_id}` (contract/trading.md 4.1)."""

    qty = AmountField(required=False, default=None)
    percentage = AmountField(required=False, default=None)

    def to_part(self) -> Part:
        """Answer which part to close; call after `is_valid`."""
        return Part(self.validated_data["qty"], self.validated_data["percentage"])


class CloseAllQuery(serializers.Serializer):
    """The query of `DELETE …/positions`."""

    cancel_orders = serializers.BooleanField(default=False)


class PageQuery(serializers.Serializer):
    """The query of `GET /v1/accounts/positions`."""

    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)


class ActivityQuery(serializers.Serializer):
    """The query of `GET /v1/accounts/activities` (contract/trading.md 5.1)."""

    account_id = serializers.UUIDField(default=None)
    activity_types = CommaList(default=())
    category = serializers.ChoiceField(choices=["trade_activity", "non_trade_activity"], default="")
    order_id = serializers.UUIDField(default=None)
    date = serializers.CharField(default="")
    after = serializers.CharField(default="")
    until = serializers.CharField(default="")
    direction = serializers.ChoiceField(choices=["asc", "desc"], default="desc")
    page_size = serializers.IntegerField(min_value=1, max_value=100, default=None)
    page_token = serializers.RegexField(r"^\d{17}::[0-9a-fA-F-]{36}$", default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["activity_types"] and attrs["category"]:
            raise serializers.ValidationError({"category": "cannot be combined with activity_types"})
        if attrs["date"] and (attrs["after"] or attrs["until"]):
            raise serializers.ValidationError({"date": "cannot be combined with after or until"})
        return attrs


def closing_object(closing: Closing) -> dict[str, Any]:
    """Answer what came of closing one position; `body` is the order or the refusal, and never null."""
    if closing.order is not None:
        order = order_object(closing.order)
        return {"symbol": closing.symbol, "status": 200, "order_id": order["id"], "body": order}
    assert closing.refusal is not None
    return {
        "symbol": closing.symbol,
        "status": closing.refusal.http_status,
        "body": {"symbol": closing.symbol, **closing.refusal.body()},
    }


def activity_object(row: Activity) -> dict[str, Any]:
    """Answer an activity as the wire shows it: a trade (5.3) or a non-trade (5.4) row."""
    return _trade(row) if row.activity_type == ActivityType.FILL else _non_trade(row)


def _trade(row: Activity) -> dict[str, Any]:
    return {
        "id": row.pk,
        "account_id": str(row.account_id),
        "activity_type": row.activity_type,
        "transaction_time": row.at,
        "type": "fill" if row.leaves_quantity == 0 else "partial_fill",
        "price": plain(row.price),
        "qty": plain(row.quantity),
        "side": row.side,
        "symbol": row.asset.symbol if row.asset else "",
        "leaves_qty": plain(row.leaves_quantity),
        "order_id": str(row.order_id),
        "cum_qty": plain(row.cumulative_quantity),
        "order_status": row.order_status,
    }


def _non_trade(row: Activity) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row.pk,
        "account_id": str(row.account_id),
        "activity_type": row.activity_type,
        **({"activity_sub_type": row.sub_type} if row.sub_type else {}),
        "date": row.date,
        "net_amount": plain(row.net_amount),
        "description": row.description,
    }
    if row.asset is not None or row.sub_type or row.activity_type == ActivityType.OPCSH:
        shown["symbol"] = row.asset.symbol if row.asset else ""
    if row.quantity is not None:
        shown["qty"] = plain(row.quantity)
    if row.price is not None:
        shown["price"] = plain(row.price)
    shown["status"] = row.status
    if row.group_id is not None:
        shown["group_id"] = str(row.group_id)
    return shown | {"created_at": row.at, "currency": "USD"}
