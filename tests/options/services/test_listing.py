from datetime import date

import pytest

from options.choices import AssetStatus
from options.market.universe import UNIVERSE
from options.models import Asset, OptionContract
from options.services.listing import list_demo_chain


@pytest.fixture
def two_underlyings(monkeypatch):
    for symbol in UNIVERSE.keys() - {"AAPL", "QS"}:
        monkeypatch.delitem(UNIVERSE, symbol)


def test_a_chain_is_listed_on_each_underlying_once(two_underlyings, clock_at):
    told = []
    now = clock_at("2026-11-20 10:00")

    listed = list_demo_chain(at=now, progress=lambda *done: told.append(done))

    assert told == [(1, 2, "AAPL"), (2, 2, "QS")]
    assert listed == OptionContract.objects.count() > 500
    assert list_demo_chain(at=now) == 0
    assert set(Asset.objects.filter(contract__isnull=True).values_list("symbol", flat=True)) == {"AAPL", "QS", "USD"}


def test_the_chain_follows_the_exchanges_cycles(two_underlyings, clock_at):
    list_demo_chain(at=clock_at("2026-11-20 10:00"))

    days = set(OptionContract.objects.filter(underlying__symbol="AAPL").values_list("expiration_date", flat=True))
    assert {date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 27)} < days
    assert date(2026, 11, 24) not in days
    assert {date(2026, 12, 18), date(2027, 1, 15), date(2028, 1, 21)} < days


def test_after_the_close_the_expired_are_not_listed(two_underlyings, clock_at):
    list_demo_chain(at=clock_at("2026-11-20 16:00"))

    assert not OptionContract.objects.filter(expiration_date=date(2026, 11, 20)).exists()


def test_every_contract_has_the_close_of_the_last_session(two_underlyings, clock_at):
    list_demo_chain(at=clock_at("2026-11-20 10:00"))

    assert set(OptionContract.objects.values_list("close_price_date", "open_interest_date")) == {
        (date(2026, 11, 19), date(2026, 11, 19))
    }
    assert not OptionContract.objects.filter(close_price=None).exists()
    assert set(Asset.objects.values_list("status", flat=True)) == {AssetStatus.ACTIVE}


def test_listing_later_adds_and_leaves(two_underlyings, clock_at):
    list_demo_chain(at=clock_at("2026-11-20 10:00"))
    before = set(OptionContract.objects.values_list("asset_id", "close_price"))

    added = list_demo_chain(at=clock_at("2026-12-21 10:00"))

    assert added > 0
    assert before < set(OptionContract.objects.values_list("asset_id", "close_price"))
