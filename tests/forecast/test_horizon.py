"""The horizon that the data chooses, and the cut-offs that the history allows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forecast.horizon import MOST_TESTED, cutoffs_of, history_days, usual_horizon


@pytest.mark.parametrize(
    ("median_gap", "history", "expected"),
    [
        (22.0, 374, 30),  # half of the repeat purchases come within a month
        (55.0, 545, 60),
        (120.0, 545, 90),  # the history does not allow more
        (120.0, 1458, 180),
        (400.0, 1500, 365),
        (None, 400, 30),
        (22.0, 100, 14),
        (3.0, 40, 7),
        (3.0, 27, None),
    ],
    ids=str,
)
def test_horizon_is_the_shortest_usual_one_that_holds_half_of_the_repeats(
    median_gap: float | None, history: int, expected: int | None
) -> None:
    assert usual_horizon(median_gap, history) == expected


@given(st.integers(1, 2_000), st.integers(1, 400), st.integers(1, 40_000))
def test_cut_offs_lie_a_horizon_apart_within_the_history(days: int, horizon: int, customers: int) -> None:
    first = datetime(2021, 3, 1, 15, 30)
    last = first + timedelta(days=days - 1)
    end = datetime.combine(last.date() + timedelta(days=1), datetime.min.time())

    found, tests = cutoffs_of(first, last, horizon, customers)

    assert history_days(first, last) == days
    assert found == [end - timedelta(days=horizon * each) for each in range(1, len(found) + 1)]
    assert all(cutoff - first.replace(hour=0, minute=0) >= timedelta(days=horizon) for cutoff in found)
    assert tests <= max(len(found) - 1, 0)
    assert tests <= max(1, MOST_TESTED // customers)
    assert (len(found) >= 2) == (days >= 3 * horizon)
