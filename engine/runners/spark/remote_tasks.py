"""What the tasks do with rows that Spark has read: take the first ones as a sample, or all as pieces of the input."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from engine.intake.sample import HEAD_BYTES, PIECE_BYTES
from engine.intake.tablefiles import SAMPLED_ROWS
from engine.runners.spark.pieces import LARGEST, Piece
from engine.workspace import workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from engine.intake.source import Part

NUMBER = "(number)"
_SAMPLE = pa.schema([pa.field("place", pa.int32()), pa.field("content", pa.binary())])


def heads(state: dict[str, bool], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Give the first rows of a partition, as text or as Parquet; the others are not read."""
    from pyspark import TaskContext

    parquet = state["parquet"]
    context = TaskContext.get()
    place = 0 if context is None else context.partitionId()
    most = PIECE_BYTES if place else HEAD_BYTES
    held: list[bytes] = []
    rows = 0
    for batch in batches:
        if parquet:
            held.append(_as_parquet(batch.slice(0, SAMPLED_ROWS - rows)))
            rows += batch.num_rows
            if rows >= SAMPLED_ROWS:
                break
        else:
            held.append(_lines(batch)[:most])
            if sum(map(len, held)) >= most:
                held = [_whole(b"".join(held)[:most])]
                break
    for content in held if parquet else [b"".join(held)]:
        yield pa.RecordBatch.from_arrays(
            [pa.array([place], pa.int32()), pa.array([content], pa.binary())], schema=_SAMPLE
        )


def put_together(contents: Sequence[bytes], target: Path) -> None:
    """Write the sampled rows of a Parquet file as one."""
    pl.concat([pl.read_parquet(BytesIO(content)) for content in contents]).write_parquet(target)


def pieces(parts: Sequence[Part], batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Piece, int]]:
    """Give the rows of a partition as files of bounded size, each with the number of its lines (0: a table).

    A file is there until the next one is asked for.
    """
    held: list[pa.RecordBatch] = []
    size, begins = 0, True
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= LARGEST:
            yield from _piece(parts, held, begins=begins)
            held, size, begins = [], 0, False
    if held:
        yield from _piece(parts, held, begins=begins)


def _piece(parts: Sequence[Part], held: list[pa.RecordBatch], *, begins: bool) -> Iterator[tuple[Piece, int]]:
    from engine.runners.spark.tasks import folder_of_tasks

    number = held[0][NUMBER][0].as_py()
    assert all(batch[NUMBER][0].as_py() == number for batch in held), "a partition is of one file"
    part = parts[number]
    with workspace(folder_of_tasks()) as folder:
        place = folder / part.path.name
        lines = 0
        if part.sample is None:
            tables = [pl.DataFrame(pl.from_arrow(batch)).drop(NUMBER) for batch in held]
            pl.concat(tables).write_parquet(place)
        else:
            lines = sum(batch.num_rows for batch in held)
            with place.open("wb") as file:
                file.writelines(map(_lines, held))
            if not (begins and held[0]["first"][0].as_py()):
                part = replace(part, dialect=replace(part.dialect, has_header=False, preamble=0))
            # The bytes are unpacked by now.
            part = replace(part, sample=replace(part.sample, compression=None), size=place.stat().st_size)
        yield Piece((replace(part, path=place),), (number,)), lines


def _lines(batch: pa.RecordBatch) -> bytes:
    return b"".join(line + b"\n" for line in batch.column(0).to_pylist())


def _whole(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1] or content


def _as_parquet(batch: pa.RecordBatch) -> bytes:
    content = BytesIO()
    pl.DataFrame(pl.from_arrow(batch)).write_parquet(content)
    return content.getvalue()
