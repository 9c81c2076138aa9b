"""The sandbox's door to the clearing house, and the activities of an assignment as the overview prints them."""

import json

import pytest

from accounts.models import Account
from tests.ledger import everything
from tests.market import held, trade
from tests.trading.assignments import CALL, PUT, make_writer, open_market
from trading.models import Assignment, AssignmentNotice

pytestmark = pytest.mark.django_db
PATH = "/v1/sandbox/assignments"
CALL_ASSIGNMENT = """
{"id": "20240301000000000::001140db-3947-456b-aefc-253861fb65df",
 "account_id": "21c36b57-2304-4e5b-8364-8effbcba853e", "activity_type": "OPASN", "date": "2024-03-01",
 "net_amount": "0", "description": "", "symbol": "QS240301C00004500", "qty": "1", "status": "executed"}
{"id": "20240301000000000::a88c089f-a8c3-4672-9b68-2f6f2d05e914",
 "account_id": "21c36b57-2304-4e5b-8364-8effbcba853e", "activity_type": "OPTRD", "date": "2024-03-01",
 "net_amount": "450", "description": "Option Trade", "symbol": "QS", "qty": "-100", "price": "4.5",
 "status": "executed"}
"""
PUT_ASSIGNMENT = """
{"id": "20240301000000000::fcd92e5c-46e4-4c6e-8866-d56cd7d2bde2",
 "account_id": "21c36b57-2304-4e5b-8364-8effbcba853e", "activity_type": "OPASN", "date": "2024-03-01",
 "net_amount": "0", "description": "", "symbol": "QS240301P00009000", "qty": "1", "status": "executed"}
{"id": "20240301000000000::1e1c2804-ce68-4516-9fa4-62d49b14c334",
 "account_id": "21c36b57-2304-4e5b-8364-8effbcba853e", "activity_type": "OPTRD", "date": "2024-03-01",
 "net_amount": "-900", "description": "Option Trade", "symbol": "QS", "qty": "100", "price": "9",
 "status": "executed"}
"""


@pytest.fixture(autouse=True)
def _market(clock_at):
    clock_at("2024-03-01 10:00")
    open_market()


def printed(text):
    """Answer the samples one after another, each with its members in their order."""
    decoder, found, text = json.JSONDecoder(), [], text.strip()
    while text:
        one, end = decoder.raw_decode(text)
        found.append(one)
        text = text[end:].lstrip()
    return found


@pytest.mark.parametrize(("symbol", "sample"), [(CALL, CALL_ASSIGNMENT), (PUT, PUT_ASSIGNMENT)])
def test_an_assignment_leaves_the_activities_that_the_overview_prints(acme, acme_api, symbol, sample):
    writer = make_writer(acme.correspondent, symbol, 1)

    assert acme_api.post(PATH, {"symbol": symbol, "qty": "1"}).status_code == 200

    query = f"account_id={writer.pk}&activity_types=OPASN,OPTRD&direction=asc"
    shown = acme_api.get(f"/v1/accounts/activities?{query}").json()
    expected = printed(sample)
    for one, printed_one in zip(shown, expected, strict=True):
        assert [name for name in one if name in printed_one] == list(printed_one)
        differing = {"id", "account_id"}
        assert {name: one[name] for name in printed_one if name not in differing} == {
            name: value for name, value in printed_one.items() if name not in differing
        }
        assert (one["account_id"], one["id"][:19]) == (str(writer.pk), printed_one["id"][:19])
    assert shown[0]["group_id"] == shown[1]["group_id"]


def test_a_partner_is_shown_its_own_and_told_how_much_fell_elsewhere(acme, globex, acme_api):
    own, other = make_writer(acme.correspondent, CALL, 1), make_writer(globex.correspondent, CALL, 3)

    answer = acme_api.post(PATH, {"symbol": "QS    240301C00004500", "qty": 4}).json()

    assert [(one["account_id"], one["qty"]) for one in answer["allocations"]] == [(str(own.pk), "1")]
    assert answer["elsewhere"] == {"qty": "3", "accounts": 1}
    assert str(other.pk) not in json.dumps(answer)
    assert (held(own, CALL), held(other, CALL)) == (0, 0)
    assert answer["exercise_date"] == "2024-03-01"


def test_before_the_open_the_notice_is_of_the_day_before(acme, acme_api, clock_at):
    clock_at("2024-02-29 10:00")
    writer = make_writer(acme.correspondent, CALL, 1)
    clock_at("2024-03-01 07:30")

    answer = acme_api.post(PATH, {"symbol": CALL, "qty": "1"}).json()

    assert answer["exercise_date"] == "2024-02-29"
    rows = acme_api.get(f"/v1/accounts/activities/OPASN?account_id={writer.pk}").json()
    assert [row["date"] for row in rows] == ["2024-02-29"]


def test_the_same_reference_again_answers_the_first(acme, acme_api):
    make_writer(acme.correspondent, CALL, 2)
    asked = {"symbol": CALL, "qty": "1", "reference": "N-1"}
    first = acme_api.post(PATH, asked).json()
    before = everything()

    assert acme_api.post(PATH, asked).json() == first
    assert acme_api.post(PATH, asked | {"qty": "2"}).status_code == 409
    assert everything() == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, 40010001),
        ({"symbol": CALL}, 422, 40010001),
        ({"symbol": CALL, "qty": 1.5}, 422, 40010001),
        ({"symbol": CALL, "qty": "1.5"}, 422, 40010001),
        ({"symbol": CALL, "qty": 0}, 422, 40010001),
        ({"symbol": CALL, "qty": "-1"}, 422, 40010001),
        ({"symbol": CALL, "qty": "one"}, 422, 40010001),
        ({"symbol": CALL, "qty": True}, 422, 40010001),
        ({"symbol": CALL, "qty": None}, 422, 40010001),
        ({"symbol": CALL, "qty": "NaN"}, 422, 40010001),
        ({"symbol": CALL, "qty": "1e30"}, 422, 40010001),
        ({"symbol": "", "qty": "1"}, 422, 40010001),
        ({"symbol": ["QS"], "qty": "1"}, 422, 40010001),
        ({"symbol": CALL, "qty": "1", "exercise_date": "soon"}, 422, 40010001),
        ({"symbol": CALL, "qty": "1", "exercise_date": "2024-03-02"}, 422, 42210000),
        ({"symbol": PUT, "qty": "1", "exercise_date": "2024-02-25"}, 422, 40010001),
        ({"symbol": "QS240301C00099000", "qty": "1"}, 422, 42210000),
        ({"symbol": "QS", "qty": "1"}, 422, 42210000),
        ({"symbol": PUT, "qty": "1"}, 422, 42210000),
        ({"symbol": CALL, "qty": "3"}, 422, 42210000),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(acme, acme_api, body, status, code):
    make_writer(acme.correspondent, CALL, 2)
    before = everything()

    answer = acme_api.post(PATH, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert everything() == before
    assert not AssignmentNotice.objects.exists()
    assert not Assignment.objects.exists()


def test_an_expired_series_and_more_than_the_firm_is_short_say_why(acme, acme_api, clock_at):
    writer = make_writer(acme.correspondent, CALL, 2)
    answer = acme_api.post(PATH, {"symbol": CALL, "qty": "3"}).json()
    assert (answer["needed"], answer["found"]) == (3, 2)
    trade(writer, CALL, "buy", "1")
    clock_at("2024-03-04 10:00")

    answer = acme_api.post(PATH, {"symbol": CALL, "qty": "1"}).json()

    assert "expired on 2024-03-01" in answer["message"]
    assert not Account.objects.get(pk=writer.pk).trading_blocked
