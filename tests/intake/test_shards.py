from __future__ import annotations

import csv
import io
import re
import shutil
from collections import Counter
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.errors import EngineError, NoDataError, SourceError
from engine.schema import REJECTS, TRANSACTIONS
from tests.intake.builders import Taken, opened, take

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "customer,order,product,date,quantity,unit price\n"
MIXED = (
    HEADER
    + "".join(
        f"c{number % 40},o{number % 97},p{number % 7},2020-01-{number % 28 + 1:02},{number % 5 - 1},0.25\n"
        for number in range(400)
    )
    + ",o1,p1,2020-01-01,1,1\n"
    + "c1,o1,p1,tomorrow,1,1\n"
    + "c1,o1,p1,2020-01-01,1,dear\n"
)
KEYS = TRANSACTIONS.names


def sums_up(taken: Taken) -> None:
    """Hold the counts and sums of a pass against what it left on disk."""
    intake, lines = taken.intake, taken.lines
    assert intake.read == intake.kept + sum(intake.rejected_by_reason.values())
    assert intake.kept == lines.height
    assert intake.revenue == sum(lines["amount"].to_list())
    assert (intake.first, intake.last) == (lines["ordered_at"].min(), lines["ordered_at"].max())
    assert dict(Counter(taken.rejects["reason"].to_list())) == intake.rejected_by_reason


def test_read_is_kept_and_rejected(tmp_path: Path) -> None:
    taken = take(tmp_path, MIXED)

    sums_up(taken)
    assert (taken.intake.read, taken.intake.kept) == (403, 400)
    assert taken.lines.schema == TRANSACTIONS.schema
    assert taken.rejects.columns == REJECTS.names


@pytest.mark.parametrize("shards", [2, 16, 64])
def test_number_of_shards_changes_no_line(tmp_path: Path, shards: int) -> None:
    one = take(tmp_path, MIXED, shards=1)
    many = take(tmp_path, MIXED, shards=shards)

    sums_up(many)
    assert len(many.intake.shards) > 1
    assert_frame_equal(many.lines.sort(KEYS), one.lines.sort(KEYS), check_exact=True)
    assert_frame_equal(many.rejects.sort("line"), one.rejects.sort("line"), check_exact=True)


def test_every_customer_lies_whole_in_one_shard(tmp_path: Path) -> None:
    taken = take(tmp_path, MIXED, shards=16)
    homes = Counter(
        customer for shard in taken.intake.shards for customer in pl.read_ipc(shard)["customer_id"].unique()
    )

    assert len(homes) == 40
    assert set(homes.values()) == {1}


