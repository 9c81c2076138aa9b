"""What funding requests and answers look like (contract/accounts.md 5.1, 5.2, 7). Shapes only."""

from typing import Any

from rest_framework import serializers

from brokerage.money import plain
from trading.api.serializers import AmountField, CommaList, TextField
from trading.choices import AchStatus, TransferDirection
from trading.funding_selectors import TransferFilter
from trading.models import AchRelationship, Bank, Transfer
from trading.rules.bank_details import AchDetails, BankDetails
from trading.rules.funding import TransferRequest

LONGEST = 1024
HIDDEN = "****"


class OptionalId(serializers.UUIDField):
    """An id, absent where it is null or empty."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Answer the id, or None."""
        return None if data in (serializers.empty, None, "") else super().run_validation(data)


class AchSerializer(serializers.Serializer):
    """The body of `POST …/ach_relationships`."""

    account_owner_name = TextField(max_length=LONGEST)
    bank_account_type = TextField(max_length=LONGEST)
    bank_account_number = TextField(max_length=LONGEST)
    bank_routing_number = TextField(max_length=LONGEST)
    nickname = TextField(max_length=LONGEST)
    processor_token = TextField(max_length=LONGEST)
    instant = serializers.BooleanField(required=False, allow_null=True, default=False)

    def to_details(self) -> AchDetails:
        """Answer the details as the service takes them; `instant` is not offered and is left out."""
        fields = {name: value for name, value in self.validated_data.items() if name != "instant"}
        return AchDetails(**fields)


class BankSerializer(serializers.Serializer):
    """The body of `POST …/recipient_banks`."""

    name = TextField(max_length=LONGEST)
    bank_code = TextField(max_length=LONGEST)
    bank_code_type = TextField(max_length=LONGEST)
    account_number = TextField(max_length=LONGEST)
    country = TextField(max_length=LONGEST)
    state_province = TextField(max_length=LONGEST)
    postal_code = TextField(max_length=LONGEST)
    city = TextField(max_length=LONGEST)
    street_address = TextField(max_length=LONGEST)
    extra_fields = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST), required=False, allow_null=True, default=dict
    )

    def to_details(self) -> BankDetails:
        """Answer the details as the service takes them."""
        return BankDetails(**{**self.validated_data, "extra_fields": self.validated_data["extra_fields"] or {}})


class TransferSerializer(serializers.Serializer):
    """The body of `POST …/transfers`; `timing` is ignored, and `ira` is kept out: no such account exists here."""

    transfer_type = TextField(max_length=LONGEST)
    direction = TextField(max_length=LONGEST)
    amount = AmountField(required=False, allow_null=True, default=None)
    relationship_id = OptionalId(required=False, allow_null=True, default=None)
    bank_id = OptionalId(required=False, allow_null=True, default=None)
    additional_information = TextField(max_length=LONGEST)
    fee_payment_method = TextField(max_length=LONGEST)

    def to_request(self) -> TransferRequest:
        """Answer the request as the service takes it."""
        fields = dict(self.validated_data)
        fields["transfer_type"] = fields["transfer_type"].lower()
        fields["direction"] = fields["direction"].upper()
        fields["fee_payment_method"] = fields["fee_payment_method"].lower() or "invoice"
        return TransferRequest(**fields)


class AchQuery(serializers.Serializer):
    """The query of `GET …/ach_relationships`."""

    statuses = CommaList(default=())

    def validate_statuses(self, statuses: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a status that there is not."""
        unknown = [status for status in statuses if status not in AchStatus]
        if unknown:
            raise serializers.ValidationError(f"unknown status {unknown[0]}")
        return statuses


class BankQuery(serializers.Serializer):
    """The query of `GET …/recipient_banks`."""

    status = serializers.ChoiceField(choices=["ACTIVE", "INACTIVE"], default="ACTIVE")
    bank_name = serializers.CharField(default="", max_length=LONGEST)


class TransferQuery(serializers.Serializer):
    """The query of `GET …/transfers`."""

    direction = serializers.CharField(default="", max_length=LONGEST)
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)
    offset = serializers.IntegerField(min_value=0, max_value=1_000_000_000, default=0)

    def validate_direction(self, direction: str) -> str:
        """Read a direction in any case."""
        if direction and direction.upper() not in TransferDirection:
            raise serializers.ValidationError("must be either incoming or outgoing")
        return direction.upper()

    def to_filter(self) -> TransferFilter:
        """Answer the filter; call after `is_valid`."""
        return TransferFilter(**self.validated_data)


def masked(last_four: str) -> str:
    """Answer a bank account number as it leaves this server: its last four digits (RK-10)."""
    return HIDDEN + last_four


def ach_object(relationship: AchRelationship) -> dict[str, Any]:
    """Answer the ACH relationship object; one made from a token has no numbers."""
    number = masked(relationship.bank_account_last_four) if relationship.bank_routing_number else ""
    return {
        "id": str(relationship.pk),
        "account_id": str(relationship.account_id),
        "created_at": relationship.created_at,
        "updated_at": relationship.updated_at,
        "status": relationship.status,
        "account_owner_name": relationship.account_owner_name,
        "bank_account_type": relationship.bank_account_type,
        "bank_account_number": number,
        "bank_routing_number": relationship.bank_routing_number,
        "nickname": relationship.nickname,
    }


BANK_COLUMNS = (
    "name",
    "status",
    "country",
    "state_province",
    "postal_code",
    "city",
    "street_address",
    "bank_code",
    "bank_code_type",
)


def bank_object(bank: Bank) -> dict[str, Any]:
    """Answer the bank object; a domestic bank's address is empty."""
    return {
        "id": str(bank.pk),
        "account_id": str(bank.account_id),
        "created_at": bank.created_at,
        "updated_at": bank.updated_at,
        **{name: getattr(bank, name) for name in BANK_COLUMNS},
        "account_number": masked(bank.account_number_last_four),
        "extra_fields": bank.extra_fields,
    }


def transfer_object(transfer: Transfer) -> dict[str, Any]:
    """Answer the transfer object; what does not apply is null."""
    return {
        "id": str(transfer.pk),
        "account_id": str(transfer.account_id),
        "type": transfer.transfer_type,
        "status": transfer.status,
        "direction": transfer.direction,
        "amount": plain(transfer.amount),
        "requested_amount": plain(transfer.requested_amount),
        "fee": plain(transfer.fee_amount),
        "fee_payment_method": transfer.fee_payment_method,
        "currency": "USD",
        "relationship_id": str(transfer.relationship_id) if transfer.relationship_id else None,
        "bank_id": str(transfer.bank_id) if transfer.bank_id else None,
        "additional_information": transfer.additional_information or None,
        "reason": transfer.reason or None,
        "hold_until": None,
        "instant_amount": "0",
        "created_at": transfer.created_at,
        "updated_at": transfer.updated_at,
        "expires_at": transfer.expires_at,
    }
