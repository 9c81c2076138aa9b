"""CIPInfo on the wire (contract/accounts.md 2.6)."""

from collections.abc import Mapping
from typing import Any

import orjson

from accounts.api.sections import Instant, JsonObject, Section, SectionError, Text, Word, Words
from accounts.choices import CipApproval, CipProvider, CipResult, CipStatus
from accounts.errors import AccountInputInvalid
from accounts.models import CipRecord
from accounts.rules.cip import SECTIONS, CipReport, cip_faults
from accounts.rules.onboarding import by_field
from accounts.sealing import unseal
from brokerage.api import field_errors

# What is a result, a state or a time in the sections; everything else is kept as it is.
RESULTS = {
    "document": ("result", "age_validation", "compromised_document", "data_comparison", "image_integrity"),
    "photo": ("result", "face_comparision", "face_comparison", "image_integrity"),
    "identity": ("result", "matched_address", "sources", "address", "date_of_birth", "tax_id"),
    "watchlist": ("result", "politically_exposed_person", "sanction", "adverse_media", "monitored_lists"),
}
TIMES = {"kyc": ("kyc_completed_at", "check_initiated_at", "check_completed_at", "approved_at")}


def _checked(section: str) -> Section:
    """Answer what of a section of the check can be judged by its form."""
    fields: dict[str, Any] = {name: Word(CipResult) for name in RESULTS.get(section, ())}
    fields |= {name: Instant() for name in TIMES.get(section, ("created_at",))}
    fields["id"] = Text()
    if section == "kyc":
        fields |= {"approval_status": Word(CipApproval), "approved_reason": Text(), "ip_address": Text()}
    else:
        fields["status"] = Word(CipStatus)
    checked = Section()
    for name, field in fields.items():
        checked.fields[name] = field
    return checked


class CipSection(Section):
    """The body of `POST /v1/accounts/{account_id}/cip`: the sections as objects."""

    provider_name = Words(CipProvider)
    kyc = JsonObject()
    document = JsonObject()
    photo = JsonObject()
    identity = JsonObject()
    watchlist = JsonObject()


def read_cip(body: Mapping[str, Any]) -> CipReport:
    """Parse an identity check; raise `AccountInputInvalid` naming every field at fault.

    The sections are kept as they were sent: a provider's breakdowns have no fixed form.
    """
    unread: dict[str, list[str]] = {}
    try:
        read = CipSection().to_internal_value(body)
    except SectionError as fault:
        unread, read = field_errors(fault.detail), fault.read
    sections = {name: read[name] for name in SECTIONS if name in read}
    for name, sent in sections.items():
        try:
            _checked(name).to_internal_value(sent)
        except SectionError as fault:
            unread |= field_errors(fault.detail, name)
    report = CipReport(provider_name=read.get("provider_name", ()), sections=sections)
    if unread:
        raise AccountInputInvalid({**by_field(cip_faults(report)), **unread})
    return report


def cip_json(record: CipRecord) -> dict[str, Any]:
    """Answer an identity check with its sections opened; `created_at` is when the first one came."""
    sections = orjson.loads(unseal(bytes(record.sections_sealed), account_id=record.account_id))
    return {
        "id": record.pk,
        "account_id": record.account_id,
        "provider_name": record.provider_name,
        "created_at": getattr(record, "first_recorded_at", record.recorded_at),
        "updated_at": record.recorded_at,
        **{name: sections.get(name) for name in SECTIONS},
    }
