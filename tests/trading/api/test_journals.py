"""Journals and activities over HTTP."""

import pytest
from alpaca.broker.models.journals import BatchJournalResponse
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
        ({"amount": "\u0661\u0660"}, "amount"),
        ({"amount": "1_000"}, "amount"),
        ({"currency": "EUR"}, "currency"),
        ({"entry_type": "JNLS"}, "symbol"),
        ({"entry_type": "JNLS", "amount": None, "symbol": "AAPL", "qty": "0"}, "qty"),
        ({"entry_type": "JNLS", "amount": None, "symbol": "AAPL", "qty": "1e-10"}, "qty"),
    ],
)
def test_bad_input_is_named_and_moves_nothing(acme, account, acme_api, changes, field):
    before = everything()

    answer = acme_api.post("/v1/journals", journal_body(acme, account, **changes))

    assert (answer.status_code, answer.json()["code"]) == (400, 40010001)
    assert field in answer.json()["errors"]
    assert everything() == before


def test_a_journal_from_customer_to_customer_is_refused_and_moves_nothing(acme, account, acme_api):
    deposit(account, "500")
    other = make_account(acme.correspondent)
    ends = {"from_account": str(account.pk), "to_account": str(other.pk)}
    before = everything()

    answer = acme_api.post("/v1/journals", journal_body(acme, account, **ends))

    assert (answer.status_code, answer.json()["code"]) == (400, 40010001)
    assert answer.json()["message"] == "JNLC journals go between the firm and a customer"
    assert everything() == before


def test_a_journal_over_the_limit_waits_and_moves_no_cash(acme, account, acme_api):
    type(acme.correspondent).objects.filter(pk=acme.correspondent.pk).update(journal_limit_amount=100)
    before = everything()

    answer = acme_api.post("/v1/journals", journal_body(acme, account))

    assert (answer.status_code, answer.json()["status"]) == (200, "pending")
    assert {book for book, rows in everything().items() if rows != before[book]} == {"Journal", "Event"}


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
        ({"activity_types": "TRD,DIVNRA,OPCA"}, ["FILL", "FILL"]),
        ({"activity_types": "TRANS,SWP"}, []),
        ({"activity_types": "MISC"}, ["JNLS", "JNLC"]),
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


# --- Batches -------------------------------------------------------------------------------------


def batch_body(acme, *entries, **changes):
    return {"entry_type": "JNLC", "from_account": str(acme.firm_account.pk), "entries": list(entries)} | changes


def test_a_batch_answers_its_journals_in_order(acme, account, acme_api):
    other = make_account(acme.correspondent)
    entries = [{"to_account": str(one.pk), "amount": amount} for one, amount in ((account, 10.5), (other, "2"))]

    answer = acme_api.post("/v1/journals/batch", batch_body(acme, *entries))

    assert answer.status_code == 200
    assert [(one["to_account"], one["net_amount"], one["error_message"]) for one in answer.json()] == [
        (str(account.pk), "10.5", ""),
        (str(other.pk), "2", ""),
    ]
    assert all(BatchJournalResponse(**one).status.value == "executed" for one in answer.json())


def test_a_reverse_batch_collects_into_one_account(acme, account, acme_api):
    acme_api.post("/v1/journals", journal_body(acme, account))
    body = {
        "entry_type": "JNLC",
        "to_account": str(acme.firm_account.pk),
        "entries": [{"from_account": str(account.pk), "amount": "100", "description": "back"}],
    }

    answer = acme_api.post("/v1/journals/reverse_batch", body)

    assert [(one["from_account"], one["description"]) for one in answer.json()] == [(str(account.pk), "back")]


@pytest.mark.parametrize(
    ("entry", "changes", "field"),
    [
        ({"amount": "0"}, {}, "entries.1.amount"),
        ({"amount": None}, {}, "entries.1.amount"),
        ({"to_account": "nobody"}, {}, "entries.1.to_account"),
        ({"transmitter_name": "x" * 256}, {}, "entries.1.transmitter_name"),
        ({}, {"entry_type": "JNLS"}, "entry_type"),
        ({}, {"entries": []}, "entries"),
        ({}, {"from_account": None}, "from_account"),
    ],
)
def test_a_bad_line_of_a_batch_is_named_and_nothing_is_booked(acme, account, acme_api, entry, changes, field):
    good = {"to_account": str(account.pk), "amount": "1"}
    before = everything()

    answer = acme_api.post("/v1/journals/batch", batch_body(acme, good, good | entry, **changes))

    assert (answer.status_code, answer.json()["code"]) == (400, 40010001)
    assert list(answer.json()["errors"]) == [field]
    assert everything() == before


