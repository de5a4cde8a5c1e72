"""What was known of the customers at a moment, and what they did in the days after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.features.categories import category_spend, product_spend
from engine.features.customers import features
from engine.features.orders import gaps, orders
from engine.units import money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def known_at(lines: pl.LazyFrame, cutoff: datetime, categories: Sequence[str], *, counted: bool = True) -> pl.LazyFrame:
    """Compute the features of customers from the lines before the cut-off, as if there were no others.

    One row per customer with a line until then, see `features.customers.features`. `lines` are coded.
    """
    before = lines.filter(pl.col("ordered_at") < cutoff)
    of_customers = orders(before)
    return features(
        of_customers,
        gaps(of_customers),
        category_spend(before),
        product_spend(before),
        cutoff,
        categories,
        counted=counted,
    )


def outcomes(lines: pl.LazyFrame, begin: datetime, end: datetime) -> pl.LazyFrame:
    """Sum what customers did from `begin` until before `end`: one row per customer with a line then.

    customer_id, came_orders (purchases), came_spend (net of returns, in units of the currency).
    """
    window = lines.filter(pl.col("ordered_at").is_between(begin, end, closed="left"))
    return (
        orders(window)
        .group_by("customer_id")
        .agg(came_orders=pl.col("bought_at").is_not_null().sum().cast(pl.Int64), amount=pl.col("amount").sum())
        .select(pl.col("customer_id").cast(pl.String), "came_orders", came_spend=money(pl.col("amount")))
    )


def weekly_orders(lines: pl.LazyFrame, begin: datetime, end: datetime) -> pl.LazyFrame:
    """Count the purchases from `begin` until before `end` by customer and week, the first week from `begin` being 1."""
    window = lines.filter(pl.col("ordered_at").is_between(begin, end, closed="left"))
    week = (pl.col("bought_at") - pl.lit(begin)).dt.total_days() // 7 + 1
    return (
        orders(window)
        .filter(pl.col("bought_at").is_not_null())
        .group_by(pl.col("customer_id").cast(pl.String), week=week.cast(pl.Int64))
        .agg(orders=pl.len().cast(pl.Int64))
    )
