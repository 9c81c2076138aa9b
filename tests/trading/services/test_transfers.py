"""Cash in and out: what is held, what is posted, what stands in the way."""

from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.choices import AccountStatus, Role
from accounts.errors import AccountNotFound
from accounts.models import Account, Correspondent
from accounts.record_errors import ReasonTooShort
from brokerage.errors import NotPermitted
from brokerage.models import Event
from tests.factories import change_row, make_account, make_customer, make_staff, nowhere
from tests.ledger import deposit
from tests.market import PUT, make_trader, trade
from tests.trading.funding import (
    ach_in,
    ach_out,
    all_of_it,
    cash,
    free_cash,
    later,
    linked_ach,
    linked_bank,
    moves_of,
    send,
    tick,
    wire_out,
)
from trading.errors import (
    InsufficientBuyingPower,
)
from trading.funding_errors import (
    CashNotWithdrawable,
    DepositsNotPermitted,
    FundingMoveImpossible,
    OneTimeKeyReused,
    TooManyAchTransfers,
    TransferDecidedByMaker,
    TransferFixturesNotOffered,
    TransferInvalid,
    TransferNotFound,
    WithdrawalsNotPermitted,
)
from trading.models import Activity, LedgerTransaction, Transfer
from trading.reconciliation import find_breaks
from trading.selectors import read_balances
from trading.services.funding_steps import read_cash
from trading.services.transfers import cancel_transfer, create_transfer, decide_transfer, return_transfer
from trading.trading_account import trading_account_object

WHY = "the amount was checked with the holder"


@pytest.fixture
def account(acme, clock_at):
    """An account with a thousand dollars, on an ordinary Wednesday."""
    clock_at("2024-01-24 10:00")
    made = make_account(acme.correspondent)
    deposit(made, "1000")
    return made


@pytest.fixture
def ach(account):
    return linked_ach(account)


@pytest.fixture
def bank(account):
    return linked_bank(account)


@pytest.fixture
def checker(acme):
    """Another clerk of Acme, who entered nothing."""
    return make_staff(Role.OPERATIONS, acme.correspondent, email="second@acme.example")


def refuse(account, refusal, request, **kwargs):
    """Have a request refused, and nothing written."""
    before = all_of_it()
    with pytest.raises(refusal) as refused:
        send(account, request, **kwargs)
    assert all_of_it() == before
    return refused.value


# --- Held at once, posted at the end ----------------------------------------------------------------


def test_what_goes_out_is_held_at_once_and_nothing_else_can_spend_it(account, bank):
    transfer = send(account, wire_out(bank, "600"))

    assert (transfer.status, transfer.hold_amount) == ("QUEUED", Decimal("600.00"))
    assert (cash(account.pk), free_cash(account.pk)) == (Decimal(1000), Decimal(400))
    balances = read_balances(account)
    assert balances.options_buying_power == balances.withdrawable_cash == Decimal(400)
    assert refuse(account, CashNotWithdrawable, wire_out(bank, "400.01")).body() == {
        "code": 40310000,
        "message": "insufficient cash available for withdrawal (requested: 400.01, available: 400)",
        "requested": "400.01",
        "available": "400",
    }


def test_the_trading_account_says_what_is_on_its_way_out(account, bank):
    send(account, wire_out(bank, "600"))

    shown = trading_account_object(account)

    assert (shown["cash"], shown["pending_transfer_out"], shown["cash_withdrawable"]) == ("1000", "600", "400")


def test_an_order_cannot_spend_what_is_on_its_way_out(acme, overview_market):
    account = make_trader(acme.correspondent, cash="1000")
    send(account, wire_out(linked_bank(account), "950"))

    with pytest.raises(InsufficientBuyingPower):
        trade(account, "AAPL", "buy", "1", "190")


def test_a_wire_is_posted_when_it_completes_and_holds_nothing_any_more(account, bank):
    transfer = send(account, wire_out(bank, "600"))

    later(130)

    transfer.refresh_from_db()
    face = Activity.objects.get(transaction=transfer.transaction)
    assert (transfer.status, transfer.hold_amount, transfer.moves_at) == ("COMPLETE", 0, None)
    assert (face.activity_type, face.net_amount, face.description) == ("CSW", Decimal(-600), "Wire withdrawal")
    assert cash(account.pk) == free_cash(account.pk) == Decimal(400)
    assert moves_of(transfer) == ["QUEUED", "PENDING", "SENT_TO_CLEARING", "APPROVED", "COMPLETE"]
    assert find_breaks() == []


