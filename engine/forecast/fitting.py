"""Maximum likelihood for the models of buying: identical customers as one, and a search that must arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from engine.segments.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

Loss = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""A negative mean log likelihood and its slope, by the logarithms of the parameters."""

BOUND = 12.0
"""Parameters are looked for within e^-12 and e^12, in units of the data: beyond them nothing changes any more."""
AT_BOUND = 0.05
ARRIVED = 1e-5
"""Slope of the mean log likelihood at which a search has arrived."""
POLISHED = 1e-11
"""Slope from which a step changes nothing in the digits that anybody reads."""
STEPS = 8
ROUNDING = 1e-12
ASIDE = 1e-6


class FitError(Exception):
    """A model has no fit to this data: why."""


def alike(*columns: np.ndarray, weights: np.ndarray | None = None) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the distinct rows of the columns, sorted, and how many customers stand behind each.

    So the likelihood is a sum over few rows, in one order whatever that of the customers. Weights are added up in the
    order of the rows: where they are whole numbers, in any.
    """
    packed = _packed(columns)
    order = np.lexsort(columns[::-1]) if packed is None else np.argsort(packed, kind="stable")
    rows = [column[order] for column in columns]
    first = np.zeros(len(order), dtype=bool)
    first[:1] = True
    for column in rows if packed is None else [packed[order]]:
        first[1:] |= column[1:] != column[:-1]
    starts = np.flatnonzero(first)
    if weights is None:
        counts = np.diff(np.append(starts, len(order))).astype(np.float64)
    else:
        counts = np.add.reduceat(np.asarray(weights, dtype=np.float64)[order], starts)
    return [column[starts] for column in rows], counts


def _packed(columns: Sequence[np.ndarray]) -> np.ndarray | None:
    """Return one whole number for each row, in the order of the rows, where all columns are small whole numbers."""
    packed, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        whole = column.astype(np.int64)
        width = int(whole.max(initial=0)) + 1
        size *= width
        if size >= 2**62 or (whole < 0).any() or (whole != column).any():
            return None
        packed = packed * width + whole
    return packed


def maximise(loss: Loss, starts: Sequence[np.ndarray]) -> np.ndarray:
    """Return the logarithms of the parameters that make the loss smallest, from the best of several starts.

    Raises
    ------
    FitError
        If no search arrives at a place where the slope is nothing, but for parameters at their bounds.
    """
    with one_thread():
        if len(starts) == 1:
            near = _polished(loss, starts[0])
            if _slope(loss, near) <= POLISHED:
                return near
        found = [_descended(loss, start) for start in starts]
        point = _polished(loss, min(found, key=lambda each: loss(each)[0]))
        steep = _slope(loss, point)
    if not steep <= ARRIVED:
        raise FitError(f"the search for the likeliest parameters did not arrive (slope {steep:.1g})")
    return point


def _descended(loss: Loss, start: np.ndarray) -> np.ndarray:
    """Go down from a start (L-BFGS-B: Byrd, Lu, Nocedal & Zhu 1995)."""
    options = {"maxiter": 1_000, "ftol": 1e-15, "gtol": 1e-9}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * len(start), options=options)
    point: np.ndarray = found.x
    return point


def _free(point: np.ndarray) -> np.ndarray:
    """Return the places of the parameters that are not at their bounds."""
    return np.flatnonzero(np.abs(point) < BOUND - AT_BOUND)


def _slope(loss: Loss, point: np.ndarray) -> float:
    """Return the largest slope in a parameter that is not at its bounds."""
    return float(np.abs(loss(point)[1][_free(point)]).max(initial=0.0))


def _polished(loss: Loss, point: np.ndarray) -> np.ndarray:
    """Take a few steps of Newton with a numerical Hessian, each only where it makes the loss no larger."""
    value, slope = loss(point)
    for _ in range(STEPS):
        free = _free(point)
        if not len(free) or np.abs(slope[free]).max() <= POLISHED:
            break
        hessian = np.empty((len(free), len(free)))
        for place, each in enumerate(free):
            aside = point.copy()
            aside[each] += ASIDE
            hessian[:, place] = (loss(aside)[1] - slope)[free] / ASIDE
        hessian = (hessian + hessian.T) / 2
        if not np.isfinite(hessian).all() or np.linalg.eigvalsh(hessian).min() <= 0:
            break
        moved = point.copy()
        moved[free] -= np.linalg.solve(hessian, slope[free])
        if np.abs(moved).max() > BOUND:
            break
        after, steeper = loss(moved)
        # Near the end the value is lost in rounding, and the slope tells.
        if not after <= value + ROUNDING or np.abs(steeper[free]).max() > np.abs(slope[free]).max():
            break
        point, value, slope = moved, after, steeper
    return point
