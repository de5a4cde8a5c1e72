from __future__ import annotations

import random
from fractions import Fraction
from math import ceil, sqrt

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.insights.columns import (
    BITS,
    COLUMNS,
    ERROR,
    bucket,
    finish_columns,
    merge_moments,
    moment_sums,
    tally,
    value_sums,
)
from engine.insights.merge import merge

Line = tuple[int, int]
"""Quantity in thousandths, amount in micros."""

SHARES = {"p05": Fraction(5, 100), "p25": Fraction(1, 4), "median": Fraction(1, 2), "p75": Fraction(3, 4)}
SHARES["p95"] = Fraction(95, 100)
SCALES = {"quantity": 1_000, "amount": 1_000_000, "price": 1_000_000}
EDGES = [0, 1, -1, 999, 1_000, -1_000, 2**BITS - 1, 2**BITS, 2**BITS + 1, -(2**BITS) - 1, 10**12, -(10**12)]

_quantity = (
    st.sampled_from(EDGES) | st.integers(-(10**12), 10**12) | st.integers(-5, 5).map(lambda units: units * 1_000)
)
_amount = (
    st.sampled_from([*EDGES, 10**15, -(10**15), 10**15 - 1])
    | st.integers(-(10**15), 10**15)
    | st.integers(-50_000, 500_000).map(lambda cents: cents * 10_000)
)
_lines = st.lists(st.tuples(_quantity, _amount), min_size=1, max_size=60)


def _frame(lines: list[Line]) -> pl.LazyFrame:
    return pl.LazyFrame(lines, schema={"quantity": pl.Int64, "amount": pl.Int64}, orient="row")


def _table(*shards: list[Line]) -> pl.DataFrame:
    frames = [_frame(lines) for lines in shards]
    counts = merge([value_sums(tally(each)).collect(engine="streaming") for each in frames], "column", "bucket")
    return finish_columns(
        counts, merge_moments([moment_sums(tally(each)).collect(engine="streaming") for each in frames])
    )


