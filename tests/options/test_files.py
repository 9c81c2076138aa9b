from decimal import Decimal

import pytest

from options.errors import BadRow
from options.files import Row, read_rows


@pytest.fixture
def write(tmp_path):
    def write(content):
        file = tmp_path / "rows"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def test_a_json_list_is_read_with_the_lines_of_its_rows(write):
    file = write('[\n  {"symbol": "A"},\n\n  {"symbol": "B", "close_price": 89.35}\n]\n')

    assert read_rows(file) == [Row(2, {"symbol": "A"}), Row(4, {"symbol": "B", "close_price": Decimal("89.35")})]


def test_single_objects_are_read_as_printed_one_after_the_other(write):
    file = write('{\n  "symbol": "A"\n }  \n\n{"symbol": "B"} ')

    assert read_rows(file) == [Row(1, {"symbol": "A"}), Row(5, {"symbol": "B"})]


def test_csv_is_read_by_its_header_and_empty_cells_say_nothing(write):
    file = write('\ufeffsymbol, name ,status\nA,"Two\nlines",active\nB,,\n')

    assert read_rows(file) == [
        Row(2, {"symbol": "A", "name": "Two\nlines", "status": "active"}),
        Row(4, {"symbol": "B"}),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: the header has no column named symbol"),
        ("[]", "line 1: the file has no rows"),
        ("symbol\n", "line 1: the file has no rows"),
        ("ticker\nA\n", "line 1: the header has no column named symbol"),
        ("symbol\nA,B\n", "line 2: more cells than the header has columns"),
        ('[{"symbol": "A"},\n{"symbol": }]', "line 2: not JSON: Expecting value"),
        ('[{"symbol": "A"}\n{"symbol": "B"}]', "line 2: not JSON: expecting ',' or ']' after a row"),
        ('[{"symbol": "A"},\n"B"]', "line 2: a row must be an object"),
        ('[{"symbol": "A"}', "line 1: not JSON: expecting ',' or ']' after a row"),
        ('[{"symbol": "A"},', "line 1: not JSON: the list does not end where the file does"),
        ('[{"symbol": "A"}]\nmore', "line 1: not JSON: the list does not end where the file does"),
        (b"symbol\n\xff\xfe\n", "line 1: the file is not UTF-8 text"),
    ],
)
def test_what_cannot_be_read_is_named_by_line_and_reason(write, content, said):
    with pytest.raises(BadRow) as refused:
        read_rows(write(content))

    assert str(refused.value) == said
