"""One order as it went: its executions, what was announced of it and by whom, and the orders it took the place of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.choices import UserKind
from accounts.models import Account, AuditEntry, User
from brokerage.models import Event
from brokerage.templatetags.formats import price, quantity
from trading.choices import TRADE_ACTIVITIES
from trading.models import Activity, Order

SHOWN = 100
LONGEST_CHAIN = 50
FILLED = ("order.fill", "order.partial_fill")
TITLES = {
    "order.accepted": "Accepted",
    "order.pending_new": "Accepted, on its way to the venue",
    "order.new": "Working at the venue",
    "order.pending_cancel": "Cancellation asked for",
    "order.canceled": "Canceled",
    "order.expired": "Expired",
    "order.rejected": "Rejected",
    "order.pending_replace": "Replacement asked for",
    "order.replaced": "Replaced",
    "order.order_replace_rejected": "Not replaced: it goes on as it was",
    "order.order_cancel_rejected": "Not canceled: it goes on as it was",
    "order.fill": "Filled",
    "order.partial_fill": "Filled in part",
    "order.trade_bust": "Execution taken back",
    "order.trade_correct": "Execution corrected",
}
# Who does what nobody asked for at that moment.
OF_VENUE = frozenset(
    {*FILLED, "order.new", "order.canceled", "order.rejected", "order.trade_bust", "order.trade_correct"}
)
CHAIN = """
    WITH RECURSIVE earlier AS (
        SELECT id, replaces_id, 0 AS step FROM trading_order WHERE id = %(order)s
        UNION ALL
        SELECT o.id, o.replaces_id, step - 1 FROM earlier JOIN trading_order o ON o.id = earlier.replaces_id
        WHERE step > -%(most)s
    ), later AS (
        SELECT id, replaced_by_id, 0 AS step FROM trading_order WHERE id = %(order)s
        UNION ALL
        SELECT o.id, o.replaced_by_id, step + 1 FROM later JOIN trading_order o ON o.id = later.replaced_by_id
        WHERE step < %(most)s
    )
    SELECT o.*, found.step FROM trading_order o
    JOIN (SELECT id, step FROM earlier UNION SELECT id, step FROM later) found ON found.id = o.id
    ORDER BY found.step
"""


@dataclass(frozen=True)
class Execution:
    """One execution, or one that was taken back: then its quantity is below zero."""

    at: datetime
    quantity: Decimal
    price: Decimal
    exchange: str
    amount: Decimal
    position_after: Decimal | None
    settle_date: date
    is_taken_back: bool


@dataclass(frozen=True)
class Step:
    """One thing that happened to the order: when, what in words, and who did it where that is known."""

    at: datetime
    title: str
    details: str
    actor: str


@dataclass(frozen=True)
class History:
    """All that is shown of an order's life, newest first; `has_more` where there is more than is shown."""

    executions: tuple[Execution, ...]
    has_more_executions: bool
    steps: tuple[Step, ...]
    has_more_steps: bool


def read_history(order: Order, *, names_people: bool) -> History:
    """Answer the executions of an order and what was announced of it; who did it only where people may be named."""
    events = Event.objects.filter(account_id=order.account_id, subject_id=str(order.pk), type__startswith="order.")
    told = list(events.order_by("-id")[: SHOWN + 1])
    fills = Activity.objects.filter(order=order, activity_type__in=TRADE_ACTIVITIES).select_related("transaction")
    rows = list(fills.order_by("-id")[: SHOWN + 1])
    after = {event.payload.get("execution_id"): event.payload.get("position_qty") for event in told}
    actors = _actors(order, told) if names_people else {}
    return History(
        executions=tuple(_execution(row, after) for row in rows[:SHOWN]),
        has_more_executions=len(rows) > SHOWN,
        steps=tuple(_step(event, actors.get(event.pk, "")) for event in told[:SHOWN]),
        has_more_steps=len(told) > SHOWN,
    )


