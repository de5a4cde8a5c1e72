"""How large the input is as plain text, in bytes and in lines, told from its samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.intake.clean import products_of
from engine.intake.files import kind
from engine.intake.rewrite import needs_rewriting

if TYPE_CHECKING:
    from engine.intake.sample import Sample
    from engine.intake.source import Part, Source

WORKBOOK_EXPANSION = 5
"""Bytes of text that a byte of .xlsx holds, about: it is packed."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Estimates; lines are counted exactly where the file tells them (Parquet)."""

    bytes: int
    lines: int
    rewritten: int
    """Bytes of the files that are rewritten before they are read."""
    customers: int
    """Distinct customers, see `least_number`."""
    products: int
    """Distinct products, see `least_number`; 0 where the file has none."""
    on_disk: int
    """Bytes that are read: of the files as they are, packed or not, and of what is rewritten."""


def extent(source: Source) -> Extent:
    """Estimate the size of the input; reads nothing but the ends of Parquet files.

    A record whose cells hold line breaks counts as several lines.
    """
    by_row = _bytes_per_row(source)
    sizes = [_text(part.sample) if part.sample else _table(part, by_row) for part in source.parts]
    rewritten = sum(
        part.sample.text_size for part in source.parts if part.sample and needs_rewriting(part.sample, part.dialect)
    )
    on_disk = sum(part.size for part in source.parts) + rewritten
    lines = sum(lines for _, lines in sizes)
    return Extent(
        bytes=sum(size for size, _ in sizes),
        lines=lines,
        customers=_customers(source, lines),
        products=_products(source, lines),
        rewritten=rewritten,
        on_disk=on_disk,
    )


def least_number(values: pl.DataFrame, most: int) -> int:
    """Estimate the number of distinct rows, `most` at the most, from how often those of a sample occur in it.

    The least that there are by Chao (1984): those seen, and f1^2 / (2 f2) more, where f1 were seen once and f2 twice;
    f1 (f1 - 1) / 2 more where none was seen twice.
    """
    times = values.group_by(values.columns).len("(times)")["(times)"]
    once, twice = int((times == 1).sum()), int((times == 2).sum())
    unseen = once * once // (2 * twice) if twice else once * (once - 1) // 2
    return min(len(times) + unseen, most)


def _customers(source: Source, lines: int) -> int:
    """Estimate the customers, from one line of each order: the lines of an order stand together."""
    roles = source.reading.roles
    customer, order = roles.column("customer") or "", roles.column("order") or roles.column("date") or ""
    orders = source.sample.select(customer, pl.col(order).alias("(order)")).drop_nulls().unique()
    # A customer has an order at least: there are no more of them.
    return least_number(orders.select(customer), -(-lines * len(orders) // len(source.sample)))


def _products(source: Source, lines: int) -> int:
    columns = {column for column in products_of(source.reading.roles) if column is not None}
    return least_number(source.sample.select(sorted(columns)), lines) if columns else 0


def _text(sample: Sample) -> tuple[int, int]:
    looked_at = "".join((sample.head, *sample.pieces))
    size = len(looked_at.encode(sample.encoding, "replace"))
    return sample.text_size, round(sample.text_size * max(looked_at.count("\n"), 1) / max(size, 1))


def _table(part: Part, by_row: float) -> tuple[int, int]:
    if part.rows is not None:
        return int(part.rows * by_row), part.rows
    if kind(part.path) == "parquet":
        rows = pl.scan_parquet(part.path, glob=False).select(pl.len()).collect(engine="streaming").item()
        return int(rows * by_row), rows
    size = part.size * WORKBOOK_EXPANSION
    return size, round(size / by_row)


def _bytes_per_row(source: Source) -> float:
    """Return the mean length of the sampled lines, with their delimiters."""
    lengths = source.sample.select(pl.sum_horizontal(pl.all().str.len_bytes().fill_null(0) + 1).mean())
    return float(lengths.item() or 1)
