"""The review of expiring positions: what is decided of each, over and over until the close (domain rules XD-3 to XD-7).

Books are read and decided in sets. An account's lock is taken only where something has to be sold, is
no longer to be sold, or is not to be exercised by rule.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import DatabaseError, transaction

from accounts.locking import lock_account
from accounts.models import Account
from accounts.services.users import system_user
from brokerage.events import event, record_events
from brokerage.money import plain
from trading.choices import ExpirationState, InstructionSource
from trading.expirations import FINAL_STATES
from trading.expiring_books import Prices, Series, liquidations_of, read_books, read_held
from trading.models import ExpiringPosition, Order
from trading.rules.expiration import RULE_VERSION, Decision, decide, main_state
from trading.services.bulk_rows import NULL, quoted, update_rows
from trading.services.expiration_orders import adjust_liquidation
from trading.services.instruction_steps import new_instruction, put_in_force

log = logging.getLogger(__name__)

ACCOUNTS_AT_ONCE = 2_000
NOTHING = Decimal(0)
Decided = Mapping[UUID, Sequence[Decision]]  # by contract
NO_ORDERS: Mapping[UUID, tuple[Order | None, str]] = {}
UPDATE = """
UPDATE trading_expiringposition AS one SET quantity = given.quantity, state = given.state,
    underlying_price = given.price, reason = given.reason, decided_at = given.decided_at,
    liquidation_id = coalesce(given.liquidation, one.liquidation_id)
FROM unnest(%s::bigint[], %s::numeric[], %s::text[], %s::numeric[], %s::text[], %s::timestamptz[], %s::uuid[])
    AS given (id, quantity, state, price, reason, decided_at, liquidation)
