"""The demo market's own listing: a chain on each well-known underlying, by the exchanges' cycles.

The sandbox's only: elsewhere contracts come from a file and are never guessed (SY-9).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from zlib import crc32

from django.conf import settings
from django.db import transaction

from brokerage import market_calendar
from brokerage.market_calendar import NEW_YORK
from options.choices import AssetClass, Right
from options.market.interface import Instrument
from options.market.synthetic import SyntheticMarket
from options.market.universe import UNIVERSE, Underlying
from options.models import Asset, OptionContract
from options.rules.asset_ids import asset_id_for
from options.rules.contracts import ContractTerms, compact_symbol, contract_name, osi_key
from options.rules.expirations import is_expired, listed_expirations
from options.rules.strikes import strikes_around
from options.rules.tick_classes import tick_class_of
from options.services.contracts import new_share
from options.services.open_interest import keep_open_interest

Progress = Callable[[int, int, str], None]
BATCH = 2_000


def list_demo_chain(*, at: datetime, progress: Progress | None = None) -> int:
    """List the demo underlyings and the contracts they have at `at`; answer how many are new.

    What is listed already stays as it is, so listing again only adds. `progress` is told the
    underlyings done, their number, and the one just listed.
    """
    listed = 0
    for done, underlying in enumerate(UNIVERSE.values(), start=1):
        listed += list_chain(underlying, at)
        if progress is not None:
            progress(done, len(UNIVERSE), underlying.symbol)
    return listed


@transaction.atomic(durable=True)
def list_chain(underlying: Underlying, at: datetime) -> int:
    """List one underlying of the demo market and its contracts; answer how many are new."""
    share = Asset.objects.filter(symbol=underlying.symbol).first()
    if share is None:
        share = new_share(underlying.symbol)
        share.save(force_insert=True)
    market = SyntheticMarket(settings.MARKET_SEED)
    terms = list(_terms(underlying, market.spot(underlying.symbol, at), at))
    known = set(share.contracts.values_list("osi_key", flat=True))
    contracts = [_contract(one, share) for one in terms if osi_key(one) not in known]
    _close(contracts, market, at)
    Asset.objects.bulk_create([contract.asset for contract in contracts], batch_size=BATCH)
    OptionContract.objects.bulk_create(contracts, batch_size=BATCH)
    keep_open_interest([contract.asset_id for contract in contracts])
    return len(contracts)


def _terms(underlying: Underlying, spot: Decimal, at: datetime) -> Iterator[ContractTerms]:
    today = at.astimezone(NEW_YORK).date()
    live = [day for day in listed_expirations(underlying.cycle, today) if not is_expired(day, at)]
    for expiration_date in live:
        for strike_price in strikes_around(spot):
            for right in Right:
                yield ContractTerms(underlying.symbol, expiration_date, right, strike_price)


def _contract(terms: ContractTerms, share: Asset) -> OptionContract:
    symbol = compact_symbol(terms)
    asset = Asset(id=asset_id_for(symbol), symbol=symbol, name=contract_name(terms), asset_class=AssetClass.US_OPTION)
    return OptionContract(
        asset=asset,
        osi_key=osi_key(terms),
        underlying=share,
        root_symbol=terms.root,
        right=terms.right,
        strike_price=terms.strike_price,
        expiration_date=terms.expiration_date,
    )


def _close(contracts: list[OptionContract], market: SyntheticMarket, at: datetime) -> None:
    """Give contracts the close and the open interest of the last session that is over."""
    day = market_calendar.last_close(at).astimezone(NEW_YORK).date()
    closes = market.closing_prices([_instrument(contract) for contract in contracts], day)
    for contract in contracts:
        symbol = contract.asset.symbol
        contract.close_price, contract.close_price_date = closes.get(symbol), day
        contract.open_interest, contract.open_interest_date = crc32(symbol.encode()) % 5_000, day


def _instrument(contract: OptionContract) -> Instrument:
    underlying = contract.underlying.symbol
    return Instrument(contract.asset.symbol, underlying, tick_class_of(underlying), contract.terms)
