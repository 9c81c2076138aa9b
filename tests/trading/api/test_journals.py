"""Journals and activities over HTTP."""

import pytest
from alpaca.broker.models.journals import Journal as WireJournal
from alpaca.trading.models import NonTradeActivity, TradeActivity

from tests.factories import make_account, nowhere
from tests.ledger import deposit, everything
from tests.market import LONG_CALL, make_trader, trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(acme, overview_market):
    """A customer whose firm has cash."""
    deposit(acme.firm_account, "100000")
    return make_account(acme.correspondent)


def journal_body(acme, account, **changes):
    return {
        "entry_type": "JNLC",
        "from_account": str(acme.firm_account.pk),
        "to_account": str(account.pk),
        "amount": "100.50",
    } | changes


def test_a_cash_journal_answers_what_moved(acme, account, acme_api):
    answer = acme_api.post("/v1/journals", journal_body(acme, account))

    assert answer.status_code == 200
    assert WireJournal(**answer.json()).status.value == "executed"
    assert answer.json()["net_amount"] == "100.5"
    assert acme_api.get(f"/v1/journals/{answer.json()['id']}").json() == answer.json()
    assert [row["id"] for row in acme_api.get("/v1/journals").json()] == [answer.json()["id"]]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"after": "2024-01-24"}, 1),
        ({"before": "2024-01-23"}, 0),
        ({"status": "pending"}, 0),
        ({"entry_type": "JNLC"}, 1),
    ],
)
def test_journals_are_filtered(acme, account, acme_api, query, count):
    acme_api.post("/v1/journals", journal_body(acme, account))

    assert len(acme_api.get("/v1/journals", query).json()) == count
    assert len(acme_api.get("/v1/journals", {"to_account": str(account.pk), "limit": 1}).json()) == 1
    assert acme_api.get("/v1/journals", {"from_account": str(account.pk)}).json() == []


def test_a_share_journal_takes_numbers_as_the_client_sends_them(acme, account, acme_api):
    asked = {"entry_type": "JNLS", "from_account": str(acme.firm_account.pk), "to_account": str(account.pk)}

    answer = acme_api.post("/v1/journals", asked | {"symbol": "AAPL", "qty": 100.0})

    assert WireJournal(**answer.json()).qty == 100
    assert (answer.json()["symbol"], answer.json()["qty"], answer.json()["price"]) == ("AAPL", "100", "190")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"entry_type": "JNLX"}, "entry_type"),
        ({"from_account": "firm"}, "from_account"),
        ({"to_account": None}, "to_account"),
        ({"amount": None}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "0.001"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"amount": "lots"}, "amount"),
        ({"symbol": "AAPL"}, "symbol"),
        ({"qty": "1"}, "qty"),
        ({"currency": "EUR"}, "currency"),
        ({"entry_type": "JNLS"}, "symbol"),
        ({"entry_type": "JNLS", "amount": None, "symbol": "AAPL", "qty": "0"}, "qty"),
        ({"entry_type": "JNLS", "amount": None, "symbol": "AAPL", "qty": "1e-10"}, "qty"),
    ],
)
def test_bad_input_is_named_and_moves_nothing(acme, account, acme_api, changes, field):
    before = everything()

    answer = acme_api.post("/v1/journals", journal_body(acme, account, **changes))

    assert (answer.status_code, answer.json()["code"]) == (422, 40010001)
    assert field in answer.json()["errors"]
    assert everything() == before


def test_another_correspondents_accounts_and_journals_do_not_exist(acme, globex_api, account, acme_api):
    made = acme_api.post("/v1/journals", journal_body(acme, account)).json()

    answer = globex_api.post("/v1/journals", journal_body(acme, account))
    assert (answer.status_code, answer.json()["code"]) == (404, 40410000)
    assert globex_api.get(f"/v1/journals/{made['id']}").status_code == 404
    assert globex_api.get("/v1/journals").json() == []


# --- Activities ----------------------------------------------------------------------------------


@pytest.fixture
def busy(acme, overview_market):
    """An account with a cash journal, a share journal and two fills."""
    account = make_trader(acme.correspondent, cash="5000", shares={"AAPL": 100})
    trade(account, LONG_CALL, "buy", "2")
    trade(account, LONG_CALL, "sell", "1")
    return account


