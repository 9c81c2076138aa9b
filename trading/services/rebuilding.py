"""Make positions and lots what the ledger says, account by account (house style 6)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from accounts.locking import lock_account
from accounts.models import Account, User
from options.models import Asset
from options.rules.asset_ids import USD_ID
from trading.models import Lot, LotClosing, Position, Posting
from trading.services.lot_replay import replay_lots, rewrite_lots
from trading.services.lots import LotBook

ZERO = Decimal(0)
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Difference:
    """One asset of an account that is not as the ledger tells it: what is not, how it was found, how it is to be."""

    account_id: UUID
    asset: str
    what: str
    found: str
    expected: str


@dataclass(frozen=True)
class _Holding:
    """What an account holds of one asset, to be compared."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    lots: tuple[Row, ...] = ()
    closings: tuple[Row, ...] = ()


@transaction.atomic(durable=True)
def rebuild_account(*, actor: User, account_id: UUID, is_check: bool) -> list[Difference]:
    """Replay an account's ledger into its positions and lots, and answer what was not as it is now.

    Where it is a check, nothing is written. What is as it should be is left alone. Raises `AccountNotFound`.
    """
    account = lock_account(actor, account_id)
    book = replay_lots(account)
    expected = _holdings(account, _moved(account), book, book.closings)
    found = _found(account)
    wrong = sorted({asset for asset in expected.keys() | found.keys() if expected.get(asset) != found.get(asset)})
    differences = _differences(account, wrong, found, expected)
    if wrong and not is_check:
        _write(account, wrong, book, expected)
    return differences


def _moved(account: Account) -> dict[UUID, Decimal]:
    """Answer what the postings of an account come to, by asset."""
    moved: dict[UUID, Decimal] = defaultdict(Decimal)
    for end, sign in (("destination_account", 1), ("source_account", -1)):
        sums = Posting.objects.filter(**{end: account}).values_list("asset_id").annotate(sum=Sum("quantity"))
        for asset_id, quantity in sums:
            moved[asset_id] += sign * quantity
    return moved


def _holdings(
    account: Account, quantities: dict[UUID, Decimal], book: LotBook, closings: Iterable[LotClosing]
) -> dict[UUID, _Holding]:
    """Answer what is held by asset: quantities as they are given, costs and lots as they are in the book."""
    closed: dict[UUID, list[Row]] = {}
    for one in closings:
        facts = (one.transaction_id, one.opened_on, one.closed_on, one.quantity, one.cost_amount)
        closed.setdefault(one.asset_id, []).append((*facts, one.proceeds_amount, one.gain_amount, one.is_long_term))
    held = {}
    for asset_id, quantity in quantities.items():
        lots = book.lots.get((account.pk, asset_id), [])
        rows = [(lot.opened_by_id, lot.opened_on, lot.opened_quantity, lot.quantity, lot.cost_amount) for lot in lots]
        cost = sum((lot.cost_amount for lot in lots), ZERO)
        held[asset_id] = _Holding(quantity, cost, _sorted(rows), _sorted(closed.get(asset_id, ())))
    return {asset_id: holding for asset_id, holding in held.items() if holding != _Holding()}


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: [(fact is not None, fact or 0) for fact in row]))


def _found(account: Account) -> dict[UUID, _Holding]:
    positions = {one.asset_id: one for one in Position.objects.filter(account=account)}
    book = LotBook(Lot.objects.filter(account=account).exclude(quantity=0))
    closings = list(LotClosing.objects.filter(account=account))
    quantities = dict.fromkeys([asset_id for _, asset_id in book.lots] + [one.asset_id for one in closings], ZERO)
    quantities |= {asset_id: one.quantity for asset_id, one in positions.items()}
    found = _holdings(account, quantities, book, closings)
    for asset_id, one in positions.items():  # as it says, which its lots may not
        if asset_id in found or one.cost_amount:
            found[asset_id] = replace(found.get(asset_id, _Holding()), cost=one.cost_amount)
    return found


def _differences(
    account: Account, wrong: list[UUID], found: dict[UUID, _Holding], expected: dict[UUID, _Holding]
) -> list[Difference]:
    symbols = dict(Asset.objects.filter(pk__in=wrong).values_list("pk", "symbol"))
    differences = []
    for asset_id in wrong:
        is_now, should_be = found.get(asset_id, _Holding()), expected.get(asset_id, _Holding())
        facts = (
            ("quantity", is_now.quantity, should_be.quantity),
            ("cost", is_now.cost, should_be.cost),
            ("lots", is_now.lots, should_be.lots),
            ("closings", is_now.closings, should_be.closings),
        )
        for what, now, then in facts:
            if now != then:
                differences.append(Difference(account.pk, symbols[asset_id], what, _say(now), _say(then)))
    return differences


def _say(fact: Decimal | tuple[Row, ...]) -> str:
    return f"{fact.normalize():f}" if isinstance(fact, Decimal) else f"{len(fact)}"


def _write(account: Account, wrong: list[UUID], book: LotBook, expected: dict[UUID, _Holding]) -> None:
    rewrite_lots(account, book, [asset_id for asset_id in wrong if asset_id != USD_ID])
    held = [(asset_id, expected.get(asset_id, _Holding())) for asset_id in wrong]
    Position.objects.bulk_create(
        [
            Position(
                account=account,
                correspondent_id=account.correspondent_id,
                asset_id=asset_id,
                quantity=one.quantity,
                cost_amount=one.cost,
            )
            for asset_id, one in held
        ],
        update_conflicts=True,
        unique_fields=["account", "asset"],
        update_fields=["quantity", "cost_amount"],
    )
