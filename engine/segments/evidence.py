"""The figures by which a number of segments is judged; `judging` computes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Labels = NDArray[np.int32]

SAMPLE = 10_000
"""Customers on which the numbers of segments are compared."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one number of segments looks like on a sample."""

    k: int
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    """Lower is better, unlike the others."""
    stability: float
    """Mean adjusted Rand index over the bootstrap fits."""
    stability_spread: float
    """Its standard deviation."""
    jaccard: float
    """Mean Jaccard similarity of the segment that comes back least."""
    smallest_share: float
    again: tuple[Labels, ...]
    """Labels of the sample by each bootstrap fit."""
