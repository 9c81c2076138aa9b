"""The account side of a seeded book: who the holders are and what is on file of them."""

from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from accounts.models import Account, AccountTerms, Agreement, Contact, Disclosures, Identity, Suitability
from accounts.rules.documents import ACTIVE_REVISIONS
from accounts.rules.text import registered_form
from accounts.sealing import seal, tax_id_digest
from brokerage.ids import time_ordered_text
from options.models import DisclosureDelivery, OptionsApplication
from options.rules.applicants import DISCLOSURE_FLAGS
from options.rules.disclosure_document import EDITION_IN_FORCE
from trading.demo.people import CITIES, FAMILY_NAMES, GIVEN_NAMES
from trading.seeding.days import Day
from trading.seeding.tables import NOTHING, Table, binary, pick
from trading.seeding.waiting import FLAGGED, WAITING_TABLES, Asker, Judging, add_waiting, contradict

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
DISCLOSURES = Table(Disclosures, f"account_id {' '.join(DISCLOSURE_FLAGS)} employment_status employer_name")
SUITABILITY = Table(
    Suitability,
    "account_id annual_income_min annual_income_max total_net_worth_min total_net_worth_max liquid_net_worth_min "
    "liquid_net_worth_max investment_experience_with_stocks investment_experience_with_options investment_objective "
    "marital_status number_of_dependents recorded_at recorded_by_id",
    {"liquidity_needs": "somewhat_important", "risk_tolerance": "moderate", "investment_time_horizon": "6_to_10_years"},
)
AGREEMENTS = Table(
    Agreement, "account_id agreement revision signed_at recorded_at recorded_by_id", {"ip_address": "192.0.2.21"}
)
DELIVERIES = Table(
    DisclosureDelivery,
    "id account_id delivered_at recorded_at recorded_by_id",
    {"edition": EDITION_IN_FORCE, "means": "agreement"},
)
TERMS = Table(AccountTerms, "account_id")
REQUESTS = Table(
    OptionsApplication,
    "id account_id correspondent_id requested_by_id makers requested_level approved_level ruled_level status "
    "ruled_status created_at updated_at decided_at",
    {"requester": "CORRESPONDENT", "is_fixture": "t", "reasons": '{"decided by a sandbox fixture"}'},
)
HOLDER_TABLES = (
    *(ACCOUNTS, CONTACTS, IDENTITIES, DISCLOSURES, SUITABILITY, AGREEMENTS, DELIVERIES, TERMS, REQUESTS),
    *WAITING_TABLES,
)

ACTIVE, CLOSED = "ACTIVE", "ACCOUNT_CLOSED"
# Of a hundred accounts: most trade, a few are on their way in or out.
STATUSES = (ACTIVE,) * 94 + ("SUBMITTED", "ACTION_REQUIRED", "APPROVAL_PENDING", "REJECTED", "DISABLED", CLOSED)
NAMES = tuple((given, family, f"{given}.{family}".lower()) for given in GIVEN_NAMES for family in FAMILY_NAMES)
STREETS = ("Market Street", "Oak Avenue", "Harbor Road", "Lakeview Drive", "Mill Lane", "Union Square")
ADDRESSES = tuple(f"{{{house} {street}}}" for house in range(1, 1_000) for street in STREETS)
PLACES = tuple("\t".join(city) for city in CITIES)
BIRTHS = tuple((date(1945, 1, 1) + timedelta(days)).isoformat() for days in range(60 * 365))
EMPLOYMENT = (*("EMPLOYED\tExample Works",) * 7, *("RETIRED\t",) * 2, "STUDENT\t")
UNFLAGGED, AFFILIATED = "f\tf\tf\tf", FLAGGED[DISCLOSURE_FLAGS.index("is_affiliated_exchange_or_finra")]
INCOMES = tuple(f"{least}\t{least + 25_000}" for least in range(30_000, 255_000, 5_000))
WORTHS = tuple(f"{worth}\t{worth * 2}\t{worth // 3}\t{worth // 2}" for worth in range(50_000, 2_025_000, 25_000))
EXPERIENCE = ("none", "1_to_5_years", "over_5_years")
# Stocks, options, objective, marital status, dependents.
LIVES = tuple(
    "\t".join((stocks, options, objective, marital, dependents))
    for stocks in EXPERIENCE
    for options in EXPERIENCE
    for objective in ("growth", "generate_income", "market_speculation", "balance_preserve_wealth_with_growth")
    for marital in ("MARRIED", "SINGLE")
    for dependents in ("0", "0", "1", "2", "3")
)
ANSWERED = SUITABILITY.columns.split()[1:-2]
SIGNED = tuple(
    f"{agreement}\t{ACTIVE_REVISIONS[agreement]}"
    for agreement in ("customer_agreement", "account_agreement", "options_agreement")
)
REFUSED = 0.03


