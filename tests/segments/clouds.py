"""Clouds of points for the tests of the fits."""

from __future__ import annotations

import numpy as np


def clouds(centres: int, spread: float, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    middle = random.normal(scale=4.0, size=(centres, 6))
    points = middle[random.integers(centres, size=1_500)] + random.normal(scale=spread, size=(1_500, 6))
    return np.asarray(points.astype(np.float32))
