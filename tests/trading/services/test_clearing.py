"""Exercises on their way through the clearing house: tendered at the close, confirmed by the open or by a file."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from brokerage.models import Event
from brokerage.schedule import run_due
from options.errors import BadRow
from tests.factories import api_user
from tests.ledger import everything
from tests.market import make_trader, pin, trade
from tests.options.contracts import list_contracts
from trading.models import Instruction
from trading.services.clearing import confirm_by_file, tender_exercises
from trading.services.exercise import exercise_position

pytestmark = pytest.mark.django_db
CALL = "QS240301C00006500"
PADDED = "QS    240301C00006500"


@pytest.fixture
def exercises(acme, clock_at):
    """Three contracts exercised on 27 February 2024, two by one account and one by another."""
    run_due(clock_at("2024-02-27 10:00"))
    list_contracts(CALL)
    pin("QS", "6.80", "6.80", last="6.80")
    pin(CALL, "0.30", "0.30")
    for quantity in ("2", "1"):
        account = make_trader(acme.correspondent, cash="2000", level=2)
        trade(account, CALL, "buy", quantity)
        exercise_position(actor=api_user(acme.correspondent), account_id=account.pk, symbol_or_id=CALL)


def statuses():
    return list(Instruction.objects.order_by("pk").values_list("status", flat=True))


def test_the_close_tenders_and_the_next_open_confirms(exercises, clock_at):
    run_due(clock_at("2024-02-27 16:00"))
    assert statuses() == ["tendered", "tendered"]

    run_due(clock_at("2024-02-28 09:30"))
    assert statuses() == ["confirmed", "confirmed"]
    assert all(one.ended_at is not None for one in Instruction.objects.all())
    told = Event.objects.filter(type__startswith="exercise.").order_by("pk").values_list("type", flat=True)
    assert [one.split(".")[1] for one in told] == ["accepted"] * 2 + ["tendered"] * 2 + ["confirmed"] * 2


def test_tendering_twice_changes_nothing(exercises, clock_at):
    at = clock_at("2024-02-27 16:00")
    assert tender_exercises(at=at) == 2
    before = everything()

    assert tender_exercises(at=at) == 0
    assert everything() == before


def test_in_production_a_file_confirms(exercises, clock_at, settings, tmp_path):
    settings.STRIKEBOOK_MODE = "production"
    run_due(clock_at("2024-02-27 16:00"))
    run_due(clock_at("2024-02-28 09:30"))
    assert statuses() == ["tendered", "tendered"]
    file = tmp_path / "confirmed.csv"
    file.write_text(f"exercise_date,symbol,quantity\n2024-02-27,{PADDED},3\n")

    out = StringIO()
    call_command("import_exercise_confirmations", str(file), stdout=out)

    assert out.getvalue() == "exercises confirmed: 2\n"
    assert statuses() == ["confirmed", "confirmed"]
    assert confirm_by_file(file=file).exercises == 0


def test_a_series_that_differs_is_listed_and_stays_as_it_is(exercises, tmp_path):
    file = tmp_path / "confirmed.csv"
    file.write_text(f"exercise_date,symbol,quantity\n2024-02-27,{CALL},4\n2024-02-27,QS240301P00006500,1\n")
    out = StringIO()

    with pytest.raises(CommandError, match="series that differ: 2"):
        call_command("import_exercise_confirmations", str(file), stdout=out)

    assert out.getvalue().splitlines()[1:] == [
        f"2024-02-27 {CALL}: exercised here 3, confirmed 4",
        "2024-02-27 QS240301P00006500: exercised here 0, confirmed 1",
    ]
    assert statuses() == ["accepted", "accepted"]


@pytest.mark.parametrize(
    "row",
    [
        f"2024-02-30,{CALL},1",
        "2024-02-27,QS,1",
        f"2024-02-27,{CALL},1.5",
        f"2024-02-27,{CALL},NaN",
        f"2024-02-27,{CALL},0",
    ],
)
def test_a_row_that_cannot_be_read_confirms_nothing(exercises, tmp_path, row):
    file = tmp_path / "confirmed.csv"
    file.write_text(f"exercise_date,symbol,quantity\n2024-02-27,{CALL},3\n{row}\n")

    with pytest.raises(BadRow):
        confirm_by_file(file=file)

    assert statuses() == ["accepted", "accepted"]
