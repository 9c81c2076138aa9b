"""`/v1/trading/accounts/{account_id}/account/configurations`."""

import pytest

from accounts.models import Account
from brokerage.models import Event
from tests.factories import make_account, nowhere

DEFAULTS = {
    "max_options_trading_level": None,
    "fractional_trading": True,
    "max_margin_multiplier": "1",
    "no_shorting": False,
    "suspend_trade": False,
    "trade_confirm_email": "all",
    "ptp_no_exception_entry": False,
    "disable_overnight_trading": False,
}


def path(account_id):
    return f"/v1/trading/accounts/{account_id}/account/configurations"


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, options_approved_level=2)


def test_an_account_begins_with_the_defaults(account, acme_api):
    response = acme_api.get(path(account.pk))

    assert (response.status_code, response.json()) == (200, DEFAULTS)


def test_a_change_answers_the_whole_configuration(account, acme_api):
    response = acme_api.patch(path(account.pk), {"max_options_trading_level": 1, "no_shorting": True})

    assert response.json() == DEFAULTS | {"max_options_trading_level": 1, "no_shorting": True}
    assert response.json() == acme_api.get(path(account.pk)).json()


def test_null_leaves_a_field_as_it_is(account, acme_api):
    acme_api.patch(path(account.pk), {"max_options_trading_level": 1})

    everything = dict.fromkeys([*DEFAULTS, "dtbp_check", "pdt_check"]) | {"suspend_trade": True}
    answer = acme_api.patch(path(account.pk), everything).json()

    assert answer == DEFAULTS | {"max_options_trading_level": 1, "suspend_trade": True}


def test_a_cap_above_the_approved_level_is_kept_and_raises_nothing(account, acme_api):
    assert acme_api.patch(path(account.pk), {"max_options_trading_level": 3}).json()["max_options_trading_level"] == 3
    assert Account.objects.get(pk=account.pk).options_trading_level == 2


@pytest.mark.parametrize(("sent", "stored"), [("true", True), ("false", False), (True, True)])
def test_one_flag_comes_as_a_word_too(account, acme_api, sent, stored):
    assert acme_api.patch(path(account.pk), {"ptp_no_exception_entry": sent}).json()["ptp_no_exception_entry"] is stored


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"max_options_trading_level": 4}, {"max_options_trading_level": ["must be from 0 to 3"]}),
        ({"max_options_trading_level": -1}, {"max_options_trading_level": ["must be from 0 to 3"]}),
        ({"max_options_trading_level": 1.5}, {"max_options_trading_level": ["must be a whole number"]}),
        ({"max_options_trading_level": True}, {"max_options_trading_level": ["must be a whole number"]}),
        ({"max_margin_multiplier": "3"}, {"max_margin_multiplier": ["must be one of 1, 2, 4"]}),
        ({"max_margin_multiplier": 2}, {"max_margin_multiplier": ["must be a string"]}),
        (
            {"no_shorting": 1, "suspend_trade": "on"},
            {"no_shorting": ["must be true or false"], "suspend_trade": ["must be true or false"]},
        ),
        ({"trade_confirm_email": "some"}, {"trade_confirm_email": ["must be one of all, none"]}),
        ({"trade_confirm_email": ""}, {"trade_confirm_email": ["must be one of all, none"]}),
    ],
)
def test_a_configuration_that_cannot_be_is_refused_and_changes_nothing(account, acme_api, body, errors):
    before = Event.objects.count()

    response = acme_api.patch(path(account.pk), body)

    assert (response.status_code, response.json()["code"], response.json()["errors"]) == (422, 40010001, errors)
    assert acme_api.get(path(account.pk)).json() == DEFAULTS
    assert Event.objects.count() == before


@pytest.mark.parametrize("body", ["{", "[]", "5"])
def test_a_malformed_configuration_is_refused(account, acme_api, body):
    response = acme_api.patch(path(account.pk), body)

    assert (response.status_code, response.json()["code"]) == (400, 40010000)


def test_an_account_that_is_unknown_or_foreign_is_not_found(account, globex_api):
    for account_id in (account.pk, nowhere()):
        for response in (
            globex_api.get(path(account_id)),
            globex_api.patch(path(account_id), {"max_options_trading_level": 0}),
        ):
            assert (response.status_code, response.json()) == (404, {"code": 40410000, "message": "account not found"})

    assert Account.objects.get(pk=account.pk).max_options_trading_level is None
