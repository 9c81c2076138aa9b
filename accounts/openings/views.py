"""The pages of opening an account: the list of applications in progress, and the steps of one."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.choices import OpeningStep
from accounts.errors import ChangedMeanwhile
from accounts.models import OpeningDraft
from accounts.opening_errors import CorrespondentNotChosen
from accounts.openings.application import Fault, Opening
from accounts.openings.drafts import (
    copied_signatures,
    correspondents_of,
    entries_of,
    get_draft,
    page_drafts,
)
from accounts.openings.page import TITLES, checked, next_step, saved_at, step_context
from accounts.requests import SignedInRequest
from accounts.rules.openings import StepEntries
from accounts.services.opening_drafts import discard_draft, save_step, sections_of, start_draft
from brokerage import clock
from brokerage.web import redirect_page, render_page

ENTERED = frozenset(OpeningStep) - {OpeningStep.DOCUMENTS, OpeningStep.REVIEW}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def drafts(request: SignedInRequest) -> HttpResponse:
    """List the applications in progress; on POST start one and go to its first step."""
    said = ""
    if request.method == "POST":
        try:
            draft = start_draft(
                actor=request.user,
                draft_id=_uuid(request.POST.get("draft")) or uuid4(),
                correspondent_id=_uuid(request.POST.get("correspondent")),
            )
        except CorrespondentNotChosen:
            said = "Choose the correspondent that the account is for."
        else:
            return redirect_page(request, "accounts:draft_step", draft.pk, draft.step)
    page = page_drafts(request.user, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "page": page,
        "previous_url": f"/openings?before={page.before}" if page.before else "",
        "next_url": f"/openings?after={page.after}" if page.after else "",
        "fresh": uuid4(),
        "correspondents": correspondents_of(request.user),
        "shows_correspondent": request.user.sees_every_correspondent,
        "titles": TITLES,
        "said": said,
    }
    status = 422 if said else 200
    return render_page(
        request,
        "accounts/openings/list.html",
        fragment="accounts/openings/_drafts.html",
        context=context,
        status=status,
    )


@never_cache
@login_required
@require_GET
def draft(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    """Go on with an application where it was left; with one that was opened, to its account."""
    found = get_draft(request.user, draft_id)
    if found.account_id:
        return redirect("accounts:account", account_id=found.account_id)
    return redirect("accounts:draft_step", draft_id, found.step)


@sensitive_post_parameters()
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def fill_in(request: SignedInRequest, draft_id: UUID, step: str) -> HttpResponse:
    """Show a step of an application; on POST keep what was entered, and lead on where it is in order."""
    found = get_draft(request.user, draft_id)
    if found.account_id:
        return redirect_page(request, "accounts:account", found.account_id)
    if step not in ENTERED:
        raise Http404
    if request.method == "POST":
        return _keep(request, found, OpeningStep(step))
    opening = Opening(sections_of(found))
    return _show(request, found, OpeningStep(step), opening)


@sensitive_post_parameters()
@never_cache
@login_required
@require_POST
@sensitive_variables()
def check(request: SignedInRequest, draft_id: UUID, step: str) -> HttpResponse:
    """Keep what was entered so far, and say what is wrong with the input that was just left."""
    found = get_draft(request.user, draft_id)
    if found.account_id or step not in ENTERED:
        raise Http404
    at = OpeningStep(step)
    opening, entries = _posted(request, found, at)
    is_kept = True
    try:
        found = _save(request, found, at, opening, entries, reached=at)
    except ChangedMeanwhile:
        is_kept = False
    faults = opening.faults(today=clock.today())
    said = checked(opening, at, faults, request.GET.get("field", ""))
    saved = saved_at(found) if is_kept else "Not saved: changed in another window"
    context = {"draft": found, "said": said, "is_kept": is_kept, "saved": saved}
    return render(request, "accounts/openings/_checked.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def discard(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    """Ask whether an application is to be discarded; on POST discard it."""
    if request.method == "POST":
        discard_draft(actor=request.user, draft_id=draft_id)
        messages.success(request, "The application was discarded.")
        return redirect_page(request, "accounts:drafts")
    found = get_draft(request.user, draft_id)
    if found.account_id:
        return redirect("accounts:account", account_id=found.account_id)
    return render(request, "accounts/openings/discard.html", {"draft": found, "documents": found.documents.count()})


@sensitive_variables()
def _keep(request: SignedInRequest, draft: OpeningDraft, step: OpeningStep) -> HttpResponse:
    opening, entries = _posted(request, draft, step)
    if "copy" in request.POST:
        entries = copied_signatures(entries)
        opening = Opening({**sections_of(draft), step: entries})
    faults = opening.faults(today=clock.today())
    here = [fault for fault in faults if fault.step == step]
    leads_on = not here and "copy" not in request.POST
    try:
        draft = _save(request, draft, step, opening, entries, reached=next_step(step) if leads_on else step)
    except ChangedMeanwhile:
        opening.identity.fields["tax_id"].widget.is_shown = True
        newest = get_draft(request.user, draft.pk)
        return _show(request, newest, step, opening, faults=faults, is_conflict=True)
    if "leave" in request.POST:
        messages.success(request, f"The application{' of ' + draft.label if draft.label else ''} was saved.")
        return redirect_page(request, "accounts:drafts")
    if not leads_on:
        return _show(request, draft, step, opening, faults=faults, is_refused="copy" not in request.POST)
    return redirect_page(request, "accounts:draft_step", draft.pk, next_step(step))


def _posted(request: SignedInRequest, draft: OpeningDraft, step: OpeningStep) -> tuple[Opening, dict[str, list[str]]]:
    """Answer the application with what was posted of a step in place of what is kept of it."""
    kept = sections_of(draft)
    entries = entries_of(step, request.POST, kept)
    return Opening({**kept, step: entries}), entries


def _save(
    request: SignedInRequest,
    draft: OpeningDraft,
    step: OpeningStep,
    opening: Opening,
    entries: dict[str, list[str]],
    *,
    reached: OpeningStep,
) -> OpeningDraft:
    shown = request.POST.get("revision", "")
    revision = int(shown) if shown.isdecimal() and len(shown) < 10 else -1
    ticket = StepEntries(step=step, entries=entries, revision=revision, label=opening.label, reached=reached)
    return save_step(actor=request.user, draft_id=draft.pk, step=ticket)


def _show(
    request: SignedInRequest,
    draft: OpeningDraft,
    step: OpeningStep,
    opening: Opening,
    *,
    faults: list[Fault] | None = None,
    is_refused: bool = False,
    is_conflict: bool = False,
) -> HttpResponse:
    found = opening.faults(today=clock.today()) if faults is None else faults
    context: dict[str, Any] = step_context(draft, step, opening, found, is_refused=is_refused)
    context["is_conflict"] = is_conflict
    return render_page(
        request,
        "accounts/openings/step.html",
        fragment="accounts/openings/_step.html",
        context=context,
        status=422 if is_refused or is_conflict else 200,
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
