"""Fields and sections that read a request body without losing sight of any fault in it.

`null` means not given everywhere: the client library drops empty values, or sends every
field of its model (contract/accounts.md 1.5, 2.9). A section that finds a fault keeps what it
could read, so that every field at fault is named at once.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import SkipField

from accounts.errors import AccountBodyMalformed


class SectionError(ValidationError):
    """The faults of a section, with what could be read of it."""

    def __init__(self, detail: dict[str, Any], read: dict[str, Any]) -> None:
        super().__init__(detail)
        self.read = read


class Section(serializers.Serializer):
    """An object of the body: its known fields, none of them required here (rules decide that)."""

    def to_internal_value(self, body: Any) -> dict[str, Any]:
        """Read the fields that were given; raise `SectionError` where some cannot be read."""
        if not isinstance(body, Mapping):
            raise AccountBodyMalformed(detail=f"{self.field_name or 'the body'} must be an object")
        read: dict[str, Any] = {}
        faults: dict[str, Any] = {}
        for name, field in self.fields.items():
            if body.get(name) is None:
                continue
            try:
                read[name] = field.run_validation(body[name])
            except SectionError as fault:
                faults[name], read[name] = fault.detail, fault.read
            except ValidationError as fault:
                faults[name] = fault.detail
            except SkipField:
                continue
        if faults:
            raise SectionError(faults, read)
        return read


class Sections(serializers.Field):
    """An array of sections."""

    def __init__(self, section: Section, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.section = section

    def to_internal_value(self, body: Any) -> list[dict[str, Any]]:
        """Read every section; raise `SectionError` with faults by index where some cannot be read."""
        if not isinstance(body, list):
            raise AccountBodyMalformed(detail=f"{self.field_name} must be an array")
        read, faults = [], {}
        for index, one in enumerate(body):
            try:
                if not isinstance(one, Mapping):
                    raise AccountBodyMalformed(detail=f"{self.field_name}.{index} must be an object")
                read.append(self.section.to_internal_value(one))
            except SectionError as fault:
                faults[str(index)] = fault.detail
                read.append(fault.read)
        if faults:
            raise SectionError(faults, read)  # type: ignore[arg-type]
        return read


class Text(serializers.CharField):
    """A JSON string, kept as it was sent: spaces around it are the rules' business."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_blank=True, trim_whitespace=False, **options)

    def to_internal_value(self, body: Any) -> str:
        """Refuse anything but a string: a number is not a name."""
        if not isinstance(body, str):
            raise ValidationError("must be a string")
        return body


