"""Banks and transfers over REST: shapes, codes, published sentences, and whose they are."""

from decimal import Decimal

import pytest

from brokerage.money import plain
from tests.factories import make_account, nowhere
from tests.ledger import deposit
from tests.market import PUT, make_trader, trade
from tests.trading.funding import NUMBER, ROUTING, all_of_it, later, linked_ach, linked_bank
from trading.models import AchRelationship, Bank
from trading.services.funding_steps import read_cash

ACH = {
    "account_owner_name": "John Doe",
    "bank_account_type": "CHECKING",
    "bank_account_number": NUMBER,
    "bank_routing_number": ROUTING,
    "nickname": "everyday",
}
BANK = {"name": "Bank of Example", "bank_code": ROUTING, "bank_code_type": "ABA", "account_number": "000123456789"}


@pytest.fixture
def account(acme, clock_at):
    clock_at("2024-01-24 10:00")
    made = make_account(acme.correspondent)
    deposit(made, "1000")
    return made


@pytest.fixture
def path(account):
    return f"/v1/accounts/{account.pk}"


def refused(client, path, body, *, method="post"):
    """Answer status and body of a refusal that wrote nothing."""
    before = all_of_it()
    answer = getattr(client, method)(path, body)
    assert all_of_it() == before
    return answer.status_code, answer.json()


def test_an_ach_relationship_from_its_making_to_its_end(acme_api, account, path):
    made = acme_api.post(f"{path}/ach_relationships", ACH).json()

    assert {name: made[name] for name in ("account_id", "status", *ACH)} == {
        **ACH,
        "account_id": str(account.pk),
        "status": "QUEUED",
        "bank_account_number": "****1abc",
    }
    status, said = refused(acme_api, f"{path}/ach_relationships", ACH)
    assert (status, said["code"]) == (409, 40910000)
    later(60)
    assert [one["status"] for one in acme_api.get(f"{path}/ach_relationships").json()] == ["APPROVED"]
    assert acme_api.delete(f"{path}/ach_relationships/{made['id']}").status_code == 204
    assert acme_api.get(f"{path}/ach_relationships").json() == []
    later(60)
    listed = acme_api.get(f"{path}/ach_relationships?statuses=CANCELED,APPROVED").json()
    assert [one["id"] for one in listed] == [made["id"]]
    assert acme_api.post(f"{path}/ach_relationships", ACH).status_code == 200


def test_a_processor_token_stands_alone(acme_api, account, path, settings):
    made = acme_api.post(f"{path}/ach_relationships", {"processor_token": "processor-sandbox-1"}).json()

    assert (made["account_owner_name"], made["bank_account_type"], made["bank_account_number"]) == (
        account.name,
        "",
        "",
    )
    AchRelationship.objects.all().delete()
    settings.STRIKEBOOK_MODE = "production"
    status, said = refused(acme_api, f"{path}/ach_relationships", {"processor_token": "processor-1"})
    assert (status, said["message"]) == (422, "processor_token cannot be resolved: no processor is connected")


def test_the_number_is_nowhere_in_clear(acme_api, path):
    acme_api.post(f"{path}/ach_relationships", ACH)
    acme_api.post(f"{path}/recipient_banks", BANK)

    for model, number in ((AchRelationship, NUMBER), (Bank, BANK["account_number"])):
        row = model.objects.values().get()
        assert not any(number in str(value) or number.encode() in bytes(str(value), "utf8") for value in row.values())
    assert not any(NUMBER in str(rows) for rows in all_of_it()["Event"])


def test_wrong_bank_details_are_named(acme_api, path):
    wrong = ACH | {"bank_routing_number": "121000359", "bank_account_type": "GOLD"}

    status, said = refused(acme_api, f"{path}/ach_relationships", wrong)

    assert (status, said["code"]) == (400, 40010001)
    assert said["errors"] == {
        "bank_account_type": ["must be CHECKING or SAVINGS"],
        "bank_routing_number": ["is not a routing number: its check digit is wrong"],
    }


