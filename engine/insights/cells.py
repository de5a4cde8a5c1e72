"""Tables of counts as frames of the cells that are not zero, so that they can be merged like any other sums."""

from __future__ import annotations

import numpy as np
import polars as pl

CELL = "cell"
"""Place of a cell in the table, counted row by row."""


def cells(table: np.ndarray) -> pl.DataFrame:
    """Return the cells of a table that are not zero: one row each, `cell` and `count`."""
    flat = table.reshape(-1)
    filled = np.flatnonzero(flat)
    return pl.DataFrame({CELL: filled, "count": flat[filled]}, schema={CELL: pl.Int64, "count": pl.Int64})


def table_of(counts: pl.DataFrame, *shape: int) -> np.ndarray:
    """Return the table of such a frame, whatever the order of its rows."""
    table = np.zeros(shape, dtype=np.int64)
    table.reshape(-1)[counts[CELL].to_numpy()] = counts["count"].to_numpy()
    return table
