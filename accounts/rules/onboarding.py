"""May this account be opened or changed, and where does its status go (contract 2.1.7, 2.5, 2.6)."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from accounts.choices import AccountStatus, AccountType, AgreementType, EnabledAsset, Review
from accounts.errors import (
    AccountInputInvalid,
    IllegalStatusChange,
    PrimaryHolderHasSections,
    UnknownStatusFixture,
)
from accounts.rules.applications import AccountApplication
from accounts.rules.configuration import configuration_faults
from accounts.rules.disclosures import FLAGS, disclosure_faults
from accounts.rules.documents import agreement_faults, documents_faults
from accounts.rules.people import age_faults, contact_faults, identity_faults, trusted_contact_faults
from accounts.rules.suitability import suitability_faults
from accounts.rules.tax_ids import tax_id_faults
from accounts.rules.text import Fault, required, short_text

S = AccountStatus

TRANSITIONS: dict[AccountStatus, frozenset[AccountStatus]] = {
    S.INACTIVE: frozenset(),  # an asset class that is off; accounts themselves are never in it
    S.ONBOARDING: frozenset({S.SUBMITTED, S.ACCOUNT_CLOSED}),
    S.SUBMITTED: frozenset(
        {S.APPROVED, S.APPROVAL_PENDING, S.ACTION_REQUIRED, S.REJECTED, S.SUBMISSION_FAILED, S.ACCOUNT_CLOSED}
    ),
    S.SUBMISSION_FAILED: frozenset({S.SUBMITTED, S.ACCOUNT_CLOSED}),
    S.ACTION_REQUIRED: frozenset({S.APPROVAL_PENDING, S.APPROVED, S.REJECTED, S.ACCOUNT_CLOSED}),
    S.APPROVAL_PENDING: frozenset({S.ACTION_REQUIRED, S.APPROVED, S.REJECTED, S.ACCOUNT_CLOSED}),
    # A watch list may be hit between approval and activation.
    S.APPROVED: frozenset({S.ACTIVE, S.APPROVAL_PENDING, S.REJECTED, S.ACCOUNT_CLOSED}),
    S.REJECTED: frozenset({S.ACCOUNT_CLOSED}),
    S.ACTIVE: frozenset({S.ACCOUNT_UPDATED, S.DISABLED, S.ACCOUNT_CLOSED}),
    # What was changed may itself need a document or a person, or end the relationship.
    S.ACCOUNT_UPDATED: frozenset(
        {S.ACTIVE, S.ACTION_REQUIRED, S.APPROVAL_PENDING, S.REJECTED, S.DISABLED, S.ACCOUNT_CLOSED}
    ),
    # Enabled again, it is what it was: a review that was under way goes on.
    S.DISABLED: frozenset({S.ACTIVE, S.ACCOUNT_UPDATED, S.ACCOUNT_CLOSED}),
    S.ACCOUNT_CLOSED: frozenset(),  # kept as a record; a person who returns opens another account
}

# How the sandbox moves an account on by itself, one step at a time.
SANDBOX_STEPS: dict[AccountStatus, AccountStatus] = {
    S.SUBMITTED: S.APPROVED,
    S.APPROVED: S.ACTIVE,
    S.ACCOUNT_UPDATED: S.ACTIVE,
}
# The same where a person decides every time: what waits is put before one.
REVIEWED_STEPS: dict[AccountStatus, AccountStatus] = {
    S.SUBMITTED: S.APPROVAL_PENDING,
    S.APPROVED: S.ACTIVE,
    S.ACCOUNT_UPDATED: S.APPROVAL_PENDING,
}

# Edits that send an active account to review (contract 2.5).
MATERIAL_EDITS = frozenset(
    {
        *("identity.given_name", "identity.family_name", "identity.country_of_citizenship"),
        *("contact.street_address", "contact.unit", "contact.city", "contact.state", "contact.postal_code"),
        *("disclosures.employer_name", "disclosures.employment_position"),
    }
)

# What is signed before an asset class is switched on for an account that is open already.
AGREEMENT_OF_ASSET: dict[str, AgreementType] = {
    EnabledAsset.US_OPTION: AgreementType.OPTIONS,
    EnabledAsset.CRYPTO: AgreementType.CRYPTO,
}

# Sections that the account record repeats: what changes in them goes to the customer again (RK-5, AA-8).
ON_THE_RECORD = ("contact.", "identity.", "suitability.", "disclosures.", "trusted_contact.", "agreements")

# What an account can be opened in by a fixture (contract 2.1).
FIXTURE_STATUSES = (
    S.SUBMITTED,
    S.ACTION_REQUIRED,
    S.APPROVAL_PENDING,
    S.APPROVED,
    S.REJECTED,
    S.ACTIVE,
    S.DISABLED,
    S.ACCOUNT_CLOSED,
)
_FIXTURE = re.compile(r"/fixtures/status=([^/]*)/fixtures/")

SECURITIES = frozenset({EnabledAsset.US_EQUITY, EnabledAsset.US_OPTION, EnabledAsset.IPO})
MOST_BENEFICIARIES = 6


def require_transition(status_from: AccountStatus, status_to: AccountStatus) -> None:
    """Raise `IllegalStatusChange` unless an account may go from one status to the other."""
    if status_to not in TRANSITIONS[status_from]:
        raise IllegalStatusChange(status_from=status_from.value, status_to=status_to.value)


def sandbox_step(status: AccountStatus, *, is_pinned: bool, review: Review = Review.AUTOMATIC) -> AccountStatus | None:
    """Answer where the sandbox moves an account next, None where it stays.

    A status that a fixture pinned stays; a change made later to an account still comes back.
    """
    if is_pinned and status != S.ACCOUNT_UPDATED:
        return None
    return (REVIEWED_STEPS if review == Review.PERSON else SANDBOX_STEPS).get(status)


def status_fixture(additional_information: str) -> AccountStatus | None:
    """Answer the status that a fixture asks to open the account in, None where there is no fixture.

    Raises `UnknownStatusFixture` where it names anything else than `FIXTURE_STATUSES`.
    """
    found = _FIXTURE.search(additional_information)
    if found is None:
        return None
    if found[1] not in FIXTURE_STATUSES:
        raise UnknownStatusFixture(status=found[1][:40], statuses=", ".join(FIXTURE_STATUSES))
    return AccountStatus(found[1])


def review_application(application: AccountApplication, *, today: date) -> None:
    """Raise `AccountInputInvalid` naming every field at fault of an application that may not be opened.

    Raises `PrimaryHolderHasSections` where the holder of another account comes with another
    person's sections.
    """
    if application.primary_account_holder_id and (application.contact or application.identity):
        raise PrimaryHolderHasSections
    faults = application_faults(application, today=today)
    if faults:
        raise AccountInputInvalid(faults)


def application_faults(application: AccountApplication, *, today: date) -> dict[str, list[str]]:
    """Answer every fault of an application, by dotted field name (contract 2.1.7)."""
    identity = application.identity
    found: list[Fault] = []
    for section in ("contact", "identity", "disclosures", "agreements"):
        is_primarys = application.primary_account_holder_id and section in ("contact", "identity")
        found += () if is_primarys else required(section, getattr(application, section))
    if identity:
        is_required = not SECURITIES.isdisjoint(application.enabled_assets)
        found += _within("identity", tax_id_faults(identity.tax_id, identity.tax_id_type, is_required=is_required))
        found += _within("identity", age_faults(identity, today=today))
    found += _within("documents", documents_faults(application.documents))
    found += _within("trading_configurations", configuration_faults(application.trading_configurations))
    found += _terms_faults(application)
    return by_field([*found, *_section_faults(application, today)])


def change_faults(after: AccountApplication, *, today: date) -> dict[str, list[str]]:
    """Answer every fault of an account as it would be after a change; `after` holds only new agreements."""
    return by_field([*_section_faults(after, today), *_terms_faults(after)])


def _section_faults(application: AccountApplication, today: date) -> Iterator[Fault]:
    contact, identity = application.contact, application.identity
    residence = identity.country_of_tax_residence if identity else ""
    if contact:
        yield from _within("contact", contact_faults(contact, tax_residence=residence))
    if identity:
        yield from _within("identity", identity_faults(identity, today=today))
    yield from _within("identity", suitability_faults(application.suitability))
    if application.disclosures:
        yield from _within("disclosures", disclosure_faults(application.disclosures))
    if application.trusted_contact:
        yield from _within("trusted_contact", trusted_contact_faults(application.trusted_contact))
    for index, agreement in enumerate(application.agreements):
        yield from _within(f"agreements.{index}", agreement_faults(agreement, today=today))


def _terms_faults(application: AccountApplication) -> Iterator[Fault]:
    if application.currency != "USD":
        yield "currency", "must be USD: accounts are kept in no other currency"
    if application.account_sub_type and application.account_type != AccountType.IRA:
        yield "account_sub_type", "is for accounts of type ira only"
    yield from short_text("additional_information", application.additional_information, longest=1024)
    yield from short_text("custodial_account_type", application.custodial_account_type, longest=40)
    if len(application.beneficiaries) > MOST_BENEFICIARIES:
        yield "beneficiaries", f"must be at most {MOST_BENEFICIARIES}"


def is_material(changed: Iterable[str], *, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Say whether these edits send an active account to review: who, where, employer, or a new yes.

    `changed` are dotted field names; `before` and `after` hold the four disclosure flags.
    """
    return bool(MATERIAL_EDITS & set(changed)) or any(after[flag] and not before[flag] for flag in FLAGS)


def enabling_faults(before: Collection[str], after: Iterable[str], signed: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for each asset class that is switched on without its agreement (contract 2.5)."""
    for asset in after:
        needed = AGREEMENT_OF_ASSET.get(asset)
        if asset not in before and needed and needed not in signed:
            yield "enabled_assets", f"{asset} needs a signed {needed}"


def is_on_the_record(changed: Iterable[str]) -> bool:
    """Say whether an edit of these dotted fields changes the record that the customer has."""
    return any(name.startswith(ON_THE_RECORD) for name in changed)


def _within(section: str, faults: Iterable[Fault]) -> Iterator[Fault]:
    return ((f"{section}.{name}" if name else section, said) for name, said in faults)


def by_field(faults: Iterable[Fault]) -> dict[str, list[str]]:
    """Group faults by their field, each sentence once."""
    by_field: dict[str, list[str]] = {}
    for name, said in faults:
        said_of_it = by_field.setdefault(name, [])
        if said not in said_of_it:
            said_of_it.append(said)
    return by_field
