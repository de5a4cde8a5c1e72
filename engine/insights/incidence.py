"""Which orders hold which items, as sparse matrices: the base of counting what comes together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl

    Sparse = Any
    """A scipy.sparse CSR array of integers; scipy has no types."""


def incidence(items: pl.Series, most: int, rows: np.ndarray | None = None, height: int | None = None) -> Sparse:
    """Return a matrix of rows and items, 1 where the row holds the item, once or often.

    `items` has a list of item numbers per row; those from `most` on are left out. Where `rows` are given, they say to
    which row of `height` each list belongs: several lists may belong to one.
    """
    from scipy import sparse  # takes a tenth of a second, and nobody else waits for it

    lengths = items.list.len().to_numpy().astype(np.int64)
    numbers = items.explode(empty_as_null=False).to_numpy().astype(np.int32)
    places = np.repeat(np.arange(len(items)) if rows is None else rows, lengths)
    kept = numbers < most
    places, numbers = places[kept], numbers[kept]
    shape = (len(items) if height is None else height, most)
    # NOTE: the constructor adds up what stands twice: how often does not matter here.
    found = sparse.csr_array((np.ones(len(numbers), dtype=np.int32), (places, numbers)), shape=shape)
    found.data[:] = 1
    return found


def together(one: Sparse, other: Sparse, into: np.ndarray) -> None:
    """Add to `into` in how many rows each item of `one` comes with each item of `other`."""
    found = (one.T.tocsr() @ other).tocoo()
    into[found.row, found.col] += found.data


def both(one: Sparse, other: Sparse, firsts: np.ndarray, seconds: np.ndarray) -> Sparse:
    """Return a matrix of rows and pairs, 1 where `one` holds the first item of the pair and `other` the second."""
    return one.tocsc()[:, firsts].multiply(other.tocsc()[:, seconds]).tocsr()
