"""The mean of a smooth function of a beta variable, to the precision of a float."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, log1p

if TYPE_CHECKING:
    from numpy.typing import NDArray

NODES = 200
"""Points between 0 and 1; eleven digits of an expectation are right at worst, with half as many seven."""
NEGLIGIBLE = 38.0
"""Logarithm of how much less than at its peak a density may be where it is cut off: e^-38 is a quarter of 2^-53."""


@lru_cache(maxsize=4_096)
def beta_nodes(a: float, b: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points of [0, 1] and weights: sum(weights * g(points)) is the mean of g of a beta (a, b) variable.

    The trapezoidal rule over y = ln(p / (1 - p)) is exact to all digits for smooth functions, if it goes on until the
    density is negligible. With a or b near 0 that is never. But far out the density falls off like e^(a y) on the left
    and e^(-b y) on the right, and g does not change any more: the rest of the points is a geometric series, and stands
    at 0 and at 1. What scales the weights is the density times p (1 - p), whose mean is known and which does fall off.
    """
    left, right = a + 1.0, b + 1.0
    middle = np.log(left / right)
    first = max(_cut(a, right, -1.0), middle - NEGLIGIBLE)
    y, width = np.linspace(first, _cut(left, right, 1.0), NODES, retstep=True)
    height = np.exp(_fall(left, right, y - middle))
    p, rest = expit(y), expit(-y)
    inner = height / height.sum() * (a * b / ((a + b) * (a + b + 1.0))) / (p * rest)
    ends = inner[[0, -1]] * np.exp([-a * width, -b * width]) / -np.expm1([-a * width, -b * width])
    found = np.concatenate(([0.0], p, [1.0])), np.concatenate((ends[:1], inner, ends[1:]))
    for each in found:
        each.flags.writeable = False  # they are handed out again
    return found


def _fall(left: float, right: float, away: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithm of a beta density over y, at a distance from its peak, where it is 0."""
    fall: NDArray[np.float64] = left * away - (left + right) * log1p(np.expm1(away) * (left / (left + right)))
    return fall


def _cut(left: float, right: float, side: float) -> float:
    """Return the y to one side of the peak at which a beta density is negligible, by Newton's method from further out.

    It falls off the more slowly the nearer to the peak, so that no step goes too far.
    """
    away = side * (NEGLIGIBLE / min(left, right) + 10.0)
    for _ in range(60):
        odds = np.exp(away) * left / right
        slope = left - (left + right) * odds / (1.0 + odds)
        step = (float(_fall(left, right, np.array(away))) + NEGLIGIBLE) / slope
        away -= step
        if abs(step) < 1e-2 * abs(away):
            break
    return float(away + np.log(left / right))


def purchases_until_lost(
    shape: NDArray[np.float64], ahead: NDArray[np.float64], lost: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the purchases to expect where each ends it all with a probability: a row a customer, a column for each.

    The rate is a gamma variable of this shape, over `ahead` in units of its scale: (1 - (1 + p ahead)^-shape) / p.
    """
    bought = -np.expm1(-shape[:, None] * log1p(lost * ahead[:, None]))
    never = lost == 0.0
    return np.where(never, shape[:, None] * ahead[:, None], bought / np.where(never, 1.0, lost))
