"""All that is known of contracts and shares as of a moment: quote, trade, bars, and what the quote implies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from brokerage.market_calendar import NEW_YORK
from options.chain import LISTED_COLUMNS, instrument_of_listed, live_contracts
from options.data_selectors import ChainQuery, SnapshotQuery, contracts_named, shares_named
from options.market.interface import LatestBars, Quote, Trade
from options.models import Asset, OptionContract
from options.pricing import Greeks, Valuation, greeks_of, valuation_of
from options.rules.chain import ListedContract
from options.rules.contracts import osi_key
from options.rules.data_windows import midnight_of
from options.services.market import (
    get_chain_latest_trades,
    get_chain_quotes,
    get_latest_bars,
    get_latest_trades,
    get_quotes,
    market_source,
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of one asset; None where nothing is."""

    quote: Quote | None
    trade: Trade | None
    bars: LatestBars | None
    greeks: Greeks | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is known at all."""
        return self.quote is None and self.trade is None and self.bars is None

    def is_updated_since(self, moment: datetime) -> bool:
        """Say whether it was quoted or traded at that moment or later."""
        return any(one is not None and one.at >= moment for one in (self.quote, self.trade))


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """Snapshots by symbol, and the key that the next page follows; None where it is the last."""

    snapshots: dict[str, Snapshot]
    next_after: str | None


def contract_snapshots(asked: SnapshotQuery, at: datetime) -> SnapshotPage:
    """Answer the snapshots of the contracts asked for that are known; one query finds all of them."""
    known = [asset for asset in contracts_named(asked.symbols) if asked.after is None or asset.symbol > asked.after]
    shown = known[: asked.limit]
    shares = {asset.contract.underlying_id: asset.contract.underlying for asset in shown}
    quotes = get_quotes([*shown, *shares.values()], at)
    trades, bars = get_latest_trades(shown, at), get_latest_bars(shown, at)
    spots = {share_id: _spot(quotes.get(share_id)) for share_id in shares}
    greeks = _implied(
        {asset.symbol: (asset.contract, quotes.get(asset.id), spots[asset.contract.underlying_id]) for asset in shown},
        at,
    )
    found = {
        asset.symbol: Snapshot(
            quotes.get(asset.id), trades.get(asset.symbol), bars.get(asset.symbol), greeks.get(asset.symbol)
        )
        for asset in shown
    }
    return SnapshotPage(_kept(found, asked.updated_since), shown[-1].symbol if len(known) > len(shown) else None)


def share_snapshots(shares: Sequence[Asset], at: datetime) -> dict[str, Snapshot]:
    """Answer the snapshots of shares, by symbol; missing where nothing is known."""
    quotes, trades, bars = get_quotes(shares, at), get_latest_trades(shares, at), get_latest_bars(shares, at)
    found = {one.symbol: Snapshot(quotes.get(one.id), trades.get(one.symbol), bars.get(one.symbol)) for one in shares}
    return _kept(found, None)


def chain_snapshots(asked: ChainQuery, at: datetime) -> SnapshotPage:
    """Answer the snapshots of the contracts on a share that still trade at `at`, a page by their keys.

    A share that nobody knows has no contracts. The queries are as many for two thousand contracts as for one.
    """
    share = next(iter(shares_named([asked.underlying_symbol])), None)
    listed = [] if share is None else _listed(share, asked, at)
    if share is None or not listed:
        return SnapshotPage({}, None)
    shown = listed[: asked.limit]
    contracts = {one.asset_id: instrument_of_listed(one, share) for one in shown}
    spot = _spot(get_quotes([share], at).get(share.id))
    quotes = get_chain_quotes(share, contracts, at)
    trades, bars = get_chain_latest_trades(share, contracts, at), market_source().latest_bars(contracts.values(), at)
    greeks = _implied({one.symbol: (one, quotes.get(one.symbol), spot) for one in shown}, at)
    found = {
        one.symbol: Snapshot(
            quotes.get(one.symbol), trades.get(one.symbol), bars.get(one.symbol), greeks.get(one.symbol)
        )
        for one in shown
    }
    next_after = osi_key(shown[-1].terms) if len(listed) > len(shown) else None
    return SnapshotPage(_kept(found, asked.updated_since), next_after)


def _listed(share: Asset, asked: ChainQuery, at: datetime) -> list[ListedContract]:
    wanted: dict[str, Any] = {
        "right": asked.right,
        "strike_price__gte": asked.strike_price_gte,
        "strike_price__lte": asked.strike_price_lte,
        "expiration_date": asked.expiration_date,
        "expiration_date__gte": asked.expiration_date_gte,
        "expiration_date__lte": asked.expiration_date_lte,
        "root_symbol": asked.root_symbol,
        "osi_key__gt": asked.after,
    }
    found = live_contracts(share, at).filter(**{name: value for name, value in wanted.items() if value is not None})
    rows = found.order_by("osi_key").values_list(*LISTED_COLUMNS)[: asked.limit + 1]
    return [ListedContract._make(row) for row in rows]


def _spot(of_share: Quote | None) -> Decimal | None:
    """Answer what a share is valued at; None where no trade in it is known (contract/trading.md 9.2)."""
    return of_share.mark if of_share is not None and of_share.last is not None else None


def _implied(
    priced: Mapping[str, tuple[ListedContract | OptionContract, Quote | None, Decimal | None]], at: datetime
) -> dict[str, Greeks | None]:
    """Answer what quotes imply, by symbol, from contracts with their quotes and the prices of their shares."""
    today = at.astimezone(NEW_YORK).date()
    valuations: list[Valuation | None] = []
    for contract, quote, mark in priced.values():
        # What one unit of premium delivers: an adjusted contract's strike extends by something else (SY-5).
        spot = None if mark is None else mark * contract.deliverable / contract.multiplier
        valuations.append(None if quote is None else valuation_of(contract.terms, contract.style, quote, spot, today))
    return dict(zip(priced, greeks_of(valuations, rate=settings.RISK_FREE_RATE), strict=True))


def _kept(found: dict[str, Snapshot], updated_since: datetime | date | None) -> dict[str, Snapshot]:
    """Leave out what nothing is known of, and what has not moved since."""
    if updated_since is None:
        return {symbol: one for symbol, one in found.items() if not one.is_empty}
    since = updated_since if isinstance(updated_since, datetime) else midnight_of(updated_since)
    return {symbol: one for symbol, one in found.items() if one.is_updated_since(since)}
