"""Exercise by exception, assignment and expiry: chunks of accounts, each one transaction (domain rules XD-1, XD-9).

A chunk locks its accounts in id order, decides each again on what it holds now, and posts with
references that exist once. So it is safe to run twice, beside another, and again after a kill.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from accounts.locking import lock_accounts
from accounts.services.users import system_user
from brokerage.ids import time_ordered_text
from brokerage.market_calendar import Instrument as Settling
from brokerage.market_calendar import settlement_date
from brokerage.money import plain
from options.models import Asset
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType
from trading.expiring_books import Prices, Series, read_books, read_held
from trading.rules.delivery import Deliverable, Delivery, basis, deliver, share_sale_fees
from trading.rules.expiration import Outcome, Shorts, settle
from trading.rules.fees import FeeRateInForce
from trading.services.bulk_rows import quoted
from trading.services.delivery_steps import DESCRIPTIONS
from trading.services.expiration_ledger import BulkLedger, Face, Owner, Posted
from trading.services.expiration_marks import Mark, Marks
from trading.services.expiration_tables import accrued_fees, assignments

NAMESPACE = UUID("8f0e2b0e-5a2c-5f4e-9c1d-6b1f0a7c4d21")
NOBODY = UUID(int=0)
NOTHING = Decimal(0)
EXPIRY = "Option Expiry"


@dataclass(frozen=True)
class Setting:
    """What holds for every chunk of a run: the day and its moment, contracts, prices, rates, simulated notices."""

    date: date
    at: datetime
    series: Mapping[UUID, Series]
    prices: Prices
    shorts: Shorts
    rates: tuple[FeeRateInForce, ...]
    notices: Mapping[UUID, UUID] = field(default_factory=dict)


@dataclass(frozen=True)
class Chunk:
    """What one transaction did: how many accounts and positions it settled, in how many rows."""

    accounts: int
    positions: int
    rows: int
    uncovered: tuple[UUID, ...] = ()


@transaction.atomic(durable=True)
def settle_accounts(*, account_ids: Sequence[UUID], setting: Setting) -> Chunk:
    """Post what becomes of every expiring position of these accounts that can be settled now.

    An assignment for which the cover is missing is written down and posted by itself, afterwards
    (domain rule AS-13): `uncovered` are the accounts that have one.
    """
    accounts = lock_accounts(system_user(), account_ids)
    owners = {account_id: Owner.of(one) for account_id, one in accounts.items()}
    held = read_held(setting.series, list(owners))
    books = sorted(read_books(held, setting.series, setting.prices), key=lambda one: one[0].int)
    outcomes = {account_id: settle(book, setting.shorts) for account_id, book in books}
    work = _Work(setting, owners)
    uncovered = work.gather(outcomes, ())
    if uncovered:
        work = _Work(setting, owners)
        work.gather(outcomes, uncovered)
    return Chunk(len(owners), work.settled, work.write(), tuple(sorted(uncovered)))


class _Work:
    """One chunk as it is gathered: what goes to the ledger, and everything beside it."""

    def __init__(self, setting: Setting, owners: Mapping[UUID, Owner]) -> None:
        self.setting, self.owners = setting, owners
        self.ledger = BulkLedger(setting.date, setting.at)
        self.marks = Marks(setting.date, setting.at)
        self.assignments = assignments(setting.date)
        self.fees = accrued_fees(setting.date)
        self.settled = 0
        self._charged: dict[tuple[UUID, str], list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING, NOTHING])
        self._options = settlement_date(setting.date, Settling.OPTION)
        self._shares = settlement_date(setting.date, Settling.EQUITY)

    def gather(self, outcomes: Mapping[UUID, Sequence[Outcome]], uncovered: Collection[UUID]) -> set[UUID]:
        """Gather all that comes to an end; answer who could not be assigned without going below zero."""
        self.ledger.read_lots(_leaving(outcomes))
        assigned = set()
        for account_id, found in outcomes.items():
            owner = self.owners[account_id]
            for outcome in found:
                if outcome.waits:
                    continue
                if outcome.assigned:
                    assigned.add(account_id)
                    if account_id in uncovered:
                        self._write_down(owner, outcome, posted_at=None)
                        continue
                self._settle(owner, outcome)
        self._gather_fees()
        return self.ledger.move() & assigned

    def write(self) -> int:
        """Write everything that was gathered, and answer how many rows that were."""
        if not self.settled:
            return self.assignments.write()
        for one in self.marks.end_instructions():
            owner, symbol = self.owners[one.account_id], self.setting.series[one.asset_id].asset.symbol
            self.ledger.announce(owner, f"do_not_exercise.{one.status}", str(one.pk), one.payload(symbol))
        return self.ledger.write() + self.assignments.write() + self.fees.write() + self.marks.write()

    def _settle(self, owner: Owner, outcome: Outcome) -> None:
        reference = f"expire:{self.setting.date}:{owner.text}:{outcome.line.asset_id}"
        if outcome.exercised:
            self._deliver(owner, outcome, outcome.exercised, reference)
        if outcome.assigned:
            group_id = self._deliver(owner, outcome, outcome.assigned, reference)
            self._write_down(owner, outcome, posted_at=self.setting.at, group_id=group_id)
        if outcome.expired:
            self._expire(owner, outcome, reference)
        self.settled += 1
        line = outcome.line
        self.marks.add(
            Mark(
                owner.pk,
                owner.correspondent_id,
                line.asset_id,
                line.quantity,
                outcome.exercised,
                outcome.assigned,
                outcome.expired,
                line.price,
                outcome.reason,
                line.price is not None and line.is_in_the_money,
            )
        )

    def _deliver(self, owner: Owner, outcome: Outcome, quantity: Decimal, reference: str) -> UUID:
        line, is_long = outcome.line, outcome.line.quantity > 0
        series = self.setting.series[line.asset_id]
        delivery = _delivery(line.terms, quantity, is_long)
        cost = self.ledger.lots.cost_of_leaving((owner.pk, line.asset_id), quantity)
        amounts = basis(delivery, option_cost=cost, is_long=is_long)
        removal = ActivityType.OPEXC if is_long else ActivityType.OPASN
        group_id = uuid5(NAMESPACE, reference)
        share_id = line.terms.underlying_id
        faces: list[tuple[ActivityType, Asset | None, Decimal | None, Decimal | None, Decimal]] = [
            (removal, series.asset, delivery.contracts, None, NOTHING),
            (ActivityType.OPTRD, series.underlying, delivery.shares, line.terms.strike_price, delivery.strike_amount),
        ]
        moves = [
            ({line.asset_id: delivery.contracts}, {line.asset_id: amounts.contract_amount}),
            ({share_id: delivery.shares, USD_ID: delivery.strike_amount}, {share_id: amounts.share_amount}),
        ]
        if delivery.cash_amount:
            faces.append((ActivityType.OPCSH, None, None, None, delivery.cash_amount))
            moves.append(({USD_ID: delivery.cash_amount}, {}))
        for (kind, asset, shown, price, net), (changes, costs) in zip(faces, moves, strict=True):
            face = Face(kind, asset, shown, price, net, DESCRIPTIONS[kind], self.setting.date, group_id)
            self.ledger.post(Posted(owner, f"{reference}:{kind}", changes, costs, face, self._shares))
        if delivery.shares < 0:
            self._charge(owner, -delivery.shares, delivery.strike_amount)
        return group_id

    def _expire(self, owner: Owner, outcome: Outcome, reference: str) -> None:
        line = outcome.line
        change = -outcome.expired if line.quantity > 0 else outcome.expired
        asset = self.setting.series[line.asset_id].asset
        face = Face(ActivityType.OPEXP, asset, change, None, NOTHING, EXPIRY, self.setting.date, None)
        posted = Posted(owner, f"{reference}:OPEXP", {line.asset_id: change}, {}, face, self._options)
        self.ledger.post(posted)

    def _write_down(
        self, owner: Owner, outcome: Outcome, *, posted_at: datetime | None, group_id: UUID | None = None
    ) -> None:
        line, assignment_id = outcome.line, time_ordered_text()
        notice_id = self.setting.notices[line.asset_id]
        self.assignments.add(
            *(assignment_id, str(notice_id), owner.text, owner.firm, str(line.asset_id)),
            str(outcome.assigned),
            "NULL" if posted_at is None else quoted(posted_at.isoformat()),
            str(group_id) if group_id else "NULL",
        )
        if posted_at is not None:
            delivery = _delivery(line.terms, outcome.assigned, False)
            told: dict[str, Any] = {
                "assignment_id": assignment_id,
                "group_id": str(group_id),
                "symbol": line.symbol,
                "qty": plain(outcome.assigned),
                "underlying_symbol": line.underlying_symbol,
                "underlying_qty": plain(delivery.shares),
                "net_amount": plain(delivery.strike_amount + delivery.cash_amount),
                "trade_date": self.setting.date.isoformat(),
                "settle_date": self._shares.isoformat(),
                "missing": {},
            }
            self.ledger.announce(owner, "assignment.posted", assignment_id, told)

    def _charge(self, owner: Owner, shares: Decimal, proceeds: Decimal) -> None:
        for kind, amount in _share_sale_fees(self.setting.rates, shares, proceeds).items():
            charged = self._charged[owner.pk, kind.value]
            charged[0], charged[1], charged[2] = charged[0] + amount, charged[1] + shares, charged[2] + 1

    def _gather_fees(self) -> None:
        for (account_id, kind), (amount, shares, sales) in self._charged.items():
            self.fees.add(str(account_id), kind, str(amount), str(shares), str(sales))


@lru_cache(maxsize=4096)
def _delivery(terms: Deliverable, quantity: Decimal, is_long: bool) -> Delivery:
    """Answer what so many contracts come to, whoever's they are."""
    return deliver(NOBODY, terms, quantity, is_long=is_long, usd_id=USD_ID, contract_id=NOBODY)


_share_sale_fees = lru_cache(maxsize=4096)(share_sale_fees)


def _leaving(outcomes: Mapping[UUID, Iterable[Outcome]]) -> dict[tuple[UUID, UUID], Decimal]:
    """Answer what leaves at most: the contracts, and the shares that are delivered for them."""
    leaving: dict[tuple[UUID, UUID], Decimal] = defaultdict(Decimal)
    for account_id, found in outcomes.items():
        for one in found:
            if one.waits:
                continue
            leaving[account_id, one.line.asset_id] += abs(one.line.quantity)
            delivered = one.exercised + one.assigned
            if delivered:
                shares = _delivery(one.line.terms, delivered, one.line.quantity > 0).shares
                if shares < 0:
                    leaving[account_id, one.line.terms.underlying_id] -= shares
    return leaving
