"""What an unmodified client library makes of funding (contract/accounts.md 5.1, 5.2, 7)."""

import pytest
from alpaca.broker.client import BrokerClient
from alpaca.broker.enums import BankAccountType, IdentifierType, TransferDirection, TransferTiming
from alpaca.broker.requests import (
    CreateACHRelationshipRequest,
    CreateACHTransferRequest,
    CreateBankRequest,
    CreateBankTransferRequest,
    CreatePlaidRelationshipRequest,
    GetTransfersRequest,
)
from alpaca.common.exceptions import APIError

from tests.factories import make_account
from tests.ledger import deposit
from tests.trading.funding import NUMBER, ROUTING, later

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(acme, clock_at):
    clock_at("2024-01-24 10:00")
    made = make_account(acme.correspondent)
    deposit(made, "1000")
    return made


@pytest.fixture
def broker(acme, live_server):
    return BrokerClient(acme.key.key_id, acme.secret, url_override=live_server.url)


def ach_request():
    return CreateACHRelationshipRequest(
        account_owner_name="John Doe",
        bank_account_type=BankAccountType.CHECKING,
        bank_account_number=NUMBER,
        bank_routing_number=ROUTING,
    )


def test_the_library_links_moves_lists_and_lets_go(broker, account):
    relationship = broker.create_ach_relationship_for_account(account.pk, ach_request())
    bank = broker.create_bank_for_account(
        account.pk,
        CreateBankRequest(
            name="Bank of Example", bank_code_type=IdentifierType.ABA, bank_code=ROUTING, account_number="000123456789"
        ),
    )
    later(60)
    deposit_ = broker.create_transfer_for_account(
        account.pk,
        CreateACHTransferRequest(
            amount="250.50",
            direction=TransferDirection.INCOMING,
            timing=TransferTiming.IMMEDIATE,
            relationship_id=relationship.id,
        ),
    )
    wires = [
        broker.create_transfer_for_account(
            account.pk,
            CreateBankTransferRequest(
                amount=amount, direction=TransferDirection.OUTGOING, timing=TransferTiming.IMMEDIATE, bank_id=bank.id
            ),
        )
        for amount in ("10", "20")
    ]
    broker.cancel_transfer_for_account(account.pk, wires[0].id)
    later(3600)

    listed = broker.get_transfers_for_account(account.pk, GetTransfersRequest(limit=2))
    assert [(one.id, one.status.value) for one in listed] == [
        (wires[1].id, "COMPLETE"),
        (wires[0].id, "CANCELED"),
        (deposit_.id, "COMPLETE"),
    ]
    assert [one.status.value for one in broker.get_ach_relationships_for_account(account.pk)] == ["APPROVED"]
    assert [one.name for one in broker.get_banks_for_account(account.pk)] == ["Bank of Example"]
    broker.delete_ach_relationship_for_account(account.pk, relationship.id)
    broker.delete_bank_for_account(account.pk, bank.id)
    assert broker.get_ach_relationships_for_account(account.pk) == broker.get_banks_for_account(account.pk) == []


def test_the_library_reads_a_link_by_token(broker, account):
    made = broker.create_ach_relationship_for_account(
        account.pk, CreatePlaidRelationshipRequest(processor_token="token")
    )

    assert made.bank_account_type is BankAccountType.NONE


def test_the_library_reads_a_refusal(broker, account):
    broker.create_ach_relationship_for_account(account.pk, ach_request())

    with pytest.raises(APIError) as refused:
        broker.create_ach_relationship_for_account(account.pk, ach_request())

    assert (refused.value.status_code, refused.value.code) == (409, 40910000)
