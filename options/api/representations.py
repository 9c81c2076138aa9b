"""What the wire shows of contracts, assets, requests for a level and pinned quotes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from brokerage.money import plain
from options.choices import AssetStatus
from options.models import Asset, OptionsApplication, PinnedQuote

# The name on the wire of each of `selectors.CONTRACT_COLUMNS`, and how its value is written.
CONTRACT_WIRE: tuple[tuple[str, Callable[[Any], Any] | None], ...] = (
    ("id", None),
    ("symbol", None),
    ("name", None),
    ("status", None),
    ("tradable", None),
    ("expiration_date", None),
    ("root_symbol", None),
    ("underlying_symbol", None),
    ("underlying_asset_id", None),
    ("type", None),
    ("style", None),
    ("strike_price", plain),
    ("multiplier", str),
    ("size", str),
    ("open_interest", str),
    ("open_interest_date", None),
    ("close_price", plain),
    ("close_price_date", None),
)


def contract_json(row: tuple, *, with_deliverables: bool) -> dict[str, Any]:
    """Answer one contract from its row of `selectors.CONTRACT_COLUMNS` (contract/trading.md 1.3).

    What is not known of it is left out, as the client library expects.
    """
    shown = {
        name: write(value) if write else value
        for (name, write), value in zip(CONTRACT_WIRE, row, strict=False)
        if value is not None
    }
    shown["tradable"] = shown["tradable"] and shown["status"] == AssetStatus.ACTIVE
    if with_deliverables:
        shown["deliverables"] = _deliverables(shown, row[len(CONTRACT_WIRE)])
    return shown


def _deliverables(contract: dict[str, Any], cash: Decimal) -> list[dict[str, Any]]:
    """Answer what one contract delivers: its shares, and after an adjustment the cash beside them."""
    settles = {"settlement_type": "T+1", "settlement_method": "CCC", "delayed_settlement": False}
    shares = {
        "type": "equity",
        "symbol": contract["underlying_symbol"],
        "asset_id": contract["underlying_asset_id"],
        "amount": contract["size"],
        "allocation_percentage": "100",
        **settles,
    }
    dollars = {"type": "cash", "symbol": "USD", "amount": plain(cash), "allocation_percentage": "0", **settles}
    return ([shares] if contract["size"] != "0" else []) + ([dollars] if cash else [])


def asset_json(asset: Asset) -> dict[str, Any]:
    """Answer a share fetched with its attributes (contract/trading.md 1.4)."""
    attributes = [name for name in ("has_options", "options_enabled") if getattr(asset, name)]
    return {
        "id": asset.id,
        "class": asset.asset_class,
        "exchange": asset.exchange,
        "symbol": asset.symbol,
        "name": asset.name,
        "status": asset.status,
        "tradable": asset.tradable,
        "marginable": asset.marginable,
        "shortable": asset.shortable,
        "easy_to_borrow": asset.easy_to_borrow,
        "borrow_status": "easy_to_borrow" if asset.easy_to_borrow else "hard_to_borrow",
        "fractionable": asset.fractionable,
        "attributes": attributes,
    }


def approval_json(application: OptionsApplication) -> dict[str, Any]:
    """Answer a request for a level; the level granted is there once one is (contract/accounts.md 3.1)."""
    shown = {
        "id": application.id,
        "account_id": application.account_id,
        "created_at": application.created_at,
        "updated_at": application.updated_at,
        "requested_level": application.requested_level,
        "status": application.status,
        "requester": application.requester,
    }
    if application.approved_level is not None:
        shown["approved_level"] = application.approved_level
    return shown


def pinned_json(pin: PinnedQuote) -> dict[str, Any]:
    """Answer a pinned quote, without what it does not quote."""
    shown = {
        "bid": plain(pin.bid_price),
        "ask": plain(pin.ask_price),
        "bid_size": pin.bid_size,
        "ask_size": pin.ask_size,
        "last": plain(pin.last_price),
    }
    return {name: value for name, value in shown.items() if value is not None}