class Lines(serializers.Field):
    """An array of strings, or one string where the contract takes both."""

    def __init__(self, *, or_one: bool = False, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.or_one = or_one

    def to_internal_value(self, body: Any) -> tuple[str, ...]:
        """Read the lines; empty ones are none."""
        if isinstance(body, str) and self.or_one:
            body = [body]
        if not isinstance(body, list):
            raise AccountBodyMalformed(detail=f"{self.field_name} must be an array")
        line = Text()
        return tuple(read for one in body if (read := line.run_validation(one)))


class Word(serializers.ChoiceField):
    """One of the words of an enumeration; an empty string is none."""

    def __init__(self, choices: Any, *, upper: bool = False, **options: Any) -> None:
        super().__init__(choices=choices.choices, required=False, **options)
        self.upper = upper

    def to_internal_value(self, body: Any) -> str:
        """Refuse anything but one of the words, and name them."""
        word = body.upper() if self.upper and isinstance(body, str) else body
        if word == "":
            return ""
        if not isinstance(word, str) or word not in self.choices:
            raise ValidationError(f"must be one of {', '.join(self.choices)}")
        return word


class Words(serializers.Field):
    """An array of words of an enumeration, each once."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.word = Word(choices)

    def to_internal_value(self, body: Any) -> tuple[str, ...]:
        """Refuse anything but an array of the words."""
        if not isinstance(body, list):
            raise AccountBodyMalformed(detail=f"{self.field_name} must be an array")
        if "" in body:
            raise ValidationError(f"must be words of {', '.join(self.word.choices)}, and none may be empty")
        return tuple(dict.fromkeys(self.word.to_internal_value(one) for one in body))


class Flag(serializers.Field):
    """A JSON true or false; `or_word` takes "true" and "false" too (contract 2.9)."""

    def __init__(self, *, or_word: bool = False, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.words = {"true": True, "false": False} if or_word else {}

    def to_internal_value(self, body: Any) -> bool:
        """Refuse anything that is not a flag."""
        if isinstance(body, str) and body.lower() in self.words:
            return self.words[body.lower()]
        if not isinstance(body, bool):
            raise ValidationError("must be true or false")
        return body


class Whole(serializers.Field):
    """A whole number, given as a number (5, 5.0) or as its digits ("5")."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, body: Any) -> int:
        """Refuse anything but a whole number."""
        if isinstance(body, Decimal) and body.is_finite() and body == body.to_integral_value() and abs(body) < 10**9:
            return int(body)
        if isinstance(body, str) and re.fullmatch(r"-?[0-9]{1,9}", body, re.ASCII):
            return int(body)
        if isinstance(body, bool) or not isinstance(body, int):
            raise ValidationError("must be a whole number")
        return body


class Amount(serializers.Field):
    """Dollars and cents, given as a number (10000.0) or as a string ("10000")."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, body: Any) -> Decimal:
        """Refuse what is not an amount, and fractions of a cent."""
        if isinstance(body, bool) or not isinstance(body, int | Decimal | str):
            raise ValidationError("must be a number")
        if isinstance(body, str) and not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", body, re.ASCII):
            raise ValidationError("must be a number")
        try:
            amount = Decimal(body)
            if amount != amount.quantize(Decimal("0.01")):
                raise ValidationError("must have at most two decimals")
        except InvalidOperation:
            raise ValidationError("must be a number of dollars") from None
        return amount


class Day(serializers.Field):
    """A date, exactly YYYY-MM-DD."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, body: Any) -> date:
        """Refuse anything but a day of the calendar."""
        if isinstance(body, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", body, re.ASCII):
            try:
                return date.fromisoformat(body)
            except ValueError:
                pass
        raise ValidationError("must be a date in the form YYYY-MM-DD")


class Instant(serializers.Field):
    """A moment in RFC 3339, with its offset."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, body: Any) -> datetime:
        """Refuse anything but a moment that is the same everywhere."""
        try:
            at = parse_datetime(body) if isinstance(body, str) else None
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or not 1900 <= at.year <= 9998:
            raise ValidationError("must be a time in RFC 3339, such as 2020-09-11T18:09:33Z")
        return at.astimezone(UTC)


class Base64(serializers.Field):
    """Bytes in base64."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, body: Any) -> bytes:
        """Refuse what does not decode."""
        try:
            return base64.b64decode(re.sub(r"\s", "", body), validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise ValidationError("must be base64") from None


class JsonObject(serializers.Field):
    """An object that is kept as it is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, body: Any) -> dict[str, Any]:
        """Refuse anything but an object that the database can keep."""
        if not isinstance(body, Mapping):
            raise AccountBodyMalformed(detail=f"{self.field_name or 'the value'} must be an object")
        try:
            orjson.dumps(body, default=str)
        except orjson.JSONEncodeError:
            raise ValidationError("must be plain JSON") from None
        return dict(body)


class JsonObjects(serializers.Field):
    """An array of objects that are kept as they are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, body: Any) -> tuple[dict[str, Any], ...]:
        """Refuse anything but an array of objects."""
        if not isinstance(body, list):
            raise AccountBodyMalformed(detail=f"{self.field_name} must be an array")
        one = JsonObject()
        return tuple(one.to_internal_value(item) for item in body)
