"""Heavy, medium and light buyers, held against a count in plain Python."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.insights.heaviness import finish_heaviness

SCHEMA = pl.Schema(
    {
        "group": pl.String,
        "customers": pl.Int64,
        "customer_share": pl.Float64,
        "revenue": pl.Float64,
        "revenue_share": pl.Float64,
        "orders": pl.Int64,
        "revenue_from": pl.Float64,
    }
)

_customers = st.lists(
    # Few distinct revenues beside many, so that ties lie on the cuts.
    st.tuples(st.integers(-3, 6) | st.integers(-(10**12), 10**13), st.integers(0, 50)),
    max_size=60,
)


def table(customers: list[tuple[int, int]]) -> pl.DataFrame:
    micros = pl.Series([each for each, _ in customers], dtype=pl.Int64)
    return finish_heaviness(micros, pl.Series([each for _, each in customers], dtype=pl.Int64))


@given(_customers)
def test_groups_equal_a_brute_force_count(customers: list[tuple[int, int]]) -> None:
    worth = sorted((revenue for revenue, _ in customers if revenue > 0), reverse=True)

    def group(revenue: int) -> str:
        if revenue <= 0:
            return "None"
        better = sum(other > revenue for other in worth)  # those before the first of equal ones
        if better < math.ceil(Fraction(1, 5) * len(worth)):
            return "Heavy"
        return "Medium" if better < math.ceil(Fraction(1, 2) * len(worth)) else "Light"

    total = sum(revenue for revenue, _ in customers)
    expected: list[tuple[Any, ...]] = []
    for name in ("Heavy", "Medium", "Light", "None"):
        held = [each for each in customers if group(each[0]) == name]
        if held:
            revenue = sum(each for each, _ in held)
            share = pytest.approx(revenue / total) if total > 0 else None
            least = min(each for each, _ in held)
            orders = sum(each for _, each in held)
            expected.append(
                (name, len(held), len(held) / len(customers), revenue / 10**6, share, orders, least / 10**6)
            )

    found = table(customers)

    assert found.schema == SCHEMA
    assert found.rows() == expected


@given(_customers.flatmap(lambda each: st.tuples(st.just(each), st.permutations(each))))
def test_the_order_of_the_customers_changes_nothing(
    both: tuple[list[tuple[int, int]], list[tuple[int, int]]],
) -> None:
    assert_frame_equal(table(both[1]), table(both[0]), check_exact=True)


def test_ten_different_customers_are_two_three_and_five() -> None:
    found = table([(n * 10**6, n) for n in range(1, 11)])

    assert found.rows() == [
        ("Heavy", 2, 0.2, 19.0, 19 / 55, 19, 9.0),
        ("Medium", 3, 0.3, 21.0, 21 / 55, 21, 6.0),
        ("Light", 5, 0.5, 15.0, 15 / 55, 15, 1.0),
    ]


def test_equal_revenue_is_never_parted_and_goes_with_the_heavier() -> None:
    alike = table([(5, 1)] * 10)
    on_the_cut = table([(9, 1)] + [(5, 1)] * 4 + [(1, 1)] * 5)

    assert alike["group"].to_list() == ["Heavy"]
    assert on_the_cut.select("group", "customers").rows() == [("Heavy", 5), ("Light", 5)]


def test_customers_without_revenue_are_kept_apart_and_do_not_move_the_cuts() -> None:
    buyers = [(n * 10**6, 1) for n in range(1, 11)]
    found = table([*buyers, *[(0, 1)] * 4, (-(10**6), 0)])

    assert found.select("group", "customers", "revenue", "orders").rows() == [
        ("Heavy", 2, 19.0, 2),
        ("Medium", 3, 21.0, 3),
        ("Light", 5, 15.0, 5),
        ("None", 5, -1.0, 4),
    ]
    assert found["customer_share"].sum() == 1
    assert found["revenue_share"].sum() == pytest.approx(1)
    assert found["revenue_share"][-1] == -1 / 54


def test_nobody_and_one_customer() -> None:
    assert_frame_equal(table([]), pl.DataFrame(schema=SCHEMA))
    assert table([(1, 1)])["group"].to_list() == ["Heavy"]


def test_shares_of_revenue_are_not_known_where_returns_leave_nothing() -> None:
    found = table([(4, 1), (-4, 0), (-4, 0)])

    assert found.select("group", "revenue_share").rows() == [("Heavy", None), ("None", None)]


def test_sums_of_money_do_not_wrap() -> None:
    assert table([(2**62, 1)] * 4)["revenue"].to_list() == [2**64 / 10**6]