def test_rejected_lines_name_file_line_reason_and_text(tmp_path: Path) -> None:
    taken = take(tmp_path, HEADER + 'a,o,p,2020-01-01,1,1\n,o,"p ""x"", y",2020-01-01,1,1\na,o,p,soon,1,1\n')

    rows = taken.rejects.sort("line").rows()

    assert rows == [
        ("0.csv", 3, "missing customer", ',o,"p ""x"", y",2020-01-01,1,1'),
        ("0.csv", 4, "unreadable date, or not in 1990-2100", "a,o,p,soon,1,1"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_numbers_count_header_and_blank_lines(tmp_path: Path, end: str) -> None:
    content = f"{HEADER}\na,o,p,2020-01-01,1,1\n\nb,o,p,2020-01-01,1,dear\n".replace("\n", end)

    taken = take(tmp_path, content)

    assert taken.rejects.sort("line").select("line", "reason").rows() == [
        (2, "blank line"),
        (4, "blank line"),
        (5, "unreadable price, or beyond 1,000,000,000"),
    ]
    sums_up(taken)


def test_lines_of_a_file_without_header_are_counted_from_one(tmp_path: Path) -> None:
    names = {"customer": "column_1", "date": "column_2", "amount": "column_3"}

    taken = take(tmp_path, b"\xef\xbb\xbfa,2020-01-01,5\nb,2020-01-02,dear\n", columns=names)

    assert taken.lines["customer_id"].to_list() == ["a"]
    assert taken.rejects["line"].to_list() == [2]


@pytest.mark.parametrize("surplus", ["extra", '"ex,""tra"""'])
def test_line_with_too_many_cells_is_rejected_with_its_surplus(tmp_path: Path, surplus: str) -> None:
    taken = take(tmp_path, f"{HEADER}a,o,p,2020-01-01,1,1\nb,o,p,2020-01-01,1,1,{surplus}\n")

    assert taken.rejects.select("reason", "raw").rows() == [
        ("more cells than the header", f"b,o,p,2020-01-01,1,1,{surplus}")
    ]


def test_trailing_delimiter_is_no_surplus(tmp_path: Path) -> None:
    assert take(tmp_path, f"{HEADER}a,o,p,2020-01-01,1,1\nb,o,p,2020-01-01,1,1,\n").intake.kept == 2


def test_line_with_too_few_cells_is_judged_by_what_it_lacks(tmp_path: Path) -> None:
    content = "customer,date,amount,note\na,2020-01-01,5,fine\nb,2020-01-01,5\nc,2020-01-01\nd\n"

    taken = take(tmp_path, content)

    assert sorted(taken.lines["customer_id"].to_list()) == ["a", "b"]
    assert taken.rejects.sort("line").select("line", "reason").rows() == [(4, "missing amount"), (5, "missing date")]


def test_line_breaks_in_cells_are_read_and_line_numbers_left_out(tmp_path: Path) -> None:
    content = (
        'customer,date,amount,note\na,2020-01-01,5,"two\nlines"\nb,2020-01-01,x,"two\nlines"\nc,2020-01-01,6,one\n'
    )

    taken = take(tmp_path, content)

    sums_up(taken)
    assert sorted(taken.lines["customer_id"].to_list()) == ["a", "c"]
    assert taken.rejects.select("line", "raw").rows() == [(None, 'b,2020-01-01,x,"two\nlines"')]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_mended_lines_can_be_run_again(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["customer", "product", "date", "amount", "note"],
        ["a", "soap", "2020-01-01", "5", ""],
        ["b", f'12" {delimiter} "blue"', "2020-01-02", "DEAR", f"1{delimiter}2"],
        ["c", "two\nlines", "2020-01-03", "DEAR", '"'],
        ["", "soap", "2020-01-04", "8", " spaced "],
    ]
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator="\n").writerows(rows)
    first = take(tmp_path / "first", target.getvalue())
    mended = [raw.replace("DEAR", "7") if "DEAR" in raw else f"d{raw}" for raw in first.rejects["raw"]]

    second = take(tmp_path / "second", "\n".join([delimiter.join(rows[0]), *mended, ""]), delimiter=delimiter)

    assert first.intake.kept == 1
    assert second.lines.sort("customer_id").select("customer_id", "product_id", "amount").rows() == [
        ("b", rows[2][1], 7_000_000),
        ("c", "two\nlines", 7_000_000),
        ("d", "soap", 8_000_000),
    ]


def test_several_files_are_one_input_and_keep_their_names(tmp_path: Path) -> None:
    taken = take(
        tmp_path,
        f"{HEADER}a,o,p,2020-01-01,1,1\na,o,p,x,1,1\n",
        f"{HEADER}a,o2,p,2020-02-01,1,1\n\n,o,p,2020-01-01,1,1\n",
    )

    sums_up(taken)
    assert taken.intake.read == 5
    assert taken.rejects.sort("file", "line").select("file", "line").rows() == [
        ("0.csv", 3),
        ("1.csv", 3),
        ("1.csv", 4),
    ]


def test_line_breaks_in_the_cells_of_any_file_leave_line_numbers_out(tmp_path: Path) -> None:
    taken = take(tmp_path, f"{HEADER}a,o,p,2020-01-01,1,1\n", f'{HEADER}"a\nb",o,p,2020-01-01,1,1\nc,o,p,x,1,1\n')

    assert taken.rejects["line"].to_list() == [None]


def test_files_of_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"(?s)1\.csv: its columns differ from those of .*0\.csv.*user, date, amount"):
        opened(tmp_path, "customer,date,amount\na,2020-01-01,1\n", "user,date,amount\na,2020-01-01,1\n")


