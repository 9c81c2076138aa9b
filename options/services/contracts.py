"""Load the asset and contract masters from files.

Contract data comes from files, never from a price (domain rule SY-9). A file is loaded whole or
not at all; a field that a row leaves out stays as it is, so loading twice changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from brokerage import clock
from options.choices import AssetClass, TickClass
from options.errors import BadRow
from options.files import Row
from options.market.universe import UNIVERSE
from options.models import Asset, OptionContract
from options.rules.asset_ids import asset_id_for
from options.rules.contracts import contract_name, osi_key
from options.rules.expirations import is_expired
from options.rules.master_rows import AssetRow, ContractRow, parse_asset, parse_contract
from options.rules.tick_classes import in_penny_program, tick_class_for
from options.services.open_interest import keep_open_interest

BATCH = 2_000
SHARE_SAYS = ("name", "exchange", "status", "tradable", "marginable", "shortable", "easy_to_borrow", "fractionable")
CONTRACT_ASSET_SAYS = ("name", "status", "tradable")
# Terms are listed once: afterwards only a corporate action changes them (domain rule CA-12).
CONTRACT_TERMS = {
    "style": "style",
    "multiplier": "multiplier",
    "deliverable": "size",
    "deliverable_cash_amount": "deliverable cash",
}
CONTRACT_SAYS = (
    "open_interest",
    "open_interest_date",
    "close_price",
    "close_price_date",
)


@dataclass
class Import:
    """How many rows of a file were added, changed, and already as they say."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def count(self, *, is_new: bool, is_changed: bool) -> None:
        """Count one row."""
        self.added += is_new
        self.changed += is_changed and not is_new
        self.unchanged += not is_changed and not is_new


@transaction.atomic(durable=True)
def import_assets(*, rows: Sequence[Row]) -> Import:
    """Add or change the shares of a file. Raises `BadRow` and loads nothing where a row is wrong."""
    asset_rows = [parse_asset(row.line, row.values) for row in rows]
    known = _known_assets(asset_rows)
    counted, new, changed = Import(), [], []
    for row in asset_rows:
        asset = known.get(row.symbol) or new_share(row.symbol)
        asset.id = row.id or asset.id
        is_new = row.symbol not in known
        said = {name: value for name in SHARE_SAYS if (value := getattr(row, name)) is not None}
        if row.tick_class or _contradicts(row.ppind, asset):
            said["tick_class"] = row.tick_class or tick_class_for(row.symbol, row.ppind)
        is_changed = _take(asset, said)
        counted.count(is_new=is_new, is_changed=is_changed)
        if is_new:
            new.append(asset)
        elif is_changed:
            changed.append(asset)
    _write(Asset, new, changed, (*SHARE_SAYS, "tick_class"))
    return counted


@transaction.atomic(durable=True)
def import_contracts(*, rows: Sequence[Row]) -> Import:
    """Add or change the contracts of a file, and add the underlyings that they name.

    Raises `BadRow` and loads nothing where a row is wrong.
    """
    contract_rows = [parse_contract(row.line, row.values) for row in rows]
    known = _known_assets(contract_rows)
    underlyings = _list_underlyings(contract_rows)
    now = clock.now()
    counted = Import()
    new: list[OptionContract] = []
    changed: list[OptionContract] = []
    for row in contract_rows:
        is_new = row.symbol not in known
        contract = new_contract(row, underlyings[row.underlying_symbol]) if is_new else known[row.symbol].contract
        is_changed = _take_contract(contract, row, underlyings[row.underlying_symbol], now)
        counted.count(is_new=is_new, is_changed=is_changed)
        if is_new:
            new.append(contract)
        elif is_changed:
            changed.append(contract)
    _write(Asset, [c.asset for c in new], [c.asset for c in changed], CONTRACT_ASSET_SAYS)
    _write(OptionContract, new, changed, (*CONTRACT_SAYS, "retired_at"))
    keep_open_interest([contract.asset_id for contract in (*new, *changed)])
    return counted


# --- Rows as they are made and changed -----------------------------------------------------------


def new_share(symbol: str) -> Asset:
    """Answer an unsaved share with that symbol, as far as it is known without a file."""
    known = UNIVERSE.get(symbol)
    return Asset(
        id=asset_id_for(symbol),
        symbol=symbol,
        name=known.name if known else symbol,
        asset_class=AssetClass.US_EQUITY,
        exchange=known.exchange if known else "",
        easy_to_borrow=True,
        tick_class=tick_class_for(symbol, None),
    )


def new_contract(row: ContractRow, underlying: Asset) -> OptionContract:
    """Answer an unsaved contract, its unsaved asset with it, with the terms of its symbol."""
    asset = Asset(
        id=row.id or asset_id_for(row.symbol),
        symbol=row.symbol,
        name=contract_name(row.terms),
        asset_class=AssetClass.US_OPTION,
    )
    return OptionContract(
        asset=asset,
        osi_key=osi_key(row.terms),
        underlying=underlying,
        root_symbol=row.terms.root,
        right=row.terms.right,
        strike_price=row.terms.strike_price,
        expiration_date=row.terms.expiration_date,
    )


