"""Every chart becomes a picture, says what it found, and keeps each segment's colour."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import polars as pl
import pytest
import vl_convert as vlc

from engine.charts import NAMES, draw, theme
from engine.charts.affinity import telling_items
from engine.charts.parts import apart, cut, lines, spaced
from engine.charts.timing import binned
from engine.report.painter import fitting_scale, render
from tests.charts.frames import example

if TYPE_CHECKING:
    import altair as alt

HOSTILE = '<script>alert(1)</script> & "quotes" ' + "x" * 300 + " 🎁"
SVG = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> str:
    """Return all texts of an SVG with single spaces, the lines of a broken label joined."""
    found = []
    for text in ET.fromstring(svg).iter(f"{SVG}text"):  # noqa: S314 - our own
        spans = [span.text or "" for span in text.iter(f"{SVG}tspan")]
        found += spans or [text.text or ""]
    return " ".join(" ".join(found).replace("\u200b", " ").split())


def title(chart: alt.Chart) -> str:
    """Return the finding of a chart as one line."""
    return " ".join(chart.to_dict(validate=False)["title"]["text"])


@pytest.mark.parametrize("segments", [1, 2, 6, 10])
def test_every_chart_becomes_a_picture_that_carries_its_title(segments: int) -> None:
    frames, summary = example(segments)

    charts = dict(draw(frames, summary))

    # A single segment buys no more of anything than all customers do.
    assert tuple(charts) == tuple(name for name in NAMES if segments > 1 or name != "segment_products")
    for chart in charts.values():
        svg = vlc.vegalite_to_svg(chart.to_json(validate=False))
        assert title(chart) in words(svg)
        assert "NaN" not in svg
        assert "undefined" not in words(svg)


@pytest.mark.parametrize("segments", [1, 10])
def test_segments_are_named_on_every_chart_that_shows_them(segments: int) -> None:
    frames, summary = example(segments)
    charts = dict(draw(frames, summary))

    for name in ("customer_segment_distribution", "segment_map"):
        said = words(vlc.vegalite_to_svg(charts[name].to_json(validate=False))).replace("- ", "-")
        for segment in frames.segments["segment_name"]:
            assert segment in said


def test_a_segment_keeps_its_colour_on_every_chart() -> None:
    frames, summary = example(10)
    charts = dict(draw(frames, summary))

    for name in ("customer_segment_distribution", "segment_map"):
        seen: dict[str, set[str]] = {}
        for rows in charts[name].to_dict(validate=False)["datasets"].values():
            for row in rows:
                if "colour" in row:
                    seen.setdefault(" ".join(row["name"].split()), set()).add(row["colour"])
        expected = {row["segment_name"]: {theme.colour(row["segment"])} for row in frames.segments.rows(named=True)}
        assert {key.replace("- ", "-"): value for key, value in seen.items()} == expected


def test_ten_segments_have_ten_colours() -> None:
    assert len({theme.colour(segment) for segment in range(1, 11)}) == 10
    assert theme.colour(11) == theme.colour(1)


def test_a_chart_without_data_is_left_out() -> None:
    frames, summary = example(3, months=1)
    bare = dataclasses.replace(
        frames, affinity=frames.affinity.clear(), gaps=frames.gaps.clear(), k_evidence=frames.k_evidence.clear()
    )

    charts = dict(draw(bare, summary))

    assert set(NAMES) - set(charts) == {
        "product_affinity_matrix",
        "order_gaps",
        "k_evidence",
        "cohort_retention",
        "segment_retention",
    }


@pytest.mark.parametrize(("customers", "months"), [(1, 1), (50_000, 60)])
def test_any_size_of_data_is_drawn(customers: int, months: int) -> None:
    frames, summary = example(1 if customers == 1 else 4, customers=customers, months=months, items=40)

    for _, chart in draw(frames, summary):
        assert render(chart.to_dict())[0].startswith("<svg")


def test_hostile_texts_stay_texts() -> None:
    frames, summary = example(3, names=(HOSTILE, HOSTILE, "ok"), labels=(HOSTILE, "x" * 300, "plain"))

    for _, chart in draw(frames, summary):
        svg = vlc.vegalite_to_svg(chart.to_json(validate=False))
        assert not list(ET.fromstring(svg).iter(f"{SVG}script"))  # noqa: S314
        width = re.search(r'width="(\d+)', svg)
        assert width is not None
        assert int(width[1]) < 1300


def test_titles_hold_the_figures_of_the_frames() -> None:
    frames, summary = example(2)
    segments = frames.segments.with_columns(
        pl.Series("segment_name", ["Big buyers", "Others"]),
        pl.Series("customer_share", [0.18, 0.82]),
        pl.Series("revenue_share", [0.61, 0.39]),
    )
    summary["concentration"] = {"top_1_share": 0.1, "top_10_share": 0.4, "top_20_share": 0.635, "gini": 0.5}

    charts = dict(draw(dataclasses.replace(frames, segments=segments), summary))

    assert title(charts["customer_segment_distribution"]) == "Big buyers: 18% of customers bring 61% of revenue"
    assert title(charts["revenue_concentration"]) == "The best 20% of customers bring 64% of revenue"


def test_orders_without_a_time_of_day_are_shown_by_weekday() -> None:
    frames, summary = example(2)
    clock = pl.DataFrame({"weekday": [1, 5], "hour": [0, 0], "orders": [30, 70]})

    chart = dict(draw(dataclasses.replace(frames, clock=clock), summary))["weekday_hour"]

    assert title(chart) == "Friday is the strongest day, with 70% of orders"
    assert "Wednesday" in words(render(chart.to_dict())[0])


def test_gaps_are_counted_once_each_and_the_tail_is_folded() -> None:
    gaps = pl.DataFrame({"days": [0, 1, 20, 40, 900], "gaps": [10, 40, 30, 18, 2]})

    bins, limit = binned(gaps)

    assert bins["gaps"].sum() == 100
    assert bins.filter(pl.col("start") >= limit)["gaps"].to_list() == [2]
    assert limit < 60


def test_the_items_shown_are_few_and_every_segment_has_its_favourite() -> None:
    frames, _ = example(6, items=80)

    items = telling_items(frames.affinity)

    assert len(items) == len(set(items)) == 15
    best = (
        frames.affinity.filter("supported")
        .sort("index", descending=True)
        .unique("segment", keep="first", maintain_order=True)
    )
    assert set(best["item"]) <= set(items)


def test_labels_are_cut_and_broken() -> None:
    assert cut("a  b\nc", 10) == "a b c"
    assert cut("abcdefghij", 5) == "abcd…"
    assert lines("one two three four", 8, 2) == "one two\nthree f…"
    assert all(len(line) <= 10 for line in lines("Donaudampfschifffahrt fans", 10).split("\n"))


def test_labels_are_moved_apart() -> None:
    placed = apart([(0, 0), (1, 1), (500, 0)], [20, 20, 20], 30)

    assert abs(placed[0][1] - placed[1][1]) >= 29.9
    assert [placed[2]] == [(500, 0)]
    assert spaced([5.0, 5.0], 2.0) == [4.0, 6.0]


def test_text_on_a_colour_can_be_read() -> None:
    for stops in (theme.DIVERGING, theme.SEQUENTIAL):
        for step in range(21):
            back = theme.between(stops, step / 20)
            assert contrast(back, theme.ink_on(back)) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (WCAG 2.1)."""

    def light(text: str) -> float:
        parts = [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return sum(
            w * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
            for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
        )

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_picture_beyond_all_measure_is_drawn_smaller() -> None:
    assert fitting_scale('<svg class="marks" width="800" height="500" viewBox="0 0 800 500">') == 2
    assert fitting_scale('<svg width="80000" height="50000">') == pytest.approx(0.1)


def test_charts_are_rendered_to_svg_and_png_at_twice_their_size() -> None:
    frames, summary = example(3)

    for _, chart in draw(frames, summary):
        svg, png = render(chart.to_dict())
        width = re.search(r'width="(\d+)', svg)
        assert width is not None
        assert int.from_bytes(png[16:20], "big") == 2 * int(width[1])


def test_figures_that_are_no_numbers_are_left_out() -> None:
    frames, summary = example(2)
    nan = pl.lit(float("nan"))
    odd = dataclasses.replace(
        frames,
        profile=frames.profile.with_columns(effect=nan, median=nan),
        affinity=frames.affinity.with_columns(index=nan),
        k_evidence=frames.k_evidence.with_columns(silhouette=nan),
        map=frames.map.with_columns(x=nan),
        months=frames.months.with_columns(revenue=nan),
        map_variance=(float("nan"), 0.1),
    )
    summary["concentration"] = {}

    for _, chart in draw(odd, summary):
        assert "NaN" not in chart.to_json(validate=False)
        assert render(chart.to_dict())[0].startswith("<svg")
