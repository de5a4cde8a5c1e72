from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import NoDataError, SourceError
from engine.intake.dialect import detect_dialect, sample_frame
from tests.intake.builders import sample_of

HEADER = ["customer", "date", "amount"]
ROWS = [["1", "2020-01-01", "5.00"], ["2", "2020-01-02", "6.00"]]


def written(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator=end).writerows(rows)
    return target.getvalue()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")]
)
def test_delimiter_is_found(delimiter: str, name: str, end: str) -> None:
    dialect = detect_dialect(sample_of(written([HEADER, *ROWS], delimiter, end)))

    assert (dialect.delimiter, dialect.delimiter_name) == (delimiter, name)
    assert dialect.columns == tuple(HEADER)
    assert dialect.has_header
    assert not dialect.multiline


def test_quoted_delimiters_do_not_count() -> None:
    rows = [[*row, "soap; blue; 2 pieces; large; new"] for row in ROWS]

    dialect = detect_dialect(
        sample_of(written([[*HEADER, "product"], *rows]).replace("soap", '"soap').replace("new", 'new"'))
    )

    assert dialect.delimiter == ","
    assert dialect.columns == (*HEADER, "product")


def test_decimal_commas_do_not_hide_semicolons() -> None:
    dialect = detect_dialect(sample_of("kunde;datum;betrag\n1;01.02.2020;5,00\n2;02.02.2020;6,50\n"))

    assert dialect.delimiter == ";"


def test_given_delimiter_is_taken() -> None:
    dialect = detect_dialect(sample_of("customer~date\n1~2020-01-01\n"), "~")

    assert dialect.columns == ("customer", "date")
    assert dialect.delimiter_name == "'~'"


def test_file_without_header_gets_numbered_columns() -> None:
    dialect = detect_dialect(sample_of(written(ROWS)))

    assert not dialect.has_header
    assert dialect.columns == ("column_1", "column_2", "column_3")
    assert sample_frame(sample_of(written(ROWS)), dialect).rows() == [tuple(row) for row in ROWS]


def test_digits_in_names_leave_a_header_a_header() -> None:
    assert detect_dialect(sample_of(written([["customer", "Address 2", "Q1"], *ROWS]))).has_header


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "a", "a"], ("a", "a_2", "a_3")),
        (["a", "", " "], ("a", "column_2", "column_3")),
        ([" a ", "a", "b"], ("a", "a_2", "b")),
    ],
)
def test_repeated_and_empty_names_become_names_of_their_own(names: list[str], expected: tuple[str, ...]) -> None:
    assert detect_dialect(sample_of(written([names, *ROWS]))).columns == expected


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(["a", "a_2", "a_2_2", "", "column_1", "column_2", "b"]), min_size=2, max_size=8))
def test_no_two_columns_share_a_name(names: list[str]) -> None:
    columns = detect_dialect(sample_of(written([["x", *names], ["1"] * (len(names) + 1)]))).columns

    assert len(set(columns)) == len(columns) == len(names) + 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_break_in_a_cell_is_noticed(end: str) -> None:
    sample = sample_of(written([HEADER, ["1", "2020-01-01", f"5{end}6"], *ROWS], end=end))

    dialect = detect_dialect(sample)

    assert dialect.multiline
    assert sample_frame(sample, dialect)["amount"].to_list() == ["5\n6", "5.00", "6.00"]


@pytest.mark.parametrize("delimiter", [None, ";"])
def test_one_column_only_is_refused(delimiter: str | None) -> None:
    with pytest.raises(SourceError, match=r"(?s)shop\.csv: its lines have one column only.*--delimiter"):
        detect_dialect(sample_of("customer\n1\n2\n"), delimiter)


@pytest.mark.parametrize("text", ["customer,date\n", "customer,date", "customer,date\r\n\r\n"])
def test_header_alone_is_no_data_and_names_its_columns(text: str) -> None:
    with pytest.raises(NoDataError, match=r"(?s)a header and no line below it.*customer, date"):
        detect_dialect(sample_of(text))


def test_damaged_record_does_not_hide_the_others() -> None:
    text = written([HEADER]) + "1,2020-01-01,5\rx\n" + written(ROWS)

    dialect = detect_dialect(sample_of(text))

    assert dialect.columns == tuple(HEADER)
    assert sample_frame(sample_of(text), dialect).rows() == [tuple(row) for row in ROWS]


def test_sample_holds_trimmed_cells_of_head_and_pieces_and_no_ragged_record() -> None:
    sample = sample_of("a,b\n 1 ,\n2\n3,4,5\n", "6,7\n", "8\n9,  \n")

    frame = sample_frame(sample, detect_dialect(sample))

    assert frame.rows() == [("1", None), ("6", "7"), ("9", None)]
