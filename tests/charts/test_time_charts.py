"""Charts of who comes back, of rhythm, seasons, money and features say the right numbers and survive any table."""

from __future__ import annotations

import itertools
import random
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
import vl_convert as vlc
from polars import selectors

from engine.charts import cohorts, months, returning, rhythm, seasons, statistics, theme, tree
from engine.charts.labels import distinct, settled, two_lines
from engine.report import numbers
from engine.report.painter import render
from tests.charts import time_tables as made
from tests.charts.frames import ITEMS, NAMES
from tests.charts.tables import month_rows
from tests.charts.test_charts_draw import SVG, title, words

HOSTILE = "<script>alert(1)</script> & \"quotes\" 'one' \\n\n" + "x" * 200 + " 🎁"
DASH = numbers.MISSING
Frames = dict[str, pl.DataFrame]
PERIODS = made.revenue_tree()[1]

CHARTS: dict[str, Callable[[Frames], Any]] = {
    "repeat rates": lambda frames: returning.repeat_rates(frames["curve"], frames["rates"]),
    "retention": lambda frames: returning.segment_retention(frames["retention"]),
    "replenishment": lambda frames: rhythm.replenishment(frames["rhythm"]),
    "customer rhythm": lambda frames: rhythm.customer_rhythm(frames["customers"]),
    "seasonality": lambda frames: seasons.seasonality(frames["seasons"]),
    "revenue tree": lambda frames: tree.revenue_tree(frames["tree"], PERIODS, "GBP"),
    "heaviness": lambda frames: tree.heaviness(frames["heaviness"], "GBP"),
    "distributions": lambda frames: statistics.feature_distributions(frames["histograms"], 'a"b'),
    "correlations": lambda frames: statistics.feature_correlations(frames["correlations"]),
    "months": lambda frames: months.revenue_by_month(frames["months"], "GBP"),
}


def finding(chart: Any) -> str:
    return title(chart)


def called(segments: int, names: tuple[str, ...] = NAMES) -> dict[int, str]:
    return {number: names[(number - 1) % len(names)] for number in range(1, segments + 1)}


def split_months(number: int) -> pl.DataFrame:
    dice = random.Random(2)
    return month_rows(dice, number).with_columns(
        new_revenue=pl.col("revenue") / 4, returning_revenue=pl.col("revenue") * 3 / 4
    )


def tables(segments: int, names: tuple[str, ...] = NAMES, items: tuple[str, ...] = ITEMS) -> Frames:
    who = called(segments, names)
    return {
        "curve": made.repeat_curve(who),
        "rates": made.repeat_rates(who),
        "retention": made.segment_retention(who),
        "rhythm": made.rhythm(items),
        "customers": made.customer_rhythm(who),
        "seasons": made.seasonality(),
        "tree": made.revenue_tree()[0],
        "heaviness": made.heaviness(),
        "histograms": made.histograms(tuple((f"f{at}", label, "orders") for at, label in enumerate(items))),
        "correlations": made.correlations(items),
        "months": split_months(14),
    }


def damaged(frames: Frames, value: float | None) -> Frames:
    return {
        name: frame.with_columns(selectors.float() * pl.lit(value, pl.Float64)).with_columns(
            selectors.by_name("before", "after", require_all=False).cast(pl.Float64)
        )
        for name, frame in frames.items()
    }


def shown(chart: Any) -> str:
    """Draw a chart as SVG, sure that nothing in it is no number."""
    svg = str(vlc.vegalite_to_svg(chart.to_json(validate=False)))
    assert "NaN" not in svg
    assert "undefined" not in words(svg)
    assert "null" not in words(svg)
    assert not list(ET.fromstring(svg).iter(f"{SVG}script"))  # noqa: S314 - our own
    assert float(ET.fromstring(svg).attrib["width"]) < 1_150  # noqa: S314 - our own
    assert finding(chart) in words(svg)
    return svg


def drawn_rows(chart: Any, column: str) -> list[dict[str, Any]]:
    """Return the rows of a chart's data that have a column."""
    return [row for rows in chart.to_dict(validate=False)["datasets"].values() for row in rows if column in row]


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_drawn_as_png_at_twice_its_size(chart: str) -> None:
    svg, png = render(CHARTS[chart](tables(5)).to_dict())

    assert int.from_bytes(png[16:20], "big") == 2 * int(ET.fromstring(svg).attrib["width"])  # noqa: S314 - our own


