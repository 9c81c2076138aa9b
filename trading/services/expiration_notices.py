"""Tell a holder what becomes of positions that expire, and keep who told them and when."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from accounts.choices import NoticeKind
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.services.notices import Message, Recipient, give_notice
from brokerage import clock
from brokerage.events import event, record_events
from brokerage.models import Event
from trading.expirations import hours_of
from trading.expiring import ExpiringFilter, Worklist, read_worklist
from trading.expiring_lines import Line, describe_rows
from trading.expiring_ranked import Ranked
from trading.models import ExpirationNotice

MOST_POSITIONS = 1_000


@transaction.atomic(durable=True)
def tell_of_expiration(
    *, actor: User, account_id: UUID, asset_ids: Sequence[UUID], again: bool = False
) -> list[ExpirationNotice]:
    """Tell the holder in one mail what becomes of these positions, and record it of each.

    Those that the holder was told of before are left out, unless it is to be said `again`; what does
    not expire in the next five sessions, or is not held, is left out too. Where no address is on file
    only the record is made: whoever works on the account tells them.
    """
    actor.require(Permission.WRITE_NOTES)
    account = lock_account(actor, account_id)
    now = clock.now()
    lines = [
        line
        for line in _lines(actor, account, now)
        if line.contract.asset_id in set(asset_ids) and (again or line.told is None)
    ]
    notices = [
        ExpirationNotice.objects.create(
            account=account,
            correspondent_id=account.correspondent_id,
            asset_id=line.contract.asset_id,
            expiration_date=line.contract.expiration_date,
            projected=line.projected,
            address=account.email_address,
            told_by=actor,
            told_at=now,
        )
        for line in lines
    ]
    if notices and account.email_address:
        _write(account, lines, key=f"expiration:{notices[0].pk}", now=now)
    record_events([_event(account, actor, line, notice) for line, notice in zip(lines, notices, strict=True)])
    return notices


def _lines(actor: User, account: Account, now: datetime) -> list[Line]:
    work: Worklist = read_worklist(actor, ExpiringFilter(account=str(account.pk)), now, size=MOST_POSITIONS)
    rows: list[Ranked] = work.page.rows
    return describe_rows(work, rows)


def _write(account: Account, lines: Sequence[Line], *, key: str, now: datetime) -> None:
    facts = {
        "name": account.name,
        "last_four": account.account_number[-4:],
        "firm": account.correspondent.name,
        "lines": lines,
        "cutoff_at": hours_of(min(line.contract.expiration_date for line in lines)).cutoff_at,
        "link": f"{settings.PUBLIC_URL}/accounts/{account.pk}/positions" if account.owner_id else "",
    }
    body = render_to_string("trading/mail/expiration.txt", facts)
    what = "an option position expires" if len(lines) == 1 else f"{len(lines)} option positions expire"
    subject = f"Strikebook: {what} soon"
    message = Message(NoticeKind.EXPIRATION, key, subject, body)
    to = [Recipient(account.email_address, account.owner)]
    give_notice(message, to, correspondent=account.correspondent, account=account, now=now)


def _event(account: Account, actor: User, line: Line, notice: ExpirationNotice) -> Event:
    payload = {
        "symbol": line.contract.symbol,
        "expiration_date": line.contract.expiration_date.isoformat(),
        "outcome": line.projected.value,
        "is_mailed": bool(notice.address),
        "user_id": actor.pk,
    }
    return event("expiration.notified", account=account, subject=notice, at=notice.told_at, payload=payload)
