"""What staff type to link a bank, to move cash, and to decide; the services say whether it may be."""

from typing import Any
from uuid import UUID, uuid4

from django import forms

from trading.choices import BankAccountType, BankCodeType, FeePaymentMethod, TransferDirection, TransferType
from trading.models import AchRelationship, Bank
from trading.rules.bank_details import AchDetails, BankDetails
from trading.rules.funding import WIRE_FEE, TransferRequest

OFF = {"autocomplete": "off", "spellcheck": "false"}
DIGITS = OFF | {"inputmode": "numeric"}
AMOUNT = OFF | {"inputmode": "decimal"}


def _text(label: str, attrs: dict[str, str] | None = None, **kwargs: Any) -> forms.CharField:
    said = {"required": f"{label} is required."}
    return forms.CharField(
        label=label, max_length=1024, widget=forms.TextInput(attrs or OFF), error_messages=said, **kwargs
    )


class DollarsField(forms.DecimalField):
    """An amount that must be given, its thousands grouped or not; whether it may move, the service says."""

    def __init__(self) -> None:
        said = {"required": "Amount is required.", "invalid": "Amount must be a number, such as 1,250.00."}
        super().__init__(label="Amount in dollars", error_messages=said)
        self.widget = forms.TextInput(AMOUNT)

    def to_python(self, value: Any) -> Any:
        """Read an amount as people type it."""
        return super().to_python(value.replace(",", "").replace("$", "").strip() if isinstance(value, str) else value)


class AchForm(forms.Form):
    """A bank account to draw on and pay out to by ACH."""

    account_owner_name = _text("Account owner")
    bank_account_type = forms.ChoiceField(label="Kind of account", choices=BankAccountType.choices)
    bank_routing_number = _text("Routing number", DIGITS, help_text="Nine digits, as on a check.")
    bank_account_number = _text("Account number", help_text="It is kept sealed; pages show its last four digits.")
    nickname = _text("Nickname", required=False)

    def to_details(self) -> AchDetails:
        """Answer the details as the service takes them; call after `is_valid`."""
        return AchDetails(**self.cleaned_data)


class BankForm(forms.Form):
    """A bank to wire to: at home, or abroad with its address."""

    name = _text("Bank")
    bank_code_type = forms.ChoiceField(
        label="Code", choices=[(BankCodeType.ABA, "ABA routing number"), (BankCodeType.BIC, "BIC")]
    )
    bank_code = _text("Routing number or BIC")
    account_number = _text(
        "Account number or IBAN", help_text="It is kept sealed; pages show its last four characters."
    )
    street_address = _text("Street address", required=False, help_text="The address is needed with a BIC.")
    city = _text("City", required=False)
    state_province = _text("State or province", required=False)
    postal_code = _text("Postal code", required=False)
    country = _text("Country", required=False)

    def to_details(self) -> BankDetails:
        """Answer the details as the service takes them; call after `is_valid`."""
        return BankDetails(**self.cleaned_data)


class DepositForm(forms.Form):
    """Cash drawn from the linked bank account by ACH."""

    amount = DollarsField()
    one_time_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, relationship: AchRelationship, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relationship = relationship

    def to_request(self) -> TransferRequest:
        """Answer the request as the service takes it; call after `is_valid`."""
        return TransferRequest(
            TransferType.ACH, TransferDirection.INCOMING, relationship_id=self.relationship.pk, **self.cleaned_data
        )


class WithdrawalForm(forms.Form):
    """Cash paid out over one of the linked banks."""

    over = forms.ChoiceField(label="To")
    amount = DollarsField()
    fee_payment_method = forms.ChoiceField(
        label=f"Fee of a wire, ${WIRE_FEE}",
        choices=[(FeePaymentMethod.INVOICE, "Invoiced to the firm"), (FeePaymentMethod.USER, "Taken off the amount")],
    )
    additional_information = _text("Message of a wire", required=False)
    one_time_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, relationships: list[AchRelationship], banks: list[Bank], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["over"].choices = [  # type: ignore[attr-defined]
            *(
                (f"ach:{one.pk}", f"ACH, {one.account_owner_name} ····{one.bank_account_last_four}")
                for one in relationships
            ),
            *((f"wire:{one.pk}", f"Wire, {one.name} ····{one.account_number_last_four}") for one in banks),
        ]

    def to_request(self) -> TransferRequest:
        """Answer the request as the service takes it; call after `is_valid`."""
        fields = dict(self.cleaned_data)
        kind, _, link = fields.pop("over").partition(":")
        fields["relationship_id" if kind == TransferType.ACH else "bank_id"] = UUID(link)
        return TransferRequest(kind, TransferDirection.OUTGOING, **fields)

    @property
    def over_label(self) -> str:
        """Answer where the cash goes, in words."""
        return str(dict(self.fields["over"].choices)[self.cleaned_data["over"]])  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """What a second person decides, and why."""

    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        widget=forms.TextInput(OFF),
        help_text="Kept with the decision.",
        error_messages={"required": "Reason is required."},
    )
