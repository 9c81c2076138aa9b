"""Orders, and the refusals of those that never became one."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.auditing import Audited
from accounts.models import Account, Correspondent, User
from brokerage.fields import PriceField, QuantityField
from brokerage.ids import time_ordered_id
from brokerage.money import cents_up
from options.choices import Strategy
from options.models import Asset
from options.rules.asset_ids import USD_ID
from trading.choices import OrderOrigin, OrderSide, OrderStatus, OrderType, PositionIntent, TimeInForce
from trading.rules.order_status import OPEN_STATUSES

PRICE_STEP = Decimal("0.0001")
# What a fill moves stands in the ledger, execution by execution, and not in the audit trail too.
MOVED_BY_FILLS = ("filled_quantity", "filled_value", "filled_at", "hold_quantity", "updated_at")
NOT_A_FILL = pgtrigger.Condition(
    "OLD.filled_quantity = NEW.filled_quantity AND (NEW.status NOT IN ('pending_new', 'new')"
    " OR OLD.quantity <> NEW.quantity OR OLD.limit_price IS DISTINCT FROM NEW.limit_price)"
)


WAITS_TO_REPLACE = Q(status=OrderStatus.ACCEPTED, replaces__isnull=False)


class OrderQuerySet(models.QuerySet["Order"]):
    """Reads of orders."""

    def open(self) -> "OrderQuerySet":
        """Answer the orders that can still fill or be cancelled."""
        return self.filter(status__in=OPEN_STATUSES)

    def waiting_to_replace(self) -> "OrderQuerySet":
        """Answer the orders whose swap with another one the venue has not confirmed."""
        return self.filter(WAITS_TO_REPLACE)


class Order(models.Model):
    """An accepted order, the one asset that it holds, and how far it has come.

    While the order is open it holds `hold_quantity` of `hold_asset`: dollars for a buy and for
    the collateral of a put, the thing itself for a sale, the underlying shares for a covered
    call. Free is what the position has less what its short contracts and open orders hold.

    One that `replaces` another waits, accepted, for the venue to swap them: until then it holds
    only what it needs beyond the other, and afterwards the other is `replaced_by` it.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="orders", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+")
    client_order_id = models.CharField(max_length=128)
    subtag = models.CharField(max_length=128, blank=True)
    side = models.CharField(max_length=4, choices=OrderSide)
    type = models.CharField(max_length=10, choices=OrderType)
    time_in_force = models.CharField(max_length=3, choices=TimeInForce)
    quantity = QuantityField()
    limit_price = PriceField(null=True)
    position_intent = models.CharField(max_length=13, choices=PositionIntent)
    strategy = models.CharField(max_length=20, choices=Strategy)
    status = models.CharField(max_length=20, choices=OrderStatus)
    filled_quantity = QuantityField(default=Decimal(0))
    filled_value = QuantityField(default=Decimal(0), help_text="Sum of price times quantity over the executions.")
    hold_asset = models.ForeignKey(Asset, models.PROTECT, related_name="+", db_index=False)
    hold_quantity = QuantityField()
    hold_per_unit = QuantityField(help_text="Held for each share or contract that is still to fill.")
    origin = models.CharField(max_length=12, choices=OrderOrigin, default=OrderOrigin.CUSTOMER)
    origin_reason = models.CharField(max_length=255, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    submitted_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    filled_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replacements", db_index=False)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    replaced_at = models.DateTimeField(null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "client_order_id"], name="a_client_order_id_is_used_once_in_an_account"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="an_order_has_a_quantity"),
            models.CheckConstraint(
                condition=Q(filled_quantity__gte=0, filled_quantity__lte=F("quantity")),
                name="an_order_fills_to_its_quantity_at_most",
            ),
            models.CheckConstraint(
                condition=Q(type=OrderType.LIMIT, limit_price__gt=0) | Q(type=OrderType.MARKET, limit_price=None),
                name="a_limit_order_has_a_limit_and_a_market_order_none",
            ),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.REPLACED, replaced_by__isnull=False, replaced_at__isnull=False)
                | (~Q(status=OrderStatus.REPLACED) & Q(replaced_by__isnull=True, replaced_at__isnull=True)),
                name="a_replaced_order_says_by_which_and_when",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN_STATUSES) | Q(hold_quantity=0), name="only_an_open_order_holds_anything"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "hold_asset"],
                include=["hold_quantity"],
                condition=Q(hold_quantity__gt=0),
                name="what_the_open_orders_hold",
            ),
            models.Index(
                fields=["account", "asset"], condition=Q(status__in=OPEN_STATUSES), name="open_orders_in_an_asset"
            ),
            models.Index(fields=["replaces"], condition=WAITS_TO_REPLACE, name="orders_that_wait_to_replace"),
            models.Index(fields=["id"], condition=Q(status=OrderStatus.PENDING_NEW), name="orders_for_the_venue"),
            models.Index(fields=["expires_at"], condition=Q(status__in=OPEN_STATUSES), name="open_orders_by_expiry"),
            models.Index(fields=["account", "-submitted_at", "-id"], name="orders_of_an_account"),
            models.Index(fields=["correspondent", "-submitted_at", "-id"], name="orders_of_a_correspondent"),
            models.Index(
                fields=["correspondent", "-submitted_at", "-id"],
                condition=Q(status__in=OPEN_STATUSES),
                name="open_orders_of_a_correspondent",
            ),
            models.Index(fields=["correspondent", "asset", "-submitted_at"], name="orders_by_asset"),
        ]
        triggers = [
            Audited(operation=pgtrigger.Insert | pgtrigger.Delete, left_out=MOVED_BY_FILLS),
            Audited(name="audited_changes", operation=pgtrigger.Update, condition=NOT_A_FILL, left_out=MOVED_BY_FILLS),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.quantity.normalize():f} {self.asset_id} {self.status}"

    @property
    def filled_average_price(self) -> Decimal | None:
        """Price per share over all executions, to four places; None before the first."""
        return (self.filled_value / self.filled_quantity).quantize(PRICE_STEP) if self.filled_quantity else None

    @property
    def remaining_quantity(self) -> Decimal:
        """What is still to fill."""
        return self.quantity - self.filled_quantity

    def hold_for(self, quantity: Decimal) -> Decimal:
        """Answer what the order holds for so much that is still to fill: dollars up to the cent."""
        amount = self.hold_per_unit * quantity
        return cents_up(amount) if self.hold_asset_id == USD_ID else amount

    @property
    def is_open(self) -> bool:
        """Say whether the order can still fill or be cancelled."""
        return self.status in OPEN_STATUSES


class Refusal(models.Model):
    """An order that was asked for and refused: who, what, why, when (books and records, domain rule OR-11).

    `symbol` is what was typed, which need not be anything that is traded.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="refusals", db_index=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="+", db_index=False)
    symbol = models.CharField(max_length=64, blank=True)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    ticket = models.JSONField()
    reason = models.CharField(max_length=60)
    message = models.TextField()
    facts = models.JSONField()
    refused_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-refused_at", "-id"], name="refusals_of_account_by_time"),
            models.Index(fields=["correspondent", "-refused_at", "-id"], name="refusals_of_a_correspondent"),
            models.Index(fields=["correspondent", "symbol", "-refused_at"], name="refusals_by_symbol"),
            models.Index(fields=["correspondent", "reason", "-refused_at"], name="refusals_by_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"
