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


def test_lone_carriage_return_stays_in_its_cell() -> None:
    text = written([HEADER]) + "1,2020-01-01,5\rx\n" + written(ROWS)

    dialect = detect_dialect(sample_of(text))

    assert dialect.columns == tuple(HEADER)
    assert sample_frame(sample_of(text), dialect)["amount"].to_list() == ["5\rx", "5.00", "6.00"]


def test_sample_holds_trimmed_cells_of_head_and_pieces_and_no_ragged_record() -> None:
    sample = sample_of("a,b\n 1 ,\n2\n3,4,5\n", "6,7\n", "8\n9,  \n")

    frame = sample_frame(sample, detect_dialect(sample))

    assert frame.rows() == [("1", None), ("6", "7"), ("9", None)]


@pytest.mark.parametrize(
    ("preamble", "lines"),
    [
        ("Report of sales\n", 1),
        ("Report of sales, by day\n\nfrom 1 May\n\n", 4),
        ("sep=,\n", 1),
        ("\n\n", 2),
        ("Report,,\nof sales,,\n,,\n", 3),
        ('"a title\nof two lines"\n', 2),
    ],
)
@pytest.mark.parametrize("has_header", [True, False])
def test_lines_above_the_table_are_counted(preamble: str, lines: int, *, has_header: bool) -> None:
    rows = [[f"{n}", "2020-01-01", f"{n}.00"] for n in range(1, 9)]
    if not has_header and ",," in preamble:
        pytest.skip("is read as a header of one name")
    sample = sample_of(preamble + written([HEADER, *rows] if has_header else rows))

    dialect = detect_dialect(sample)

    assert (dialect.preamble, dialect.has_header, dialect.skip_lines) == (lines, has_header, lines + has_header)
    assert sample_frame(sample, dialect).rows() == [tuple(row) for row in rows]


@pytest.mark.parametrize("trailing", [1, 3])
@pytest.mark.parametrize("header_too", [True, False])
def test_trailing_delimiters_add_no_columns(trailing: int, *, header_too: bool) -> None:
    end = ";" * trailing
    sample = sample_of(f"a;b;c{end if header_too else ''}\n1;2020-01-01;5,00{end}\n2;2020-01-01;6,00{end}\n")

    dialect = detect_dialect(sample)

    assert dialect.columns == ("a", "b", "c")
    assert sample_frame(sample, dialect).rows() == [("1", "2020-01-01", "5,00"), ("2", "2020-01-01", "6,00")]


def test_empty_cells_that_are_left_off_at_the_end_are_none() -> None:
    sample = sample_of("customer,date,amount,note\n1,2020-01-01,5\n2,2020-01-01,6\n3,2020-01-01,7,late\n")

    dialect = detect_dialect(sample)

    assert dialect.columns == ("customer", "date", "amount", "note")
    assert sample_frame(sample, dialect)["note"].to_list() == [None, None, "late"]


@pytest.mark.parametrize(
    ("text", "delimiter", "columns"),
    [
        (" 001 0001 19970101  2   29.33\n 001 0001 19970118  2   29.73\n", " ", 5),
        (" id  date cds  value\n 001 19970101  1   11.77\n 002 19970112  1   12.00\n", " ", 4),
        (
            "Customer name  Order date  Total\nAnna Bell      2020-01-01  5,00\nBert Cole      2020-01-02  6,50\n",
            "  ",
            3,
        ),
    ],
)
def test_columns_aligned_by_spaces_are_found(text: str, delimiter: str, columns: int) -> None:
    dialect = detect_dialect(sample_of(text))

    assert (dialect.aligned, dialect.delimiter, len(dialect.columns)) == (True, delimiter, columns)
    assert sample_frame(sample_of(text), dialect).height == 2


@pytest.mark.parametrize(
    "first",
    ["17850\t1/2/2015\tsoap", "C536365\t14-Jan-15\t$12.00", "anna\t2020-01-01T10:00:00Z\t12.00"],
)
def test_tab_without_header_is_recognised(first: str) -> None:
    kind, date, last = first.split("\t")
    rows = [f"{kind}\t{date}\t{last}", *[f"{kind[:1]}{n}\t{date}\t{last}" for n in range(10, 20)]]
    dialect = detect_dialect(sample_of("\n".join(rows)))

    assert (dialect.delimiter, dialect.has_header) == ("\t", False)


def test_names_that_are_years_are_names_among_others() -> None:
    rows = [["anna", "2020-01-01", "5.00", "3"], ["bert", "2020-01-02", "6.00", "4"]]

    assert detect_dialect(sample_of(written([["customer", "date", "amount", "2020"], *rows]))).has_header


@pytest.mark.parametrize(
    ("cell", "quote", "damaged"),
    [
        ('"soap, blue"', '"', False),
        ("'soap, blue'", "'", False),
        ('5" soap', None, False),
        ("children's soap", '"', False),
        ('"soap', '"', True),
        ('"the "fine" soap"', '"', True),
        ('"soap" x', '"', True),
    ],
)
def test_quotes_and_their_damage_are_found(cell: str, quote: str | None, damaged: bool) -> None:  # noqa: FBT001
    lines = [f"{n},2020-01-01,{cell},5.00" for n in range(5)]

    dialect = detect_dialect(sample_of("customer,date,product,amount\n" + "\n".join(lines) + "\n"))

    assert (dialect.quote, dialect.damaged_quotes) == (quote, damaged)
    assert len(dialect.columns) == 4


def test_header_of_two_lines_is_one_header() -> None:
    sample = sample_of('customer,"date\nof order",amount\n1,2020-01-01,5.00\n')

    dialect = detect_dialect(sample)

    assert dialect.columns == ("customer", "date\nof order", "amount")
    assert dialect.skip_lines == 2
    assert not dialect.multiline


def test_quoted_delimiters_and_decimal_commas_at_once() -> None:
    rows = "".join(f'"Meier, {n}","01.02.2020","{n},50","a;b;c"\n' for n in range(9))

    dialect = detect_dialect(sample_of("kunde,datum,betrag,notiz\n" + rows))

    assert (dialect.delimiter, len(dialect.columns)) == (",", 4)


@settings(deadline=None, max_examples=200)
@given(st.text("ab1,;\t|\"' \n\r\0é", max_size=60))
def test_any_text_has_a_dialect_or_a_clear_error(text: str) -> None:
    sample = sample_of(text)
    try:
        dialect = detect_dialect(sample)
    except (SourceError, NoDataError):
        return

    assert sample_frame(sample, dialect).width == len(dialect.columns) >= 2