def test_files_of_other_delimiters_and_orders_of_columns_are_each_read_in_their_way(tmp_path: Path) -> None:
    taken = take(tmp_path, "customer,date,amount\na,2020-01-01,1\n", "amount;customer;date\n2;b;2020-01-02\n")

    assert taken.lines.sort("customer_id").select("customer_id", "amount").rows() == [
        ("a", 1_000_000),
        ("b", 2_000_000),
    ]


def test_file_without_a_usable_line_names_reasons_and_columns(tmp_path: Path) -> None:
    content = "client,day,total\n,2020-01-01,5\n,2020-01-01,5\na,2020-01-01,1e15\n"

    with pytest.raises(
        NoDataError,
        match=r"(?s)0\.csv: none of its 3 lines can be used.*2 lines: missing customer; 1 lines: unreadable amount.*"
        r"customer = client, date = day, amount = total",
    ):
        take(tmp_path, content)


def test_ids_written_as_floats_are_known_by_the_whole_column(tmp_path: Path) -> None:
    floats = take(
        tmp_path / "floats", "customer,date,amount\n17850.0,2020-01-01,1\n,2020-01-01,1\n00012.0,2020-01-01,1\n"
    )
    texts = take(tmp_path / "texts", "customer,date,amount\n17850.0,2020-01-01,1\nA.0,2020-01-01,1\n")

    assert sorted(floats.lines["customer_id"].to_list()) == ["00012", "17850"]
    assert sorted(texts.lines["customer_id"].to_list()) == ["17850.0", "A.0"]


def test_missing_customers_raise_an_alert_with_the_money_at_stake(tmp_path: Path) -> None:
    taken = take(tmp_path, "customer,date,amount\na,2020-01-01,75\n,2020-01-01,20\n,2020-01-01,5\nb,x,1\n")

    alerts = {alert.code: alert for alert in taken.intake.alerts}

    assert (alerts["missing_customers"].rows, alerts["missing_customers"].amount) == (2, 25.0)
    assert "25.0%" in alerts["missing_customers"].message
    assert (alerts["rejected_lines"].rows, alerts["rejected_lines"].amount) == (1, 1.0)


def test_letters_that_are_no_utf8_stop_nothing(tmp_path: Path) -> None:
    head = b"customer,date,amount\n" + b"a,2020-01-01,1\n" * 100_000
    bad = b"M\xfcller,2020-01-01,1\n"

    taken = take(tmp_path, head + bad + b"b,2020-01-01,1\n" * 100_000)

    assert taken.intake.rejected_by_reason == {"customer not in UTF-8": 1}
    assert taken.rejects["line"].to_list() == [100_002]


def test_totals_up_to_64_bits_are_exact_and_beyond_an_error(tmp_path: Path) -> None:
    taken = take(tmp_path, "customer,date,amount\n" + "a,2020-01-01,999999999.999999\n" * 9_000)

    assert taken.intake.revenue == 9_000 * (10**15 - 1)
    (tmp_path / "more").mkdir()
    with pytest.raises(EngineError, match="more than can be counted exactly"):
        take(
            tmp_path / "more", "customer,date,amount\n" + "a,2020-01-01,1000000000\nb,2020-01-01,-1000000000\n" * 5_000
        )


