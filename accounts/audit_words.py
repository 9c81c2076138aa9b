"""An audit entry in words, and what it shows of a value: never what is sealed, hidden or masked (RK-10)."""

import json
import re
from dataclasses import dataclass
from typing import Any

from accounts.models import AuditEntry

SEALED = "sealed"
HIDDEN = "hidden"
MASKED = "masked"
# Names under which somebody's identity may stand, also within a JSON column.
MASKED_NAMES = frozenset(
    {"date_of_birth", "tax_id", "tax_id_digest", "account_number_digest", "processor_token_digest"}
)
WORDS = {
    "AccountTerms": "terms",
    "AchRelationship": "ACH relationship",
    "ApiKey": "API key",
    "AuditEntry": "audit trail",
    "CipRecord": "CIP record",
    "Correspondent_reviewers": "reviewer",
    "Identity.date_of_birth": "date of birth",
    "Identity.tax_id": "tax ID",
    "OptionsApplication": "options request",
    "OwnerDocument": "document",
    "AccountDocument": "account document",
    "Authenticator": "second factor",
}


@dataclass(frozen=True)
class Difference:
    """One column of an entry, before and after; an absent side is empty."""

    name: str
    before: str
    after: str
    is_changed: bool


def subject_words(subject: str) -> str:
    """Answer what an entry is about, in words: `TrustedContact` is a trusted contact."""
    if subject in WORDS:
        return WORDS[subject]
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_.]", " ", subject).lower()


def account_words(entry: AuditEntry) -> str:
    """Answer what tells the entry's record from its like, where it belongs to no account."""
    row = (entry.after or {}) | (entry.before or {})
    named = next((row[name] for name in ("email", "key_id", "code", "label", "name", "file_name") if row.get(name)), "")
    return str(named or entry.subject_id)


def origin_words(origin: str) -> tuple[str, str]:
    """Answer the address an act came from, and by what: a browser, or a key."""
    address, _, means = origin.strip().partition(" ")
    return address, means


def differences(entry: AuditEntry) -> list[Difference]:
    """Answer the columns of an entry side by side, in order of their names."""
    before, after = entry.before or {}, entry.after or {}
    return [
        Difference(
            name.removesuffix("_sealed").removesuffix("_id").replace("_", " "),
            shown(name, before[name]) if name in before else "",
            shown(name, after[name]) if name in after else "",
            is_changed=name in before and name in after,
        )
        for name in sorted({*before, *after})
    ]


def shown(name: str, value: Any) -> str:
    """Answer how a value may be shown: as it is, or as a word that says why it is not."""
    if name in MASKED_NAMES:
        return MASKED if value else "—"
    if value is None or value == "":
        return "—"
    if name == "tax_id_last_four":
        return f"··· {value}"
    if isinstance(value, str):
        return SEALED if name.endswith("_sealed") and value != HIDDEN else value
    return _json(masked(value)) if isinstance(value, dict | list) else _json(value)


def masked(value: Any) -> Any:
    """Answer a JSON value without the identities within it."""
    if isinstance(value, dict):
        return {name: MASKED if name in MASKED_NAMES and one else masked(one) for name, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, list) else value


def shown_row(row: dict[str, Any] | None) -> str:
    """Answer a whole side of an entry as JSON, as it may leave the house in an export."""
    if row is None:
        return ""
    return _json({name: masked(one) if isinstance(one, dict | list) else shown(name, one) for name, one in row.items()})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
