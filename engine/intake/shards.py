"""The one pass over the input: canonical lines to shards in which every customer lies whole, rejects to a file."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.errors import EngineError, NoDataError, brief
from engine.intake import duplicates
from engine.intake.clean import MISSING_CUSTOMER, REASON, SURPLUS, canonical, products_of, raw, text
from engine.intake.products import SUMS, TEXTS, line_sums, matched
from engine.intake.scan import FILE, LINE, scan
from engine.intake.source import Alert
from engine.resources import is_disk_full
from engine.schema import LINES, REJECTS
from engine.units import MICROS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from engine.intake.source import Source

SHARD = "shard"

LONGEST = "(longest cell)"
_EDGES = ("first", "last", LONGEST)
LONG_CELL = 1_000
"""Bytes of a cell up to which nothing is suspected, whatever the sample holds."""
READING_FAILED = "Check the file, and that --temp-dir is a folder that stays and has space."


@dataclass(frozen=True, slots=True)
class Intake:
    """What the pass over the input left: shards on disk, rejected lines on disk, and their sums."""

    shards: tuple[Path, ...]
    rejects: Path
    products: pl.DataFrame
    """What the lines of the shards are about, see `schema.PRODUCTS`."""
    read: int
    kept: int
    rejected_by_reason: dict[str, int]
    revenue: int
    """Sum of the kept amounts, in micros."""
    first: datetime
    last: datetime
    alerts: tuple[Alert, ...]


def write_shards(
    source: Source,
    folder: Path,
    shards: int,
    *,
    drop_duplicates: bool = False,
    tick: Callable[[int], None] | None = None,
) -> Intake:
    """Read the input once; write its canonical lines as Arrow IPC files by customer, and its rejected lines as CSV.

    `tick` gets the number of lines of every batch as it is read, from whatever thread.

    Raises
    ------
    NoDataError
        If no line is kept.
    EngineError
        If the input cannot be read to its end, or the folder cannot be written.
    """
    rejects = folder / "rejects.csv"
    texts = shown_texts(drop_duplicates=drop_duplicates)
    source, sums = _read(source, folder, shards, rejects, texts, tick)
    paths = tuple(sorted((folder / "shards").rglob("*.arrow")))
    products = kept_products(source, sums)
    copies = duplicates.drop(paths, products, rejects) if drop_duplicates else None
    return settle(source, sums, copies or duplicates.Dropped.none(products), paths, rejects)


def shown_texts(*, drop_duplicates: bool) -> list[str]:
    """Name the texts that the shards hold beside the lines: those shown of the lines that are dropped."""
    return ["order_id"] if drop_duplicates else []


def settle(
    source: Source, sums: pl.DataFrame, dropped: duplicates.Dropped, shards: tuple[Path, ...], rejects: Path
) -> Intake:
    """Tell what the pass left, given the sums of all lines (`one_pass`) and what was dropped of the shards.

    Raises
    ------
    EngineError
        If the amounts add up to more than can be counted exactly.
    """
    outcomes = _outcomes(sums)
    rejected = outcomes.filter(pl.col(REASON).is_not_null()).sort("rows", REASON, descending=[True, False])
    by_reason = dict(rejected.select(REASON, "rows").iter_rows())
    total = outcomes.filter(pl.col(REASON).is_null()).row(0, named=True)
    if dropped.rows:
        by_reason[duplicates.REASON] = dropped.rows
    if total["turnover"] >= 2**63:
        raise EngineError(
            f"{source.paths[0]}: the amounts add up to {total['turnover'] / MICROS:,.0f}, "
            "more than can be counted exactly.",
            hint="Export the amounts in thousands, or analyse a shorter period.",
        )
    return Intake(
        shards=shards,
        rejects=rejects,
        products=dropped.products,
        read=total["rows"] - dropped.rows + sum(by_reason.values()),
        kept=total["rows"] - dropped.rows,
        rejected_by_reason=by_reason,
        revenue=int(total["amount"]) - dropped.amount,
        first=total["first"],
        last=total["last"],
        alerts=(*source.alerts, *_alerts(rejected, int(total["amount"]))),
    )


def kept_products(source: Source, sums: pl.DataFrame) -> pl.DataFrame:
    """Return the table of products of all lines that are kept, in the order of their texts.

    Raises
    ------
    NoDataError
        If no line is kept.
    """
    outcomes = _outcomes(sums)
    if outcomes[REASON].null_count() == 0:
        rejected = outcomes.sort("rows", REASON, descending=[True, False])
        raise NoDataError(
            f"{source.paths[0]}: none of its {rejected['rows'].sum():,} lines can be used.",
            hint="; ".join(f"{rows:,} lines: {why}" for why, rows in rejected.select(REASON, "rows").iter_rows())
            + ".\nColumns taken: "
            + ", ".join(f"{each.role} = {each.column}" for each in source.reading.roles.found),
        )
    kept = sums.lazy().filter(pl.col(REASON).is_null())
    columns = zip(TEXTS, _product_columns(source), strict=True)
    return matched(kept.with_columns(text(column).alias(name) for name, column in columns)).collect()


def merge_sums(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Merge the sums of passes over parts of the input (`one_pass`)."""
    whole = pl.concat(parts)
    texts = [name for name in whole.columns if name not in {"product_key", REASON, *SUMS, "turnover", *_EDGES}]
    return whole.group_by("product_key", REASON).agg(
        pl.col(*SUMS, "turnover").sum(),
        pl.col(texts).first(),
        pl.col("first").min(),
        pl.col("last", LONGEST).max(),
    )


