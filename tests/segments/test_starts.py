"""Starts of k-means, held against scikit-learn's."""

from __future__ import annotations

from inspect import getsource

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import _kmeans, kmeans_plusplus

from engine.segments.starts import POINTS, far_apart, start
from engine.segments.threads import one_thread


@pytest.mark.skipif("stable_cumsum" in getsource(_kmeans), reason="this scikit-learn adds up in more digits")
@settings(deadline=None, max_examples=100)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, POINTS),
    columns=st.integers(1, 14),
    k=st.integers(1, 10),
    decimals=st.sampled_from([0, 1, 6]),
    scale=st.sampled_from([1.0, 1e3]),
)
def test_starts_are_those_of_scikit_learn_to_the_bit(
    seed: int, size: int, columns: int, k: int, decimals: int, scale: float
) -> None:
    drawn = np.random.default_rng(seed).normal(size=(size, columns)).round(decimals)  # many alike, or none
    points = (scale * drawn).astype(np.float32)
    k = min(k, size)

    with one_thread():
        expected = kmeans_plusplus(points, k, random_state=np.random.RandomState(seed))[1]
        found = far_apart(points, k, np.random.RandomState(seed))

    assert found == expected.tolist()


@pytest.mark.parametrize("size", [7, POINTS, 20_000])
def test_a_start_is_of_the_points_and_none_comes_twice(size: int) -> None:
    points = np.random.default_rng(size).normal(size=(size, 3)).astype(np.float32)

    centres = start(points, 7, np.random.RandomState(1))

    assert len({tuple(each) for each in centres}) == 7
    assert {tuple(each) for each in centres} <= {tuple(each) for each in points}