@pytest.mark.parametrize("segments", [1, 10])
@pytest.mark.parametrize("chart", ["repeat rates", "retention", "customer rhythm"])
def test_any_number_of_segments_is_drawn(chart: str, segments: int) -> None:
    said = words(shown(CHARTS[chart](tables(segments)))).replace("- ", "-")

    assert ("Bargain hunters of the evening" in said) == (segments == 10)


@pytest.mark.parametrize("chart", CHARTS)
def test_hostile_and_equal_names_stay_texts(chart: str) -> None:
    frames = tables(3, (HOSTILE, HOSTILE, ""), (HOSTILE, HOSTILE, "", *ITEMS[:3]))

    shown(CHARTS[chart](frames))


@pytest.mark.parametrize("value", [None, float("inf")], ids=["null", "inf"])
@pytest.mark.parametrize("chart", CHARTS)
def test_what_is_no_number_is_left_out(chart: str, value: float | None) -> None:
    frames = damaged(tables(2), value)
    if chart == "distributions":
        frames["histograms"] = tables(2)["histograms"].with_columns(end=pl.lit(value, pl.Float64))

    shown(CHARTS[chart](frames))


@pytest.mark.parametrize("chart", CHARTS)
def test_one_row_is_enough(chart: str) -> None:
    frames = {name: frame.head(1) for name, frame in tables(2).items()}
    frames["retention"] = tables(2)["retention"].filter(pl.col("months_since") == 1).head(1)

    shown(CHARTS[chart](frames))


def test_the_share_that_orders_again_is_that_of_90_days_or_the_nearest_known() -> None:
    who = called(2)
    curve, rates = made.repeat_curve(who), made.repeat_rates(who)
    rates = rates.with_columns(
        rate=pl.when(pl.col("segment").is_null() & (pl.col("horizon_days") == 90)).then(0.24).otherwise("rate")
    )

    known = returning.repeat_rates(curve, rates)
    young = returning.repeat_rates(made.repeat_curve(who, 70), made.repeat_rates(who, upto=70))
    newborn = returning.repeat_rates(made.repeat_curve(who, 20), made.repeat_rates(who, upto=20))

    assert finding(known) == "24% of new customers order again within 90 days"
    assert finding(young) == "19% of new customers order again within 60 days"
    assert finding(newborn) == "It is too early to say how many customers order again"
    assert {"11%", "19%", "24%", "35%", "40%"} <= set(words(shown(known)).split())


def test_the_line_of_all_customers_is_bold_and_segments_keep_their_colours() -> None:
    rows = drawn_rows(returning.repeat_rates(made.repeat_curve(called(3)), made.repeat_rates(called(3))), "strong")

    assert {(row["name"], row["colour"]) for row in rows if row["strong"]} == {("All customers", theme.INK)}
    assert {(row["name"], row["colour"]) for row in rows if not row["strong"]} == {
        (name, theme.colour(number)) for number, name in called(3).items()
    }


def test_the_days_left_out_of_a_curve_are_those_on_which_it_does_not_move() -> None:
    rate = [0.0] * 50 + [0.5] * 50
    curve = pl.DataFrame({"segment": None, "segment_name": "All customers", "day": range(100), "rate": rate})
    curve = curve.with_columns(pl.col("segment").cast(pl.Int64))

    rows = drawn_rows(returning.repeat_rates(curve, made.repeat_rates({}).clear()), "share")

    assert sorted({(row["x"], row["y"]) for row in rows}) == [(0, 0.0), (49, 0.0), (50, 0.5), (99, 0.5)]


def test_retention_names_the_segments_that_stay_most_and_least() -> None:
    rows = [
        {"segment": segment, "segment_name": name, "months_since": since, "customers": 1}
        | {"cohort_customers": 100 if since < 4 else 9, "retention": part}
        for segment, name, part in ((1, "Loyal", 0.61), (2, "Once", 0.04), (3, "Mid", 0.3))
        for since in range(6)
    ]
    frame = pl.DataFrame(rows)

    chart = returning.segment_retention(frame)

    assert finding(chart) == "61% of Loyal order again 3 months after their first order, 4.0% of Once"
    assert {row["x"] for row in drawn_rows(chart, "share")} == {1, 2, 3}
    alone = returning.segment_retention(frame.filter((pl.col("segment") == 1) & (pl.col("months_since") < 2)))
    assert finding(alone) == "61% of Loyal order again in the month after their first order"


