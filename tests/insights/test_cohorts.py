from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.insights.cohorts import cohort_sums, finish_cohorts, finish_segment_cohorts, segment_retention
from engine.insights.merge import merge
from tests.insights.builders import AS_OF, NAMES, ORDERS, SEGMENTS, Order, cut, firsts_of, month, months_of

KEYS = ("segment", "cohort", "months_since")
ONE = dict.fromkeys("abcdefg", 1)


def sums_of(orders: list[Order], segments: dict[str, int], among: str = "abc") -> pl.DataFrame:
    """Sum the cohorts of two shards."""
    return merge([cohort_sums(months_of(part, segments)).collect() for part in cut(orders, among)], *KEYS)


def later(cohort: date, months: int) -> date:
    count = cohort.year * 12 + cohort.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def by_hand(orders: list[Order], as_of: datetime) -> list[tuple[object, ...]]:
    """Follow the cohorts of some orders through the calendar in plain Python, up to the month that as_of ends."""
    first, last = firsts_of(orders), month(as_of - timedelta(microseconds=1))
    rows: list[tuple[object, ...]] = []
    for cohort in sorted({month(moment) for moment in first.values()}):
        members = {customer for customer, moment in first.items() if month(moment) == cohort}
        since = 0
        while (at := later(cohort, since)) <= last:
            held = [order for order in orders if order.customer in members and month(order.at) == at]
            bought = [order for order in held if order.bought]
            buyers = len({order.customer for order in bought})
            money = sum(order.amount for order in held) / 1_000_000
            whole = datetime(*later(cohort, since + 1).timetuple()[:3]) <= as_of
            share = buyers / len(members)
            rows.append((cohort, since, buyers, len(bought), money, len(members), share, whole))
            since += 1
    return rows


@settings(deadline=None, max_examples=60)
@given(ORDERS, SEGMENTS, st.sampled_from([AS_OF, AS_OF + timedelta(days=45), datetime(2024, 8, 1, 0, 0, 1)]))
def test_cohorts_in_all_and_by_segment_equal_a_count_by_hand(
    orders: list[Order], segments: dict[str, int], as_of: datetime
) -> None:
    sums = sums_of(orders, segments)
    expected = [
        (number, name, *row)
        for number, name in NAMES.iter_rows()
        for row in by_hand([order for order in orders if segments[order.customer] == number], as_of)
    ]

    assert finish_cohorts(sums, as_of).rows() == by_hand(orders, as_of)
    assert finish_segment_cohorts(sums, NAMES, as_of).rows() == expected


@settings(deadline=None, max_examples=40)
@given(ORDERS, SEGMENTS)
def test_every_buyer_is_in_one_segment_and_one_cohort(orders: list[Order], segments: dict[str, int]) -> None:
    table = finish_segment_cohorts(sums_of(orders, segments), NAMES, AS_OF)

    begun = table.filter(pl.col("months_since") == 0)
    assert begun["customers"].sum() == len(firsts_of(orders))
    assert begun["customers"].to_list() == begun["cohort_customers"].to_list()
    assert begun["retention"].to_list() == [1.0] * begun.height


@settings(deadline=None, max_examples=60)
@given(ORDERS, SEGMENTS)
def test_retention_follows_the_customers_of_whole_months(orders: list[Order], segments: dict[str, int]) -> None:
    first = firsts_of(orders)
    cohorts = {month(moment) for moment in first.values()}
    kept = {who: month(at) for who, at in first.items() if len(cohorts) == 1 or month(at) > min(cohorts)}
    expected = []
    for number, name in NAMES.iter_rows():
        members = {who: cohort for who, cohort in kept.items() if segments[who] == number}
        for since in range(12):
            seen = {who: cohort for who, cohort in members.items() if later(cohort, since) < AS_OF.date()}
            back = {
                order.customer
                for order in orders
                if order.bought and order.customer in seen and month(order.at) == later(seen[order.customer], since)
            }
            if seen:
                expected.append((number, name, since, len(back), len(seen), len(back) / len(seen)))

    table = segment_retention(finish_segment_cohorts(sums_of(orders, segments), NAMES, AS_OF))

    assert table.columns == ["segment", "segment_name", "months_since", "customers", "cohort_customers", "retention"]
    assert table.rows() == expected


@settings(deadline=None, max_examples=30)
@given(ORDERS, SEGMENTS, st.sampled_from(["", "a", "aceg"]), st.randoms(use_true_random=False))
def test_neither_shards_nor_the_order_of_the_rows_change_the_cohorts(
    orders: list[Order], segments: dict[str, int], among: str, dice: Random
) -> None:
    shuffled = dice.sample(orders, len(orders))

    one, other = sums_of(orders, segments, among), sums_of(shuffled, segments)

    assert_frame_equal(one, other, check_exact=True)


def test_the_first_cohort_is_that_of_the_shop_and_not_of_each_segment() -> None:
    orders = [Order("a", datetime(2024, 1, 5)), Order("b", datetime(2024, 2, 5)), Order("b", datetime(2024, 3, 5))]
    sums = sums_of(orders, {"a": 1, "b": 2})

    table = segment_retention(finish_segment_cohorts(sums, NAMES, datetime(2024, 4, 1)))

    assert table.select("segment", "months_since", "retention").rows() == [(2, 0, 1.0), (2, 1, 1.0)]


def test_all_segments_are_followed_to_the_last_purchase_of_any() -> None:
    midnight = datetime(2024, 2, 1)
    orders = [Order("a", datetime(2024, 1, 5)), Order("b", midnight)]

    table = finish_segment_cohorts(sums_of(orders, {"a": 1, "b": 2}), NAMES, midnight)

    assert table.select("segment", "months_since", "customers", "complete").rows() == [
        (1, 0, 1, True),
        (1, 1, 0, False),
        (2, 0, 1, False),
    ]


def test_a_month_under_way_is_no_month_of_retention() -> None:
    orders = [Order("a", datetime(2024, 1, 5)), Order("a", datetime(2024, 2, 5))]
    cohorts = finish_segment_cohorts(sums_of(orders, ONE), NAMES, datetime(2024, 2, 29))

    assert cohorts.select("months_since", "customers", "complete").rows() == [(0, 1, True), (1, 1, False)]
    assert segment_retention(cohorts).select("months_since", "retention").rows() == [(0, 1.0)]


def test_returns_before_the_first_purchase_belong_to_no_cohort() -> None:
    orders = [Order("a", datetime(2024, 1, 5), -7_000_000, bought=False), Order("a", datetime(2024, 3, 5))]

    table = finish_cohorts(sums_of(orders, ONE), datetime(2024, 4, 1))

    assert table.select("cohort", "customers", "orders", "revenue").rows() == [(date(2024, 3, 1), 1, 1, 5.0)]


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param([], id="no orders"),
        pytest.param([Order("a", datetime(2024, 1, 5), -1, bought=False)], id="nothing but returns"),
    ],
)
def test_without_a_purchase_the_tables_are_empty_and_of_the_same_columns(orders: list[Order]) -> None:
    sums, some = sums_of(orders, ONE), sums_of([Order("a", datetime(2024, 1, 5))], ONE)
    empty, full = (finish_segment_cohorts(each, NAMES, AS_OF) for each in (sums, some))

    assert finish_cohorts(sums, AS_OF).is_empty()
    assert_frame_equal(empty, full.clear())
    assert_frame_equal(segment_retention(empty), segment_retention(full).clear())
    assert_frame_equal(finish_cohorts(sums, AS_OF), finish_cohorts(some, AS_OF).clear())
