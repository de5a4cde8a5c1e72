"""How many segments: silhouette and bootstrap stability of every k, and the rule that weighs them.

Silhouette (Rousseeuw 1987) says how far apart the segments lie; stability says whether they come back when the
customers are drawn anew: the mean adjusted Rand index (Hubert & Arabie 1985) between the fit on all and fits on
bootstrap samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, pairwise_distances, silhouette_score

from engine.segments.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

SAMPLE = 3_000
"""Customers on which the numbers of segments are compared."""
SILHOUETTE_SAMPLE = 2_000
STARTS = 6
BOOTSTRAPS = 6
BOOTSTRAP_STARTS = 4
STABLE = 0.8
"""Mean adjusted Rand index from which a cut counts as stable."""
SMALLEST_SHARE = 0.01
"""Share of the customers that the smallest segment must have."""
CLOSE = 0.95
"""Share of the best silhouette from which a finer cut is preferred to it."""
COMPARABLE = 0.85
"""Share of the best silhouette that a useful number of segments must reach."""
USEFUL = (4, 3, 2)
"""Least numbers of segments, in the order in which they are wished for: two or three rarely tell what to do."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The evidence for one number of segments."""

    k: int
    silhouette: float
    stability: float
    stability_spread: float
    """Standard deviation of the adjusted Rand index over the bootstrap fits."""
    smallest_share: float


def evaluate(points: Matrix, ks: Sequence[int], seed: int) -> list[Candidate]:
    """Fit and judge every number of segments on a sample: one row per customer, standardised columns.

    One fit after the other, each on one thread: two at once took 2.6 s where one after the other takes 1.4 s (4,000
    customers, 2 cores), since they wait for each other's hold on the interpreter.
    """
    points = points[:SAMPLE]
    with one_thread():
        distances = pairwise_distances(points[:SILHOUETTE_SAMPLE].astype(np.float64))
    np.fill_diagonal(distances, 0.0)
    return [_judge(points, distances, k, seed) for k in ks]


def fit(points: Matrix, k: int, seed: int, starts: int = STARTS) -> KMeans:
    """Fit k-means on one thread: its sums then have one order only."""
    with one_thread():
        return KMeans(k, n_init=starts, random_state=seed, tol=1e-3).fit(points)


def _judge(points: Matrix, distances: NDArray[np.float64], k: int, seed: int) -> Candidate:
    reference = fit(points, k, seed).labels_
    random = np.random.default_rng([seed, k])
    agreement = []
    for trial in range(BOOTSTRAPS):
        drawn = points[random.integers(len(points), size=len(points))]
        again = fit(drawn, k, seed + 1 + trial, BOOTSTRAP_STARTS)
        with one_thread():
            agreement.append(adjusted_rand_score(reference, again.predict(points)))
    part = reference[: len(distances)]
    split = len(np.unique(part)) > 1
    with one_thread():
        silhouette = silhouette_score(distances, part, metric="precomputed") if split else 0.0
    smallest = np.bincount(reference, minlength=k).min() / len(reference)
    return Candidate(k, float(silhouette), float(np.mean(agreement)), float(np.std(agreement)), float(smallest))


def choose(candidates: Sequence[Candidate]) -> Candidate:
    """Choose among the candidates.

    The rule: only numbers of segments that are stable and have no splinter. Of those from four on that reach 85% of the
    best silhouette (from three on; two halves are always far apart), take those within a twentieth of the best of them,
    and of these the largest, since a finer picture serves better where it is as true. Where there are none from four
    on, three are taken, else two. Where nothing is stable, the most stable number without a splinter is taken.
    """
    whole = [each for each in candidates if each.smallest_share >= SMALLEST_SHARE] or list(candidates)
    stable = [each for each in whole if each.stability >= STABLE]
    if not stable:
        return max(whole, key=lambda each: (each.stability, each.silhouette, -each.k))
    best = max(each.silhouette for each in [each for each in stable if each.k > min(USEFUL)] or stable)
    for least in USEFUL:
        useful = [each for each in stable if each.k >= least and each.silhouette >= COMPARABLE * best]
        if useful:
            close = CLOSE * max(each.silhouette for each in useful)
            return max((each for each in useful if each.silhouette >= close), key=lambda each: each.k)
    return max(stable, key=lambda each: each.silhouette)


def verdict(chosen: Candidate) -> str:
    """Say in a sentence how far the chosen cut can be trusted."""
    stable = chosen.stability >= STABLE
    if stable and chosen.silhouette >= 0.5:
        return "Clearly separate and stable groups."
    if stable and chosen.silhouette >= 0.25:
        return "Stable groups that overlap at their edges."
    if stable:
        return "Customers differ gradually: the cut is stable, but its borders are drawn by the method."
    return (
        "No stable structure: with other customers of the same kind the segments would come out differently. "
        "Read them with care."
    )
