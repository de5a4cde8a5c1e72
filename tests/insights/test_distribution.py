from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, log10

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.insights.distribution import histogram

_value = st.none() | st.integers(-3, 50).map(float) | st.integers(-(10**15), 10**15).map(lambda micros: micros / 1e6)
_skewed = st.floats(-6, 12).map(lambda power: round(10**power, 6))
_values = st.lists(_value, max_size=150) | st.lists(_skewed, max_size=300) | st.lists(st.floats(0, 1), max_size=80)
_unit = st.sampled_from(["orders", "days", "money", "share", "count"])


def _bins(values: Sequence[float | None], unit: str) -> pl.DataFrame:
    return histogram(pl.Series(values, dtype=pl.Float64), unit)


def _edges(bins: pl.DataFrame) -> list[float]:
    return [*bins["start"], *bins["end"].tail(1)]


def _is_step(value: float) -> bool:
    """Whether a number is 1, 2 or 5 times a power of ten."""
    return f"{value:.6e}".partition("e")[0] in {"1.000000", "2.000000", "5.000000"}


@settings(deadline=None, max_examples=200)
@given(_values, _unit)
@example([10.0**power for power in range(-6, 13)] * 10, "money")
@example([1e9, 1e9 + 1e-6, 1e9 + 2e-6], "money")
@example([0.0, 1.0] * 20, "share")
@example([0.1 + 0.2, 0.3], "count")
@example([0.0] * 99 + [10.0], "count")
def test_bins_hold_every_customer_once_between_their_ends(values: list[float | None], unit: str) -> None:
    bins = _bins(values, unit)

    edges, known = _edges(bins), [value for value in values if value is not None]
    assert bins.is_empty() == (not known)
    assert bins.height <= 24
    assert edges == sorted(set(edges))
    assert bins["end"].head(bins.height - 1).to_list() == bins["start"].tail(max(bins.height - 1, 0)).to_list()
    counts = [0] * bins.height
    for value in known:
        counts[min(max(bisect_right(edges, value) - 1, 0), bins.height - 1)] += 1
    assert bins["customers"].to_list() == counts


@settings(deadline=None, max_examples=200)
@given(_values.filter(lambda values: any(value is not None for value in values)), _unit)
@example([10.0**power for power in range(-6, 13)] * 10, "money")
def test_only_hundredths_lie_beyond_and_ends_are_readable(values: list[float | None], unit: str) -> None:
    edges, known = _edges(_bins(values, unit)), [value for value in values if value is not None]

    most = ceil(len(known) / 100)
    assert sum(value < edges[0] for value in known) <= most
    assert sum(value > edges[-1] for value in known) <= most
    widths = [end - start for start, end in pairwise(edges)]
    if max(widths) > 1.5 * min(widths):
        assert edges[0] == 0
        assert all(map(_is_step, edges[1:]))
    else:
        # Ends are multiples of the width, but for the last digits of floats that are large against it.
        width = sum(widths) / len(widths)
        assert _is_step(float(f"{width:.5g}"))
        assert all(abs(edge / width - round(edge / width)) < 1e-3 for edge in edges)


@settings(deadline=None, max_examples=60)
@given(_values, _unit, st.randoms(use_true_random=False))
def test_the_order_of_the_customers_changes_nothing(values: list[float | None], unit: str, dice: random.Random) -> None:
    shuffled = list(values)
    dice.shuffle(shuffled)

    assert_frame_equal(_bins(shuffled, unit), _bins(values, unit), check_exact=True)


def test_small_whole_numbers_have_a_bin_each() -> None:
    bins = _bins([1.0] * 5 + [2.0] * 3 + [4.0] * 2, "orders")

    assert bins.rows() == [(1.0, 2.0, 5), (2.0, 3.0, 3), (3.0, 4.0, 0), (4.0, 5.0, 2)]


def test_skewed_money_has_bins_that_grow() -> None:
    money = np.exp(np.random.default_rng(1).normal(4, 1.5, 5_000))

    edges = _edges(_bins([*map(float, money)], "money"))

    assert edges == [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000]


def test_a_few_customers_below_zero_do_not_make_one_bar_of_the_others() -> None:
    money = [*map(float, np.exp(np.random.default_rng(1).normal(4, 1.5, 5_000))), -20.0]

    assert _edges(_bins(money, "money"))[:4] == [0, 1, 2, 5]
    assert (_bins(money, "money")["customers"] < len(money) / 4).all()


@pytest.mark.parametrize("power", [7, 10, 14], ids="{} powers of ten".format)
def test_values_that_range_widely_do_not_pile_up_in_the_last_bin(power: int) -> None:
    values = [10.0**each for each in range(-3, power - 3) for _ in range(20)]

    bins = _bins(values, "money")

    assert bins["customers"].tail(1).item() <= 40
    assert bins["end"].tail(1).item() > 10 ** (power - 4)
    assert log10(bins["start"][1]) == pytest.approx(-3)


def test_days_grow_from_one_and_money_from_its_least() -> None:
    values = [0.0] * 30 + [0.002 * 1.2**each for each in range(70)]

    assert _edges(_bins(values, "days"))[:3] == [0, 1, 2]
    assert _edges(_bins(values, "money"))[:4] == [0, 0.002, 0.005, 0.01]


def test_skewed_shares_keep_bins_of_one_width() -> None:
    shares = [0.001 * 1.07**each for each in range(102)]

    assert _edges(_bins(shares, "money"))[-5:] == [0.05, 0.1, 0.2, 0.5, 1.0]
    assert _edges(_bins(shares, "share"))[:4] == [0.0, 0.05, 0.1, 0.15]


def test_shares_end_at_one() -> None:
    assert _edges(_bins([0.0, 1.0] * 50, "share"))[-1] == 1.0
    assert _bins([0.0] * 30 + [1.0] * 50, "share")["customers"].to_list() == [30, *[0] * 18, 50]


@pytest.mark.parametrize(
    ("value", "start", "end"), [(0.0, 0.0, 1.0), (5.0, 5.0, 6.0), (-3.0, -3.0, -2.0), (1_234.5, 1_200.0, 1_300.0)]
)
def test_one_value_has_one_bin(value: float, start: float, end: float) -> None:
    assert _bins([value] * 7, "count").rows() == [(start, end, 7)]


def test_without_values_there_are_no_bins() -> None:
    assert _bins([None, None], "days").rows() == []
    assert _bins([], "days").schema == pl.Schema({"start": pl.Float64, "end": pl.Float64, "customers": pl.Int64})