def _sorted_values(lines: list[Line]) -> dict[str, list[int]]:
    prices = [amount * 1_000 // quantity for quantity, amount in lines if quantity > 0 and amount >= 0]
    found = {
        "quantity": [quantity for quantity, _ in lines],
        "amount": [amount for _, amount in lines],
        "price": prices,
    }
    return {name: sorted(values) for name, values in found.items() if values}


@settings(deadline=None, max_examples=120)
@given(_lines)
@example([(1, 10**15)] * 3)
@example([(5, 10**15 - 1)])
@example([(-(10**12), -(10**15)), (10**12, 10**15), (0, 0)])
def test_the_table_equals_a_brute_force_calculation(lines: list[Line]) -> None:
    table = _table(lines)

    known = _sorted_values(lines)
    assert table["column"].to_list() == list(known)
    for row in table.iter_rows(named=True):
        values, scale = known[row["column"]], SCALES[row["column"]]
        number, total = len(values), sum(values)
        assert row["values"] == number
        assert row["zero_share"] == values.count(0) / number
        assert row["negative_share"] == sum(value < 0 for value in values) / number
        # As floats first: beyond 2^53 Python divides whole numbers more exactly than a column is divided.
        assert (row["min"], row["max"]) == (float(values[0]) / scale, float(values[-1]) / scale)
        assert row["mean"] == float(Fraction(total, number * scale))
        spread = sum((number * value - total) ** 2 for value in values)
        assert row["std"] == (
            pytest.approx(sqrt(Fraction(spread, number**2 * (number - 1) * scale**2)), rel=1e-14)
            if number > 1
            else None
        )
        assert row["error"] == (0.0 if max(map(abs, values)) < 2**BITS else ERROR)
        for name, share in SHARES.items():
            exact = values[max(1, ceil(share * number)) - 1] / scale
            # The last bits of a float, beside the bound.
            assert abs(row[name] - exact) <= abs(exact) * (row["error"] + 1e-15)


@settings(deadline=None, max_examples=40)
@given(_lines, st.integers(1, 5), st.randoms(use_true_random=False))
def test_shards_and_the_order_of_the_lines_change_nothing(lines: list[Line], shards: int, dice: random.Random) -> None:
    shuffled = list(lines)
    dice.shuffle(shuffled)

    assert_frame_equal(_table(*(shuffled[part::shards] for part in range(shards))), _table(lines), check_exact=True)


@given(st.lists(st.integers(-(10**18), 10**18) | st.sampled_from(EDGES), min_size=2, max_size=80))
def test_buckets_keep_the_order_of_the_values_and_are_narrow(values: list[int]) -> None:
    found = pl.Series("value", sorted(values), dtype=pl.Int64).to_frame().with_columns(bucket=bucket(pl.col("value")))

    assert found["bucket"].is_sorted()
    for value, least in found.iter_rows():
        assert 0 <= value - least < max(1, abs(value) / 2 ** (BITS - 1))


def test_a_power_of_two_has_a_bounded_number_of_buckets() -> None:
    numbers = pl.select(value=pl.int_range(2**17, 2**18, dtype=pl.Int64))

    assert numbers.select(bucket(pl.col("value")).n_unique()).item() == 2 ** (BITS - 1)


@settings(deadline=None, max_examples=50)
@given(
    st.integers(-(10**15), 10**15),
    st.integers(-(10**15), 10**15),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_a_quantile_among_equal_values_is_that_value(one: int, other: int, ones: int, others: int) -> None:
    if abs(one - other) <= max(abs(one), abs(other)) * ERROR * 2:
        other = one
    table = _table([(1_000, one)] * ones + [(1_000, other)] * others)

    row = table.row(by_predicate=pl.col("column") == "amount", named=True)
    assert {row[name] for name in SHARES} <= {one / 1_000_000, other / 1_000_000}


@settings(deadline=None, max_examples=50)
@given(_lines)
def test_quantiles_ascend_between_the_least_and_the_largest_value(lines: list[Line]) -> None:
    for row in _table(lines).iter_rows(named=True):
        figures = [row[name] for name in ("min", *SHARES, "max")]

        assert figures == sorted(figures)


@pytest.mark.parametrize("power", [16, 30, 49])
def test_the_bound_on_the_error_is_reached_and_not_passed(power: int) -> None:
    least = 2**power
    most = least + 2 ** (power + 1 - BITS) - 1  # the last value in the bucket
    lines = [(1_000, least)] * 5 + [(1_000, most)] * 95

    row = _table(lines).row(by_predicate=pl.col("column") == "amount", named=True)

    # The 5th of 100 values is the least, and the mean of the bucket lies at 0.95 of its width.
    error = abs(row["p05"] * 1_000_000 - least) / least
    assert row["error"] == ERROR == 1 / 16_384
    assert 0.45 * ERROR <= error <= ERROR
    assert power < 20 or error >= 0.94 * ERROR


def test_prices_in_cents_are_shown_as_they_are() -> None:
    table = _table([(1_000, 12_950_000), (2_000, 25_900_000), (1_000, 999_000_000)])

    assert table.filter(pl.col("column") == "price").select("median", "p95").row(0) == (12.95, 999.0)


def test_a_price_is_that_of_lines_that_bought_something() -> None:
    bought, sent_back, nothing, refunded = (3_000, 10_000_000), (-1_000, -5_000_000), (0, 7_000_000), (1_000, -1)

    prices = (
        value_sums(tally(_frame([bought, sent_back, nothing, refunded]))).filter(pl.col("column") == "price").collect()
    )

    assert prices.select("times", "total").rows() == [(1, 3_333_333)]


def test_the_spread_of_twenty_million_lines_of_a_million_each_is_right() -> None:
    amounts, times = [10**12, 2 * 10**12, 3 * 10**12, 10**11], 5_000_000
    lines = _frame([(1_000, amount) for amount in amounts])
    counts = value_sums(tally(lines)).with_columns(pl.col("times", "total") * times).collect()
    sums = pl.col("times", "zeros", "negatives", "total", "upper", "lower")

    table = finish_columns(counts, moment_sums(tally(lines)).with_columns(sums * times).collect())

    row = table.row(by_predicate=pl.col("column") == "amount", named=True)
    mean = Fraction(sum(amounts), 4)
    variance = sum((amount - mean) ** 2 for amount in amounts) * times / (4 * times - 1)
    assert row["mean"] == float(mean / 10**6)
    assert row["std"] == pytest.approx(sqrt(variance) / 10**6, rel=1e-14)


@pytest.mark.parametrize("lines", [1_000, 50_000])
def test_the_spread_of_the_largest_prices_is_right(lines: int) -> None:
    half = lines // 2

    table = _table([(1, 10**15)] * half + [(1, 0)] * half)

    row = table.row(by_predicate=pl.col("column") == "price", named=True)
    assert row["std"] == pytest.approx(5e11 * sqrt(lines / (lines - 1)), rel=1e-14)


def test_the_textbook_example_of_eight_grades() -> None:
    # Their mean is 5 and their sum of squared deviations 32: a standard deviation of 2 as a population.
    table = _table([(grade * 1_000, 0) for grade in (2, 4, 4, 4, 5, 5, 7, 9)])

    row = table.row(by_predicate=pl.col("column") == "quantity", named=True)
    assert (row["mean"], row["median"], row["p25"], row["p75"]) == (5.0, 4.0, 4.0, 5.0)
    assert row["std"] == pytest.approx(sqrt(32 / 7))


def test_missing_values_count_nowhere() -> None:
    lines = pl.LazyFrame({"quantity": [None, 1_000, 2_000], "amount": [1_000_000, None, 4_000_000]})

    table = finish_columns(value_sums(tally(lines)).collect(), merge_moments([moment_sums(tally(lines)).collect()]))

    assert table.select("column", "values", "max").rows() == [
        ("quantity", 2, 2.0),
        ("amount", 2, 4.0),
        ("price", 1, 2.0),
    ]


def test_without_lines_there_is_an_empty_table() -> None:
    table = _table([], [])

    assert moment_sums(tally(_frame([]))).collect().is_empty()
    assert table.is_empty()
    assert table.schema == pl.Schema(COLUMNS)


def test_a_column_without_values_has_no_row() -> None:
    assert _table([(-1_000, -5)], [])["column"].to_list() == ["quantity", "amount"]
