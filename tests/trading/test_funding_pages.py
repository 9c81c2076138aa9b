"""The funding pages: what they show, whose they are, and that no form acts twice."""

import re
from decimal import Decimal

import pytest

from accounts.choices import Role
from accounts.models import Account
from tests.factories import make_account, make_customer, make_staff
from tests.ledger import deposit
from tests.trading.funding import (
    NUMBER,
    ROUTING,
    all_of_it,
    cash,
    free_cash,
    later,
    linked_ach,
    linked_bank,
    send,
    wire_out,
)
from trading.api.funding_serializers import AchSerializer, BankSerializer, TransferSerializer
from trading.funding_forms import AchForm, BankForm, WithdrawalForm
from trading.models import AchRelationship, Bank, Transfer

HTMX = {"HX-Request": "true"}
WHY = "the amount was checked with the holder"


@pytest.fixture
def account(acme, clock_at):
    clock_at("2024-01-24 10:00")
    made = make_account(acme.correspondent)
    deposit(made, "1000")
    return made


@pytest.fixture
def desk(client, account, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


@pytest.fixture
def path(account):
    return f"/accounts/{account.pk}/funding"


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def key_in(response):
    return re.search(r'name="one_time_key" value="([0-9a-f-]{36})"', response.content.decode())[1]


def facts(response):
    """Answer the sum as the page writes it."""
    pairs = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", response.content.decode())
    return {label: re.sub(r"<[^>]+>", "", value) for label, value in pairs}


def test_the_page_says_what_may_leave_and_why_not_more(desk, account, path):
    send(account, wire_out(linked_bank(account), "600"))

    shown = facts(desk.get(path))

    assert (shown["Cash"], shown["On its way out"], shown["Withdrawable"]) == ("1,000.00", "−600.00", "$400.00")


def test_numbers_are_masked(desk, account, path):
    link, bank = linked_ach(account), linked_bank(account)

    for page in (path, f"{path}/ach/{link.pk}", f"{path}/banks/{bank.pk}", f"{path}/withdraw"):
        text = desk.get(page).content.decode()
        assert NUMBER not in text
        assert "000123456789" not in text
    assert "····1abc" in words(desk.get(path))


def test_a_fragment_is_its_part_of_the_page(desk, account, path):
    transfer = send(account, wire_out(linked_bank(account), "600"))

    for page in (path, f"{path}/transfers", f"{path}/journals", f"{path}/transfers/{transfer.pk}"):
        strip = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
        fragment = strip.sub("", desk.get(page, headers=HTMX).content.decode())
        assert fragment.strip() in strip.sub("", desk.get(page).content.decode())


def test_linking_by_ach(desk, account, path):
    form = {
        "account_owner_name": "John Doe",
        "bank_account_type": "SAVINGS",
        "bank_routing_number": ROUTING,
        "bank_account_number": NUMBER,
        "nickname": "",
    }
    before = all_of_it()
    wrong = desk.post(f"{path}/link-ach", form | {"bank_routing_number": "121000359"})
    assert wrong.status_code == 422
    assert "its check digit is wrong" in words(wrong)
    assert NUMBER in wrong.content.decode()
    assert all_of_it() == before

    assert desk.post(f"{path}/link-ach", form).status_code == 302
    again = desk.post(f"{path}/link-ach", form)

    assert again.status_code == 422
    assert AchRelationship.objects.get().status == "QUEUED"


def test_linking_a_bank(desk, account, path):
    form = {"name": "Bank of Example", "bank_code_type": "ABA", "bank_code": ROUTING, "account_number": "000123456789"}

    assert desk.post(f"{path}/link-bank", form).status_code == 302

    assert Bank.objects.get().account_number_last_four == "6789"


def test_a_deposit_form_sent_twice_deposits_once(desk, account, path):
    linked_ach(account)
    form = {"amount": "250", "one_time_key": key_in(desk.get(f"{path}/deposit"))}

    assert [desk.post(f"{path}/deposit", form).status_code for _ in range(2)] == [302, 302]

    assert Transfer.objects.get().amount == Decimal(250)


def test_a_withdrawal_is_shown_once_more_before_it_acts_and_acts_once(desk, account, path):
    bank = linked_bank(account)
    form = {
        "over": f"wire:{bank.pk}",
        "amount": "600",
        "fee_payment_method": "user",
        "one_time_key": key_in(desk.get(f"{path}/withdraw")),
    }

    shown = desk.post(f"{path}/withdraw", form)
    assert (shown.status_code, Transfer.objects.count()) == (200, 0)
    assert facts(shown)["Arrives"] == "$575.00"
    for _ in range(2):
        assert desk.post(f"{path}/withdraw", form | {"confirmed": "yes"}).status_code == 302

    assert Transfer.objects.get().hold_amount == Decimal(600)
    assert free_cash(account.pk) == Decimal(400)


def test_a_withdrawal_beyond_the_cash_is_refused_on_its_amount(desk, account, path):
    bank = linked_bank(account)
    form = {
        "over": f"wire:{bank.pk}",
        "amount": "1000.01",
        "fee_payment_method": "invoice",
        "one_time_key": key_in(desk.get(f"{path}/withdraw")),
        "confirmed": "yes",
    }
    before = all_of_it()

    answer = desk.post(f"{path}/withdraw", form)

    assert answer.status_code == 422
    assert "requested: 1000.01, available: 1000" in words(answer)
    assert all_of_it() == before


def test_without_a_bank_there_is_nothing_to_fill_in(desk, account, path):
    for page in ("deposit", "withdraw"):
        assert desk.get(f"{path}/{page}").status_code == 302


def test_a_transfer_is_cancelled_from_its_page(desk, account, path):
    transfer = send(account, wire_out(linked_bank(account), "600"))
    assert "Cancel the transfer" in words(desk.get(f"{path}/transfers/{transfer.pk}"))

    for _ in range(2):
        assert desk.post(f"{path}/transfers/{transfer.pk}/cancel").status_code == 302

    assert free_cash(account.pk) == Decimal(1000)
    assert "Cancel the transfer" not in words(desk.get(f"{path}/transfers/{transfer.pk}"))


def test_the_maker_is_told_that_somebody_else_decides_and_the_checker_decides(desk, acme, account, path, ops):
    Account.objects.filter(pk=account.pk).update(daily_transfer_limit_amount=1)
    transfer = send(account, wire_out(linked_bank(account), "600"), actor=ops)
    page = f"{path}/transfers/{transfer.pk}"
    assert "somebody else decides" in words(desk.get(page))
    refused = desk.post(f"{page}/decide", {"reason": WHY, "decision": "approve"})
    assert refused.status_code == 422
    assert "whoever entered a transfer cannot decide on it" in words(refused)

    desk.force_login(make_staff(Role.OPERATIONS, acme.correspondent, email="second@acme.example"))
    assert desk.post(f"{page}/decide", {"reason": "", "decision": "approve"}).status_code == 422
    assert desk.post(f"{page}/decide", {"reason": WHY, "decision": "approve"}).status_code == 302
    later(600)

    assert cash(account.pk) == Decimal(400)


def test_a_return_is_recorded_with_why(desk, account, path):
    transfer = send(account, wire_out(linked_bank(account), "600"))
    later(600)
    page = f"{path}/transfers/{transfer.pk}"
    assert "Record a return" in words(desk.get(page))

    desk.post(f"{page}/decide", {"reason": "account closed at the bank", "decision": "return"})

    assert (cash(account.pk), Transfer.objects.get().status) == (Decimal(1000), "RETURNED")


def test_a_bank_is_removed_from_its_page(desk, account, path):
    bank = linked_bank(account)

    desk.post(f"{path}/banks/{bank.pk}/remove")

    assert Bank.objects.get().status == "CANCELED"


# --- Who --------------------------------------------------------------------------------------------


def every_page(account, path):
    link, bank = linked_ach(account), linked_bank(account)
    transfer = send(account, wire_out(bank, "10"))
    looks = ("", "/transfers", "/journals", f"/ach/{link.pk}", f"/banks/{bank.pk}", f"/transfers/{transfer.pk}")
    fills = ("/link-ach", "/link-bank", "/deposit", "/withdraw")
    acts = (
        f"/ach/{link.pk}/remove",
        f"/ach/{link.pk}/decide",
        f"/banks/{bank.pk}/remove",
        f"/banks/{bank.pk}/decide",
        f"/transfers/{transfer.pk}/cancel",
        f"/transfers/{transfer.pk}/decide",
    )
    return [[path + one for one in some] for some in (looks, fills, acts)]


def test_everybody_else_is_shut_out(client, globex, account, path):
    looks, fills, acts = every_page(account, path)
    before = all_of_it()

    for signed_in, status in ((None, 302), (globex.ops, 404)):
        if signed_in:
            client.force_login(signed_in)
        assert {client.get(one).status_code for one in [*looks, *fills]} == {status}
        assert {client.post(one, {"reason": WHY, "decision": "approve"}).status_code for one in [*acts, *fills]} == {
            status
        }
    assert all_of_it() == before


def test_the_reader_and_the_holder_see_and_do_nothing(client, acme, account, path, reader):
    looks, fills, acts = every_page(account, path)
    holder = make_customer(acme.correspondent)
    Account.objects.filter(pk=account.pk).update(owner=holder)
    before = all_of_it()

    for one in (reader, holder):
        client.force_login(one)
        assert {client.get(page).status_code for page in looks} == {200}
        assert "Deposit" not in words(client.get(path)).split("Balances")[0]
        assert {client.get(page).status_code for page in fills} == {403}
        posted = {client.post(page, {"reason": WHY, "decision": "approve"}).status_code for page in acts}
        assert posted == {403}
    assert all_of_it() == before


def test_the_page_costs_the_same_with_many_transfers(desk, account, path, django_assert_max_num_queries):
    bank = linked_bank(account)
    for _ in range(12):
        send(account, wire_out(bank, "1"))

    with django_assert_max_num_queries(16):
        desk.get(path)


def test_what_is_missing_is_said_in_sentences(desk, account, path):
    before = all_of_it()

    ach = words(desk.post(f"{path}/link-ach", {"account_owner_name": "John Doe", "bank_account_type": "SAVINGS"}))
    bank = {"name": "Bank of Example", "bank_code_type": "BIC", "bank_code": "DEUTDEFF", "account_number": "DE12345678"}
    wire = words(desk.post(f"{path}/link-bank", bank))

    assert "Routing number is required." in ach
    assert "Account number is required." in ach
    assert "City is required with a BIC." in wire
    assert all_of_it() == before


def test_an_amount_is_read_as_people_type_it(desk, account, path):
    linked_ach(account)
    key = key_in(desk.get(f"{path}/deposit"))

    refused = desk.post(f"{path}/deposit", {"amount": "a lot", "one_time_key": key})
    assert "Amount must be a number, such as 1,250.00." in words(refused)
    assert not Transfer.objects.exists()
    assert desk.post(f"{path}/deposit", {"amount": "$1,250.00", "one_time_key": key}).status_code == 302

    assert Transfer.objects.get().amount == Decimal(1250)


def test_cash_is_moved_where_a_bank_is_linked_and_confirmed(desk, account, path):
    said = desk.get(path).content.decode()
    assert "to-deposit" not in said
    assert "to-withdraw" not in said
    assert "to-link-ach" in said

    linked_bank(account)
    said = desk.get(path).content.decode()
    assert "to-deposit" not in said
    assert "to-withdraw" in said

    linked_ach(account)
    assert "to-deposit" in desk.get(path).content.decode()


def test_whoever_may_not_link_a_bank_is_not_told_to(client, acme, account, path):
    client.force_login(acme.reader)

    assert "Link one by ACH" not in client.get(path).content.decode()


def test_the_withdrawal_form_asks_what_the_wire_takes():
    wire = set(TransferSerializer().fields)
    form = set(WithdrawalForm.base_fields)

    assert form - wire == {"over", "one_time_key"}  # `over` names direction, type and bank at once
    assert wire - form == {"direction", "transfer_type", "relationship_id", "bank_id"}
    assert set(BankForm.base_fields) == set(BankSerializer().fields) - {"extra_fields"}
    assert set(AchForm.base_fields) == set(AchSerializer().fields) - {"processor_token", "instant"}