def chain_of(order: Order) -> list[Order]:
    """Answer the orders of one chain of replacements, oldest first, this one among them, with one that waits last."""
    found = list(Order.objects.raw(CHAIN, {"order": order.pk, "most": LONGEST_CHAIN}))
    waiting = Order.objects.waiting_to_replace().filter(replaces=found[-1]).first() if found else None
    return [*found, waiting] if waiting else found


def entered_by(order: Order, viewer: User) -> str:
    """Answer who entered an order, fetched with `submitted_by`, as `viewer` may be told (OR-11)."""
    if order.submitted_by_id == viewer.pk:
        return "You"
    return "Your broker" if viewer.kind == UserKind.CUSTOMER else _name(order.submitted_by)


def _name(user: User) -> str:
    if user.kind == UserKind.API_KEY:
        return f"The holder’s platform ({user})"
    return "Strikebook" if user.kind == UserKind.SYSTEM else str(user)


def _execution(row: Activity, after: dict[Any, Any]) -> Execution:
    execution_id = row.transaction.reference.partition(":")[2]
    position = after.get(execution_id)
    assert row.quantity is not None
    assert row.price is not None
    return Execution(
        at=row.at,
        quantity=row.quantity,
        price=row.price,
        exchange=row.exchange,
        amount=row.net_amount,
        position_after=None if position is None else Decimal(position),
        settle_date=row.transaction.settle_date,
        is_taken_back=row.quantity < 0,
    )


def _step(event: Event, actor: str) -> Step:
    name = event.type.partition(".")[2].replace("_", " ")
    return Step(event.at, TITLES.get(event.type, name.capitalize()), _details(event), actor)


def _details(event: Event) -> str:
    """Answer what belongs to an event beside its name: what was filled, or what takes over."""
    payload = event.payload
    order = payload.get("order", {})
    if "qty" in payload and "price" in payload:
        filled, whole = Decimal(order["filled_qty"]), Decimal(order["qty"])
        executed = f"{quantity(Decimal(payload['qty']))} at {price(Decimal(payload['price']))}"
        return f"{executed}; {quantity(filled)} of {quantity(whole)} done"
    if event.type == "order.accepted":
        return "It takes the place of another order once the venue has swapped them." if order.get("replaces") else ""
    return ""


def _actors(order: Order, events: Iterable[Event]) -> dict[int, str]:
    """Answer who stands behind each event: whoever the audit trail names for that state, else the venue."""
    entries = AuditEntry.objects.of("Order", str(order.pk)).filter(actor_id__isnull=False).order_by("-id")
    changed = [(entry.actor_id, (entry.after or {}).get("status")) for entry in entries[: SHOWN * 2]]
    people = User.objects.in_bulk({actor_id for actor_id, _ in changed if actor_id})
    named: dict[int, str] = {}
    for event in events:
        state = event.type.partition(".")[2]
        place = next((n for n, (_, status) in enumerate(changed) if status == state), None)
        user = people.get(changed.pop(place)[0] or 0) if place is not None else None
        if user is not None and user.kind != UserKind.SYSTEM:
            named[event.pk] = _name(user)
        elif event.type in OF_VENUE:
            named[event.pk] = "Venue"
    return named


def sent_before(actor: User, order: Order, client_order_id: str) -> Order | None:
    """Answer the replacement that the actor asked for under that id: a double click or a reload asks again."""
    if not client_order_id:
        return None
    sent = Order.objects.filter(account_id=order.account_id, client_order_id=client_order_id)
    return sent.filter(submitted_by=actor, replaces=order).first()


def find_order(account: Account, order_id: Any) -> Order | None:
    """Answer an order of the account with all that its page shows of it, or None."""
    joined = ("asset__contract__underlying", "hold_asset", "submitted_by")
    return Order.objects.filter(account=account, pk=order_id).select_related(*joined).first()
