"""The charts of products say what their tables hold, and stay whole whatever those hold."""

from __future__ import annotations

import itertools
import math
import random
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping

import altair as alt
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.charts import rows, theme
from engine.charts.baskets import pairs, product_pairs
from engine.charts.products import segment_products, telling
from engine.charts.sequence import entries, entry_products, next_products, steps
from engine.report.painter import render
from tests.charts import insight_tables as made
from tests.charts.frames import NAMES
from tests.charts.test_charts_draw import HOSTILE, SVG, words

ODD = (HOSTILE, HOSTILE, "line\nfeed\tand 'quotes'", "", "x" * 200, "{{datum.y}} \\n", "W" * 200, "Ok")
Draw = Callable[[], alt.LayerChart]


def called(segments: int) -> dict[int, str]:
    return {segment: NAMES[segment - 1] for segment in range(1, segments + 1)}


def products_of(segments: int = 4, labels: tuple[str, ...] = made.PRODUCTS) -> pl.DataFrame:
    return made.product_affinity(random.Random(7), called(segments), labels)


def charts(segments: int, labels: tuple[str, ...] = made.PRODUCTS) -> dict[str, alt.LayerChart]:
    """Return every chart, of made-up tables."""
    dice = random.Random(segments)
    return {
        "products": segment_products(products_of(segments, labels)),
        "pairs": product_pairs(made.basket_rules(dice, labels)),
        "next": next_products(made.sequences(dice, labels)),
        "entries": entry_products(made.entry_products(dice, labels)),
    }


def finding(chart: alt.LayerChart) -> str:
    """Return the title of a chart as one line."""
    return " ".join(chart.to_dict()["title"]["text"])


def drawn(chart: alt.LayerChart) -> str:
    """Draw a chart as a picture and return its SVG, which is no wider than a page and holds no figure that is none."""
    svg, png = render(chart.to_dict())
    assert png.startswith(b"\x89PNG")
    width = re.search(r'width="(\d+)', svg)
    assert width is not None
    assert int(width[1]) < 900
    assert not re.search("NaN|undefined|Infinity", svg)
    return svg


def one(schema: Mapping[str, pl.DataType | type[pl.DataType]], **values: object) -> pl.DataFrame:
    """Return a table of one row, null where no value is given."""
    return pl.DataFrame([values], schema=schema)


@pytest.mark.parametrize("segments", [2, 10])
def test_every_chart_becomes_a_picture_that_carries_its_title(segments: int) -> None:
    for chart in charts(segments).values():
        assert finding(chart) in words(drawn(chart))


def test_hostile_texts_stay_texts_in_their_place() -> None:
    for chart in charts(3, ODD).values():
        svg = drawn(chart)
        assert not list(ET.fromstring(svg).iter(f"{SVG}script"))  # noqa: S314 - our own


def test_segments_of_odd_and_equal_names_have_their_rows() -> None:
    table = made.product_affinity(random.Random(7), dict(enumerate((HOSTILE, HOSTILE, "a\nb", ""), 1)))

    said = words(drawn(segment_products(table)))

    assert "(1)" in said
    assert "(2)" in said
    assert "a b" in said
    assert "Segment 4" in said


def test_products_that_read_alike_are_told_apart() -> None:
    table = products_of(2, ("Tea", "Tea", "Tea", "Jam"))
    supported = table.with_columns(supported=True, index=pl.lit(200.0), index_low=pl.lit(150.0), lift=pl.lit(2.0))

    said = words(drawn(segment_products(supported)))

    assert "Tea (2)" in said
    assert "Tea (3)" in said


def test_the_telling_products_are_clear_and_the_best_of_each_segment() -> None:
    table = products_of(5)

    chosen = telling(table)

    rest = table.filter(pl.col("supported") & (pl.col("index_low") > 100) & pl.col("item").is_not_null()).rows(
        named=True
    )
    for segment in called(5):
        ranked = sorted(
            (row for row in rest if row["segment"] == segment),
            key=lambda row: (-row["segment_share"] * math.log(row["index_low"] / 100), row["item"]),
        )
        expected = [row["item"] for row in ranked[:4]]
        assert chosen.filter(pl.col("segment") == segment)["item"].to_list() == expected


@given(seed=st.integers(0, 10_000))
def test_the_choice_does_not_depend_on_the_order_of_the_rows(seed: int) -> None:
    table = products_of(3)
    first = made.entry_products(random.Random(3))

    assert telling(table.sample(fraction=1, shuffle=True, seed=seed)).equals(telling(table))
    assert entries(first.sample(fraction=1, shuffle=True, seed=seed)).equals(entries(first))


