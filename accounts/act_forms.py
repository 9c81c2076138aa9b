"""The forms of what staff do with an account: decide on it, restrict it, close it; send documents, write notes."""

from typing import Any

from django import forms

from accounts import choices
from accounts.form_fields import AmountField, word
from accounts.models import Account
from accounts.rules.applications import RestrictionChanges, UploadedDocument
from accounts.rules.decisions import outcomes_of
from accounts.rules.documents import LARGEST_DOCUMENT, MOST_DOCUMENTS

OUTCOMES = {
    choices.AccountStatus.APPROVED: "Approve",
    choices.AccountStatus.ACTIVE: "Return to active",
    choices.AccountStatus.APPROVAL_PENDING: "Keep for a further check",
    choices.AccountStatus.ACTION_REQUIRED: "Ask the applicant for something",
    choices.AccountStatus.REJECTED: "Reject",
}
RESTRICTED = (
    ("is_disabled", "Disabled: it cannot trade"),
    ("account_blocked", "Blocked: nothing is traded or moved"),
    ("trading_blocked", "Trading blocked"),
    ("transfers_blocked", "Transfers blocked"),
    ("incoming_transfers_blocked", "Incoming transfers blocked"),
    ("outgoing_transfers_blocked", "Outgoing transfers blocked"),
)


def why(label: str = "Reason", help_text: str = "At least ten characters; it is kept with the act.") -> forms.CharField:
    """Answer the field for the reason of an act; whether it says enough, the service decides."""
    return forms.CharField(
        label=label, required=False, max_length=1000, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3})
    )


class DecisionForm(forms.Form):
    """What to decide on an account that waits for a person, and why."""

    status_to = forms.ChoiceField(
        label="Decision", widget=forms.RadioSelect, error_messages={"required": "Choose a decision."}
    )
    reason = why()

    def __init__(self, *args: Any, account: Account, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = outcomes_of(choices.AccountStatus(account.status))
        self.fields["status_to"].choices = [(one.value, _decided(one, account)) for one in offered]  # type: ignore[attr-defined]


def _decided(outcome: choices.AccountStatus, account: Account) -> str:
    if outcome == choices.AccountStatus.ACTIVE and account.status == choices.AccountStatus.APPROVED:
        return "Activate"
    return OUTCOMES[outcome]


class RestrictionForm(forms.Form):
    """What an account may not do, and why."""

    is_disabled = forms.BooleanField(label=RESTRICTED[0][1], required=False)
    account_blocked = forms.BooleanField(label=RESTRICTED[1][1], required=False)
    trading_blocked = forms.BooleanField(label=RESTRICTED[2][1], required=False)
    transfers_blocked = forms.BooleanField(label=RESTRICTED[3][1], required=False)
    incoming_transfers_blocked = forms.BooleanField(label=RESTRICTED[4][1], required=False)
    outgoing_transfers_blocked = forms.BooleanField(label=RESTRICTED[5][1], required=False)
    daily_transfer_limit_amount = AmountField("Most that may be transferred in a day, in dollars")
    admin_max_options_trading_level = word(
        "Our cap on the options level",
        [("0", "Options off"), ("1", "Level 1"), ("2", "Level 2"), ("3", "Level 3")],
        coerce=int,
    )
    reason = why()

    def changes(self) -> RestrictionChanges:
        """Answer what was entered; an empty limit or cap is none."""
        entered = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        level = entered["admin_max_options_trading_level"]
        return RestrictionChanges(**entered | {"admin_max_options_trading_level": None if level == "" else level})


class ClosingForm(forms.Form):
    """Closing an account for good: its number is typed, so that nobody closes another one by habit."""

    account_number = forms.CharField(
        label="Account number",
        max_length=20,
        help_text="Type the number of the account to confirm.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Account number is required."},
    )
    reason = why(help_text="It is kept with the closing.")

    def __init__(self, *args: Any, account: Account, **options: Any) -> None:
        super().__init__(*args, **options)
        self.account = account

    def clean_account_number(self) -> str:
        """Refuse any number but the account's own."""
        typed: str = self.cleaned_data["account_number"].strip()
        if typed != self.account.account_number:
            raise forms.ValidationError(
                f"This is not the number of this account, which is {self.account.account_number}."
            )
        return typed


class ManyFiles(forms.FileField):
    """Files chosen together; each is read whole, and none beyond what may be kept."""

    def clean(self, value: Any, initial: Any = None) -> list[tuple[str, bytes]]:
        """Answer name and content of each file."""
        files = [one for one in (value or []) if one]
        if not files:
            raise forms.ValidationError("Choose a file.")
        if len(files) > MOST_DOCUMENTS:
            raise forms.ValidationError(f"At most {MOST_DOCUMENTS} files at once, found {len(files)}.")
        large = [one.name for one in files if one.size > LARGEST_DOCUMENT]
        if large:
            raise forms.ValidationError(f"A file has at most 10 MB: {', '.join(large)}.")
        return [(one.name, one.read()) for one in files]


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Answer all files that came under the name."""
        return files.getlist(name)


class DocumentsForm(forms.Form):
    """Documents of one kind that the holder sent."""

    document_type = word("What they are", choices.DocumentType.choices)
    document_sub_type = forms.CharField(
        label="Kind", required=False, max_length=200, help_text="Such as passport; may stay empty."
    )
    uploads = ManyFiles(
        label="Files",
        widget=FilesInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
        help_text="PDF, PNG or JPEG; up to ten files of up to 10 MB.",
    )

    def documents(self) -> list[UploadedDocument]:
        """Answer the documents to keep; their format is told from their content."""
        kind, sub = self.cleaned_data["document_type"], self.cleaned_data["document_sub_type"]
        return [
            UploadedDocument(document_type=kind, document_sub_type=sub, content=content)
            for _, content in self.cleaned_data["uploads"]
        ]


class NoteForm(forms.Form):
    """A note about an account."""

    text = forms.CharField(
        label="New note",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stays: notes are added, never changed.",
    )
