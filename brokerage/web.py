"""What every page shares: page or fragment, redirects, refusals on forms."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from brokerage.errors import BrokerageError, InvalidInput


def render_page(
    request: HttpRequest, page: str, *, fragment: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render `fragment` for an htmx swap and `page` for everyone else.

    Boosted and history-restore requests want the whole page too.
    """
    htmx = request.htmx  # type: ignore[attr-defined]
    template = fragment if htmx and not htmx.boosted and not htmx.history_restore_request else page
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def redirect_page(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Send the browser to another page, from a form or from an htmx swap alike."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(resolve_url(to, *args, **kwargs))
    return redirect(to, *args, **kwargs)


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """Put a refusal raised inside on the form: on its field, or above the form where it has none.

    The wire says `must have nine digits` beside the field's name; a person reads a whole sentence.
    """
    try:
        yield
    except InvalidInput as refusal:
        for field, said in refusal.errors.items():
            for one in said:
                form.add_error(field if field in form.fields else None, _sentence(form, field, one))
    except BrokerageError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def _sentence(form: BaseForm, field: str, said: str) -> str:
    """Complete what is said of a field by the label that it has on the form; a sentence stays as it is."""
    if not said[:1].islower():
        return said
    label = str(form.fields[field].label or field) if field in form.fields else field.replace("_", " ")
    return f"{label[:1].upper()}{label[1:]} {said}{'' if said.endswith('.') else '.'}"
