"""Form fields that read what people type as the serializers read what programs send.

Nothing is required here and no business is decided: rules do both. A fault of shape says what
the text must be, in the words of the rules, so that one page says every sentence alike.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pycountry
from django import forms
from django.core.exceptions import ValidationError

from accounts.choices import TaxIdType
from accounts.rules.places import COUNTRIES
from brokerage.market_calendar import NEW_YORK
from brokerage.templatetags.formats import sentence

Choices = Iterable[tuple[str, str]]

DAYS = ("%m/%d/%Y", "%Y-%m-%d")
TIMES = (" %H:%M", " %H:%M:%S", " %I:%M %p", "T%H:%M", "T%H:%M:%S")
INVALID_CHOICE = {"invalid_choice": "must be one of the choices", "invalid_list": "must be some of the choices"}
USA_TAX_IDS = {
    "USA_SSN": "Social Security number (SSN)",
    "USA_ITIN": "Individual taxpayer number (ITIN)",
    "NOT_SPECIFIED": "Not specified",
}


class Text(forms.CharField):
    """One line of text, without the spaces around it."""

    def __init__(self, *, hints: dict[str, str] | None = None, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
        super().__init__(required=False, **options)
        self.widget.attrs |= hints or {}


class Secret(Text):
    """A text that is not shown again once it was entered; the page says its last four characters."""

    def __init__(self, **options: Any) -> None:
        attributes = {"autocomplete": "off", "spellcheck": "false"}
        super().__init__(widget=SecretInput(attrs=attributes), **options)


class SecretInput(forms.TextInput):
    """An input that comes back empty, unless what was typed could not be kept (`is_shown`)."""

    is_shown = False

    def format_value(self, value: Any) -> str | None:
        """Answer what stands in the input."""
        return super().format_value(value) if self.is_shown else None


class Lines(Text):
    """Lines of text; empty ones are none."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"})
        super().__init__(widget=widget, **options)

    def clean(self, value: Any) -> tuple[str, ...]:
        """Answer the lines."""
        return tuple(line.strip() for line in super().clean(value).splitlines() if line.strip())


class Word(forms.ChoiceField):
    """One of a list of words, or none. Names are shown as they are, and other words as prose."""

    def __init__(
        self, words: Choices, *, empty: str | None = "Not answered", are_names: bool = False, **options: Any
    ) -> None:
        choices = [(word, label if are_names else sentence(label)) for word, label in words]
        if empty is not None:
            choices.insert(0, ("", empty))
        super().__init__(choices=choices, required=False, error_messages=INVALID_CHOICE, **options)


class Words(forms.MultipleChoiceField):
    """Some of a list of words."""

    def __init__(self, words: Choices, **options: Any) -> None:
        choices = [(word, sentence(label)) for word, label in words]
        widget = forms.CheckboxSelectMultiple()
        super().__init__(choices=choices, required=False, widget=widget, error_messages=INVALID_CHOICE, **options)

    def clean(self, value: Any) -> tuple[str, ...]:
        """Answer the words, each once."""
        return tuple(dict.fromkeys(super().clean(value)))


class YesNo(forms.TypedChoiceField):
    """Yes, no, or not answered."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=[("true", "Yes"), ("false", "No")],
            coerce=lambda word: word == "true",
            empty_value=None,
            required=False,
            widget=forms.RadioSelect(),
            error_messages=INVALID_CHOICE,
            **options,
        )


class Day(Text):
    """A date as people in the USA write it, or as the API does."""

    def __init__(self, **options: Any) -> None:
        super().__init__(hints={"placeholder": "MM/DD/YYYY", "inputmode": "numeric"}, **options)

    def clean(self, value: Any) -> date | None:
        """Answer the day."""
        text = super().clean(value)
        found = _read(text, DAYS)
        if text and found is None:
            raise ValidationError("must be a date, such as 01/31/1990")
        return found.date() if found else None


class Instant(Text):
    """A moment in New York time, or in RFC 3339 with an offset of its own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(hints={"placeholder": "MM/DD/YYYY HH:MM"}, **options)

    def clean(self, value: Any) -> datetime | None:
        """Answer the moment in UTC."""
        text = super().clean(value)
        if not text:
            return None
        found = _read(text, [day + time for day in DAYS for time in TIMES]) or _with_offset(text)
        if found is None:
            raise ValidationError("must be a date and a time in New York, such as 01/31/2026 14:05")
        return (found if found.tzinfo else found.replace(tzinfo=NEW_YORK)).astimezone(UTC)


class Amount(Text):
    """Dollars and cents; a dollar sign and commas are no matter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(hints={"inputmode": "decimal"}, **options)

    def clean(self, value: Any) -> Decimal | None:
        """Answer the amount."""
        text = super().clean(value).replace(",", "").replace("$", "").replace(" ", "")
        if not text:
            return None
        if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,2})?", text, re.ASCII):
            raise ValidationError("must be an amount in dollars, such as 85,000")
        return Decimal(text)


class Whole(Text):
    """A whole number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(hints={"inputmode": "numeric"}, **options)

    def clean(self, value: Any) -> int | None:
        """Answer the number."""
        text = super().clean(value)
        if text and not re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII):
            raise ValidationError("must be a whole number")
        return int(text) if text else None


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Answer the countries by code, the USA first and the rest by name."""
    named = {code: _country(code) for code in COUNTRIES}
    return (("USA", "United States"), *sorted(((c, n) for c, n in named.items() if c != "USA"), key=lambda one: one[1]))


@cache
def tax_id_types() -> tuple[tuple[str, str], ...]:
    """Answer the schemes of tax ids in words: those of the USA first, then by country."""
    return (
        *((scheme, label) for scheme, label in USA_TAX_IDS.items() if scheme != "NOT_SPECIFIED"),
        *sorted(((one, _tax_id_type(one)) for one in _schemes()), key=lambda s: s[1]),
        ("NOT_SPECIFIED", USA_TAX_IDS["NOT_SPECIFIED"]),
    )


def _country(code: str) -> str:
    found = pycountry.countries.get(alpha_3=code)
    return str(getattr(found, "common_name", found.name)) if found else code


def _schemes() -> list[str]:
    """Answer the schemes of tax ids of other countries, and of documents that stand in for one."""
    return [one.value for one in list[Any](TaxIdType) if one.value not in USA_TAX_IDS]


def _tax_id_type(scheme: str) -> str:
    code, _, rest = scheme.partition("_")
    if code in COUNTRIES:
        return f"{_country(code)}: {rest.replace('_', ' ')}"
    return scheme.replace("_", " ").capitalize()


def _read(text: str, formats: Iterable[str]) -> datetime | None:
    for one in formats:
        try:
            found = datetime.strptime(" ".join(text.upper().split()), one)  # noqa: DTZ007 - the zone is New York's
        except ValueError:
            continue
        return found if found.year >= 1900 else None
    return None


def _with_offset(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and 1900 <= found.year <= 9998 else None
