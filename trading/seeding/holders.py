"""The account side of a seeded book: who the holders are and what is on file of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random
from uuid import UUID

from accounts.models import Account, AccountTerms, Agreement, Contact, Disclosures, Identity, Suitability
from accounts.rules.text import registered_form
from accounts.sealing import seal, tax_id_digest
from brokerage.ids import time_ordered_text
from options.models import OptionsApplication
from trading.demo.people import CITIES, FAMILY_NAMES, GIVEN_NAMES
from trading.seeding.tables import NOTHING, Table, binary, pick

ACCOUNTS = Table(
    Account,
    "id correspondent_id opened_by_id status is_status_pinned enabled_assets name email_address registered_email "
    "phone_number options_approved_level options_approved_at created_at closed_at last_equity_amount",
)
CONTACTS = Table(
    Contact,
    "account_id email_address phone_number street_address city state postal_code",
    {"country": "USA"},
)
IDENTITIES = Table(
    Identity,
    "account_id given_name family_name date_of_birth_sealed tax_id_sealed tax_id_digest tax_id_last_four",
    {
        "tax_id_type": "USA_SSN",
        "country_of_citizenship": "USA",
        "country_of_birth": "USA",
        "country_of_tax_residence": "USA",
        "permanent_resident": "t",
        "funding_source": "{employment_income}",
    },
)
DISCLOSURES = Table(
    Disclosures,
    "account_id is_affiliated_exchange_or_finra employment_status employer_name",
    {"is_control_person": "f", "is_politically_exposed": "f", "immediate_family_exposed": "f"},
)
SUITABILITY = Table(
    Suitability,
    "account_id annual_income_min annual_income_max total_net_worth_min total_net_worth_max liquid_net_worth_min "
    "liquid_net_worth_max investment_experience_with_stocks investment_experience_with_options investment_objective "
    "marital_status number_of_dependents recorded_at recorded_by_id",
    {"liquidity_needs": "somewhat_important", "risk_tolerance": "moderate", "investment_time_horizon": "6_to_10_years"},
)
AGREEMENTS = Table(
    Agreement,
    "account_id agreement signed_at recorded_at recorded_by_id",
    {"ip_address": "192.0.2.21", "revision": "24.2025.11"},
)
TERMS = Table(AccountTerms, "account_id")
REQUESTS = Table(
    OptionsApplication,
    "id account_id correspondent_id requested_by_id requested_level approved_level ruled_level status ruled_status "
    "created_at updated_at decided_at",
    {"requester": "CORRESPONDENT", "is_fixture": "t", "reasons": '{"decided by a sandbox fixture"}'},
)
HOLDER_TABLES = (ACCOUNTS, CONTACTS, IDENTITIES, DISCLOSURES, SUITABILITY, AGREEMENTS, TERMS, REQUESTS)

ACTIVE, CLOSED = "ACTIVE", "ACCOUNT_CLOSED"
# Of a hundred accounts: most trade, a few are on their way in or out.
STATUSES = (ACTIVE,) * 94 + ("SUBMITTED", "ACTION_REQUIRED", "APPROVAL_PENDING", "REJECTED", "DISABLED", CLOSED)
NAMES = tuple((given, family) for given in GIVEN_NAMES for family in FAMILY_NAMES)
STREETS = ("Market Street", "Oak Avenue", "Harbor Road", "Lakeview Drive", "Mill Lane", "Union Square")
ADDRESSES = tuple(f"{house} {street}" for house in range(1, 1_000) for street in STREETS)
BIRTHS = tuple((date(1945, 1, 1) + timedelta(days)).isoformat() for days in range(60 * 365))
EMPLOYMENT = (("EMPLOYED", "Example Works"),) * 7 + (("RETIRED", ""), ("RETIRED", ""), ("STUDENT", ""))
OBJECTIVES = ("growth", "generate_income", "market_speculation", "balance_preserve_wealth_with_growth")
EXPERIENCE = ("none", "1_to_5_years", "over_5_years")
MARITAL = ("MARRIED", "SINGLE")
DEPENDENTS = ("0", "0", "1", "2", "3")
INCOMES = tuple((str(least), str(least + 25_000)) for least in range(30_000, 255_000, 5_000))
WORTHS = tuple(
    (str(worth), str(worth * 2), str(worth // 3), str(worth // 2)) for worth in range(50_000, 2_025_000, 25_000)
)
SIGNED = ("customer_agreement", "account_agreement", "options_agreement")
DECISION = timedelta(days=2)


@dataclass(frozen=True)
class Opening:
    """An account to be: whose, opened when, with which status and approved options level."""

    account_id: UUID
    number: int
    correspondent_id: str
    opened_by: str
    opened_at: datetime
    status: str
    level: int

    @cached_property
    def at(self) -> str:
        """When it was opened, as the tables write it."""
        return self.opened_at.isoformat()

    @cached_property
    def decided_at(self) -> str:
        """When its request for a level was decided."""
        return (self.opened_at + DECISION).isoformat()


def add_holder(rng: Random, opening: Opening, *, equity: int) -> None:
    """Gather what is on file of one holder; `equity` is what the account was worth at the last close, in cents."""
    account_id, number = str(opening.account_id), opening.number
    given, family = pick(rng, NAMES)
    email = f"{given}.{family}.{number}@example.com".lower()
    phone = f"+1555{2_000_000 + number % 8_000_000}"
    ACCOUNTS.add(
        account_id,
        opening.correspondent_id,
        opening.opened_by,
        opening.status,
        "f" if opening.status == ACTIVE else "t",
        "{us_equity,us_option}" if opening.level else "{us_equity}",
        f"{given} {family}",
        email,
        registered_form(email),
        phone,
        str(opening.level),
        opening.decided_at if opening.level else NOTHING,
        opening.at,
        (opening.opened_at + 10 * DECISION).isoformat() if opening.status == CLOSED else NOTHING,
        f"{equity}e-2",
    )
    CONTACTS.add(account_id, email, phone, f"{{{pick(rng, ADDRESSES)}}}", *pick(rng, CITIES))
    _add_identity(rng, opening.account_id, given, family)
    DISCLOSURES.add(account_id, "t" if rng.random() < 0.01 else "f", *pick(rng, EMPLOYMENT))
    _add_answers(rng, account_id, opening.at, opening.opened_by)
    for agreement in SIGNED:
        AGREEMENTS.add(account_id, agreement, opening.at, opening.at, opening.opened_by)
    TERMS.add(account_id)
    if opening.status == ACTIVE:
        _add_requests(rng, account_id, opening)


def _add_identity(rng: Random, account_id: UUID, given: str, family: str) -> None:
    serial = int(rng.random() * 90_000_000)
    tax_id = f"{100 + serial % 566}-{10 + serial % 90}-{1_000 + serial % 9_000}"
    born = pick(rng, BIRTHS)
    IDENTITIES.add(
        str(account_id),
        given,
        family,
        binary(seal(born.encode(), account_id=account_id)),
        binary(seal(tax_id.encode(), account_id=account_id)),
        tax_id_digest(tax_id, "USA_SSN"),
        tax_id[-4:],
    )


def _add_answers(rng: Random, account_id: str, at: str, recorded_by: str) -> None:
    SUITABILITY.add(
        account_id,
        *(*pick(rng, INCOMES), *pick(rng, WORTHS)),
        *(pick(rng, EXPERIENCE), pick(rng, EXPERIENCE), pick(rng, OBJECTIVES), pick(rng, MARITAL)),
        *(pick(rng, DEPENDENTS), at, recorded_by),
    )


def _add_requests(rng: Random, account_id: str, opening: Opening) -> None:
    """Gather the request that led to the level, and for a few one that was refused or still waits for a person."""
    at, decided, level = opening.at, opening.decided_at, str(opening.level)
    asked = (account_id, opening.correspondent_id, opening.opened_by)
    if opening.level:
        REQUESTS.add(*(time_ordered_text(), *asked, level, level, level, "APPROVED", "APPROVED"), at, decided, decided)
    if opening.level == 2 or (further := rng.random()) > 0.05:
        return
    more = (time_ordered_text(), *asked, str(opening.level + 1), NOTHING, NOTHING)
    if further < 0.02:
        REQUESTS.add(*more, "PENDING", "PENDING", decided, decided, NOTHING)
    else:
        REQUESTS.add(*more, "REJECTED", "REJECTED", decided, decided, decided)
