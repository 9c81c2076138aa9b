from decimal import Decimal

import pytest

from accounts.choices import AccountStatus
from accounts.errors import AccountClosed, AccountNotFound, IllegalStatusChange
from accounts.models import Account
from accounts.record_errors import ReasonTooShort, RestrictionInvalid
from accounts.rules.applications import RestrictionChanges
from accounts.services.restrictions import restrict_account
from brokerage.errors import NotPermitted
from brokerage.models import Event
from tests.factories import change_row, make_account

REASON = "watch list hit, under investigation"


def restrict(actor, account, reason=REASON, **changes):
    return restrict_account(actor=actor, account_id=account.pk, changes=RestrictionChanges(**changes), reason=reason)


def announced(account):
    events = Event.objects.filter(account_id=account.pk).exclude(type="account.opened").order_by("id")
    return [(event.type, event.payload) for event in events][2:]


def refused(account, error, actor, **changes):
    """Say that a restriction is refused and that nothing was written."""
    before = Account.objects.values().get(pk=account.pk), Event.objects.count()
    with pytest.raises(error):
        restrict(actor, account, **changes)
    return (Account.objects.values().get(pk=account.pk), Event.objects.count()) == before


def test_blocks_are_announced_by_their_names(acme):
    account = make_account(acme.correspondent)

    restrict(acme.rop, account, account_blocked=True, transfers_blocked=True)
    restrict(acme.rop, account, account_blocked=False, trading_blocked=False)

    account.refresh_from_db()
    assert (account.account_blocked, account.trading_blocked, account.transfers_blocked) == (False, False, True)
    assert announced(account) == [
        ("account.blocked", {"account_blocked": True, "transfers_blocked": True}),
        ("account.blocked", {"account_blocked": False}),
    ]


def test_what_administrators_configure_is_announced_with_from_and_to(acme, acme_api):
    account = make_account(acme.correspondent, options_approved_level=2)

    restrict(
        acme.rop,
        account,
        outgoing_transfers_blocked=True,
        daily_transfer_limit_amount=Decimal("2500.00"),
        admin_max_options_trading_level=1,
    )
    restrict(acme.rop, account, daily_transfer_limit_amount=None)

    account.refresh_from_db()
    assert account.options_trading_level == 1
    assert announced(account) == [
        (
            "account.admin_configured",
            {
                "admin_configurations": {
                    "outgoing_transfers_blocked": True,
                    "acct_daily_transfer_limit": {"from": None, "to": "2500"},
                    "max_options_trading_level": {"from": None, "to": "1"},
                }
            },
        ),
        (
            "account.admin_configured",
            {"admin_configurations": {"acct_daily_transfer_limit": {"from": "2500", "to": None}}},
        ),
    ]
    shown = acme_api.get(f"/v1/trading/accounts/{account.pk}/account").json()
    assert shown["admin_configurations"] == {"outgoing_transfers_blocked": True, "max_options_trading_level": 1}


def test_an_account_is_disabled_and_brought_back(acme):
    account = make_account(acme.correspondent)

    assert restrict(acme.rop, account, is_disabled=True).status == AccountStatus.DISABLED
    assert restrict(acme.rop, account, is_disabled=False).status == AccountStatus.ACTIVE

    assert announced(account) == [
        ("account.status_changed", {"status_from": "ACTIVE", "status_to": "DISABLED"}),
        ("account.status_changed", {"status_from": "DISABLED", "status_to": "ACTIVE"}),
    ]


def test_an_account_under_review_goes_back_under_review_when_it_is_enabled(acme):
    account = make_account(acme.correspondent)
    change_row(account, status=AccountStatus.ACCOUNT_UPDATED)

    assert restrict(acme.rop, account, is_disabled=True).status == AccountStatus.DISABLED
    assert account.terms.status_to_resume == AccountStatus.ACCOUNT_UPDATED
    enabled = restrict(acme.rop, account, is_disabled=False)

    assert (enabled.status, enabled.terms.status_to_resume) == (AccountStatus.ACCOUNT_UPDATED, "")
    assert announced(account) == [
        ("account.status_changed", {"status_from": "ACCOUNT_UPDATED", "status_to": "DISABLED"}),
        ("account.status_changed", {"status_from": "DISABLED", "status_to": "ACCOUNT_UPDATED"}),
    ]


def test_an_account_that_a_fixture_disabled_becomes_active(acme):
    account = make_account(acme.correspondent, status=AccountStatus.DISABLED)

    assert restrict(acme.rop, account, is_disabled=False).status == AccountStatus.ACTIVE


def test_what_is_already_so_is_no_change(acme):
    account = make_account(acme.correspondent)
    restrict(acme.rop, account, trading_blocked=True)

    restrict(acme.rop, account, trading_blocked=True, is_disabled=False)

    assert len(announced(account)) == 1


def test_only_an_active_account_is_disabled(acme):
    account = make_account(acme.correspondent, status=AccountStatus.APPROVAL_PENDING)

    assert refused(account, IllegalStatusChange, acme.rop, is_disabled=True, trading_blocked=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"admin_max_options_trading_level": 4}, "admin_max_options_trading_level"),
        ({"admin_max_options_trading_level": -1}, "admin_max_options_trading_level"),
        ({"daily_transfer_limit_amount": Decimal("-0.01")}, "daily_transfer_limit_amount"),
        ({"daily_transfer_limit_amount": Decimal("1000000000000")}, "daily_transfer_limit_amount"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_by_its_name(acme, changes, field):
    account = make_account(acme.correspondent)

    with pytest.raises(RestrictionInvalid) as refusal:
        restrict(acme.rop, account, account_blocked=True, **changes)

    assert list(refusal.value.errors) == [field]
    assert refused(account, RestrictionInvalid, acme.rop, account_blocked=True, **changes)


def test_a_restriction_needs_a_reason(acme):
    account = make_account(acme.correspondent)

    assert refused(account, ReasonTooShort, acme.rop, account_blocked=True, reason="because")


@pytest.mark.parametrize("who", ["ops", "reader", "api_user"])
def test_only_who_supervises_restricts(acme, who):
    account = make_account(acme.correspondent)

    assert refused(account, NotPermitted, getattr(acme, who), account_blocked=True)


def test_the_neighbor_cannot_restrict(acme, globex):
    account = make_account(acme.correspondent)

    assert refused(account, AccountNotFound, globex.rop, account_blocked=True)


def test_a_closed_account_stays_as_it_is(acme):
    account = make_account(acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED)

    assert refused(account, AccountClosed, acme.rop, account_blocked=True)