@pytest.mark.parametrize(
    ("where", "wrong", "code"),
    [
        ("ach_relationships", ACH | {"bank_routing_number": 121000358}, 40010001),
        ("ach_relationships", ACH | {"instant": "soon"}, 40010001),
        ("ach_relationships", [ACH], 40010000),
        ("recipient_banks", BANK | {"name": {"first": "Bank"}}, 40010001),
        ("recipient_banks", BANK | {"extra_fields": []}, 40010000),
    ],
)
def test_bank_details_of_another_type_are_a_400_and_link_nothing(acme_api, path, where, wrong, code):
    status, said = refused(acme_api, f"{path}/{where}", wrong)

    assert (status, said["code"]) == (400, code)
    assert acme_api.get(f"{path}/{where}").json() == []


def test_no_extra_fields_may_be_null(acme_api, path):
    assert acme_api.post(f"{path}/recipient_banks", BANK | {"extra_fields": None}).json()["extra_fields"] == {}


def test_a_bank_from_its_making_to_its_end(acme_api, path):
    made = acme_api.post(f"{path}/recipient_banks", BANK).json()

    assert (made["status"], made["account_number"], made["street_address"]) == ("QUEUED", "****6789", "")
    assert refused(acme_api, f"{path}/recipient_banks", BANK)[0] == 409
    assert len(acme_api.get(f"{path}/recipient_banks?bank_name=bank of example").json()) == 1
    assert acme_api.get(f"{path}/recipient_banks?bank_name=other").json() == []
    assert acme_api.get(f"{path}/recipient_banks?status=SOME").status_code == 400
    assert acme_api.delete(f"{path}/recipient_banks/{made['id']}").status_code == 204
    assert acme_api.get(f"{path}/recipient_banks").json() == []
    assert [one["status"] for one in acme_api.get(f"{path}/recipient_banks?status=INACTIVE").json()] == ["CANCELED"]
    assert acme_api.post(f"{path}/recipient_banks", BANK).status_code == 200


def test_a_bank_in_use_is_not_let_go(acme_api, account, path):
    bank = linked_bank(account)
    acme_api.post(f"{path}/transfers", wire(bank))

    status, said = refused(acme_api, f"{path}/recipient_banks/{bank.pk}", "", method="delete")

    assert (status, said["code"]) == (400, 40010000)
    assert said["message"] == "transfers over it are under way (1): cancel them or wait for their end"


def wire(bank, **changes):
    body = {
        "transfer_type": "wire",
        "direction": "OUTGOING",
        "timing": "immediate",
        "amount": "100",
        "bank_id": str(bank.pk),
    }
    return body | changes


def ach(relationship, **changes):
    body = {"transfer_type": "ach", "direction": "INCOMING", "timing": "immediate", "amount": "100"}
    return body | {"relationship_id": str(relationship.pk)} | changes


def test_a_transfer_as_the_wire_shows_it(acme_api, account, path):
    bank = linked_bank(account)

    made = acme_api.post(
        f"{path}/transfers", wire(bank, fee_payment_method="user", additional_information="rent")
    ).json()

    assert made.pop("id")
    assert made == {
        "account_id": str(account.pk),
        "type": "wire",
        "status": "QUEUED",
        "direction": "OUTGOING",
        "amount": "75",
        "requested_amount": "100",
        "fee": "25",
        "fee_payment_method": "user",
        "currency": "USD",
        "relationship_id": None,
        "bank_id": str(bank.pk),
        "additional_information": "rent",
        "reason": None,
        "hold_until": None,
        "instant_amount": "0",
        "created_at": "2024-01-24T15:00:00Z",
        "updated_at": "2024-01-24T15:00:00Z",
        "expires_at": "2024-01-31T15:00:00Z",
    }


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        ("wire", {"direction": "INCOMING"}, "cannot submit incoming wire transfer using this API"),
        ("ach", {"relationship_id": str(nowhere())}, "invalid relationship_id"),
        ("ach", {"relationship_id": ""}, "invalid relationship_id"),
        ("wire", {"bank_id": None}, "bank_id required for wire transfer"),
        ("ach", {"bank_id": str(nowhere())}, "bank_id should be empty for ach transfer"),
        ("wire", {"relationship_id": str(nowhere())}, "relationship_id should be empty for wire transfer"),
        (
            "ach",
            {"additional_information": "rent"},
            "only wire transfer type can provide additional information for the transfer",
        ),
        ("ach", {"amount": "0"}, "amount must be greater than 0.00"),
        ("ach", {"amount": "-5"}, "amount must be greater than 0.00"),
        ("ach", {"transfer_type": "check"}, "transfer_type must be either ach or wire"),
        ("ach", {"direction": "sideways"}, "direction must be either incoming or outgoing"),
    ],
)
def test_the_published_sentences(acme_api, account, path, kind, changes, sentence):
    body = wire(linked_bank(account), **changes) if kind == "wire" else ach(linked_ach(account), **changes)

    status, said = refused(acme_api, f"{path}/transfers", body)

    assert (status, said["code"], said["message"]) == (422, 40010001, sentence)