class Opening(NamedTuple):
    """An account to be: whose, opened when, with which status and approved options level, and whether it asks for more.

    `waits_since` is the time up to which its request for the next level came in; None where nothing waits.
    """

    account_id: UUID
    number: int
    correspondent_id: str
    opened_by: str
    judging: Judging
    day: Day
    time: str
    status: str
    level: int
    waits_since: datetime | None


def add_holder(rng: Random, opening: Opening, account_id: str, *, equity: int) -> None:
    """Gather what is on file of one holder; `equity` is what the account was worth at the last close, in cents."""
    number, day, time = opening.number, opening.day, opening.time
    at = day.opened + time
    given, family, mailbox = pick(rng, NAMES)
    email = f"{mailbox}.{number}@example.com"
    phone = f"+1555{2_000_000 + number % 8_000_000}"
    has_options = opening.level or opening.waits_since
    ACCOUNTS.add(
        *(account_id, opening.correspondent_id, opening.opened_by, opening.status),
        "f" if opening.status == ACTIVE else "t",
        "{us_equity,us_option}" if has_options else "{us_equity}",
        *(f"{given} {family}", email, registered_form(email), phone, str(opening.level)),
        day.decided + time if opening.level else NOTHING,
        at,
        day.closed + time if opening.status == CLOSED else NOTHING,
        f"{equity}e-2",
    )
    CONTACTS.add(account_id, email, phone, pick(rng, ADDRESSES), pick(rng, PLACES))
    born = _add_identity(rng, opening.account_id, account_id, given, family)
    for agreement in SIGNED:
        AGREEMENTS.add(account_id, agreement, at, at, opening.opened_by)
    TERMS.add(account_id)
    if has_options:
        DELIVERIES.add(time_ordered_text(), account_id, at, at, opening.opened_by)
    _add_answers(rng, opening, account_id, born, at)
    if opening.level or (opening.status == ACTIVE and not opening.waits_since):
        _add_requests(rng, opening, account_id, at)


def _add_identity(rng: Random, key: UUID, account_id: str, given: str, family: str) -> str:
    serial = int(rng.random() * 90_000_000)
    tax_id = f"{100 + serial % 566}-{10 + serial % 90}-{1_000 + serial % 9_000}"
    born = pick(rng, BIRTHS)
    IDENTITIES.add(
        *(account_id, given, family),
        binary(seal(born.encode(), account_id=key)),
        binary(seal(tax_id.encode(), account_id=key)),
        *(tax_id_digest(tax_id, "USA_SSN"), tax_id[-4:]),
    )
    return born


def _add_answers(rng: Random, opening: Opening, account_id: str, born: str, at: str) -> None:
    """Gather answers and disclosures; where a request waits for a person, such as send it there."""
    answers, employment = f"{pick(rng, INCOMES)}\t{pick(rng, WORTHS)}\t{pick(rng, LIVES)}", pick(rng, EMPLOYMENT)
    flags = AFFILIATED if rng.random() < 0.01 else UNFLAGGED
    if opening.waits_since is None:
        SUITABILITY.add(account_id, answers, at, opening.opened_by)
    else:
        said = dict(zip(ANSWERED, answers.split("\t"), strict=True)) | SUITABILITY.same
        if rng.random() < 0.5:
            flags = pick(rng, FLAGGED)
        else:
            said = contradict(rng, said)
        asked = (account_id, opening.correspondent_id, opening.opened_by, at, opening.level)
        asker = Asker(*asked, said, flags, employment.partition("\t")[0], born)
        add_waiting(rng, asker, opening.judging, newest=opening.waits_since)
    DISCLOSURES.add(account_id, flags, employment)


def _add_requests(rng: Random, opening: Opening, account_id: str, at: str) -> None:
    """Gather the request that led to the level, and for a few one for more that was refused."""
    decided, level = opening.day.decided + opening.time, str(opening.level)
    asked = (account_id, opening.correspondent_id, opening.opened_by, f"{{{opening.opened_by}}}")
    if opening.level:
        REQUESTS.add(time_ordered_text(), *asked, level, level, level, "APPROVED", "APPROVED", at, decided, decided)
    if opening.level < 2 and opening.waits_since is None and rng.random() < REFUSED:
        more = (str(opening.level + 1), NOTHING, NOTHING, "REJECTED", "REJECTED")
        REQUESTS.add(time_ordered_text(), *asked, *more, decided, decided, decided)
