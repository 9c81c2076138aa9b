"""Whatever is exercised, assigned and sold before, an expiration creates and loses nothing, and leaves nobody short."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from options.choices import Right
from options.rules.collateral import put_collateral
from trading.choices import ExpirationState, HouseBook
from trading.rules.delivery import Deliverable, deliver
from trading.rules.expiration import AccountBook, ExpiringLine, decide, settle
from trading.rules.postings import Move

USD, SHARE = UUID(int=1), UUID(int=2)
TERMS = {
    UUID(int=10): Deliverable(Right.CALL, Decimal(50), 100, 100, Decimal(0), SHARE),
    UUID(int=11): Deliverable(Right.CALL, Decimal(60), 100, 100, Decimal(0), SHARE),
    UUID(int=12): Deliverable(Right.PUT, Decimal(50), 100, 100, Decimal(0), SHARE),
    UUID(int=13): Deliverable(Right.PUT, Decimal(60), 100, 100, Decimal(0), SHARE),
    UUID(int=14): Deliverable(Right.CALL, Decimal(40), 100, 50, Decimal("12.50"), SHARE),
}
ASSETS = list(TERMS)
HOUSE = (HouseBook.STREET, HouseBook.BANK)


@dataclass
class Firm:
    """A book of some accounts and the street, and what became of every contract."""

    price: Decimal
    has: Counter = field(default_factory=Counter)  # by book and asset
    ends: Counter = field(default_factory=Counter)  # by account, contract and end

    def move(self, moves):
        for move in moves:
            self.has[move.source, move.asset_id] -= move.quantity
            self.has[move.destination, move.asset_id] += move.quantity

    def pledged_cash(self, account):
        written = [(asset, -self.has[account, asset]) for asset in ASSETS if self.has[account, asset] < 0]
        puts = [
            put_collateral(n, TERMS[asset].strike_price, 100) for asset, n in written if TERMS[asset].right is Right.PUT
        ]
        return sum(puts, Decimal(0)) + sum(
            (TERMS[asset].cash_delivered(n) for asset, n in written if TERMS[asset].right is Right.CALL), Decimal(0)
        )

    def pledged_shares(self, account):
        calls = [asset for asset in ASSETS if TERMS[asset].right is Right.CALL and self.has[account, asset] < 0]
        return sum((TERMS[asset].share_quantity(-self.has[account, asset]) for asset in calls), Decimal(0))

    def book(self, account, withheld):
        lines = [
            ExpiringLine(asset, f"X{asset.int}", self.has[account, asset], TERMS[asset], self.price)
            for asset in ASSETS
            if self.has[account, asset]
        ]
        free_shares = self.has[account, SHARE] - self.pledged_shares(account)
        return AccountBook(
            self.has[account, USD] - self.pledged_cash(account), {SHARE: free_shares}, tuple(lines), withheld
        )

    def end(self, account, asset, quantity, how):
        if not quantity:
            return
        is_long = self.has[account, asset] > 0
        self.ends[account, asset, how] += quantity
        if how == "expired":
            source, destination = (account, HouseBook.STREET) if is_long else (HouseBook.STREET, account)
            self.move([Move(source, destination, asset, quantity)])
            return
        done = deliver(account, TERMS[asset], quantity, is_long=is_long, usd_id=USD, contract_id=asset)
        self.move([*done.contract_moves, *done.share_moves, *done.cash_moves])

    def sell(self, account, asset, quantity):
        self.ends[account, asset, "sold"] += quantity
        self.move([Move(account, HouseBook.STREET, asset, quantity), Move(HouseBook.STREET, account, USD, Decimal(5))])

    def check(self, accounts):
        totals = Counter()
        for (_, asset), quantity in self.has.items():
            totals[asset] += quantity
        assert not any(totals.values())
        for account in accounts:
            assert self.has[account, USD] >= self.pledged_cash(account)
            assert self.has[account, SHARE] >= self.pledged_shares(account)


positions = st.dictionaries(st.sampled_from(ASSETS), st.integers(-3, 4).filter(bool).map(Decimal), max_size=4)
accounts = st.lists(st.tuples(positions, st.integers(0, 20_000), st.integers(0, 300)), min_size=1, max_size=4)
acts = st.lists(
    st.tuples(
        st.sampled_from(["exercise", "assign", "sell", "withhold"]),
        st.integers(0, 3),
        st.sampled_from(ASSETS),
        st.integers(1, 4).map(Decimal),
    ),
    max_size=8,
)
prices = st.sampled_from(["45", "49.99", "50", "50.01", "55", "65"]).map(Decimal)


def do(firm, kind, owner, asset, quantity, withheld):
    """Do what can be done of an act before the close."""
    held = firm.has[owner, asset]
    if kind == "withhold" and held > 0:
        withheld[asset] = quantity
    elif kind == "sell" and held > 0:
        firm.sell(owner, asset, min(quantity, held))
    elif kind == "assign" and held < 0:
        firm.end(owner, asset, min(quantity, -held), "assigned")
    elif kind == "exercise":
        carried = [one for one in decide(firm.book(owner, withheld)) if one.state is ExpirationState.SUPPORTED]
        found = next((one.quantity for one in carried if one.asset_id == asset), Decimal(0))
        firm.end(owner, asset, min(quantity, found), "exercised")


@given(accounts, acts, prices)
def test_any_book_and_any_order_of_acts_conserves_contracts_shares_and_cash(book, doings, price):
    firm, owners = Firm(price), [UUID(int=1000 + number) for number in range(len(book))]
    started = Counter()
    for owner, (held, cash, shares) in zip(owners, book, strict=True):
        for asset, quantity in held.items():
            ends = (HouseBook.STREET, owner) if quantity > 0 else (owner, HouseBook.STREET)
            firm.move([Move(*ends, asset, abs(quantity))])
            started[owner, asset] = abs(quantity)
        firm.move([Move(HouseBook.BANK, owner, USD, cash + firm.pledged_cash(owner))])
        firm.move([Move(HouseBook.STREET, owner, SHARE, shares + firm.pledged_shares(owner))])
    firm.check(owners)
    withheld = {owner: {} for owner in owners}

    for kind, number, asset, quantity in doings:
        owner = owners[number % len(owners)]
        do(firm, kind, owner, asset, quantity, withheld[owner])
        firm.check(owners)
    for owner in owners:
        for outcome in settle(firm.book(owner, withheld[owner])):
            for how in ("exercised", "assigned", "expired"):
                firm.end(owner, outcome.line.asset_id, getattr(outcome, how), how)
            firm.check(owners)

    ended = Counter()
    for (owner, asset, _), quantity in firm.ends.items():
        ended[owner, asset] += quantity
    assert ended == started
    assert not any(quantity for (_, asset), quantity in firm.has.items() if asset in TERMS)
