"""What journals look like on the wire (contract/accounts.md 5.3). Shapes only; the services decide."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from brokerage.money import plain
from trading.api.serializers import SYMBOL_LENGTH, WORD_LENGTH, AmountField, TextField
from trading.choices import JournalStatus, JournalType
from trading.models import Journal
from trading.rules.journals import BatchRequest, JournalRequest, Transmitter

MOST_ENTRIES = 1_000


class JournalQuery(serializers.Serializer):
    """The query of `GET /v1/journals` (contract/accounts.md 5.3)."""

    after = serializers.DateField(default=None)
    before = serializers.DateField(default=None)
    status = serializers.ChoiceField(choices=JournalStatus.choices, default="")
    entry_type = serializers.ChoiceField(choices=JournalType.choices, default="")
    to_account = serializers.UUIDField(default=None)
    from_account = serializers.UUIDField(default=None)
    limit = serializers.IntegerField(min_value=1, max_value=100_000, default=None)


class TransmitterFields(serializers.Serializer):
    """Who sends cash through the firm (travel rule), beside the fields of a journal or an entry."""

    description = TextField(max_length=1024)
    transmitter_name = TextField(max_length=255)
    transmitter_account_number = TextField(max_length=255)
    transmitter_address = TextField(max_length=255)
    transmitter_financial_institution = TextField(max_length=255)
    transmitter_timestamp = serializers.DateTimeField(required=False, allow_null=True, default=None)

    @staticmethod
    def transmitter_of(fields: Mapping[str, Any]) -> Transmitter:
        """Answer the transmitter that validated fields name."""
        return Transmitter(**{name: fields[name] for name in Transmitter.__dataclass_fields__})


class JournalRequestSerializer(TransmitterFields):
    """The body of `POST /v1/journals` (contract/accounts.md 5.3)."""

    entry_type = serializers.ChoiceField(choices=JournalType.choices)
    from_account = serializers.UUIDField()
    to_account = serializers.UUIDField()
    amount = AmountField(required=False, allow_null=True, default=None)
    symbol = TextField(max_length=SYMBOL_LENGTH)
    qty = AmountField(required=False, allow_null=True, default=None)
    currency = TextField(max_length=WORD_LENGTH)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        errors = _cash_errors(attrs) if attrs["entry_type"] == JournalType.JNLC else _share_errors(attrs)
        if attrs["from_account"] == attrs["to_account"]:
            errors["to_account"] = "must differ from from_account"
        if attrs["currency"] not in ("", "USD"):
            errors["currency"] = "local currency trading is not supported: only USD"
        if errors:
            raise serializers.ValidationError(errors)
        return attrs

    def to_request(self, idempotency_key: str | None) -> JournalRequest:
        """Answer the request as the service takes it; call after `is_valid`."""
        fields = self.validated_data
        return JournalRequest(
            entry_type=JournalType(fields["entry_type"]),
            from_account=fields["from_account"],
            to_account=fields["to_account"],
            amount=fields["amount"],
            symbol=fields["symbol"],
            qty=fields["qty"],
            description=fields["description"],
            transmitter=self.transmitter_of(fields),
            idempotency_key=idempotency_key,
        )


class _Entry(TransmitterFields):
    amount = AmountField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        errors = _cash_errors(attrs | {"symbol": "", "qty": None})
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


class _EntryTo(_Entry):
    to_account = serializers.UUIDField()


class _EntryFrom(_Entry):
    from_account = serializers.UUIDField()


class _Batch(serializers.Serializer):
    """A batch: cash only, every entry named at fault by its place, such as `entries.2.amount`."""

    entry_type = serializers.ChoiceField(choices=JournalType.choices)

    def validate_entry_type(self, entry_type: str) -> str:
        if entry_type != JournalType.JNLC:
            raise serializers.ValidationError("must be JNLC: batches move cash only")
        return entry_type

    def validate_entries(self, entries: list[Any]) -> list[Any]:
        if not 1 <= len(entries) <= MOST_ENTRIES:
            raise serializers.ValidationError(f"must be 1 to {MOST_ENTRIES} journals")
        return entries

    def batch_of(
        self, shared: tuple[str, str], idempotency_key: str | None = None, *, is_reverse: bool
    ) -> BatchRequest:
        """Answer the batch; `shared` names the account of every entry and the one of each."""
        ours, theirs = shared
        fields = self.validated_data
        entries = tuple(
            JournalRequest(
                JournalType.JNLC,
                **{ours: fields[ours], theirs: entry[theirs]},
                amount=entry["amount"],
                description=entry["description"],
                transmitter=TransmitterFields.transmitter_of(entry),
            )
            for entry in fields["entries"]
        )
        return BatchRequest(entries, is_reverse, idempotency_key)


class JournalBatchSerializer(_Batch):
    """The body of `POST /v1/journals/batch`: out of one account."""

    from_account = serializers.UUIDField()
    entries = _EntryTo(many=True)

    def to_request(self, idempotency_key: str | None) -> BatchRequest:
        """Answer the request as the service takes it; call after `is_valid`."""
        return self.batch_of(("from_account", "to_account"), idempotency_key, is_reverse=False)


class ReverseJournalBatchSerializer(_Batch):
    """The body of `POST /v1/journals/reverse_batch`: into one account."""

    to_account = serializers.UUIDField()
    entries = _EntryFrom(many=True)

    def to_request(self, idempotency_key: str | None) -> BatchRequest:
        """Answer the request as the service takes it; call after `is_valid`."""
        return self.batch_of(("to_account", "from_account"), idempotency_key, is_reverse=True)


def _cash_errors(attrs: Mapping[str, Any]) -> dict[str, str]:
    errors = {name: "is for JNLS only" for name in ("symbol", "qty") if attrs[name]}
    amount = attrs["amount"]
    if amount is None:
        errors["amount"] = "is required for JNLC"
    elif amount <= 0 or amount.adjusted() > 15 or amount % Decimal("0.01"):
        errors["amount"] = "must be above 0, in dollars and whole cents"
    return errors


def _share_errors(attrs: Mapping[str, Any]) -> dict[str, str]:
    errors = {} if attrs["amount"] is None else {"amount": "is for JNLC only"}
    if not attrs["symbol"]:
        errors["symbol"] = "is required for JNLS"
    quantity = attrs["qty"]
    if quantity is None:
        errors["qty"] = "is required for JNLS"
    elif quantity <= 0 or quantity.adjusted() > 12 or quantity % Decimal("1e-9"):
        errors["qty"] = "must be above 0, with at most nine decimals"
    return errors


def journal_object(journal: Journal) -> dict[str, Any]:
    """Answer the Journal object (contract/accounts.md 5.3)."""
    shown: dict[str, Any] = {
        "id": str(journal.pk),
        "entry_type": journal.entry_type,
        "from_account": str(journal.from_account_id),
        "to_account": str(journal.to_account_id),
        "status": journal.status,
        "created_at": journal.created_at,
        "settle_date": journal.settle_date,
        "system_date": journal.settle_date,
        "description": journal.description,
        "currency": "USD",
    }
    if journal.entry_type == JournalType.JNLC:
        transmitter = {name: getattr(journal, name) or None for name in Transmitter.__dataclass_fields__}
        return shown | {"net_amount": plain(journal.amount)} | transmitter
    return shown | {
        "symbol": journal.asset.symbol if journal.asset else "",
        "qty": plain(journal.quantity),
        "price": plain(journal.price),
    }


def batch_object(journal: Journal) -> dict[str, Any]:
    """Answer one journal of a batch; a batch with an entry at fault is refused whole, so none has an error."""
    return journal_object(journal) | {"error_message": ""}
