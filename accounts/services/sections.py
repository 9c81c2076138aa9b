"""Steps that the services over accounts share: tickets become rows, rows become tickets."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, cast

import orjson

from accounts.agreements import digest_of
from accounts.models import (
    Account,
    AccountTerms,
    Agreement,
    Contact,
    Disclosures,
    Identity,
    Suitability,
    TrustedContact,
    User,
)
from accounts.rules import applications as tickets
from accounts.rules.documents import revision_of
from accounts.sealing import seal, tax_id_digest, unseal
from accounts.services.documents import keep_documents

SECTIONS: dict[str, tuple[Any, Any]] = {
    "contact": (Contact, tickets.ContactDetails),
    "identity": (Identity, tickets.IdentityDetails),
    "disclosures": (Disclosures, tickets.DisclosureDetails),
    "trusted_contact": (TrustedContact, tickets.TrustedContactDetails),
}

SHORTEST_TO_SHOW = 8  # the last four of a shorter tax id would tell most of it


def write_sections(account: Account, application: tickets.AccountApplication, *, actor: User, now: datetime) -> None:
    """Insert everything of an application but the account itself."""
    for section in SECTIONS:
        ticket = getattr(application, section)
        if ticket is not None:
            SECTIONS[section][0].objects.create(account=account, **section_columns(account, ticket))
    write_suitability(account, application.suitability, actor=actor, now=now)
    append_agreements(account, application.agreements, actor=actor, now=now)
    _write_terms(account, application, now=now)
    keep_documents(account, application.documents, now=now)


def section_columns(account: Account, ticket: Any) -> dict[str, Any]:
    """Answer the columns of a section's row; a tax id goes in sealed, digested and by its last four."""
    columns = {column.name: getattr(ticket, column.name) for column in fields(ticket)}
    if isinstance(ticket, tickets.DisclosureDetails):
        columns["context"] = [_without_empty(asdict(context)) for context in ticket.context]
    if isinstance(ticket, tickets.IdentityDetails):
        columns |= tax_id_columns(account, columns.pop("tax_id"), ticket.tax_id_type)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in columns.items()}


def tax_id_columns(account: Account, tax_id: str, tax_id_type: str) -> dict[str, Any]:
    """Answer how a tax id is kept; nothing where there is none."""
    if not tax_id:
        return {}
    written = "".join(character for character in tax_id if character.isalnum())
    return {
        "tax_id_sealed": seal(tax_id.encode(), account_id=account.pk),
        "tax_id_digest": tax_id_digest(tax_id, tax_id_type),
        "tax_id_last_four": written[-4:] if len(written) >= SHORTEST_TO_SHOW else "",
    }


def write_suitability(account: Account, answers: tickets.SuitabilityAnswers, *, actor: User, now: datetime) -> None:
    """Insert a revision of the answers, where any was given."""
    if answers != tickets.SuitabilityAnswers():
        Suitability.objects.create(account=account, recorded_at=now, recorded_by=actor, **vars(answers))


def append_agreements(
    account: Account, agreements: Iterable[tickets.SignedAgreement], *, actor: User, now: datetime
) -> list[Agreement]:
    """Insert further signatures, each under a revision (contract 2.1.4) and with the digest of our own text."""
    return Agreement.objects.bulk_create(
        Agreement(
            account=account,
            agreement=signed.agreement,
            signed_at=cast(datetime, signed.signed_at),
            ip_address=signed.ip_address,
            revision=revision_of(signed),
            text_digest=digest_of(signed.agreement, revision_of(signed)),
            recorded_at=now,
            recorded_by=actor,
        )
        for signed in agreements
    )


def _write_terms(account: Account, application: tickets.AccountApplication, *, now: datetime) -> None:
    minor = application.minor_identity
    AccountTerms.objects.create(
        account=account,
        allow_instant_ach=application.allow_instant_ach,
        additional_information=application.additional_information,
        beneficiaries=list(application.beneficiaries),
        cash_interest=application.cash_interest,
        fpsl=application.fpsl,
        primary_account_holder_id=application.primary_account_holder_id,
        custodial_account_type=application.custodial_account_type,
        minor_identity_sealed=seal(orjson.dumps(minor, default=str), account_id=account.pk) if minor else None,
        record_due_at=now,
    )


def application_on_file(account: Account) -> tickets.AccountApplication:
    """Answer what is on file of an account's holder, as the ticket that would open it again.

    Without agreements and documents, and without the tax id: those are appended, not changed.
    """
    read = {
        section: _ticket_of(getattr(account, section), ticket)
        for section, (_, ticket) in SECTIONS.items()
        if hasattr(account, section)
    }
    return tickets.AccountApplication(
        **read,
        suitability=answers_on_file(account),
        enabled_assets=tuple(account.enabled_assets),
        account_type=account.account_type,
        account_sub_type=account.account_sub_type,
        currency=account.currency,
        **_terms_on_file(account),
    )


def answers_on_file(account: Account) -> tickets.SuitabilityAnswers:
    """Answer the newest revision of the suitability answers; all absent where there is none."""
    row = account.suitability.order_by("-id").first()
    return _ticket_of(row, tickets.SuitabilityAnswers) if row else tickets.SuitabilityAnswers()


def tax_id_on_file(account: Account) -> str:
    """Unseal the tax id of an account's holder: for a further account of the same person only."""
    sealed = account.identity.tax_id_sealed
    return unseal(bytes(sealed), account_id=account.pk).decode() if sealed else ""


def _ticket_of(row: Any, ticket: type[Any]) -> Any:
    values = {column.name: getattr(row, column.name) for column in fields(ticket) if hasattr(row, column.name)}
    if ticket is tickets.DisclosureDetails:
        values["context"] = [
            tickets.DisclosureContext(**{name: _as_tuple(value) for name, value in context.items()})
            for context in values["context"]
        ]
    return ticket(**{name: _as_tuple(value) for name, value in values.items()})


def _terms_on_file(account: Account) -> dict[str, Any]:
    terms = account.terms
    return {
        "allow_instant_ach": terms.allow_instant_ach,
        "beneficiaries": tuple(terms.beneficiaries),
        "cash_interest": terms.cash_interest,
        "fpsl": terms.fpsl,
    }


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _without_empty(context: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in context.items() if value}
