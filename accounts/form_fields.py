"""Fields of the forms of the account side. They check shape; what may be in them the rules decide."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from brokerage.templatetags.formats import sentence

YES_OR_NO = (("True", "Yes"), ("False", "No"))


def text(label: str, **options: Any) -> forms.CharField:
    """Answer a field of one line; whether it may be empty, the rules say."""
    return forms.CharField(label=label, required=False, max_length=400, **options)


def word(label: str, words: Iterable[tuple[Any, Any]], **options: Any) -> forms.TypedChoiceField:
    """Answer a field that takes one word of a list, or none."""
    offered = [("", "—"), *((value, sentence(str(name))) for value, name in words)]
    return forms.TypedChoiceField(label=label, required=False, choices=offered, empty_value="", **options)


def yes_or_no(label: str) -> forms.TypedChoiceField:
    """Answer a field that must be answered with yes or no."""
    return forms.TypedChoiceField(
        label=label, choices=YES_OR_NO, coerce=lambda said: said == "True", widget=forms.RadioSelect
    )


class LinesField(forms.CharField):
    """Several lines in one field, as a tuple of those that are not empty."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=label, required=False, widget=forms.Textarea(attrs={"rows": 3}), **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a line under a line."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """Read the lines."""
        return tuple(line.strip() for line in str(value or "").splitlines() if line.strip())


class AmountField(forms.DecimalField):
    """Dollars and cents, or nothing."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, max_digits=20, decimal_places=2, localize=False)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def prepare_value(self, value: Any) -> Any:
        """Show an amount with its thousands grouped, and what was typed as it was typed."""
        return f"{value:,.2f}".removesuffix(".00") if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        """Read an amount, its thousands grouped or not."""
        return super().to_python(str(value).replace(",", "").replace("$", "").strip() if value else value)


class DayField(forms.DateField):
    """A day of the calendar, or nothing."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
