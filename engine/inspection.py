"""What an export is, told from samples of it: how its files are read, what each column means, how lines come out."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.intake.clean import REASON, SURPLUS, canonical, raw
from engine.units import MICROS, MILLI, money, scaled

if TYPE_CHECKING:
    from engine.intake.source import Part, Source

ROW = "(row)"
TRANSACTIONS = ("customer_id", "order_id", "ordered_at", "quantity", "amount", "product_id", "product_name")
PREVIEWED = 8
"""Lines of the preview."""


def understood(source: Source) -> pl.DataFrame:
    """Return the sampled lines as the analysis will understand them, in the order of the sample.

    One row per line: the canonical columns, and the reason for which the line is rejected (null: it is kept).
    """
    lines = source.sample.lazy().rename(raw).with_columns(pl.lit(None, dtype=pl.String).alias(SURPLUS))
    cleaned = canonical(lines.with_row_index(ROW), source.reading).sort(ROW)
    return cleaned.select(*TRANSACTIONS, REASON).collect()


def preview(lines: pl.DataFrame, rows: int = PREVIEWED) -> pl.DataFrame:
    """Return the first of the `understood` lines in the units that people know, rejected ones with their reason."""
    return lines.head(rows).select(
        customer="customer_id",
        order="order_id",
        time="ordered_at",
        quantity=scaled(pl.col("quantity"), MILLI),
        amount=money(pl.col("amount")),
        product=pl.coalesce("product_name", "product_id"),
        rejected=REASON,
    )


def inspection(source: Source, lines: pl.DataFrame) -> dict[str, Any]:
    """Collect what was found out about an export; `lines` are its sampled lines as `understood`.

    Everything in it is text, numbers, lists and dictionaries, so that it can be written as JSON.
    """
    reading, roles = source.reading, source.reading.roles
    return {
        "files": [_file(part) for part in source.parts],
        "bytes": source.size,
        "layout": {"name": roles.layout.name, "notes": roles.layout.notes} if roles.layout else None,
        "date_formats": list(reading.date_formats),
        "numbers": {role: _numbers(style.decimal, style.thousands) for role, style in reading.styles.items()},
        "currency": reading.currency,
        "roles": [asdict(each) for each in roles.found],
        "unused": _unused(source),
        "alerts": [asdict(each) for each in source.alerts],
        "sample": _outcomes(lines),
        "preview": [_record(row) for row in preview(lines).iter_rows(named=True)],
    }


def _file(part: Part) -> dict[str, Any]:
    """Describe one file; a table has no encoding, delimiter and lines of its own."""
    sample, dialect = part.sample, part.dialect
    return {
        "name": part.path.name,
        "path": str(part.path),
        "bytes": part.size,
        "compression": sample.compression if sample else None,
        "encoding": sample.encoding.upper() if sample else None,
        "delimiter": dialect.delimiter if sample else None,
        "delimiter_name": dialect.delimiter_name if sample else None,
        "quote": dialect.quote if sample else None,
        "header": dialect.has_header,
        "lines_above": dialect.preamble,
        "multiline": dialect.multiline,
        "columns": len(dialect.columns),
    }


def _numbers(decimal: str, thousands: str) -> dict[str, str]:
    return {"decimal": decimal, "thousands": thousands}


def _unused(source: Source) -> list[str]:
    """List the columns that play no role and choose no lines either."""
    roles = source.reading.roles
    playing = {each.column for each in roles.found}
    if roles.layout and roles.layout.keep_only:
        playing.add(roles.layout.keep_only[0])
    return [column for column in source.dialect.columns if column not in playing]


def _outcomes(lines: pl.DataFrame) -> dict[str, Any]:
    """Count the sampled lines by what becomes of them, the commonest reason first."""
    rejected = lines.filter(pl.col(REASON).is_not_null())
    reasons = (
        rejected.group_by(pl.col(REASON).alias("reason"))
        .agg(rows=pl.len().cast(pl.Int64), amount=pl.col("amount").cast(pl.Int128).sum())
        .sort("rows", "reason", descending=[True, False])
    )
    return {
        "rows": lines.height,
        "kept": lines.height - rejected.height,
        "rejected": rejected.height,
        "reasons": [{**row, "amount": int(row["amount"]) / MICROS} for row in reasons.iter_rows(named=True)],
    }


def _record(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "time": row["time"].isoformat() if row["time"] is not None else None}
