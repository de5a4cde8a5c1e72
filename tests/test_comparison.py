"""Two runs side by side: the matrix adds up, matched segments keep their names, damaged folders are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.comparison import Comparison, compare
from engine.errors import EngineError, ModelError, OutputError, RunError
from engine.report.move_findings import moved
from engine.segments.matrix import BEHAVIOUR
from tests.runs import CENTROIDS, NAMES, write_run
from tests.segments.builders import model

BEFORE = [("a", 1, 10.0), ("b", 1, 20.5), ("c", 2, 30.0), ("d", 3, 0.0), ("e", 3, -5.25)]
AFTER = [("a", 3, 11.0), ("b", 3, 25.5), ("c", 2, 31.0), ("d", 1, 300.0), ("f", 2, 7.0)]
LATER = model([(0.2, 6), (0, -6), (0.1, 0.2)], ("Fresh", "Odd", "Faithful"))
"""New, then a segment that was not there before, then Loyal; Lapsed is gone."""


@pytest.fixture
def compared(tmp_path: Path) -> Comparison:
    a = write_run(tmp_path / "jan", BEFORE)
    b = write_run(tmp_path / "feb", AFTER, fitted=LATER, as_of="2024-03-01T00:00:00")
    return compare(a, b)


def test_matched_segments_keep_their_names_and_others_are_new_or_gone(compared: Comparison) -> None:
    pairs = compared.pairs.select("segment", "name", "status", "segment_a", "segment_b", "name_b")

    assert pairs.rows() == [
        (1, "Loyal", "kept", 1, 3, "Faithful"),
        (2, "Lapsed", "gone", 2, None, None),
        (3, "New", "kept", 3, 1, "Fresh"),
        (4, "Odd", "new", None, 2, "Odd"),
    ]


def test_the_matrix_holds_every_customer_and_the_money_to_the_cent(compared: Comparison) -> None:
    held = compared.migration.filter(pl.col("customers") > 0).drop("segment_before", "segment_after")

    assert compared.migration.height == (3 + 1) * (3 + 1) - 1
    assert held.rows() == [
        ("Loyal", "Loyal", 2, 30.5, 36.5),
        ("Lapsed", "Odd", 1, 30.0, 31.0),
        ("New", "New", 1, 0.0, 300.0),
        ("New", "No longer in the data", 1, -5.25, 0.0),
        ("New customers", "Odd", 1, 0.0, 7.0),
    ]


def test_the_balance_says_who_stayed_came_and_left(compared: Comparison) -> None:
    names = ["name", "customers_before", "stayed", "moved_out", "gone", "moved_in", "new", "customers_after", "net"]

    assert compared.balance.select(names).rows() == [
        ("Loyal", 2, 2, 0, 0, 0, 0, 2, 0),
        ("Lapsed", 1, 0, 1, 0, 0, 0, 0, -1),
        ("New", 2, 1, 0, 1, 0, 0, 1, -1),
        ("Odd", 0, 0, 0, 0, 1, 1, 2, 2),
    ]


def test_movers_are_listed_with_the_most_money_first(compared: Comparison) -> None:
    movers = compared.movers.collect()

    assert movers.drop("last_order").rows() == [
        ("c", "moved", "Lapsed", "Odd", 30.0, 31.0, 3, 3),
        ("f", "new", None, "Odd", None, 7.0, None, 5),
        ("e", "gone", "New", None, -5.25, None, 5, None),
    ]
    assert movers["last_order"].to_list()[0] == datetime(2024, 1, 3)
    assert_frame_equal(compared.top, movers)


def test_the_summary_counts_shares_and_tells_what_changed_by_the_cut_alone(compared: Comparison) -> None:
    summary = compared.summary

    assert summary["customers"] == {
        "before": 5, "after": 5, "both": 4, "stayed": 3, "moved": 1, "new": 1, "gone": 1, "moved_share": 0.25,
    }  # fmt: skip
    assert summary["revenue"]["moved_share"] == 31.0 / 367.5
    assert [each["code"] for each in summary["alerts"]] == ["segments_changed"]
    assert summary["findings"][0].startswith("25% of the customers of both runs changed segment: 1 of 4.")
    json.dumps(summary, allow_nan=False)


CUSTOMERS = st.dictionaries(
    st.text("abc0", min_size=1, max_size=3),
    st.tuples(st.integers(1, 3), st.integers(-(10**13), 10**13).map(lambda micros: micros / 1e6)),
    min_size=1,
    max_size=30,
)


@settings(deadline=None)
@given(before=CUSTOMERS, after=CUSTOMERS)
def test_the_matrix_adds_up_to_both_runs(
    before: dict[str, tuple[int, float]], after: dict[str, tuple[int, float]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    a = write_run(folder / "a", [(each, *rest) for each, rest in before.items()])
    b = write_run(folder / "b", [(each, *rest) for each, rest in after.items()], fitted=LATER)

    result = compare(a, b)

    matrix, of_later = result.migration, {1: 3, 2: 4, 3: 1}
    for column, held, number in (
        ("before", before, {each: each for each in (1, 2, 3)}),
        ("after", after, of_later),
    ):
        for segment in number:
            cells = matrix.filter(pl.col(f"segment_{column}") == number[segment])
            of_segment = [revenue for each, revenue in held.values() if each == segment]
            assert cells["customers"].sum() == len(of_segment)
            micros = (cells[f"revenue_{column}"] * 1e6).round().cast(pl.Int64).sum()
            assert micros == sum(round(revenue * 1e6) for revenue in of_segment)
    assert matrix["customers"].sum() == len({*before, *after})
    listed = {
        each
        for each in {*before, *after}
        if each not in before or each not in after or before[each][0] != of_later[after[each][0]]
    }
    assert set(result.movers.collect()["customer_id"]) == listed


def test_a_run_against_itself_has_no_movers(tmp_path: Path) -> None:
    run = write_run(tmp_path / "jan", BEFORE)

    result = compare(run, run)

    assert result.movers.collect().is_empty()
    assert moved(result.migration).is_empty()
    assert result.pairs["distance"].to_list() == [0.0] * 3
    assert [each["code"] for each in result.summary["alerts"]] == ["same_run"]
    assert result.summary["findings"] == ["All 5 customers of both runs stayed in their segment."]


def test_what_is_not_like_with_like_is_told(tmp_path: Path) -> None:
    other = model([(*each, 1) for each in CENTROIDS], NAMES, [replace(each, weight=10.0) for each in BEHAVIOUR[:3]])
    a = write_run(tmp_path / "jan", BEFORE)
    b = write_run(
        tmp_path / "feb", [("x", 1, 1.0)], fitted=other, as_of="2023-06-01T00:00:00", currency=None,
        period={"first": "2023-02-01T00:00:00"},
    )  # fmt: skip

    alerts = {each["code"]: each["message"] for each in compare(a, b).summary["alerts"]}

    assert list(alerts) == [
        "later_run_earlier", "currencies_differ", "no_common_customers", "later_begin", "features_differ",
    ]  # fmt: skip
    assert "feb (as of 1 Jun 2023) is earlier than jan (as of 1 Feb 2024)" in alerts["later_run_earlier"]
    assert "EUR and in no known currency" in alerts["currencies_differ"]
    assert "active_days" in alerts["features_differ"]


def test_runs_of_the_same_name_are_told_apart_by_the_folder_above(tmp_path: Path) -> None:
    a, b = write_run(tmp_path / "jan" / "shop", BEFORE), write_run(tmp_path / "feb" / "shop", BEFORE)

    runs = compare(a, b).summary["runs"]

    assert [runs[side]["name"] for side in "ab"] == ["jan/shop", "feb/shop"]


def _without(name: str) -> Callable[[Path], None]:
    return lambda run: (run / name).unlink()


def _with(name: str, content: str) -> Callable[[Path], None]:
    def write(run: Path) -> None:
        (run / name).write_text(content, encoding="utf-8")

    return write


def _customers(**change: pl.Expr | None) -> Callable[[Path], None]:
    def write(run: Path) -> None:
        frame = pl.read_parquet(run / "customers.parquet")
        dropped = [name for name, each in change.items() if each is None]
        frame.drop(dropped).with_columns(
            **{name: each for name, each in change.items() if each is not None}
        ).write_parquet(run / "customers.parquet")

    return write


def _twice(run: Path) -> None:
    frame = pl.read_parquet(run / "customers.parquet")
    pl.concat([frame, frame.head(1)]).write_parquet(run / "customers.parquet")


def _cut(run: Path) -> None:
    whole = (run / "customers.parquet").read_bytes()
    (run / "customers.parquet").write_bytes(whole[: len(whole) // 2])


DAMAGE: dict[str, tuple[Callable[[Path], None], type[EngineError], str]] = {
    "no customers": (_without("customers.parquet"), RunError, "not the folder of a run: it has no customers.parquet"),
    "no model": (_without("model.json"), RunError, "it has no model.json"),
    "no summary": (_without("summary.json"), RunError, "it has no summary.json"),
    "cut customers": (_cut, RunError, "customers.parquet: is damaged"),
    "no columns": (_customers(revenue=None, orders=None), RunError, "lacks the columns revenue, orders"),
    "unknown segment": (_customers(segment=pl.lit(4)), RunError, "none of the 3 segments"),
    "no segment": (_customers(segment=pl.lit(None, pl.Int64)), RunError, "none of the 3 segments"),
    "no revenue": (_customers(revenue=pl.lit(None, pl.Float64)), RunError, "without revenue"),
    "segments of text": (_customers(segment=pl.lit("x")), RunError, "customers.parquet: is damaged"),
    "a customer twice": (_twice, RunError, "more than once"),
    "model no JSON": (_with("model.json", "{"), ModelError, "model.json: is no JSON"),
    "model a list": (_with("model.json", "[]"), ModelError, "model.json: .*the file is no object"),
    "model of a later version": (_with("model.json", '{"format": 99}'), ModelError, "format 99"),
    "summary no JSON": (_with("summary.json", "{"), RunError, "summary.json: cannot be read"),
    "summary a list": (_with("summary.json", "[]"), RunError, "not the summary of a run"),
    "summary without as_of": (_with("summary.json", "{}"), RunError, "tells no as_of"),
}


@pytest.mark.parametrize("case", DAMAGE)
@pytest.mark.parametrize("side", ["a", "b"])
def test_a_damaged_run_is_told(case: str, side: str, tmp_path: Path) -> None:
    damage, kind, message = DAMAGE[case]
    runs = {each: write_run(tmp_path / each, BEFORE) for each in "ab"}
    damage(runs[side])

    with pytest.raises(kind, match=message):
        compare(runs["a"], runs["b"], out=tmp_path / "out")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_only_the_folder_of_an_earlier_comparison_is_replaced(tmp_path: Path) -> None:
    a, b = (write_run(tmp_path / each, BEFORE) for each in "ab")

    for out, message in ((a, "holds the input"), (b / "moves", "lies in the folder of the run")):
        with pytest.raises(OutputError, match=message):
            compare(a, b, out=out)
    compare(a, b, out=tmp_path / "out")
    compare(a, b, out=tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"mine\.txt"):
        compare(a, b, out=tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").exists()