@pytest.mark.parametrize(
    "change",
    [
        {"supported": False},
        {"index_low": 100.0},
        {"index_low": None},
        {"index_low": math.nan},
        {"index": math.inf},
        {"index": None},
        {"segment_share": None},
        {"item": None},
    ],
    ids=lambda change: "-".join(f"{key} {value}" for key, value in change.items()),
)
def test_a_product_that_is_not_clear_is_not_telling(change: dict[str, object]) -> None:
    values: dict[str, object] = {"segment": 1, "segment_name": "A", "item": "p", "label": "P", "supported": True}
    values |= {"index": 250.0, "index_low": 101.0, "segment_share": 0.1}

    assert telling(one(made.PRODUCT_AFFINITY, **values)).height == 1
    assert telling(one(made.PRODUCT_AFFINITY, **values | change)).is_empty()


def test_the_title_names_the_segment_the_product_and_how_many_times_the_usual() -> None:
    values: dict[str, object] = {"supported": True, "index_high": None, "overall_share": 0.01}
    table = pl.concat(
        [
            one(
                made.PRODUCT_AFFINITY, segment=1, segment_name="Regulars", item="a", label="Tea", index=150.0
            ).with_columns(index_low=pl.lit(120.0), segment_share=pl.lit(0.02)),
            one(
                made.PRODUCT_AFFINITY, segment=2, segment_name="Guests", item="b", label="Jam", index=420.0
            ).with_columns(
                index_low=pl.lit(300.0), segment_share=pl.lit(0.05), buyer_share=pl.lit(0.3), lift=pl.lit(3.0)
            ),
            one(made.PRODUCT_AFFINITY, segment=3, segment_name="Strangers", item="b", label="Jam", index=90.0),
        ]
    ).with_columns(**{key: pl.lit(value) for key, value in values.items()})

    chart = segment_products(table)

    said = words(drawn(chart))
    assert finding(chart) == "Guests spend 4.2\u00d7 the usual share of their money on Jam"
    assert "No product stands out as clearly for: Strangers." in said
    assert "30% 10%" in said.replace("\u2013 ", "")


def test_a_segment_keeps_its_colour() -> None:
    colours = {
        row["name"]: row["colour"]
        for data in charts(10)["products"].to_dict()["datasets"].values()
        for row in data
        if "colour" in row
    }

    assert colours == {name: theme.colour(segment) for segment, name in called(10).items()}


def rule(items: list[str], then: str, confidence: float, lift: float, low: float | None = 2.0) -> pl.DataFrame:
    values: dict[str, object] = {
        "antecedents": items,
        "antecedent_labels": [f"The {each}" for each in items],
        "consequent": then,
    }
    values |= {"consequent_label": f"The {then}", "orders": 1234, "confidence": confidence, "lift": lift}
    return one(made.BASKET_RULES, **values | {"lift_low": low, "lift_high": math.inf, "conviction": math.inf})


def test_a_pair_is_shown_once_in_the_direction_that_brings_the_other_along() -> None:
    rules = pl.concat(
        [
            rule(["c", "d"], "a", 0.9, 40.0),
            rule(["a"], "b", 0.2, 23.4),
            rule(["b"], "a", 0.43, 23.4),
            rule(["c"], "a", 0.3, 5.0),
            rule(["a"], "d", 0.3, 1.1, 0.9),
            rule(["a"], "e", 0.3, math.inf),
            rule(["a"], "f", 0.3, 3.0, None),
        ]
    )

    chart = product_pairs(rules)

    assert pairs(rules).select("first", "consequent").rows() == [("b", "a"), ("c", "a")]
    assert finding(chart) == "The b and The a are bought together 23\u00d7 as often as chance would have it"
    said = words(drawn(chart))
    assert "43%" in said
    assert "1,234" in said


def test_at_most_fifteen_pairs_are_shown_the_most_telling_first() -> None:
    rules = made.basket_rules(random.Random(1), pairs=80)

    chosen = pairs(rules)

    assert chosen.height == 15
    assert chosen["lift_low"].is_sorted(descending=True)
    assert len({frozenset(pair) for pair in chosen.select("first", "consequent").rows()}) == 15


def step(first: str, then: str, share: float | None, lift: float, low: float | None = 2.0) -> pl.DataFrame:
    values: dict[str, object] = {
        "first": first,
        "first_label": f"The {first}",
        "next": then,
        "next_label": f"The {then}",
    }
    values |= {"customers": 21, "first_customers": 100, "share": share, "lift": lift, "lift_low": low}
    return one(made.SEQUENCES, **values, overall_share=0.05)


def test_what_comes_next_is_grouped_by_what_came_first() -> None:
    table = pl.concat(
        [
            step("a", "b", 0.21, 4.2),
            step("c", "c", 0.5, 4.0),
            step("a", "a", 0.4, 3.0),
            step("d", "a", 0.4, 1.0, 0.8),
            step("d", "b", None, 3.0),
            step("d", "c", 0.1, 3.0, None),
        ]
    )

    chart = next_products(table)

    assert steps(table).select("first", "next").rows() == [("a", "a"), ("a", "b"), ("c", "c")]
    assert finding(chart) == "21% of those who begin with The a and come back buy The b next, 4.2\u00d7 the usual share"
    said = words(drawn(chart))
    assert said.count("the same again") == 2
    assert said.count("100 customers came back") == 2


