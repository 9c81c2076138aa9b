"""The clearing file of assignments: read whole, or every bad line named."""

from datetime import date

import pytest

from trading.assignment_errors import AssignmentFileWrong
from trading.rules.assignment_notices import NoticeLine, NoticeTicket, read_file

HEADER = "reference,symbol,quantity,exercise_date"
GOOD = "A1,QS    240301C00004500,3,2024-02-28"
CALL = "QS240301C00004500"


def file_of(*lines, trailer="TRAILER,1,3"):
    return "\r\n".join([HEADER, *lines, trailer]) + "\r\n"


def test_a_file_is_read_in_either_form_of_the_symbol():
    text = "\ufeff" + file_of(GOOD, "", f"A2, {CALL} ,2,2024-02-28", trailer="TRAILER,2,5,")

    assert read_file(text) == [
        NoticeLine(2, NoticeTicket("A1", CALL, 3, date(2024, 2, 28))),
        NoticeLine(4, NoticeTicket("A2", CALL, 2, date(2024, 2, 28))),
    ]


def test_a_day_without_assignments_is_a_file_too():
    assert read_file(file_of(trailer="TRAILER,0,0")) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"A2,{CALL},0,2024-02-28", "quantity 0 must be"),
        (f"A2,{CALL},-1,2024-02-28", "quantity -1 must be"),
        (f"A2,{CALL},1.5,2024-02-28", "quantity 1.5 must be"),
        (f"A2,{CALL},99999999999,2024-02-28", "quantity 99999999999 must be"),
        ("A2,QS,1,2024-02-28", "symbol QS is not that of an option series"),
        (f"A2,{CALL},1,2024-02-30", "exercise_date 2024-02-30 must be"),
        (f"A2,{CALL},1,20240228", "exercise_date 20240228 must be"),
        (f",{CALL},1,2024-02-28", "reference must have"),
        (f"{'x' * 65},{CALL},1,2024-02-28", "reference must have"),
        (f"A1,{CALL},1,2024-02-28", "reference A1 is on line 2 too"),
        (f"A2,{CALL},1", "4 columns are needed, and 3 found"),
    ],
)
def test_a_bad_line_is_named(line, said):
    with pytest.raises(AssignmentFileWrong) as refusal:
        read_file(file_of(GOOD, line, trailer="TRAILER,2,4"))

    assert said in refusal.value.lines[3][0]


def test_every_bad_line_is_named_at_once():
    with pytest.raises(AssignmentFileWrong) as refusal:
        read_file(file_of(GOOD, f"A2,{CALL},x,y", "A3", trailer="TRAILER,3,4"))

    assert {line: len(said) for line, said in refusal.value.lines.items()} == {3: 2, 4: 1, 5: 1}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "the header must be"),
        ("TRAILER,0,0", 1, "the header must be"),
        (f"{HEADER}\n{GOOD}\n", 3, "the last line must be the trailer"),
        (file_of(GOOD, trailer="TRAILER,2,3"), 3, "counts 2 notices, and the file has 1"),
        (file_of(GOOD, trailer="TRAILER,1,4"), 3, "counts 4 contracts, and the file has 3"),
        (file_of(GOOD, trailer="TRAILER,1"), 3, "the trailer must be"),
        (file_of(GOOD, "TRAILER,1,3"), 3, "nothing may follow the trailer"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(text, line, said):
    with pytest.raises(AssignmentFileWrong) as refusal:
        read_file(text)

    assert said in refusal.value.lines[line][0]
