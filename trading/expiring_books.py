"""Everything that expiring positions depend on, read in sets: series, prices, and the books of the accounts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from brokerage.market_calendar import Session, next_business_day
from options.models import Asset
from options.services.market import get_quotes
from trading.choices import ExpirationPhase, InstructionKind, InstructionStatus, OrderOrigin
from trading.closing_prices import prices_at
from trading.instructions import in_force
from trading.instruments import MARKET, REMAINING, read_holdings_of
from trading.models import Expiration, Instruction, Order, Position
from trading.rules.delivery import Deliverable
from trading.rules.expiration import AccountBook, ExpiringLine
from trading.services.delivery_steps import deliverable_of

ACCOUNTS_AT_ONCE = 2_000
NOTHING = Decimal(0)
Prices = Mapping[UUID, Decimal]  # by underlying


@dataclass(frozen=True)
class Series:
    """One expiring contract that somebody holds."""

    asset: Asset
    terms: Deliverable
    underlying: Asset


@dataclass(frozen=True)
class Held:
    """One expiring position as it stands."""

    account_id: UUID
    correspondent_id: UUID
    asset_id: UUID
    quantity: Decimal


def expiration_dates(session: Session) -> list[date]:
    """Answer the dates whose contracts trade for the last time in that session, where anybody holds or held one.

    A date without a session belongs to the one before it (domain rule XD-10).
    """
    last = next_business_day(session.date) - timedelta(days=1)
    days = (session.date, last)
    held = Position.objects.exclude(quantity=0).filter(asset__contract__expiration_date__range=days)
    found = set(held.order_by().values_list("asset__contract__expiration_date", flat=True).distinct())
    begun = Expiration.objects.filter(pk__range=days).exclude(phase=ExpirationPhase.FINISHED)
    return sorted(found.union(begun.values_list("pk", flat=True)))


def read_series(expiration_date: date) -> dict[UUID, Series]:
    """Answer the contracts of that date that somebody holds, by asset id."""
    held = Position.objects.exclude(quantity=0).filter(asset__contract__expiration_date=expiration_date)
    assets = Asset.objects.filter(pk__in=held.order_by().values("asset_id").distinct())
    found = assets.select_related(*MARKET)
    return {one.pk: Series(one, deliverable_of(one.contract), one.contract.underlying) for one in found}


def underlyings_of(series: Mapping[UUID, Series]) -> list[Asset]:
    """Answer what the contracts are on, by symbol."""
    found = {one.underlying.pk: one.underlying for one in series.values()}
    return sorted(found.values(), key=lambda asset: asset.symbol)


def prices_now(underlyings: Sequence[Asset], at: datetime) -> dict[UUID, Decimal]:
    """Answer what the underlyings are at; missing where nobody says."""
    return {asset_id: quote.mark for asset_id, quote in get_quotes(underlyings, at).items() if quote.mark is not None}


def prices_at_close_of(underlyings: Sequence[Asset], session: Session) -> dict[UUID, Decimal]:
    """Answer the underlyings' last regular sales of that session (domain rule EX-9); missing where nobody knows."""
    return prices_at(
        list(Asset.objects.filter(pk__in=[one.pk for one in underlyings]).select_related(*MARKET)), session
    )


def read_held(series: Iterable[UUID], account_ids: Sequence[UUID] | None = None) -> dict[UUID, list[Held]]:
    """Answer the positions in these contracts by account, those of some accounts only where they are named."""
    rows = Position.objects.filter(asset_id__in=list(series)).exclude(quantity=0)
    if account_ids is not None:
        rows = rows.filter(account_id__in=account_ids)
    found: dict[UUID, list[Held]] = defaultdict(list)
    for row in rows.order_by("account_id").values_list("account_id", "correspondent_id", "asset_id", "quantity"):
        found[row[0]].append(Held(*row))
    return found


def read_books(
    held: Mapping[UUID, Sequence[Held]], series: Mapping[UUID, Series], prices: Prices
) -> Iterator[tuple[UUID, AccountBook]]:
    """Yield the book of each account, some accounts at a time.

    Of an account that holds no long nothing else is read. What the firm's own liquidations sell is
    not counted as sold by the account.
    """
    longs = [account_id for account_id, lines in held.items() if any(one.quantity > 0 for one in lines)]
    for account_id in held.keys() - set(longs):
        yield account_id, AccountBook(NOTHING, {}, _lines(held[account_id], series, prices, {}))
    shares = [asset.pk for asset in underlyings_of(series)]
    for start in range(0, len(longs), ACCOUNTS_AT_ONCE):
        some = longs[start : start + ACCOUNTS_AT_ONCE]
        named = {one.asset_id for account_id in some for one in held[account_id]}
        holdings = read_holdings_of(some, [*shares, *named])
        withheld, liquidated = _withheld(named, some), liquidations_of(named, some)
        undecided = _undecided(named, some)
        for account_id in some:
            found = holdings[account_id]
            own = {line.asset_id: line.held for line in found.lines if line.held}
            selling = {one: sold - liquidated.get((account_id, one), NOTHING) for one, sold in own.items()}
            on = {series[one.asset_id].underlying.pk for one in held[account_id]}
            yield (
                account_id,
                AccountBook(
                    free_cash=found.free_cash,
                    free_shares={asset_id: found.free_quantity(asset_id) for asset_id in on},
                    lines=_lines(held[account_id], series, prices, selling),
                    not_to_exercise=withheld.get(account_id, {}),
                    undecided=frozenset(undecided.get(account_id, ())),
                ),
            )


def liquidations_of(assets: Iterable[UUID], account_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], Decimal]:
    """Answer how many contracts the firm's open liquidation orders still sell, by account and contract."""
    rows = Order.objects.open().filter(
        account_id__in=account_ids, asset_id__in=list(assets), origin=OrderOrigin.LIQUIDATION
    )
    found = rows.order_by().values("account_id", "asset_id").annotate(left=Sum(REMAINING))
    return {(row["account_id"], row["asset_id"]): row["left"] for row in found}


def _withheld(assets: Iterable[UUID], account_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, Decimal]]:
    found: dict[UUID, dict[UUID, Decimal]] = defaultdict(dict)
    for (account_id, asset_id), quantity in in_force(list(assets), account_ids).items():
        found[account_id][asset_id] = quantity
    return found


def _undecided(assets: Iterable[UUID], account_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    proposed = Instruction.objects.filter(
        kind=InstructionKind.DO_NOT_EXERCISE,
        status=InstructionStatus.PROPOSED,
        account_id__in=account_ids,
        asset_id__in=list(assets),
    )
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for account_id, asset_id in proposed.values_list("account_id", "asset_id"):
        found[account_id].add(asset_id)
    return found


def _lines(
    held: Sequence[Held], series: Mapping[UUID, Series], prices: Prices, selling: Mapping[UUID, Decimal]
) -> tuple[ExpiringLine, ...]:
    return tuple(
        ExpiringLine(
            asset_id=one.asset_id,
            symbol=series[one.asset_id].asset.symbol,
            quantity=one.quantity,
            terms=series[one.asset_id].terms,
            price=prices.get(series[one.asset_id].underlying.pk),
            underlying_symbol=series[one.asset_id].underlying.symbol,
            selling=max(selling.get(one.asset_id, NOTHING), NOTHING),
        )
        for one in held
        if one.asset_id in series
    )
