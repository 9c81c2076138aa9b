"""`manage.py create_correspondent`: a partner with cash and a key, or nothing at all."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, ApiKey, Correspondent, User
from tests.cast import ApiClient
from tests.ledger import everything
from tests.market import held
from trading.models import Activity

pytestmark = pytest.mark.django_db


def create(*arguments):
    out = StringIO()
    call_command("create_correspondent", *arguments, stdout=out)
    return out.getvalue()


def test_a_correspondent_has_a_firm_account_with_cash_and_a_key_that_works(client):
    printed = json.loads(create("--name", "Initech", "--code", "INIT", "--firm-cash", "50000.25", "--json"))

    assert list(printed) == ["correspondent_id", "code", "firm_account_id", "api_key", "api_secret"]
    firm = Account.objects.get(pk=printed["firm_account_id"])
    assert (firm.correspondent.code, firm.kind, firm.status) == ("INIT", "firm", "ACTIVE")
    assert str(held(firm, "USD").normalize()) == "50000.25"
    assert Activity.objects.get().activity_type == "CSD"
    api = ApiClient(printed["api_key"], printed["api_secret"])
    assert api.get(f"/v1/trading/accounts/{firm.pk}/account").json()["cash"] == "50000.25"
    assert not ApiKey.objects.filter(secret_hash=printed["api_secret"]).exists()


def test_the_opening_deposit_is_there_when_the_clock_is_set_back_behind_it(clock_at):
    clock_at("2026-11-23 10:00")
    printed = json.loads(create("--name", "Initech", "--code", "INIT", "--firm-cash", "50000", "--json"))

    clock_at("2024-01-24 10:00")

    api = ApiClient(printed["api_key"], printed["api_secret"])
    shown = api.get(f"/v1/trading/accounts/{printed['firm_account_id']}/account").json()
    assert (shown["cash"], shown["cash_withdrawable"]) == ("50000", "50000")


def test_without_json_it_is_printed_for_a_person():
    printed = create("--name", "Initech", "--code", "INIT", "--firm-cash", "0")

    assert "firm_account_id" in printed
    assert "not shown again" in printed
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--name", "Initech", "--code", "TOOLONG", "--firm-cash", "1"),
        ("--name", "Initech", "--code", "low", "--firm-cash", "1"),
        ("--name", "Initech", "--code", "ACME", "--firm-cash", "1"),
        ("--name", " ", "--code", "INIT", "--firm-cash", "1"),
        ("--name", "Initech", "--code", "INIT", "--firm-cash", "-1"),
        ("--name", "Initech", "--code", "INIT", "--firm-cash", "lots"),
        ("--name", "Initech", "--code", "INIT", "--firm-cash", "0.001"),
        ("--name", "Initech", "--code", "INIT", "--firm-cash", "NaN"),
        ("--name", "Initech", "--code", "INIT", "--firm-cash", "1e20"),
        ("--name", "Initech", "--code", "INIT"),
    ],
)
def test_bad_input_fails_and_leaves_nothing_behind(acme, arguments):
    def counts():
        return [model.objects.count() for model in (Correspondent, Account, User, ApiKey)]

    before = (counts(), everything())

    with pytest.raises(CommandError):
        create(*arguments)

    assert (counts(), everything()) == before