def test_a_deposit_counts_for_nothing_until_it_is_posted(account, ach):
    transfer = send(account, ach_in(ach, "250.50"))
    assert cash(account.pk) == free_cash(account.pk) == Decimal(1000)

    later(600)

    transfer.refresh_from_db()
    face = Activity.objects.get(transaction=transfer.transaction)
    assert (transfer.status, face.activity_type, face.net_amount) == ("COMPLETE", "CSD", Decimal("250.50"))
    assert face.description == "ACH deposit"
    assert cash(account.pk) == Decimal("1250.50")
    assert find_breaks() == []


def test_a_fee_that_the_user_pays_is_held_and_posted_beside_the_withdrawal(account, bank):
    transfer = send(account, wire_out(bank, "600", fee_payment_method="user"))
    assert (transfer.amount, transfer.requested_amount, transfer.hold_amount) == (
        Decimal(575),
        Decimal(600),
        Decimal(600),
    )

    later(130)

    faces = Activity.objects.filter(group_id=transfer.pk).order_by("activity_type")
    assert [(face.activity_type, face.net_amount) for face in faces] == [("CSW", Decimal(-575)), ("FEE", Decimal(-25))]
    assert cash(account.pk) == Decimal(400)
    assert find_breaks() == []


def test_a_fee_that_is_invoiced_takes_nothing_from_the_cash(account, bank):
    send(account, wire_out(bank, "600"))

    later(130)

    assert cash(account.pk) == Decimal(400)
    assert not Activity.objects.filter(activity_type="FEE").exists()


# --- Never out of what is bound ---------------------------------------------------------------------


def test_pledged_cash_does_not_leave_not_by_a_cent(acme, overview_market):
    account = make_trader(acme.correspondent, cash="25000")
    trade(account, PUT, "sell")
    bank = linked_bank(account)
    free = read_cash(account.pk).free
    assert free == read_cash(account.pk).cash - 21000

    refuse(account, CashNotWithdrawable, wire_out(bank, str(free + Decimal("0.01"))))

    assert send(account, wire_out(bank, str(free))).status == "QUEUED"
    assert read_cash(account.pk).withdrawable == 0


def test_what_an_open_order_holds_does_not_leave(acme, overview_market):
    account = make_trader(acme.correspondent, cash="1000")
    trade(account, "AAPL", "buy", "5", "100")
    bank = linked_bank(account)

    refuse(account, CashNotWithdrawable, wire_out(bank, "500.01"))

    assert send(account, wire_out(bank, "500")).status == "QUEUED"


def test_what_was_sold_leaves_once_it_has_settled(acme, overview_market, clock_at):
    account = make_trader(acme.correspondent, cash="1000")
    trade(account, "AAPL", "buy", "5")
    clock_at("2024-01-29 10:00")
    trade(account, "AAPL", "sell", "5")
    sum_ = read_cash(account.pk)
    bank = linked_bank(account)
    settled = sum_.cash - sum_.unsettled
    refuse(account, CashNotWithdrawable, wire_out(bank, str(settled + Decimal("0.01"))))
    first = send(account, wire_out(bank, str(settled)))
    refuse(account, CashNotWithdrawable, wire_out(bank, "0.01"))
    cancel_transfer(actor=account.opened_by, account_id=account.pk, transfer_id=first.pk)

    clock_at("2024-02-05 10:00")

    assert send(account, wire_out(bank, str(sum_.cash))).status == "QUEUED"


# --- Limits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "amount", "sentence"),
    [
        ("in", "9.99", "deposit amount must be greater than or equal to 10.00"),
        ("out", "20", "withdrawal amount must be greater than 20.00"),
    ],
)
def test_less_than_the_least_does_not_move(account, ach, kind, amount, sentence):
    Correspondent.objects.update(least_deposit_amount=10, least_withdrawal_amount=20)
    request = (ach_in if kind == "in" else ach_out)(ach, amount)

    refusal = refuse(account, TransferInvalid, request)

    assert (str(refusal), refusal.code, refusal.http_status) == (sentence, 40010001, 422)


