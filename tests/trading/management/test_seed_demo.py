"""`manage.py seed_demo`: a book worth looking at, sound to the last posting."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, Correspondent
from options.models import OptionContract, OptionsApplication
from trading.models import Order, Position
from trading.reconciliation import find_breaks

pytestmark = pytest.mark.django_db


@pytest.fixture
def data_directory(settings, tmp_path):
    """A directory for the demo's keys."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def seed():
    out = StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


def test_the_demo_book_has_something_of_everything(data_directory):
    printed = seed()

    kept = json.loads((data_directory / "demo.json").read_text())
    assert [one["code"] for one in kept["correspondents"]] == ["ACME", "GLBX"]
    assert all(one["api_secret"] in printed for one in kept["correspondents"])
    assert (data_directory / "demo.json").stat().st_mode & 0o077 == 0
    assert Correspondent.objects.count() == 2
    statuses = set(Account.objects.customers().values_list("status", flat=True))
    assert statuses >= {"ACTIVE", "SUBMITTED", "ACTION_REQUIRED", "APPROVAL_PENDING", "REJECTED", "ACCOUNT_CLOSED"}
    assert Account.objects.customers().count() == 36
    assert OptionsApplication.objects.filter(status="PENDING").count() >= 3
    underlyings = set(OptionContract.objects.values_list("underlying__symbol", flat=True))
    assert underlyings >= {"AAPL", "TSLA", "QS", "PTON", "SPY"}
    assert len(underlyings) >= 12
    strategies = set(Order.objects.filter(status="filled").values_list("strategy", flat=True))
    assert strategies >= {"covered_call", "cash_secured_put", "long_call", "long_put", "long_shares"}
    assert Order.objects.open().exists()
    assert Position.objects.securities().filter(quantity__lt=0).exists()
    assert find_breaks() == []


def test_a_book_that_has_accounts_is_left_as_it_is(acme, data_directory):
    seed()

    assert Correspondent.objects.count() == 1


def test_there_is_no_demo_in_production(settings):
    settings.STRIKEBOOK_MODE = "production"

    with pytest.raises(CommandError, match="sandbox mode only"):
        seed()