def listed(api, account, path="/v1/accounts/activities", **query):
    answer = api.get(path, {"account_id": str(account.pk)} | query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_activities_are_what_the_client_library_expects(busy, acme_api):
    rows = listed(acme_api, busy)

    assert [row["activity_type"] for row in rows] == ["FILL", "FILL", "JNLS", "JNLC"]
    fill = TradeActivity(**rows[1])
    assert (fill.symbol, fill.qty, fill.price, fill.leaves_qty, fill.cum_qty) == (LONG_CALL, 2, 5.38, 0, 2)
    assert (rows[1]["type"], rows[1]["order_status"], rows[1]["side"]) == ("fill", "filled", "buy")
    journal = NonTradeActivity(**rows[3])
    assert (journal.net_amount, journal.description, rows[3]["status"]) == (5000, "", "executed")
    assert "symbol" not in rows[3]
    assert (rows[2]["symbol"], rows[2]["qty"]) == ("AAPL", "100")


def test_ids_are_new_york_time_and_their_order_is_the_order_of_time(busy, acme_api):
    ids = [row["id"] for row in listed(acme_api, busy)]

    assert ids == sorted(ids, reverse=True)
    assert [one.split("::")[0] for one in ids] == ["20240124100000000"] * 2 + ["20240124000000000"] * 2
    assert [row["id"] for row in listed(acme_api, busy, direction="asc")] == ids[::-1]


def test_pages_follow_the_last_id_until_none_is_left(busy, acme_api):
    found, token = [], ""
    while page := listed(acme_api, busy, page_size=3, **({"page_token": token} if token else {})):
        found += page
        token = page[-1]["id"]

    assert found == listed(acme_api, busy)


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ({"activity_types": "JNLC,JNLS"}, ["JNLS", "JNLC"]),
        ({"category": "trade_activity"}, ["FILL", "FILL"]),
        ({"category": "non_trade_activity"}, ["JNLS", "JNLC"]),
        ({"date": "2024-01-24"}, ["FILL", "FILL", "JNLS", "JNLC"]),
        ({"date": "2024-01-24T00:00:00+00:00"}, ["FILL", "FILL", "JNLS", "JNLC"]),
        ({"date": "2024-01-25"}, []),
        ({"after": "2024-01-24"}, ["FILL", "FILL", "JNLS", "JNLC"]),
        ({"until": "2024-01-24T15:00:00Z"}, []),
    ],
)
def test_activities_are_filtered(busy, acme_api, query, types):
    assert [row["activity_type"] for row in listed(acme_api, busy, **query)] == types


def test_one_type_has_a_path_of_its_own(busy, acme_api):
    assert len(listed(acme_api, busy, "/v1/accounts/activities/FILL")) == 2


def test_activities_of_one_order(busy, acme_api):
    order_id = listed(acme_api, busy)[0]["order_id"]

    assert [row["order_id"] for row in listed(acme_api, busy, order_id=order_id)] == [order_id]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"activity_types": "FILLS"}, "invalid activity type: FILLS"),
        ({"activity_types": "FILL", "category": "trade_activity"}, "category: cannot be combined with activity_types"),
        ({"page_size": "101"}, None),
        ({"page_size": "0"}, None),
        ({"page_token": "nonsense"}, None),
        ({"date": "someday"}, None),
        ({"date": "2024-01-24", "after": "2024-01-24"}, "date: cannot be combined with after or until"),
        ({"account_id": "mine"}, None),
    ],
)
def test_a_bad_query_is_refused(busy, acme_api, query, message):
    answer = acme_api.get("/v1/accounts/activities", query)

    assert (answer.status_code, answer.json()["code"]) == (422, 40010001)
    assert message in (None, answer.json()["message"])


def test_without_an_account_a_key_sees_all_of_its_correspondents_and_nothing_else(busy, acme_api, globex_api):
    assert {row["account_id"] for row in acme_api.get("/v1/accounts/activities").json()} > {str(busy.pk)}
    assert globex_api.get("/v1/accounts/activities").json() == []
    assert listed(globex_api, busy) == []
    assert acme_api.get("/v1/accounts/activities", {"account_id": str(nowhere())}).json() == []