def test_one_ach_transfer_a_trading_day_in_each_direction(account, ach, clock_at):
    send(account, ach_out(ach, "10"))
    send(account, ach_in(ach, "10"))

    refusal = refuse(account, TooManyAchTransfers, ach_out(ach, "10"))
    refuse(account, TooManyAchTransfers, ach_in(ach, "10"))

    said = "maximum number of ACH transfers allowed is 1 per trading day in each direction"
    assert (str(refusal), refusal.code, refusal.http_status) == (said, 40310000, 403)
    clock_at("2024-01-25 00:00")
    assert send(account, ach_out(ach, "10")).status == "QUEUED"


def test_a_weekend_is_one_trading_day_with_the_monday_after_it(account, ach, clock_at):
    clock_at("2024-01-27 10:00")
    send(account, ach_out(ach, "10"))
    clock_at("2024-01-29 10:00")

    refuse(account, TooManyAchTransfers, ach_out(ach, "10"))


def test_a_canceled_transfer_counts_towards_no_limit(account, ach):
    transfer = send(account, ach_out(ach, "10"))
    cancel_transfer(actor=account.opened_by, account_id=account.pk, transfer_id=transfer.pk)

    assert send(account, ach_out(ach, "10")).status == "QUEUED"


@pytest.mark.parametrize(("own", "of_all"), [(Decimal(500), None), (None, Decimal(500)), (Decimal(500), Decimal(9))])
def test_beyond_the_daily_limit_a_second_person_decides(account, bank, own, of_all):
    Account.objects.filter(pk=account.pk).update(daily_transfer_limit_amount=own)
    Correspondent.objects.update(daily_transfer_limit_amount=of_all)

    statuses = [send(account, wire_out(bank, amount)).status for amount in ("300", "200", "0.01")]

    assert statuses == ["QUEUED", "QUEUED", "APPROVAL_PENDING"]
    assert free_cash(account.pk) == Decimal("499.99")


# --- Who and what may -------------------------------------------------------------------------------

IN = (DepositsNotPermitted, "deposits are not permitted for this account")
OUT = (WithdrawalsNotPermitted, "withdrawals are not permitted for this account")


@pytest.mark.parametrize(
    ("columns", "deposits", "withdrawals"),
    [
        ({}, True, True),
        ({"status": AccountStatus.ACCOUNT_UPDATED}, True, False),
        ({"status": AccountStatus.APPROVED}, False, False),
        ({"status": AccountStatus.DISABLED}, False, False),
        ({"status": AccountStatus.ACCOUNT_CLOSED}, False, False),
        ({"account_blocked": True}, False, False),
        ({"transfers_blocked": True}, False, False),
        ({"incoming_transfers_blocked": True}, False, True),
        ({"outgoing_transfers_blocked": True}, True, False),
    ],
)
def test_what_an_account_may_by_its_status_and_blocks(account, ach, columns, deposits, withdrawals):
    change_row(account, **columns)

    for request, is_allowed, (refusal, said) in ((ach_in, deposits, IN), (ach_out, withdrawals, OUT)):
        if is_allowed:
            assert send(account, request(ach, "10")).status == "QUEUED"
        else:
            refused = refuse(account, refusal, request(ach, "10"))
            assert (str(refused), refused.code, refused.http_status) == (said, 40310000, 403)


def test_a_relation_that_is_not_the_accounts_own_is_invalid(acme, account, ach, bank):
    other = make_account(acme.correspondent)
    their_ach, their_bank = linked_ach(other), linked_bank(other)

    assert str(refuse(account, TransferInvalid, ach_in(their_ach, "1"))) == "invalid relationship_id"
    assert str(refuse(account, TransferInvalid, wire_out(their_bank, "1"))) == "invalid bank_id"


def test_a_relation_that_is_not_confirmed_is_invalid(account, ach, bank):
    type(ach).objects.update(status="QUEUED")
    type(bank).objects.update(status="QUEUED")

    assert str(refuse(account, TransferInvalid, ach_in(ach, "1"))) == "invalid relationship_id"
    assert str(refuse(account, TransferInvalid, wire_out(bank, "1"))) == "invalid bank_id"


def test_the_neighbor_sees_no_account_and_the_reader_may_not(acme, globex, account, ach, reader):
    refuse(account, AccountNotFound, ach_in(ach, "1"), actor=globex.api_user)
    refuse(account, NotPermitted, ach_in(ach, "1"), actor=reader)
    refuse(account, NotPermitted, ach_in(ach, "1"), actor=make_customer(acme.correspondent))


