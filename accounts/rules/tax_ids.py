"""Which tax ids cannot be one (contract/accounts.md 2.1.7)."""

import re
from collections.abc import Iterator
from itertools import pairwise

from accounts.rules.text import Fault, ascii_text

SHORTEST, LONGEST = 2, 40
USA_TYPES = ("USA_SSN", "USA_ITIN")
NO_TYPES = ("", "NOT_SPECIFIED")
_ALLOWED = re.compile(r"[A-Za-z0-9.+-]*")


def tax_id_faults(tax_id: str, tax_id_type: str, *, is_required: bool) -> Iterator[Fault]:
    """Yield what is wrong with a tax id and its type; no sentence repeats the id itself.

    A securities account must have one; otherwise it goes with its type.
    """
    if not tax_id_type:
        yield "tax_id_type", "is required"
    if not tax_id:
        if is_required or tax_id_type not in NO_TYPES:
            yield "tax_id", "is required"
        return
    faults = [*ascii_text("tax_id", tax_id, longest=LONGEST), *_any_country(tax_id)]
    yield from faults
    if not faults and tax_id_type in USA_TYPES:
        yield from _usa(tax_id.replace("-", ""))


def _any_country(tax_id: str) -> Iterator[Fault]:
    digits = re.sub(r"[.+-]", "", tax_id)
    has_digits_only = digits.isascii() and digits.isdigit()
    if len(tax_id) < SHORTEST:
        yield "tax_id", f"must have at least {SHORTEST} characters"
    if not _ALLOWED.fullmatch(tax_id):
        yield "tax_id", "must consist of letters, digits, '-', '.' and '+'"
    if not re.search(r"[0-9]", tax_id):
        yield "tax_id", "must contain digits"
    if has_digits_only and len(set(digits)) == 1:
        yield "tax_id", "must not be one digit repeated"
    elif has_digits_only and _steps(digits) in ({1}, {-1}):
        yield "tax_id", "must not be a run of rising or falling digits"


def _steps(digits: str) -> set[int]:
    return {int(after) - int(before) for before, after in pairwise(digits)}


def _usa(digits: str) -> Iterator[Fault]:
    if not re.fullmatch(r"[0-9]{9}", digits):
        yield "tax_id", "must have exactly 9 digits, dashes aside"
        return
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if area in ("000", "666"):
        yield "tax_id", "must not begin with 000 or 666"
    if group == "00":
        yield "tax_id", "must not have 00 as its fourth and fifth digits"
    if serial == "0000":
        yield "tax_id", "must not end in 0000"
