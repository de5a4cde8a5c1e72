from __future__ import annotations

import math
import random
import statistics
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.features.categories import share_name
from engine.features.customers import RECENT_DAYS
from engine.schema import DAYS_OF, FEATURES, MICROS_OF
from tests.features.builders import AS_OF, LINES, Engine, Line, feature_table

CATEGORIES = ["Art", "Nowhere", "Toys"]
DAY = timedelta(days=1)
SATURDAY = 5


def oracle(lines: list[Line]) -> dict[str, Any]:
    """Compute every feature of one customer from the meaning of its column, in fractions."""
    bought = [line for line in lines if line.bought]
    by_order = {line.order_id: [each for each in lines if each.order_id == line.order_id] for line in lines}
    purchases = [order for order in by_order.values() if any(line.bought for line in order)]
    times = sorted(min(line.ordered_at for line in order if line.bought) for order in purchases)
    values = [money(order) for order in purchases]
    gaps = [days(later - sooner) for sooner, later in pairwise(times)]
    gross, net = money(bought), money(lines)
    recent = [
        order for order in by_order.values() if min(line.ordered_at for line in order) >= AS_OF - RECENT_DAYS * DAY
    ]
    spend = spend_by_category(bought)
    whole = sum(spend.values())
    top = min(spend, key=lambda name: (-spend[name], name), default=None)
    return {
        "customer_id": lines[0].customer_id,
        "orders": len(purchases),
        "lines": len(lines),
        "units": Fraction(sum(line.quantity for line in lines), 1_000),
        "revenue": net,
        "aov": statistics.mean(values) if values else None,
        "aov_std": statistics.stdev(values) if len(values) > 1 else None,
        "first_order": times[0] if times else None,
        "last_order": times[-1] if times else None,
        "last_seen": max(line.ordered_at for line in lines),
        "recency_days": days(AS_OF - times[-1]) if times else None,
        "tenure_days": days(AS_OF - times[0]) if times else None,
        "active_days": days(times[-1] - times[0]) if times else None,
        "gap_mean_days": statistics.mean(gaps) if gaps else None,
        "gap_std_days": statistics.stdev(gaps) if len(gaps) > 1 else None,
        "gap_median_days": statistics.median(gaps) if gaps else None,
        "lines_per_order": share(sum(map(len, purchases)), len(purchases)),
        "price": share(gross, Fraction(sum(line.quantity for line in bought), 1_000)),
        "products": len({line.product_id for line in bought} - {None}) or None,
        "categories": len(spend) or None,
        "top_category": top,
        "top_category_share": share(spend[top], whole) if top else None,
        "return_rate": min(Fraction(1), (gross - net) / gross) if gross else Fraction(net < 0 or not purchases),
        "weekend_share": share(sum(time.weekday() >= SATURDAY for time in times), len(times)),
        **{
            f"{part}_share": share(sum(time.hour in hours for time in times), len(times))
            for part, hours in {
                "night": range(6),
                "morning": range(6, 12),
                "afternoon": range(12, 18),
                "evening": range(18, 24),
            }.items()
        },
        "recent_revenue": sum(map(money, recent), Fraction()),
        "earlier_revenue": net - sum(map(money, recent), Fraction()),
        **{share_name(each): share(spend.get(each, Fraction()), whole) for each in CATEGORIES},
    }


def purchase_days(lines: list[Line], customer: str) -> set[date]:
    """Return the days on which a customer's purchases began."""
    began: dict[str, datetime] = {}
    for line in lines:
        if line.customer_id == customer and line.bought:
            began[line.order_id] = min(line.ordered_at, began.get(line.order_id, line.ordered_at))
    return {moment.date() for moment in began.values()}


def money(lines: list[Line]) -> Fraction:
    return Fraction(sum(line.amount for line in lines), 1_000_000)


