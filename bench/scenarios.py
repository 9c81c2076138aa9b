"""What is measured: the requests of a clerk's day, and those of a partner's program."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

from bench.book import Sample
from trading.demo.people import application_body

TWO_MONTHS = timedelta(days=60)
OPERATIONS, COMPLIANCE, PRINCIPAL, KEY = "operations", "compliance", "rop", "key"


@dataclass(frozen=True)
class Scenario:
    """One request: who sends it, where to, and what its answer must contain to count.

    One that writes has `post`: it answers the path and the body of the n-th time. One that is `whole` is
    asked for page by page, to the last.
    """

    group: str
    name: str
    path: str
    expects: str
    sender: str = OPERATIONS
    times: int = 40
    is_fragment: bool = False
    post: Callable[[int], tuple[str, dict[str, Any]]] | None = None
    is_whole: bool = False


def scenarios(sample: Sample) -> Iterator[Scenario]:
    """Yield every request that is measured, on the account that was picked."""
    yield from _lists(sample)
    yield from _searches(sample)
    yield from _filters(sample)
    yield from _accounts(sample)
    yield from _queue(sample)
    yield from _trading(sample)
    yield from _api(sample)
    yield from market_data(sample)


def exports(sample: Sample) -> Iterator[Scenario]:
    """Yield the exports: of everything, and of what two filters leave."""
    filtered = "status=ACTIVE&level=2"
    for kind, name in (("csv", "CSV"), ("xlsx", "Excel")):
        yield Scenario("Exports", f"{name}, everything", f"/accounts/export.{kind}", "")
        yield Scenario("Exports", f"{name}, active at level 2", f"/accounts/export.{kind}?{filtered}", "")


def _lists(sample: Sample) -> Iterator[Scenario]:
    group, table = "Account list", "<table"
    yield Scenario(group, "first page, newest first", "/accounts", table)
    yield Scenario(group, "page in the middle", f"/accounts?after={quote(sample.middle)}", table)
    yield Scenario(group, "last page", "/accounts?page=last", table)
    for sort in ("created", "name", "-name", "number", "-number"):
        yield Scenario(group, f"sorted by `{sort}`", f"/accounts?sort={sort}", table)
    yield Scenario(group, "last page by name", "/accounts?sort=name&page=last", table)
    yield Scenario(group, "count of everything", "/accounts/count", "accounts", is_fragment=True)


def _searches(sample: Sample) -> Iterator[Scenario]:
    group = "Search"
    words = {
        "account number": sample.number,
        "e-mail address": sample.email,
        "phone number": sample.phone,
        "given and family name": sample.name,
        "family name": sample.name.split()[-1],
        "a part that every account has": "example",
    }
    for name, words_typed in words.items():
        yield Scenario(group, name, f"/accounts?query={quote(words_typed)}", "<table")
    yield Scenario(group, "what no account has", "/accounts?query=zzzzzz", "accounts")
    yield Scenario(
        group,
        "family name at level 1",
        f"/accounts?query={quote(sample.name.split()[-1])}&level=1",
        "accounts",
    )
    yield Scenario(group, "top search, family name", f"/search?q={quote(sample.name.split()[-1])}", "<table")


def _filters(sample: Sample) -> Iterator[Scenario]:
    group = "Filters"
    opened = f"from={sample.opened_on}&to={sample.opened_on}"
    queries = {
        "status: active": "status=ACTIVE",
        "status: action required": "status=ACTION_REQUIRED",
        "options level 2": "level=2",
        "trades options": "asset=us_option",
        "trades crypto: nobody": "asset=crypto",
        "opened on one day": opened,
        "active at level 2": "status=ACTIVE&level=2",
        "rejected, sorted by name": "status=REJECTED&sort=name",
    }
    for name, query in queries.items():
        yield Scenario(group, name, f"/accounts?{query}", "accounts")
    yield Scenario(group, "active at level 2, last page", "/accounts?status=ACTIVE&level=2&page=last", "accounts")
    yield Scenario(
        group, "count: active at level 2", "/accounts/count?status=ACTIVE&level=2", "account", is_fragment=True
    )


def _accounts(sample: Sample) -> Iterator[Scenario]:
    group, account = "One account, and the audit trail", f"/accounts/{sample.account_id}"
    yield Scenario(group, "account page", account, sample.number)
    for name in ("profile", "positions", "orders", "activities", "funding", "documents"):
        yield Scenario(group, name, f"{account}/{name}", sample.number)
    yield Scenario(group, "audit trail, first page", "/audit", "<table", sender=COMPLIANCE)


def _queue(sample: Sample) -> Iterator[Scenario]:
    group, principal = "Options queue, a tenth of the accounts waiting", PRINCIPAL
    yield Scenario(group, "first page, oldest first", "/options/queue", "<table", principal)
    yield Scenario(
        group, "page in the middle", f"/options/queue?after={quote(sample.waiting_middle)}", "<table", principal
    )
    yield Scenario(group, "those for level 2", "/options/queue?level=2", "<table", principal)
    yield Scenario(group, "what nobody works on", "/options/queue?whose=unclaimed", "<table", principal)
    yield Scenario(group, "count in the navigation", "/options/queue/count", "", principal, is_fragment=True)
    yield Scenario(group, "one request", f"/options/requests/{sample.waiting_id}", "Decide", principal)
    yield Scenario(group, "account, options", f"/accounts/{sample.account_id}/options", sample.number)


def _trading(sample: Sample) -> Iterator[Scenario]:
    group, account = "Trading", f"/accounts/{sample.account_id}"
    yield Scenario(group, "chain of 2,000 contracts", "/options/chain/SPY?expiration=all&strikes=all", "<table")
    yield Scenario(group, "ticket", f"{account}/trade", "<form")
    yield Scenario(group, "orders of all accounts", "/orders", "<table")
    yield Scenario(group, "positions of all accounts", "/positions", "<table")
    api = f"/v1/trading/accounts/{sample.account_id}/orders"
    yield Scenario(group, "`GET …/orders`", f"{api}?status=all", "symbol", KEY)

    def preview(_: int) -> tuple[str, dict[str, Any]]:
        asked = {"symbol": sample.put, "side": "sell", "type": "limit", "limit_price": "0.05", "qty": "1"}
        return f"{api}/estimation", {**asked, "time_in_force": "day"}

    yield Scenario(group, "`POST …/orders/estimation`", "", "estimation", KEY, post=preview)


def _api(sample: Sample) -> Iterator[Scenario]:
    group, key = "API, as one key", KEY
    yield Scenario(group, "GET /v1/accounts (up to 1,000)", "/v1/accounts", "account_number", key, times=10)
    yield Scenario(group, "GET /v1/accounts?query=name", f"/v1/accounts?query={quote(sample.name)}", sample.name, key)
    yield Scenario(group, "GET /v1/accounts/{id}", f"/v1/accounts/{sample.account_id}", sample.number, key)
    trading = f"/v1/trading/accounts/{sample.account_id}"
    yield Scenario(group, "GET trading account", f"{trading}/account", sample.number, key)
    yield Scenario(group, "GET positions", f"{trading}/positions", "symbol", key)
    yield Scenario(group, "GET /v1/accounts/activities", "/v1/accounts/activities", "activity_type", key)
    yield Scenario(
        group, "GET /v1/accounts/options/approvals", "/v1/accounts/options/approvals?page_size=100", "status", key
    )
    yield Scenario(group, "POST /v1/accounts", "/v1/accounts", "account_number", key, times=20, post=_opening)

    def ask(number: int) -> tuple[str, dict[str, Any]]:
        return f"/v1/accounts/{sample.askers[number]}/options/approval", {"level": 2}

    yield Scenario(group, "POST options/approval", "", "requested_level", key, times=len(sample.askers) - 2, post=ask)


def market_data(sample: Sample) -> Iterator[Scenario]:
    """Yield what a program asks of the market, and first what no answer of it can undercut."""
    group, key, options = "Market data, as one key", KEY, "/v1beta1/options"
    fifty, hundred = (",".join(sample.contracts[:many]) for many in (50, 100))
    until = f"end={sample.session}&limit=10000"
    further = '"next_page_token":"'
    yield Scenario(group, "the floor: a request that reads no market", f"{options}/meta/exchanges", "MIAX", key)
    yield Scenario(group, "newest quotes of 100", f"{options}/quotes/latest?symbols={hundred}", "bp", key)
    yield Scenario(group, "snapshots of 100", f"{options}/snapshots?symbols={hundred}", "delta", key, times=20)
    yield Scenario(
        group,
        "chain of 2,000 with greeks, two pages",
        f"{options}/snapshots/SPY?limit=1000",
        "delta",
        key,
        times=10,
        is_whole=True,
    )
    bars = f"{options}/bars?timeframe=1Min&symbols={fifty}&start={sample.session}&{until}"
    yield Scenario(group, "one day of minute bars of 50, whole", bars, '"vw"', key, times=10, is_whole=True)
    trades = f"{options}/trades?symbols={fifty}&start={sample.session - TWO_MONTHS}&{until}"
    yield Scenario(group, "10,000 trades", trades, further, key, times=20)


_openings = count()


def _opening(_: int) -> tuple[str, dict[str, Any]]:
    """Answer what opens an account like no other."""
    number = next(_openings)
    body = deepcopy(application_body(number % 30))
    body["contact"]["email_address"] = f"bench.{number}@example.com"
    return "/v1/accounts", body
