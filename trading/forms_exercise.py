"""What staff type to exercise. Shapes only: whether it may be, the service decides."""

from decimal import Decimal
from uuid import uuid4

from django import forms

from trading.forms_ticket import NumberField


class ExerciseForm(forms.Form):
    """How many contracts, that it is meant though out of the money, and the form's own key: it acts once."""

    qty = NumberField("Contracts to exercise", "numeric")
    confirmed = forms.BooleanField(label="Exercise it although it is out of the money", required=False)
    one_time_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    @property
    def quantity(self) -> Decimal | None:
        """Answer the quantity as typed; None where nothing was, or what is refused."""
        self.is_valid()
        found = self.cleaned_data.get("qty") if self.is_bound else None
        return found if isinstance(found, Decimal) else None
