"""The ticket: an order put together, shown for what it is, said once more, and sent once."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import AccountNotFound
from accounts.listing import get_listed_account
from accounts.models import Account
from accounts.permissions import Permission
from accounts.profile import account_frame
from accounts.requests import SignedInRequest
from brokerage import clock
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.web import redirect_page, render_page
from trading.contract_picker import find_asset
from trading.errors import ClientOrderIdReused
from trading.forms_ticket import OrderForm
from trading.models import Order
from trading.rules.ticket_form import OrderRequest
from trading.services.orders import submit_order
from trading.ticket_page import Ticket, quotes_of, read_ticket, typed_from


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def ticket(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Show the ticket; on POST say the order once more, and send it when that is confirmed."""
    account = _traded(request, account_id)
    if request.method == "GET":
        is_new = "underlying" in request.GET or "limit_price" not in request.GET
        shown = read_ticket(request.user, account, typed_from(request.GET), suggests_limit=is_new)
        focus = _focus_on(request, shown)
        return _ticket_page(request, account, shown, focus=focus)
    if "confirmed" in request.POST:
        return _send(request, account)
    shown = read_ticket(request.user, account, request.POST, is_whole=True)
    if shown.look.preview is None:
        return _ticket_page(request, account, shown, 422)
    context = _framed(account, shown) | {
        "one_time_id": shown.form.cleaned_data["client_order_id"] or str(uuid4()),
        "back_url": _address(account, shown.form.data),
    }
    return render(request, "trading/ticket_confirm.html", context)


@require_POST
@never_cache
@login_required
def preview(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Answer what the order that is being typed would come to, and beside it what its form has to be told."""
    account = _traded(request, account_id)
    shown = read_ticket(request.user, account, request.POST)
    carried = request.POST.get("suggested", shown.form.suggested)
    context = _framed(account, shown) | {"has_new_limit": shown.form.suggested != carried}
    return render(request, "trading/_ticket_looked_over.html", context)


@require_GET
@never_cache
@login_required
def quote(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """Answer what is bid and asked for the symbol on the ticket, which is where it is shown."""
    account = _traded(request, account_id)
    if not request.htmx:
        return redirect(f"/accounts/{account.pk}/trade?{request.GET.urlencode()}")
    asset = find_asset(request.GET.get("symbol", ""))
    context = {"account": account, "asset": asset, "quoted": quotes_of(asset, clock.now())}
    return render(request, "trading/_ticket_quote.html", context)


def _send(request: SignedInRequest, account: Account) -> HttpResponse:
    """Send a confirmed order and lead to its page."""
    form = OrderForm(request.POST)
    if not form.is_valid():
        return _ticket_page(request, account, read_ticket(request.user, account, request.POST, is_whole=True), 422)
    try:
        order = _submit_once(request, account, form.to_request())
    except (NotPermitted, AccountNotFound):
        raise
    except BrokerageError as refusal:
        shown = read_ticket(request.user, account, request.POST, is_whole=True, refusal=refusal)
        return _ticket_page(request, account, shown, 422)
    return redirect_page(request, "trading:order", account.pk, order.pk)


def _submit_once(request: SignedInRequest, account: Account, asked: OrderRequest) -> Order:
    """Submit the order; where a double click or a reload sent it before, answer that one."""
    earlier = _sent_before(request, account, asked)
    if earlier is not None:
        return earlier
    try:
        return submit_order(actor=request.user, account_id=account.pk, request=asked)
    except ClientOrderIdReused:
        earlier = _sent_before(request, account, asked)
        if earlier is None:
            raise
        return earlier


def _sent_before(request: SignedInRequest, account: Account, asked: OrderRequest) -> Order | None:
    return Order.objects.filter(
        account=account,
        client_order_id=asked.client_order_id,
        submitted_by=request.user,
        asset__symbol=asked.symbol.replace(" ", ""),
        side=asked.side,
        type=asked.type,
        quantity=asked.qty or 0,
        limit_price=asked.limit_price,
    ).first()


def _focus_on(request: SignedInRequest, shown: Ticket) -> str:
    """Answer the first field to fill, marked for the browser to go to; none after a pick, which stays where it is."""
    if "underlying" in request.GET:
        return ""
    if not request.GET.get("symbol"):
        return "underlying"
    shown.form.fields["qty"].widget.attrs["autofocus"] = True
    return "qty"


def _ticket_page(
    request: SignedInRequest, account: Account, shown: Ticket, status: int = 200, *, focus: str = ""
) -> HttpResponse:
    return render_page(
        request,
        "trading/ticket.html",
        fragment="trading/_ticket.html",
        context=_framed(account, shown) | {"focus": focus},
        status=status,
    )


def _framed(account: Account, shown: Ticket) -> dict[str, Any]:
    parts = {name: getattr(shown, name) for name in ("form", "asset", "picker", "quoted", "look")}
    return account_frame(account, "trade") | parts


def _address(account: Account, typed: Any) -> str:
    """Answer the address of the ticket with all that was typed: where to change it."""
    kept = {name: typed[name] for name in (*OrderForm.base_fields, "suggested") if typed.get(name)}
    return f"/accounts/{account.pk}/trade?{urlencode(kept)}"


def _traded(request: SignedInRequest, account_id: UUID) -> Account:
    account = get_listed_account(request.user, account_id)
    request.user.require(Permission.SUBMIT_ORDERS)
    return account
