"""The forms of an account's options: sign, ask for a level, choose the level in force, answer a question."""

from typing import Any

from django import forms

from accounts.models import Account
from accounts.rules.applications import ConfigurationChanges
from options.account_pages import highest_level
from options.rules.agreements import Signature
from options.rules.requests import ApprovalRequest


class MarkedForm(forms.Form):
    """A form that carries the mark of what was read when it was filled in (`accounts/rules/editing.py`)."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def read_again(self, seen: str) -> None:
        """Let a refused form go on from what is shown now, unconfirmed: what was typed stays."""
        posted = self.data.copy()  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            if isinstance(field, forms.BooleanField):
                posted.pop(name, None)
        posted["seen"] = seen
        self.data = posted


class SignatureForm(MarkedForm):
    """A signature under the text whose digest is `seen`."""

    full_name = forms.CharField(
        label="Your full name",
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": "Type your full name to sign."},
    )
    has_document = forms.BooleanField(
        label="I received “Characteristics and Risks of Standardized Options” and had the time to read it.",
        required=False,
    )

    def to_signature(self, ip_address: str) -> Signature:
        """Answer what was signed, from an address."""
        found = self.cleaned_data
        return Signature(found["full_name"], found["seen"], found["has_document"], ip_address)


class LevelChoice(forms.IntegerField):
    """A level out of those that are offered; anything else is refused in words."""

    def __init__(self, offered: list[int], **options: Any) -> None:
        self.offered = offered
        super().__init__(**options)
        named = " or ".join(str(level) for level in offered)
        self.refusal = f"Choose level {named}." if offered else "No level can be chosen."
        self.error_messages |= {"required": self.refusal, "invalid": self.refusal}

    def clean(self, value: Any) -> int:
        """Answer the level, or refuse it."""
        level: int = super().clean(value)
        if level not in self.offered:
            raise forms.ValidationError(self.refusal)
        return level


class CapForm(MarkedForm):
    """The level that the holder wants in force: any up to the highest that the firm lets them have."""

    def __init__(self, *args: Any, account: Account, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = list(range(highest_level(account) + 1))
        self.fields["level"] = LevelChoice(offered, label="Level", widget=forms.HiddenInput)

    def to_changes(self) -> ConfigurationChanges:
        """Answer the level as the cap that puts it in force."""
        return ConfigurationChanges(max_options_trading_level=self.cleaned_data["level"])


class RequestForm(MarkedForm):
    """A request for a level above the approved one, on answers that were read; `seen` marks them (SU-4)."""

    def __init__(self, *args: Any, offered: list[int], is_holder: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        whose = "my answers above: they are true and complete" if is_holder else "the answers above with the holder"
        self.fields["level"] = LevelChoice(offered, label="Level", widget=forms.HiddenInput)
        self.fields["is_confirmed"] = forms.BooleanField(
            label=f"I have read {whose}." if is_holder else f"I have gone through {whose}.",
            error_messages={"required": "Confirm the answers first: the decision rests on them."},
        )

    def to_request(self) -> ApprovalRequest:
        """Answer what is asked for."""
        return ApprovalRequest(self.cleaned_data["level"])


class ReplyForm(forms.Form):
    """The answer to what a principal asked."""

    answer = forms.CharField(
        label="Your answer",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write an answer first."},
    )
