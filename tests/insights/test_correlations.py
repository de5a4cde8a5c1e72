from __future__ import annotations

import random
from math import asin, atanh, pi, sqrt, tanh

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from scipy.stats import spearmanr

from engine.insights.correlations import CORRELATIONS, LEAST_CUSTOMERS, correlations, spearman
from engine.segments.matrix import Feature

A, B, C = (Feature(name, name.upper(), "count", "log") for name in ("a", "b", "c"))

_value = st.none() | st.integers(0, 4).map(float) | st.floats(-1e6, 1e6)
_rows = st.lists(st.tuples(_value, _value, _value), max_size=50)


def _sample(rows: list[tuple[float | None, float | None, float | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys("abc", pl.Float64), orient="row")


def _one(first: list[float], second: list[float], customers: int | None = None) -> dict[str, object]:
    sample = pl.DataFrame({"a": first, "b": second}, schema={"a": pl.Float64, "b": pl.Float64})
    return correlations(sample, (A, B), sample.height if customers is None else customers).row(0, named=True)


def _ranks(values: list[float]) -> list[float]:
    """Mean rank of each value: those below, and half of its equals."""
    return [sum(other < value for other in values) + (values.count(value) + 1) / 2 for value in values]


def _pearson(first: list[float], second: list[float]) -> float | None:
    means = sum(first) / len(first), sum(second) / len(second)
    products = sum((x - means[0]) * (y - means[1]) for x, y in zip(first, second, strict=True))
    squares = sum((x - means[0]) ** 2 for x in first), sum((y - means[1]) ** 2 for y in second)
    return products / sqrt(squares[0] * squares[1]) if all(squares) else None


@settings(deadline=None)
@given(_rows)
def test_correlations_equal_a_brute_force_calculation(
    rows: list[tuple[float | None, float | None, float | None]],
) -> None:
    found = correlations(_sample(rows), (A, B, C), len(rows))

    assert found.select("feature", "other").rows() == [("a", "b"), ("a", "c"), ("b", "c")]
    for row, (one, other) in zip(found.iter_rows(named=True), [(0, 1), (0, 2), (1, 2)], strict=True):
        pairs = [(x, y) for each in rows if (x := each[one]) is not None and (y := each[other]) is not None]
        assert row["customers"] == len(pairs)
        expected = _pearson(*(_ranks(list(side)) for side in zip(*pairs, strict=True))) if len(pairs) >= 10 else None
        assert row["correlation"] == (None if expected is None else pytest.approx(expected, abs=1e-12))
        assert row["error"] == (None if expected is None else 0.0)


@settings(deadline=None, max_examples=50)
@given(_rows, st.randoms(use_true_random=False))
def test_the_order_of_the_customers_changes_not_a_bit(
    rows: list[tuple[float | None, float | None, float | None]], dice: random.Random
) -> None:
    shuffled = list(rows)
    dice.shuffle(shuffled)

    assert_frame_equal(
        correlations(_sample(shuffled), (A, B, C), 1_000),
        correlations(_sample(rows), (A, B, C), 1_000),
        check_exact=True,
    )


@pytest.mark.parametrize("size", [10, 500, 20_000])
@pytest.mark.parametrize("distinct", [2, 30, 10**9])
def test_scipy_agrees(size: int, distinct: int) -> None:
    dice = np.random.default_rng(size + distinct)
    first = dice.integers(0, distinct, size).astype(float)
    second = first * 0.5 + dice.integers(0, distinct, size)

    assert _one(list(first), list(second))["correlation"] == pytest.approx(
        spearmanr(first, second).statistic, abs=1e-12
    )


def test_the_published_example_of_intelligence_and_television() -> None:
    intelligence = [106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0]
    hours = [7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0]

    row = _one(intelligence, hours, customers=11)

    assert row["correlation"] == pytest.approx(-29 / 165, abs=1e-15)
    # Bonett & Wright (2000): atanh(r) has the standard error sqrt((1 + r^2 / 2) / (n - 3)).
    reach = 1.959964 * sqrt((1 + (29 / 165) ** 2 / 2) / 7)
    assert row["error"] == pytest.approx(
        (tanh(atanh(-29 / 165) + reach) - tanh(atanh(-29 / 165) - reach)) / 2, abs=1e-7
    )


@settings(deadline=None, max_examples=60)
@given(st.integers(10, 20_000), st.integers(2, 20_000), st.integers(0, 2**32))
def test_what_has_the_same_ranks_has_exactly_one_and_the_opposite_minus_one(
    size: int, distinct: int, seed: int
) -> None:
    values = np.random.default_rng(seed).integers(0, distinct, size)
    pair = pl.DataFrame({"a": values, "b": values**3, "c": -values})

    expected = (None, None) if values.min() == values.max() else (1.0, -1.0)
    assert (spearman(pair.select("a", "b")), spearman(pair.select("a", "c"))) == expected


def test_too_few_customers_have_no_correlation() -> None:
    values = [float(each) for each in range(LEAST_CUSTOMERS)]

    assert _one(values, values)["correlation"] == 1.0
    assert _one(values[1:], values[1:]) == {
        "feature": "a",
        "label": "A",
        "other": "b",
        "other_label": "B",
        "correlation": None,
        "customers": LEAST_CUSTOMERS - 1,
        "error": None,
    }


def test_what_is_the_same_for_all_has_no_correlation() -> None:
    row = _one([3.0] * 40, [float(each) for each in range(40)], customers=100)

    assert (row["correlation"], row["customers"], row["error"]) == (None, 40, None)


def test_the_error_of_a_sample_follows_the_formula_and_that_of_all_is_zero() -> None:
    # By symmetry the ranks have no correlation: n = 103, z = 1.959964 * sqrt(1 / 100).
    first = [abs(each - 51.0) for each in range(103)]
    second = [float(each) for each in range(103)]

    assert _one(first, second, customers=104)["correlation"] == 0.0
    assert _one(first, second, customers=104)["error"] == pytest.approx(tanh(0.1959964), abs=1e-7)
    assert _one(first, second, customers=103)["error"] == 0.0


def test_the_interval_covers_the_correlation_of_all_in_about_95_of_100_samples() -> None:
    dice = np.random.default_rng(1)
    latent, size, trials = 0.6, 80, 400
    known = 6 / pi * asin(latent / 2)  # Spearman's correlation of two normal variables with Pearson's

    covered = 0
    for _ in range(trials):
        first = dice.normal(size=size)
        row = _one(list(first), list(latent * first + sqrt(1 - latent**2) * dice.normal(size=size)), customers=10**6)
        covered += abs(float(str(row["correlation"])) - known) <= float(str(row["error"]))

    assert 0.92 <= covered / trials <= 0.98


def test_without_features_or_customers_there_is_a_table_all_the_same() -> None:
    assert correlations(_sample([]), (), 0).schema == pl.Schema(CORRELATIONS)
    assert correlations(_sample([]), (A, B), 0).select("correlation", "customers").rows() == [(None, 0)]
