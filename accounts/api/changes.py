"""The body of a change to an account, parsed into `AccountChanges` (contract/accounts.md 2.5)."""

from collections.abc import Mapping
from typing import Any

from accounts import choices
from accounts.api.sections import Flag, JsonObject, JsonObjects, Section, SectionError, Sections, Word, Words
from accounts.api.serializers import (
    ANSWERS,
    TOP_LEVEL_ANSWERS,
    AgreementSection,
    ContactSection,
    DisclosuresSection,
    IdentitySection,
    TrustedContactSection,
    disclosures_of,
)
from accounts.errors import AccountInputInvalid, PrimaryHolderImmutable
from accounts.rules.applications import AccountChanges, SignedAgreement
from accounts.services.changes import TERMS
from brokerage.api import field_errors


class ChangesSection(Section):
    """The body of `PATCH /v1/accounts/{account_id}`: what can be changed at all (contract 2.5)."""

    contact = ContactSection(required=False)
    identity = IdentitySection(required=False)
    disclosures = DisclosuresSection(required=False)
    trusted_contact = TrustedContactSection(required=False)
    agreements = Sections(AgreementSection())
    enabled_assets = Words(choices.EnabledAsset)
    liquidity_needs = Word(choices.LiquidityNeeds)
    risk_tolerance = Word(choices.RiskTolerance)
    investment_objective = Word(choices.Objective)
    investment_time_horizon = Word(choices.TimeHorizon)
    allow_instant_ach = Flag()
    beneficiaries = JsonObjects()
    cash_interest = JsonObject()
    fpsl = JsonObject()


def read_changes(body: Mapping[str, Any]) -> AccountChanges:
    """Parse a request to change an account; only what it names is in the ticket.

    Raises `AccountInputInvalid` naming every field that cannot be read or cannot be updated, and
    `PrimaryHolderImmutable` where the primary holder would change.
    """
    if body.get("primary_account_holder_id") is not None:
        raise PrimaryHolderImmutable
    section = ChangesSection()
    faults = _not_updatable(section, body)
    try:
        read = section.to_internal_value(body)
    except SectionError as fault:
        faults |= field_errors(fault.detail)
    if faults:
        raise AccountInputInvalid(faults)
    return _changes_of(read)


def _not_updatable(section: Section, body: Mapping[str, Any], within: str = "") -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    for name, value in body.items():
        field = section.fields.get(name)
        if value is not None and field is None:
            faults[f"{within}{name}"] = ["cannot be updated"]
        elif isinstance(field, Section) and isinstance(value, Mapping):
            faults |= _not_updatable(field, value, f"{within}{name}.")
    return faults


def _changes_of(read: Mapping[str, Any]) -> AccountChanges:
    identity = read.get("identity", {})
    answers = {name: identity[name] for name in ANSWERS if name in identity}
    disclosures = disclosures_of(read.get("disclosures"))
    return AccountChanges(
        contact=read.get("contact", {}),
        identity={name: value for name, value in identity.items() if name not in ANSWERS},
        suitability=answers | {name: read[name] for name in TOP_LEVEL_ANSWERS if name in read},
        disclosures={name: getattr(disclosures, name) for name in read.get("disclosures", {})},
        trusted_contact=read.get("trusted_contact", {}),
        terms={name: read[name] for name in TERMS if name in read},
        agreements=tuple(SignedAgreement(**one) for one in read.get("agreements", ())),
        enabled_assets=read.get("enabled_assets", ()),
    )
