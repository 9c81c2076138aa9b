"""An expiration from the last hour's review to the last posting, account by account."""

from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.choices import Role
from accounts.services.users import system_user
from brokerage.errors import NotPermitted
from brokerage.events import record_events
from brokerage.market_calendar import Instrument as Settling
from brokerage.market_calendar import settlement_date
from brokerage.models import Event
from brokerage.schedule import run_due
from options.choices import AssetClass
from options.market.silent import SilentMarket
from options.services.market import release_quotes
from tests.factories import make_staff
from tests.market import give_cash, held, make_trader, pin, trade
from tests.options.contracts import list_contracts
from tests.trading.rates import charge
from trading.choices import (
    ActivityType,
    ExpirationPhase,
    ExpirationState,
    FeeKind,
    HouseBook,
    InstructionSource,
    OrderOrigin,
)
from trading.expiration_errors import ClosingPriceInvalid, ClosingPriceKnown, ExpirationNotClosed
from trading.expirations import Standing, expiration_counts, not_priced
from trading.expiring_books import read_books, read_held, read_series
from trading.fee_schedule import rates_on
from trading.models import (
    AccruedFee,
    Activity,
    Expiration,
    ExpiringPosition,
    Instruction,
    Lot,
    LotClosing,
    Order,
    Position,
    Posting,
)
from trading.reconciliation import find_breaks
from trading.rules.expiration import settle
from trading.rules.postings import Move
from trading.services.delivery_steps import accrue_delivery_fees, delivery_entries
from trading.services.expiration_close import enter_closing_price
from trading.services.expiration_run import settle_expiration
from trading.services.ledger import Entry, post_all, posted_events
from trading.services.lots import cost_of_leaving

FRIDAY = date(2024, 1, 26)
CALL, PUT, OTM = "AAPL240126C00050000", "AAPL240126P00230000", "AAPL240126C00300000"
S = ExpirationState


@pytest.fixture
def friday(clock_at):
    """Friday 26 January 2024: AAPL at 190, a call far in the money, a put as well, and a call out of it."""
    clock_at("2024-01-25 10:00")
    list_contracts(CALL, PUT, OTM)
    pin("AAPL", "189.90", "190.10", last="190.00")
    pin(CALL, "139.90", "140.00", size=50)
    pin(PUT, "39.90", "40.00", size=50)
    pin(OTM, "0.01", "0.02", size=50)
    run_due(clock_at("2024-01-25 10:00"))

    def at(text):
        moment = clock_at(f"2024-01-26 {text}")
        run_due(moment)
        return moment

    return at


def state_of(account, symbol):
    row = ExpiringPosition.objects.get(account=account, asset__symbol=symbol)
    return row.state, row.quantity


def rows(account, *types):
    found = Activity.objects.filter(account=account, activity_type__in=types).order_by("id")
    return [
        (
            one.activity_type,
            one.asset.symbol if one.asset else "",
            one.quantity,
            one.price,
            one.net_amount,
            one.description,
        )
        for one in found
    ]


OPTION_TYPES = (ActivityType.OPEXC, ActivityType.OPASN, ActivityType.OPEXP, ActivityType.OPTRD, ActivityType.OPCSH)


def test_a_supported_long_is_left_and_exercised_by_exception(acme, friday):
    account = make_trader(acme.correspondent, cash="30000", level=2)
    trade(account, CALL, "buy", "1")
    friday("15:30")
    assert state_of(account, CALL) == (S.SUPPORTED, 1)

    friday("17:29")
    assert held(account, CALL) == 1
    friday("17:30")

    assert rows(account, *OPTION_TYPES) == [
        ("OPEXC", CALL, -1, None, 0, "Option Exercise"),
        ("OPTRD", "AAPL", 100, 50, -5000, "Option Trade"),
    ]
    assert held(account, CALL) == 0
    assert held(account, "AAPL") == 100
    assert state_of(account, CALL) == (S.EXERCISED, 1)
    assert Expiration.objects.get().phase == ExpirationPhase.FINISHED
    assert Expiration.objects.get().closing_prices == {"AAPL": "190"}
    assert find_breaks() == []


def test_an_unsupported_long_is_sold_at_the_market_while_it_can_be(acme, friday):
    account = make_trader(acme.correspondent, cash="14100", level=2)
    trade(account, CALL, "buy", "1")

    friday("16:00")

    order = Order.objects.get(account=account, origin=OrderOrigin.LIQUIDATION)
    assert (order.status, order.side, order.quantity, order.type) == ("filled", "sell", 1, "market")
    assert order.origin_reason.startswith("in the money by 140.00 at 190.00; needs $5,000.00, $100.00 free")
    assert order.origin_reason.endswith("(expiration-1)")
    assert state_of(account, CALL) == (S.CLOSED, 0)
    friday("17:30")
    assert rows(account, *OPTION_TYPES) == []
    assert find_breaks() == []


