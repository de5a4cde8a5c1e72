"""Fits every number of segments to a sample of customers, and judges it.

How clearly the segments part: silhouette (Rousseeuw 1987), Calinski & Harabasz (1974), Davies & Bouldin (1979). Whether
they come back when the customers are drawn anew: the adjusted Rand index (Hubert & Arabie 1985) between the fit on all
and fits on bootstrap samples, and each segment's Jaccard similarity with what it has become there (Hennig 2007).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    pairwise_distances,
    silhouette_score,
)
from sklearn.metrics.cluster import contingency_matrix

from engine.segments.evidence import SAMPLE, Evidence
from engine.segments.starts import start
from engine.segments.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.segments.evidence import Labels

    Matrix = NDArray[np.float32]

SILHOUETTE_SAMPLE = 4_000
STARTS = 10
BOOTSTRAPS = 8
FEW_KINDS = 100
"""Different customers below which some that are drawn anew may be fewer than there are segments."""


def evaluate(points: Matrix, ks: Sequence[int], seed: int, bootstraps: int = BOOTSTRAPS) -> list[Evidence]:
    """Fit and judge every number of segments on a sample: one row per customer, standardised columns.

    One fit after the other, each on one thread: two at once took 3.3-3.7 s where one after the other takes 3.2-3.8 s
    (10,000 customers, 2 cores), since they wait for each other's hold on the interpreter.
    """
    points = points[:SAMPLE]
    with one_thread():
        distances = pairwise_distances(points[:SILHOUETTE_SAMPLE].astype(np.float64)).astype(np.float32)
    np.fill_diagonal(distances, 0.0)
    return [_judge(points, distances, k, seed, bootstraps) for k in ks]


def silhouettes(points: Matrix, ks: Sequence[int], seed: int) -> dict[int, float]:
    """Return the silhouette of each number of segments alone, without drawing customers anew."""
    points = points[:SAMPLE]
    part = points[:SILHOUETTE_SAMPLE].astype(np.float64)
    labels = {k: fit(points, k, seed).labels_[: len(part)] for k in ks}
    with one_thread():
        return {k: float(silhouette_score(part, each)) for k, each in labels.items() if len(np.unique(each)) > 1}


def fit(points: Matrix, k: int, seed: int, starts: int = STARTS) -> KMeans:
    """Fit k-means on one thread: its sums then have one order only."""
    with one_thread():
        return KMeans(k, init=start, n_init=starts, random_state=seed, tol=1e-3).fit(points)


def _judge(points: Matrix, distances: NDArray[np.float32], k: int, seed: int, bootstraps: int) -> Evidence:
    labels = fit(points, k, seed).labels_
    random = np.random.default_rng([seed, k])
    again = []
    few = len(np.unique(points, axis=0)) < FEW_KINDS
    for trial in range(bootstraps):
        drawn = points[random.integers(len(points), size=len(points))]
        most = len(np.unique(drawn, axis=0)) if few else k
        fitted = fit(drawn, min(k, most), seed + 1 + trial)
        with one_thread():
            again.append(fitted.predict(points))
    agreement = [adjusted_rand_score(labels, each) for each in again]
    part = labels[: len(distances)]
    split = len(np.unique(part)) > 1
    with one_thread():
        silhouette = silhouette_score(distances, part, metric="precomputed") if split else 0.0
        within, between = davies_bouldin_score(points, labels), calinski_harabasz_score(points, labels)
    return Evidence(
        k,
        float(silhouette),
        calinski_harabasz=float(between),
        davies_bouldin=float(within),
        stability=float(np.mean(agreement)),
        stability_spread=float(np.std(agreement)),
        jaccard=float(recovery(labels, again).min()),
        smallest_share=float(np.bincount(labels, minlength=k).min() / len(labels)),
        again=tuple(again),
    )


def recovery(labels: Labels, again: Sequence[Labels]) -> NDArray[np.float64]:
    """Return for each segment, in the order of its label, how well other fits find it: 1 where always exactly.

    The mean over the fits of the largest Jaccard similarity with any of their segments.
    """
    found = []
    for other in again:
        both = contingency_matrix(labels, other)
        either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
        found.append((both / either).max(axis=1))
    return np.asarray(np.mean(found, axis=0))
