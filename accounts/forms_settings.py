"""The forms of the settings pages. They check shape; what loosens and who may, the service decides."""

import json
from decimal import Decimal
from typing import Any

from django import forms

from accounts.choices import AllocationMethod, Review
from accounts.form_fields import AmountField
from accounts.models import User
from accounts.rules.settings import LEASTS, LIMITS, SETTINGS, CorrespondentSettings, as_json, from_json

POLICY = ("opening_review", "options_review", "principals_for_level_2", "reviewers")
REVIEWS = ((Review.AUTOMATIC, "Automatic: the rules decide"), (Review.PERSON, "A person decides each"))


class ReasonForm(forms.Form):
    """Why something is changed."""

    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        help_text="Kept in the audit trail with the change.",
        error_messages={"required": "Say why, in a few words."},
    )


class SettingsForm(ReasonForm):
    """A correspondent's settings, and what they were when the form was shown."""

    opening_review = forms.ChoiceField(label="Account openings", choices=REVIEWS)
    options_review = forms.ChoiceField(label="Options requests", choices=REVIEWS)
    principals_for_level_2 = forms.TypedChoiceField(
        label="Principals who must approve level 2", choices=((1, "One"), (2, "Two different ones")), coerce=int
    )
    reviewers = forms.TypedMultipleChoiceField(
        label="Who reviews",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    journal_limit_amount = AmountField("Most in one journal, $")
    journal_daily_limit_amount = AmountField("Most in journals a day, $")
    daily_transfer_limit_amount = AmountField("Most in transfers a day, $")
    least_deposit_amount = AmountField("Least deposit, $")
    least_withdrawal_amount = AmountField("Least withdrawal, $")
    requests_per_minute = forms.IntegerField(label="API requests a minute for each key", required=False)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=20_000)

    def __init__(self, sent: Any, *, settings: CorrespondentSettings, principals: list[User]) -> None:
        kept = as_json(settings)
        super().__init__(sent, initial={**kept, "seen": json.dumps(kept)})
        who: Any = self.fields["reviewers"]
        who.choices = [(principal.pk, str(principal)) for principal in principals]
        for name in (*LIMITS, "requests_per_minute"):
            self.fields[name].help_text = "Empty: no limit." if name in LIMITS else "Empty: the broker’s."
        self.fields["requests_per_minute"].widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def clean_seen(self) -> CorrespondentSettings:
        """Read what the person looked at."""
        try:
            return from_json(json.loads(self.cleaned_data["seen"]))
        except (ValueError, KeyError, TypeError, ArithmeticError):
            raise forms.ValidationError("This form is broken: load the page again.") from None

    def policy_fields(self) -> list[Any]:
        """Answer the fields of the approval policy, but for the reviewers."""
        return [self[name] for name in POLICY if name != "reviewers"]

    def limit_fields(self) -> list[Any]:
        """Answer the fields of the limits."""
        return [self[name] for name in (*LIMITS, *LEASTS, "requests_per_minute")]

    def to_settings(self) -> CorrespondentSettings:
        """Answer the settings that are wanted."""
        said: dict[str, Any] = {name: self.cleaned_data[name] for name in SETTINGS}
        leasts = {name: said[name] or Decimal(0) for name in LEASTS}
        return CorrespondentSettings(**said | leasts | {"reviewers": tuple(sorted(said["reviewers"]))})


class AllocationForm(ReasonForm):
    """How assignments are allocated, and what it was when the form was shown."""

    method = forms.ChoiceField(label="Allocation of assignments", choices=AllocationMethod.choices)
    seen = forms.ChoiceField(widget=forms.HiddenInput, choices=AllocationMethod.choices)

    field_order = ("method", "reason", "seen")
