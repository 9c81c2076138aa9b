"""What a partner's own identity check says, and what follows from it for the account (contract/accounts.md 2.6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.choices import CipApproval, CipProvider, CipResult
from accounts.rules.text import Fault

SECTIONS = ("kyc", "document", "photo", "identity", "watchlist")
# What each result of the check tells of the holder, by section and field (KYCResultType).
TELLS: dict[tuple[str, str], str] = {
    ("document", "result"): "IDENTITY_VERIFICATION",
    ("photo", "result"): "SELFIE_VERIFICATION",
    ("identity", "result"): "IDENTITY_VERIFICATION",
    ("identity", "address"): "ADDRESS_VERIFICATION",
    ("identity", "matched_address"): "ADDRESS_VERIFICATION",
    ("identity", "date_of_birth"): "DATE_OF_BIRTH",
    ("identity", "tax_id"): "TAX_IDENTIFICATION",
    ("watchlist", "result"): "WATCHLIST_HIT",
    ("watchlist", "politically_exposed_person"): "PEP",
    ("watchlist", "sanction"): "WATCHLIST_HIT",
}
LONGEST_REASON = 1000


@dataclass(frozen=True, kw_only=True)
class CipReport:
    """An identity check as it was sent: by whom, and its sections."""

    provider_name: tuple[str, ...] = ()
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def approval_status(self) -> str:
        """Answer what the partner decided, "" where it has not."""
        return str(self.sections.get("kyc", {}).get("approval_status") or "")


def cip_faults(report: CipReport) -> Iterator[Fault]:
    """Yield what is wrong with an identity check: who made it, and something that it found."""
    if not report.provider_name:
        yield "provider_name", f"is required, as an array of {', '.join(CipProvider.values)}"
    if not report.sections:
        yield "kyc", f"is required unless one of {', '.join(SECTIONS[1:])} is given"


def kyc_results_of(report: CipReport) -> dict[str, Any]:
    """Answer the account's `kyc_results`: accepted what is clear everywhere, indeterminate what is not.

    A rejected check rejects what it did not find clear; without anything of the kind, the identity.
    """
    doubtful, clear = set(), set()
    for (section, name), result_type in TELLS.items():
        result = report.sections.get(section, {}).get(name)
        if result == CipResult.CONSIDER:
            doubtful.add(result_type)
        elif result == CipResult.CLEAR:
            clear.add(result_type)
    is_rejected = report.approval_status == CipApproval.REJECTED
    if is_rejected and not doubtful:
        doubtful = {"IDENTITY_VERIFICATION"}
    passes = report.approval_status == CipApproval.APPROVED or not (is_rejected or doubtful)
    reason = report.sections.get("kyc", {}).get("approved_reason") or ""
    return {
        "reject": _each(doubtful) if is_rejected else {},
        "accept": _each(clear - doubtful),
        "indeterminate": {} if is_rejected else _each(doubtful),
        "additional_information": str(reason)[:LONGEST_REASON],
        "summary": "pass" if passes else "fail",
    }


def _each(result_types: set[str]) -> dict[str, dict[str, Any]]:
    return {result_type: {} for result_type in sorted(result_types)}
