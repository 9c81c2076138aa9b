"""The pages of the chain: choose an underlying, look at its contracts, and go on to the ticket."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.errors import AccountNotFound
from accounts.listing import get_listed_account, read_day
from accounts.models import Account
from accounts.permissions import Permission
from accounts.requests import SignedInRequest
from brokerage import clock
from brokerage.keyset import read_page
from brokerage.web import render_page
from options.chain import (
    Wanted,
    find_listed,
    get_underlying,
    list_expirations,
    quote_underlyings,
    read_chain,
    with_options,
)
from options.chain_accounts import list_candidates
from options.chain_cells import COLUMNS, standing, texts_of
from options.errors import ContractNotFound
from options.market_standing import find_trouble
from options.rules.chain import MOST_CONTRACTS, days_until
from options.rules.contracts import contract_name
from options.rules.expirations import first_live_date, is_expired

PATH = "/options/chain"
REMEMBERED = "chain"  # The cookie that names the underlying that was looked at last.
A_YEAR = 365 * 86_400
UNDERLYINGS_A_PAGE = 50
STRIKES = {"10": 10, "20": 20, "all": None}
EACH_SIDE = "10"
ALL = "all"
SIDES = {"buy": "Buy", "sell": "Sell"}
SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,31}")


@require_GET
@never_cache
@login_required
def underlyings(request: SignedInRequest) -> HttpResponse:
    """List the underlyings that have options; lead on to one that is named, or that was looked at last."""
    symbol = request.GET.get("symbol", "").strip().upper()
    account, now = _account(request), clock.now()
    if symbol and with_options(now).filter(symbol=symbol).exists():
        return redirect(_url(f"{PATH}/{symbol}", account=account and account.pk))
    last = request.COOKIES.get(REMEMBERED, "")
    if not request.GET and SYMBOL.fullmatch(last) and with_options(now).filter(symbol=last).exists():
        return redirect("options:chain", last)
    found = with_options(now).filter(symbol__startswith=symbol) if symbol else with_options(now)
    page = read_page(
        found,
        ["symbol"],
        size=UNDERLYINGS_A_PAGE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "rows": quote_underlyings(page.rows, now),
        "page": page,
        "symbol": symbol,
        "account": account,
        "previous_url": page.before and _url(PATH, symbol=symbol, account=account and account.pk, before=page.before),
        "next_url": page.after and _url(PATH, symbol=symbol, account=account and account.pk, after=page.after),
    }
    return render_page(request, "options/chains.html", fragment="options/_chain_underlyings.html", context=context)


@require_GET
@never_cache
@login_required
def chain(request: SignedInRequest, symbol: str) -> HttpResponse:
    """Show the contracts on an underlying: calls and puts around the money, quoted and priced now."""
    share, now = get_underlying(symbol), clock.now()
    expirations = list_expirations(share, now)
    asked = _read(request.GET, expirations)
    account = _account(request)
    shown = read_chain(share, asked.wanted(), now)
    contracts = [one for section in shown.sections for one in section.contracts()]
    context = {
        "underlying": shown.underlying,
        "sections": shown.sections,
        "texts": texts_of(contracts, shown.priced),
        "left_out": shown.left_out,
        "most": MOST_CONTRACTS,
        "standing": standing(shown.underlying.quote, now, find_trouble(now)),
        "account": account,
        "asked": asked,
        "expirations": _expirations(share.symbol, asked, expirations, account),
        "strike_choices": _strike_choices(share.symbol, asked, account),
        "column_choices": _column_choices(share.symbol, asked, account),
        "columns": " ".join(COLUMNS),
        "own_url": _chain_url(share.symbol, asked, account),
        "all_url": _url(PATH, all="1", account=account and account.pk),
        "stream": _url(
            f"/streams/chain/{share.symbol}",
            expiration=asked.expiration,
            greeks="1" if asked.greeks else "",
            live_from=first_live_date(now).isoformat(),
        ),
        "ended": _ended(request.GET, now),
        "trade": _trade_prefix(request, share.symbol, account),
    }
    response = render_page(request, "options/chain.html", fragment="options/_chain.html", context=context)
    response.set_cookie(REMEMBERED, share.symbol, max_age=A_YEAR, samesite="Lax", httponly=True)
    return response


@require_GET
@never_cache
@login_required
def choose_account(request: SignedInRequest, symbol: str) -> HttpResponse:
    """Ask for which account a contract of the chain is to be traded, and lead on to its ticket."""
    request.user.require(Permission.SUBMIT_ORDERS)
    share = get_underlying(symbol)
    contract = find_listed(share, request.GET.get("contract", ""), clock.now())
    if contract is None:
        raise ContractNotFound(symbol_or_id=request.GET.get("contract", ""))
    side = request.GET.get("side", "") if request.GET.get("side") in SIDES else "buy"
    query = request.GET.get("query", "")[:200]
    found, is_more = list_candidates(request.user, query, side)
    rows = [(one, _url(f"/accounts/{one.account.pk}/trade", symbol=contract.symbol, side=side)) for one in found]
    context = {
        "share": share,
        "contract": contract,
        "name": contract_name(contract.terms),
        "side": side,
        "said": SIDES[side],
        "query": query,
        "rows": rows,
        "is_more": is_more,
        "shows_correspondent": request.user.correspondent is None,
    }
    return render(request, "options/chain_account.html", context)


# --- What the address says -----------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What the address asks for: an expiration or all, how many strikes, and whether the further greeks."""

    expiration: str
    strikes: str
    greeks: bool

    def wanted(self) -> Wanted:
        """Answer which part of the chain that is."""
        day = None if self.expiration in (ALL, "") else date.fromisoformat(self.expiration)
        return Wanted(day, STRIKES[self.strikes])

    def but(self, **changes: Any) -> "Asked":
        """Answer the same with something else."""
        return replace(self, **changes)


