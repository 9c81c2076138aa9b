import pytest

from brokerage import schedule
from options.choices import AssetStatus
from options.models import Asset, OptionContract
from options.services.retirement import reinstate_contracts, retire_contracts
from tests.options.contracts import list_contracts


def active() -> set[str]:
    contracts = Asset.objects.filter(contract__isnull=False, status=AssetStatus.ACTIVE)
    return set(contracts.values_list("symbol", flat=True))


@pytest.fixture
def two_weeks(clock_at):
    clock_at("2024-01-24 10:00")
    list_contracts("AAPL240126C00190000", "AAPL240202C00190000")


@pytest.mark.parametrize(
    ("at", "left"),
    [
        ("2024-01-26 15:59", {"AAPL240126C00190000", "AAPL240202C00190000"}),
        ("2024-01-26 16:00", {"AAPL240202C00190000"}),
        ("2024-02-05 16:00", set()),
    ],
)
def test_contracts_retire_at_the_close_of_their_last_session(two_weeks, clock_at, at, left):
    retire_contracts(clock_at(at))

    assert active() == left


def test_retiring_twice_changes_nothing(two_weeks, clock_at):
    retire_contracts(clock_at("2024-01-26 16:00"))
    before = list(OptionContract.objects.values())

    retire_contracts(clock_at("2024-01-26 16:00"))

    assert list(OptionContract.objects.values()) == before


def test_a_clock_set_back_brings_contracts_to_life_again(two_weeks, clock_at):
    retire_contracts(clock_at("2024-02-05 16:00"))

    reinstate_contracts(clock_at("2024-01-30 10:00"))

    assert active() == {"AAPL240202C00190000"}


def test_a_contract_that_its_file_calls_inactive_is_never_reinstated(two_weeks, clock_at):
    Asset.objects.filter(symbol="AAPL240126C00190000").update(status=AssetStatus.INACTIVE)
    retire_contracts(clock_at("2024-02-05 16:00"))

    reinstate_contracts(clock_at("2024-01-24 10:00"))

    assert active() == {"AAPL240202C00190000"}


def test_the_clock_retires_contracts_on_its_way(two_weeks, clock_at):
    schedule.begin(clock_at("2024-01-24 10:00"))

    ran = schedule.run_due(clock_at("2024-01-29 10:00"))

    assert "retire_contracts" in {job.name for job in ran}
    assert active() == {"AAPL240202C00190000"}
