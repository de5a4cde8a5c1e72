from __future__ import annotations

import math
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.segments.drift import by_bin, by_chance, reference, stability_index, verdict

VALUES = st.lists(st.none() | st.sampled_from([0.0, 1.0, 2.0, 5.5]) | st.floats(-1e6, 1e6), min_size=1, max_size=80)


def _now(values: list[float | None], then: list[float | None]) -> float:
    """Return the PSI between two lists of values."""
    known = reference(pl.Series("x", then, dtype=pl.Float64))
    counts = pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)}).select(
        each.alias(str(number)) for number, each in enumerate(known.counts())
    )
    return stability_index(known.shares, len(then), by_bin(counts.row(0)))


@settings(deadline=None, max_examples=60)
@given(VALUES, st.randoms(use_true_random=False))
def test_the_same_values_in_any_order_have_no_drift(values: list[float | None], source: random.Random) -> None:
    shuffled = list(values)
    source.shuffle(shuffled)

    assert _now(shuffled, values) == 0.0


@settings(deadline=None, max_examples=60)
@given(VALUES, VALUES)
def test_drift_is_finite_and_never_negative(then: list[float | None], now: list[float | None]) -> None:
    index = _now(now, then)

    assert math.isfinite(index)
    assert index >= 0


@settings(deadline=None, max_examples=60)
@given(VALUES)
def test_bins_hold_every_customer_once_and_part_no_equal_values(values: list[float | None]) -> None:
    known = reference(pl.Series("x", values, dtype=pl.Float64))

    assert len(known.shares) == len(known.cuts) + 2
    assert math.fsum(known.shares) == pytest.approx(1)
    assert list(known.cuts) == sorted(set(known.cuts))
    assert set(known.cuts) <= set(values)
    assert known.shares[-1] == sum(value is None for value in values) / len(values)
    assert all(share > 0 for share in known.shares[:-1]) or not known.has_values


def test_the_index_follows_the_formula() -> None:
    expected = (0.5 - 0.25) * math.log(0.5 / 0.25) + (0.5 - 0.75) * math.log(0.5 / 0.75)

    assert stability_index([0.5, 0.5, 0.0], 400, [25, 75, 0]) == pytest.approx(expected)


def test_values_that_are_gone_count_as_drift() -> None:
    assert _now([None] * 50, [float(value) for value in range(50)]) > 1


def test_chance_explains_what_it_does_explain() -> None:
    then, customers, trials = 2_000, 150, 400
    chance = by_chance(10, then, customers)
    dice = random.Random(5)
    above = 0
    for _ in range(trials):
        drawn = [0] * 10
        for _ in range(customers):
            drawn[dice.randrange(10)] += 1
        fitted = [0] * 10
        for _ in range(then):
            fitted[dice.randrange(10)] += 1
        above += stability_index([count / then for count in fitted], then, drawn) > chance

    assert 0.02 <= above / trials <= 0.10


@pytest.mark.parametrize(
    ("index", "chance", "said"),
    [
        (0.09, 0.0, "stable"),
        (0.1, 0.0, "some shift"),
        (0.249, 0.0, "some shift"),
        (0.25, 0.0, "shifted"),
        (0.3, 0.4, "may be chance"),
        (0.05, 0.4, "stable"),
    ],
)
def test_the_verdict_is_told_in_words(index: float, chance: float, said: str) -> None:
    assert verdict(index, chance) == said
