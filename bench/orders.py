"""Orders over HTTP until the last is filled: how many a second, how long each takes, and whether the book is sound."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from time import monotonic, sleep
from typing import Any

import psutil

from bench.book import connect
from bench.floor import time_writes
from bench.load import Measured
from bench.measuring import Times, without_ticks
from tests.installation import Installation, RunningPartner

CLIENTS = (1, 4, 8)
ORDERS = {1: 400, 4: 1_200, 8: 2_400}
QUICK_ORDERS = 8
ACCOUNTS = 100
FIRM_CASH = 1_000_000_000
CASH, SHARES = 6_000_000, 400_000  # what each account has to trade with: enough for every order to be covered
WARM = 40
PATIENCE = 120.0
BETWEEN_LOOKS = 0.02
SHARE = "PTON"
BID, ASK, SHARE_PRICE = "0.10", "0.15", "5.60"

TRADERS = """
    SELECT id FROM accounts_account
    WHERE kind = 'customer' AND status = 'ACTIVE' AND options_approved_level = 2 ORDER BY created_at, id LIMIT %s
"""
# Two calls and two puts of one expiration around the money, some weeks away.
CONTRACTS = """
    SELECT asset.symbol FROM options_optioncontract AS contract
    JOIN options_asset AS asset ON asset.id = contract.asset_id
    JOIN options_asset AS share ON share.id = contract.underlying_id
    WHERE share.symbol = %s AND contract."right" = %s AND contract.strike_price <= 6
        AND contract.expiration_date > now() + interval '20 days'
    ORDER BY contract.expiration_date, contract.strike_price DESC LIMIT 2