def _take_contract(contract: OptionContract, row: ContractRow, underlying: Asset, now: datetime) -> bool:
    if contract.underlying_id != underlying.id:
        raise BadRow(line=row.line, problem=f"{row.symbol} is listed on another underlying than {underlying.symbol}")
    asset_says = {name: value for name in CONTRACT_ASSET_SAYS if (value := getattr(row, name)) is not None}
    contract_says = {name: value for name in CONTRACT_SAYS if (value := getattr(row, name)) is not None}
    _take_terms(contract, row)
    if contract.retired_at is not None:
        if is_expired(contract.expiration_date, now):
            asset_says.pop("status", None)  # A file's "active" does not bring an expired contract back.
        else:
            contract_says["retired_at"] = None
    return _take(contract.asset, asset_says) | _take(contract, contract_says)


def _take_terms(contract: OptionContract, row: ContractRow) -> None:
    for name, field in CONTRACT_TERMS.items():
        said, listed = getattr(row, name), getattr(contract, name)
        if said in (None, listed):
            continue
        if not contract._state.adding:
            raise BadRow(line=row.line, problem=f"{row.symbol} is listed with {field} {listed}, not {said}")
        setattr(contract, name, said)


def _take(target: Model, said: dict[str, Any]) -> bool:
    changed = {name: value for name, value in said.items() if getattr(target, name) != value}
    for name, value in changed.items():
        setattr(target, name, value)
    return bool(changed)


def _write(model: type[Model], new: Sequence[Model], changed: Sequence[Model], fields: Sequence[str]) -> None:
    model._default_manager.bulk_create(new, batch_size=BATCH)
    if changed:
        model._default_manager.bulk_update(changed, fields, batch_size=BATCH)


# --- Rows against each other and against what is there -------------------------------------------


def _known_assets(rows: Sequence[AssetRow] | Sequence[ContractRow]) -> dict[str, Asset]:
    """Answer the assets already listed under the rows' symbols; raise `BadRow` where ids or symbols clash."""
    known = _by_symbol(row.symbol for row in rows)
    ids = [row.id for row in rows if row.id]
    symbol_of_id = dict(Asset.objects.filter(pk__in=ids).values_list("id", "symbol"))
    line_of: dict[Any, int] = {}
    for row in rows:
        for key in filter(None, (row.symbol, row.id)):
            if key in line_of:
                raise BadRow(line=row.line, problem=f"{key} is on line {line_of[key]} already")
            line_of[key] = row.line
        listed = known.get(row.symbol)
        wanted = AssetClass.US_OPTION if isinstance(row, ContractRow) else AssetClass.US_EQUITY
        if listed and listed.asset_class != wanted:
            raise BadRow(line=row.line, problem=f"{row.symbol} is listed as {listed.asset_class}")
        if listed and row.id and listed.id != row.id:
            raise BadRow(line=row.line, problem=f"{row.symbol} is listed with the id {listed.id}, not {row.id}")
        if row.id and symbol_of_id.get(row.id, row.symbol) != row.symbol:
            raise BadRow(line=row.line, problem=f"the id {row.id} belongs to {symbol_of_id[row.id]}")
    return known


def _by_symbol(symbols: Iterable[str]) -> dict[str, Asset]:
    found = Asset.objects.filter(symbol__in=list(symbols)).select_related("contract")
    return {asset.symbol: asset for asset in found}


def _list_underlyings(rows: Sequence[ContractRow]) -> dict[str, Asset]:
    """Answer the rows' underlyings by symbol, adding those that are not listed yet."""
    known = _by_symbol({row.underlying_symbol for row in rows})
    named = _named_ids(rows)
    new = {symbol: new_share(symbol) for symbol in {row.underlying_symbol for row in rows} - known.keys()}
    for symbol in new.keys() & named.keys():
        new[symbol].id = named[symbol]
    changed = []
    for row in rows:
        asset = known.get(row.underlying_symbol) or new[row.underlying_symbol]
        if asset.asset_class != AssetClass.US_EQUITY:
            raise BadRow(line=row.line, problem=f"underlying_symbol {asset.symbol} is listed as {asset.asset_class}")
        if row.underlying_id and row.underlying_id != asset.id:
            raise BadRow(
                line=row.line, problem=f"{asset.symbol} is listed with the id {asset.id}, not {row.underlying_id}"
            )
        if _contradicts(row.ppind, asset):
            asset.tick_class = tick_class_for(asset.symbol, row.ppind)
            changed.append(asset)
    _write(Asset, list(new.values()), [asset for asset in changed if asset.symbol in known], ("tick_class",))
    return known | new


def _named_ids(rows: Sequence[ContractRow]) -> dict[str, UUID]:
    named = {row.underlying_symbol: row.underlying_id for row in reversed(rows) if row.underlying_id}
    taken = dict(Asset.objects.filter(pk__in=named.values()).values_list("id", "symbol"))
    for row in rows:
        if row.underlying_id and taken.get(row.underlying_id, row.underlying_symbol) != row.underlying_symbol:
            raise BadRow(line=row.line, problem=f"the id {row.underlying_id} belongs to {taken[row.underlying_id]}")
    return named


def _contradicts(ppind: bool | None, underlying: Asset) -> bool:
    return ppind is not None and ppind != in_penny_program(TickClass(underlying.tick_class))