def days(duration: timedelta) -> Fraction:
    return Fraction(duration // timedelta.resolution, DAY // timedelta.resolution)


def share(part: Fraction | int, whole: Fraction | int) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None


def spend_by_category(bought: list[Line]) -> dict[str, Fraction]:
    names = {line.category for line in bought if line.category is not None}
    return {name: money([line for line in bought if line.category == name]) for name in names}


def same(actual: Any, expected: Any) -> bool:
    """Tell whether a figure is the expected one: floats to a few units in the last place, all else exactly."""
    if isinstance(actual, float):
        return expected is not None and math.isclose(actual, float(expected), rel_tol=1e-14)
    return bool(actual == expected) and (actual is None) == (expected is None)


def customers_of(lines: list[Line]) -> list[str]:
    return sorted({line.customer_id for line in lines})


@settings(deadline=None, max_examples=150)
@given(LINES)
def test_every_feature_is_what_its_column_says(lines: list[Line]) -> None:
    rows = feature_table(lines, CATEGORIES).rows(named=True)

    assert [row["customer_id"] for row in rows] == customers_of(lines)
    for row in rows:
        expected = oracle([line for line in lines if line.customer_id == row["customer_id"]])
        assert {name: (row[name], value) for name, value in expected.items() if not same(row[name], value)} == {}
        assert row.pop(MICROS_OF) == sum(line.amount for line in lines if line.customer_id == row["customer_id"])
        assert row.pop(DAYS_OF) == len(purchase_days(lines, row["customer_id"]))
        assert row.keys() == expected.keys()


@settings(deadline=None, max_examples=40)
@given(LINES, st.randoms(use_true_random=False))
def test_bits_do_not_depend_on_row_order_engine_or_other_customers(lines: list[Line], source: random.Random) -> None:
    table = feature_table(lines, CATEGORIES)

    shuffled = feature_table(source.sample(lines, len(lines)), CATEGORIES)
    streamed = feature_table(lines, CATEGORIES, engine="streaming")
    alone = pl.concat(
        feature_table([line for line in lines if line.customer_id == customer], CATEGORIES)
        for customer in customers_of(lines)
    )

    assert_frame_equal(shuffled, table, check_exact=True)
    assert_frame_equal(streamed, table, check_exact=True)
    assert_frame_equal(alone, table, check_exact=True)


def test_bits_of_many_customers_are_those_of_each_alone() -> None:
    source = random.Random(7)
    lines = []
    for _ in range(2_000):
        quantity = source.randrange(-3_000, 9_000)
        lines.append(
            Line(
                f"c{source.randrange(60)}",
                f"o{source.randrange(6)}",
                AS_OF - timedelta(microseconds=source.randrange(1, 10**14)),
                quantity,
                quantity * 77_777,
                source.choice(["p", "q", None]),
                source.choice(["Toys", "Art", None]),
            )
        )

    streamed = feature_table(source.sample(lines, len(lines)), CATEGORIES, engine="streaming")
    alone = pl.concat(
        feature_table([line for line in lines if line.customer_id == customer], CATEGORIES)
        for customer in customers_of(lines)
    )

    assert_frame_equal(streamed, alone, check_exact=True)


def test_table_has_the_columns_of_the_schema_and_a_share_of_each_category() -> None:
    table = feature_table([Line(category="Toys")], CATEGORIES)

    assert table.drop(MICROS_OF, DAYS_OF).schema == {
        **FEATURES.schema,
        **dict.fromkeys(map(share_name, CATEGORIES), pl.Float64()),
    }


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_no_lines_make_no_customers(engine: Engine) -> None:
    assert feature_table([], [], engine=engine).drop(MICROS_OF, DAYS_OF).schema == FEATURES.schema
    assert feature_table([], [], engine=engine).is_empty()


def test_columns_that_must_not_be_null_are_not_for_a_customer_of_returns_only() -> None:
    row = feature_table([Line(quantity=-1_000, amount=-5_000_000)], []).row(0, named=True)

    assert [column.name for column in FEATURES.columns if not column.nullable and row[column.name] is None] == []
    assert (row["orders"], row["revenue"], row["return_rate"], row["last_order"]) == (0, -5.0, 1.0, None)


@pytest.mark.parametrize(
    ("lines", "rate"),
    [
        ([Line(amount=8), Line(amount=-2)], 0.25),
        ([Line(amount=8), Line("a", "2", quantity=-1_000, amount=-8)], 1.0),
        ([Line(amount=8), Line("a", "2", quantity=-1_000, amount=-16)], 1.0),
        ([Line(amount=0)], 0.0),
        ([Line(amount=0), Line("a", "2", quantity=-1_000, amount=-1)], 1.0),
        ([Line(quantity=-1_000, amount=0)], 1.0),
    ],
)
def test_return_rate(lines: list[Line], rate: float) -> None:
    assert feature_table(lines, [])["return_rate"].to_list() == [rate]


def test_recent_spend_is_that_of_the_orders_begun_in_the_last_days() -> None:
    edge = AS_OF - RECENT_DAYS * DAY
    before = edge - timedelta(microseconds=1)
    lines = [
        Line("a", "1", edge, amount=3_000_000),
        Line("a", "2", before, amount=4_000_000),
        Line("a", "2", AS_OF - DAY, amount=1_000_000),
    ]

    assert feature_table(lines, []).select("recent_revenue", "earlier_revenue").row(0) == (3.0, 5.0)


def test_parts_of_the_day_and_of_the_week_share_out_all_purchases() -> None:
    start = datetime(2020, 6, 1)  # a Monday
    lines = [Line("a", str(hour), start + timedelta(hours=hour)) for hour in range(24 * 7)]

    row = feature_table(lines, []).row(0, named=True)

    assert [row[f"{part}_share"] for part in ("night", "morning", "afternoon", "evening")] == [0.25] * 4
    assert row["weekend_share"] == 2 / 7


@settings(deadline=None, max_examples=50)
@given(LINES)
def test_revenue_and_lines_are_conserved(lines: list[Line]) -> None:
    table = feature_table(lines, [])

    assert table["lines"].sum() == len(lines)
    assert math.isclose(table["revenue"].sum(), sum(line.amount for line in lines) / 1e6, rel_tol=1e-12, abs_tol=1e-3)
    assert math.isclose(table["units"].sum(), sum(line.quantity for line in lines) / 1e3, rel_tol=1e-12, abs_tol=1e-6)


def test_spread_of_large_values_that_hardly_differ_is_exact() -> None:
    lines = [Line("a", str(number), amount=10**15 - number) for number in (0, 1, 2)]

    assert feature_table(lines, [])["aov_std"].to_list() == [1e-6]
