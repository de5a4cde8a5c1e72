"""Exact duplicates: lines that agree in everything with another line of the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.schema import REJECTS, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

REASON = "exact duplicate"


def repeated(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Return the lines that stand more than once: one row each, with the number of `copies` beyond the first."""
    counted = lines.group_by(TRANSACTIONS.names).agg(copies=pl.len().cast(pl.Int64) - 1)
    return counted.filter(pl.col("copies") > 0)


def sums(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Count the copies and their money (micros): one row."""
    return repeated(lines).select(
        pl.col("copies").sum().alias("duplicates rows"),
        (pl.col("amount").cast(pl.Int128) * pl.col("copies")).sum().alias("duplicates amount"),
    )


def drop(shards: Sequence[Path], rejects: Path) -> tuple[int, int]:
    """Keep one of each line in every shard, add the others to the rejected lines; return their number and micros."""
    rows = amount = 0
    with rejects.open("ab") as file:
        for shard in shards:
            lines = pl.scan_ipc(shard, glob=False)
            copies = repeated(lines).collect(engine="streaming").sort(TRANSACTIONS.names)
            rows += int(copies["copies"].sum())
            amount += int((copies["amount"].cast(pl.Int128) * copies["copies"]).sum())
            _as_rejects(copies).write_csv(file, include_header=False)
            once = shard.with_suffix(".once")
            lines.unique().sink_ipc(once, engine="streaming")
            once.replace(shard)
    return rows, amount


def _as_rejects(copies: pl.DataFrame) -> pl.DataFrame:
    """Write the copies as rejected lines; of which of several equal lines they are cannot be told."""
    cells = pl.concat_str(
        [pl.col(name).cast(pl.String) for name in TRANSACTIONS.names], separator=",", ignore_nulls=True
    )
    each = copies.select(pl.all().repeat_by("copies").explode()) if copies.height else copies
    return each.select(
        file=pl.lit(""), line=pl.lit(None, dtype=pl.Int64), reason=pl.lit(REASON), raw=cells
    ).match_to_schema(REJECTS.schema)
