"""What a bank account looks like on paper: routing numbers, BICs, account numbers, and where a bank is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from trading.choices import BankAccountType, BankCodeType
from trading.funding_errors import BankDetailsInvalid

ABA_WEIGHTS = (3, 7, 1) * 3
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
US_ACCOUNT = re.compile(r"[A-Za-z0-9-]{4,17}")
ANY_ACCOUNT = re.compile(r"[A-Za-z0-9]{4,34}")  # an IBAN has 34 characters at most
INTERMEDIARIES = tuple(f"intermediary_bank{number}_bic" for number in (1, 2, 3))
ADDRESS = ("country", "state_province", "postal_code", "city", "street_address")
LENGTHS = {
    "account_owner_name": 200,
    "nickname": 120,
    "name": 200,
    "country": 60,
    "state_province": 60,
    "postal_code": 20,
    "city": 100,
    "street_address": 200,
}
SHORTEST_POSTAL_CODE = 3
MOST_SHOWN = 4
LEAST_HIDDEN = 4

Fault = tuple[str, str]


@dataclass(frozen=True)
class AchDetails:
    """A bank account to draw on, as it was sent: its numbers, or a processor's token alone."""

    account_owner_name: str = ""
    bank_account_type: str = ""
    bank_account_number: str = field(default="", repr=False)
    bank_routing_number: str = ""
    nickname: str = ""
    processor_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class BankDetails:
    """A bank to wire to, as it was sent."""

    name: str = ""
    bank_code: str = ""
    bank_code_type: str = ""
    account_number: str = field(default="", repr=False)
    country: str = ""
    state_province: str = ""
    postal_code: str = ""
    city: str = ""
    street_address: str = ""
    extra_fields: Mapping[str, str] = field(default_factory=dict)


def review_ach(details: AchDetails) -> None:
    """Raise `BankDetailsInvalid` naming each field that no ACH relationship could have (contract 5.1)."""
    faults = _token_faults(details) if details.processor_token else _ach_faults(details)
    _refuse([*faults, *_length_faults(details)])


def review_bank(details: BankDetails) -> None:
    """Raise `BankDetailsInvalid` naming each field that no bank could have (contract 5.1)."""
    _refuse([*_bank_faults(details), *_length_faults(details)])


def has_check_digit(routing_number: str) -> bool:
    """Say whether nine digits are an ABA routing number: weighed 3, 7, 1, they add up to a multiple of ten."""
    if not re.fullmatch(r"[0-9]{9}", routing_number) or routing_number == "0" * 9:
        return False
    return sum(weight * int(digit) for weight, digit in zip(ABA_WEIGHTS, routing_number, strict=True)) % 10 == 0


def last_four(number: str) -> str:
    """Answer what may be shown of a number: its last four, less where too little would stay hidden (RK-10)."""
    shown = min(MOST_SHOWN, max(len(number) - LEAST_HIDDEN, 0))
    return number[len(number) - shown :]


def _refuse(faults: list[Fault]) -> None:
    errors: dict[str, list[str]] = {}
    for name, sentence in faults:
        errors.setdefault(name, []).append(sentence)
    if errors:
        raise BankDetailsInvalid(errors)


def _length_faults(details: AchDetails | BankDetails) -> Iterator[Fault]:
    for column in fields(details):
        most = LENGTHS.get(column.name)
        if most is not None and len(getattr(details, column.name)) > most:
            yield column.name, f"must have at most {most} characters"


def _token_faults(details: AchDetails) -> Iterator[Fault]:
    for name in ("account_owner_name", "bank_account_type", "bank_account_number", "bank_routing_number"):
        if getattr(details, name):
            yield name, "should be empty where processor_token is given"


def _ach_faults(details: AchDetails) -> Iterator[Fault]:
    if not details.account_owner_name.strip():
        yield "account_owner_name", "is required"
    if details.bank_account_type not in BankAccountType:
        yield "bank_account_type", "must be CHECKING or SAVINGS"
    yield from _account_faults("bank_account_number", details.bank_account_number, US_ACCOUNT)
    yield from _aba_faults("bank_routing_number", details.bank_routing_number)


def _bank_faults(details: BankDetails) -> Iterator[Fault]:
    if not details.name.strip():
        yield "name", "is required"
    is_domestic = details.bank_code_type == BankCodeType.ABA
    if details.bank_code_type not in BankCodeType:
        yield "bank_code_type", "must be ABA or BIC"
    elif is_domestic:
        yield from _aba_faults("bank_code", details.bank_code)
    else:
        yield from _bic_faults("bank_code", details.bank_code)
        yield from _address_faults(details)
    yield from _account_faults("account_number", details.account_number, US_ACCOUNT if is_domestic else ANY_ACCOUNT)
    for name, value in details.extra_fields.items():
        if name not in INTERMEDIARIES:
            yield f"extra_fields.{name}", "is not known"
        else:
            yield from _bic_faults(f"extra_fields.{name}", value)


def _address_faults(details: BankDetails) -> Iterator[Fault]:
    for name in ADDRESS:
        if not getattr(details, name).strip():
            yield name, "is required with a BIC"
    if 0 < len(details.postal_code.strip()) < SHORTEST_POSTAL_CODE:
        yield "postal_code", f"must have at least {SHORTEST_POSTAL_CODE} characters"


def _account_faults(name: str, number: str, form: re.Pattern[str]) -> Iterator[Fault]:
    if not number:
        yield name, "is required"
    elif not form.fullmatch(number):
        most = 17 if form is US_ACCOUNT else 34
        yield name, f"must have 4 to {most} letters and digits"


def _aba_faults(name: str, number: str) -> Iterator[Fault]:
    if not number:
        yield name, "is required"
    elif not re.fullmatch(r"[0-9]{9}", number):
        yield name, "must have nine digits"
    elif not has_check_digit(number):
        yield name, "is not a routing number: its check digit is wrong"


def _bic_faults(name: str, code: str) -> Iterator[Fault]:
    if not isinstance(code, str) or not BIC.fullmatch(code):
        yield name, "must be a BIC of eight or eleven capital letters and digits"
