"""Cut or pad the orders of a block until they have exactly its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def fit_to_rows(
    rows: int, first: NDArray[np.bool_], lines: Ints, returned: Ints, rng: np.random.Generator
) -> tuple[NDArray[np.intp], Ints, Ints]:
    """Return the positions of the orders to keep, in order, and their lines and returned lines: `rows` in all.

    Orders are dropped at random, but never one that is the `first` of its customer; where these alone are too many,
    each shrinks to one line. What is missing then is added to random orders, line by line.
    """
    cost = lines + returned
    if int(cost[first].sum()) > rows:
        kept = np.flatnonzero(first)
        lines, returned = np.ones_like(lines[kept]), np.zeros_like(returned[kept])
    else:
        later = rng.permutation(np.flatnonzero(~first))
        fitting = np.cumsum(cost[later]) <= rows - int(cost[first].sum())
        kept = np.sort(np.concatenate([np.flatnonzero(first), later[fitting]]))
        lines, returned = lines[kept], returned[kept]
    missing = rows - int(lines.sum() + returned.sum())
    padding = np.bincount(rng.integers(kept.size, size=missing), minlength=kept.size)
    return kept, lines + padding, returned
