"""Steps of exercise, assignment and expiration: what a delivery posts, and the fees of shares that it sells."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import Account
from brokerage.ids import time_ordered_id
from brokerage.market_calendar import Instrument as Settling
from brokerage.market_calendar import settlement_date
from options.choices import Right
from options.models import Asset, OptionContract
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType
from trading.models import Activity
from trading.rules.delivery import Deliverable, Delivery, basis, deliver, share_sale_fees
from trading.rules.fees import FeeRateInForce
from trading.services.fee_booking import accrue_fees
from trading.services.ledger import Entry

DESCRIPTIONS = {
    ActivityType.OPEXC: "Option Exercise",
    ActivityType.OPASN: "",
    ActivityType.OPTRD: "Option Trade",
    ActivityType.OPCSH: "Option Cash",
}


def deliverable_of(contract: OptionContract) -> Deliverable:
    """Answer the terms of a contract that a delivery follows."""
    return Deliverable(
        right=Right(contract.right),
        strike_price=contract.strike_price,
        multiplier=contract.multiplier,
        shares=contract.deliverable,
        cash_amount=contract.deliverable_cash_amount,
        underlying_id=contract.underlying_id,
    )


def delivery_entries(
    account: Account,
    contract_asset: Asset,
    quantity: Decimal,
    *,
    is_long: bool,
    at: datetime,
    on: date,
    reference: str,
    option_cost: Decimal,
) -> list[Entry]:
    """Answer what an exercise (long) or an assignment (short) posts, for one `post_all` under the lock.

    `contract_asset` comes with its contract and the underlying; `reference` gets the activity type
    behind it. `option_cost` is what the contracts that leave cost, signed as the position's cost
    is. All share a new `group_id`; the shares settle as a trade of that day does.
    """
    contract = contract_asset.contract
    terms = deliverable_of(contract)
    delivery = deliver(account.pk, terms, quantity, is_long=is_long, usd_id=USD_ID, contract_id=contract_asset.pk)
    amounts = basis(delivery, option_cost=option_cost, is_long=is_long)
    moves = (delivery.contract_moves, delivery.share_moves, delivery.cash_moves)
    costs = (amounts.contract_amount, amounts.share_amount, Decimal(0))
    faces = _faces(account, contract_asset, delivery, is_long=is_long)
    group_id, settle_date = time_ordered_id(), settlement_date(on, Settling.EQUITY)
    return [
        Entry(
            activity_type=kind,
            reference=f"{reference}:{kind}",
            moves=moved,
            at=at,
            trade_date=on,
            settle_date=settle_date,
            faces=[face],
            costs={(account.pk, face.asset_id): cost} if face.asset_id else {},
            group_id=group_id,
        )
        for (kind, face), moved, cost in zip(faces.items(), moves, costs, strict=True)
        if moved
    ]


def _faces(
    account: Account, contract_asset: Asset, delivery: Delivery, *, is_long: bool
) -> dict[ActivityType, Activity]:
    contract = contract_asset.contract
    removal = ActivityType.OPEXC if is_long else ActivityType.OPASN
    shown: dict[ActivityType, dict[str, Any]] = {
        removal: {"asset": contract_asset, "quantity": delivery.contracts, "net_amount": Decimal(0)},
        ActivityType.OPTRD: {
            "asset": contract.underlying,
            "quantity": delivery.shares,
            "price": contract.strike_price,
            "net_amount": delivery.strike_amount,
        },
        ActivityType.OPCSH: {"net_amount": delivery.cash_amount},
    }
    return {
        kind: Activity(
            account=account, correspondent_id=account.correspondent_id, description=DESCRIPTIONS[kind], **columns
        )
        for kind, columns in shown.items()
    }


def accrue_delivery_fees(account_id: UUID, rates: Sequence[FeeRateInForce], entries: Sequence[Entry]) -> None:
    """Add what one delivery is charged to what the account owes for its trade date: a step, under the lock.

    `rates` are those for shares on the trade date (`fee_schedule.rates_on`).
    """
    for entry in entries:
        for face in entry.faces:
            if entry.activity_type == ActivityType.OPTRD and face.quantity and face.quantity < 0:
                fees = share_sale_fees(rates, -face.quantity, face.net_amount)
                accrue_fees(account_id, entry.trade_date, fees, quantity=-face.quantity)
