from __future__ import annotations

import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import NoDataError, SourceError
from engine.intake.tablefiles import SAMPLED_ROWS, sample_table, scan_table
from tests.intake.builders import write

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Cell = str | float | bool | tuple[float] | None
"""A cell of a sheet; a number in a tuple is shown as a date."""


def text_of(path: Path) -> pl.DataFrame:
    return scan_table(path).collect()


def test_every_type_becomes_text_that_reads_back_exactly(tmp_path: Path) -> None:
    moment = datetime(2020, 1, 2, 3, 4, 5, 678_000)
    frame = pl.DataFrame(
        {
            "text": ["007", " a "],
            "kind": pl.Series(["x", "y"], dtype=pl.Categorical),
            "int": [1, -(2**62)],
            "bool": [True, False],
            "day": [date(2020, 1, 2), None],
            "ns": pl.Series([1_577_934_245_678_000_001, None]).cast(pl.Datetime("ns")),
            "us": [moment, moment],
            "ms": pl.Series([moment, moment], dtype=pl.Datetime("ms")),
            "zone": pl.Series([moment, moment]).dt.replace_time_zone("America/New_York"),
            "decimal": [Decimal("1.50"), Decimal("-123456789012345678.01")],
            "float": [1e-7, 1e16],
            "more": [0.1 + 0.2, float("nan")],
            "f32": pl.Series([0.1, 3.3e10], dtype=pl.Float32),
            "bytes": [b"K\xc3\xb6ln", b"K\xf6ln"],
            "nested": [[1], [2]],
            "struct": [{"a": 1}, {"a": 2}],
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")

    assert text_of(tmp_path / "t.parquet").to_dict(as_series=False) == {
        "text": ["007", " a "],
        "kind": ["x", "y"],
        "int": ["1", "-4611686018427387904"],
        "bool": ["true", "false"],
        "day": ["2020-01-02", None],
        "ns": ["2020-01-02T03:04:05.678000001", None],
        "us": ["2020-01-02T03:04:05.678"] * 2,
        "ms": ["2020-01-02T03:04:05.678"] * 2,
        "zone": ["2020-01-02T08:04:05.678Z"] * 2,
        "decimal": ["1.50", "-123456789012345678.01"],
        "float": ["0.0000001", "10000000000000000"],
        "more": ["0.30000000000000004", None],
        "f32": ["0.1", "33000000000.0"],
        "bytes": ["Köln", "K\ufffdln"],
    }


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), min_size=1))
def test_floats_lose_nothing_and_have_no_exponent(
    tmp_path_factory: pytest.TempPathFactory, values: list[float | None]
) -> None:
    path = tmp_path_factory.mktemp("floats") / "t.parquet"
    pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)}).write_parquet(path)

    texts = text_of(path)["x"].to_list()

    assert [None if text is None else float(text) for text in texts] == values
    assert not any("e" in text.lower() for text in texts if text)


def test_sample_holds_head_middle_and_end_and_no_row_twice(tmp_path: Path) -> None:
    pl.DataFrame({"n": range(300_000)}).write_parquet(tmp_path / "t.parquet", row_group_size=10_000)

    numbers = sample_table(tmp_path / "t.parquet")["n"].cast(pl.Int64)

    assert numbers.n_unique() == len(numbers) == 3 * SAMPLED_ROWS
    assert (numbers.min(), numbers.max()) == (0, 299_999)
    assert numbers.is_between(140_000, 160_000).sum() == SAMPLED_ROWS


@pytest.mark.parametrize("rows", [1, SAMPLED_ROWS, SAMPLED_ROWS + 1, 2 * SAMPLED_ROWS + 3, 3 * SAMPLED_ROWS])
def test_small_table_is_sampled_whole_and_trimmed(tmp_path: Path, rows: int) -> None:
    pl.DataFrame({"n": [f" {n} " for n in range(rows)], "blank": [" "] * rows}).write_parquet(tmp_path / "t.parquet")

    sample = sample_table(tmp_path / "t.parquet")

    assert sample["n"].to_list() == [str(n) for n in range(rows)]
    assert sample["blank"].null_count() == rows


