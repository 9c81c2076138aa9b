"""Expiration days lived by moving the sandbox clock: Fridays, half days, moved Fridays, Mondays and Wednesdays."""

from contextlib import contextmanager
from datetime import date, datetime

import pytest
from django.db import transaction

from brokerage.market_calendar import NEW_YORK
from brokerage.models import SandboxClock
from brokerage.services.clock import set_clock
from options.market.silent import SilentMarket
from options.models import PinnedQuote
from tests.market import held, make_trader, pin, submit, trade
from tests.options.contracts import list_contracts
from trading.choices import ExpirationState
from trading.errors import ContractExpiresSoon
from trading.expirations import expiration_counts
from trading.models import Activity, ExpiringPosition
from trading.reconciliation import find_breaks

pytestmark = pytest.mark.django_db
S = ExpirationState
FRIDAY = date(2024, 3, 1)
# Of the options overview: one call and one put that expire worthless, the others it exercises and assigns.
WORTHLESS_CALL, WORTHLESS_PUT = "QS240301C00010500", "QS240301P00000500"
LONG_CALL, SHORT_CALL, SHORT_PUT = "QS240301C00006500", "QS240301C00004500", "QS240301P00009000"


def live_until(text):
    """Move the sandbox clock to a New York time, where it stands; what falls due on the way happens."""
    set_clock(now=datetime.fromisoformat(text).replace(tzinfo=NEW_YORK), frozen=True)


