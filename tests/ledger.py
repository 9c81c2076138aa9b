"""Reads and writes of the ledger that only tests need."""

from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from accounts.models import Account
from brokerage import clock
from brokerage.models import Event
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType, HouseBook
from trading.models import Activity, Journal, LedgerTransaction, Order, Position, Posting
from trading.rules.postings import Move, trade_date
from trading.services.ledger import Entry, post


def deposit(account: Account, amount: str) -> None:
    """Put cash into an account from the bank."""
    now = clock.now()
    face = Activity(account=account, correspondent_id=account.correspondent_id, net_amount=Decimal(amount))
    entry = Entry(
        activity_type=ActivityType.CSD,
        reference=f"opening:{uuid4()}",
        moves=[Move(HouseBook.BANK, account.pk, USD_ID, Decimal(amount))],
        at=now,
        trade_date=trade_date(now),
        settle_date=trade_date(now),
        faces=[face],
    )
    with transaction.atomic():
        post(entry)


def everything() -> dict[str, list]:
    """Answer all that a refusal must leave as it was: orders, postings, positions, journals, events.

    That something was refused is kept, and told to whoever looks at the refusals: nothing else is.
    """
    models = (Order, LedgerTransaction, Posting, Activity, Position, Journal)
    kept = {model.__name__: list(model.objects.order_by("pk").values()) for model in models}
    return kept | {"Event": list(Event.objects.exclude(type="order_request.refused").order_by("pk").values())}