BLANKS = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""The white space of Unicode."""
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
DRESSED = re.compile(r"\d\s*[-%),]|[($€£¥,]\s*\d")
"""A sign behind, a comma, parentheses, a currency: whether such a cell is a number is judged by its whole column."""
ROLES = {role: role for role in ("customer", "order", "product", "category", "date", "quantity", "price")}

ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Cs"], codec="utf-8"), max_size=5),
    st.text(',;"\r\n \t.0aé', max_size=5),
)
NUMBERS = st.one_of(
    st.decimals(-100_000, 100_000, places=2).map(str),
    st.decimals(-2_000_000_000, 2_000_000_000, places=8).map("{:f}".format),
    st.sampled_from(["0", "-1", "1e3", " 5 ", "1000000000", "-9223372036854.775808", "1" * 50]),
    ANY_TEXT.filter(lambda text: not DRESSED.search(text)),
)
ROWS = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(["a", "b", "", "17850.0"]), ANY_TEXT),
        ANY_TEXT,
        ANY_TEXT,
        st.one_of(st.dates().map(str), st.just("2020-02-02"), ANY_TEXT),
        NUMBERS,
        NUMBERS,
    ),
    min_size=1,
    max_size=12,
)


def decimal(cell: str, places: int) -> Decimal | None:
    """Read a number by the standard library, rounded to some places; None where 64 bits do not hold it."""
    text = cell.strip(BLANKS)
    if not NUMBER.fullmatch(text):
        return None
    units = round(Fraction(Decimal(text)) * 10**places)
    return Decimal(units).scaleb(-places) if -(2**63) <= units < 2**63 else None


def expected_amount(customer: str, date: str, quantity: str, price: str) -> Decimal | None:
    """Say what a line is worth, by the standard library; None where it must be rejected."""
    name = customer.strip(BLANKS)
    if not name or "\ufffd" in name or not re.fullmatch(r"(199\d|20\d\d|2100)-\d\d-\d\d", date.strip(BLANKS)):
        return None
    goods, money = decimal(quantity, 3), decimal(price, 6)
    if goods is None or money is None or abs(goods) > 10**9:
        return None
    exact = goods * money
    if abs(exact) > 10**9:
        return None
    amount = exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return -abs(amount) if goods < 0 else amount


@settings(deadline=None, max_examples=90)
@given(rows=ROWS, shards=st.sampled_from([1, 3]))
def test_whatever_the_cells_no_line_is_lost_and_the_money_is_exact(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], shards: int
) -> None:
    folder = tmp_path_factory.mktemp("cells")
    table = [
        [customer, str(number), *rest]
        for number, (customer, *rest) in enumerate([*rows, ("good", "p", "c", "2020-01-01", "1", "1")])
    ]
    target = io.StringIO()
    csv.writer(target).writerows([list(ROLES), *table])
    expected = {row[1]: expected_amount(row[0], *row[4:]) for row in table}

    taken = take(folder, target.getvalue(), shards=shards, delimiter=",", date_format="%Y-%m-%d", columns=ROLES)

    shutil.rmtree(folder)
    sums_up(taken)
    assert taken.intake.read == len(table)
    assert {order: Decimal(amount).scaleb(-6) for order, amount in taken.lines.select("order_id", "amount").rows()} == {
        order: amount for order, amount in expected.items() if amount is not None
    }


@settings(deadline=None, max_examples=40)
@given(st.one_of(st.text('a1,;"\r\n .-', max_size=60).map(str.encode), st.binary(max_size=60)))
def test_whatever_the_bytes_only_engine_errors_come_out(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    content = b"customer,date,amount\na,2020-01-01,5\n" + body

    outcome: Taken | EngineError
    try:
        outcome = take(folder, content)
    except EngineError as error:
        outcome = error

    shutil.rmtree(folder)
    if isinstance(outcome, EngineError):
        assert "0.csv: " in outcome.what
    else:
        sums_up(outcome)
        assert outcome.intake.first >= datetime(1990, 1, 1)