def _read(
    source: Source, folder: Path, shards: int, rejects: Path, texts: list[str], tick: Callable[[int], None] | None
) -> tuple[Source, pl.DataFrame]:
    """Read the input, mended and from the start again where misplaced quotation marks stopped it or swallowed lines.

    Returns the source as it was read, and the sums of its lines.
    """
    mended = all(part.mended for part in source.parts)
    try:
        source, sums = _checked_pass(source, folder, shards, rejects, texts, tick)
    except (pl.exceptions.PolarsError, OSError) as error:
        if is_disk_full(error):
            raise
        if mended or not isinstance(error, pl.exceptions.ComputeError):
            raise EngineError(f"{source.paths[0]}: reading stopped: {brief(error)}", hint=READING_FAILED) from error
    else:
        if mended or not swallowed(sums, source):
            return source, sums
    shutil.rmtree(folder / "shards")
    source = source.mended()
    return source, one_pass(source, folder, shards, rejects, texts, tick)


def _checked_pass(
    source: Source, folder: Path, shards: int, rejects: Path, texts: list[str], tick: Callable[[int], None] | None
) -> tuple[Source, pl.DataFrame]:
    """Read the input, a second time where bytes that are no UTF-8 stopped the first; return the source as it was read.

    NOTE: that a whole file is UTF-8 is checked at a fraction of the cost at which each cell is.
    """
    try:
        return source, one_pass(source, folder, shards, rejects, texts, tick)
    except pl.exceptions.ComputeError as error:
        if source.lossy or "utf-8" not in str(error):
            raise
    shutil.rmtree(folder / "shards")
    source = source.forgiving()
    return source, one_pass(source, folder, shards, rejects, texts, tick)


def one_pass(
    source: Source, folder: Path, shards: int, rejects: Path, texts: list[str], tick: Callable[[int], None] | None
) -> pl.DataFrame:
    """Read the input to its end; return the sums of its lines by product and what became of them.

    The rejected lines are written as CSV, or as an Arrow IPC file where `rejects` ends in .arrow.
    """
    # NOTE: cached by hand. Left to itself, Polars reads the file once for the kept lines and again for the rejected.
    lines = canonical(scan(source, folder, tick), source.reading).cache()
    rejected = _reject_rows(lines.filter(pl.col(REASON).is_not_null()), source)
    queries = [
        _sink_shards(lines.filter(pl.col(REASON).is_null()), folder / "shards", shards, texts),
        rejected.sink_ipc(rejects, lazy=True) if rejects.suffix == ".arrow" else rejected.sink_csv(rejects, lazy=True),
        # NOTE: one group_by and no more. Polars runs them one after the other, and keeps the lines for the later ones.
        _sums(lines, source),
    ]
    return pl.collect_all(queries, engine="streaming")[-1]


def _sink_shards(kept: pl.LazyFrame, folder: Path, shards: int, texts: list[str]) -> pl.LazyFrame:
    folder.mkdir()
    lines = kept.select(*LINES.names, *texts)
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
        reason=pl.col(REASON).cast(pl.String),
        # Where customers are to stay unknown, nobody can tell which of the cells say who they are.
        raw=pl.lit("")
        if source.reading.hash_key
        else pl.concat_str(pl.concat_str(quoted, separator=delimiter), surplus),
    )
    return REJECTS.match(rows)


def _quoted(cell: pl.Expr, delimiter: str) -> pl.Expr:
    needs_quotes = cell.str.contains_any([delimiter, '"', "\n"])
    return pl.when(needs_quotes).then('"' + cell.str.replace_all('"', '""', literal=True) + '"').otherwise(cell)


def _sums(lines: pl.LazyFrame, source: Source) -> pl.LazyFrame:
    """Sum lines by product and reason: one row per product of the kept lines, and one per reason for the rejected."""
    kept = pl.col(REASON).is_null()
    texts = {column: pl.col(raw(column)).first() for column in _product_columns(source) if column is not None}
    mended = all(part.mended for part in source.parts)
    lengths = [] if mended else [pl.col(raw(column)).str.len_bytes() for column in source.dialect.columns]
    longest = pl.max_horizontal(pl.lit(0, dtype=pl.UInt32), *lengths)
    return lines.group_by(pl.when(kept).then(pl.col("product_key")), pl.col(REASON)).agg(
        **line_sums(),
        **{raw(column): text for column, text in texts.items()},
        turnover=pl.col("amount").abs().cast(pl.Int128).sum(),
        first=pl.col("ordered_at").min(),
        last=pl.col("ordered_at").max(),
        **{LONGEST: longest.max()},
    )


def _product_columns(source: Source) -> tuple[str | None, str | None, str | None]:
    return products_of(source.reading.roles)


def _outcomes(sums: pl.DataFrame) -> pl.DataFrame:
    """Sum lines by what became of them: one row per reason, and one with a null reason for the kept lines."""
    return sums.group_by(pl.col(REASON).cast(pl.String)).agg(
        rows=pl.col("lines").sum(),
        amount=pl.col("amount").sum(),
        turnover=pl.col("turnover").sum(),
        first=pl.col("first").min(),
        last=pl.col("last").max(),
    )


def swallowed(sums: pl.DataFrame, source: Source) -> bool:
    """Whether a cell is so long that it may hold lines: between two stray quotation marks they vanish in silence."""
    longest = sums[LONGEST].max()
    return isinstance(longest, int) and longest > max(LONG_CELL, 4 * source.longest_cell)


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
