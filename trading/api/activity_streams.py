"""What a correspondent hears of its accounts' activities (contract/trading.md 5.7, 7.2)."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.feeds import Feed, instant, stream_view, v1_ids
from accounts.choices import KeyScope
from accounts.models import User
from brokerage.models import Event
from brokerage.stream_bounds import V2_PARAMETERS
from options.rules.contracts import is_contract_symbol
from trading.api.views import AccountView
from trading.choices import ActivityStatus, ActivityType, OrderSide
from trading.history_errors import ActivityEventNotFound

EXECUTED = "activity.executed"
# What became of a trade's activity; the others are executed.
TRADES = {
    "order.fill": ActivityStatus.EXECUTED,
    "order.partial_fill": ActivityStatus.EXECUTED,
    "order.trade_bust": ActivityStatus.CANCELED,
    "order.trade_correct": ActivityStatus.CORRECT,
}
# The streams' own words, which differ from those on the rows (contract 5.4).
SAID_ON_STREAMS: dict[str, str] = {
    ActivityType.OPEXC: "Options Exercise",
    ActivityType.OPTRD: "Options Trade",
    ActivityType.OPEXP: "Options Expiry",
    ActivityType.OPASN: "Options Assignment",
    ActivityType.OPCSH: "Options Cash",
}


def non_trade_json(event: Event, actor: User) -> dict[str, Any]:
    """Answer a non-trade activity of the first version: quantity and amount are numbers, the price is not."""
    told = event.payload
    return {
        "id": _own_id(event),
        "account_id": str(event.account_id),
        **v1_ids(event),
        "entry_type": told["activity_type"],
        "entry_sub_type": told["activity_sub_type"],
        "status": told["status"],
        "symbol": told["symbol"] or "",
        "cusip": "",
        "qty": _number(told["qty"] or "0"),
        "price": told["price"] or "0",
        "net_amount": _number(told["net_amount"]),
        "per_share_amount": 0,
        "description": _description(told),
        "settle_date": told["settle_date"],
        "system_date": told["system_date"],
        "group_id": told["group_id"] or "",
    }


def activity_json(event: Event, actor: User) -> dict[str, Any]:
    """Answer any activity of the newer form; a trade's type is `TRD`."""
    return {
        "account_id": str(event.account_id),
        "at": instant(event),
        "event_id": event.ulid,
        "currency": "USD",
        **(_traded(event) if event.type in TRADES else _executed(event)),
    }


def _executed(event: Event) -> dict[str, Any]:
    told = event.payload
    symbol = told["symbol"]
    return {
        "activity_type": told["activity_type"],
        "activity_subtype": told["activity_sub_type"],
        "ref_id": _own_id(event),
        "status": told["status"],
        "executed_at": instant(event),
        "settle_date": told["settle_date"],
        "qty": told["qty"],
        "price": told["price"],
        "net_amount": told["net_amount"],
        "previous_id": None,
        "details": {**_of_what(symbol), "description": _description(told), "group_id": told["group_id"]},
    }


def _traded(event: Event) -> dict[str, Any]:
    told, order = event.payload, event.payload["order"]
    bought = order["side"] == OrderSide.BUY
    return {
        "activity_type": "TRD",
        "activity_subtype": "",
        "ref_id": told["execution_id"],
        "status": TRADES[event.type],
        "executed_at": told["timestamp"],
        "settle_date": told["settle_date"],
        "qty": told["qty"] if bought else f"-{told['qty']}",
        "price": told["price"],
        "net_amount": told.get("net_amount"),
        "previous_id": told.get("previous_execution_id"),
        "details": {
            **_of_what(order["symbol"]),
            "order_id": order["id"],
            "client_order_id": order["client_order_id"],
            "side": order["side"],
            "position_qty": told["position_qty"],
        },
    }


def _of_what(symbol: str | None) -> dict[str, Any]:
    """Answer the symbol, and once more as the contract's where it is one."""
    named: dict[str, Any] = {"symbol": symbol, "cusip": None}
    return named | {"contract_symbol": symbol} if symbol and is_contract_symbol(symbol) else named


def _description(told: dict[str, Any]) -> str:
    return SAID_ON_STREAMS.get(told["activity_type"], told["description"])


def _own_id(event: Event) -> str:
    """Answer the activity's own UUID: what follows the time in its id (contract/trading.md 5.2)."""
    return event.subject_id.rpartition("::")[2]


def _number(text: str) -> int | float:
    """Print an exact decimal as the stream's JSON number: the contract has no string here."""
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


ACTIVITIES = frozenset({EXECUTED, *TRADES})
NON_TRADES = Feed(frozenset({EXECUTED}), non_trade_json, narrowed_by={"group_id": UUID})
EVERY_ACTIVITY = Feed(ACTIVITIES, activity_json, V2_PARAMETERS)

non_trade_events = stream_view(NON_TRADES)
activity_events = stream_view(EVERY_ACTIVITY)


class ActivityEvent(AccountView):
    """`GET /v2beta1/accounts/{account_id}/events/activities/{event_id}` (contract/trading.md 5.7)."""

    scope = KeyScope.EVENTS

    def get(self, request: Request, account_id: UUID, event_id: str) -> Response:
        """Answer one event of the account's, or raise `ActivityEventNotFound`."""
        account = self.account(account_id)
        found = Event.objects.filter(ulid=event_id.upper(), account_id=account.pk, type__in=ACTIVITIES).first()
        if found is None:
            raise ActivityEventNotFound(event_id=event_id)
        return Response(activity_json(found, self.actor))
