"""The one pass over the input: canonical lines to shards in which every customer lies whole, rejects to a file."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.errors import EngineError, NoDataError, brief
from engine.intake import duplicates
from engine.intake.clean import MISSING_CUSTOMER, REASON, SURPLUS, canonical, raw
from engine.intake.scan import FILE, LINE, scan
from engine.intake.source import Alert
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

LONGEST = "longest: "
LONG_CELL = 1_000
"""Bytes of a cell up to which nothing is suspected, whatever the sample holds."""


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


def write_shards(source: Source, folder: Path, shards: int, *, drop_duplicates: bool = False) -> Intake:
    """Read the input once; write its canonical lines as Arrow IPC files by customer, and its rejected lines as CSV.

    Raises
    ------
    NoDataError
        If no line is kept.
    EngineError
        If the input cannot be read to its end, or the folder cannot be written.
    """
    rejects = folder / "rejects.csv"
    mended = all(part.mended for part in source.parts)
    try:
        outcomes = _pass(source, folder, shards, rejects)
    except (pl.exceptions.PolarsError, OSError) as error:
        if mended or not isinstance(error, pl.exceptions.ComputeError):
            raise EngineError(
                f"{source.paths[0]}: reading stopped: {brief(error)}", hint="Check the file and the free disk space."
            ) from error
        outcomes = None
    if not mended and (outcomes is None or _swallowed(outcomes, source)):
        # Misplaced quotation marks beyond the sample: the files are mended, line by line, and read again.
        shutil.rmtree(folder / "shards")
        outcomes = _pass(source.mended(), folder, shards, rejects)
    assert outcomes is not None
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
    paths = tuple(sorted((folder / "shards").rglob("*.arrow")))
    dropped, money = duplicates.drop(paths, rejects) if drop_duplicates else (0, 0)
    if dropped:
        by_reason[duplicates.REASON] = dropped
    if total["turnover"] >= 2**63:
        raise EngineError(
            f"{source.paths[0]}: the amounts add up to {total['turnover'] / MICROS:,.0f}, "
            "more than can be counted exactly.",
            hint="Export the amounts in thousands, or analyse a shorter period.",
        )
    return Intake(
        shards=paths,
        rejects=rejects,
        read=total["rows"] - dropped + sum(by_reason.values()),
        kept=total["rows"] - dropped,
        rejected_by_reason=by_reason,
        revenue=int(total["amount"]) - money,
        first=total["first"],
        last=total["last"],
        alerts=(*source.alerts, *_alerts(rejected, int(total["amount"]))),
    )


def _pass(source: Source, folder: Path, shards: int, rejects: Path) -> pl.DataFrame:
    """Read the input to its end; return the sums of its lines by what became of them."""
    # NOTE: cached by hand. Left to itself, Polars reads the file once for the kept lines and again for the rejected.
    lines = canonical(scan(source, folder), source.reading).cache()
    queries = [
        _sink_shards(lines.filter(pl.col(REASON).is_null()), folder / "shards", shards),
        _reject_rows(lines.filter(pl.col(REASON).is_not_null()), source).sink_csv(rejects, lazy=True),
        _outcomes(lines, source),
    ]
    return pl.collect_all(queries, engine="streaming")[-1]


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
    line = (
        pl.lit(None, dtype=pl.Int64)
        if any(part.dialect.multiline for part in source.parts)
        else pl.col(LINE).cast(pl.Int64)
    )
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


def _outcomes(lines: pl.LazyFrame, source: Source) -> pl.LazyFrame:
    """Sum lines by what became of them: one row per reason, and one with a null reason for the kept lines."""
    return lines.group_by(REASON).agg(
        rows=pl.len().cast(pl.Int64),
        amount=pl.col("amount").cast(pl.Int128).sum(),
        turnover=pl.col("amount").abs().cast(pl.Int128).sum(),
        first=pl.col("ordered_at").min(),
        last=pl.col("ordered_at").max(),
        **{f"{LONGEST}{column}": pl.col(raw(column)).str.len_bytes().max() for column in source.dialect.columns},
    )


def _swallowed(outcomes: pl.DataFrame, source: Source) -> bool:
    """Whether a cell is so long that it may hold lines: between two stray quotation marks they vanish in silence."""
    lengths = outcomes.select(pl.col(f"^{LONGEST}.*$").max()).row(0)
    return max((length for length in lengths if length is not None), default=0) > max(
        LONG_CELL, 4 * source.longest_cell
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
