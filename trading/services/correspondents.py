"""Take a partner firm on: its record, its firm account with cash in it, and its first API key."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from accounts import acting
from accounts.models import Account, Correspondent, User
from accounts.permissions import Permission
from accounts.services.users import create_correspondent_records, issue_api_key
from brokerage import clock
from brokerage.events import record_events
from options.rules.asset_ids import USD_ID
from trading.choices import ActivityType, HouseBook
from trading.models import Activity
from trading.rules.postings import OPENING_REFERENCE, Move, trade_date
from trading.services.ledger import Entry, post, posted_events


@dataclass(frozen=True)
class NewCorrespondent:
    """A correspondent just taken on. `api_secret` is known here and nowhere else."""

    correspondent: Correspondent
    firm_account: Account
    api_key: str
    api_secret: str


@transaction.atomic(durable=True)
def open_correspondent(*, actor: User, name: str, code: str, firm_cash: Decimal) -> NewCorrespondent:
    """Create the correspondent and its firm account holding `firm_cash` dollars, and issue a key.

    Raises `CorrespondentCodeTaken` or `InvalidInput` naming what is wrong.
    """
    actor.require(Permission.MANAGE_CORRESPONDENTS)
    acting.claim(actor)
    correspondent, firm_account = create_correspondent_records(name=name, code=code)
    if firm_cash:
        _fund(firm_account, firm_cash)
    api_key, secret = issue_api_key(correspondent=correspondent)
    return NewCorrespondent(correspondent, firm_account, api_key.key_id, secret)


def _fund(firm_account: Account, firm_cash: Decimal) -> None:
    now = clock.now()
    face = Activity(
        account=firm_account,
        correspondent_id=firm_account.correspondent_id,
        net_amount=firm_cash,
        description="Opening deposit",
    )
    entry = Entry(
        activity_type=ActivityType.CSD,
        reference=f"{OPENING_REFERENCE}:{firm_account.pk}",
        moves=[Move(HouseBook.BANK, firm_account.pk, USD_ID, firm_cash)],
        at=now,
        trade_date=trade_date(now),
        settle_date=trade_date(now),
        faces=[face],
    )
    _, positions = post(entry)
    record_events(posted_events([entry], positions, entry.at))