def test_a_liquidation_is_withdrawn_when_the_account_can_carry_the_exercise(acme, friday):
    account = make_trader(acme.correspondent, cash="14100", level=2)
    trade(account, CALL, "buy", "1")
    pin(CALL, None, "140.00")
    friday("15:00")
    assert not Order.objects.filter(origin=OrderOrigin.LIQUIDATION).exists()
    assert "not on sale" in ExpiringPosition.objects.get(account=account).reason
    pin(CALL, "139.90", "140.00", size=0)
    friday("15:10")
    assert Order.objects.filter(origin=OrderOrigin.LIQUIDATION, status__in=("pending_new", "new")).count() == 1

    give_cash(account, "5000")
    friday("15:20")
    friday("15:21")

    assert Order.objects.get(origin=OrderOrigin.LIQUIDATION).status == "canceled"
    assert state_of(account, CALL) == (S.SUPPORTED, 1)
    friday("17:30")
    assert held(account, "AAPL") == 100


def test_what_is_not_sold_by_the_close_is_not_exercised_by_rule(acme, friday):
    account = make_trader(acme.correspondent, cash="14100", level=2)
    trade(account, CALL, "buy", "1")
    pin(CALL, "139.90", "140.00", size=0)

    friday("16:00")

    told = Instruction.objects.get(account=account)
    assert (told.source, told.quantity, told.status) == (InstructionSource.RULE, 1, "in_force")
    assert told.reason.endswith("was not sold before the close")
    assert state_of(account, CALL) == (S.DO_NOT_EXERCISE, 1)
    friday("17:30")
    assert rows(account, *OPTION_TYPES) == [("OPEXP", CALL, -1, None, 0, "Option Expiry")]
    told.refresh_from_db()
    assert told.status == "honored"
    assert find_breaks() == []


def test_shorts_in_the_money_are_assigned_and_the_others_expire(acme, friday):
    writer = make_trader(acme.correspondent, cash="1000", level=1, shares={"AAPL": 200})
    trade(writer, CALL, "sell", "1")
    trade(writer, OTM, "sell", "1")
    secured = make_trader(acme.correspondent, cash="50000", level=1)
    trade(secured, PUT, "sell", "2")

    friday("18:00")

    assert rows(writer, *OPTION_TYPES) == [
        ("OPASN", CALL, 1, None, 0, ""),
        ("OPTRD", "AAPL", -100, 50, 5000, "Option Trade"),
        ("OPEXP", OTM, 1, None, 0, "Option Expiry"),
    ]
    assert rows(secured, *OPTION_TYPES) == [
        ("OPASN", PUT, 2, None, 0, ""),
        ("OPTRD", "AAPL", 200, 230, -46000, "Option Trade"),
    ]
    assert held(writer, "AAPL") == 100
    assert find_breaks() == []


def test_without_a_price_nothing_is_settled_until_a_person_enters_one(acme, friday, monkeypatch):
    account = make_trader(acme.correspondent, cash="30000", level=2)
    trade(account, CALL, "buy", "1")
    monkeypatch.setattr("options.services.market.market_source", SilentMarket)
    release_quotes(actor=system_user(), symbols=["AAPL"])
    clerk = make_staff(Role.OPERATIONS, None)

    def enter(actor, price="190", reason="the exchange's closing report"):
        return enter_closing_price(
            actor=actor, expiration_date=FRIDAY, symbol="AAPL", price=Decimal(price), reason=reason
        )

    friday("18:00")
    assert state_of(account, CALL) == (S.NOT_PRICED, 1)
    assert expiration_counts(FRIDAY)[S.NOT_PRICED] == Standing(1, Decimal(1))
    assert not_priced(FRIDAY) == {"AAPL": Standing(1, Decimal(1))}
    assert rows(account, *OPTION_TYPES) == []
    for refusal, given in (
        (NotPermitted, {"actor": acme.ops}),
        (ClosingPriceInvalid, {"actor": clerk, "price": "0"}),
        (ClosingPriceInvalid, {"actor": clerk, "price": "190.00001"}),
        (ClosingPriceInvalid, {"actor": clerk, "reason": " "}),
    ):
        with pytest.raises(refusal):
            enter(**given)
    assert Expiration.objects.get().closing_prices == {}

    enter(clerk)
    with pytest.raises(ClosingPriceKnown):
        enter(clerk, "191")
    friday("18:06")

    assert Expiration.objects.get().closing_prices == {"AAPL": "190"}
    assert [row[0] for row in rows(account, *OPTION_TYPES)] == ["OPEXC", "OPTRD"]
    assert Expiration.objects.get().phase == ExpirationPhase.FINISHED
    with pytest.raises(ExpirationNotClosed):
        enter(clerk)