def test_a_repeat_purchase_is_told_as_one() -> None:
    chart = next_products(step("a", "a", 0.5, 4.0))

    assert (
        finding(chart) == "50% of those who begin with The a and come back buy it again next, 4.0\u00d7 the usual share"
    )
    assert "Dark bars" not in words(drawn(chart))


def entry(item: str, customers: int, rate: float | None, low: float | None, high: float | None) -> pl.DataFrame:
    values: dict[str, object] = {
        "item": item,
        "label": f"The {item}",
        "customers": customers,
        "followed": customers,
        "rate": rate,
    }
    return one(made.ENTRY_PRODUCTS, **values, low=low, high=high, overall_rate=0.24, horizon_days=90)


def test_first_products_are_ordered_by_rate_and_the_best_clear_one_is_told() -> None:
    table = pl.concat(
        [
            entry("a", 900, 0.1, 0.08, 0.12),
            entry("b", 12, 0.6, 0.2, 0.9),
            entry("c", 400, 0.41, 0.35, 0.47),
            entry("d", 400, None, None, None),
            entry("e", 300, 0.3, None, None),
        ]
    )

    chart = entry_products(table)

    assert entries(table)["item"].to_list() == ["b", "c", "e", "a"]
    assert finding(chart) == "41% of those who begin with The c order again within 90 days, 24% of all customers do"
    colours = {
        row["label"]: row["colour"] for data in chart.to_dict()["datasets"].values() for row in data if "colour" in row
    }
    assert colours == {"The a": "#cc6677", "The b": theme.RULE, "The c": theme.SECOND, "The e": theme.RULE}
    assert "60%" in words(drawn(chart))


def test_where_no_first_product_is_clearly_better_the_title_says_so() -> None:
    chart = entry_products(entry("a", 900, 0.1, 0.08, 0.12))

    expected = "No first product clearly brings more customers back within 90 days than the 24% of all"
    assert finding(chart) == expected


def test_without_a_rate_of_all_nothing_is_said_of_it() -> None:
    chart = entry_products(entry("a", 900, 0.1, 0.08, 0.12).with_columns(overall_rate=None))

    assert finding(chart) == "10% of those who begin with The a order again within 90 days"
    assert "\u2013 of all" not in words(drawn(chart))


def test_fifteen_first_products_are_those_with_the_most_customers() -> None:
    table = made.entry_products(random.Random(3))

    chosen = entries(table)

    most = table.filter(pl.col("rate").is_not_null()).sort("customers", "item", descending=[True, False]).head(15)
    assert set(chosen["item"]) == set(most["item"])
    assert chosen["rate"].is_sorted(descending=True)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: segment_products(
            one(
                made.PRODUCT_AFFINITY, segment=1, item="a", supported=True, index=1e9, index_low=1e8, segment_share=1e-9
            )
        ),
        lambda: product_pairs(
            one(
                made.BASKET_RULES,
                antecedents=["a"],
                antecedent_labels=[None],
                consequent="b",
                lift=1.0002,
                lift_low=1.0001,
            )
        ),
        lambda: next_products(one(made.SEQUENCES, first="a", next="a", share=0.0, lift=2.0, lift_low=1.5)),
        lambda: entry_products(one(made.ENTRY_PRODUCTS, item="", rate=0.0, horizon_days=1)),
        lambda: entry_products(one(made.ENTRY_PRODUCTS, item="a", rate=1.0, low=0.2, high=math.nan, horizon_days=1)),
    ],
    ids=["huge index", "lift of one", "nobody next", "nobody back", "everybody back"],
)
def test_a_single_bare_row_is_drawn(draw: Draw) -> None:
    assert len(words(drawn(draw()))) > 100


def test_tables_that_have_nothing_clear_have_nothing_to_draw() -> None:
    assert telling(products_of(1)).is_empty()
    assert telling(pl.DataFrame(schema=made.PRODUCT_AFFINITY)).is_empty()
    assert pairs(pl.DataFrame(schema=made.BASKET_RULES)).is_empty()
    assert steps(pl.DataFrame(schema=made.SEQUENCES)).is_empty()
    assert entries(pl.DataFrame(schema=made.ENTRY_PRODUCTS)).is_empty()


@given(low=st.floats(1e-6, 1), high=st.floats(1.5, 1e9))
def test_marks_of_an_axis_lie_on_it_and_leave_room_for_their_figures(low: float, high: float) -> None:
    found = rows.ticks(low, high, 240)

    assert all(low * 0.99 <= each <= high for each in found)
    places = [240 * math.log(each / low) / math.log(high / low) for each in found]
    assert all(after - before >= 35.9 for before, after in itertools.pairwise(places))
    assert len(found) > 0
