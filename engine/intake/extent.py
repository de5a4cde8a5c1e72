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
    products: int
    """Distinct products, see `estimated_products`."""
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
    return Extent(sum(size for size, _ in sizes), lines, rewritten, estimated_products(source, lines), on_disk)


def estimated_products(source: Source, lines: int) -> int:
    """Estimate the number of distinct products from how often those of the sample occur in it.

    The least that there are by Chao (1984): those seen, and f1^2 / (2 f2) more, where f1 were seen once and f2 twice;
    f1 (f1 - 1) / 2 where none was seen twice. Never more than `lines`; 0 where the file has no products.
    """
    columns = {column for column in products_of(source.reading.roles) if column is not None}
    if not columns:
        return 0
    times = source.sample.group_by(sorted(columns)).len()["len"]
    once, twice = int((times == 1).sum()), int((times == 2).sum())
    unseen = once * once // (2 * twice) if twice else once * (once - 1) // 2
    return min(len(times) + unseen, lines)


def _text(sample: Sample) -> tuple[int, int]:
    looked_at = "".join((sample.head, *sample.pieces))
    size = len(looked_at.encode(sample.encoding, "replace"))
    return sample.text_size, round(sample.text_size * max(looked_at.count("\n"), 1) / max(size, 1))


def _table(part: Part, by_row: float) -> tuple[int, int]:
    if kind(part.path) == "parquet":
        rows = pl.scan_parquet(part.path, glob=False).select(pl.len()).collect(engine="streaming").item()
        return int(rows * by_row), rows
    size = part.size * WORKBOOK_EXPANSION
    return size, round(size / by_row)


def _bytes_per_row(source: Source) -> float:
    """Return the mean length of the sampled lines, with their delimiters."""
    lengths = source.sample.select(pl.sum_horizontal(pl.all().str.len_bytes().fill_null(0) + 1).mean())
    return float(lengths.item() or 1)