def test_items_are_ordered_by_their_rhythm_and_only_supported_ones_are_drawn() -> None:
    frame = made.rhythm(tuple(f"Item {number}" for number in range(40)))

    kept = rhythm.rhythmic(frame)
    chart = rhythm.replenishment(frame)

    unsupported = frame.filter(~pl.col("supported"))
    assert kept.height == min(20, frame.height - unsupported.height)
    assert kept["supported"].all()
    assert kept["median_days"].is_sorted()
    quick, slow = kept["median_days"][0], kept["median_days"][-1]
    assert finding(chart) == (
        f"Half of the repeat purchases of {kept['label'][0]} come within {quick:.0f} days, "
        f"of {kept['label'][-1]} within {slow:.0f} days"
    )
    assert f"{unsupported.height} bought again too seldom" in words(shown(chart))


def test_the_rhythm_of_customers_names_who_is_overdue_and_shows_no_handful() -> None:
    frame = pl.DataFrame(
        {
            "segment": [None, 1, 2, 3],
            "segment_name": ["All customers", "Daily", "Yearly", "Once"],
            "customers": [100, 50, 50, 0],
            "p25_days": [10.0, 1, 200, None],
            "median_days": [40.0, 1, 365, None],
            "p75_days": [90.0, 2, 400, None],
            "rhythmic": [60, 40, 30, 29],
            "overdue_share": [0.34, 0.1, 0.8, 1.0],
        }
    )

    chart = rhythm.customer_rhythm(frame)

    assert finding(chart) == "34% of regular customers are overdue, most of all in Yearly (80%)"
    half = {row["label"]: row["half"] for row in drawn_rows(chart, "half")}
    late = {row["label"]: (row["late"], row["overdue"]) for row in drawn_rows(chart, "late")}
    assert set(half) == {"All customers", "Daily", "Yearly"}
    assert (half["Yearly"], late["Yearly"]) == ("365 days", ("80%", 0.8))


def test_the_strongest_month_and_day_are_named() -> None:
    both = seasons.seasonality(made.seasonality())
    day = seasons.seasonality(made.seasonality(1, ("weekday",)))
    flat = seasons.seasonality(made.seasonality(1, ("month",)).with_columns(index=pl.lit(100.0)))

    assert finding(both) == (
        "November is the strongest month, 62% above average; Thursday the strongest day, 31% above average"
    )
    assert finding(day) == "Thursday is the strongest day, 31% above average"
    assert finding(flat) == "No month stands out"
    said = words(shown(both))
    assert "over 3 years" in said
    assert "the weakest and the strongest of the years" in said
    assert "of the years" not in words(shown(day))


def test_the_waterfall_ends_where_revenue_does_and_names_what_drove_it() -> None:
    frame, periods = made.revenue_tree()

    chart = tree.revenue_tree(frame, periods, "GBP")

    bars = drawn_rows(chart, "joined")
    assert [row["start"] for row in bars[1:-1]] == [row["end"] for row in bars[:-2]]
    assert bars[-2]["end"] == pytest.approx(bars[-1]["end"]) == pytest.approx(periods["revenue_after"])
    assert finding(chart) == "Revenue fell 11%: fewer customers cost £143k, more orders per customer brought £60.9k"
    said = words(shown(chart))
    for label in ("Orders per customer 2.10 → 2.24 (+6.7%)", "97.0% → 96.5%", "Sep 2010 to Nov 2010", "+£60.9k"):
        assert label in said


def test_a_revenue_that_rises_or_stays_is_said_to() -> None:
    frame, periods = made.revenue_tree()
    back = {**periods, "revenue_before": 100.0, "revenue_after": 125.0, "before": None}
    only = frame.head(1).with_columns(contribution=pl.lit(25.0))
    lines = frame.filter(pl.col("factor") == "items_per_order").with_columns(
        label=pl.lit("Lines per order"), contribution=pl.lit(-25.0)
    )

    assert finding(tree.revenue_tree(only, back, "")) == "Revenue rose 25%: more customers brought 25.00"
    assert finding(tree.revenue_tree(lines, {**back, "revenue_after": 100.0}, "")) == (
        "Revenue stayed the same: fewer lines per order cost 25.00"
    )
    assert finding(tree.revenue_tree(frame.clear(), {**back, "revenue_before": -5.0}, "")) == (
        "Revenue went from \u22125.00 to 125"
    )


