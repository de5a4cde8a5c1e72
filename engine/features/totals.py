"""Which products or categories bring the money: totals that tell what is worth a feature or a comparison."""

from __future__ import annotations

import polars as pl

from engine.features.orders import bought


def item_totals(lines: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Sum the bought amount by product or category: one row per item, in micros, returns not taken off."""
    return lines.filter(pl.col(column).is_not_null()).group_by(item=pl.col(column)).agg(spend=bought("amount").sum())


def largest_items(totals: pl.DataFrame) -> list[str]:
    """List the items with any spend by their spend, the largest first, of equal ones the first by name."""
    ordered = totals.filter(pl.col("spend") > 0).sort("spend", "item", descending=[True, False])
    return ordered["item"].to_list()
