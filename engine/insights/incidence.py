"""Which orders hold which items, sorted and without repetitions: the base of counting what comes together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.preload import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

_BITS = 16
"""Bits of the number of an item."""


@dataclass(frozen=True, slots=True)
class Incidence:
    """Rows (orders, or customers) and the items that they hold: one entry a row and item, sorted by both."""

    rows: np.ndarray
    items: np.ndarray
    height: int
    width: int

    @classmethod
    def of(cls, items: pl.Series, width: int, rows: np.ndarray | None = None, height: int | None = None) -> Incidence:
        """Read lists of item numbers, one list a row; numbers from `width` on are left out.

        Where `rows` are given, they say to which of `height` rows each list belongs: several may belong to one.
        """
        lengths = items.list.len().to_numpy()
        numbers = items.explode(empty_as_null=False).to_numpy()
        places = np.arange(len(items), dtype=np.int64) if rows is None else rows
        entries = np.repeat(places << _BITS, lengths) | numbers
        entries = entries[numbers < width]
        # NOTE: sorted and compared by hand. np.unique takes forty times as long: it hashes what is nearly sorted.
        entries.sort()
        entries = entries[np.diff(entries, prepend=-1) != 0]
        return cls(entries >> _BITS, entries & (1 << _BITS) - 1, len(items) if height is None else height, width)

    def among(self, items: np.ndarray) -> Incidence:
        """Keep the entries of some items only."""
        chosen = np.zeros(self.width, dtype=np.bool_)
        chosen[items] = True
        kept = chosen[self.items]
        return replace(self, rows=self.rows[kept], items=self.items[kept])

    def pairs(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Give all pairs of entries of one row, as the places of both; the first item is the smaller one.

        Those that lie next to each other come first, then those one apart, and so on: as many steps as the longest row
        has entries, each in the memory of a step.
        """
        ends = np.flatnonzero(np.diff(self.rows, append=-1))
        # How many entries of its row come after each entry.
        after = np.repeat(ends, np.diff(ends, prepend=-1)) - np.arange(len(self.rows))
        first, apart = np.flatnonzero(after), 1
        after = after[first]
        while len(first):
            yield first, first + apart
            apart += 1
            more = after >= apart
            first, after = first[more], after[more]

    def matrix(self) -> Any:
        """Return a sparse matrix of rows and items, 1 where the row holds the item."""
        sparse = load("scipy.sparse")

        ends = np.cumsum(np.bincount(self.rows, minlength=self.height))
        whole = (np.ones(len(self.rows), dtype=np.int32), self.items, np.concatenate([[0], ends]))
        return sparse.csr_array(whole, shape=(self.height, self.width))


def add_product(one: Any, other: Any, into: np.ndarray) -> None:
    """Add the product of two sparse matrices to a table."""
    found = (one @ other).tocoo()
    into[found.row, found.col] += found.data
