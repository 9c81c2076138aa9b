"""Letting the holder of an account in."""

import pytest
from django.contrib.auth import get_user
from django.core import mail

from accounts.choices import AccountStatus, UserKind
from accounts.errors import (
    AccountClosed,
    AccountNotFound,
    FirmAccountHasNoCustomer,
    HolderEmailMissing,
    HolderEmailTaken,
)
from accounts.models import Account, User
from accounts.services.customers import invite_customer
from brokerage.errors import NotPermitted
from tests.factories import make_account, make_customer


@pytest.fixture
def mails(django_capture_on_commit_callbacks):
    """Answer what an act sends once it is committed: `mails(lambda: act())`."""

    def sent(act):
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return mail.outbox

    return sent


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes={"contact.email_address": "Ada@example.com"})


def people():
    return User.objects.filter(kind=UserKind.CUSTOMER).count()


def owner_of(account):
    return Account.objects.get(pk=account.pk).owner


def test_the_holder_becomes_a_customer_who_chooses_a_password_and_sees_the_account(ops, account, client, mails):
    mails(lambda: invite_customer(actor=ops, account_id=account.pk))

    customer = User.objects.get(email="ada@example.com")
    assert (customer.email, customer.kind, customer.correspondent_id) == (
        "ada@example.com",
        UserKind.CUSTOMER,
        account.correspondent_id,
    )
    assert owner_of(account) == customer
    assert "Acme Securities invites you" in mail.outbox[0].body
    link = mail.outbox[0].body.split("http://localhost:8000")[1].split()[0]
    action = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(action, {"password1": "a good battery staple", "password2": "a good battery staple"})
    client.post("/sign-in", {"login": "ada@example.com", "password": "a good battery staple"})
    assert get_user(client) == customer
    assert client.get(f"/accounts/{account.pk}").status_code == 200


def test_inviting_again_sends_another_link_and_makes_nobody_new(ops, account, mails):
    mails(lambda: invite_customer(actor=ops, account_id=account.pk))
    mails(lambda: invite_customer(actor=ops, account_id=account.pk))

    assert people() == 1
    assert [message.to for message in mail.outbox] == [["ada@example.com"]] * 2


def test_who_is_a_customer_here_already_gets_the_account_too(ops, acme, account):
    known = make_customer(acme.correspondent, email="ada@example.com")

    assert invite_customer(actor=ops, account_id=account.pk) == known

    assert owner_of(account) == known


@pytest.mark.parametrize("whose", ["staff", "neighbor"])
def test_an_address_of_staff_or_of_a_neighbor_is_refused(ops, globex, account, whose):
    if whose == "staff":
        User.objects.filter(pk=ops.pk).update(email="ada@example.com")
    else:
        make_customer(globex.correspondent, email="ada@example.com")
    before = people()

    with pytest.raises(HolderEmailTaken):
        invite_customer(actor=ops, account_id=account.pk)

    assert (people(), owner_of(account), mail.outbox) == (before, None, [])


def test_firm_closed_and_unreachable_accounts_are_refused(ops, acme):
    closed = make_account(acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED)
    silent = make_account(acme.correspondent, email_address="")

    for account, refusal in (
        (acme.firm_account, FirmAccountHasNoCustomer),
        (closed, AccountClosed),
        (silent, HolderEmailMissing),
    ):
        with pytest.raises(refusal):
            invite_customer(actor=ops, account_id=account.pk)
        assert owner_of(account) is None

    assert (people(), mail.outbox) == (0, [])


def test_a_reader_may_not_and_for_a_neighbor_there_is_no_account(reader, globex, account):
    with pytest.raises(NotPermitted):
        invite_customer(actor=reader, account_id=account.pk)
    with pytest.raises(AccountNotFound):
        invite_customer(actor=globex.ops, account_id=account.pk)

    assert (people(), owner_of(account), mail.outbox) == (0, None, [])
