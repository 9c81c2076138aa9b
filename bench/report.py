"""What `docs/benchmarks.md` says: the machine, the commands, and the tables."""

import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.deciding import Deciding
from bench.expiration import Expired
from bench.expiring import Expiring
from bench.fed import Fed
from bench.measuring import Memory, Times
from bench.orders import Ordered
from bench.scenarios import Scenario

GIGABYTE = 1_000_000_000
HEAD = """\
# Benchmarks

Made by `{command}` on {day}. A whole installation (`manage.py serve`: two web processes, worker, beat, relay,
PostgreSQL and Valkey, all on the one machine) is filled by `manage.py seed_book`; one client asks over HTTP, one
request after the other, and each answer is read whole and looked at. Times are milliseconds. Staff are those of the
one correspondent that has all the accounts, signed in, with row-level security as always.

| | |
|---|---|
| processor | {processor}, {cores} cores |
| memory | {memory:.0f} GB |
| system | {system} |
| PostgreSQL | {postgresql}, settings as they come |
| Python | {python} |
| load before it began | {load:.1f} |
"""
NOTES = {
    "Orders": (
        "Orders for one contract, market and limit in turn, to buy calls and puts, to write covered calls and"
        " cash-secured puts, over kept connections, each client its next as soon as its last is answered. Each is"
        " checked (key, rate limit, tenant, level, collateral, wash), accepted in one commit and filled in another:"
        " ledger, positions, fees, activity, events and audit trail. A second is that of the last fill. Inside is the"
        " time to accept as the server tells it (`Server-Timing`). The floor is pgbench: the rows of one such order,"
        " two commits and the account's lock, as the same database role, with as many clients. After every size"
        " `manage.py reconcile` found no break, or there would be no table. Seven processes and the clients share the"
        " processor; what an order took of it is in milliseconds."
    ),
    "Expiration": (
        "A whole expiration date settled by `manage.py expire` in two processes: a quarter of the positions long in the"
        " money and exercised, a quarter short in it and assigned, half out of it and expired, ten in each account."
        " Each is decided under its account's lock and leaves its ledger transactions, postings, activities, position,"
        " lots, closings, events and end, some hundred accounts to a commit; deciding them all at the close before is"
        " not in the time. The floor is one connection that writes the very same rows once more by set-based SQL,"
        " constraints checked. After every size `manage.py reconcile` found no break, or there would be no table."
    ),
    "Seeding": "Rows are those of all tables; the time includes the statistics and the search index at the end.",
    "Exports": (
        "Median of {times}, from the request to the last byte. Memory is that of the web process that has most of it:"
        " before, and at its peak."
    ),
    "Deciding": (
        "The rules alone: level 2 asked by {applicants:,} made-up applicants, one after the other in one process, each"
        " decision with its reasons in words. The floor is to gather the facts of each and to compare nothing. With the"
        " file read, the request and its audit entries written and the event announced, it is `POST options/approval`"
        " above."
    ),
    "Expiring": (
        "Accounts are added until {positions:,} positions expire within five sessions: a quarter in-the-money longs,"
        " a quarter in-the-money shorts, half out of the money, with what their accounts have and lack. Each request"
        " reads them all, decides the accounts that cannot carry what they hold by the rule of expiration day, ranks"
        " every position by its risk, counts days and outcomes, and shows fifty. The floor reads the same positions"
        " with their contracts, cash and shares in one bare statement, and decides and ranks nothing."
    ),
    "Market data that comes in": (
        "The same installation with a fed market (`STRIKEBOOK_MARKET=alpaca`) of 2,000 contracts on one share. One"
        " process takes in a thousand quotes to a commit: each is kept in its day, becomes the newest of its contract,"
        " and whoever looks on is told. The floor copies the same rows by bare `psycopg` into one table with the same"
        " key. Meanwhile one client asks for snapshots with greeks, its next as soon as its last is answered. A quote"
        " by itself is timed from before it is taken in until the line of the stream is read, or the cell of the"
        " chain has changed in the browser."
    ),
    "The database alone": (
        "The queries under the list by bare `psycopg`, as the owner of the tables: what no web server can undercut."
    ),
}


@dataclass(frozen=True)
class Export:
    """One export: how long it took, how much came, and what it cost in memory."""

    times: Times
    rows: int
    size: int
    memory: Memory


@dataclass
class Results:
    """All that was measured at one size of the book."""

    accounts: int
    seeded: str = ""
    requests: dict[Scenario, Times] = field(default_factory=dict)
    floor: dict[str, Times] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    orders: list[Ordered] = field(default_factory=list)
    expired: Expired | None = None


