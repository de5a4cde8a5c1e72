"""When customers buy: the hours of the week, and the days between two purchases."""

from __future__ import annotations

import polars as pl

from engine.units import DAY_US


def clock_sums(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Count purchases by weekday (1 = Monday) and hour."""
    at = pl.col("bought_at")
    return (
        orders.filter(at.is_not_null())
        .group_by(weekday=at.dt.weekday().cast(pl.Int64), hour=at.dt.hour().cast(pl.Int64))
        .agg(orders=pl.len().cast(pl.Int64))
    )


def gap_days(gaps: pl.LazyFrame) -> pl.LazyFrame:
    """Count the gaps between successive purchases by whole days, rounded down; see `features.orders.gaps`."""
    return gaps.group_by(days=pl.col("gap") // DAY_US).agg(gaps=pl.len().cast(pl.Int64))