@contextmanager
def undone():
    """Take back whatever happens inside, services and all."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # so that services may be durable in it
    with atomic:
        yield
        transaction.set_rollback(True)


def quote_qs(*symbols):
    list_contracts(*symbols)
    pin("QS", "6.99", "7.01", last="7.00", size=50)
    for symbol in symbols:
        strike = int(symbol[-8:]) / 1000
        worth = max(7 - strike if "C" in symbol[2:] else strike - 7, 0) + 0.05
        pin(symbol, f"{worth:.2f}", f"{worth + 0.05:.2f}", size=50)


def shown(client, account, query):
    answer = client.get(f"/v1/accounts/activities?account_id={account.pk}&{query}")
    assert answer.status_code == 200, answer.content
    return answer


def row(account, kind, symbol, qty, net, description, **price):
    return {
        "account_id": str(account.pk),
        "activity_type": kind,
        "date": "2024-03-01",
        "net_amount": net,
        "description": description,
        "symbol": symbol,
        "qty": qty,
        **price,
        "status": "executed",
    }


def _as_printed(found, members):
    """Answer what the overview prints of an activity, in its order."""
    return {name: found[name] for name in found if name in (*members, "price")}


def test_a_whole_friday_of_the_overview_is_lived_in_seconds_and_twice_with_the_same_bytes(acme, acme_api):
    live_until("2024-02-29 10:00")
    quote_qs(WORTHLESS_CALL, WORTHLESS_PUT, LONG_CALL, SHORT_CALL, SHORT_PUT)
    holder = make_trader(acme.correspondent, cash="5000", level=2)
    for symbol in (WORTHLESS_CALL, WORTHLESS_PUT, LONG_CALL):
        trade(holder, symbol, "buy")
    writer = make_trader(acme.correspondent, cash="2000", level=1, shares={"QS": 100})
    for symbol in (SHORT_CALL, SHORT_PUT):
        trade(writer, symbol, "sell")
    poor = make_trader(acme.correspondent, cash="100", level=2)
    trade(poor, LONG_CALL, "buy")

    def live_friday():
        for hour in ("14:59", "15:00", "15:30", "16:00", "17:29", "17:30", "20:00"):
            live_until(f"2024-03-01 {hour}")
        accounts = (holder, writer, poor)
        # What is bought or sold at the market has an execution of its own each time: all else is the same bytes.
        return [shown(acme_api, one, "category=non_trade_activity").content for one in accounts]

    with undone():
        first = live_friday()
    again = live_friday()

    assert first == again
    days = {account: shown(acme_api, account, "date=2024-03-01").json() for account in (holder, writer, poor)}
    members = list(row(holder, "", "", "", "", ""))
    told = {account: [_as_printed(one, members) for one in found] for account, found in days.items()}
    expired_call = row(holder, "OPEXP", WORTHLESS_CALL, "-1", "0", "Option Expiry")
    expired_put = row(holder, "OPEXP", WORTHLESS_PUT, "-1", "0", "Option Expiry")
    assert [one for one in told[holder] if one["activity_type"] == "OPEXP"] == [expired_put, expired_call]
    assert list(days[holder][-1])[:1] == ["id"]
    assert all(one["id"].startswith("20240301000000000::") for one in days[holder])
    assert row(holder, "OPEXC", LONG_CALL, "-1", "0", "Option Exercise") in told[holder]
    assert row(holder, "OPTRD", "QS", "100", "-650", "Option Trade", price="6.5") in told[holder]
    assert row(writer, "OPASN", SHORT_CALL, "1", "0", "") in told[writer]
    assert row(writer, "OPTRD", "QS", "-100", "450", "Option Trade", price="4.5") in told[writer]
    assert row(writer, "OPASN", SHORT_PUT, "1", "0", "") in told[writer]
    assert row(writer, "OPTRD", "QS", "100", "-900", "Option Trade", price="9") in told[writer]
    assert [one["activity_type"] for one in days[poor]] == ["FILL"]  # it was sold, since it could not be paid for
    assert {state: one.contracts for state, one in expiration_counts(FRIDAY).items() if one.contracts} == {
        S.EXERCISED: 1,
        S.ASSIGNED: 2,
        S.EXPIRED: 2,
    }
    assert find_breaks() == []


@pytest.mark.parametrize(
    ("before", "day", "review", "close", "cutoff"),
    [
        ("2024-11-27", "2024-11-29", "12:00", "13:00", "14:30"),  # the half day after Thanksgiving
        ("2025-04-16", "2025-04-17", "15:00", "16:00", "17:30"),  # Good Friday's contracts expire on Thursday
        ("2024-01-19", "2024-01-22", "15:00", "16:00", "17:30"),  # a Monday
        ("2024-01-23", "2024-01-24", "15:00", "16:00", "17:30"),  # a Wednesday
    ],
)
def test_every_kind_of_expiration_day_has_its_hours(acme, before, day, review, close, cutoff):
    live_until(f"{before} 10:00")
    root = f"QS{day[2:].replace('-', '')}"
    call, worthless = f"{root}C00006500", f"{root}C00010500"
    quote_qs(call, worthless)
    account = make_trader(acme.correspondent, cash="3000", level=2)
    trade(account, call, "buy")
    trade(account, worthless, "buy")

    live_until(f"{day} {int(review[:2]) - 1}:59")
    submit(account, worthless, "buy", limit="0.01")
    assert not ExpiringPosition.objects.exists()
    live_until(f"{day} {review}")
    with pytest.raises(ContractExpiresSoon):
        submit(account, worthless, "buy", limit="0.01")
    states = dict(ExpiringPosition.objects.values_list("asset__symbol", "state"))
    live_until(f"{day} {close}")
    before_cutoff = Activity.objects.filter(activity_type__in=("OPEXC", "OPEXP")).count()
    live_until(f"{day} {cutoff}")

    assert states == {call: S.SUPPORTED, worthless: S.WATCHED}
    assert before_cutoff == 0
    assert set(Activity.objects.filter(activity_type__in=("OPEXC", "OPEXP")).values_list("activity_type", "date")) == {
        ("OPEXC", datetime.fromisoformat(day).date()),
        ("OPEXP", datetime.fromisoformat(day).date()),
    }
    assert held(account, "QS") == 100
    assert find_breaks() == []


def test_without_any_quote_the_day_comes_to_its_end_and_says_what_it_could_not_price(acme, monkeypatch):
    live_until("2024-02-29 10:00")
    quote_qs(LONG_CALL, SHORT_PUT)
    account = make_trader(acme.correspondent, cash="5000", level=2)
    trade(account, LONG_CALL, "buy", "2")
    PinnedQuote.objects.all().delete()
    monkeypatch.setattr("options.services.market.market_source", SilentMarket)

    live_until("2024-03-04 09:30")

    assert expiration_counts(FRIDAY)[S.NOT_PRICED].contracts == 2
    assert held(account, LONG_CALL) == 2
    assert not Activity.objects.filter(activity_type__in=("OPEXC", "OPEXP")).exists()
    assert SandboxClock.objects.get().frozen_at is not None
