"""How accounts look on the wire (contract/accounts.md 2.2, 2.9).

A section that an account does not have is absent, never null, and so is every field without a
value: the client library refuses nulls and empty words (contract 7). The tax id is never here.
"""

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from accounts.api.serializers import ANSWERS
from accounts.models import Account, Agreement, OwnerDocument
from accounts.rules import applications as tickets
from accounts.selectors import ENTITIES
from brokerage.money import plain

# What the client library can read; it raises on any other type of document (contract 2.1.5).
CLIENT_DOCUMENT_TYPES = frozenset(
    {
        *("identity_verification", "address_verification", "date_of_birth_verification", "tax_id_verification"),
        *("account_approval_letter", "limited_trading_authorization", "w8ben", "cip_result", "other"),
        "social_security_number_verification",
    }
)
EMPTY: tuple[Any, ...] = ("", [], ())
CONFIGURATION = tuple(column.name for column in fields(tickets.ConfigurationChanges))
CONTACT = tuple(column.name for column in fields(tickets.ContactDetails))
IDENTITY = tuple(column.name for column in fields(tickets.IdentityDetails) if column.name != "tax_id")
DISCLOSURES = tuple(column.name for column in fields(tickets.DisclosureDetails))
TRUSTED_CONTACT = tuple(column.name for column in fields(tickets.TrustedContactDetails))


def account_json(account: Account, entities: Collection[str] = ENTITIES) -> dict[str, Any]:
    """Answer an account with the sections named; every one that it has by default."""
    shown = {
        "id": account.pk,
        "account_number": account.account_number,
        "status": account.status,
        "crypto_status": account.crypto_status,
        "currency": account.currency,
        "last_equity": plain(account.last_equity_amount),
        "created_at": account.created_at,
        "account_name": account.name,
        "account_type": account.account_type,
        "enabled_assets": account.enabled_assets,
        "kyc_results": account.kyc_results,
        **_given(account, ("account_sub_type",)),
        **_terms(account),
    }
    for entity in ENTITIES:
        section = SECTIONS[entity](account) if entity in entities else None
        if section is not None:
            shown[entity] = section
    return shown


def configuration_json(account: Account) -> dict[str, Any]:
    """Answer the whole trading configuration; the cap on the level is null until one is set."""
    return {name: getattr(account, name) for name in CONFIGURATION}


def _terms(account: Account) -> dict[str, Any]:
    terms = getattr(account, "terms", None)
    if terms is None:
        return {}
    return {
        "allow_instant_ach": terms.allow_instant_ach,
        **_given(
            terms, ("beneficiaries", "cash_interest", "fpsl", "primary_account_holder_id", "custodial_account_type")
        ),
    }


def _given(row: Any, names: Collection[str]) -> dict[str, Any]:
    """Answer the fields of a row that have a value."""
    values = {name: getattr(row, name) for name in names}
    return {name: value for name, value in values.items() if value is not None and value not in EMPTY}


def _contact(account: Account) -> dict[str, Any] | None:
    row = getattr(account, "contact", None)
    return _given(row, CONTACT) if row else None


def _identity(account: Account) -> dict[str, Any] | None:
    row = getattr(account, "identity", None)
    if row is None:
        return None
    return _given(row, IDENTITY) | _answers(account)


def _answers(account: Account) -> dict[str, Any]:
    newest = getattr(account, "newest_suitability", None)
    row = account.suitability.order_by("-id").first() if newest is None else next(iter(newest), None)
    return _given(row, ANSWERS) if row else {}


def _disclosures(account: Account) -> dict[str, Any] | None:
    row = getattr(account, "disclosures", None)
    return _given(row, DISCLOSURES) if row else None


def _trusted_contact(account: Account) -> dict[str, Any] | None:
    row = getattr(account, "trusted_contact", None)
    if row is None:
        return None
    shown = _given(row, TRUSTED_CONTACT)
    if "street_address" in shown:
        shown["street_address"] = ", ".join(shown["street_address"])  # an array breaks the client library
    return shown


def _agreements(account: Account) -> list[dict[str, Any]] | None:
    return [_agreement(row) for row in account.agreements.all()] if hasattr(account, "identity") else None


def _agreement(row: Agreement) -> dict[str, Any]:
    return {
        "agreement": row.agreement,
        "signed_at": row.signed_at,
        "ip_address": row.ip_address,
        "revision": row.revision,
    }


def _documents(account: Account) -> list[dict[str, Any]] | None:
    return [_document(row) for row in account.documents.all()] if hasattr(account, "identity") else None


def _document(row: OwnerDocument) -> dict[str, Any]:
    is_readable = row.document_type in CLIENT_DOCUMENT_TYPES
    return {
        "id": row.pk,
        "document_type": row.document_type if is_readable else "other",
        "document_sub_type": row.document_sub_type or ("" if is_readable else row.document_type),
        "mime_type": row.mime_type,
        "created_at": row.created_at,
    }


SECTIONS = {
    "contact": _contact,
    "identity": _identity,
    "disclosures": _disclosures,
    "agreements": _agreements,
    "documents": _documents,
    "trusted_contact": _trusted_contact,
    "trading_configurations": configuration_json,
}
