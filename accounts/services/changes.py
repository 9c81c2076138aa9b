"""Change what is on file of an account's holder (contract/accounts.md 2.5)."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction

from accounts.choices import AccountKind, AccountStatus
from accounts.errors import AccountClosed, AccountInputInvalid, AccountNotAuthorized, FirmAccountHasNoHolder
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.rules.applications import AccountApplication, AccountChanges, IdentityDetails
from accounts.rules.disclosures import FLAGS
from accounts.rules.editing import require_unchanged
from accounts.rules.onboarding import by_field, change_faults, enabling_faults, is_material, is_on_the_record
from accounts.rules.people import immutable_faults
from accounts.services.sections import (
    SECTIONS,
    append_agreements,
    application_on_file,
    section_columns,
    write_suitability,
)
from accounts.services.steps import (
    advance_soon,
    change_status,
    copy_holder,
    make_record_soon,
    save_under_its_email,
)
from brokerage import clock
from brokerage.events import event, record_events

TERMS = ("allow_instant_ach", "beneficiaries", "cash_interest", "fpsl")
COPIED = ("name", "email_address", "registered_email", "phone_number", "enabled_assets")


@transaction.atomic(durable=True)
def update_account(
    *, actor: User, account_id: UUID, changes: AccountChanges, seen: Mapping[str, str] | None = None
) -> Account:
    """Change what is on file of the holder, append agreements, switch asset classes on.

    A material edit of an active account sends it to ACCOUNT_UPDATED (contract 2.5). What is
    already so is no change: sending it writes and announces nothing. `seen` holds the marks
    (`rules/editing.py`) of the sections as the person saw them who edits; one that is no longer
    so is refused. The suitability answers alone, a holder may change too. Raises
    `AccountNotAuthorized`, `AccountClosed`, `ChangedMeanwhile`, `AccountInputInvalid` or `EmailTaken`.
    """
    is_of_answers = changes == AccountChanges(suitability=changes.suitability)
    actor.require(Permission.ANSWER_SUITABILITY if is_of_answers else Permission.EDIT_ACCOUNTS)
    account = lock_account(actor, account_id, missing=AccountNotAuthorized)
    _require_changeable(account)
    before = application_on_file(account)
    _require_as_seen(account, before, seen or {})
    after = _with_changes(before, changes)
    _require_no_faults(account, before, after, changes)

    now = clock.now()
    changed = _changed(before, after)
    if not changed:
        return account
    _write_changes(account, before, after, changed, actor=actor, now=now)
    events = [event("account.updated", account=account, subject=account, at=now, payload={"changed": changed})]
    flags = [{flag: getattr(one.disclosures, flag) for flag in FLAGS} for one in (before, after)]
    if account.is_active and is_material(changed, before=flags[0], after=flags[1]):
        payload = change_status(account, AccountStatus.ACCOUNT_UPDATED)
        account.save(update_fields=["status"])
        events.append(event("account.status_changed", account=account, subject=account, at=now, payload=payload))
        advance_soon(account)
    record_events(events)
    if account.terms.record_due_at is not None:
        make_record_soon(account)
    return account


def _require_no_faults(
    account: Account, before: AccountApplication, after: AccountApplication, changes: AccountChanges
) -> None:
    identity = cast(IdentityDetails, before.identity)
    faults = by_field(("identity." + name, said) for name, said in immutable_faults(identity, changes.identity))
    signed = {*account.agreements.values_list("agreement", flat=True), *(one.agreement for one in changes.agreements)}
    faults |= by_field(enabling_faults(before.enabled_assets, after.enabled_assets, signed))
    faults = change_faults(after, today=clock.today()) | faults
    if faults:
        raise AccountInputInvalid(faults)


def _require_as_seen(account: Account, before: AccountApplication, seen: Mapping[str, str]) -> None:
    for section, mark in seen.items():
        values = account.agreements.count() if section == "agreements" else getattr(before, section)
        require_unchanged(mark, values)


def _require_changeable(account: Account) -> None:
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        raise AccountClosed(account_number=account.account_number)
    if account.kind == AccountKind.FIRM:
        raise FirmAccountHasNoHolder(account_number=account.account_number)


def _with_changes(before: AccountApplication, changes: AccountChanges) -> AccountApplication:
    sections = {
        section: replace(getattr(before, section) or ticket(), **getattr(changes, section))
        for section, (_, ticket) in SECTIONS.items()
        if getattr(changes, section)
    }
    assets = dict.fromkeys([*before.enabled_assets, *changes.enabled_assets])
    return replace(
        before,
        **sections,
        **changes.terms,
        suitability=replace(before.suitability, **changes.suitability),
        enabled_assets=tuple(assets),
        agreements=changes.agreements,
    )


def _changed(before: AccountApplication, after: AccountApplication) -> list[str]:
    """Answer the dotted names of what a change changes; names only, never what was there (RK-10)."""
    changed = [name for name in ("enabled_assets", *TERMS) if getattr(before, name) != getattr(after, name)]
    for section in (*SECTIONS, "suitability"):
        old, new = getattr(before, section), getattr(after, section)
        columns = fields(new) if new is not None else ()
        changed += [f"{section}.{c.name}" for c in columns if getattr(old, c.name, None) != getattr(new, c.name)]
    return changed + (["agreements"] if after.agreements else [])


def _write_changes(
    account: Account,
    before: AccountApplication,
    after: AccountApplication,
    changed: list[str],
    *,
    actor: User,
    now: datetime,
) -> None:
    for section, (model, _) in SECTIONS.items():
        ticket = getattr(after, section)
        if ticket is not None and ticket != getattr(before, section):
            row = getattr(account, section, None) or model(account=account)
            for name, value in section_columns(account, ticket).items():
                setattr(row, name, value)
            row.save()
    if after.suitability != before.suitability:
        write_suitability(account, after.suitability, actor=actor, now=now)
    append_agreements(account, after.agreements, actor=actor, now=now)
    for name in TERMS:
        setattr(account.terms, name, getattr(after, name))
    account.terms.makers = sorted({*account.terms.makers, actor.pk})
    account.terms.record_due_at = now if is_on_the_record(changed) else account.terms.record_due_at
    account.terms.save(update_fields=[*TERMS, "makers", "record_due_at"])
    account.enabled_assets = list(after.enabled_assets)
    was_registered = bool(account.registered_email)
    copy_holder(account, after)
    account.registered_email = account.registered_email if was_registered else ""
    save_under_its_email(account, update_fields=COPIED)
