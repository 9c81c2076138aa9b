"""What a book that is about to expire holds: contracts of the next sessions around the money, long and short."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from uuid import UUID

from brokerage import clock
from options.choices import Right
from options.market.universe import UNIVERSE
from options.models import Asset
from options.services.market import get_quotes
from trading.instruments import MARKET
from trading.rules.outlook import expiring_sessions
from trading.seeding.holdings import LOTS, Leg, leg_of
from trading.seeding.market import LEAST_PRICE, Priced
from trading.seeding.tables import pick

REACH = Decimal("0.06")  # strikes that far from the price, in either direction
BACKED = 0.4  # of the accounts, so many have what all their longs need
SIDES = (1, -1)


@dataclass(frozen=True, eq=False)
class Family:
    """A share, and its contracts of the next sessions: those that are in the money, and those that are not."""

    share: Priced
    inside: tuple[Priced, ...]
    outside: tuple[Priced, ...]


def read_families(at: datetime | None = None) -> tuple[Family, ...]:
    """Answer each share of the demo market whose contracts expire in the next sessions."""
    at = at or clock.now()
    shares = Asset.objects.filter(symbol__in=UNIVERSE, contract=None).select_related(*MARKET).order_by("symbol")
    return tuple(family for share in shares if (family := _read_family(share, at)))


def _read_family(share: Asset, at: datetime) -> Family | None:
    dates = [session.date for session in expiring_sessions(clock.today())]
    quote = get_quotes([share], at).get(share.pk)
    if quote is None or quote.mark is None:
        return None
    spot = quote.mark
    near = Asset.objects.filter(
        contract__underlying=share,
        contract__expiration_date__in=dates,
        contract__retired_at=None,
        contract__strike_price__range=(spot * (1 - REACH), spot * (1 + REACH)),
    )
    contracts = list(near.select_related(*MARKET).order_by("symbol"))
    prices = {key: one.mark for key, one in get_quotes(contracts, at).items() if one.mark}
    inside: list[Priced] = []
    outside: list[Priced] = []
    for asset in contracts:
        terms = asset.contract
        price = prices.get(asset.pk, LEAST_PRICE)
        found = Priced(asset.pk, price, price, terms.multiplier, Right(terms.right), terms.strike_price)
        is_inside = (spot > terms.strike_price) is (found.right is Right.CALL)
        (inside if is_inside else outside).append(found)
    return Family(Priced(share.pk, spot, spot), tuple(inside), tuple(outside)) if inside and outside else None


def choose_expiring(rng: Random, families: tuple[Family, ...], count: int) -> tuple[Leg, ...]:
    """Answer what an account holds so that `count` of its positions expire soon: half in the money, half long."""
    chosen: dict[UUID, Leg] = {}
    shares: dict[UUID, tuple[Priced, int]] = {}
    is_backed = rng.random() < BACKED
    number = 0
    while len(chosen) < count:
        family = pick(rng, families)
        what = pick(rng, family.inside if number % 2 else family.outside)
        number += 1
        if what.asset_id in chosen and number < 20 * count:
            continue
        lots = pick(rng, LOTS) * SIDES[number // 2 % 2]
        chosen[what.asset_id] = _leg(what, lots)
        _, had = shares.get(family.share.asset_id, (family.share, 0))
        shares[family.share.asset_id] = family.share, had + _shares_behind(what, lots, is_backed=is_backed)
    return (*_share_legs(shares.values()), *chosen.values())


def reserve_for(legs: tuple[Leg, ...], rng: Random) -> int:
    """Answer the cents that an account has beyond what it paid: some can pay for every call that they hold."""
    calls = [leg for leg in legs if leg.quantity > 0 and leg.what.right is Right.CALL]
    needed = sum(leg.what.cents(leg.what.strike_price, leg.quantity) for leg in calls)
    return needed if rng.random() < BACKED else needed // 2


def _shares_behind(what: Priced, lots: int, *, is_backed: bool) -> int:
    """Answer the shares that a short call pledges, or that a long put delivers where its holder has them."""
    delivers = what.right is Right.CALL if lots < 0 else is_backed and what.right is Right.PUT
    return abs(lots) * what.multiplier if delivers else 0


def _leg(what: Priced, lots: int) -> Leg:
    if lots > 0:
        return leg_of(what, lots, f"long_{what.right}")
    return leg_of(what, lots, "covered_call" if what.right is Right.CALL else "cash_secured_put", "sell_to_open")


def _share_legs(shares: Iterable[tuple[Priced, int]]) -> Iterator[Leg]:
    for what, quantity in shares:
        if quantity:
            yield leg_of(what, quantity, "long_shares")
