"""Editing what is on file section by section: forms filled in with it, and what they are saved by."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from django.http import QueryDict

from accounts.choices import AccountStatus
from accounts.errors import AccountInputInvalid, ChangedMeanwhile
from accounts.models import Account, User
from accounts.permissions import Permission
from accounts.profile_forms import CONFIGURING, FORMS, SectionForm
from accounts.rules.applications import AccountApplication
from accounts.rules.editing import mark_of
from accounts.services.changes import update_account
from accounts.services.onboarding import configuration_on_file, configure_account
from accounts.services.sections import application_on_file
from brokerage.web import refusals_on

# Suitability answers travel inside `identity` on the wire, and so do their faults.
FAULT_PREFIXES = {"suitability": "identity", "agreements": "agreements.0"}


def may_edit(actor: User, account: Account, section: str) -> bool:
    """Say whether `actor` is offered the form of a section; the service decides again when it is saved.

    A customer answers the suitability questions, and reads the rest: the rest goes through the partner.
    """
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        return False
    if section in CONFIGURING:
        return actor.may(Permission.CONFIGURE_ACCOUNTS) and actor.kind != "customer"
    needed = Permission.ANSWER_SUITABILITY if section == "suitability" else Permission.EDIT_ACCOUNTS
    return actor.may(needed) and hasattr(account, "contact")


def fill_form(account: Account, section: str, posted: QueryDict | None = None) -> SectionForm:
    """Answer the form of a section with what is on file, or with what was `posted`."""
    values = _on_file(account, section)
    initial = _initial(section, values) | {"seen": mark_of(_marked(account, section, values))}
    return FORMS[section](posted, initial=initial, auto_id=f"{section}-%s")


def save_section(actor: User, account: Account, form: SectionForm) -> None:
    """Save a section that was filled in; what is refused stands on its fields afterwards."""
    mark = form.cleaned_data["seen"]
    with refusals_on(form), _faults_of(form):
        if form.section in CONFIGURING:
            configure_account(actor=actor, account_id=account.pk, changes=form.configuration(), seen=mark)  # type: ignore[attr-defined]
        else:
            update_account(actor=actor, account_id=account.pk, changes=form.changes(), seen={form.section: mark})


def was_changed_meanwhile(form: SectionForm) -> bool:
    """Say whether the form was refused because somebody else was first."""
    return ChangedMeanwhile.message in form.non_field_errors()


def take_up(form: SectionForm, account: Account) -> list[tuple[str, str]]:
    """Let a refused form go on from what is on file now; answer that by label, where something else was typed."""
    values = _on_file(account, form.section)
    now = FORMS[form.section](initial=_initial(form.section, values))
    posted = form.data.copy()  # type: ignore[attr-defined]
    posted["seen"] = mark_of(_marked(account, form.section, values))
    form.data = posted
    return [
        (str(field.label), _shown(now, name))
        for name, field in form.fields.items()
        if name != "seen" and _plain(form.cleaned_data.get(name)) != _plain(now.get_initial_for_field(field, name))
    ]


@contextmanager
def _faults_of(form: SectionForm) -> Iterator[None]:
    """Name faults as the form's fields are named, as sentences."""
    try:
        yield
    except AccountInputInvalid as refusal:
        prefix = FAULT_PREFIXES.get(form.section, form.section)
        faults: dict[str, list[str]] = {}
        for name, sentences in refusal.errors.items():
            short = name.removeprefix(f"{prefix}.")
            said = [_sentence(one if short in form.fields else f"{short}: {one}") for one in sentences]
            faults.setdefault(short, []).extend(said)
        raise AccountInputInvalid(faults) from None


def _sentence(said: str) -> str:
    said = said[:1].upper() + said[1:]
    return said if said.endswith(".") else f"{said}."


def _on_file(account: Account, section: str) -> Any:
    if section in CONFIGURING:
        return configuration_on_file(account)
    application: AccountApplication = application_on_file(account)
    return () if section == "agreements" else getattr(application, section)


def _marked(account: Account, section: str, values: Any) -> Any:
    return account.agreements.count() if section == "agreements" else values


def _initial(section: str, values: Any) -> dict[str, Any]:
    if section == "enabled_assets":
        return {"enabled_assets": list(values)}
    if not values:
        return {}
    return {column.name: getattr(values, column.name) for column in fields(values)}


def _plain(value: Any) -> Any:
    """Answer a value so that an empty one equals none, and a list its tuple."""
    return "" if value in (None, "", (), []) else tuple(value) if isinstance(value, list) else value


def _shown(form: SectionForm, name: str) -> str:
    """Answer the value on file as a person reads it."""
    field, value = form.fields[name], form.get_initial_for_field(form.fields[name], name)
    if isinstance(value, list | tuple):
        return ", ".join(str(dict(getattr(field, "choices", [])).get(one, one)) for one in value) or "—"
    words = {str(word): str(label) for word, label in getattr(field, "choices", [])}
    return words.get(str(value), str(value)) if value not in (None, "") else "—"
