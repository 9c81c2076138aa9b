"""Steps that the services over journals share; each runs inside a service's transaction, its accounts locked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from accounts.models import Account, Correspondent, User
from brokerage.events import event, record_events
from brokerage.market_calendar import Instrument as Settling
from brokerage.market_calendar import settlement_date
from brokerage.mode import is_sandbox
from brokerage.models import Event
from brokerage.money import plain, to_cents
from options.models import Asset
from options.rules.asset_ids import USD_ID
from options.services.market import get_quote
from trading.choices import ActivityType, HouseBook, JournalStatus, JournalType
from trading.errors import (
    AssetUnknown,
)
from trading.instruments import MARKET, read_holdings, read_holdings_of
from trading.journal_errors import (
    JournalAccountInactive,
    JournalCashUnavailable,
    JournalSharesUnavailable,
    JournalSharesUnpriced,
    JournalSourceInactive,
)
from trading.models import Activity, Journal
from trading.rules.holdings import ZERO
from trading.rules.journals import MAY_SEND, JournalRequest, Limits, require_direction
from trading.rules.postings import Move, trade_date
from trading.services.ledger import Entry, post_all, posted_events
from trading.settlement import unsettled_proceeds


def review_ends(entry_type: JournalType, source: Account, destination: Account) -> None:
    """Raise what stands against a journal between these two: its direction, or the state of one."""
    require_direction(
        entry_type,
        (source.kind, source.correspondent_id),  # type: ignore[arg-type]
        (destination.kind, destination.correspondent_id),  # type: ignore[arg-type]
    )
    if destination.status != "ACTIVE" or destination.account_blocked:
        raise JournalAccountInactive(status=destination.status)
    if source.status not in MAY_SEND or source.account_blocked or source.transfers_blocked:
        raise JournalSourceInactive(status=source.status)


def draft(actor: User, ends: Mapping[UUID, Account], request: JournalRequest, now: datetime) -> Journal:
    """Answer the unsaved journal of a request; shares at the price that values them."""
    source = ends[request.from_account]
    journal = Journal(
        correspondent_id=source.correspondent_id,
        entry_type=request.entry_type,
        from_account=source,
        to_account=ends[request.to_account],
        amount=request.amount,
        value_amount=request.amount or ZERO,
        description=request.description,
        status=JournalStatus.QUEUED,
        idempotency_key=request.idempotency_key,
        created_by=actor,
        created_at=now,
        **asdict(request.transmitter),
    )
    if request.entry_type == JournalType.JNLS:
        journal.asset = Asset.objects.shares().select_related(*MARKET).filter(symbol=request.symbol).first()
        if journal.asset is None:
            raise AssetUnknown(symbol=request.symbol)
        quote = get_quote(journal.asset, now)
        if quote is None or quote.mark is None or request.qty is None:
            raise JournalSharesUnpriced(symbol=request.symbol)
        journal.quantity, journal.price = request.qty, quote.mark.quantize(Decimal("0.0001"))
        journal.value_amount = to_cents(journal.quantity * journal.price)
    return journal


def limits_of(correspondent: Correspondent) -> Limits:
    """Answer the correspondent's limits on journals."""
    return Limits(correspondent.journal_limit_amount, correspondent.journal_daily_limit_amount)


def moved_on(account: Account, entry_type: JournalType, now: datetime) -> Decimal:
    """Answer the dollars that journals of that type moved out of the account on that day."""
    today = Journal.objects.filter(from_account=account, transaction__trade_date=trade_date(now), entry_type=entry_type)
    return today.aggregate(sum=Sum("value_amount"))["sum"] or ZERO


def execute(journals: Sequence[Journal], at: datetime) -> list[Event]:
    """Post journals of one type and mark them executed, unsaved; in one set of statements.

    Answers the events of the balances that changed, for `announce`.

    Raises `JournalCashUnavailable` or `JournalSharesUnavailable`, before anything is written.
    """
    if not journals:
        return []
    is_cash = journals[0].entry_type == JournalType.JNLC
    moves = _cash_moves(journals, at) if is_cash else [_share_move(journal, at) for journal in journals]
    entries = [_entry(journal, move, at) for journal, move in zip(journals, moves, strict=True)]
    transactions, positions = post_all(entries)
    for journal, transaction in zip(journals, transactions, strict=True):
        journal.transaction = transaction
        journal.status, journal.settle_date = JournalStatus.EXECUTED, transaction.settle_date
    return posted_events(entries, positions, at)