def _read(address: QueryDict, expirations: list[date]) -> Asked:
    """Read what is asked for; what makes no sense is the nearest expiration and the strikes around the money."""
    known = [day.isoformat() for day in expirations]
    day = address.get("expiration", "")
    nearest = known[0] if known else ""
    strikes = address.get("strikes", "")
    return Asked(
        expiration=day if day == ALL or day in known else nearest,
        strikes=strikes if strikes in STRIKES else EACH_SIDE,
        greeks=address.get("greeks") == "1",
    )


def _ended(address: QueryDict, now: datetime) -> date | None:
    """Answer the expiration that the address names where it has ended."""
    day = read_day(address.get("expiration", ""))
    return day if day and is_expired(day, now) else None


def _account(request: SignedInRequest) -> Account | None:
    """Answer the account that the address names, which the user must be able to see."""
    named = request.GET.get("account", "")
    if not named:
        return None
    try:
        account_id = UUID(named)
    except ValueError:
        raise AccountNotFound from None
    return get_listed_account(request.user, account_id)


def _trade_prefix(request: SignedInRequest, symbol: str, account: Account | None) -> str:
    """Answer what a contract's symbol is put behind to trade it; nothing for whoever may not."""
    if not request.user.may(Permission.SUBMIT_ORDERS):
        return ""
    return f"/accounts/{account.pk}/trade?symbol=" if account else f"{PATH}/{symbol}/trade?contract="


def _expirations(symbol: str, asked: Asked, days: list[date], account: Account | None) -> list[dict[str, Any]]:
    today = clock.today()
    return [
        {
            "day": day,
            "until": days_until(day, today),
            "url": _chain_url(symbol, asked.but(expiration=day.isoformat()), account),
            "current": asked.expiration == day.isoformat(),
        }
        for day in days
    ] + [
        {
            "day": None,
            "until": "",
            "url": _chain_url(symbol, asked.but(expiration=ALL), account),
            "current": asked.expiration == ALL,
        }
    ]


def _strike_choices(symbol: str, asked: Asked, account: Account | None) -> list[dict[str, Any]]:
    return [
        {
            "label": "All" if each is None else f"±{each}",
            "said": "All strikes" if each is None else f"{each} strikes on each side of the money",
            "url": _chain_url(symbol, asked.but(strikes=name), account),
            "current": asked.strikes == name,
        }
        for name, each in STRIKES.items()
    ]


def _column_choices(symbol: str, asked: Asked, account: Account | None) -> list[dict[str, Any]]:
    choices = (("Prices", "Last, volume and open interest", False), ("Greeks", "Gamma, theta, vega and rho", True))
    return [
        {
            "label": label,
            "said": said,
            "url": _chain_url(symbol, asked.but(greeks=greeks), account),
            "current": asked.greeks == greeks,
        }
        for label, said, greeks in choices
    ]


def _chain_url(symbol: str, asked: Asked, account: Account | None) -> str:
    strikes = "" if asked.strikes == EACH_SIDE else asked.strikes
    return _url(
        f"{PATH}/{symbol}",
        expiration=asked.expiration,
        strikes=strikes,
        greeks="1" if asked.greeks else "",
        account=account and account.pk,
    )


def _url(path: str, **facts: Any) -> str:
    query = urlencode({name: value for name, value in facts.items() if value})
    return f"{path}?{query}" if query else path