def test_pledged_cash_is_not_transferred_out(acme, acme_api, overview_market):
    trader = make_trader(acme.correspondent, cash="25000")
    trade(trader, PUT, "sell")
    bank = linked_bank(trader)
    free = read_cash(trader.pk).free
    body = {"transfer_type": "wire", "direction": "OUTGOING", "bank_id": str(bank.pk)}

    status, said = refused(acme_api, f"/v1/accounts/{trader.pk}/transfers", body | {"amount": str(free + 1)})

    assert (status, said["code"], said["requested"], said["available"]) == (403, 40310000, plain(free + 1), plain(free))


def test_the_list_is_walked_by_offset_until_it_is_empty(acme_api, account, path):
    bank = linked_bank(account)
    made = [acme_api.post(f"{path}/transfers", wire(bank, amount=amount)).json()["id"] for amount in ("1", "2", "3")]
    acme_api.post(f"{path}/transfers", ach(linked_ach(account)))

    pages = [acme_api.get(f"{path}/transfers?direction=OUTGOING&limit=2&offset={at}").json() for at in (0, 2, 3)]

    assert [[one["id"] for one in page] for page in pages] == [[made[2], made[1]], [made[0]], []]
    assert acme_api.get(f"{path}/transfers?limit=0").status_code == 422


def test_a_transfer_is_cancelled_once_it_exists(acme_api, account, path):
    made = acme_api.post(f"{path}/transfers", wire(linked_bank(account))).json()

    assert acme_api.delete(f"{path}/transfers/{made['id']}").status_code == 204
    assert refused(acme_api, f"{path}/transfers/{nowhere()}", "", method="delete")[0] == 404
    assert acme_api.get(f"{path}/transfers").json()[0]["status"] == "CANCELED"


def test_the_neighbor_finds_nothing(globex_api, account, path):
    relationship, bank = linked_ach(account), linked_bank(account)

    for method, below, body in (
        ("get", "ach_relationships", ""),
        ("post", "ach_relationships", ACH),
        ("delete", f"ach_relationships/{relationship.pk}", ""),
        ("get", "recipient_banks", ""),
        ("post", "recipient_banks", BANK),
        ("delete", f"recipient_banks/{bank.pk}", ""),
        ("get", "transfers", ""),
        ("post", "transfers", wire(bank)),
        ("delete", f"transfers/{nowhere()}", ""),
    ):
        status, said = refused(globex_api, f"{path}/{below}", body, method=method)
        assert (status, said["message"]) == (404, "account not found")


def test_an_amount_comes_as_a_number_or_a_string(acme_api, account, path):
    bank = linked_bank(account)

    amounts = [acme_api.post(f"{path}/transfers", wire(bank, amount=one)).json()["amount"] for one in (1.5, "1.50", 2)]

    assert [Decimal(one) for one in amounts] == [Decimal("1.5"), Decimal("1.5"), Decimal(2)]


@pytest.mark.parametrize("amount", ["abc", "NaN", [1], {"a": 1}, True, "1e400"])
def test_what_is_no_amount_is_refused(acme_api, account, path, amount):
    assert refused(acme_api, f"{path}/transfers", wire(linked_bank(account), amount=amount))[0] == 422