def test_parquet_without_rows_or_flat_columns_or_whole_bytes_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"a": []}, schema={"a": pl.Int64}).write_parquet(tmp_path / "empty.parquet")
    pl.DataFrame({"a": [[1]]}).write_parquet(tmp_path / "nested.parquet")
    write(tmp_path / "cut.parquet", (tmp_path / "nested.parquet").read_bytes()[:-20])

    with pytest.raises(NoDataError, match="no rows"):
        sample_table(tmp_path / "empty.parquet")
    with pytest.raises(SourceError, match="no column of text"):
        sample_table(tmp_path / "nested.parquet")
    with pytest.raises(SourceError, match="is damaged"):
        sample_table(tmp_path / "cut.parquet")


def workbook(path: Path, sheets: dict[str, list[list[Cell]]]) -> Path:
    """Write a minimal workbook."""
    names = [f'<sheet name="{name}" sheetId="{n + 1}" r:id="s{n}"/>' for n, name in enumerate(sheets)]
    targets = [(f"s{n}", "worksheet", f"worksheets/s{n}.xml") for n in range(len(sheets))]
    formats = '<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
    kinds = '<Default Extension="xml" ContentType="application/xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{kinds}</Types>',
        "_rels/.rels": linked([("b", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{"".join(names)}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": linked([*targets, ("styles", "styles", "styles.xml")]),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{formats}</styleSheet>',
    }
    for n, rows in enumerate(sheets.values()):
        lines = [
            f'<row r="{r}">{"".join(cell(f"{chr(65 + c)}{r}", value) for c, value in enumerate(row))}</row>'
            for r, row in enumerate(rows, 1)
        ]
        sheet = f"<sheetData>{''.join(lines)}</sheetData>"
        parts[f"xl/worksheets/s{n}.xml"] = f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>'
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def linked(targets: list[tuple[str, str, str]]) -> str:
    links = [f'<Relationship Id="{key}" Type="{LINKS}/{kind}" Target="{target}"/>' for key, kind, target in targets]
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(links)}</Relationships>'


def cell(place: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f'<c r="{place}" s="1"><v>{value[0]}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


ORDERS: list[list[Cell]] = [
    ["Customer", "Date", "Total", "Paid", "Customer"],
    ["007", (43831.5,), 12.1, True, 17850],
    [],
    ["Käthe & Co", (43832,), 2297200.8603, False, None],
]


def test_first_sheet_with_a_table_is_read_below_its_title(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel")
    path = workbook(tmp_path / "t.xlsx", {"Notes": [["hello"]], "Empty": [], "Orders": [["Report"], [], *ORDERS]})

    frame = text_of(path)

    assert frame.columns == ["Customer", "Date", "Total", "Paid", "Customer_2"]
    assert frame.rows() == [
        ("007", "2020-01-01 12:00:00", "12.1", "true", "17850"),
        ("Käthe & Co", "2020-01-02 00:00:00", "2297200.8603", "false", None),
    ]
    assert sample_table(path).rows() == frame.rows()


def test_sheet_without_header_gets_numbered_columns(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel")
    path = workbook(
        tmp_path / "t.xlsx", {"Orders": [["a1", (43831,), 5.0], ["a2", (43832,), 6.5], ["a3", (43833,), 7.0]]}
    )

    assert text_of(path).columns == ["column_1", "column_2", "column_3"]
    assert text_of(path).height == 3


def test_workbook_without_a_table_and_damaged_one_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel")
    with zipfile.ZipFile(tmp_path / "damaged.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<nonsense")

    with pytest.raises(NoDataError, match="none of its 1 sheets"):
        scan_table(workbook(tmp_path / "t.xlsx", {"Notes": [["hello"]]}))
    with pytest.raises(SourceError, match="is damaged"):
        scan_table(tmp_path / "damaged.xlsx")


def test_workbook_without_the_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastexcel", None)

    with pytest.raises(SourceError, match=r"(?s)the extra \[excel\].*pip install"):
        scan_table(workbook(tmp_path / "t.xlsx", {"Orders": ORDERS}))
