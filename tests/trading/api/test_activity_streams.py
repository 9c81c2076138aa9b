"""What a correspondent hears of its accounts' activities (contract/trading.md 5.7, 7.2)."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from accounts.api.feeds import stream_of
from brokerage.models import Event
from tests.market import LONG_CALL, make_trader, trade
from trading.api.activity_streams import EVERY_ACTIVITY, NON_TRADES, activity_json, non_trade_json
from trading.models import Activity

pytestmark = pytest.mark.django_db
ULID = "01HMX0000000000000000000FF"


@pytest.fixture
def account(acme, overview_market):
    """An account of level 2 that was given cash and shares, and bought two calls."""
    account = make_trader(acme.correspondent, cash="50000", level=2, shares={"AAPL": 200})
    trade(account, LONG_CALL, "buy", "2")
    return account


def heard(feed, actor, account_id=None, **narrowed):
    """Answer the events of a stream, by its live test, which its query must agree with."""
    stream = stream_of(feed, actor, account_id, narrowed)
    wanted = [event for event in Event.objects.order_by("id") if stream.wanted(event)]
    assert wanted == list(Event.objects.filter(**stream.filters).order_by("id"))
    for place, event in enumerate(wanted, 7):
        event.event_id, event.ulid = place, ULID
    return wanted


def test_cash_that_came_in_is_told_with_numbers_and_under_the_rows_own_id(account, acme):
    row = Activity.objects.get(account=account, activity_type="JNLC")

    [told] = [
        one
        for one in (non_trade_json(event, acme.api_user) for event in heard(NON_TRADES, acme.api_user, account.pk))
        if one["entry_type"] == "JNLC"
    ]

    assert (told["net_amount"], type(told["net_amount"]), told["qty"], told["price"]) == (50000, int, 0, "0")
    assert UUID(told["id"]) == UUID(row.pk.rpartition("::")[2])
    assert (told["account_id"], told["event_id"], told["event_ulid"]) == (str(account.pk), 7, ULID)
    assert (told["status"], told["symbol"], told["group_id"]) == ("executed", "", "")
    assert told["settle_date"] >= told["system_date"]
    assert {"at", "description", "entry_sub_type"} <= told.keys()


def test_every_row_that_is_no_trade_is_told_once_and_a_trade_only_by_the_newer_form(account, acme):
    rows = Activity.objects.filter(account=account).exclude(activity_type="FILL")

    assert sorted(event.subject_id for event in heard(NON_TRADES, acme.api_user, account.pk)) == sorted(
        rows.values_list("pk", flat=True)
    )
    every = [activity_json(event, acme.api_user) for event in heard(EVERY_ACTIVITY, acme.api_user, account.pk)]
    [bought] = [one for one in every if one["activity_type"] == "TRD"]
    assert len(every) == rows.count() + 1
    assert (bought["qty"], bought["price"], Decimal(bought["net_amount"])) == ("2", "5.38", Decimal("-1076"))
    assert (bought["status"], bought["event_id"], bought["currency"]) == ("executed", ULID, "USD")
    assert bought["details"]["symbol"] == bought["details"]["contract_symbol"] == LONG_CALL


def test_a_neighbor_hears_nothing_and_a_group_can_be_asked_for(account, acme, globex):
    assert heard(NON_TRADES, globex.api_user, account.pk) == []
    assert heard(NON_TRADES, acme.api_user, group_id=str(uuid4())) == []


def test_one_event_is_read_by_its_id_in_its_own_account_only(account, acme_api, globex_api):
    event = Event.objects.filter(type="activity.executed", account_id=account.pk).first()
    Event.objects.filter(pk=event.pk).update(event_id=10**9, ulid=ULID)
    path = f"/v2beta1/accounts/{account.pk}/events/activities"

    found = acme_api.get(f"{path}/{ULID}")

    assert (found.status_code, found.json()["event_id"]) == (200, ULID)
    assert found.json()["account_id"] == str(account.pk)
    for api, wanted in ((acme_api, f"{path}/{ULID[:-1]}0"), (globex_api, f"{path}/{ULID}")):
        refused = api.get(wanted)
        assert (refused.status_code, refused.json()["code"]) == (404, 40410000)


@pytest.mark.parametrize("query", ["group_id=none", "since_id=x", "until=2024-01-01", "id=nobody"])
def test_a_parameter_that_cannot_be_read_is_named(acme_api, query):
    refused = acme_api.get(f"/v1/events/nta?{query}")

    assert refused.status_code == 422
    assert query.partition("=")[0] in str(refused.json())
