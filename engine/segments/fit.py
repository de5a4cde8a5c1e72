"""Fit the segments: k-means with many starts on a sample, refined by MiniBatchKMeans over batches of customers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from sklearn.cluster import MiniBatchKMeans

from engine.errors import EngineError
from engine.segments import choose
from engine.segments.choose import UNKNOWN, Verdict
from engine.segments.evidence import SAMPLE
from engine.segments.judging import evaluate, fit, silhouettes
from engine.segments.matrix import candidates, described, fit_features, matrix
from engine.segments.reference import without_groups
from engine.segments.sampling import take_sample
from engine.segments.threads import one_thread
from engine.settings import K_RANGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.segments.evidence import Evidence
    from engine.segments.matrix import FittedFeature

MIN_CUSTOMERS = 50
"""Customers below which no hidden segments are looked for."""
CUSTOMERS_PER_SEGMENT = 10
START_SAMPLE = 20_000
"""Customers on which the transforms are learned and k-means is started."""
REFINE_SAMPLE = 200_000
"""Customers over whom the centroids are refined."""
STARTS = 20
ENOUGH, DRAWS = 1_000, 5
"""Customers from which one copy without groups is enough to compare with; of fewer as many are made."""
REFERENCE_BOOTSTRAPS = 3
"""Bootstrap fits of the customers without groups: they are there to compare with, not to choose from."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The fitted centroids, in no particular order yet, and the evidence for their number."""

    features: tuple[FittedFeature, ...]
    centroids: tuple[tuple[float, ...], ...]
    candidates: tuple[Evidence, ...]
    reference: dict[int, Evidence]
    """The same figures of customers without groups, by number of segments."""
    chosen_by: str
    """"data", "user", "earlier" (as many as in an earlier run that is continued), or "size": too few customers."""
    verdict: Verdict
    sample: pl.DataFrame
    """Customers on which the transforms were learned: the first buyers of the canonical order."""

    @property
    def chosen(self) -> Evidence | None:
        """The evidence for the chosen number of segments; None where no segments were looked for."""
        return next((each for each in self.candidates if each.k == len(self.centroids)), None)


def fit_segments(
    customers: pl.LazyFrame, categories: Sequence[str], k: int | None, seed: int, earlier: int | None = None
) -> Fit:
    """Fit the hidden segments to the features of all customers.

    Customers come in the canonical order of their draws (see `sampling`), so that the result does not depend on shards,
    threads or the order of the input. `k` is the user's number of segments, `earlier` that of a run to be continued.

    Raises
    ------
    EngineError
        If the user asked for more segments than the customers can be told apart into.
    """
    needed = {"customer_id", "orders", "lines", "revenue", *(feature.name for feature in described(categories))}
    buyers = customers.select(sorted(needed)).filter(pl.col("orders") > 0)  # who only returned has no behaviour to find
    sample = take_sample(buyers, REFINE_SAMPLE, seed)
    start = sample.head(START_SAMPLE)
    features = fit_features(start, candidates(categories)) if len(sample) else []
    points = _points(sample, features)
    ks = [each for each in _possible(points) if each <= max(choose.USEFUL[1], k or 0, earlier or 0)]
    if k is not None and k not in ks:
        raise EngineError(
            f"{k} segments were asked for, but {len(sample):,} customers allow {max(ks, default=1)} at most.",
            hint=f"Leave out --k, or analyse more customers that differ ({CUSTOMERS_PER_SEGMENT} a segment at least).",
        )
    if not ks:
        few = (
            f"There are fewer than {MIN_CUSTOMERS} customers"
            if len(sample) < MIN_CUSTOMERS
            else "All customers are alike"
        )
        reason = Verdict(UNKNOWN, f"{few}: no segments were looked for.")
        return Fit(tuple(features), ((0.0,) * len(features),), (), {}, "size", reason, start)
    evidence = evaluate(points, ks, seed)
    reference = _reference(start, categories, ks, seed)
    chosen = choose.choose(evidence, earlier) if k is None else next(each for each in evidence if each.k == k)
    centroids = refine(points, chosen.k, seed)
    by = "user" if k is not None else "earlier" if chosen.k == earlier else "data"
    verdict = choose.verdict(chosen, reference)
    return Fit(tuple(features), centroids, tuple(evidence), reference, by, verdict, start)


def _reference(sample: pl.DataFrame, categories: Sequence[str], ks: Sequence[int], seed: int) -> dict[int, Evidence]:
    """Judge the same numbers of segments on customers without groups, who go the same way through the matrix."""
    customers = without_groups(sample.head(SAMPLE), categories, seed)
    points = _points(customers, fit_features(customers, candidates(categories)))
    possible = [k for k in _possible(points) if k in ks]
    found = {each.k: each for each in evaluate(points, possible, seed, REFERENCE_BOOTSTRAPS)} if possible else {}
    for draw in range(1, 1 if len(customers) >= ENOUGH else DRAWS):
        # Few customers part more or less clearly by chance: the clearest of several copies is what chance can do.
        customers = without_groups(sample.head(SAMPLE), categories, seed + draw)
        points = _points(customers, fit_features(customers, candidates(categories)))
        for k, silhouette in silhouettes(points, [k for k in _possible(points) if k in found], seed).items():
            found[k] = replace(found[k], silhouette=max(silhouette, found[k].silhouette))
    return found


def refine(points: NDArray[np.float32], k: int, seed: int) -> tuple[tuple[float, ...], ...]:
    """Return the centroids of k segments: started by k-means on the first points, refined over all in batches.

    A batch has as many points as the start, so that on few customers the refinement is one more step of k-means, which
    leaves its result as it is. What MiniBatchKMeans is known to get wrong cannot happen here: no centroid is moved to a
    random point where a batch has few or none of its customers, nor does one stay empty (scikit-learn #13476), the
    start is that of k-means and not of a first batch by chance (#12714), and sums are made on one thread, in one order
    (#17944).
    """
    started = fit(points[:START_SAMPLE], k, seed, STARTS)
    model = MiniBatchKMeans(k, init=started.cluster_centers_, n_init=1, reassignment_ratio=0.0, random_state=seed)
    with one_thread():
        for begin in range(0, len(points), START_SAMPLE):
            model.partial_fit(points[begin : begin + START_SAMPLE])
    return tuple(tuple(float(value) for value in centroid) for centroid in model.cluster_centers_)


def _points(sample: pl.DataFrame, features: Sequence[FittedFeature]) -> NDArray[np.float32]:
    if not features:
        return np.zeros((len(sample), 0), dtype=np.float32)
    return np.ascontiguousarray(matrix(sample.lazy(), features).collect().to_numpy(), dtype=np.float32)


def _possible(points: NDArray[np.float32]) -> list[int]:
    """List the numbers of segments that the customers allow: enough of them, and enough that differ."""
    if len(points) < MIN_CUSTOMERS or not points.shape[1]:
        return []
    distinct = len(np.unique(points[:SAMPLE], axis=0))
    most = min(len(points) // CUSTOMERS_PER_SEGMENT, distinct, K_RANGE[1])
    return list(range(K_RANGE[0], most + 1))
