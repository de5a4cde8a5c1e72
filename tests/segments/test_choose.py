from __future__ import annotations

import numpy as np
import pytest

from engine.segments.choose import choose, stable, verdict
from engine.segments.evidence import Evidence
from engine.segments.judging import evaluate
from tests.segments.clouds import clouds


def _evidence(
    k: int, silhouette: float, stability: float = 0.9, *, smallest: float = 0.1, jaccard: float = 0.9
) -> Evidence:
    return Evidence(k, silhouette, 100.0, 1.0, stability, 0.01, jaccard, smallest, ())


def _nothing(*silhouettes: float) -> dict[int, Evidence]:
    """The same figures of customers without groups, from two segments on."""
    return {k: _evidence(k, each) for k, each in enumerate(silhouettes, 2)}


@pytest.mark.parametrize("centres", [3, 5, 8])
def test_clear_groups_are_counted_and_called_natural(centres: int) -> None:
    evidence = evaluate(clouds(centres, 0.4), range(2, 11), seed=1)
    without = evaluate(clouds(1, 1.0), range(2, 11), seed=1, bootstraps=2)

    chosen = choose(evidence)

    assert chosen.k == centres
    assert chosen.stability > 0.95
    assert verdict(chosen, {each.k: each for each in without}).structure == "natural"


def test_one_cloud_is_no_groups() -> None:
    evidence = evaluate(clouds(1, 1.0), range(2, 11), seed=1)
    without = evaluate(clouds(1, 1.0, seed=5), range(2, 11), seed=1, bootstraps=2)

    found = verdict(choose(evidence), {each.k: each for each in without})

    assert found.structure in {"continuum", "none"}
    assert "atural groups:" not in found.text


def test_of_the_useful_numbers_the_one_that_parts_best_is_taken_or_a_finer_one_as_good() -> None:
    assert choose([_evidence(4, 0.400), _evidence(5, 0.398), _evidence(6, 0.390)]).k == 5
    assert choose([_evidence(4, 0.400, 0.95), _evidence(5, 0.398, 0.90)]).k == 4
    assert choose([_evidence(4, 0.390), _evidence(6, 0.400)]).k == 6


def test_an_earlier_number_is_kept_while_it_is_stable() -> None:
    assert choose([_evidence(4, 0.40), _evidence(6, 0.30)], earlier=6).k == 6
    assert choose([_evidence(4, 0.40), _evidence(6, 0.30, 0.5)], earlier=6).k == 4
    assert choose([_evidence(2, 0.45), _evidence(4, 0.40)], earlier=2).k == 4
    assert choose([_evidence(4, 0.40)], earlier=7).k == 4


def test_four_groups_are_preferred_to_three_that_part_a_little_better() -> None:
    assert choose([_evidence(3, 0.20), _evidence(4, 0.18), _evidence(5, 0.15)]).k == 4
    assert choose([_evidence(3, 0.80), _evidence(4, 0.60)]).k == 3


def test_an_unstable_cut_is_not_chosen_for_its_silhouette() -> None:
    assert choose([_evidence(4, 0.30), _evidence(5, 0.60, 0.5)]).k == 4


def test_a_cut_of_which_one_segment_dissolves_is_not_stable() -> None:
    assert choose([_evidence(4, 0.30), _evidence(5, 0.31, jaccard=0.4)]).k == 4
    assert not stable(_evidence(5, 0.31, jaccard=0.4))


def test_a_cut_with_a_splinter_is_passed_over() -> None:
    assert choose([_evidence(4, 0.30), _evidence(5, 0.60, smallest=0.001)]).k == 4


def test_two_groups_are_taken_only_where_no_finer_cut_is_stable() -> None:
    assert choose([_evidence(2, 0.40), _evidence(4, 0.30)]).k == 4
    assert choose([_evidence(2, 0.40), _evidence(4, 0.30, 0.5)]).k == 2


def test_two_clear_groups_are_left_whole() -> None:
    assert choose([_evidence(2, 0.86), _evidence(3, 0.66), _evidence(4, 0.60)]).k == 2
    assert choose([_evidence(2, 0.45), _evidence(4, 0.30)]).k == 4
    assert choose([_evidence(2, 0.60), _evidence(4, 0.50)]).k == 4


def test_where_nothing_is_stable_the_verdict_says_so() -> None:
    chosen = choose([_evidence(2, 0.2, 0.5), _evidence(3, 0.9, 0.6)])

    found = verdict(chosen, _nothing(0.1, 0.1))

    assert chosen.k == 3
    assert found.structure == "none"
    assert found.text.startswith("No stable structure")


@pytest.mark.parametrize(
    ("silhouette", "without", "structure"),
    [
        (0.50, (0.2, 0.2, 0.2, 0.2), "natural"),
        (0.50, (0.2, 0.2, 0.45, 0.2), "continuum"),  # one number further, nothing parts as well
        (0.61, (0.3, 0.5, 0.59, 0.6), "continuum"),  # clear, and just as clear by chance
        (0.20, (0.05, 0.05, 0.05, 0.05), "continuum"),  # beyond chance, and no groups all the same
        (0.50, (), "continuum"),  # nothing to hold it against
    ],
)
def test_groups_are_natural_only_where_they_part_beyond_chance(
    silhouette: float, without: tuple[float, ...], structure: str
) -> None:
    found = verdict(_evidence(4, silhouette), _nothing(*without))

    assert found.structure == structure
    assert found.text.startswith("Natural groups") == (structure == "natural")


def test_bootstrap_labels_do_not_decide() -> None:
    one, other = _evidence(4, 0.3), _evidence(5, 0.3)

    assert choose([one, other]).k == choose([other, one]).k == 5
    assert np.isfinite(choose([one, other]).silhouette)
