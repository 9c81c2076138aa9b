"""The rows of the worklist: a position with its account, what it takes and what is there, and what was said of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from accounts.models import Account
from options.choices import Right
from options.rules.asset_ids import USD_ID
from trading.choices import InstructionStatus, Projected
from trading.expiring import Worklist
from trading.expiring_decided import HeldContract
from trading.expiring_outlook import Tally
from trading.expiring_ranked import Ranked
from trading.instruments import read_holdings_of
from trading.models import ExpirationNotice, Instruction
from trading.rules.holdings import Holdings
from trading.rules.outlook import Risk, gives

ZERO = Decimal(0)
GROUPS = {
    Risk.UNSUPPORTED: "Cannot be carried",
    Risk.PIN: "Short near the strike",
    Risk.NOT_PRICED: "Not priced",
    Risk.REST: "All others",
}
SAID = (InstructionStatus.IN_FORCE, InstructionStatus.PROPOSED)
Pair = tuple[UUID, UUID]


@dataclass(frozen=True)
class Group:
    """What stands above the rows of one risk and one day."""

    title: str
    day: date
    tally: Tally


@dataclass(frozen=True)
class Line:
    """One position: what becomes of it, what that takes, what of it is there and what is missing.

    Of a long `there` is what nothing binds; of a short it is what its account has, pledged for it.
    """

    position_id: int
    account: Account
    contract: HeldContract
    quantity: Decimal
    projected: Projected
    risk: Risk
    needs: tuple[Decimal, Decimal]
    there: tuple[Decimal, Decimal]
    missing: tuple[Decimal, Decimal]
    reason: str
    instruction: Instruction | None
    told: ExpirationNotice | None
    group: Group | None

    @property
    def needs_cash(self) -> bool:
        """Say whether dollars decide: shares otherwise."""
        return self.needs[0] > 0

    @property
    def need(self) -> Decimal:
        """Answer what it takes, in dollars or in shares."""
        return self.needs[0] if self.needs_cash else self.needs[1]

    @property
    def have(self) -> Decimal:
        """Answer what of that is there."""
        return self.there[0] if self.needs_cash else self.there[1]

    @property
    def lack(self) -> Decimal:
        """Answer what of that is missing."""
        return self.missing[0] if self.needs_cash else self.missing[1]

    @property
    def is_long(self) -> bool:
        """Say whether the account holds it."""
        return self.quantity > 0

    @property
    def close_url(self) -> str:
        """Answer the ticket that closes it, filled in."""
        side, intent = ("sell", "sell_to_close") if self.is_long else ("buy", "buy_to_close")
        terms = {"symbol": self.contract.symbol, "side": side, "qty": f"{abs(self.quantity).normalize():f}"}
        return f"/accounts/{self.account.pk}/trade?{urlencode(terms | {'intent': intent})}"

    @property
    def exercise_url(self) -> str:
        """Answer the page that exercises it."""
        return f"/accounts/{self.account.pk}/positions/{self.contract.symbol}/exercise"

    @property
    def withhold_url(self) -> str:
        """Answer the page on which it is instructed not to be exercised."""
        return f"/accounts/{self.account.pk}/positions/{self.contract.symbol}/do-not-exercise"

    @property
    def fund_url(self) -> str:
        """Answer where its account is given money."""
        return f"/accounts/{self.account.pk}/funding"


def describe(work: Worklist) -> list[Line]:
    """Answer the rows of a page, in a constant number of queries."""
    return describe_rows(work, work.page.rows)


def describe_rows(work: Worklist, rows: Sequence[Ranked]) -> list[Line]:
    """Answer rows of the list with all that is said of them."""
    contracts = work.outlook.contracts
    account_ids = list(dict.fromkeys(row.account_id for row in rows))
    accounts = Account.objects.select_related("correspondent").in_bulk(account_ids)
    shares = {contracts[row.asset_id].terms.underlying_id for row in rows}
    holdings = read_holdings_of(account_ids, [USD_ID, *shares]) if rows else {}
    pairs = {(row.account_id, row.asset_id) for row in rows}
    said, told = _instructions(pairs), last_told(pairs)
    found: list[Line] = []
    before: tuple[Risk, date] | None = None
    for row in rows:
        contract, pair = contracts[row.asset_id], (row.account_id, row.asset_id)
        place = row.risk, contract.expiration_date
        needs, there, missing = _amounts(row, contract, holdings[row.account_id])
        if row.fate is not None:
            missing = row.fate.missing_cash, row.fate.missing_shares
        found.append(
            Line(
                *(row.position_id, accounts[row.account_id], contract, row.quantity, row.projected, row.risk),
                *(needs, there, missing, row.fate.reason if row.fate else ""),
                *(said.get(pair), told.get(pair)),
                None if place == before else _group(work, *place),
            )
        )
        before = place
    return found


def last_told(pairs: Iterable[Pair]) -> dict[Pair, ExpirationNotice]:
    """Answer the newest notice of each position that its holder was told of, by account and contract."""
    accounts, assets = _ends(pairs)
    rows = ExpirationNotice.objects.filter(account_id__in=accounts, asset_id__in=assets).select_related("told_by")
    return {(row.account_id, row.asset_id): row for row in rows.order_by("told_at", "pk")}


def _instructions(pairs: Iterable[Pair]) -> dict[Pair, Instruction]:
    accounts, assets = _ends(pairs)
    rows = Instruction.objects.filter(account_id__in=accounts, asset_id__in=assets, status__in=SAID)
    return {(row.account_id, row.asset_id): row for row in rows.order_by("-status", "received_at")}


def _ends(pairs: Iterable[Pair]) -> tuple[list[UUID], list[UUID]]:
    pairs = list(pairs)
    return list({account for account, _ in pairs}), list({asset for _, asset in pairs})


def _amounts(row: Ranked, contract: HeldContract, holdings: Holdings) -> tuple[tuple[Decimal, Decimal], ...]:
    """Answer the dollars and shares that a position takes, those that are there, and those that a short lacks."""
    terms, underlying_id = contract.terms, contract.terms.underlying_id
    if row.quantity > 0:
        there = max(holdings.free_cash, ZERO), holdings.free_quantity(underlying_id)
        return terms.taken(row.quantity), there, (ZERO, ZERO)
    needs = gives(terms, -row.quantity)
    owned = holdings.line(underlying_id).quantity
    if terms.right is Right.CALL:
        lacks = min(max(holdings.pledged_shares(underlying_id) - owned, ZERO), needs[1])
        return needs, (ZERO, needs[1] - lacks), (ZERO, lacks)
    lacks = min(max(holdings.pledged_cash - holdings.cash, ZERO), needs[0])
    return needs, (needs[0] - lacks, ZERO), (lacks, ZERO)


def _group(work: Worklist, risk: Risk, day: date) -> Group:
    total = Tally()
    for (of_day, of_risk, _), tally in work.tallies.items():
        if of_day == day and of_risk is risk:
            total.add(tally.positions, tally.contracts, tally.shortfall)
    return Group(GROUPS[risk], day, total)


def outcomes_by_day(work: Worklist) -> list[tuple[date, Mapping[Projected, Tally], Tally]]:
    """Answer for each day how much there is of each outcome, and in all: whatever day the list is narrowed to."""
    days: dict[date, dict[Projected, Tally]] = {day: {} for day in work.whole.days}
    whole = work.whole.narrowed(symbol=work.symbol).tallies()
    for (day, _, projected), tally in whole.items():
        days[day].setdefault(projected, Tally()).add(tally.positions, tally.contracts, tally.shortfall)
    return [(day, found, _total(found.values())) for day, found in sorted(days.items())]


def _total(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for one in tallies:
        total.add(one.positions, one.contracts, one.shortfall)
    return total
