"""A sample of whole customers with all their lines, kept while the shards pass by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.features.lines import ITEM, PRODUCT
from engine.schema import CODE
from engine.segments.sampling import DRAW, draws

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 20_000
"""Customers in the sample."""
SPARE = 10
"""Standard deviations by which a shard keeps more than its part."""
LIMIT = "(limit)"
_COLUMNS = ("customer_id", DRAW, LIMIT, "order_key", "ordered_at", "quantity", "amount", "category", ITEM, PRODUCT)


def part_of(shards: int) -> int:
    """Return how many customers each of so many shards keeps.

    Customers come to shards by chance, so that each holds its part of the sample within a few times its square root:
    ten times of it are not exceeded in the age of the universe.
    """
    part = -(-SIZE // shards)
    return part + SPARE * int(part**0.5)


def kept_lines(lines: pl.LazyFrame, customers: pl.DataFrame, most: int, seed: int) -> pl.LazyFrame:
    """Return the lines of a shard's customers with the `most` lowest draws, with these beside them.

    `lines` are coded, `customers` the shard's, one row each: customer_id, and the code. LIMIT is the highest draw that
    was kept, null where all were: up to there the shard holds every customer.
    """
    drawn = customers.with_columns(draws(customers["customer_id"], seed).alias(DRAW))
    kept = drawn.sort(DRAW, "customer_id").head(most)
    limit = kept[DRAW].max() if kept.height < drawn.height else None
    named = kept.lazy().with_columns(pl.lit(limit, dtype=pl.UInt64).alias(LIMIT))
    return (
        lines.with_columns(pl.col("customer_id").to_physical().alias(CODE))
        .drop("customer_id")
        .join(named, on=CODE, how="inner")
        .select(_COLUMNS)
    )


def whole_sample(parts: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Put together what the shards kept: the lines of the `SIZE` customers with the lowest draws of all."""
    lines = pl.concat(parts)
    customers = lines.group_by("customer_id").agg(pl.col(DRAW).first(), pl.col(LIMIT).first())
    whole = pl.col(DRAW) <= pl.col(LIMIT).min().fill_null(2**64 - 1)
    chosen = customers.filter(whole).sort(DRAW, "customer_id").head(SIZE).select("customer_id")
    return lines.join(chosen, on="customer_id", how="semi").drop(LIMIT)
