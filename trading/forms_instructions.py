"""What staff type about instructions. Shapes only: whether they may be, the services decide."""

from decimal import Decimal
from uuid import UUID

from django import forms

from trading.choices import LateExcuse
from trading.forms_ticket import NumberField
from trading.message_review import Candidate
from trading.rules.do_not_exercise import DoNotExerciseRequest, LateFiling

EXCUSES = [("", "None: it came in time"), *LateExcuse.choices]


def _excuse() -> forms.ChoiceField:
    return forms.ChoiceField(label="What excuses that it comes after the cut-off", choices=EXCUSES, required=False)


def _words(label: str, *, required: bool = False, rows: int = 3, help_text: str = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=1024, required=required, widget=area, help_text=help_text)


class _LateForm(forms.Form):
    excuse = _excuse()
    evidence = _words("Evidence", help_text="What shows that it is so: a call log, an outage, the trades. It is kept.")

    def __init__(self, *args: object, can_be_late: bool, **given: object) -> None:
        super().__init__(*args, **given)  # type: ignore[arg-type]
        if not can_be_late:
            del self.fields["excuse"], self.fields["evidence"]

    @property
    def late(self) -> LateFiling | None:
        """Answer the excuse and its evidence; None where none was chosen."""
        excuse = self.cleaned_data.get("excuse", "")
        return LateFiling(LateExcuse(excuse), self.cleaned_data.get("evidence", "")) if excuse else None


class DoNotExerciseForm(_LateForm):
    """How many contracts of a position are not to be exercised, and why."""

    qty = NumberField("Contracts not to exercise", "numeric")
    reason = _words("Why", rows=2, help_text="Who asked for it, and how. It is kept with the instruction.")
    field_order = ("qty", "reason", "excuse", "evidence")

    def to_request(self) -> DoNotExerciseRequest:
        """Answer what is asked."""
        return DoNotExerciseRequest(self.cleaned_data["qty"], self.cleaned_data["reason"], self.late)


class MatchForm(_LateForm):
    """Which position a message is about, and how many of its contracts; without a number all of them."""

    position = forms.ChoiceField(
        label="Account and contract",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the position.", "invalid_choice": "Choose one of these positions."},
    )
    qty = NumberField("Contracts not to exercise", "numeric")
    field_order = ("position", "qty", "excuse", "evidence")

    def __init__(self, *args: object, candidates: list[Candidate], **given: object) -> None:
        super().__init__(*args, **given)  # type: ignore[arg-type]
        field = self.fields["position"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, one.asset.symbol) for one in candidates]

    @property
    def chosen(self) -> tuple[UUID, str]:
        """Answer the account and the symbol of what was chosen."""
        account_id, _, symbol = self.cleaned_data["position"].partition(":")
        return UUID(account_id), symbol

    @property
    def quantity(self) -> Decimal | None:
        """Answer how many contracts; None means all."""
        found: Decimal | None = self.cleaned_data["qty"]
        return found


class DismissForm(forms.Form):
    """Why a message is taken off the list, and whether its sender is told."""

    reason = _words("Reason", rows=2)
    tells_sender = forms.BooleanField(label="Tell the sender, with this reason", required=False)


class RejectForm(forms.Form):
    """Why an instruction is turned down."""

    reason = _words("Reason", rows=2)


class WithdrawForm(forms.Form):
    """Why an instruction is taken back."""

    reason = _words("Why", rows=2)
