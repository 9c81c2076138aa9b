"""The reconciliation: every check of the books, green or with its breaks, and who looks after each."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedInRequest
from brokerage.web import redirect_page, refusals_on, render_page
from trading.reconciliation import CHECKS
from trading.reconciliation_book import get_break, last_runs, list_checks
from trading.services.reconciliation import LONGEST_NOTE, ask_for_reconciliation, note_break

PATH = "/reconciliation"


class NoteForm(forms.Form):
    """What is known of a break."""

    note = forms.CharField(max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3}))


@require_GET
@never_cache
@login_required
def reconciliation(request: SignedInRequest) -> HttpResponse:
    """Show every check as the last run left it, and how far the one under way has come."""
    finished, under_way = last_runs()
    lines = list_checks(request.user)
    context = {
        "lines": lines,
        "broken": sum(1 for line in lines if line.count),
        "finished": finished,
        "under_way": under_way,
        "checks": len(CHECKS),
        "shows_correspondent": request.user.sees_every_correspondent,
    }
    page, fragment = "trading/reconciliation.html", "trading/_reconciliation.html"
    return render_page(request, page, fragment=fragment, context=context)


@require_POST
@login_required
def reconcile_now(request: SignedInRequest) -> HttpResponse:
    """Let the worker check every book now, and show how far it comes."""
    ask_for_reconciliation(actor=request.user)
    return redirect_page(request, PATH)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def reconciliation_break(request: SignedInRequest, break_id: int) -> HttpResponse:
    """Show one break; on POST keep the note and who looks after it."""
    found = get_break(request.user, break_id)
    form = NoteForm(request.POST if request.method == "POST" else None, initial={"note": found.note})
    if form.is_valid():
        with refusals_on(form):
            note_break(actor=request.user, break_id=break_id, note=form.cleaned_data["note"])
            messages.success(request, "The note is kept. The break is over when a run no longer finds it.")
            return redirect_page(request, PATH)
    context = {"break": found, "form": form}
    template = "trading/reconciliation_break.html"
    return render_page(request, template, fragment=template, context=context, status=422 if form.errors else 200)
