"""What one tenant has, in every table that is a tenant's, marked so that any byte of it is recognized elsewhere."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import NOT_PROVIDED, Model

from accounts.models import (
    Account,
    AccountDocument,
    AccountNote,
    Correspondent,
    DraftDocument,
    OpeningDraft,
    OwnerDocument,
    SavedFilter,
    User,
)
from options.models import Asset, DataEntitlement, DataUsage, LevelReview, OptionContract, OptionsApplication
from tests.cast import Partner
from tests.factories import make_account, make_customer
from trading.models import (
    AccruedFee,
    AchRelationship,
    Activity,
    ApprovalReport,
    Assignment,
    AssignmentNotice,
    Bank,
    ClosingBalance,
    EquityPoint,
    Expiration,
    ExpirationNotice,
    ExpiringPosition,
    Instruction,
    InstructionMessage,
    Journal,
    JournalBatch,
    LedgerTransaction,
    Lot,
    LotClosing,
    Order,
    Position,
    ReconciliationBreak,
    Refusal,
    Transfer,
    Watchlist,
)

MARK = "only-acme-knows"
AT = datetime(2026, 1, 15, 15, 0, tzinfo=UTC)
PLAIN = {
    models.BooleanField: False,
    models.DateTimeField: AT,
    models.DateField: date(2026, 1, 15),
    models.DecimalField: Decimal(1),
    models.BinaryField: MARK.encode(),
    models.JSONField: {"text": MARK},
    models.IntegerField: 1,
    models.BigIntegerField: 1,
    models.PositiveIntegerField: 1,
    models.PositiveSmallIntegerField: 1,
    models.GenericIPAddressField: "203.0.113.7",
    ArrayField: [MARK],
}


def make_row(model: type[Model], related: dict[type[Model], Model], **given: Any) -> Any:
    """Insert a row of any model: what is not given is filled in, text with the mark where it has the room."""
    columns = dict(given)
    for column in model._meta.concrete_fields:
        if column.name not in columns and not column.primary_key and _is_required(column):
            columns[column.name] = _value(column, related)
    return model._base_manager.create(**columns)


def _is_required(column: Any) -> bool:
    return (
        not column.null
        and not column.generated
        and column.default is NOT_PROVIDED
        and column.db_default is NOT_PROVIDED
    )


def _value(column: Any, related: dict[type[Model], Model]) -> Any:
    if column.is_relation:
        return related[column.related_model]
    if column.choices:
        return column.choices[0][0]
    if isinstance(column, models.UUIDField):
        return uuid4()
    if isinstance(column, models.CharField | models.TextField | models.FileField):
        return MARK[: column.max_length]
    return next(value for kind, value in PLAIN.items() if isinstance(column, kind))


def _contract_on(share: Asset) -> Asset:
    """Answer a contract, of which there is one for all."""
    contract, is_new = Asset.objects.get_or_create(
        symbol=f"{share.symbol}260116C00010000", defaults={"name": "Held call", "asset_class": "us_option"}
    )
    if is_new:
        terms = {"strike_price": 10, "right": "call", "expiration_date": date(2026, 1, 16), "root_symbol": share.symbol}
        OptionContract.objects.create(
            asset=contract, underlying=share, osi_key=f"{share.symbol:6}260116C00010000", **terms
        )
    return contract


def fill(partner: Partner) -> dict[str, Any]:
    """Give a partner rows everywhere, and answer what the parameters of URLs stand for."""
    customer = make_customer(partner.correspondent, email=f"{MARK}@example.com")
    account = make_account(
        partner.correspondent,
        changes={"identity.given_name": MARK, "identity.family_name": MARK, "contact.city": MARK},
        owner=customer,
    )
    dollars = Asset.objects.get(symbol="USD")
    related: dict[type[Model], Model] = {
        Correspondent: partner.correspondent,
        Account: account,
        User: partner.ops,
        Asset: dollars,
    }
    transaction = related[LedgerTransaction] = make_row(LedgerTransaction, related)
    order = related[Order] = make_row(Order, related, client_order_id=MARK, limit_price=1, type="limit", quantity=1)
    relationship = related[AchRelationship] = make_row(AchRelationship, related)
    bank = related[Bank] = make_row(Bank, related)
    related[JournalBatch] = make_row(JournalBatch, related)
    journal = make_row(
        Journal,
        related,
        amount=1,
        description=MARK,
        status="pending",
        entry_type="JNLC",
        from_account=partner.firm_account,
        to_account=account,
    )
    transfer = make_row(Transfer, related, transfer_type="ach", relationship=relationship, bank=None, reason=MARK)
    draft = related[OpeningDraft] = make_row(OpeningDraft, related, label=MARK)
    make_row(AccountNote, related, text=MARK)
    make_row(Refusal, related)
    make_row(DataEntitlement, related, feed="opra", signed_on=AT.date(), reason=MARK)
    make_row(DataUsage, related, api_key=partner.key, endpoint=MARK)
    for projection in (ClosingBalance, EquityPoint, AccruedFee):
        make_row(projection, related)
    make_row(Position, related, quantity=7)
    share, _ = Asset.objects.get_or_create(symbol="HELD", defaults={"name": "Held, Inc.", "asset_class": "us_equity"})
    make_row(Position, related, asset=share, quantity=7, cost_amount=7)
    related[Lot] = make_row(Lot, related)
    make_row(LotClosing, related)
    related[Expiration], _ = Expiration.objects.get_or_create(date=date(2026, 1, 16), rule_version="1")
    make_row(ExpiringPosition, related, asset=share)
    make_row(ExpirationNotice, related, asset=share, address=MARK)
    message = make_row(InstructionMessage, related, correspondent=partner.correspondent, sender=f"{MARK}@example.com")
    instruction = make_row(Instruction, related, asset=_contract_on(share))
    related[AssignmentNotice] = make_row(AssignmentNotice, related, work_paper={"text": MARK})
    assignment = make_row(Assignment, related, note=MARK)
    activity = make_row(
        Activity,
        related,
        id=f"20260115100000000::{uuid4()}",
        activity_type="CSD",
        description=MARK,
        transaction=transaction,
    )
    asked = make_row(OptionsApplication, related, status="PENDING", requested_level=1)
    review = make_row(LevelReview, related)
    finding = {"account_id": str(account.pk), "account_number": MARK, "finding": "no_approval", "since": None}
    return {
        "account_id": account.pk,
        "activity_type": "CSD",
        "application_id": asked.pk,
        "assignment_id": assignment.pk,
        "bank_id": bank.pk,
        "break_id": make_row(ReconciliationBreak, related, account=account, correspondent=partner.correspondent).pk,
        "code": partner.correspondent.code,
        "customer": customer,
        "device_id": 1,
        "document_id": make_row(AccountDocument, related, name=MARK).pk,
        "draft_document_id": make_row(DraftDocument, related, file_name=MARK).pk,
        "draft_id": draft.pk,
        "entry_id": activity.pk,
        "event_id": "01HMX0000000000000000000FF",
        "expiration_date": "2026-01-16",
        "filter_id": make_row(SavedFilter, related, name=MARK, is_shared=True).pk,
        "instruction_id": instruction.pk,
        "journal_id": journal.pk,
        "key": "none-set",
        "key_id": partner.key.key_id,
        "link_id": relationship.pk,
        "message_id": message.pk,
        "member_id": partner.ops.pk,
        "notice_id": related[AssignmentNotice].pk,
        "order_id": order.pk,
        "owner_document_id": make_row(OwnerDocument, related).pk,
        "pk": 1,
        "proposal_id": 1,
        "relationship_id": relationship.pk,
        "review_id": review.pk,
        "report_id": make_row(ApprovalReport, related, findings=[finding]).pk,
        "section": "contact",
        "step": "contact",
        "symbol": "HELD",
        "symbol_or_id": "USD",
        "ticktype": "trade",
        "underlying_symbol": "HELD",
        "token": "forged",
        "transaction_id": transaction.pk,
        "transfer_id": transfer.pk,
        "uidb36": "1",
        "watchlist_id": make_row(Watchlist, related, name=MARK).pk,
        "what": "opening_review",
    }