def test_heavy_buyers_are_set_against_the_light_half() -> None:
    chart = tree.heaviness(made.heaviness().sort("customers"), "GBP")

    assert finding(chart) == "Heavy buyers, 20% of customers, bring 74% of revenue; the light half brings 9.7%"
    said = words(shown(chart))
    for label in ("Heavy £2,058 or more", "74% · £6.5M", "£7,605", "nothing left after returns", "\u2212£12.8k"):
        assert label in said
    groups = dict.fromkeys(row["label"].split("\n")[0] for row in drawn_rows(chart, "label"))
    assert list(groups) == ["Heavy", "Medium", "Light", "None"]


def test_the_bar_with_the_middle_customer_is_dark() -> None:
    frame = pl.DataFrame(
        {
            "feature": ["a", "a", "a", "b", "b"],
            "label": ["Orders", "Orders", "Orders", "Revenue", "Revenue"],
            "unit": ["orders", "orders", "orders", "money", "money"],
            "start": [1.0, 2, 5, 0, 50],
            "end": [2.0, 5, 10, 50, 100],
            "customers": [5, 4, 1, 4, 6],
        }
    )

    chart = statistics.feature_distributions(frame, "GBP")

    assert finding(chart) == "The middle customer: orders 1, revenue £50\u2013£100"
    dark = [row for row in drawn_rows(chart, "span") if row["colour"] == theme.ACCENT]
    assert [(row["span"], row["share"]) for row in dark] == [("1", 0.5), ("£50\u2013£100", 0.6)]


def test_at_most_twelve_features_are_spread_out_and_the_rest_is_told() -> None:
    many = made.histograms(tuple((f"f{at}", f"Feature {at}", "share") for at in range(15)))

    said = words(shown(statistics.feature_distributions(many)))

    assert "The first 12 of 15 features." in said
    assert "Feature 11" in said
    assert "Feature 12" not in said


def test_every_pair_is_written_once_and_chance_is_grey() -> None:
    frame = pl.DataFrame(
        {
            "feature": ["a", "a", "b", "b", "a"],
            "label": ["Orders", "Orders", "Revenue", "Revenue", "Orders"],
            "other": ["b", "c", "c", "a", "a"],
            "other_label": ["Revenue", "Days since", "Days since", "Orders", "Orders"],
            "correlation": [0.87, -0.45, 0.02, 0.87, 1.0],
            "customers": [50, 50, 50, 50, 50],
            "error": [0.1, 0.2, 0.25, 0.1, 0.0],
        }
    )

    chart = statistics.feature_correlations(frame)

    assert finding(chart) == (
        "Orders and revenue rise together most (0.87); Orders and days since run against each other most (\u22120.45)"
    )
    cells = {(row["column"], row["row"]): row["shade"] for row in drawn_rows(chart, "shade")}
    assert cells == {("Orders", "Revenue"): 0.87, ("Orders", "Days since"): -0.45, ("Revenue", "Days since"): None}
    assert words(shown(chart)).count("0.87") == 2
    assert "Grey: may be chance." in words(shown(chart))
    weak = statistics.feature_correlations(frame.with_columns(error=pl.lit(1.0)))
    assert finding(weak) == "No two features clearly go together"


def test_of_many_features_those_that_go_together_most_are_shown() -> None:
    frame = made.correlations(tuple(f"Feature {at}" for at in range(20)), error=0.0)
    best = frame.sort(pl.col("correlation").abs(), descending=True).row(0, named=True)

    rows = drawn_rows(statistics.feature_correlations(frame), "shade")

    assert len({row["row"] for row in rows} | {row["column"] for row in rows}) == statistics.MOST_FEATURES
    assert (best["label"], best["other_label"]) in {(row["column"], row["row"]) for row in rows}


