"""`python -m bench`: start an installation, seed it, measure, trade; seed far more and again; write the tables."""

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import DATA, ROOT
from bench.book import pick_sample, time_floor, version
from bench.deciding import APPLICANTS, measure_deciding
from bench.expiration import MOST_ACCOUNTS, measure_expiration
from bench.expiring import ACCOUNTS, POSITIONS, QUICK_ACCOUNTS, QUICK_POSITIONS, Expiring, measure_expiring
from bench.fed import Fed, measure_fed
from bench.measuring import take_times, watched_memory
from bench.orders import FIRM_CASH, Ordered, Trading
from bench.people import PATIENCE, senders
from bench.report import Export, Results, machine, write
from bench.scenarios import KEY, OPERATIONS, Scenario, exports, scenarios
from tests.installation import Installation, free_port, take_on

SIZES, QUICK_SIZES = (1_000, 100_000), (40, 120)
EXPORTS = 3
PENDING_OF = 10  # of so many accounts, one has a request that waits for a person


class Bench:
    """One installation, those who ask it, and how often they do."""

    def __init__(self, installation: Installation, *, is_quick: bool) -> None:
        self.installation = installation
        self.is_quick = is_quick
        self.partner = take_on(installation, firm_cash=FIRM_CASH)
        self.senders = senders(installation, self.partner)
        self.trading: Trading | None = None

    def measure(self, accounts: int, seeded: int) -> Results:
        """Seed the book up to that many accounts, and answer what everything takes then."""
        say(f"Seeding {accounts - seeded:,} accounts")
        results = Results(accounts, seeded=self._seed(accounts - seeded))
        sample = pick_sample(DATA)
        wanted = list(scenarios(sample))
        for number, scenario in enumerate(wanted, 1):
            turns = count()
            times = take_times(
                lambda one=scenario, turns=turns: self._send(one, next(turns)),  # type: ignore[misc]
                times=self._times(scenario.times),
                warm=0 if self.is_quick else 2,
            )
            results.requests[scenario] = times
            say(f"  {number:2}/{len(wanted)} {scenario.group}: {scenario.name}: {times.percentile(50):.1f} ms")
        for scenario in exports(sample):
            export = self._export(scenario)
            results.exports[scenario.name] = export
            say(f"  {scenario.name}: {export.rows:,} rows in {export.times.percentile(50) / 1000:.2f} s")
        results.floor = time_floor(DATA, sample, times=self._times(100))
        results.orders = self._trade()
        self._expire(results, days_ago=1 if seeded else 0)
        return results

    def _expire(self, results: Results, *, days_ago: int) -> None:
        """Settle what expired on a day that is over; what it leaves must be a sound book, or the measuring ends."""
        accounts = min(results.accounts, MOST_ACCOUNTS)
        results.expired = found = measure_expiration(self.installation, DATA, accounts=accounts, days_ago=days_ago)
        say(f"  {found.positions:,} positions expired: {found.per_second:,.0f} a second, floor {found.floor:,.0f}")
        say(f"  {self.installation.manage('reconcile').strip()}")

    def _trade(self) -> list[Ordered]:
        """Send orders; what they leave must be a sound book, or the measuring ends."""
        self.trading = self.trading or Trading(self.installation, self.partner)
        found = []
        for ordered in self.trading.measure(is_quick=self.is_quick):
            found.append(ordered)
            run = ordered.run
            who = f"{run.clients} clients, {run.accounts} accounts"
            say(f"  {run.orders:,} orders, {who}: {run.per_second:.0f} a second, floor {ordered.floor or 0:.0f}")
        say(f"  {self.installation.manage('reconcile').strip()}")
        return found

    def measure_expiring(self) -> Expiring:
        """Seed accounts whose positions expire soon, and answer what the page of them takes."""
        accounts, positions = (QUICK_ACCOUNTS, QUICK_POSITIONS) if self.is_quick else (ACCOUNTS, POSITIONS)
        say(f"Seeding {positions:,} positions that expire")
        self._seed(accounts, expiring=positions)
        found = measure_expiring(
            DATA, lambda path: self._send(Scenario("", "", path, "expiring-table")), is_quick=self.is_quick
        )
        for name, times in found.pages.items():
            say(f"  {name}: {times.percentile(50):.0f} ms, floor {found.floor.percentile(50):.0f}")
        return found

    def measure_fed(self) -> Fed:
        """Start again with a market that is fed, and answer how much it takes in and how soon it is seen."""
        say("Starting again with a market that is fed")
        found = measure_fed(
            self.installation, self.senders[OPERATIONS], self.senders[KEY], self.partner.url, is_quick=self.is_quick
        )
        say(f"  {found.beside_the_api:,.0f} quotes a second, floor {found.floor:,.0f}")
        return found

    def _seed(self, accounts: int, *, expiring: int = 0) -> str:
        """Seed that many accounts more, and answer what the command says at its end."""
        line = ""
        waiting = "0" if expiring else str(accounts // PENDING_OF)
        command = [sys.executable, str(ROOT / "manage.py"), "seed_book"]
        command += ["--accounts", str(accounts), "--pending", waiting, "--expiring", str(expiring)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as seeding:
            for line in seeding.stdout or ():
                say(f"  {line.strip()}")
        if seeding.returncode != 0:
            sys.exit(f"seed_book ended with {seeding.returncode}")
        return line.strip()

    def _times(self, wanted: int) -> int:
        return min(wanted, 2) if self.is_quick else wanted

    def _send(self, scenario: Scenario, turn: int = 0) -> bytes:
        """Send one request, or one for each page; an answer other than the expected one ends the measuring."""
        path, body = scenario.post(turn) if scenario.post else (scenario.path, None)
        content = self._ask(scenario, path, body)
        while scenario.is_whole and (token := json.loads(content)["next_page_token"]):
            content = self._ask(scenario, f"{path}&page_token={quote(token)}", body)
        return content

    def _ask(self, scenario: Scenario, path: str, body: dict[str, Any] | None) -> bytes:
        answer = self.senders[scenario.sender].request(
            "POST" if scenario.post else "GET",
            self.partner.url + path,
            json=body,
            headers={"HX-Request": "true"} if scenario.is_fragment else {},
            timeout=PATIENCE,
        )
        if answer.status_code != 200 or scenario.expects.encode() not in answer.content:
            sys.exit(f"{path} answered {answer.status_code} without {scenario.expects!r}: {answer.text[:2000]}")
        return answer.content

    def _export(self, scenario: Scenario) -> Export:
        """Take an export some times; its rows are counted in its twin that is CSV."""
        content = b""

        def take() -> None:
            nonlocal content
            content = self._send(scenario)

        with watched_memory(self.installation.running("uvicorn")) as memory:
            times = take_times(take, times=self._times(EXPORTS), warm=0)
        size = len(content)
        if "xlsx" in scenario.path:
            content = self._send(Scenario("", "", scenario.path.replace("xlsx", "csv"), ""))
        return Export(times, content.count(b"\n") - 1, size, memory)


@contextmanager
def running_installation() -> Iterator[Installation]:
    """Give a running installation in an empty directory, and throw it away at the end."""
    installation = Installation(DATA, free_port(), patience=PATIENCE)
    if DATA.exists():
        installation.close()
    DATA.mkdir(mode=0o711, parents=True)
    try:
        installation.start()
        yield installation
        installation.stop(signal.SIGTERM)
    finally:
        installation.close()


def say(text: str) -> None:
    """Show how far it is."""
    print(text, flush=True)


def main() -> None:
    """Measure at both sizes and write the document."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small book and two requests each: does it still work?")
    parser.add_argument("--output", type=Path, help="where the tables go; docs/benchmarks.md unless it is quick")
    options = parser.parse_args()
    output = options.output or (None if options.quick else ROOT / "docs" / "benchmarks.md")
    say("Starting an installation")
    with running_installation() as installation:
        facts = machine(version(DATA)) | {"command": "make bench" + (' ARGS="--quick"' if options.quick else "")}
        bench = Bench(installation, is_quick=options.quick)
        small, large = QUICK_SIZES if options.quick else SIZES
        few = bench.measure(small, 0)
        many = bench.measure(large, small)
        expiring = bench.measure_expiring()
        deciding = measure_deciding(APPLICANTS // 100 if options.quick else APPLICANTS)
        fed = bench.measure_fed()
        document = write(facts, few, many, deciding, expiring, fed)
    if output is None:
        say(document)
    else:
        output.write_text(document)
        say(f"Written to {output}")


if __name__ == "__main__":
    main()
