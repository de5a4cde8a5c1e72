"""The rhythm of buying again, held against a count in plain Python."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.insights.baskets import Items
from engine.insights.merge import merge
from engine.insights.rhythm import customer_rhythm, finish_rhythm, item_gaps
from tests.features.builders import Engine

Line = tuple[str, int | None, datetime, int, int]

LINES: dict[str, Any] = {
    "customer_id": pl.String,
    "item": pl.UInt16,
    "ordered_at": pl.Datetime("us"),
    "quantity": pl.Int64,
    "amount": pl.Int64,
}
SUMS: dict[str, Any] = {
    "item": pl.UInt16,
    "days": pl.Int64,
    "repurchases": pl.Int64,
    "buyers": pl.Int64,
    "repeat_buyers": pl.Int64,
}
NO_LABELS = pl.DataFrame(schema={"item": pl.String, "label": pl.String})
FIRST, LAST = datetime(1990, 1, 1), datetime(2100, 12, 31, 23, 59, 59, 999_999)

_moment = st.one_of(
    st.sampled_from([FIRST, LAST]),
    st.integers(0, 40 * 24).map(lambda hours: datetime(2024, 2, 20) + timedelta(hours=hours)),
)
_line = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from([None, 0, 1, 2**16 - 1]),
    _moment,
    st.sampled_from([0, 1_000, 2_000, -1_000]),
    st.sampled_from([0, 1, 5_000_000, -1]),
)


def _coded(lines: list[Line]) -> pl.LazyFrame:
    categories = pl.Categorical(pl.Categories.random())
    return pl.LazyFrame(lines, schema=LINES, orient="row").with_columns(pl.col("customer_id").cast(categories))


def _sums(lines: list[Line], engine: Engine = "in-memory") -> pl.DataFrame:
    return item_gaps(_coded(lines)).collect(engine=engine).sort("item", "days")


def _brute_force(lines: list[Line]) -> dict[tuple[int, int | None], tuple[int, int, int]]:
    bought: dict[tuple[str, int], set[date]] = defaultdict(set)
    for customer, item, moment, quantity, amount in lines:
        if item is not None and quantity >= 0 and amount >= 0:
            bought[customer, item].add(moment.date())
    repurchases: Counter[tuple[int, int | None]] = Counter()
    buyers: Counter[tuple[int, int | None]] = Counter()
    repeat_buyers: Counter[tuple[int, int | None]] = Counter()
    for (_, item), held in bought.items():
        days = sorted(held)
        buyers[item, None] += 1
        for place, day in enumerate(days[1:]):
            key = (item, (day - days[place]).days)
            repurchases[key] += 1
            repeat_buyers[key] += place == 0
    return {key: (repurchases[key], buyers[key], repeat_buyers[key]) for key in buyers | repurchases}


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
@settings(max_examples=60, deadline=None)
@given(lines=st.lists(_line, max_size=40))
@example(lines=[("a", 0, LAST, 1_000, 1), ("a", 1, FIRST, 1_000, 1), ("b", 0, FIRST, 1_000, 1)])
@example(lines=[("a", 2**16 - 1, LAST, 1_000, 1), ("a", 2**16 - 1, FIRST, 1_000, 1)])
def test_gaps_of_items_equal_a_brute_force_count(engine: Engine, lines: list[Line]) -> None:
    found = _sums(lines, engine)

    assert {tuple(row[:2]): tuple(row[2:]) for row in found.iter_rows()} == _brute_force(lines)
    assert found.schema == pl.Schema(SUMS)
    assert not found.select("item", "days").is_duplicated().any()


@settings(max_examples=40, deadline=None)
@given(lines=st.lists(_line, max_size=40), seed=st.integers(0, 2**32))
def test_gaps_depend_neither_on_the_order_of_the_lines_nor_on_the_shards(lines: list[Line], seed: int) -> None:
    shuffled = random.Random(seed).sample(lines, len(lines))
    parts = [[line for line in lines if (line[0] == "a") is held] for held in (True, False)]

    assert_frame_equal(_sums(shuffled), _sums(lines))
    assert_frame_equal(merge(map(_sums, parts), "item", "days"), merge([_sums(lines)], "item", "days"))


def test_a_date_beyond_the_room_for_days_is_an_error_and_no_wrong_gap() -> None:
    with pytest.raises(pl.exceptions.InvalidOperationError, match="u16"):
        _sums([("a", 0, datetime(2200, 1, 1), 1_000, 1)])


def _repurchased(item: int, gaps: list[int], repeat_buyers: int, buyers: int) -> pl.DataFrame:
    """Make the sums of one item out of all its gaps."""
    counts = sorted(Counter(gaps).items())
    rows = [(item, days, count, 0, repeat_buyers if not place else 0) for place, (days, count) in enumerate(counts)]
    return pl.DataFrame([(item, None, 0, buyers, 0), *rows], schema=SUMS, orient="row")


@settings(max_examples=60, deadline=None)
@given(gaps=st.lists(st.integers(1, 30), max_size=80), other=st.lists(st.integers(1, 2_000), max_size=5))
def test_quartiles_of_the_gaps_are_those_of_the_sorted_gaps(gaps: list[int], other: list[int]) -> None:
    sums = pl.concat([_repurchased(1, gaps, min(len(gaps), 10), 40), _repurchased(0, other, min(len(other), 2), 2)])

    found = finish_rhythm(sums.reverse(), Items(["tea", "mugs"], ["Tea, loose", "mugs"]))

    rows = {row["item"]: row for row in found.iter_rows(named=True)}
    assert found["item"].to_list() == (["mugs", "tea"] if len(gaps) >= len(other) else ["tea", "mugs"])
    assert {item: row["label"] for item, row in rows.items()} == {"tea": "Tea, loose", "mugs": "mugs"}
    for name, held in (("mugs", sorted(gaps)), ("tea", sorted(other))):
        row, n = rows[name], len(held)
        quartiles = [held[-(-quarter * n // 4) - 1] if n else None for quarter in (1, 2, 3)]
        assert [row["p25_days"], row["median_days"], row["p75_days"]] == quartiles
        low, middle, high = quartiles
        if low is None or middle is None or high is None:
            assert row["regularity"] is None
        else:
            assert row["regularity"] == (high - low) / middle
        assert row["repurchases"] == n
    assert rows["mugs"]["repeat_share"] == min(len(gaps), 10) / 40
    assert rows["mugs"]["supported"] is (len(gaps) >= 50)
    assert rows["tea"]["supported"] is False


def test_a_rhythm_is_supported_by_fifty_repurchases_of_ten_customers() -> None:
    sums = [
        _repurchased(0, [7] * 50, 10, 10),
        _repurchased(1, [7] * 49, 10, 10),
        _repurchased(2, [7] * 50, 9, 10),
    ]

    found = finish_rhythm(pl.concat(sums), Items(names := ["full", "few gaps", "few customers"], names))

    assert dict(found.select("item", "supported").iter_rows()) == {
        "full": True,
        "few gaps": False,
        "few customers": False,
    }


def test_the_table_of_rhythms_has_its_columns_also_without_lines() -> None:
    found = finish_rhythm(_sums([]), Items(["tea"], ["tea"]))

    assert found.is_empty()
    assert found.schema == pl.Schema(
        {
            "item": pl.String,
            "label": pl.String,
            "buyers": pl.Int64,
            "repeat_buyers": pl.Int64,
            "repeat_share": pl.Float64,
            "repurchases": pl.Int64,
            "p25_days": pl.Int64,
            "median_days": pl.Int64,
            "p75_days": pl.Int64,
            "regularity": pl.Float64,
            "supported": pl.Boolean,
        }
    )


Customer = tuple[int, int, float | None, float | None]
CUSTOMERS: dict[str, Any] = {
    "segment": pl.Int64,
    "orders": pl.Int64,
    "gap_median_days": pl.Float64,
    "recency_days": pl.Float64,
}


@st.composite
def _customer(draw: st.DrawFn) -> Customer:
    orders = draw(st.integers(0, 4))
    gap = draw(st.sampled_from([0.0, 0.25, 3.0, 3.5, 10.0, 30.0])) if orders >= 2 else None
    recency = draw(st.sampled_from([0.0, 6.0, 6.5, 7.0, 7.5, 20.0, 60.0, 61.0])) if orders else None
    return draw(st.integers(1, 3)), orders, gap, recency


def _named(customers: list[Customer]) -> pl.LazyFrame:
    # All segments have the same name: it is their number that parts them.
    return pl.LazyFrame(customers, schema=CUSTOMERS, orient="row").with_columns(segment_name=pl.lit("Loyal"))


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
@settings(max_examples=60, deadline=None)
@given(customers=st.lists(_customer(), max_size=30))
def test_the_rhythm_of_customers_equals_a_brute_force_count(engine: Engine, customers: list[Customer]) -> None:
    found = customer_rhythm(_named(customers)).collect(engine=engine)

    segments = sorted({customer[0] for customer in customers})
    assert found["segment"].to_list() == [None, *segments]
    assert found["segment_name"].to_list() == ["All customers", *["Loyal"] * len(segments)]
    for row in found.iter_rows(named=True):
        members = [each for each in customers if row["segment"] in (None, each[0])]
        gaps = sorted(gap for _, _, gap, _ in members if gap is not None)
        n = len(gaps)
        quartiles = [gaps[-(-quarter * n // 4) - 1] if n else None for quarter in (1, 2, 3)]
        regular = [(gap, recency) for _, orders, gap, recency in members if orders >= 3]
        late = sum(recency > 2 * gap and recency >= 7 for gap, recency in regular if gap is not None and recency)
        assert row["customers"] == n
        assert [row["p25_days"], row["median_days"], row["p75_days"]] == quartiles
        assert row["rhythmic"] == len(regular)
        assert row["overdue_share"] == (late / len(regular) if regular else None)


def test_the_rhythm_of_customers_does_not_depend_on_their_order() -> None:
    customers: list[Customer] = [(1, 3, 1.0, 2.0), (2, 2, 5.0, 1.0), (1, 5, 9.0, 40.0), (1, 1, None, 3.0)]

    assert_frame_equal(customer_rhythm(_named(customers[::-1])).collect(), customer_rhythm(_named(customers)).collect())


@pytest.mark.parametrize(
    ("recency", "overdue"),
    [
        pytest.param(20.0, 0.0, id="twice-the-gap"),
        pytest.param(20.5, 1.0, id="more-than-twice"),
        pytest.param(9.0, 0.0, id="less"),
    ],
)
def test_a_customer_is_overdue_beyond_twice_the_usual_gap(recency: float, overdue: float) -> None:
    found = customer_rhythm(_named([(1, 3, 10.0, recency)])).collect()

    assert found["overdue_share"].to_list() == [overdue, overdue]