def test_revenue_is_stacked_by_new_and_returning_customers() -> None:
    frame = split_months(3)

    chart = months.revenue_by_month(frame, "GBP")

    bars = drawn_rows(chart, "amount")
    tops = {row["label"]: row["to"] for row in bars if row["who"] == "New customers"}
    assert list(tops.values()) == pytest.approx(frame["revenue"].to_list())
    assert [row["from"] for row in bars if row["who"] == "New customers"] == pytest.approx(
        frame["returning_revenue"].to_list()
    )
    assert words(shown(chart)).count("New customers") == 1


def test_a_negative_part_of_revenue_hangs_from_zero() -> None:
    frame = split_months(3).with_columns(
        new_revenue=pl.Series([-20.0, 30, -5]), returning_revenue=pl.Series([100.0, -10, -5]), revenue=10.0
    )

    bars = drawn_rows(months.revenue_by_month(frame, "GBP"), "amount")

    assert [(row["from"], row["to"]) for row in bars if row["who"] == "New customers"] == [(0, -20), (0, 30), (-5, -10)]


@pytest.mark.parametrize("lost", ["column", "value"])
def test_revenue_that_is_not_known_by_customers_stays_whole(lost: str) -> None:
    frame = split_months(3)
    part = pl.when(pl.int_range(pl.len()) > 0).then("new_revenue")
    frame = frame.drop("new_revenue") if lost == "column" else frame.with_columns(part.alias("new_revenue"))

    chart = months.revenue_by_month(frame, "GBP")

    assert drawn_rows(chart, "amount") == []
    assert {row["to"] for row in drawn_rows(chart, "from")} == set(frame["revenue"])


def test_the_peak_is_a_month_whose_revenue_is_known() -> None:
    frame = split_months(3).with_columns(revenue=pl.Series([5.0, None, 7.0]))

    assert "at £7.00" in finding(months.revenue_by_month(frame, "GBP"))


def test_labels_of_rows_and_lines_stay_apart() -> None:
    assert distinct(["Tea (2)", "Tea", "Tea", "Tea"], 10) == ["Tea (2)", "Tea", "Tea (3)", "Tea (4)"]
    assert len(set(two_lines({1: HOSTILE, 2: HOSTILE, 3: "ok"}).values())) == 3
    placed = settled([1.0, 99.0, 100.0, 100.0], 10.0, 0.0, 100.0)
    assert sorted(placed) == placed
    assert max(placed) <= 100
    assert min(upper - lower for lower, upper in itertools.pairwise(placed)) >= 10


def test_segments_that_are_alike_are_not_set_against_each_other() -> None:
    frames = tables(3)

    same = returning.segment_retention(frames["retention"].with_columns(retention=pl.lit(0.25)))
    few = rhythm.customer_rhythm(frames["customers"].with_columns(median_days=pl.lit(12.0), rhythmic=pl.lit(29)))

    assert finding(same) == "25% of every segment order again 3 months after their first order"
    assert finding(few) == "Half of those who come back order every 12 days or oftener"


@pytest.mark.parametrize(
    ("length", "first", "rows"),
    [(24, "Jan 2015", 23), (30, "Q1 2015", 9), (80, "2015", 6)],
    ids=["months", "quarters", "years"],
)
def test_the_cohorts_of_a_long_history_are_joined(length: int, first: str, rows: int) -> None:
    at = [date(2015 + n // 12, n % 12 + 1, 1) for n in range(length)]
    table = pl.DataFrame(
        [
            {
                "cohort": cohort,
                "months_since": since,
                "customers": 100 if since == 0 else 10 + number % 3,
                "cohort_customers": 100,
                "retention": 1.0 if since == 0 else (10 + number % 3) / 100,
                "complete": since < length - number - 1,
            }
            for number, cohort in enumerate(at)
            for since in range(length - number)
        ]
    )

    spec = cohorts.cohort_retention(table).to_dict(validate=False)

    cells = next(each for each in spec["datasets"].values() if "months_since" in each[0])
    drawn = [row for row in cells if row["month"] == first]
    # The newest row has no later month yet.
    assert len({row["month"] for row in cells} - {"All months"}) == rows
    assert len({row["month"] for row in cells}) <= 26
    together = {23: 1, 9: 3, 6: 12}[rows]
    assert drawn[0]["retention"] == pytest.approx(sum(10 + n % 3 for n in range(together)) / (100 * together))
    # A cell stands only where every month of the row has come so far.
    assert max(row["months_since"] for row in drawn) == min(cohorts.MOST_COHORTS - 1, length - together)
