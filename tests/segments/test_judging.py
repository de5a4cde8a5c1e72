from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, calinski_harabasz_score, davies_bouldin_score, silhouette_score

from engine.segments.judging import BOOTSTRAPS, evaluate, fit, recovery
from tests.segments.clouds import clouds


def test_fits_are_reproducible_to_the_bit() -> None:
    points = clouds(4, 1.0)

    assert np.array_equal(fit(points, 4, seed=3).cluster_centers_, fit(points, 4, seed=3).cluster_centers_)
    once, again = (evaluate(points, [3, 4], seed=3) for _ in range(2))
    assert [each.stability for each in once] == [each.stability for each in again]
    assert all(np.array_equal(*pair) for pair in zip(once[1].again, again[1].again, strict=True))


def test_figures_are_those_of_scikit_learn() -> None:
    points = clouds(4, 1.0)
    labels = fit(points, 4, seed=1).labels_

    (found,) = evaluate(points, [4], seed=1)

    assert found.silhouette == pytest.approx(silhouette_score(points, labels), abs=1e-5)
    assert found.calinski_harabasz == pytest.approx(calinski_harabasz_score(points, labels))
    assert found.davies_bouldin == pytest.approx(davies_bouldin_score(points, labels))
    agreement = [adjusted_rand_score(labels, other) for other in found.again]
    assert len(agreement) == BOOTSTRAPS
    assert found.stability == pytest.approx(np.mean(agreement))
    assert found.stability_spread == pytest.approx(np.std(agreement))


@pytest.mark.parametrize("k", [3, 5])
def test_many_starts_find_what_a_single_one_may_miss(k: int) -> None:
    points = clouds(k, 0.3)
    best = min(fit(points, k, seed, starts=1).inertia_ for seed in range(20))

    assert fit(points, k, seed=1).inertia_ == pytest.approx(best, rel=1e-3)


def test_a_segment_comes_back_by_the_best_match() -> None:
    labels = np.array([1, 1, 1, 1, 2, 2, 2, 2])
    split = np.array([0, 0, 1, 1, 7, 7, 7, 7])

    assert recovery(labels, [labels, split]).tolist() == [0.75, 1.0]


@given(st.lists(st.integers(0, 4), min_size=10, max_size=40), st.permutations(range(5)))
def test_recovery_does_not_depend_on_the_numbers_of_the_segments(labels: list[int], names: list[int]) -> None:
    own = np.array(labels)

    assert recovery(own, [np.array(names)[own]]).tolist() == [1.0] * len(set(labels))
