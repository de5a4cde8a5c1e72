"""The input as one lazy frame of text: every file scanned in place, or rewritten first where Polars cannot read it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from engine.intake.clean import SURPLUS, raw
from engine.intake.rewrite import needs_rewriting, rewrite, rewritten
from engine.intake.tablefiles import scan_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.intake.source import Part, Source

FILE = "(file)"
LINE = "(line)"


def scan(source: Source, folder: Path, tick: Callable[[int], None] | None = None) -> pl.LazyFrame:
    """Scan the files as text: one row per record, `raw: <column>` for every column, its file and line.

    Files in another encoding, with other line ends or cuts are rewritten into `folder` first, in a stream. `tick` gets
    the number of lines of every batch.
    """
    columns = [raw(column) for column in source.dialect.columns]
    parts = [
        (_scan_text(part, folder / f"part-{number}.csv", lossy=source.lossy) if part.sample else _scan_table(part))
        .select(*columns, SURPLUS, LINE)
        .with_columns(pl.lit(part.path.name).alias(FILE))
        for number, part in enumerate(source.parts)
    ]
    lines = pl.concat(parts)
    return lines if tick is None else _counted(lines, tick)


def _counted(lines: pl.LazyFrame, tick: Callable[[int], None]) -> pl.LazyFrame:
    """Return the lines as they are, counted batch by batch."""

    def count(batch: pl.DataFrame) -> pl.DataFrame:
        tick(batch.height)
        return batch

    return lines.map_batches(count, streamable=True, validate_output_schema=False)


def _scan_text(part: Part, target: Path, *, lossy: bool) -> pl.LazyFrame:
    """Scan a text file, or the lines of its span: these are numbered from the first of them.

    NOTE: the schema has one column more than the file, so that a line with too many cells shows instead of being cut.
    """
    assert part.sample is not None
    dialect, moved = part.dialect, 0
    content: Path | bytes = part.path
    if part.span is not None:
        content = part_bytes(part)
        if part.span[0]:
            dialect = replace(dialect, has_header=False, preamble=0)
    elif needs_rewriting(part.sample, dialect):
        rewrite(part.path, part.sample, dialect, target)
        moved = dialect.preamble
        content, dialect = target, rewritten(dialect)
    return pl.scan_csv(
        content,
        has_header=False,
        skip_lines=dialect.skip_lines,
        separator=dialect.delimiter,
        quote_char=dialect.quote,
        schema=dict.fromkeys([*(raw(column) for column in dialect.columns), SURPLUS], pl.String),
        missing_columns="insert",
        extra_columns="ignore",
        truncate_ragged_lines=True,
        encoding="utf8-lossy" if lossy else "utf8",
        glob=False,
        row_index_name=LINE,
        row_index_offset=1 + dialect.skip_lines + moved,
    )


def part_bytes(part: Part) -> bytes:
    """Read the bytes of a text file that its span names."""
    assert part.span is not None
    start, stop = part.span
    with part.path.open("rb") as file:
        file.seek(start)
        return file.read(stop - start)


def _scan_table(part: Part) -> pl.LazyFrame:
    start, stop = part.span or (0, None)
    lines = scan_table(part.path).rename(raw).slice(start, None if stop is None else stop - start)
    return lines.with_columns(pl.lit(None, dtype=pl.String).alias(SURPLUS)).with_row_index(LINE, offset=2 + start)