def machine(postgresql: str) -> dict[str, object]:
    """Answer what the machine is."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory": psutil.virtual_memory().total / GIGABYTE,
        "system": f"{platform.system()} {platform.release()}, {_distribution()}",
        "postgresql": postgresql,
        "python": platform.python_version(),
        "load": psutil.getloadavg()[0],
        "day": f"{datetime.now(UTC):%B %-d, %Y}",
    }


def write(
    facts: dict[str, object], small: Results, large: Results, deciding: Deciding, expiring: Expiring, fed: Fed
) -> str:
    """Answer the whole document."""
    parts = [HEAD.format(**facts), _seeding(small, large)]
    keys = {(one.group, one.name): one for one in small.requests}
    others = {(one.group, one.name): times for one, times in large.requests.items()}
    for group in dict.fromkeys(group for group, _ in keys):
        rows = [(name, small.requests[one], others[group, name]) for (of, name), one in keys.items() if of == group]
        parts.append(f"## {group}\n\n" + _compared(rows, small, large))
    parts += [_orders(small, large), _expiration(small, large), _expiring(expiring), _fed(fed), _deciding(deciding)]
    parts.append(_exports(small, large))
    floor = [(name, times, large.floor[name]) for name, times in small.floor.items()]
    parts.append(f"## The database alone\n\n{NOTES['The database alone']}\n\n" + _compared(floor, small, large))
    return "\n".join(parts)


def _compared(rows: list[tuple[str, Times, Times]], small: Results, large: Results) -> str:
    lines = [
        f"| | {small.accounts:,}: p50 | p95 | {large.accounts:,}: p50 | p95 | grew by |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, few, many in rows:
        growth = many.percentile(50) / max(few.percentile(50), 0.001)
        cells = [_ms(one.percentile(percent)) for one in (few, many) for percent in (50, 95)]
        lines.append(f"| {name} | {' | '.join(cells)} | x {growth:.1f} |")
    return "\n".join(lines) + "\n"


def _seeding(small: Results, large: Results) -> str:
    lines = "\n".join(f"- {results.seeded}" for results in (small, large))
    return f"## Seeding\n\n{lines}\n\n{NOTES['Seeding']}\n"


def _orders(small: Results, large: Results) -> str:
    lines = [
        "| book | trading | clients | orders/s | accepted/s | p50 | p95 | inside p50 | p95 | floor | of it |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for results in (small, large):
        lines += [_order_row(results.accounts, one) for one in results.orders]
    last = large.orders[-1].run
    shares = ", ".join(f"{name} {took:.1f}" for name, took in sorted(last.busy.items(), key=lambda each: -each[1]))
    share = f"Of the processor an order took {sum(last.busy.values()):.1f} ms in the last of these: {shares}."
    return f"## Orders\n\n{NOTES['Orders']}\n\n" + "\n".join(lines) + f"\n\n{share}\n"


def _order_row(accounts: int, ordered: Ordered) -> str:
    run, floor = ordered.run, ordered.floor
    times = [_ms(times.percentile(percent)) for times in (run.latency, run.inside) for percent in (50, 95)]
    compared = ("no pgbench", "") if floor is None else (f"{floor:,.0f}", f"{run.per_second / floor:.0%}")
    counts = (f"{accounts:,}", run.accounts, run.clients, f"{run.per_second:,.0f}", f"{run.accepted_per_second:,.0f}")
    return "| " + " | ".join(map(str, (*counts, *times, *compared))) + " |"


def _expiration(small: Results, large: Results) -> str:
    lines = ["| book | accounts | positions | positions/s | floor | of it |", "|--:|--:|--:|--:|--:|--:|"]
    for results in (small, large):
        one = results.expired
        if one is not None:
            counts = f"| {results.accounts:,} | {one.accounts:,} | {one.positions:,} | {one.per_second:,.0f}"
            lines.append(f"{counts} | {one.floor:,.0f} | {one.per_second / one.floor:.0%} |")
    return f"## Expiration\n\n{NOTES['Expiration']}\n\n" + "\n".join(lines) + "\n"


def _expiring(expiring: Expiring) -> str:
    rows = {**expiring.pages, "the floor": expiring.floor}
    lines = ["| | p50 | p95 |", "|---|--:|--:|"]
    lines += [f"| {name} | {_ms(times.percentile(50))} | {_ms(times.percentile(95))} |" for name, times in rows.items()]
    note = NOTES["Expiring"].format(positions=expiring.positions)
    return f"## Expiring\n\n{note}\n\n" + "\n".join(lines) + "\n"


def _fed(fed: Fed) -> str:
    taken = {
        "taken in, alone": fed.alone,
        "taken in while the API answers": fed.beside_the_api,
        "loaded from a file (CSV)": fed.loaded,
        "the floor": fed.floor,
    }
    lines = ["| | quotes/s |", "|---|--:|", *(f"| {name} | {rate:,.0f} |" for name, rate in taken.items()), ""]
    times = {
        "snapshots of 100, nothing coming in": fed.idle,
        "snapshots of 100, while quotes come in": fed.busy,
        "quote to the reader of an event stream": fed.to_reader,
        "quote to the cell in Chromium": fed.to_browser,
    }
    lines += ["| | p50 | p95 |", "|---|--:|--:|"]
    for name, each in times.items():
        shown = ("no browser", "") if each is None else (_ms(each.percentile(50)), _ms(each.percentile(95)))
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return f"## Market data that comes in\n\n{NOTES['Market data that comes in']}\n\n" + "\n".join(lines) + "\n"


def _deciding(deciding: Deciding) -> str:
    applicants = sum(deciding.outcomes.values())
    outcomes = ", ".join(f"{count:,} {status}" for status, count in deciding.outcomes.items())
    rows = f"| decisions a second | the floor | outcomes |\n|--:|--:|---|\n| {deciding.per_second:,.0f} | "
    rows += f"{deciding.facts_per_second:,.0f} | {outcomes} |\n"
    return f"## Deciding\n\n{NOTES['Deciding'].format(applicants=applicants)}\n\n{rows}"


def _exports(small: Results, large: Results) -> str:
    times = len(next(iter(small.exports.values())).times.each)
    lines = [
        "| | accounts | rows | time | rows/s | MB | memory before | at its peak |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name in small.exports:
        for results in (small, large):
            one = results.exports[name]
            took = one.times.percentile(50) / 1000
            lines.append(
                f"| {name} | {results.accounts:,} | {one.rows:,} | {took:.2f} s | {one.rows / took:,.0f} "
                f"| {one.size / 1e6:.2f} | {one.memory.before:.0f} MB | {one.memory.peak:.0f} MB |"
            )
    return f"## Exports\n\n{NOTES['Exports'].format(times=times)}\n\n" + "\n".join(lines) + "\n"


def _ms(time: float) -> str:
    return f"{time:.0f}" if time >= 100 else f"{time:.1f}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform()