def test_a_form_sent_twice_makes_one_transfer(account, bank):
    key = uuid4()

    first, again = (send(account, wire_out(bank, "100", one_time_key=key)) for _ in range(2))

    assert first.pk == again.pk
    assert free_cash(account.pk) == Decimal(900)
    for other in (
        wire_out(bank, "101", one_time_key=key),
        wire_out(bank, "100", one_time_key=key, fee_payment_method="user"),
        wire_out(bank, "100", one_time_key=key, additional_information="for the rent"),
    ):
        refuse(account, OneTimeKeyReused, other)


# --- Cancelled, decided on, returned ----------------------------------------------------------------


def test_cancelling_lets_go_of_the_cash(account, bank, ops):
    transfer = send(account, wire_out(bank, "600"))
    later(45)

    for _ in range(2):
        cancel_transfer(actor=ops, account_id=account.pk, transfer_id=transfer.pk)

    assert free_cash(account.pk) == Decimal(1000)
    assert moves_of(transfer) == ["QUEUED", "PENDING", "CANCELED"]
    later(600)
    assert cash(account.pk) == Decimal(1000)


@pytest.mark.parametrize("seconds", [70, 100, 130])
def test_what_has_left_for_the_bank_cannot_be_called_back(account, bank, ops, seconds):
    transfer = send(account, wire_out(bank, "600"))
    later(seconds)
    before = all_of_it()

    with pytest.raises(FundingMoveImpossible):
        cancel_transfer(actor=ops, account_id=account.pk, transfer_id=transfer.pk)

    assert all_of_it() == before


def test_a_transfer_is_its_accounts_own(acme, account, bank, ops):
    transfer = send(account, wire_out(bank, "600"))
    other = make_account(acme.correspondent)

    for account_id, transfer_id in ((other.pk, transfer.pk), (account.pk, nowhere())):
        with pytest.raises(TransferNotFound):
            cancel_transfer(actor=ops, account_id=account_id, transfer_id=transfer_id)


@pytest.fixture
def waiting(account, bank, ops):
    """A wire of ops, beyond the limit."""
    Account.objects.filter(pk=account.pk).update(daily_transfer_limit_amount=1)
    return send(account, wire_out(bank, "600"), actor=ops)


def decide(actor, transfer, *, approve=True, reason=WHY):
    return decide_transfer(
        actor=actor, account_id=transfer.account_id, transfer_id=transfer.pk, approve=approve, reason=reason
    )


def test_released_it_goes_on_by_the_rail(account, waiting, checker):
    later(600)
    waiting.refresh_from_db()
    assert waiting.status == "APPROVAL_PENDING"

    decide(checker, waiting)
    tick()

    assert cash(account.pk) == Decimal(400)


def test_rejected_it_holds_nothing_and_says_why(account, waiting, checker):
    decided = decide(checker, waiting, approve=False)

    assert (decided.status, decided.reason, free_cash(account.pk)) == ("REJECTED", WHY, Decimal(1000))


def test_nobody_decides_on_what_they_entered_nor_without_a_reason(account, waiting, ops, checker, reader):
    before = all_of_it()
    for actor, reason, refusal in (
        (ops, WHY, TransferDecidedByMaker),
        (checker, "x", ReasonTooShort),
        (reader, WHY, NotPermitted),
        (account.opened_by, WHY, NotPermitted),
    ):
        with pytest.raises(refusal):
            decide(actor, waiting, reason=reason)

    assert all_of_it() == before


def test_a_decision_is_made_once(waiting, checker):
    decide(checker, waiting)
    before = all_of_it()

    with pytest.raises(FundingMoveImpossible):
        decide(checker, waiting, approve=False)

    assert all_of_it() == before


def test_what_nobody_released_expires_and_lets_go(account, waiting):
    later(7 * 24 * 3600)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("CANCELED", "expired before it was sent to the bank")
    assert free_cash(account.pk) == Decimal(1000)