def test_a_batch_whose_sum_is_not_there_is_refused_whole(acme, account, acme_api):
    before = everything()
    entry = {"to_account": str(account.pk), "amount": "60000"}

    answer = acme_api.post("/v1/journals/batch", batch_body(acme, entry, entry))

    assert (answer.status_code, answer.json()["requested"], answer.json()["available"]) == (403, "120000", "100000")
    assert everything() == before


@pytest.mark.parametrize("path", ["/v1/journals", "/v1/journals/batch"])
def test_a_repeated_key_answers_the_same_and_another_body_is_refused(acme, account, acme_api, path):
    entry = {"to_account": str(account.pk), "amount": "1"}
    body = journal_body(acme, account) if path == "/v1/journals" else batch_body(acme, entry)
    other = journal_body(acme, account, amount="2") if path == "/v1/journals" else batch_body(acme, entry, entry)
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    first = acme_api.post(path, body, **key).json()
    before = everything()

    assert acme_api.post(path, body, **key).json() == first
    answer = acme_api.post(path, other, **key)

    assert (answer.status_code, answer.json()["code"]) == (422, 42210000)
    assert acme_api.post(path, body, HTTP_IDEMPOTENCY_KEY="k" * 129).status_code == 400
    assert everything() == before


def test_a_repeated_batch_may_write_its_amounts_in_another_way(acme, account, acme_api):
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    first = acme_api.post("/v1/journals/batch", batch_body(acme, {"to_account": str(account.pk), "amount": 5}), **key)
    before = everything()

    again = acme_api.post(
        "/v1/journals/batch", batch_body(acme, {"to_account": str(account.pk), "amount": "5.00"}), **key
    )

    assert again.json() == first.json()
    assert everything() == before


def test_between_two_customers_nothing_is_journaled(acme, account, acme_api):
    other = make_account(acme.correspondent)
    before = everything()

    answer = acme_api.post("/v1/journals", journal_body(acme, account, from_account=str(other.pk)))

    assert (answer.status_code, answer.json()["code"]) == (400, 40010001)
    assert answer.json()["message"] == "JNLC journals go between the firm and a customer"
    assert everything() == before


def test_a_list_reaches_to_the_last_day_of_the_calendar(acme, account, acme_api):
    made = acme_api.post("/v1/journals", journal_body(acme, account)).json()

    found = acme_api.get("/v1/journals", {"after": "0001-01-01", "before": "9999-12-31"}).json()

    assert [one["id"] for one in found] == [made["id"]]


@pytest.mark.parametrize("query", [{"status": "lost"}, {"limit": "0"}, {"after": "someday"}, {"to_account": "mine"}])
def test_a_list_that_cannot_be_asked_for_is_malformed(acme_api, query):
    answer = acme_api.get("/v1/journals", query)

    assert (answer.status_code, answer.json()["code"]) == (400, 40010001)
    assert list(answer.json()["errors"]) == list(query)


def test_a_transmitter_is_kept_and_shown(acme, account, acme_api):
    transmitter = {"transmitter_name": "Acme Bank", "transmitter_timestamp": "2024-01-24T15:00:00Z"}

    answer = acme_api.post("/v1/journals", journal_body(acme, account, **transmitter))

    shown = acme_api.get(f"/v1/journals/{answer.json()['id']}").json()
    assert shown["transmitter_name"] == "Acme Bank"
    assert shown["transmitter_timestamp"].startswith("2024-01-24T15:00:00")
    assert shown["transmitter_address"] is None


def test_only_a_pending_journal_is_canceled(acme, account, acme_api):
    type(acme.correspondent).objects.filter(pk=acme.correspondent.pk).update(journal_limit_amount=50)
    waits = acme_api.post("/v1/journals", journal_body(acme, account)).json()

    assert acme_api.delete(f"/v1/journals/{waits['id']}").status_code == 204
    assert acme_api.delete(f"/v1/journals/{waits['id']}").status_code == 422
    assert acme_api.delete(f"/v1/journals/{nowhere()}").status_code == 404
    assert acme_api.get(f"/v1/journals/{waits['id']}").json()["status"] == "canceled"