def test_where_the_clearing_file_decides_shorts_wait_for_it_and_what_it_left_expires(acme, friday, settings, clock_at):
    settings.CLEARING_FILE_AWAITED = True
    writer = make_trader(acme.correspondent, cash="1000", level=1, shares={"AAPL": 100})
    trade(writer, CALL, "sell", "1")

    friday("20:00")
    assert state_of(writer, CALL) == (S.SHORT, -1)
    assert rows(writer, *OPTION_TYPES) == []
    run_due(clock_at("2024-01-29 09:30"))

    assert rows(writer, *OPTION_TYPES) == [("OPEXP", CALL, 1, None, 0, "Option Expiry")]
    assert held(writer, "AAPL") == 100


def a_book(partner):
    """Accounts that come to every end there is, and one that could have been assigned without cover."""
    holder = make_trader(partner.correspondent, cash="80000", level=2, shares={"AAPL": 250})
    for symbol, quantity in ((CALL, "3"), (PUT, "2"), (OTM, "1")):
        trade(holder, symbol, "buy", quantity)
    writer = make_trader(partner.correspondent, cash="50000", level=1, shares={"AAPL": 300})
    trade(writer, CALL, "sell", "2")
    trade(writer, PUT, "sell", "2")
    trade(writer, OTM, "sell", "1")
    return holder, writer


