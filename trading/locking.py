"""The lock of an order is its account's: everything about it is read after that (house style 3.3)."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Subquery, UUIDField

from accounts.choices import UserKind
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.services.users import system_user
from brokerage.prepared import PreparedQuery, Slot
from trading.models import Order
from trading.order_errors import OrderNotFound


def one_order() -> QuerySet[Order]:
    """Answer the query for the order in the slot `order_id`, with its asset, the contract and its underlying."""
    orders = Order.objects.select_related("asset__contract__underlying")
    return orders.filter(pk=Slot("order_id", UUIDField()))


ORDER = PreparedQuery(one_order)


def lock_order(order_id: UUID, read: PreparedQuery[Order] = ORDER, **values: Any) -> tuple[Account, Order]:
    """Lock the account of an order that a venue reports on, and answer both; raise `OrderNotFound`.

    The order comes with its asset, the contract and its underlying. What a report needs to know
    besides costs no round trip of its own: `read` asks for it, with `values` in its slots.
    """
    actor = _OWNER.first(order_id=order_id) or system_user()
    account_id = getattr(actor, "account_id", None)
    if account_id is None:
        raise OrderNotFound(order_id=str(order_id))
    account = lock_account(actor, account_id)
    [order] = read.rows(order_id=order_id, **values)
    return account, order


def _owner() -> QuerySet[User]:
    owner = Order.objects.filter(pk=Slot("order_id", UUIDField())).values("account_id")
    return User.objects.filter(kind=UserKind.SYSTEM).annotate(account_id=Subquery(owner))[:1]


_OWNER = PreparedQuery(_owner)
