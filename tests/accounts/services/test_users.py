import re

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import RequestFactory

from accounts.choices import STAFF_ROLES, AccountKind, Role, UserKind
from accounts.errors import (
    CorrespondentCodeInvalid,
    CorrespondentCodeTaken,
    CorrespondentNameInvalid,
    CorrespondentNotFound,
    PasswordTooWeak,
    StaffEmailInvalid,
    StaffEmailTaken,
    StaffRoleUnknown,
)
from accounts.models import Account, ApiKey, Correspondent, User
from accounts.services.users import (
    create_correspondent_records,
    create_staff,
    hash_secret,
    issue_api_key,
    system_user,
)
from brokerage.errors import NotPermitted
from tests.factories import PASSWORD, make_staff


def test_a_correspondent_comes_with_its_firm_account(db):
    correspondent, firm = create_correspondent_records(name=" Acme Securities ", code="ACME")

    assert (correspondent.name, correspondent.code, correspondent.options_enabled) == ("Acme Securities", "ACME", True)
    assert (correspondent.journal_limit_amount, correspondent.journal_daily_limit_amount) == (None, None)
    assert correspondent.firm_account == firm
    assert (firm.kind, firm.status, firm.opened_by) == (AccountKind.FIRM, "ACTIVE", system_user())


@pytest.mark.parametrize("code", ["", "ABCDE", "abcd", "AB-1", "ÄB", "AB\n"])
def test_a_code_is_one_to_four_capitals(db, code):
    with pytest.raises(CorrespondentCodeInvalid):
        create_correspondent_records(name="Acme", code=code)

    assert not Correspondent.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "a" * 121])
def test_a_correspondent_has_a_name(db, name):
    with pytest.raises(CorrespondentNameInvalid):
        create_correspondent_records(name=name, code="ACME")

    assert not Correspondent.objects.exists()


def test_a_code_belongs_to_one_correspondent(acme):
    with pytest.raises(CorrespondentCodeTaken):
        create_correspondent_records(name="Another", code="ACME")

    assert Correspondent.objects.count() == 1


def test_a_key_is_kept_as_a_hash_and_its_secret_shown_once(acme):
    with transaction.atomic():
        key, secret = issue_api_key(correspondent=acme.correspondent)

    assert re.fullmatch(r"CK[A-Z0-9]{18}", key.key_id)
    assert len(secret) >= 43
    assert key.secret_hash == hash_secret(secret)
    assert not any(secret in str(value) for row in ApiKey.objects.values() for value in row.values())
    assert (key.user.kind, key.user.role, key.user.correspondent) == (UserKind.API_KEY, Role.API, acme.correspondent)
    assert not key.user.has_usable_password()


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_staff_can_sign_in_in_any_case_of_their_address(acme, role):
    create_staff(
        actor=system_user(),
        email="Jane@Acme.example",
        role=role,
        password=PASSWORD,
        name="Jane",
        correspondent_code="ACME",
    )

    user = authenticate(RequestFactory().post("/sign-in"), username="JANE@acme.example", password=PASSWORD)

    assert (user.email, user.role, user.name) == ("jane@acme.example", role, "Jane")
    assert user.correspondent == acme.correspondent


def test_staff_without_a_correspondent_are_the_brokers(db):
    user = create_staff(actor=system_user(), email="jane@broker.example", role="rop", password=PASSWORD)

    assert user.sees_every_correspondent


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"role": "api"}, StaffRoleUnknown),
        ({"role": "boss"}, StaffRoleUnknown),
        ({"email": "jane"}, StaffEmailInvalid),
        ({"email": ""}, StaffEmailInvalid),
        ({"email": "OPERATIONS@acme.example"}, StaffEmailTaken),
        ({"password": ""}, PasswordTooWeak),
        ({"password": "short"}, PasswordTooWeak),
        ({"password": "qwertyuiop"}, PasswordTooWeak),
        ({"correspondent_code": "NONE"}, CorrespondentNotFound),
    ],
)
def test_staff_that_cannot_be_added_are_refused_and_nothing_is_written(acme, changes, refusal):
    users = User.objects.count()
    wanted = {"email": "jane@acme.example", "role": "viewer", "password": PASSWORD, "correspondent_code": "ACME"}

    with pytest.raises(refusal):
        create_staff(actor=system_user(), **(wanted | changes))

    assert User.objects.count() == users


def test_an_administrator_adds_staff_to_the_own_correspondent_only(acme, globex):
    admin = make_staff(Role.ADMIN, acme.correspondent)

    create_staff(actor=admin, email="a@acme.example", role="viewer", password=PASSWORD, correspondent_code="ACME")
    for code in ("GLBX", None):
        with pytest.raises(NotPermitted):
            create_staff(actor=admin, email="b@x.example", role="viewer", password=PASSWORD, correspondent_code=code)

    assert not User.objects.filter(email="b@x.example").exists()


def test_a_reader_adds_nobody(reader):
    with pytest.raises(NotPermitted):
        create_staff(actor=reader, email="a@acme.example", role="viewer", password=PASSWORD, correspondent_code="ACME")


def test_there_is_one_system_user_even_after_a_flush(db):
    User.objects.filter(kind=UserKind.SYSTEM)._raw_delete("default")

    assert system_user() == system_user()
    assert User.objects.filter(kind=UserKind.SYSTEM).count() == 1
    assert Account.objects.count() == 0
