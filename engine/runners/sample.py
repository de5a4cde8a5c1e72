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
LINES = 2_000_000
"""Lines of the sample, at most: it is held in memory."""
LARGEST = 100_000
"""Lines of a customer of the sample, at most: a till that books all walk-in customers as one is none to learn from."""
SPARE = 10
"""Standard deviations by which a shard keeps more customers than its part."""
SHARD, HELD, ALL, NUMBER = "(shard)", "(lines)", "(all)", "number"
_COLUMNS = (CODE, "order_key", "ordered_at", "quantity", "amount", "category", ITEM, PRODUCT)


def part_of(shards: int) -> int:
    """Return how many customers each of so many shards keeps.

    Customers come to shards by chance, so that each holds its part of the sample within a few times its square root:
    ten times of it are not exceeded in the age of the universe.
    """
    part = -(-SIZE // shards)
    return part + SPARE * int(part**0.5)


def kept_customers(customers: pl.DataFrame, most: int, seed: int) -> pl.DataFrame:
    """Choose the `most` customers of a shard with the lowest draws, the lowest first.

    `customers` are the shard's, one row each: customer_id, and the code. Beside these comes the draw, and ALL: whether
    no customer of the shard was left out.
    """
    drawn = customers.with_columns(draws(customers["customer_id"], seed).alias(DRAW)).sort(DRAW, "customer_id")
    return drawn.head(most).with_columns(pl.lit(drawn.height <= most).alias(ALL))


def kept_lines(lines: pl.LazyFrame, kept: pl.DataFrame) -> pl.LazyFrame:
    """Return the lines of the chosen customers, by the code."""
    coded = lines.with_columns(pl.col("customer_id").to_physical().alias(CODE)).drop("customer_id")
    return coded.join(kept.lazy().select(CODE), on=CODE, how="semi").select(_COLUMNS)


def chosen(kept: Sequence[pl.DataFrame], held: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Choose the sample from what all shards kept: one row per customer, by draw, with its number and its shard.

    `held` has the number of lines (HELD) of each kept customer by code. Taken are the customers with the lowest draws,
    as many as there may be customers and lines: the same ones however the lines were dealt to shards.
    """
    parts = [
        customers.join(lines, on=CODE, how="left").with_columns(pl.lit(place, dtype=pl.UInt32).alias(SHARD))
        for place, (customers, lines) in enumerate(zip(kept, held, strict=True))
    ]
    # A shard that left customers out holds all only up to the highest draw that it kept.
    ends = pl.concat([part.filter(~pl.col(ALL)).select(pl.col(DRAW).max()) for part in parts])[DRAW].min()
    drawn = pl.concat(parts).filter(True if ends is None else pl.col(DRAW) <= ends)
    small = drawn.filter(pl.col(HELD) <= LARGEST).sort(DRAW, "customer_id").head(SIZE)
    return (
        small.filter(pl.col(HELD).cum_sum() <= LINES).with_row_index(NUMBER).with_columns(pl.col(NUMBER).cast(pl.Int64))
    )
