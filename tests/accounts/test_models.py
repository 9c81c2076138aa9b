from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.choices import AccountKind, AccountStatus, Role, UserKind
from accounts.models import Account, Identity, User
from tests.factories import change_row, make_account, make_customer, make_staff


@pytest.mark.parametrize(
    ("approved", "cap", "admin_cap", "trading"),
    [
        (0, None, None, 0),
        (2, None, None, 2),
        (2, 1, None, 1),
        (2, 3, None, 2),
        (2, 0, None, 0),
        (2, None, 1, 1),
        (3, 2, 1, 1),
        (3, 1, 2, 1),
        (1, 2, 2, 1),
    ],
)
def test_the_level_in_force_is_the_lowest_of_approval_and_caps(approved, cap, admin_cap, trading):
    account = Account(
        options_approved_level=approved, max_options_trading_level=cap, admin_max_options_trading_level=admin_cap
    )

    assert account.options_trading_level == trading


def test_an_account_gets_nine_digits_that_no_other_has(acme):
    numbers = {make_account(acme.correspondent).account_number for _ in range(3)} | {acme.firm_account.account_number}

    assert len(numbers) == 4
    assert all(len(number) == 9 and number.isdigit() for number in numbers)


@pytest.mark.parametrize(
    "columns",
    [
        {"options_approved_level": 4},
        {"max_options_trading_level": 4},
        {"admin_max_options_trading_level": 4},
        {"currency": "EUR"},
        {"account_number": "12345678"},
        {"status": AccountStatus.ACCOUNT_CLOSED},
        {"closed_at": datetime(2024, 1, 24, tzinfo=UTC)},
    ],
)
def test_the_database_refuses_an_account_that_cannot_be(acme, columns):
    account = make_account(acme.correspondent)

    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(**columns)


def test_the_database_lets_an_email_be_registered_once_in_a_correspondent(acme, globex):
    first, second = make_account(acme.correspondent), make_account(acme.correspondent)
    neighbor = make_account(globex.correspondent)

    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=second.pk).update(registered_email=first.registered_email)

    Account.objects.filter(pk=neighbor.pk).update(registered_email=first.registered_email)
    change_row(first, status=AccountStatus.ACCOUNT_CLOSED)
    Account.objects.filter(pk=second.pk).update(registered_email=first.registered_email)


@pytest.mark.parametrize(
    ("kind", "role"), [(UserKind.STAFF, Role.API), (UserKind.API_KEY, Role.ADMIN), (UserKind.CUSTOMER, Role.SYSTEM)]
)
def test_the_database_refuses_a_role_that_another_kind_of_user_has(acme, kind, role):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("x@example.com", kind=kind, role=role, correspondent=acme.correspondent)


def test_the_database_refuses_a_second_system_user(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("other@example.com", kind=UserKind.SYSTEM, role=Role.SYSTEM)


def test_everybody_sees_what_is_theirs(acme, globex):
    ours, theirs = make_account(acme.correspondent), make_account(globex.correspondent)
    customer = make_customer(acme.correspondent)
    Account.objects.filter(pk=ours.pk).update(owner=customer)
    broker = make_staff(Role.OPERATIONS, None)

    def seen_by(actor):
        return set(Account.objects.visible_to(actor).customers().values_list("pk", flat=True))

    assert seen_by(acme.api_user) == seen_by(acme.ops) == seen_by(acme.reader) == seen_by(customer) == {ours.pk}
    assert seen_by(globex.api_user) == seen_by(globex.ops) == {theirs.pk}
    assert seen_by(make_customer(acme.correspondent)) == set()
    assert seen_by(broker) == seen_by(User.objects.get(kind=UserKind.SYSTEM)) == {ours.pk, theirs.pk}


def test_a_firm_account_is_seen_by_its_own_and_not_among_customers(acme, globex):
    assert acme.firm_account.kind == AccountKind.FIRM
    assert acme.firm_account.status == AccountStatus.ACTIVE
    assert Account.objects.visible_to(acme.ops).filter(pk=acme.firm_account.pk).exists()
    assert not Account.objects.visible_to(acme.ops).customers().filter(pk=acme.firm_account.pk).exists()
    assert not Account.objects.visible_to(globex.ops).filter(pk=acme.firm_account.pk).exists()


def test_the_tax_id_is_in_no_printed_form(acme):
    account = make_account(acme.correspondent)
    identity = Identity.objects.get(account=account)

    assert identity.tax_id_last_four == "4321"
    for printed in (repr(identity), str(identity), repr(vars(identity)), repr(account)):
        assert "124-55-4321" not in printed
        assert "124554321" not in printed
