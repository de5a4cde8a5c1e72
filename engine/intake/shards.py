"""The one pass over the input: canonical lines to shards in which every customer lies whole, rejects to a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.errors import EngineError, NoDataError, brief
from engine.intake.clean import MISSING_CUSTOMER, REASON, SURPLUS, canonical, raw
from engine.intake.source import FILE, LINE, Alert, scan
from engine.schema import REJECTS, TRANSACTIONS
from engine.units import MICROS

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from engine.intake.source import Source

BYTES_PER_SHARD = 96_000_000
"""Input bytes that one shard stands for: it then takes some 150 MB in memory."""
MAX_SHARDS = 64

SHARD = "shard"


@dataclass(frozen=True, slots=True)
class Intake:
    """What the pass over the input left: shards on disk, rejected lines on disk, and their sums."""

    shards: tuple[Path, ...]
    rejects: Path
    read: int
    kept: int
    rejected_by_reason: dict[str, int]
    revenue: int
    """Sum of the kept amounts, in micros."""
    first: datetime
    last: datetime
    alerts: tuple[Alert, ...]


def shard_count(input_bytes: int) -> int:
    """Choose the number of shards from the size of the input; never changes a result."""
    return min(max(1, -(-input_bytes // BYTES_PER_SHARD)), MAX_SHARDS)


def write_shards(source: Source, folder: Path, shards: int) -> Intake:
    """Read the input once; write its canonical lines as Arrow IPC files by customer, and its rejected lines as CSV.

    Raises
    ------
    NoDataError
        If no line is kept.
    EngineError
        If the input cannot be read to its end, or the folder cannot be written.
    """
    # NOTE: cached by hand. Left to itself, Polars reads the file once for the kept lines and again for the rejected.
    lines = canonical(scan(source), source.reading).cache()
    rejects = folder / "rejects.csv"
    queries = [
        _sink_shards(lines.filter(pl.col(REASON).is_null()), folder / "shards", shards),
        _reject_rows(lines.filter(pl.col(REASON).is_not_null()), source).sink_csv(rejects, lazy=True),
        _outcomes(lines),
    ]
    try:
        *_, outcomes = pl.collect_all(queries, engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise EngineError(
            f"{source.paths[0]}: reading stopped: {brief(error)}",
            hint="A quotation mark that is not closed or not doubled does this; or the disk is full.",
        ) from error
    rejected = outcomes.filter(pl.col(REASON).is_not_null()).sort("rows", REASON, descending=[True, False])
    by_reason = dict(rejected.select(REASON, "rows").iter_rows())
    kept = outcomes.filter(pl.col(REASON).is_null())
    if kept.is_empty():
        raise NoDataError(
            f"{source.paths[0]}: none of its {sum(by_reason.values()):,} lines can be used.",
            hint="; ".join(f"{rows:,} lines: {reason}" for reason, rows in by_reason.items())
            + ".\nColumns taken: "
            + ", ".join(f"{each.role} = {each.column}" for each in source.reading.roles.found),
        )
    total = kept.row(0, named=True)
    if total["turnover"] >= 2**63:
        raise EngineError(
            f"{source.paths[0]}: the amounts add up to {total['turnover'] / MICROS:,.0f}, "
            "more than can be counted exactly.",
            hint="Export the amounts in thousands, or analyse a shorter period.",
        )
    return Intake(
        shards=tuple(sorted((folder / "shards").rglob("*.arrow"))),
        rejects=rejects,
        read=total["rows"] + sum(by_reason.values()),
        kept=total["rows"],
        rejected_by_reason=by_reason,
        revenue=int(total["amount"]),
        first=total["first"],
        last=total["last"],
        alerts=(*source.alerts, *_alerts(rejected, int(total["amount"]))),
    )


def _sink_shards(kept: pl.LazyFrame, folder: Path, shards: int) -> pl.LazyFrame:
    folder.mkdir()
    lines = TRANSACTIONS.match(kept.select(TRANSACTIONS.names))
    if shards == 1:
        return lines.sink_ipc(folder / "0.arrow", lazy=True, maintain_order=False)
    # NOTE: this hash may change with a release of Polars. It chooses the shard and nothing else.
    keyed = lines.with_columns((pl.col("customer_id").hash() % shards).alias(SHARD))
    target = pl.PartitionBy(
        folder,
        key=SHARD,
        include_key=False,
        approximate_bytes_per_file=None,  # never two files for one key: customers must lie whole in a shard
        file_path_provider=lambda args: f"{args.partition_keys.item(0, 0):04d}-{args.index_in_partition}.arrow",
    )
    return keyed.sink_ipc(target, lazy=True, maintain_order=False)


def _reject_rows(rejected: pl.LazyFrame, source: Source) -> pl.LazyFrame:
    cells = [pl.col(raw(column)).fill_null("") for column in source.dialect.columns]
    delimiter = source.dialect.delimiter
    quoted = [_quoted(cell, delimiter) for cell in cells]
    surplus = (
        pl.when(pl.col(SURPLUS).is_not_null())
        .then(delimiter + _quoted(pl.col(SURPLUS), delimiter))
        .otherwise(pl.lit(""))
    )
    # A record is not a line where cells hold line breaks: no number is better than a wrong one.
    line = pl.lit(None, dtype=pl.Int64) if source.dialect.multiline else pl.col(LINE).cast(pl.Int64)
    rows = rejected.select(
        file=pl.col(FILE),
        line=line,
        reason=pl.col(REASON),
        raw=pl.concat_str(pl.concat_str(quoted, separator=delimiter), surplus),
    )
    return REJECTS.match(rows)


def _quoted(cell: pl.Expr, delimiter: str) -> pl.Expr:
    needs_quotes = cell.str.contains_any([delimiter, '"', "\n"])
    return pl.when(needs_quotes).then('"' + cell.str.replace_all('"', '""', literal=True) + '"').otherwise(cell)


def _outcomes(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Sum lines by what became of them: one row per reason, and one with a null reason for the kept lines."""
    return lines.group_by(REASON).agg(
        rows=pl.len().cast(pl.Int64),
        amount=pl.col("amount").cast(pl.Int128).sum(),
        turnover=pl.col("amount").abs().cast(pl.Int128).sum(),
        first=pl.col("ordered_at").min(),
        last=pl.col("ordered_at").max(),
    )


def _alerts(rejected: pl.DataFrame, kept_amount: int) -> list[Alert]:
    """Say what was left out, with the money at stake where it is known."""
    alerts = []
    for row in rejected.iter_rows(named=True):
        reason, rows, amount = row[REASON], row["rows"], int(row["amount"])
        if reason == MISSING_CUSTOMER:
            share = amount / (amount + kept_amount) if amount + kept_amount > 0 else 0.0
            message = f"{rows:,} lines have no customer: {share:.1%} of the revenue belongs to nobody and is left out."
            alerts.append(Alert("missing_customers", message, rows, amount / MICROS))
        else:
            alerts.append(Alert("rejected_lines", f"{rows:,} lines were rejected: {reason}.", rows, amount / MICROS))
    return alerts
