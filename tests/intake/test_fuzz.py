"""Whatever a file holds: an answer or one clear error, no line lost, and every kept amount right."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import EngineError
from tests.intake.builders import Taken, take

if TYPE_CHECKING:
    import pytest

HEADER = ["Customer ID", "Order ID", "Order Date", "Product", "Quantity", "Line Total"]
SOUND = [
    [f"c{n % 9}", f"o{n // 2}", f"2020-{n % 12 + 1:02}-{n % 28 + 1:02}", f"p{n % 5}", "1", f"{n}.25"] for n in range(40)
]
PLAIN = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,6})?")
MARKS = st.text("0123456789.,-+()%€$ eE'\"\u00a0", max_size=12)
WORDS = st.text(max_size=12)
DATES = st.one_of(
    st.dates().map(str),
    st.datetimes().map(str),
    st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{2,4}", fullmatch=True),
    st.integers(-(10**20), 10**20).map(str),
)
CELL = st.one_of(WORDS, MARKS, DATES, st.sampled_from(["", "nan", "NULL", "inf", "-0", "1e400", "\x00", "\ufeff", '"']))
CHARACTERS = st.text("a1é,;|\t\"'\r\n .-/:\0", max_size=200)


def _outcome(folder: pytest.TempPathFactory, content: bytes, *, shards: int = 1) -> Taken | None:
    """Take the bytes in; None where they are refused with a clear error, and any other error fails the test."""
    path = folder.mktemp("fuzz")
    try:
        taken = take(path, content, shards=shards)
    except EngineError as error:
        assert error.what  # noqa: PT017
        return None
    finally:
        shutil.rmtree(path)
    intake = taken.intake
    assert intake.read == intake.kept + sum(intake.rejected_by_reason.values())
    assert intake.kept == taken.lines.height
    assert intake.revenue == sum(taken.lines["amount"].to_list())
    assert Counter(taken.rejects["reason"].to_list()) == intake.rejected_by_reason
    assert taken.lines["customer_id"].null_count() == taken.lines["ordered_at"].null_count() == 0
    return taken


def _csv(rows: list[list[str]]) -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue().encode(errors="replace")


@settings(deadline=None, max_examples=60)
@given(
    content=st.one_of(st.binary(max_size=300), CHARACTERS.map(str.encode), CHARACTERS.map(lambda t: t.encode("utf-16")))
)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    _outcome(tmp_path_factory, content)


@settings(deadline=None, max_examples=60)
@given(damage=st.one_of(st.binary(max_size=60), CHARACTERS.map(str.encode)), place=st.integers(0, 1_200))
def test_bytes_in_the_middle_of_an_export_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes, place: int
) -> None:
    content = _csv([HEADER, *SOUND])

    _outcome(tmp_path_factory, content[:place] + damage + content[place:])


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.lists(CELL, min_size=6, max_size=6), max_size=6), shards=st.sampled_from([1, 3]))
def test_any_cells_beside_sound_lines(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], shards: int
) -> None:
    _outcome(tmp_path_factory, _csv([HEADER, *SOUND, *rows]), shards=shards)


@settings(deadline=None, max_examples=60)
@given(column=st.integers(0, 5), cells=st.lists(CELL, min_size=40, max_size=40))
def test_a_whole_column_of_any_cells(tmp_path_factory: pytest.TempPathFactory, column: int, cells: list[str]) -> None:
    rows = [[*row[:column], cell, *row[column + 1 :]] for row, cell in zip(SOUND, cells, strict=True)]

    _outcome(tmp_path_factory, _csv([HEADER, *rows]))


@settings(deadline=None, max_examples=60)
@given(
    cells=st.lists(
        st.one_of(
            st.decimals(-(10**8), 10**8, places=2).map(str),
            st.from_regex(PLAIN, fullmatch=True),
            st.text("0123456789.-x", max_size=9),
        ),
        max_size=12,
    )
)
def test_kept_money_is_that_of_the_decimals(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    odd = [[f"c{n}", f"x{n}", "2020-03-04", "p1", "1", cell] for n, cell in enumerate(cells)]

    taken = _outcome(tmp_path_factory, _csv([HEADER, *SOUND, *odd]))

    assert taken is not None
    kept = dict(taken.lines.filter(taken.lines["order_id"].str.starts_with("x")).select("order_id", "amount").rows())
    for _, order, *_, cell in odd:
        if PLAIN.fullmatch(cell) and order in kept:
            assert kept[order] == int(Decimal(cell).scaleb(6).to_integral_value(ROUND_HALF_EVEN))
        elif PLAIN.fullmatch(cell):
            assert Decimal(cell) == 0
