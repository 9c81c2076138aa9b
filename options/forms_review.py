"""The forms of the review: decide, open again, reject many, hand over, and decide on a level that is reviewed."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.act_forms import why
from accounts.models import User
from options.choices import ReasonCode, ReviewAct
from options.models import LevelReview, OptionsApplication
from options.rules.review import KEEPING_CODES, LOWERING_CODES, REASON_CODES, Verdict

NO_CODE = ("", "Choose why")
CHOOSE_CODE = {"required": "Choose a reason.", "invalid_choice": "Choose a reason of the list."}


def reason_field(codes: Iterable[ReasonCode], *, required: bool = True) -> forms.ChoiceField:
    """Answer the field for a reason code."""
    offered = [(one.value, one.label) for one in codes]
    return forms.ChoiceField(
        label="Reason", choices=[NO_CODE, *offered], required=required, error_messages=dict(CHOOSE_CODE)
    )


def code_field(act: ReviewAct, *, required: bool = True) -> forms.ChoiceField:
    """Answer the field for the reason code of an act."""
    return reason_field(REASON_CODES[act], required=required)


class VerdictForm(forms.Form):
    """What a principal decides on a request, or asks the applicant; each act has reason codes of its own."""

    act = forms.ChoiceField(
        label="Decision", widget=forms.RadioSelect, error_messages={"required": "Choose a decision."}
    )
    code_approved = code_field(ReviewAct.APPROVED, required=False)
    code_approved_lower = code_field(ReviewAct.APPROVED_LOWER, required=False)
    code_rejected = code_field(ReviewAct.REJECTED, required=False)
    code_asked = code_field(ReviewAct.ASKED, required=False)
    reason = why(
        "In words", "At least ten characters, kept with the decision. A question goes to the applicant as it is."
    )
    seen_level = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, application: OptionsApplication, **options: Any) -> None:
        super().__init__(*args, **options)
        level = application.requested_level
        self.initial.setdefault("seen_level", level)
        offered = {
            ReviewAct.APPROVED: f"Approve level {level}",
            ReviewAct.APPROVED_LOWER: f"Approve level {level - 1} only",
            ReviewAct.REJECTED: "Reject",
            ReviewAct.ASKED: "Ask the applicant",
        }
        if level == 1:
            del offered[ReviewAct.APPROVED_LOWER]
        self.fields["act"].choices = [(act.value, label) for act, label in offered.items()]  # type: ignore[attr-defined]

    @property
    def codes(self) -> list[tuple[str, forms.BoundField]]:
        """Answer the field of each act's reason codes, by the act."""
        return [(name, self[f"code_{name}"]) for name, _ in self.fields["act"].choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the reason code of the act that was chosen."""
        cleaned: dict[str, Any] = super().clean() or {}
        act = cleaned.get("act")
        if act and not cleaned.get(f"code_{act}") and f"code_{act}" not in self.errors:
            self.add_error(f"code_{act}", CHOOSE_CODE["required"])
        return cleaned

    def to_verdict(self) -> Verdict:
        """Answer the verdict that was entered, on the level that was seen as requested."""
        act, seen = ReviewAct(self.cleaned_data["act"]), self.cleaned_data["seen_level"]
        levels = {ReviewAct.APPROVED: seen, ReviewAct.APPROVED_LOWER: seen - 1}
        code = ReasonCode(self.cleaned_data[f"code_{act.value}"])
        return Verdict(act=act, level=levels.get(act), reason_code=code, reason=self.cleaned_data["reason"])


class ReopenForm(forms.Form):
    """Why a decision is opened again."""

    prefix = "reopen"
    reason_code = code_field(ReviewAct.REOPENED)
    reason = why("In words", "At least ten characters. The level stays as it is until the request is decided anew.")


class RejectManyForm(forms.Form):
    """One reason for rejecting each request that is selected."""

    reason_code = code_field(ReviewAct.REJECTED)
    reason = why("In words", "At least ten characters, kept with each decision.")


class AssignForm(forms.Form):
    """Who is to work on a request, of those who may decide on it."""

    to = forms.TypedChoiceField(label="Assign to", coerce=int, error_messages={"required": "Choose a colleague."})

    def __init__(self, *args: Any, reviewers: Iterable[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].choices = [("", "Choose a colleague"), *((one.pk, str(one)) for one in reviewers)]  # type: ignore[attr-defined]


class OpenReviewForm(forms.Form):
    """Why an approved level is to be looked at again."""

    reason = why("Why it is to be looked at again", "At least ten characters; it stands at the head of the review.")


class LevelReviewForm(forms.Form):
    """Keep a level that is reviewed, or lower it; each has reason codes of its own."""

    level = forms.TypedChoiceField(
        label="Decision", widget=forms.RadioSelect, coerce=int, error_messages={"required": "Choose a decision."}
    )
    code_kept = reason_field(KEEPING_CODES, required=False)
    code_lowered = reason_field(LOWERING_CODES, required=False)
    seen_level = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = why("In words", "At least ten characters, kept with the decision.")

    def __init__(self, *args: Any, review: LevelReview, **options: Any) -> None:
        super().__init__(*args, **options)
        self.reviewed = review.level
        self.initial.setdefault("seen_level", review.level)
        lower = [
            (one, f"Lower to level {one}" if one else "Disable options") for one in range(review.level - 1, -1, -1)
        ]
        self.fields["level"].choices = [(review.level, f"Keep level {review.level}"), *lower]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the reason code of what was chosen."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "level" in cleaned and not cleaned.get(self.code_name) and self.code_name not in self.errors:
            self.add_error(self.code_name, CHOOSE_CODE["required"])
        return cleaned

    @property
    def code_name(self) -> str:
        """Answer which field has the reason code of what was chosen."""
        return "code_kept" if self.cleaned_data["level"] == self.reviewed else "code_lowered"
