"""The trading side of the REST API: parse, call one service or selector, show the answer."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import KeyScope
from accounts.listing import get_listed_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock
from brokerage.api import ApiView
from brokerage.errors import BrokerageError, InvalidInput
from brokerage.market_calendar import NEW_YORK
from trading.api.serializers import (
    ActivityQuery,
    CloseAllQuery,
    OrderQuery,
    OrderRequestSerializer,
    PageQuery,
    PartQuery,
    ReplaceSerializer,
    activity_object,
    closing_object,
)
from trading.order_errors import OrderNotFound
from trading.order_search import find_order_by_client_id, list_orders
from trading.order_wire import order_object
from trading.position_wire import position_object, position_objects
from trading.rules.activity_types import types_asked
from trading.selectors import (
    ActivityFilter,
    get_position,
    list_activities,
    mark_positions,
    page_of_positions,
)
from trading.services.closing_positions import close_all_positions, close_position
from trading.services.orders import cancel_order, get_order, submit_order
from trading.services.replacing import replace_order
from trading.trading_account import trading_account_object

LONGEST_KEY = 128


class AccountView(ApiView):
    """A view of one account that the caller may see, or 404."""

    scope: ClassVar[str] = KeyScope.TRADING

    def account(self, account_id: UUID) -> Account:
        """Answer the account, or raise `AccountNotFound`."""
        return get_listed_account(self.actor, account_id)

    @property
    def actor(self) -> User:
        """Answer who is calling."""
        return self.request.user  # type: ignore[return-value]

    @property
    def idempotency_key(self) -> str | None:
        """Answer the header under which a request that is sent again is known; None without one."""
        key: str | None = self.request.headers.get("Idempotency-Key")
        if key is not None and not 0 < len(key) <= LONGEST_KEY:
            raise self.invalid_input({"Idempotency-Key": [f"must have 1 to {LONGEST_KEY} characters"]})
        return key


class TradingAccount(AccountView):
    """`GET /v1/trading/accounts/{id}/account` (contract/accounts.md 2.8)."""

    also_read_by = (KeyScope.ACCOUNTS,)

    def get(self, request: Request, account_id: UUID) -> Response:
        """Answer balances, levels and restrictions."""
        return Response(trading_account_object(self.account(account_id)))


class OrderList(AccountView):
    """`/v1/trading/accounts/{id}/orders`: submit, list, and cancel all."""

    def post(self, request: Request, account_id: UUID) -> Response:
        """Submit an order; answers the Order object as accepted."""
        asked = OrderRequestSerializer(data=self.body())
        asked.is_valid(raise_exception=True)
        order = submit_order(actor=self.actor, account_id=account_id, request=asked.to_request())
        return Response(order_object(order))

    def get(self, request: Request, account_id: UUID) -> Response:
        """List orders, newest first unless asked otherwise."""
        asked = OrderQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        orders = list_orders(self.account(account_id), asked.to_filter())
        return Response([order_object(order) for order in orders])

    def delete(self, request: Request, account_id: UUID) -> Response:
        """Cancel every open order; answers 207 with one element for each."""
        self.actor.require(Permission.CANCEL_ORDERS)
        account = self.account(account_id)
        open_orders = account.orders.open().order_by("-submitted_at").values_list("pk", flat=True)
        return Response([self._cancel(account.pk, order_id) for order_id in open_orders], status=207)

    def _cancel(self, account_id: UUID, order_id: UUID) -> dict[str, Any]:
        try:
            order = cancel_order(actor=self.actor, account_id=account_id, order_id=order_id)
        except BrokerageError as refusal:
            return {"id": str(order_id), "status": 500, "body": refusal.body()}
        return {"id": str(order_id), "status": 200, "body": order_object(order)}


class OrderDetail(AccountView):
    """`/v1/trading/accounts/{id}/orders/{order_id}`: read, replace and cancel one order."""

    def get(self, request: Request, account_id: UUID, order_id: str) -> Response:
        """Answer the Order object."""
        return Response(order_object(get_order(self.account(account_id), _order_id(order_id))))

    def patch(self, request: Request, account_id: UUID, order_id: str) -> Response:
        """Replace the order; answers the one that is to take its place."""
        asked = ReplaceSerializer(data=self.body())
        asked.is_valid(raise_exception=True)
        replacement = replace_order(
            actor=self.actor, account_id=account_id, order_id=_order_id(order_id), changes=asked.to_changes()
        )
        return Response(order_object(replacement))

    def delete(self, request: Request, account_id: UUID, order_id: str) -> Response:
        """Ask for the order's cancellation; 204."""
        cancel_order(actor=self.actor, account_id=account_id, order_id=_order_id(order_id))
        return Response(status=204)


def _order_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise OrderNotFound(order_id=text) from None


