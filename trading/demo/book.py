"""Live the demo book through a few market days, by the same services as everybody else."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.api.serializers import read_application
from accounts.choices import AccountStatus, Role
from accounts.models import Account, User
from accounts.services.onboarding import advance_opening, open_account
from accounts.services.users import system_user
from brokerage import clock, market_calendar
from brokerage.services.clock import release_clock, set_clock
from options.choices import ApplicationStatus, Right, TickClass
from options.models import Asset, OptionContract
from options.rules.increments import tick_at_or_below
from options.rules.requests import ApprovalRequest, Fixture
from options.services.applications import request_options_approval
from options.services.listing import list_demo_chain
from options.services.market import get_quote
from trading.choices import JournalType
from trading.demo.data_use import price_data, use_data
from trading.demo.logins import AccountKey, hire, let_in, make_account_key
from trading.demo.people import application_body
from trading.models import Order
from trading.rules.journals import JournalRequest
from trading.rules.ticket_form import OrderRequest
from trading.services.correspondents import NewCorrespondent, open_correspondent
from trading.services.journals import create_journal
from trading.services.orders import submit_order
from trading.tasks import work_open_orders

FIRM_CASH = Decimal(5_000_000)
CORRESPONDENTS = {"ACME": ("Acme Securities", 24), "GLBX": ("Globex Brokers", 12)}
UNFINISHED = (
    AccountStatus.SUBMITTED,
    AccountStatus.ACTION_REQUIRED,
    AccountStatus.APPROVAL_PENDING,
    AccountStatus.APPROVED,
    AccountStatus.REJECTED,
    AccountStatus.DISABLED,
    AccountStatus.ACCOUNT_CLOSED,
)
BETWEEN_OPENINGS = timedelta(minutes=2)
SHARES = ("AAPL", "QS", "PTON", "SPY", "TSLA", "F")
Progress = Callable[[str, int, int], None]


REQUESTS: tuple[ApprovalRequest | None, ...] = (
    ApprovalRequest(2, Fixture(ApplicationStatus.APPROVED)),
    ApprovalRequest(1, Fixture(ApplicationStatus.APPROVED)),
    ApprovalRequest(2, Fixture(ApplicationStatus.APPROVED)),
    ApprovalRequest(2, Fixture(ApplicationStatus.LOWER_LEVEL_APPROVED, 1)),
    ApprovalRequest(2, Fixture(ApplicationStatus.PENDING)),
    None,
    ApprovalRequest(2, Fixture(ApplicationStatus.APPROVED)),
    ApprovalRequest(2, Fixture(ApplicationStatus.REJECTED)),
    ApprovalRequest(1, Fixture(ApplicationStatus.PENDING)),
)


def build_demo(progress: Progress) -> tuple[list[NewCorrespondent], AccountKey]:
    """Fill an empty book: correspondents, staff, accounts in every state, a chain, positions and orders.

    `progress` is told the stage, how much of it is done, and how much there is. Answers the
    correspondents with the keys that are shown once, and a key of the demo customer's account.
    """
    days = _market_days(clock.real_now(), 5)
    list_demo_chain(at=clock.real_now(), progress=lambda done, total, _: progress("listing contracts", done, total))
    set_clock(now=days[0], frozen=True)
    opened = [
        open_correspondent(actor=system_user(), name=name, code=code, firm_cash=FIRM_CASH)
        for code, (name, _) in CORRESPONDENTS.items()
    ]
    hire()
    price_data()
    accounts = [account for new in opened for account in _open_accounts(new, days[0], progress)]
    let_in(accounts[0])
    for day, act in zip(days[1:], (_fund, _buy_shares, _buy_options, _write_options), strict=True):
        set_clock(now=day, frozen=True)
        for number, new in enumerate(opened):
            use_data(day.day % 4 + number, new.correspondent)
        for number, account in enumerate(accounts):
            act(number, account)
            progress(ACTS[act.__name__], number + 1, len(accounts))
        work_open_orders(day)
    release_clock()
    for number, account in enumerate(accounts):
        _rest_an_order(number, account)
    return opened, make_account_key(accounts[0])


ACTS = {
    "_fund": "funding and approving",
    "_buy_shares": "buying shares",
    "_buy_options": "buying options",
    "_write_options": "writing options",
}


def _market_days(before: datetime, count: int) -> list[datetime]:
    """Answer an hour after the open of the last `count` sessions that are wholly over, oldest first."""
    days: list[datetime] = []
    session = market_calendar.previous_session(before.astimezone(market_calendar.NEW_YORK).date())
    while len(days) < count:
        days.insert(0, session.opens_at + timedelta(hours=1))
        session = market_calendar.previous_session(session.date)
    return days


def _api_user(account: Account) -> User:
    return account.correspondent.users.get(role=Role.API)


def _open_accounts(new: NewCorrespondent, day: datetime, progress: Progress) -> Iterator[Account]:
    actor = new.correspondent.users.get(role=Role.API)
    total = CORRESPONDENTS[new.correspondent.code][1]
    first = 0 if new.correspondent.code == "ACME" else CORRESPONDENTS["ACME"][1]
    for number in range(first, first + total):
        set_clock(now=day + number * BETWEEN_OPENINGS, frozen=True)
        body = application_body(number)
        if number % 5 == 3:
            status = UNFINISHED[number // 5 % len(UNFINISHED)]
            body["additional_information"] = f"/fixtures/status={status}/fixtures/"
        account = open_account(actor=actor, application=read_application(body))
        while account.status in (AccountStatus.SUBMITTED, AccountStatus.APPROVED) and not account.is_status_pinned:
            account = advance_opening(actor=system_user(), account_id=account.pk)
        progress(f"opening accounts of {new.correspondent.name}", number - first + 1, total)
        if account.status == AccountStatus.ACTIVE:
            yield account


def _fund(number: int, account: Account) -> None:
    """Give every active account cash, and ask for the options level that its number says."""
    firm_id = account.correspondent.firm_account_id
    assert firm_id is not None
    amount = Decimal((4_000, 18_500, 60_000, 125_000, 9_750)[number % 5]) + number * Decimal("10.37")
    cash = JournalRequest(JournalType.JNLC, firm_id, account.pk, amount=amount, description="Opening deposit")
    create_journal(actor=_api_user(account), request=cash)
    request = REQUESTS[number % len(REQUESTS)]
    if request is not None:
        request_options_approval(actor=_api_user(account), account_id=account.pk, request=request)


def _buy_shares(number: int, account: Account) -> None:
    """Give some accounts shares by journal and let others buy them."""
    symbol = SHARES[number % len(SHARES)]
    if number % 4 == 0:
        firm_id = account.correspondent.firm_account_id
        assert firm_id is not None
        shares = JournalRequest(
            JournalType.JNLS, firm_id, account.pk, symbol=symbol, qty=Decimal(100 + number % 3 * 50)
        )
        create_journal(actor=_api_user(account), request=shares)
    elif number % 4 == 1:
        _submit(account, symbol="F" if number % 8 == 1 else "QS", side="buy", qty=Decimal(100))


def _buy_options(number: int, account: Account) -> None:
    """Let accounts of level 2 buy a call or a put."""
    account.refresh_from_db()
    if account.options_trading_level < 2:
        return
    contract = _contract(("PTON", "QS", "F")[number % 3], Right.CALL if number % 2 else Right.PUT, Decimal("1.03"))
    _submit(account, symbol=contract.asset.symbol, side="buy", qty=Decimal(1 + number % 3))


def _write_options(number: int, account: Account) -> None:
    """Let accounts of level 1 write calls against their shares, and a few write puts against cash."""
    account.refresh_from_db()
    if account.options_trading_level < 1:
        return
    covered = account.positions.filter(asset__symbol__in=SHARES, quantity__gte=100).select_related("asset").first()
    if covered is not None:
        contract = _contract(covered.asset.symbol, Right.CALL, Decimal("1.05"))
        _submit(account, symbol=contract.asset.symbol, side="sell", qty=covered.quantity // 100)
    elif number % 3:
        contract = _contract("QS" if number % 2 else "F", Right.PUT, Decimal("0.95"))
        _submit(account, symbol=contract.asset.symbol, side="sell", qty=Decimal(2))


def _rest_an_order(number: int, account: Account) -> None:
    """Leave a limit order working, or waiting for the next session, in every third account."""
    account.refresh_from_db()
    if number % 3:
        return
    if account.options_trading_level == 2:
        contract = _contract("PTON", Right.CALL, Decimal("1.10"))
        quote = get_quote(contract.asset, clock.now())
        if quote is not None and quote.bid:
            limit = tick_at_or_below(quote.bid * Decimal("0.9"), TickClass(contract.underlying.tick_class))
            _submit(account, symbol=contract.asset.symbol, side="buy", qty=Decimal(1), limit_price=limit or quote.bid)
        return
    share = Asset.objects.get(symbol="F")
    quote = get_quote(share, clock.now())
    if quote is not None and quote.bid:
        _submit(account, symbol="F", side="buy", qty=Decimal(25), limit_price=quote.bid - Decimal("0.50"))


def _contract(symbol: str, right: Right, moneyness: Decimal) -> OptionContract:
    """Answer the contract nearest to a strike of spot x moneyness that has at least three weeks to live."""
    share = Asset.objects.get(symbol=symbol)
    quote = get_quote(share, clock.now())
    assert quote is not None
    assert quote.mark is not None
    wanted = quote.mark * moneyness
    live = OptionContract.objects.filter(
        underlying=share, right=right, expiration_date__gte=clock.real_now().date() + timedelta(days=21)
    ).select_related("asset", "underlying")
    first = live.order_by("expiration_date").values_list("expiration_date", flat=True)[0]
    return min(live.filter(expiration_date=first), key=lambda contract: abs(contract.strike_price - wanted))


def _submit(account: Account, *, symbol: str, side: str, qty: Decimal, limit_price: Decimal | None = None) -> Order:
    request = OrderRequest(
        symbol=symbol,
        side=side,
        type="market" if limit_price is None else "limit",
        time_in_force="day",
        qty=qty,
        limit_price=limit_price,
    )
    return submit_order(actor=_api_user(account), account_id=account.pk, request=request)
