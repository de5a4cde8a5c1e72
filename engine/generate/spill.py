"""Lines on their way from customers to calendar: written by block, read back by slot of time."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from engine.generate.lines import LINE
from engine.generate.orders import HISTORY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

SLOT_LINES = 250_000
"""Mean lines of a slot; the busiest weeks have about four times as many."""
MOST_SLOTS = 20_000
"""Bounds the list of pieces; a slot of an hour is narrow enough for any size."""


class Spill:
    """A temporary file without a name, in which every block keeps its lines grouped by slot.

    NOTE: the system frees a file without a name when it is closed, however the process ends.
    """

    def __init__(self, folder: Path, rows: int) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._slots = min(MOST_SLOTS, 1 + rows // SLOT_LINES)
        self._edges: list[NDArray[np.int64]] = []
        """One array per block: where in the file, in lines, each slot begins, and the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, lines: NDArray[Any]) -> None:
        """Append the lines of one block; within a slot they keep their order."""
        slot = (lines["seconds"].astype(np.int64) * self._slots // HISTORY_SECONDS).astype(np.uint16)
        start = self._edges[-1][-1] if self._edges else 0
        self._edges.append(start + np.concatenate([[0], np.cumsum(np.bincount(slot, minlength=self._slots))]))
        self._file.write(lines[np.argsort(slot, kind="stable")].tobytes())

    def slots(self) -> Iterator[NDArray[Any]]:
        """Yield the lines of each slot, first to last: by time, then as they were written."""
        for slot in range(self._slots):
            pieces = [self._read(int(edges[slot]), int(edges[slot + 1])) for edges in self._edges]
            lines = np.concatenate(pieces)
            # NOTE: time and position in one integer are unique, so the fast unstable sort keeps an order together.
            keys = np.sort(
                (lines["seconds"].astype(np.uint64) << np.uint64(32)) | np.arange(lines.size, dtype=np.uint64)
            )
            yield lines[(keys & np.uint64(0xFFFFFFFF)).astype(np.intp)]

    def _read(self, first: int, last: int) -> NDArray[Any]:
        """Return the lines from position `first` up to `last` of the file."""
        self._file.seek(first * LINE.itemsize)
        return np.frombuffer(self._file.read((last - first) * LINE.itemsize), dtype=LINE)