WHERE one.id = given.id AND one.state NOT IN ('closed', 'exercised', 'assigned', 'expired')
"""


@dataclass(frozen=True)
class Sight:
    """What a review looks at: the date and the moment, its contracts, and what the underlyings are at.

    Once the market `has_closed` nothing can be sold any more: what cannot be carried is not exercised.
    """

    date: date
    at: datetime
    series: Mapping[UUID, Series]
    prices: Prices
    has_closed: bool = False


@dataclass(frozen=True)
class Change:
    """That a row of an expiring position says something else now."""

    row: ExpiringPosition
    decision: Decision
    quantity: Decimal
    price: Decimal | None
    order: Order | None = None


def review_accounts(sight: Sight, account_ids: Sequence[UUID] | None = None) -> int:
    """Decide on the positions of these accounts, or of all, and carry it out; answer how many rows changed.

    The rows are there: `expiration_run.note_positions` wrote them.
    """
    held = read_held(sight.series, account_ids)
    changed, some = 0, dict[UUID, Decided]()
    for account_id, book in read_books(held, sight.series, sight.prices):
        some[account_id] = _by_contract(decide(book))
        if len(some) == ACCOUNTS_AT_ONCE:
            changed, some = changed + _note(sight, some), {}
    return changed + _note(sight, some)


def _note(sight: Sight, decided: Mapping[UUID, Decided]) -> int:
    """Write what changed: at once where nothing else is to be done, else account by account."""
    rows, selling = _rows(sight, decided), liquidations_of(sight.series, list(decided))
    changes: list[Change] = []
    changed = 0
    for account_id, found in decided.items():
        if any(_needs_act(sight, found[asset], selling.get((account_id, asset), NOTHING)) for asset in found):
            changed += _try(sight, account_id)
        else:
            changes += _changes(sight, rows.get(account_id, {}), found)
    with transaction.atomic():
        _write(sight, changes)
    return changed + len(changes)


def _try(sight: Sight, account_id: UUID) -> int:
    try:
        return review_account(account_id=account_id, sight=sight)
    except DatabaseError:
        log.exception("the expiring positions of account %s could not be reviewed and are looked at again", account_id)
        return 0


@transaction.atomic(durable=True)
def review_account(*, account_id: UUID, sight: Sight) -> int:
    """Decide on one account under its lock, and sell, stop selling, or file what it comes to; answer the changes."""
    account = lock_account(system_user(), account_id)
    held = read_held(sight.series, [account_id])
    changes: list[Change] = []
    for _, book in read_books(held, sight.series, sight.prices):
        found = _by_contract(decide(book))
        rows = _rows(sight, {account_id: found})
        orders = {}
        for asset_id, decisions in found.items():
            if sight.has_closed:
                found[asset_id] = _file(account, sight, decisions, book.not_to_exercise.get(asset_id, NOTHING))
            elif any(one.state is not ExpirationState.SHORT for one in decisions):
                orders[asset_id] = adjust_liquidation(
                    account,
                    sight.series[asset_id].asset,
                    sum((one.to_liquidate for one in decisions), NOTHING),
                    reason=main_state(decisions).reason,
                    at=sight.at,
                )
        changes += _changes(sight, rows.get(account_id, {}), found, orders)
    _write(sight, changes)
    return len(changes)


def _needs_act(sight: Sight, decisions: Sequence[Decision], selling: Decimal) -> bool:
    if sight.has_closed:
        return any(one.state is ExpirationState.LIQUIDATING for one in decisions)
    return sum((one.to_liquidate for one in decisions), NOTHING) != selling


def _file(account: Account, sight: Sight, decisions: Sequence[Decision], instructed: Decimal) -> list[Decision]:
    """File that what cannot be carried is not exercised, beside what was instructed (domain rule XD-7)."""
    unsold = [one for one in decisions if one.state is ExpirationState.LIQUIDATING]
    if not unsold:
        return list(decisions)
    asset_id, quantity = unsold[0].asset_id, sum((one.quantity for one in unsold), instructed)
    reason = f"{unsold[0].reason}; was not sold before the close"
    instruction = new_instruction(
        account,
        sight.series[asset_id].asset,
        quantity,
        actor=system_user(),
        source=InstructionSource.RULE,
        received_at=sight.at,
        at=sight.at,
        reason=reason,
        rule_version=RULE_VERSION,
    )
    put_in_force(account, instruction, sight.at)
    kept = [one for one in decisions if one.state is ExpirationState.SUPPORTED]
    return [*kept, Decision(asset_id, ExpirationState.DO_NOT_EXERCISE, quantity, reason)]


def _by_contract(decisions: Iterable[Decision]) -> dict[UUID, list[Decision]]:
    found: dict[UUID, list[Decision]] = defaultdict(list)
    for one in decisions:
        found[one.asset_id].append(one)
    return found


def _rows(sight: Sight, accounts: Iterable[UUID]) -> dict[UUID, dict[UUID, ExpiringPosition]]:
    rows = ExpiringPosition.objects.filter(expiration_id=sight.date, account_id__in=list(accounts))
    found: dict[UUID, dict[UUID, ExpiringPosition]] = defaultdict(dict)
    for row in rows.exclude(state__in=FINAL_STATES):
        found[row.account_id][row.asset_id] = row
    return found


def _changes(
    sight: Sight,
    rows: Mapping[UUID, ExpiringPosition],
    decided: Decided,
    orders: Mapping[UUID, tuple[Order | None, str]] = NO_ORDERS,
) -> list[Change]:
    """Answer the rows that say something else now: another state, another quantity, or for the first time a reason."""
    changes = []
    for asset_id, decisions in decided.items():
        row, shown = rows.get(asset_id), main_state(decisions)
        if row is None:
            continue
        order, said = orders.get(asset_id, (None, ""))
        decision = Decision(asset_id, shown.state, shown.quantity, f"{shown.reason}; {said}" if said else shown.reason)
        held = sum((one.quantity for one in decisions), NOTHING)
        quantity = held if row.quantity > 0 else -held
        if order or not row.reason or (row.state, row.quantity) != (decision.state, quantity):
            price = sight.prices.get(sight.series[asset_id].underlying.pk)
            changes.append(Change(row, decision, quantity, price, order))
    return changes


def _write(sight: Sight, changes: Sequence[Change]) -> None:
    """Write the rows, and tell each account what was decided anew."""
    update_rows(
        UPDATE,
        [
            (
                *(str(one.row.pk), str(one.quantity), one.decision.state.value),
                *(NULL if one.price is None else str(one.price), quoted(one.decision.reason[:255])),
                *(quoted(sight.at.isoformat()), NULL if one.order is None else str(one.order.pk)),
            )
            for one in changes
        ],
    )
    told: dict[UUID, list[Change]] = defaultdict(list)
    for one in changes:
        told[one.row.account_id].append(one)
    accounts = Account.objects.filter(pk__in=list(told)).only("pk", "correspondent_id", "account_number")
    record_events(
        [
            event("expiration.decided", account=account, at=sight.at, payload=_payload(sight, told[account.pk]))
            for account in accounts.order_by("pk")
        ]
    )


def _payload(sight: Sight, changes: Sequence[Change]) -> dict[str, object]:
    return {
        "expiration_date": sight.date.isoformat(),
        "rule_version": RULE_VERSION,
        "positions": [
            {
                "asset_id": str(one.row.asset_id),
                "symbol": sight.series[one.row.asset_id].asset.symbol,
                "qty": plain(one.quantity),
                "state": one.decision.state.value,
                "underlying_price": plain(one.price),
                "reason": one.decision.reason,
            }
            for one in changes
        ],
    }
