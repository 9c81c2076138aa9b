"""The pages of one underlying and of one contract: price and volume over time, volatility, terms, and who holds it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.listing import read_day
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from brokerage import clock
from brokerage.market_calendar import is_open
from brokerage.web import render_page
from options.chain import Underlying, get_underlying, quote_underlying
from options.chain_cells import COLUMNS, standing
from options.contract_sheet import Sheet, draw_interest, get_contract, list_interest, read_sheet
from options.market_standing import find_trouble
from options.models import Asset
from options.price_history import read_prices
from options.rules.contracts import contract_name
from options.rules.expirations import first_live_date
from options.rules.price_charts import PERIODS
from options.volatility import read_volatility

USUAL_OF_SHARE, USUAL_OF_CONTRACT = "1D", "1M"  # Most contracts do not trade every day.
Part = Callable[[], dict[str, Any]]


@require_GET
@never_cache
@login_required
def underlying(request: SignedInRequest, symbol: str) -> HttpResponse:
    """Show a share that options are written on: its price over time, and what its chain implies."""
    share, now = get_underlying(symbol), clock.now()
    quoted = quote_underlying(share, now)
    path = f"/options/chain/{share.symbol}/underlying"
    parts: dict[str, Part] = {
        "prices": lambda: _prices(request, share, path, now, USUAL_OF_SHARE),
        "volatility": lambda: _volatility(request, quoted, path, now),
    }
    context = _head(quoted, now, f"{path}?period={_period(request, USUAL_OF_SHARE)}", only="")
    return _answer(request, "underlying", parts, context)


@require_GET
@never_cache
@login_required
def contract(request: SignedInRequest, symbol: str) -> HttpResponse:
    """Show one contract, one that has expired too: prices, terms, open interest, and who holds it."""
    asset, now = get_contract(symbol), clock.now()
    sheet = read_sheet(asset, now)
    path = f"/options/chain/contracts/{asset.symbol}"
    parts: dict[str, Part] = {
        "prices": lambda: _prices(request, asset, path, now, USUAL_OF_CONTRACT),
        "terms": lambda: _terms(request, sheet),
        "worth": dict,
    }
    context = _head(sheet.underlying, now, f"{path}?period={_period(request, USUAL_OF_CONTRACT)}", only=asset.symbol)
    context |= {"contract_pin": getattr(asset, "pinned_quote", None)}
    context |= {"sheet": sheet, "name": contract_name(asset.contract.terms)}
    return _answer(request, "contract", parts, context)


def _answer(request: SignedInRequest, page: str, parts: dict[str, Part], context: dict[str, Any]) -> HttpResponse:
    """Answer the part that a swap is for, the whole where it names none."""
    target = (request.htmx.target or "") if request.htmx and not request.htmx.history_restore_request else ""
    wanted = {target: parts[target]} if target in parts else parts
    for part in wanted.values():
        context |= part()
    fragment = f"options/_{target if target in parts else page}.html"
    return render_page(request, f"options/{page}.html", fragment=fragment, context=context)


def _head(quoted: Underlying, now: datetime, own_url: str, *, only: str) -> dict[str, Any]:
    """Answer what both pages say above: the underlying now, how fresh that is, and the stream that keeps it so."""
    trouble = find_trouble(now)
    share = quoted.share
    return {
        "underlying": quoted,
        "pin": getattr(share, "pinned_quote", None),
        "standing": standing(quoted.quote, now, trouble),
        "trouble": trouble,
        "own_url": own_url,
        "stream": f"/streams/chain/{share.symbol}?only={only}&live_from={first_live_date(now).isoformat()}",
        "columns": " ".join(COLUMNS),
    }


def _prices(request: SignedInRequest, asset: Asset, path: str, now: datetime, usual: str) -> dict[str, Any]:
    name = _period(request, usual)
    return {
        "asset": asset,
        "chart": read_prices(asset, name, now),
        "chart_url": f"{path}?period={name}",
        "periods": [
            {"name": one, "label": period.label, "url": f"{path}?period={one}", "current": one == name}
            for one, period in PERIODS.items()
        ],
        "moves": name == "1D" and is_open(now),
    }


def _volatility(request: SignedInRequest, quoted: Underlying, path: str, now: datetime) -> dict[str, Any]:
    shown = read_volatility(quoted, read_day(request.GET.get("expiration", "")), now)
    return {
        "underlying": quoted,
        "volatility": shown,
        "volatility_url": f"{path}?expiration={shown.expiration_date or ''}",
        "volatility_moves": is_open(now),
        "path": path,
    }


def _terms(request: SignedInRequest, sheet: Sheet) -> dict[str, Any]:
    interest = list_interest(sheet.asset)
    return {
        "interest": interest,
        "interest_curve": draw_interest(interest),
        "may_trade": request.user.may(Permission.SUBMIT_ORDERS) and sheet.is_live and sheet.asset.tradable,
    }


def _period(request: SignedInRequest, usual: str) -> str:
    asked = request.GET.get("period", "")
    return asked if asked in PERIODS else usual
