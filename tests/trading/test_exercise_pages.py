"""Exercise from a position's page: what it shows, what it asks, and that a form acts once."""

import re
from decimal import Decimal

import pytest
from django.test import Client

from tests.factories import api_user, make_customer
from tests.ledger import everything
from tests.market import held, make_trader, pin, trade
from tests.options.contracts import list_contracts
from trading.models import Instruction
from trading.services.exercise import exercise_position

pytestmark = pytest.mark.django_db
CALL = "QS240301C00006500"


@pytest.fixture
def account(acme, clock_at):
    """An account with three calls in the money, of which the bid pays a little time, and cash for two."""
    clock_at("2024-02-27 10:00")
    list_contracts(CALL)
    pin("QS", "6.80", "6.80", last="6.80")
    pin(CALL, "0.30", "0.32")
    account = make_trader(acme.correspondent, cash="1500", level=2)
    trade(account, CALL, "buy", "3")
    pin(CALL, "0.35", "0.40")
    return account


def path(account):
    return f"/accounts/{account.pk}/positions/{CALL}/exercise"


@pytest.fixture
def desk(ops):
    client = Client()
    client.force_login(ops)
    return client


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_page_says_what_will_move_and_what_is_thrown_away(account, desk):
    said = text_of(desk.get(path(account) + "?qty=2"))

    assert "2 contracts for 200 QS , bought at 6.50" in said or "2 contracts for 200 QS, bought at 6.50" in said
    assert "Selling brings $10.00 more. The bid pays $70.00, exercising is worth $60.00" in said
    assert "Cash now $1,404.00 Cash after $104.00" in said
    assert "Buying power after $104.00" in said
    assert "settles Feb 29, 2024" in said


def test_a_fragment_is_its_part_of_the_page(account, desk):
    key = r'name="one_time_key" value="[^"]+"'
    whole = re.sub(key, "", desk.get(path(account) + "?qty=1").content.decode())
    part = re.sub(key, "", desk.get(path(account) + "?qty=1", headers={"HX-Request": "true"}).content.decode())

    def without_token(text):
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)

    assert without_token(part).strip() in without_token(whole)


def test_exercising_leads_to_the_activities_and_happens_once(account, desk):
    form = {"qty": "2", "one_time_key": "0b6ad0c4-3d5c-4cf0-9d5f-6ad0c43d5c4c"}

    first, again = desk.post(path(account), form), desk.post(path(account), form)

    assert first.status_code == again.status_code == 302
    assert first["Location"] == f"/accounts/{account.pk}/activities"
    assert (held(account, "QS"), held(account, CALL), Instruction.objects.count()) == (200, 1, 1)
    assert "Exercised 2 contracts of QS Mar 01 2024 6.5 Call; 1 left." in text_of(desk.get(first["Location"]))


@pytest.mark.parametrize(
    ("qty", "said"),
    [
        ("", "Insufficient cash available (required: 1,950, available: 1,404). Deposit $546.00 more"),
        ("4", "Insufficient quantity available (requested: 4, available: 3). Ask for 3 or less."),
        ("0", "The quantity must be more than 0."),
        ("1.5", "The quantity must be whole contracts."),
        ("some", "Contracts to exercise must be a number"),
    ],
)
def test_what_cannot_be_is_said_before_it_is_asked(account, desk, qty, said):
    answer = desk.get(path(account), {"qty": qty})

    assert said in text_of(answer)
    assert "exercise-it" not in answer.content.decode()


def test_out_of_the_money_it_is_confirmed_first(account, desk):
    pin("QS", "6.40", "6.40", last="6.40")
    before = held(account, CALL), Instruction.objects.count()

    refused = desk.post(path(account), {"qty": "1"})

    assert refused.status_code == 422
    assert "It is out of the money: it has to be confirmed." in text_of(refused)
    assert 'name="qty" value="1"' in refused.content.decode()
    assert "exercising is $10.00 worse" in text_of(refused)
    assert (held(account, CALL), Instruction.objects.count()) == before
    assert desk.post(path(account), {"qty": "1", "confirmed": "on"}).status_code == 302
    assert held(account, "QS") == 100


def test_after_the_close_it_says_when_to_ask_again(account, desk, clock_at):
    clock_at("2024-02-27 16:00")

    assert "The market is closed. Ask again while the market is open." in text_of(desk.get(path(account)))


def test_positions_and_holders_lead_to_it_where_the_role_allows(account, desk, reader):
    url = path(account)
    client = Client()
    client.force_login(reader)

    for one in (f"/accounts/{account.pk}/positions", f"/positions/{CALL}"):
        assert url in desk.get(one).content.decode()
        assert url not in client.get(one).content.decode()


def test_nobody_else_exercises(account, reader, globex):
    before = everything()
    neighbor, low, customer = Client(), Client(), Client()
    neighbor.force_login(globex.ops)
    low.force_login(reader)
    customer.force_login(make_customer(account.correspondent))

    assert neighbor.post(path(account), {"qty": "1"}).status_code == 404
    assert low.post(path(account), {"qty": "1"}).status_code == 403
    assert customer.post(path(account), {"qty": "1"}).status_code in (403, 404)
    assert Client().get(path(account))["Location"].startswith("/sign-in")
    assert everything() == before


def test_what_is_exercised_by_the_api_is_gone_from_the_page(account, desk):
    exercise_position(
        actor=api_user(account.correspondent), account_id=account.pk, symbol_or_id=CALL, quantity=Decimal(2)
    )

    assert "Can be exercised 1" in text_of(desk.get(path(account)))
