"""The messages that wait to be matched, and what each could be about: the sender's accounts and what they are long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock, market_calendar
from brokerage.keyset import Page, read_page
from brokerage.market_calendar import NEW_YORK
from options.choices import AssetClass
from options.models import Asset
from trading.choices import MessageStatus
from trading.instruction_errors import MessageNotFound
from trading.instructions import in_force
from trading.models import Instruction, InstructionMessage, Position
from trading.rules.cutoffs import deadline_on, expiration_day, instruction_cutoff
from trading.rules.do_not_exercise import is_late
from trading.services.messages import accounts_of

PAGE_SIZE = 50
WEEKEND = timedelta(days=4)  # what expires on a holiday stops trading on the last session before


@dataclass(frozen=True)
class Candidate:
    """A long of one of the sender's accounts that expires today, and how much of it is not to be exercised already."""

    account: Account
    asset: Asset
    held: Decimal
    withheld: Decimal

    @property
    def value(self) -> str:
        """Answer how a form names it."""
        return f"{self.account.pk}:{self.asset.symbol}"


@dataclass(frozen=True)
class Countdown:
    """The cut-off of today's session, and how many seconds are left; none are once it has passed."""

    cutoff_at: datetime
    seconds: int

    @property
    def words(self) -> str:
        """Say how long that is: `1 h 05 min`, `4 min`."""
        hours, left = divmod(-(-self.seconds // 60), 60)
        return f"{hours} h {left:02} min" if hours else f"{left} min"


def countdown(now: datetime) -> Countdown | None:
    """Answer how long instructions are taken today; None on a day without a session."""
    session = market_calendar.session_on(now.astimezone(NEW_YORK).date())
    if session is None:
        return None
    cutoff = instruction_cutoff(session)
    return Countdown(cutoff, max(int((cutoff - now).total_seconds()), 0))


def visible_messages(actor: User) -> QuerySet[InstructionMessage]:
    """Answer the messages that `actor` may see: of its own correspondent; the broker's people see all."""
    actor.require(Permission.VIEW_ACCOUNTS)
    rows = InstructionMessage.objects.select_related("correspondent", "closed_by")
    return rows if actor.sees_every_correspondent else rows.filter(correspondent=actor.correspondent)


def list_messages(actor: User, status: str, *, after: str = "", before: str = "") -> Page[InstructionMessage]:
    """Answer a page of the messages in one state, the last received first, without their content."""
    told = Prefetch("instructions", Instruction.objects.select_related("asset"))
    rows = visible_messages(actor).filter(status=status).defer("raw").prefetch_related(told)
    return read_page(rows, ("-received_at", "-id"), size=PAGE_SIZE, after=after, before=before)


def count_new(actor: User) -> int:
    """Answer how many messages wait to be matched."""
    return visible_messages(actor).filter(status=MessageStatus.NEW).count()


def get_message(actor: User, message_id: UUID) -> InstructionMessage:
    """Answer a message that `actor` may see, or raise `MessageNotFound`."""
    found = visible_messages(actor).filter(pk=message_id).first()
    if found is None:
        raise MessageNotFound
    return found


def holders_of(actor: User, message: InstructionMessage) -> list[Account]:
    """Answer the accounts of a message's sender that `actor` may see."""
    visible = Account.objects.visible_to(actor)
    return list(accounts_of(message.sender).filter(pk__in=visible.values("pk")))


def candidates_of(accounts: list[Account]) -> list[Candidate]:
    """Answer what these accounts are long and what expires today, by account and symbol."""
    today = clock.today()
    rows = Position.objects.filter(
        account__in=accounts,
        quantity__gt=0,
        asset__asset_class=AssetClass.US_OPTION,
        asset__contract__expiration_date__range=(today, today + WEEKEND),
    ).select_related("asset__contract__underlying")
    by_id = {account.pk: account for account in accounts}
    withheld = in_force(account_ids=list(by_id))
    found = [
        Candidate(
            by_id[row.account_id],
            row.asset,
            row.quantity,
            withheld.get((row.account_id, row.asset_id), Decimal(0)),
        )
        for row in rows
        if expiration_day(row.asset.contract.expiration_date) == today
    ]
    return sorted(found, key=lambda one: (one.account.created_at, one.asset.symbol))


def can_be_filed_late(asset: Asset, received_at: datetime, now: datetime) -> bool:
    """Say whether only an excuse helps now: it came in after the cut-off, and the firm can still file."""
    expires = asset.contract.expiration_date
    is_the_day = now.astimezone(NEW_YORK).date() == expiration_day(expires)
    return is_the_day and is_late(expires, received_at) and now < deadline_on(expires)
