"""The flow chart says what moved, holds every customer, and stays whole whatever the runs are."""

from __future__ import annotations

from pathlib import Path

import pytest
import vl_convert as vlc

from engine.charts import theme
from engine.comparison import Comparison, compare
from tests.charts.test_charts_draw import title, words
from tests.runs import write_run
from tests.segments.builders import model

BEFORE = [(f"c{each}", each % 3 + 1, 5.0) for each in range(30)]


def flow(tmp_path: Path, after: list[tuple[str, int, float]]) -> Comparison:
    return compare(write_run(tmp_path / "a", BEFORE), write_run(tmp_path / "b", after))


def test_the_title_tells_the_share_and_the_largest_move(tmp_path: Path) -> None:
    moved = [(name, 2 if segment == 1 else segment, revenue) for name, segment, revenue in BEFORE]

    chart = flow(tmp_path, [*moved[1:], ("x", 3, 1.0)]).charts["segment_flow"]

    svg = vlc.vegalite_to_svg(chart.to_json(validate=False))
    said = words(svg)
    assert title(chart) == "31% of customers changed segment; the largest move is from Loyal to Lapsed"
    assert title(chart) in said
    for label in (
        "Loyal 10",
        "Lapsed 19 (+9)",
        "New 11 (+1)",
        "New customers 1",
        "No longer in the data 1",
        "1 Feb 2024",
    ):
        assert label in said
    assert "NaN" not in svg
    assert "undefined" not in said


def test_ribbons_are_as_high_as_their_customers_and_coloured_by_where_they_come_from(tmp_path: Path) -> None:
    result = flow(tmp_path, [*BEFORE[:20], ("x", 3, 1.0)])

    rows = [
        row
        for rows in result.charts["segment_flow"].to_dict(validate=False)["datasets"].values()
        for row in rows
        if "flow" in row
    ]

    counts = dict.fromkeys(row["flow"] for row in rows)
    assert len(counts) == result.migration.filter(result.migration["customers"] > 0).height
    for each in counts:
        ribbon = [row for row in rows if row["flow"] == each]
        heights = {round(row["high"] - row["low"], 9) for row in ribbon}
        source, count = ribbon[0]["said"].split(" → ")[0], int(ribbon[0]["said"].rsplit(": ", 1)[1])
        assert heights == {count}
        number = {"Loyal": 1, "Lapsed": 2, "New": 3}.get(source)
        assert {row["colour"] for row in ribbon} == {theme.colour(number) if number else theme.RULE}
    assert sum(int(row["said"].rsplit(": ", 1)[1]) for row in rows if row["x"] == rows[0]["x"]) == 31


def test_ribbons_fill_their_blocks_side_by_side(tmp_path: Path) -> None:
    mixed = [(name, each % 4 % 3 + 1, 1.0) for each, (name, _, _) in enumerate(BEFORE)]
    chart = flow(tmp_path, mixed).charts["segment_flow"]

    tables = chart.to_dict(validate=False)["datasets"].values()
    ribbons = [row for rows in tables for row in rows if "flow" in row]
    blocks = [row for rows in tables for row in rows if "x2" in row]

    for end, place in ((min, 0.0), (max, max(row["x"] for row in blocks))):
        edge = end(row["x"] for row in ribbons)
        cuts = sorted((row["low"], row["high"]) for row in ribbons if row["x"] == edge)
        for block in (row for row in blocks if row["x"] == place):
            inside = [cut for cut in cuts if block["low"] - 1e-9 <= cut[0] < block["high"]]
            assert [low for low, _ in inside] == pytest.approx([block["low"], *(high for _, high in inside[:-1])])
            assert inside[-1][1] == pytest.approx(block["high"])


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (BEFORE, "Every customer stayed in their segment"),
        ([("x", 1, 1.0)], "The two runs have no customer in common"),
    ],
    ids=["nobody moved", "nobody known"],
)
def test_without_movers_the_title_says_so(after: list[tuple[str, int, float]], expected: str, tmp_path: Path) -> None:
    assert title(flow(tmp_path, after).charts["segment_flow"]) == expected


def test_ten_segments_each_are_drawn_with_all_their_names(tmp_path: Path) -> None:
    names = [f"Long-standing full-basket {each} fans" for each in ("Toys", "Beauty", "Garden", "Books", "Sport")]
    before = model([(10.0 * each,) for each in range(10)], [*names, *(f"{name} 2" for name in names)])
    after = model([(500.0 - 10 * each,) for each in range(10)], [f"Lapsed {each}" for each in range(10)])
    rows = [(f"c{each}", each % 10 + 1, 1.0) for each in range(200)]
    result = compare(
        write_run(tmp_path / "a", rows, fitted=before),
        write_run(
            tmp_path / "b", [(name, each // 2 % 10 + 1, 1.0) for each, (name, _, _) in enumerate(rows)], fitted=after
        ),
    )

    svg = vlc.vegalite_to_svg(result.charts["segment_flow"].to_json(validate=False))

    said = words(svg).replace("- ", "-")
    assert [name for name in [*before.names, *after.names] if name not in said] == []
