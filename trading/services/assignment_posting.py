"""Post what was allocated, account by account: contracts off, shares and strike moved (AS-7 to AS-13)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.acting import claim, give_reason
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.services.restrictions import put_restrictions
from accounts.services.users import system_user
from brokerage import clock
from brokerage.events import event, record_events
from brokerage.models import Event
from brokerage.money import plain
from options.choices import AssetClass
from options.models import Asset
from options.rules.asset_ids import USD_ID
from trading.assignment_errors import AssignmentDealtWith, AssignmentNoteNeeded, AssignmentNotFound
from trading.choices import NoticeStatus, OrderStatus, PositionIntent
from trading.fee_schedule import rates_on
from trading.instruments import read_holdings
from trading.models import Assignment, AssignmentNotice, Order, Position
from trading.rules.cover import missing_cover
from trading.rules.order_status import TRANSITIONS
from trading.rules.postings import changes
from trading.services.delivery_steps import accrue_delivery_fees, delivery_entries
from trading.services.ledger import Entry, post_all, posted_events
from trading.services.lots import cost_of_leaving
from trading.services.orders import ask_to_cancel

SHORTEST_NOTE, LONGEST_NOTE = 3, 1024
BLOCKED = {"trading_blocked": True}


@dataclass(frozen=True)
class Posted:
    """What one assignment posted, how the positions stand after it, and what of the cover was not there, by symbol."""

    entries: list[Entry]
    positions: dict[tuple[UUID, UUID], Position]
    missing: dict[str, str]
    is_uncovered: bool

    @property
    def group_id(self) -> UUID | None:
        """Answer the group of the activities."""
        return self.entries[0].group_id


@transaction.atomic(durable=True)
def post_assignment(*, assignment_id: UUID) -> Assignment:
    """Post what of a notice fell to one account, once, however often it is asked for.

    The trade is dated the day of exercise and settles from it. What is left over of orders that buy
    the contracts back is canceled. Where cover is missing it is posted all the same, the account may
    not trade any more, and a person is needed (AS-13).
    """
    account_id = Assignment.objects.filter(pk=assignment_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise AssignmentNotFound
    account = lock_account(system_user(), account_id)
    assignment = Assignment.objects.select_related("asset__contract__underlying").get(pk=assignment_id)
    if assignment.posted_at is not None:
        return assignment
    now = clock.now()
    posted = post_assigned(
        account,
        assignment.asset,
        assignment.quantity,
        on=assignment.exercised_on,
        at=now,
        reference=f"assignment:{assignment.pk}",
    )
    assignment.posted_at, assignment.group_id = now, posted.group_id
    assignment.missing, assignment.needs_person = posted.missing, bool(posted.missing)
    assignment.save(update_fields=["posted_at", "group_id", "missing", "needs_person"])
    told = event("assignment.posted", account=account, subject=assignment, at=now, payload=_payload(assignment, posted))
    events = [told, *posted_events(posted.entries, posted.positions, now)]
    if posted.is_uncovered:
        events += _uncovered(account, assignment, now)
    record_events(events)
    return assignment


def post_assigned(
    account: Account, asset: Asset, quantity: Decimal, *, on: date, at: datetime, reference: str
) -> Posted:
    """Post an assignment of `quantity` contracts of an account that is locked: a step.

    The collateral is free with it, since it is counted from what is short. Who calls it announces it.
    """
    held = Position.objects.filter(account=account, asset=asset).values_list("quantity", flat=True).first()
    short = max(-(held or Decimal(0)), Decimal(0))
    leaving = min(short, quantity)
    entries = delivery_entries(
        account,
        asset,
        quantity,
        is_long=False,
        at=at,
        on=on,
        reference=reference,
        option_cost=cost_of_leaving(account.pk, asset.pk, leaving) if leaving else Decimal(0),
    )
    _, positions = post_all(entries)
    accrue_delivery_fees(account.pk, rates_on(on, AssetClass.US_EQUITY), entries)
    cancel_beyond(account, asset, max(-positions[account.pk, asset.pk].quantity, Decimal(0)), at)
    uncovered = _missing(account, asset, entries)
    bought_back = {asset.symbol: plain(quantity - short) or ""} if quantity > short else {}
    return Posted(entries, positions, uncovered | bought_back, bool(uncovered))


def cancel_beyond(account: Account, asset: Asset, left: Decimal, at: datetime) -> None:
    """Cancel the open orders that would buy back more than the account is still short of: a step, under the lock.

    The oldest stand as long as something is left for them; one that would buy too much is canceled
    whole. One that is being replaced by an order that stands is left to the venue's answer.
    """
    closing = Order.objects.open().filter(account=account, asset=asset, position_intent=PositionIntent.BUY_TO_CLOSE)
    standing: dict[UUID | None, Decimal] = {}
    needless = []
    for order in closing.select_related("asset__contract__underlying").order_by("submitted_at", "pk"):
        replaced = standing.get(order.replaces_id, Decimal(0)) if order.status == OrderStatus.ACCEPTED else Decimal(0)
        beyond = max(order.remaining_quantity - replaced, Decimal(0))
        if beyond <= left:
            left -= beyond
            standing[order.pk] = order.remaining_quantity
        else:
            needless.append(order)
    for order in reversed(needless):
        order.refresh_from_db(fields=["status"])
        if order.status == OrderStatus.ACCEPTED or OrderStatus.PENDING_CANCEL in TRANSITIONS[OrderStatus(order.status)]:
            ask_to_cancel(account, order, at)


def _missing(account: Account, asset: Asset, entries: list[Entry]) -> dict[str, str]:
    """Answer, by symbol, what is not there now of what the assignment took: shares for a call, cash for a put."""
    contract = asset.contract
    taken = {key[1] for entry in entries for key, change in changes(entry.moves).items() if change < 0}
    missing = missing_cover(read_holdings(account.pk, [contract.underlying_id]), [contract.underlying_id])
    symbols = {USD_ID: "USD", contract.underlying_id: contract.underlying.symbol}
    return {symbols[one]: plain(quantity) or "" for one, quantity in missing.items() if one in taken}


def _uncovered(account: Account, assignment: Assignment, now: datetime) -> list[Event]:
    """Stop the account's trading, and answer what to announce: what is missing, and that it is blocked."""
    short_of = ", ".join(f"{quantity} {symbol}" for symbol, quantity in assignment.missing.items())
    quantity, symbol = plain(assignment.quantity), assignment.asset.symbol
    give_reason(f"Cover was missing when {quantity} {symbol} was assigned: {short_of}")
    missing = [{"symbol": symbol, "qty": quantity} for symbol, quantity in assignment.missing.items()]
    told = event("account.cover_missing", account=account, subject=assignment, at=now, payload={"missing": missing})
    return [told, *put_restrictions(account, BLOCKED, now)]