def test_a_deposit_that_was_spent_is_taken_back_and_the_account_is_restricted(account, ach, ops):
    bounced = send(account, ach_in(ach, "500"))
    later(600)
    send(account, wire_out(linked_bank(account), "1400"))
    later(130)

    return_transfer(actor=ops, account_id=account.pk, transfer_id=bounced.pk, reason="R01 insufficient funds")

    account.refresh_from_db()
    face = Activity.objects.get(transaction=Transfer.objects.get(pk=bounced.pk).returned_by)
    assert (face.activity_type, face.net_amount) == ("CSD", Decimal(-500))
    assert face.description == "ACH deposit returned: R01 insufficient funds"
    assert cash(account.pk) == Decimal(-400)
    assert (account.trading_blocked, account.transfers_blocked) == (True, True)
    event = Event.objects.get(type="account.blocked")
    assert event.payload == {"trading_blocked": True, "transfers_blocked": True}


def test_a_deposit_that_is_still_there_is_taken_back_and_nothing_more(account, ach, ops):
    bounced = send(account, ach_in(ach, "500"))
    later(600)

    return_transfer(actor=ops, account_id=account.pk, transfer_id=bounced.pk, reason="R01 insufficient funds")

    account.refresh_from_db()
    assert (cash(account.pk), account.trading_blocked) == (Decimal(1000), False)
    before = all_of_it()
    with pytest.raises(FundingMoveImpossible):
        return_transfer(actor=ops, account_id=account.pk, transfer_id=bounced.pk, reason="R01 insufficient funds")
    assert all_of_it() == before


def test_whoever_entered_a_withdrawal_does_not_record_its_return(account, bank, ops):
    transfer = create_transfer(actor=ops, account_id=account.pk, request=wire_out(bank, "600"))
    later(130)
    before = all_of_it()

    with pytest.raises(TransferDecidedByMaker):
        return_transfer(actor=ops, account_id=account.pk, transfer_id=transfer.pk, reason="R01 insufficient funds")

    assert all_of_it() == before


def test_a_withdrawal_whose_cash_is_gone_does_not_leave(account, ach, bank, ops):
    bounced = send(account, ach_in(ach, "500"))
    later(600)
    transfer = send(account, wire_out(bank, "1200"))
    return_transfer(actor=ops, account_id=account.pk, transfer_id=bounced.pk, reason="R01 insufficient funds")

    later(130)

    transfer.refresh_from_db()
    assert (transfer.status, transfer.reason) == ("REJECTED", "withdrawals are not permitted for this account")
    assert (cash(account.pk), free_cash(account.pk)) == (Decimal(1000), Decimal(1000))


@pytest.mark.parametrize(
    "fixture", ["/fixtures/status=COMPLETE/fixtures/", "/fixtures/", "/fixtures/status=/fixtures/"]
)
def test_a_fixture_that_asks_for_no_status_of_a_transfer_is_refused_by_name(account, bank, fixture):
    refused = refuse(account, TransferInvalid, wire_out(bank, "600", additional_information=fixture))

    assert list(refused.errors) == ["additional_information"]
    assert "QUEUED, PENDING, REJECTED, CANCELED, RETURNED, APPROVED" in str(refused)


# --- Without a rail ---------------------------------------------------------------------------------


def test_in_production_a_person_says_that_the_money_moved(account, bank, ops, checker, settings):
    settings.STRIKEBOOK_MODE = "production"
    refuse(
        account,
        TransferFixturesNotOffered,
        wire_out(bank, "1", additional_information="/fixtures/status=PENDING/fixtures/"),
    )
    transfer = send(account, wire_out(bank, "600"), actor=ops)
    tick()
    assert (transfer.status, transfer.moves_at) == ("APPROVAL_PENDING", transfer.expires_at)

    decide(checker, transfer)

    assert moves_of(transfer) == ["APPROVAL_PENDING", "APPROVED", "COMPLETE"]
    assert cash(account.pk) == Decimal(400)
    assert find_breaks() == []


# --- How much it costs ------------------------------------------------------------------------------


def test_asking_takes_a_constant_number_of_queries(account, bank, django_assert_max_num_queries):
    for _ in range(5):
        send(account, wire_out(bank, "10"))

    with django_assert_max_num_queries(12):
        create_transfer(actor=account.opened_by, account_id=account.pk, request=wire_out(bank, "10"))


def test_no_other_account_is_locked(account, bank, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as asked:
        send(account, wire_out(bank, "10"))

    assert sum("FOR UPDATE" in query["sql"] for query in asked.captured_queries) == 1
    assert LedgerTransaction.objects.count() == 1