class OrderByClientId(AccountView):
    """`GET …/orders:by_client_order_id?client_order_id=`."""

    def get(self, request: Request, account_id: UUID) -> Response:
        """Answer the Order object."""
        client_order_id = request.query_params.get("client_order_id", "")
        if not client_order_id:
            raise InvalidInput({"client_order_id": ["is required"]})
        return Response(order_object(find_order_by_client_id(self.account(account_id), client_order_id)))


class PositionList(AccountView):
    """`…/positions`: list, and close all (contract/trading.md 4.1)."""

    def get(self, request: Request, account_id: UUID) -> Response:
        """Answer every open position, marked to the market."""
        account = self.account(account_id)
        return Response(position_objects(account, mark_positions(account)))

    def delete(self, request: Request, account_id: UUID) -> Response:
        """Close every position at the market; answers 207 with one element for each."""
        asked = CloseAllQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        closings = close_all_positions(
            actor=self.actor, account_id=account_id, cancel_orders=asked.validated_data["cancel_orders"]
        )
        return Response([closing_object(one) for one in closings], status=207)


class PositionDetail(AccountView):
    """`…/positions/{symbol_or_asset_id}`: read, and close in whole or in part."""

    def get(self, request: Request, account_id: UUID, symbol_or_id: str) -> Response:
        """Answer one position."""
        account = self.account(account_id)
        return Response(position_objects(account, [get_position(account, symbol_or_id)])[0])

    def delete(self, request: Request, account_id: UUID, symbol_or_id: str) -> Response:
        """Close the position, or a part of it, at the market; answers the closing order."""
        asked = PartQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        order = close_position(actor=self.actor, account_id=account_id, symbol_or_id=symbol_or_id, part=asked.to_part())
        return Response(order_object(order))


class PositionsOfAccounts(AccountView):
    """`GET /v1/accounts/positions?page=`: what all accounts hold, some at a time (contract/trading.md 4.1)."""

    def get(self, request: Request) -> Response:
        """Answer the positions of a page by account; an empty map says that the last page is past."""
        asked = PageQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = page_of_positions(self.actor, asked.validated_data["page"])
        shown = {str(account_id): [position_object(one) for one in rows] for account_id, rows in found.items()}
        return Response({"as_of": clock.now(), "positions": shown})


class ActivityList(AccountView):
    """`GET /v1/accounts/activities` and `…/{activity_type}` (contract/trading.md 5.1)."""

    scope = KeyScope.REPORTING

    def get(self, request: Request, activity_type: str = "", account_id: UUID | None = None) -> Response:
        """Answer a bare array of activities; page with the last row's id as `page_token`."""
        asked = ActivityQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = activity_filter(asked.validated_data, activity_type)
        if account_id is not None:  # the key's own, whatever the query says
            wanted = replace(wanted, account_id=account_id)
        return Response([activity_object(row) for row in list_activities(self.actor, wanted)])


def activity_filter(fields: dict[str, Any], activity_type: str = "") -> ActivityFilter:
    """Answer the filter that a query asks for, or raise what is wrong with it."""
    types = types_asked((activity_type,) if activity_type else fields["activity_types"])
    after, until = read_instant(fields, "after"), read_instant(fields, "until")
    if fields["date"]:
        after, until = _day(fields["date"])
    return ActivityFilter(
        account_id=fields["account_id"],
        types=types,
        category=fields["category"],
        order_id=fields["order_id"],
        after=after,
        until=until,
        ascending=fields["direction"] == "asc",
        page_size=fields["page_size"] or (100_000 if fields["date"] else 100),
        page_token=fields["page_token"],
    )


FIRST_YEAR, LAST_YEAR = 1970, 2100


def read_instant(fields: dict[str, Any], name: str) -> datetime | None:
    """Answer a bound that is a date or an RFC 3339 time, None where it is absent; or raise `InvalidInput`."""
    text = fields[name]
    if not text:
        return None
    try:
        day, at = parse_date(text), parse_datetime(text)
    except ValueError:
        day = at = None
    if day is not None and len(text) == 10:
        return datetime.combine(day, time.min, NEW_YORK)
    if at is None:
        raise InvalidInput({name: ["must be a date (YYYY-MM-DD) or an RFC 3339 time"]})
    return at if at.tzinfo else at.replace(tzinfo=NEW_YORK)


def _day(text: str) -> tuple[datetime, datetime]:
    """Answer the bounds of one New York day; the date may come as a time, of which the date counts."""
    first = read_instant({"date": text[:10]}, "date")
    if first is None or not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise InvalidInput({"date": [f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}"]})
    return first - timedelta(microseconds=1), datetime.combine(first.date() + timedelta(days=1), time.min, NEW_YORK)