"""
SUBMITTING = 5_072_003  # the lock under which the paper venue takes new orders (`trading/venues/paper.py`)
SUBMITTING_NOW = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s"
UNFILLED = (
    "SELECT count(*) FROM trading_order WHERE account_id = ANY(%s) AND status IN ('pending_new', 'new', 'accepted')"
)


@dataclass(frozen=True)
class Run:
    """What one number of clients did with some accounts: orders a second, accepted and filled, and milliseconds."""

    clients: int
    accounts: int
    orders: int
    accepted_per_second: float
    per_second: float  # through the last fill
    latency: Times
    inside: Times
    busy: dict[str, float]  # milliseconds of a processor that an order took, by process


@dataclass(frozen=True)
class Ordered:
    """A run, and how many orders a second pgbench writes with as many clients; None where there is no pgbench."""

    run: Run
    floor: float | None


class Trading:
    """Some accounts of an installation with cash and shares, and the contracts that they trade."""

    def __init__(self, installation: Installation, partner: RunningPartner) -> None:
        self.installation, self.partner = installation, partner
        with connect(installation.data_dir) as connection:
            found = connection.execute(TRADERS, [ACCOUNTS]).fetchall()
            calls = [symbol for (symbol,) in connection.execute(CONTRACTS, [SHARE, "call"])]
            puts = [symbol for (symbol,) in connection.execute(CONTRACTS, [SHARE, "put"])]
        self.accounts = [str(account_id) for (account_id,) in found]
        self.bodies = [json.dumps(one) for one in _shapes(calls, puts)]
        self._open_the_market([*calls, *puts])
        self._equip()

    def measure(self, *, is_quick: bool) -> Iterator[Ordered]:
        """Yield each number of clients with one account and with many, and the floor beside it."""
        for accounts in (1, ACCOUNTS):
            for clients in CLIENTS[-1:] if is_quick else CLIENTS:
                orders = QUICK_ORDERS if is_quick else ORDERS[clients]
                run = self.run(clients, accounts, orders)
                yield Ordered(run, self._floor(clients, self.accounts[:accounts], orders))

    def _floor(self, clients: int, accounts: list[str], orders: int) -> float | None:
        """Time the same writes while the worker rests: it would fill orders that the floor fills."""
        with without_ticks(self.installation):
            with connect(self.installation.data_dir) as connection:
                while connection.execute(SUBMITTING_NOW, [SUBMITTING]).fetchone():
                    sleep(BETWEEN_LOOKS)
            return time_writes(self.installation.data_dir, accounts, clients=clients, orders=orders)

    def run(self, clients: int, accounts: int, orders: int) -> Run:
        """Send the orders, wait for the last fill, and answer what that took."""
        traded = self.accounts[:accounts]
        self._send(min(clients, 2), list(self._requests(traded, min(WARM, orders))))
        self._wait_for_fills(traded)
        before = self._processor_times()
        started = monotonic()
        measured = self._send(clients, list(self._requests(traded, orders)))
        accepted = monotonic() - started
        self._wait_for_fills(traded)
        filled = monotonic() - started - (accepted - measured.seconds)
        after = self._processor_times()
        return Run(
            clients,
            len(traded),
            orders,
            orders / measured.seconds,
            orders / filled,
            Times(tuple(measured.latencies)),
            Times(tuple(measured.server_times)),
            {name: (seconds - before.get(name, 0.0)) * 1000 / orders for name, seconds in after.items()},
        )

    def _requests(self, accounts: list[str], orders: int) -> Iterator[tuple[str, str, str]]:
        bodies = cycle(self.bodies)
        for number in range(orders):
            path = f"/v1/trading/accounts/{accounts[number % len(accounts)]}/orders"
            yield "POST", path, next(bodies)

    def _send(self, clients: int, requests: list[tuple[str, str, str]]) -> Measured:
        plan = {
            "host": "127.0.0.1",
            "port": self.installation.port,
            "authorization": self.partner.authorization,
            "clients": clients,
            "requests": requests,
        }
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"], input=json.dumps(plan), capture_output=True, text=True, check=True
        )
        measured = Measured(**json.loads(done.stdout))
        if set(measured.statuses) != {"200"}:  # type: ignore[comparison-overlap]
            sys.exit(f"orders were answered {measured.statuses}: {measured.first_refusal}")
        return measured

    def _open_the_market(self, contracts: list[str]) -> None:
        """Move the clock into the next session, and quote what is traded so that every order fills at once."""
        clock = self.partner.call("GET", "/v1/clock")
        if not clock["is_open"]:
            self.partner.call("PUT", "/v1/sandbox/clock", {"now": clock["next_open"]})
        size = {"bid_size": 1_000_000, "ask_size": 1_000_000}
        quotes = {symbol: {"bid": BID, "ask": ASK, **size} for symbol in contracts}
        self.partner.call(
            "PUT", "/v1/sandbox/quotes", {SHARE: {"bid": SHARE_PRICE, "ask": SHARE_PRICE, **size}, **quotes}
        )

    def _equip(self) -> None:
        """Give each account the cash and the shares that its orders are covered by."""
        entries = [{"to_account": account_id, "amount": str(CASH)} for account_id in self.accounts]
        batch = {"entry_type": "JNLC", "from_account": self.partner.facts["firm_account_id"], "entries": entries}
        self.partner.call("POST", "/v1/journals/batch", batch)
        shares = {"symbol": SHARE, "side": "buy", "type": "market", "time_in_force": "day", "qty": str(SHARES)}
        paths = [f"/v1/trading/accounts/{account_id}/orders" for account_id in self.accounts]
        self._send(2, [("POST", path, json.dumps(shares)) for path in paths])
        self._wait_for_fills(self.accounts)

    def _wait_for_fills(self, accounts: list[str]) -> None:
        give_up_at = monotonic() + PATIENCE
        with connect(self.installation.data_dir) as connection:
            while found := connection.execute(UNFILLED, [accounts]).fetchone()[0]:  # type: ignore[index]
                if monotonic() > give_up_at:
                    sys.exit(f"{found} orders did not fill within {PATIENCE:.0f} s")
                sleep(BETWEEN_LOOKS)

    def _processor_times(self) -> dict[str, float]:
        """Answer the seconds of a processor that each part of the installation has taken so far."""
        times: dict[str, float] = {}
        for process in self.installation.processes.running():
            said = process.environ().get("STRIKEBOOK_PROCESS", "command")
            name = "supervisor" if said == "command" else said
            times[name] = times.get(name, 0.0) + _seconds(process)
        for server in self.installation.servers:
            main = server.find()
            if main is not None:
                times[server.name] = _seconds(main, with_ended=True) + sum(map(_seconds, main.children()))
        return times


def _seconds(process: psutil.Process, *, with_ended: bool = False) -> float:
    """Answer the seconds that a process has taken, with those of its children that have ended where asked."""
    try:
        taken = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    ended = taken.children_user + taken.children_system if with_ended else 0.0
    return float(taken.user + taken.system + ended)


def _shapes(calls: list[str], puts: list[str]) -> Iterator[dict[str, Any]]:
    """Yield market and limit orders for long, covered and cash-secured contracts, each on a contract of its own."""
    asked = {"time_in_force": "day", "qty": "1"}
    for kind in ("market", "limit"):
        for symbol, side in ((calls[0], "buy"), (calls[1], "sell"), (puts[0], "buy"), (puts[1], "sell")):
            limit = {"limit_price": ASK if side == "buy" else BID} if kind == "limit" else {}
            yield {"symbol": symbol, "side": side, "type": kind, **asked, **limit}