@contextmanager
def undone():
    """Take back whatever happens inside, services and all."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # so that services may be durable in it
    with atomic:
        yield
        transaction.set_rollback(True)


def ledger_of(accounts):
    """Answer all that an expiration leaves of these accounts, without the ids that are new each time."""
    return {
        "activities": list(
            Activity.objects.filter(account__in=accounts, activity_type__in=OPTION_TYPES)
            .order_by("id")
            .values_list("id", "account_id", "activity_type", "asset_id", "quantity", "price", "net_amount", "group_id")
        ),
        **without_ids(accounts),
    }


def without_ids(accounts):
    mine = {"account__in": accounts}
    moved = Posting.objects.filter(transaction__activity_type__in=OPTION_TYPES).values_list(
        "transaction__activity_type",
        "transaction__trade_date",
        "transaction__settle_date",
        "transaction__at",
        "asset_id",
        "quantity",
        "source_account_id",
        "source_book",
        "destination_account_id",
        "destination_book",
    )
    faces = Activity.objects.filter(**mine, activity_type__in=OPTION_TYPES).values_list(
        "account_id",
        "correspondent_id",
        "activity_type",
        "sub_type",
        "date",
        "at",
        "asset_id",
        "quantity",
        "price",
        "net_amount",
        "description",
        "status",
        "side",
        "exchange",
        "order_status",
        "order_id",
        "leaves_quantity",
    )
    told = Event.objects.filter(account_id__in=[one.pk for one in accounts], type__in=EVENTS)
    return {
        "postings": sorted(map(repr, moved)),
        "faces": sorted(map(repr, faces)),
        "positions": sorted(
            map(repr, Position.objects.filter(**mine).values_list("account_id", "asset_id", "quantity", "cost_amount"))
        ),
        "lots": sorted(
            map(
                repr,
                Lot.objects.filter(**mine).values_list(
                    "account_id", "asset_id", "opened_on", "opened_quantity", "opened_amount", "quantity", "cost_amount"
                ),
            )
        ),
        "closings": sorted(
            map(
                repr,
                LotClosing.objects.filter(**mine).values_list(
                    "account_id",
                    "asset_id",
                    "opened_on",
                    "closed_on",
                    "quantity",
                    "cost_amount",
                    "proceeds_amount",
                    "gain_amount",
                    "is_long_term",
                ),
            )
        ),
        "fees": sorted(
            map(
                repr,
                AccruedFee.objects.filter(**mine).values_list(
                    "account_id", "trade_date", "kind", "exact_amount", "quantity", "executions"
                ),
            )
        ),
        "events": sorted(
            repr((one.type, one.account_id, one.account_number, _unordered(one.payload), one.at)) for one in told
        ),
    }


def _unordered(payload):
    moved = sorted(payload.get("positions", ()), key=lambda one: one["symbol"])
    return sorted((payload | {"positions": moved, "group_id": None}).items())


EVENTS = ("activity.executed", "account.balance_changed")


def test_by_set_it_posts_the_same_rows_as_account_by_account(acme, friday):
    charge(FeeKind.TAF, "0.000166", asset_class="us_equity", side="sell")
    charge(FeeKind.REG, "0.0000278", asset_class="us_equity", side="sell")
    accounts = a_book(acme)
    cutoff = friday("17:00").replace(hour=17, minute=30)
    Event.objects.all().delete()

    with undone():
        settle_expiration(FRIDAY, cutoff)
        by_set = without_ids(accounts)
    with undone():
        _post_one_by_one(accounts)
        one_by_one = without_ids(accounts)

    assert by_set["closings"]
    assert by_set["fees"]
    for name, found in one_by_one.items():
        assert by_set[name] == found, name


def _post_one_by_one(accounts):
    """Post what becomes of these accounts as single acts do."""
    at = datetime(2024, 1, 26, 22, 30, tzinfo=UTC)
    series = read_series(FRIDAY)
    prices = {one.underlying.pk: Decimal(190) for one in series.values()}
    rates = rates_on(FRIDAY, AssetClass.US_EQUITY)
    for account in accounts:
        entries = []
        for _, book in read_books(read_held(series, [account.pk]), series, prices):
            for outcome in settle(book):
                asset = series[outcome.line.asset_id].asset
                quantity, is_long = outcome.exercised + outcome.assigned, outcome.line.quantity > 0
                if quantity:
                    entries += delivery_entries(
                        account,
                        asset,
                        quantity,
                        is_long=is_long,
                        at=at,
                        on=FRIDAY,
                        reference=f"one:{account.pk}:{asset}",
                        option_cost=cost_of_leaving(account.pk, asset.pk, quantity),
                    )
                if outcome.expired:
                    entries.append(_expiry(account, asset, -outcome.expired if is_long else outcome.expired, at))
        _, positions = post_all(entries)
        accrue_delivery_fees(account.pk, rates, entries)
        record_events(posted_events(entries, positions, at))


def _expiry(account, asset, change, at):
    source, destination = (HouseBook.STREET, account.pk) if change > 0 else (account.pk, HouseBook.STREET)
    face = Activity(
        account=account,
        correspondent_id=account.correspondent_id,
        asset=asset,
        quantity=change,
        net_amount=Decimal(0),
        description="Option Expiry",
    )
    return Entry(
        activity_type=ActivityType.OPEXP,
        reference=f"one:{account.pk}:{asset}:OPEXP",
        moves=[Move(source, destination, asset.pk, abs(change))],
        at=at,
        trade_date=FRIDAY,
        settle_date=settlement_date(FRIDAY, Settling.OPTION),
        faces=[face],
    )


class KilledError(Exception):
    """What takes a run down in the middle."""


def test_killed_at_ten_points_and_started_again_it_leaves_the_same_ledger(acme, friday, monkeypatch):
    monkeypatch.setattr("trading.services.expiration_run.ACCOUNTS_AT_ONCE", 1)
    accounts = a_book(acme)
    cutoff = friday("17:00").replace(hour=17, minute=30)
    with undone():
        with CaptureQueriesContext(connection) as queries:
            settle_expiration(FRIDAY, cutoff)
        whole = ledger_of(accounts)
    points = [len(queries) * point // 11 for point in range(1, 11)]

    for point in points:
        left = [point]

        def kill(execute, sql, params, many, context, left=left):
            left[0] -= 1
            if left[0] == 0:
                raise KilledError
            return execute(sql, params, many, context)

        with connection.execute_wrapper(kill), suppress(KilledError):
            settle_expiration(FRIDAY, cutoff)
        counted = sum(standing.contracts for standing in expiration_counts(FRIDAY).values())
        assert counted == 11
        # A notice says what all accounts are assigned, some of which are still to come: all else holds at any moment.
        assert [one for one in find_breaks() if "notices" not in one.check] == []
    settle_expiration(FRIDAY, cutoff)
    settle_expiration(FRIDAY, cutoff)
    assert find_breaks() == []

    assert ledger_of(accounts) == whole
    assert {row[2] for row in whole["activities"]} == {"OPEXC", "OPTRD", "OPASN", "OPEXP"}
    assert Expiration.objects.get().phase == ExpirationPhase.FINISHED