def _payload(assignment: Assignment, posted: Posted) -> dict[str, Any]:
    shares = posted.entries[1]
    face = shares.faces[0]
    return {
        "assignment_id": str(assignment.pk),
        "group_id": str(posted.group_id),
        "symbol": assignment.asset.symbol,
        "qty": plain(assignment.quantity),
        "underlying_symbol": assignment.asset.contract.underlying.symbol,
        "underlying_qty": plain(face.quantity),
        "net_amount": plain(sum((one.net_amount for entry in posted.entries for one in entry.faces), Decimal(0))),
        "trade_date": shares.trade_date.isoformat(),
        "settle_date": shares.settle_date.isoformat(),
        "missing": posted.missing,
    }


@transaction.atomic(durable=True)
def finish_notice(*, notice_id: UUID) -> bool:
    """Mark a notice as posted once all of it is; answer whether it is."""
    claim(system_user())
    notice = AssignmentNotice.objects.select_for_update().get(pk=notice_id)
    if notice.status == NoticeStatus.POSTED:
        return True
    if notice.assignments.filter(posted_at=None).exists():
        return False
    notice.status, notice.posted_at = NoticeStatus.POSTED, clock.now()
    notice.save(update_fields=["status", "posted_at"])
    return True


@transaction.atomic(durable=True)
def deal_with(*, actor: User, assignment_id: UUID, note: str) -> Assignment:
    """Write what a person did about an assignment without cover, which then needs nobody any more (AS-13).

    The restriction stays until it is lifted on the account. Raises `AssignmentNotFound`,
    `AssignmentNoteNeeded` or `AssignmentDealtWith`.
    """
    actor.require(Permission.RESTRICT_ACCOUNTS)
    account_id = Assignment.objects.filter(pk=assignment_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise AssignmentNotFound
    account = lock_account(actor, account_id, missing=AssignmentNotFound)
    said = note.strip()
    if not SHORTEST_NOTE <= len(said) <= LONGEST_NOTE or "\x00" in said:
        raise AssignmentNoteNeeded(shortest=SHORTEST_NOTE, longest=LONGEST_NOTE)
    assignment = Assignment.objects.select_related("asset").get(pk=assignment_id)
    if not assignment.needs_person:
        raise AssignmentDealtWith
    now = clock.now()
    assignment.needs_person, assignment.note = False, said
    assignment.dealt_with_by, assignment.dealt_with_at = actor, now
    assignment.save(update_fields=["needs_person", "note", "dealt_with_by", "dealt_with_at"])
    payload = {"assignment_id": str(assignment.pk), "symbol": assignment.asset.symbol, "user_id": actor.pk}
    record_events([event("assignment.dealt_with", account=account, subject=assignment, at=now, payload=payload)])
    return assignment
