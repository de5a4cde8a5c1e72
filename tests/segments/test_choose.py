from __future__ import annotations

import numpy as np
import pytest

from engine.segments.choose import Candidate, choose, evaluate, fit, verdict


def _candidate(k: int, silhouette: float, stability: float, smallest: float = 0.1) -> Candidate:
    return Candidate(k, silhouette, stability, 0.01, smallest)


def _clouds(centres: int, spread: float, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    middle = random.normal(scale=4.0, size=(centres, 6))
    return (middle[random.integers(centres, size=1_500)] + random.normal(scale=spread, size=(1_500, 6))).astype(
        np.float32
    )


@pytest.mark.parametrize("centres", [3, 5, 8])
def test_clear_groups_are_counted(centres: int) -> None:
    evidence = evaluate(_clouds(centres, 0.4), range(2, 11), seed=1)

    chosen = choose(evidence)

    assert chosen.k == centres
    assert chosen.stability > 0.95
    assert verdict(chosen) == "Clearly separate and stable groups."


def test_one_cloud_is_not_called_separate_groups() -> None:
    evidence = evaluate(_clouds(1, 1.0), range(2, 11), seed=1)

    assert "separate" not in verdict(choose(evidence))
    assert max(each.silhouette for each in evidence) < 0.25


def test_the_finer_of_equally_good_cuts_is_preferred() -> None:
    assert choose([_candidate(3, 0.40, 0.9), _candidate(4, 0.39, 0.9), _candidate(5, 0.30, 0.9)]).k == 4


def test_four_groups_are_preferred_to_three_that_part_a_little_better() -> None:
    assert choose([_candidate(3, 0.20, 0.9), _candidate(4, 0.18, 0.9), _candidate(5, 0.15, 0.9)]).k == 4
    assert choose([_candidate(3, 0.80, 0.9), _candidate(4, 0.60, 0.9)]).k == 3


def test_an_unstable_cut_is_not_chosen_for_its_silhouette() -> None:
    assert choose([_candidate(3, 0.30, 0.9), _candidate(4, 0.60, 0.5)]).k == 3


def test_a_cut_with_a_splinter_is_passed_over() -> None:
    assert choose([_candidate(3, 0.30, 0.9), _candidate(4, 0.60, 0.9, smallest=0.001)]).k == 3


def test_two_groups_are_taken_only_where_no_finer_cut_is_stable() -> None:
    assert choose([_candidate(2, 0.60, 0.9), _candidate(4, 0.30, 0.9)]).k == 4
    assert choose([_candidate(2, 0.60, 0.9), _candidate(4, 0.30, 0.5)]).k == 2


def test_where_nothing_is_stable_the_verdict_says_so() -> None:
    chosen = choose([_candidate(2, 0.2, 0.5), _candidate(3, 0.3, 0.6)])

    assert chosen.k == 3
    assert verdict(chosen).startswith("No stable structure")


def test_fits_are_reproducible_to_the_bit() -> None:
    points = _clouds(4, 1.0)

    assert np.array_equal(fit(points, 4, seed=3).cluster_centers_, fit(points, 4, seed=3).cluster_centers_)
    assert evaluate(points, [3, 4], seed=3) == evaluate(points, [3, 4], seed=3)
