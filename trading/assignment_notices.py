"""What a customer is told by mail when contracts were assigned, before the open (AS-12, decision 0011)."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.template.loader import render_to_string

from accounts.choices import NoticeKind
from accounts.models import Account
from accounts.services.notices import Message, Recipient, give_notice
from brokerage.models import Event
from options.models import Asset


def tell_assigned(account: Account, event: Event) -> None:
    """Write to the holder what was assigned, what it moved, and when it settles: a step that follows the event."""
    if not account.email_address:
        return
    told = event.payload
    asset = Asset.objects.get(symbol=told["symbol"])
    shares = Decimal(told["underlying_qty"])
    facts = {
        "name": account.name,
        "last_four": account.account_number[-4:],
        "firm": account.correspondent.name,
        "quantity": Decimal(told["qty"]),
        "contract": asset.name,
        "receives": shares > 0,
        "shares": abs(shares),
        "underlying": told["underlying_symbol"],
        "amount": abs(Decimal(told["net_amount"])),
        "trade_date": date.fromisoformat(told["trade_date"]),
        "settle_date": date.fromisoformat(told["settle_date"]),
        "link": f"{settings.PUBLIC_URL}/accounts/{account.pk}/assignments" if account.owner_id else "",
    }
    subject = f"{told['qty']} {asset.name} assigned"
    give_notice(
        Message(
            NoticeKind.ASSIGNMENT,
            f"event:{event.pk}",
            f"Strikebook: {subject}",
            render_to_string("trading/mail/assignment.txt", facts),
        ),
        [Recipient(account.email_address, account.owner)],
        correspondent=account.correspondent,
        account=account,
        now=event.at,
    )
