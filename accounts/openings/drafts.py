"""Applications in progress as people see them: one, and the list of those that are not finished."""

from collections.abc import Mapping
from uuid import UUID

from django.http import QueryDict

from accounts.choices import OpeningStep
from accounts.models import Correspondent, OpeningDraft, User
from accounts.opening_errors import DraftNotFound
from accounts.openings.application import Opening
from accounts.permissions import Permission
from brokerage.keyset import Page, read_page

PAGE_SIZE = 50
TAX_ID = "identity-tax_id"


def get_draft(actor: User, draft_id: UUID) -> OpeningDraft:
    """Answer an application that was not discarded, or raise `DraftNotFound`; it may be an account by now."""
    actor.require(Permission.OPEN_ACCOUNTS)
    visible = OpeningDraft.objects.visible_to(actor).select_related("correspondent", "started_by")
    found = visible.filter(pk=draft_id, discarded_at=None).first()
    if found is None:
        raise DraftNotFound
    return found


def page_drafts(actor: User, *, after: str = "", before: str = "") -> Page[OpeningDraft]:
    """Answer a page of the applications in progress that `actor` may go on with, the last saved first."""
    actor.require(Permission.OPEN_ACCOUNTS)
    rows = OpeningDraft.objects.visible_to(actor).in_progress().select_related("correspondent", "started_by")
    return read_page(rows.defer("sections_sealed"), ("-updated_at", "-id"), size=PAGE_SIZE, after=after, before=before)


def correspondents_of(actor: User) -> list[Correspondent]:
    """Answer for whom `actor` may open accounts, where there is a choice; nobody's own staff has one."""
    return list(Correspondent.objects.order_by("name", "pk")) if actor.sees_every_correspondent else []


def entries_of(
    step: OpeningStep, posted: QueryDict, kept: Mapping[str, Mapping[str, list[str]]]
) -> dict[str, list[str]]:
    """Answer what was posted of a step's inputs. A tax id left empty is the one that was entered before."""
    inputs = [field.html_name for form in Opening({}).forms(step) for field in form]
    entries = {name: posted.getlist(name) for name in inputs}
    if not any(entries.get(TAX_ID, ("-",))):
        entries[TAX_ID] = list(kept.get(step, {}).get(TAX_ID, [""]))
    return entries


def copied_signatures(entries: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Answer the entries with the first signature's time and address in every signature that lacks them."""
    signed = [name.removesuffix("-is_signed") for name, said in entries.items() if name.endswith("-is_signed") and said]
    copied = dict(entries)
    for name in ("signed_at", "ip_address"):
        first = next((entries[f"{one}-{name}"] for one in signed if any(entries[f"{one}-{name}"])), [""])
        copied |= {f"{one}-{name}": first for one in signed if not any(entries[f"{one}-{name}"])}
    return copied