def _entry(journal: Journal, move: Move, at: datetime) -> Entry:
    source, destination, value = journal.from_account, journal.to_account, journal.value_amount
    traded_on = trade_date(at)
    return Entry(
        activity_type=ActivityType(journal.entry_type),
        reference=f"journal:{journal.pk}",
        moves=[move],
        at=at,
        trade_date=traded_on,
        settle_date=traded_on,
        faces=[_face(journal, source, -1), _face(journal, destination, 1)],
        costs={(account.pk, journal.asset_id): value for account in (source, destination) if journal.asset_id},
    )


def _cash_moves(journals: Sequence[Journal], at: datetime) -> list[Move]:
    """Answer the moves; no source may send more than is free and settled (BP-6: pledged cash stays)."""
    sources = sorted({journal.from_account_id for journal in journals})
    holdings = read_holdings_of(sources, ())
    unsettled = unsettled_proceeds(sources, trade_date(at))
    available = {source: holdings[source].withdrawable_cash(unsettled[source]) for source in sources}
    for source in sources:
        requested = sum((one.amount or ZERO for one in journals if one.from_account_id == source), ZERO)
        if requested > available[source]:
            raise JournalCashUnavailable(requested=requested, available=available[source])
    return [Move(one.from_account_id, one.to_account_id, USD_ID, one.amount or ZERO) for one in journals]


def _share_move(journal: Journal, at: datetime) -> Move:
    assert journal.quantity is not None
    assert journal.asset_id is not None
    source, asset_id = journal.from_account, journal.asset_id
    available = read_holdings(source.pk, [asset_id]).free_quantity(asset_id)
    if journal.quantity > available:
        if not is_sandbox():
            raise JournalSharesUnavailable(requested=journal.quantity, available=available)
        _deliver_to_firm(journal, journal.quantity - available, at)
    return Move(source.pk, journal.to_account_id, asset_id, journal.quantity)


def _deliver_to_firm(journal: Journal, shortfall: Decimal, at: datetime) -> None:
    """Bring in from the street the shares that the firm lacks: sandbox only, so that a test can hand out shares."""
    assert journal.asset_id is not None
    source = journal.from_account
    traded_on = trade_date(at)
    face = Activity(
        account=source,
        correspondent_id=source.correspondent_id,
        asset_id=journal.asset_id,
        quantity=shortfall,
        price=journal.price,
        net_amount=Decimal(0),
        description="Shares delivered to the firm account by the sandbox",
    )
    entry = Entry(
        activity_type=ActivityType.ACATS,
        reference=f"sandbox-delivery:{journal.pk}",
        moves=[Move(HouseBook.STREET, source.pk, journal.asset_id, shortfall)],
        at=at,
        trade_date=traded_on,
        settle_date=settlement_date(traded_on, Settling.EQUITY),
        faces=[face],
        costs={(source.pk, journal.asset_id): to_cents(shortfall * (journal.price or ZERO))},
    )
    _, positions = post_all([entry])
    record_events(posted_events([entry], positions, at))


def _face(journal: Journal, account: Account, sign: int) -> Activity:
    return Activity(
        account=account,
        correspondent_id=account.correspondent_id,
        asset=journal.asset,
        quantity=journal.quantity * sign if journal.quantity is not None else None,
        price=journal.price,
        net_amount=journal.amount * sign if journal.amount is not None else Decimal(0),
        description=journal.description,
    )


def announce(journals: Sequence[Journal], at: datetime, *, before: str = "", balances: Sequence[Event] = ()) -> None:
    """Announce where each journal stands now, to both of its accounts, and the balances that changed.

    `before` is where all of them stood.
    """
    record_events(
        [
            event(
                "journal.status_changed",
                account=account,
                subject=journal,
                at=at,
                payload=_payload(journal, before) | {"side": side},
            )
            for journal in journals
            for side, account in (("from", journal.from_account), ("to", journal.to_account))
        ]
        + list(balances)
    )


def _payload(journal: Journal, before: str) -> dict[str, str | None]:
    return {
        "entry_type": journal.entry_type,
        "journal_id": str(journal.pk),
        "status_from": before,
        "status_to": journal.status,
        "description": journal.description,
        "net_amount": plain(journal.amount),
    }
