"""What text may look like, field by field (contract/accounts.md 2.1.7)."""

import re
from collections.abc import Iterator

Fault = tuple[str, str]

LONGEST_LINE = 200
LONGEST_NAME = 80
LONGEST_STATE = 50
LONGEST_EMAIL = 60
LONGEST_EMAIL_WITH_ALIAS = 254

# The overview's sample application prints its e-mail addresses as this placeholder, with a
# no-break space, and must be accepted as printed: it stands for an address that was hidden.
HIDDEN_EMAILS = frozenset({"[email\u00a0protected]", "[email protected]"})

_EMAIL = re.compile(r"[!-?A-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+?[0-9 ().\-]+")


def required(field: str, value: object) -> Iterator[Fault]:
    """Yield a fault where `value` was not given."""
    if value is None or value == "" or value == ():
        yield field, "is required"


def ascii_text(field: str, value: str, *, longest: int = LONGEST_LINE, native: str = "") -> Iterator[Fault]:
    """Yield the faults of a field that takes printable ASCII only; `native` names where other script goes."""
    if any(not " " <= character <= "~" for character in value):
        yield field, "must be in printable ASCII characters" + (f"; native script goes to {native}" if native else "")
    if value != value.strip(" "):
        yield field, "must not start or end with a space"
    yield from short_text(field, value, longest=longest)


def short_text(field: str, value: str, *, longest: int = LONGEST_LINE) -> Iterator[Fault]:
    """Yield a fault where `value` is longer than its column."""
    if len(value) > longest:
        yield field, f"must have at most {longest} characters, found {len(value)}"


def email_faults(field: str, email: str) -> Iterator[Fault]:
    """Yield what is wrong with an e-mail address: it needs a name, one @ and a domain."""
    if not email or email in HIDDEN_EMAILS:
        return
    yield from ascii_text(field, email, longest=LONGEST_EMAIL_WITH_ALIAS)
    if len(without_alias(email)) > LONGEST_EMAIL:
        yield field, f"must have at most {LONGEST_EMAIL} characters after removing an alias"
    if not _EMAIL.fullmatch(email) or without_alias(email).startswith("@"):
        yield field, "must be an e-mail address, with one @ between a name and a domain"


def without_alias(email: str) -> str:
    """Answer the address without its alias: the text from `+` up to `@`."""
    return re.sub(r"\+[^@]*(?=@)", "", email)


def registered_form(email: str) -> str:
    """Answer the form in which an address may be registered once in a correspondent: case does not matter.

    An alias (`+…`) does: partners open many accounts under aliases of one address.
    """
    return email.lower()


def mailbox_of(email: str) -> str:
    """Answer whose mailbox an address leads to: without its alias, in small letters."""
    name, at, domain = email.lower().strip().partition("@")
    return f"{name.partition('+')[0]}{at}{domain}"


def phone_faults(field: str, phone: str) -> Iterator[Fault]:
    """Yield a fault unless `phone` has 7 to 15 digits (ITU E.164) and nothing but their punctuation."""
    digits = sum(character.isdigit() for character in phone)
    if phone and not (_PHONE.fullmatch(phone) and 7 <= digits <= 15 and len(phone) <= 40):
        yield field, "must be a phone number of 7 to 15 digits, such as +15555555555"
