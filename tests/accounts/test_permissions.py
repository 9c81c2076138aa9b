import pytest

from accounts.choices import STAFF_ROLES, Role
from accounts.permissions import PERMISSIONS, Permission, may
from brokerage.errors import NotPermitted


def test_every_role_has_a_row_in_the_table():
    assert set(PERMISSIONS) == set(Role)


def test_the_system_may_do_everything():
    assert PERMISSIONS[Role.SYSTEM] == frozenset(Permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_viewer_looks_and_does_nothing(permission):
    assert may(Role.VIEWER, permission) is (permission == Permission.VIEW_ACCOUNTS)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_nobody_both_asks_for_options_and_decides(role):
    assert not PERMISSIONS[role] >= {Permission.REQUEST_OPTIONS, Permission.DECIDE_OPTIONS}


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_only_a_principal_decides_on_options(role):
    assert may(role, Permission.DECIDE_OPTIONS) is (role is Role.ROP)


@pytest.mark.parametrize("permission", Permission)
def test_a_customer_sees_signs_answers_asks_and_configures_only(permission):
    own = {
        Permission.VIEW_ACCOUNTS,
        Permission.CONFIGURE_ACCOUNTS,
        Permission.ANSWER_SUITABILITY,
        Permission.SIGN_AGREEMENTS,
        Permission.REQUEST_OPTIONS,
        Permission.READ_DOCUMENTS,
    }

    assert may(Role.CUSTOMER, permission) is (permission in own)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CUSTOMER, Role.SYSTEM)])
def test_nobody_signs_in_a_holders_place(role):
    assert not may(role, Permission.SIGN_AGREEMENTS)


def test_a_refusal_says_no_more_than_forbidden(reader):
    with pytest.raises(NotPermitted) as refusal:
        reader.require(Permission.OPEN_ACCOUNTS)

    assert refusal.value.body() == {"code": 40310000, "message": "forbidden"}


def test_a_user_who_left_may_do_nothing(ops):
    ops.is_active = False

    assert not ops.may(Permission.VIEW_ACCOUNTS)
