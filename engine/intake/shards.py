"""The one pass over the input: canonical lines to shards in which every customer lies whole, rejects to a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.errors import EngineError, NoDataError
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
    lines = canonical(scan(source), source.reading)
    kept = lines.filter(pl.col(REASON).is_null())
    rejected = lines.filter(pl.col(REASON).is_not_null())
    rejects = folder / "rejects.csv"
    try:
        _, _, totals, reasons = pl.collect_all(
            [
                _sink_shards(kept, folder / "shards", shards),
                _reject_rows(rejected, source).sink_csv(rejects, lazy=True),
                _totals(kept),
                _reasons(rejected),
            ],
            engine="streaming",
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        raise EngineError(
            f"{source.paths[0]}: reading stopped: {error}", hint="Check the file and the free disk space."
        ) from error
    by_reason = {
        row[REASON]: row["rows"] for row in reasons.sort("rows", REASON, descending=[True, False]).iter_rows(named=True)
    }
    total = totals.row(0, named=True)
    if not total["rows"]:
        raise NoDataError(
            f"{source.paths[0]}: none of its {sum(by_reason.values()):,} lines can be used.",
            hint="; ".join(f"{rows:,} lines: {reason}" for reason, rows in by_reason.items())
            + ".\nColumns taken: "
            + ", ".join(f"{each.role} = {each.column}" for each in source.reading.roles.found),
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
        alerts=(*source.alerts, *_alerts(reasons, total)),
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


def _totals(kept: pl.LazyFrame) -> pl.LazyFrame:
    return kept.select(
        rows=pl.len(),
        amount=pl.col("amount").cast(pl.Int128).sum(),
        first=pl.col("ordered_at").min(),
        last=pl.col("ordered_at").max(),
    )


def _reasons(rejected: pl.LazyFrame) -> pl.LazyFrame:
    return rejected.group_by(REASON).agg(rows=pl.len(), amount=pl.col("amount").cast(pl.Int128).sum())


def _alerts(reasons: pl.DataFrame, total: dict[str, int]) -> list[Alert]:
    """Say what was left out, with the money at stake where it is known."""
    alerts = []
    for row in reasons.sort("rows", REASON, descending=[True, False]).iter_rows(named=True):
        amount = int(row["amount"]) / MICROS
        if row[REASON] == MISSING_CUSTOMER:
            share = row["amount"] / (row["amount"] + total["amount"]) if row["amount"] + total["amount"] > 0 else 0.0
            message = (
                f"{row['rows']:,} lines have no customer: {share:.1%} of the revenue belongs to nobody and is left out."
            )
            alerts.append(Alert("missing_customers", message, row["rows"], amount))
        else:
            alerts.append(
                Alert("rejected_lines", f"{row['rows']:,} lines were rejected: {row[REASON]}.", row["rows"], amount)
            )
    return alerts
