"""Sorted files as one sorted table, a range of the keys at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ROWS = 65_536
"""Rows that a range holds on average: what is held in memory at a time."""
BATCH = 4_096
"""Rows of a batch of the files: a slice is read in whole batches."""
FILE = "(file)"
"""Column that tells from which file a row comes: its place among the files."""


def in_ranges(
    files: Sequence[Path], key: str, rows: int = ROWS, beside: Sequence[Path] | None = None
) -> Iterator[pl.LazyFrame]:
    """Give the rows of Arrow IPC files, each sorted by `key` (text, distinct over all files), range by range.

    The keys are cut into ranges of about `rows` rows; of each range the slices of all files are put together and
    sorted, so that the ranges one after the other are the whole table in order. A merge of all files at once would hold
    far more, and copy each row often. `beside` are files with further columns of the same rows, in the same order.
    """
    scans = [pl.scan_ipc(file, glob=False) for file in files]
    others = None if beside is None else [pl.scan_ipc(file, glob=False) for file in beside]
    for begin, end in pairwise(_ends(scans, key, rows)):
        slices = []
        for place, (start, stop) in enumerate(zip(begin, end, strict=True)):
            if stop > start:
                parts = [each[place].slice(start, stop - start) for each in (scans, others) if each is not None]
                whole = parts[0] if len(parts) == 1 else pl.concat(parts, how="horizontal")
                slices.append(whole.with_columns(pl.lit(place, dtype=pl.UInt32).alias(FILE)))
        if slices:
            yield pl.concat(slices).sort(key)


def _ends(scans: Sequence[pl.LazyFrame], key: str, rows: int) -> list[list[int]]:
    """Cut every file at the same keys: one row per cut, the first of zeros, the last of the files' heights."""
    heights = [scan.select(pl.len()).collect().item() for scan in scans]
    cuts = -(-sum(heights) // rows) - 1
    # Customers come to files by chance, so that the keys of the largest file are spread like those of all.
    largest = scans[heights.index(max(heights))].select(key).collect()[key]
    splitters = largest.gather([len(largest) * cut // (cuts + 1) for cut in range(1, cuts + 1)])
    places = [scan.select(key).collect()[key].search_sorted(splitters).to_list() for scan in scans]
    return [[0] * len(scans), *map(list, zip(*places, strict=True)), heights]
