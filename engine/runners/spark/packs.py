"""Tables on their way between tasks: each row of the data frames of Spark holds a part of one, as Arrow IPC.

Spark moves a few large rows instead of many small ones, and every type of Polars arrives as it left.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

COLUMNS = pa.schema(
    [
        pa.field("place", pa.int32()),
        pa.field("kind", pa.string()),
        pa.field("number", pa.int32()),
        pa.field("payload", pa.binary()),
    ]
)
DDL = "place int, kind string, number int, payload binary"
"""The same columns for Spark, which matches them by their position."""
PACK_BYTES = 4_000_000
"""Bytes of a table that one row holds, before it is compressed."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A part of a table: whose it is (a shard, a task, a range of customers), which table, and which part of it."""

    place: int
    kind: str
    number: int
    payload: bytes

    @property
    def table(self) -> pl.DataFrame:
        """The rows."""
        return pl.read_ipc(self.payload)


def packed(place: int, kind: str, table: pl.DataFrame, number: int = 0) -> Iterator[pa.RecordBatch]:
    """Give a table as rows, numbered from `number` on: one at least, so that an empty table arrives as well."""
    rows = max(table.height * PACK_BYTES // max(int(table.estimated_size()), 1), 1)
    for part in range(max(-(-table.height // rows), 1)):
        payload = BytesIO()
        table.slice(part * rows, rows).rechunk().write_ipc(payload, compression="lz4")
        yield row(Pack(place, kind, number + part, payload.getvalue()))


def row(pack: Pack) -> pa.RecordBatch:
    """Give a pack as a row."""
    return pa.RecordBatch.from_arrays(
        [
            pa.array([value], field.type)
            for value, field in zip((pack.place, pack.kind, pack.number, pack.payload), COLUMNS, strict=True)
        ],
        schema=COLUMNS,
    )


def unpacked(batches: Iterable[pa.RecordBatch]) -> Iterator[Pack]:
    """Give the packs that a task has got.

    Raises
    ------
    AssertionError
        If the columns are others, or in another order.
    """
    for batch in batches:
        assert batch.schema.names == COLUMNS.names, f"packs have the columns {COLUMNS.names}, not {batch.schema.names}"
        assert batch.schema.types == COLUMNS.types, f"packs are of {COLUMNS.types}, not {batch.schema.types}"
        for place, kind, number, payload in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield Pack(place, kind, number, payload)


def joined(packs: Iterable[Pack]) -> pl.DataFrame:
    """Put the parts of one table together, in their order."""
    return pl.concat([pack.table for pack in sorted(packs, key=lambda pack: pack.number)])


class Spool:
    """Parts of a table that come one after the other, put into one Arrow IPC file in bounded memory."""

    def __init__(self, target: Path, rows: int = 1_000_000, batch: int | None = None) -> None:
        self.target = target
        self.height = 0
        self._rows, self._batch = rows, batch
        self._held: list[pl.DataFrame] = []
        self._files: list[Path] = []

    def add(self, table: pl.DataFrame) -> None:
        """Take a part."""
        self.height += table.height
        self._held.append(table)
        if sum(each.height for each in self._held) >= self._rows:
            self._files.append(self.target.with_name(f"{self.target.name}-{len(self._files)}"))
            self._taken().write_ipc(self._files[-1])

    def close(self) -> Path:
        """Write the file; returns it."""
        if not self._files:
            self._taken().write_ipc(self.target, record_batch_size=self._batch)
            return self.target
        rest = [self._taken().lazy()] if self._held else []
        whole = pl.concat([*(pl.scan_ipc(file, glob=False) for file in self._files), *rest])
        whole.sink_ipc(self.target, record_batch_size=self._batch, engine="streaming")
        for file in self._files:
            file.unlink()
        return self.target

    def _taken(self) -> pl.DataFrame:
        table = pl.concat(self._held)
        self._held = []
        return table
