"""Polars: the lines as a frame in memory, the features as one streaming query, without shards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from engine.stages import Stages

LARGEST = 12
"""Categories whose share of spend is a feature."""
DAY = 86_400_000_000
"""Microseconds of a day."""
RECENT_DAYS = 90
SATURDAY = 6
DAY_PARTS = {"night": (0, 5), "morning": (6, 11), "afternoon": (12, 17), "evening": (18, 23)}
"""Parts of the day by their first and last hour."""


def features(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Write one row per customer; money as whole cents until the end."""
    table = folder / "features.parquet"
    with stages.stage("read"):
        lines = _lines(export).collect(engine="streaming")
    with stages.stage("query"):
        _features(lines).sink_parquet(table, engine="streaming")
    return [table]


def _lines(export: Path) -> pl.LazyFrame:
    cents = (pl.col("unit_price") * 100).round().cast(pl.Int64)
    lines = pl.scan_csv(export, ignore_errors=True, schema_overrides={"unit_price": pl.Float64}).select(
        "customer_id",
        "order_id",
        "product_id",
        "category",
        "quantity",
        pl.col("ordered_at").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False),
        amount=pl.col("quantity") * cents,
    )
    bought = (pl.col("quantity") >= 0) & (pl.col("amount") >= 0)
    return lines.drop_nulls(["customer_id", "ordered_at", "amount"]).with_columns(bought=bought)


def _features(lines: pl.DataFrame) -> pl.LazyFrame:
    bought = lines.lazy().filter("bought")
    as_of = lines.select(pl.col("ordered_at").max().dt.truncate("1d") + pl.duration(days=1)).item()
    products = bought.drop_nulls("product_id").group_by("customer_id").agg(products=pl.col("product_id").n_unique())
    returned = pl.col("paid") - pl.col("net")
    return (
        _customers(_orders(lines.lazy()), as_of)
        .join(products, on="customer_id", how="left")
        .join(_tastes(bought), on="customer_id", how="left")
        .with_columns(
            revenue=pl.col("net") / 100,
            recent_revenue=pl.col("recent") / 100,
            earlier_revenue=(pl.col("net") - pl.col("recent")) / 100,
            recency_days=(as_of - pl.col("last_order")).dt.total_microseconds() / DAY,
            tenure_days=(as_of - pl.col("first_order")).dt.total_microseconds() / DAY,
            active_days=(pl.col("last_order") - pl.col("first_order")).dt.total_microseconds() / DAY,
            price=pl.col("paid") / 100 / pl.col("bought_units"),
            return_rate=pl.when(pl.col("paid") > 0)
            .then(pl.min_horizontal(returned / pl.col("paid"), 1.0))
            .otherwise(((returned > 0) | (pl.col("orders") == 0)).cast(pl.Float64)),
        )
        .drop("net", "recent", "paid", "bought_units")
    )


def _orders(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Sum lines to orders: one row per customer and order."""
    return lines.group_by("customer_id", "order_id").agg(
        bought_at=pl.when("bought").then("ordered_at").min(),
        first_line=pl.col("ordered_at").min(),
        last_line=pl.col("ordered_at").max(),
        lines=pl.len(),
        units=pl.col("quantity").sum(),
        net=pl.col("amount").sum(),
        bought_units=pl.when("bought").then("quantity").sum(),
        paid=pl.when("bought").then("amount").sum(),
    )


def _customers(orders: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """Sum orders to customers."""
    same = pl.col("customer_id") == pl.col("customer_id").shift()
    gap = pl.col("bought_at").diff().dt.total_microseconds()
    bought = pl.col("bought_at").is_not_null()
    hour = pl.col("bought_at").dt.hour()
    return (
        orders.sort("customer_id", "bought_at", nulls_last=False)
        .with_columns(
            gap=pl.when(same).then(gap),
            value=pl.when(bought).then("net"),
            bought_lines=pl.when(bought).then("lines"),
            recent=pl.when(pl.col("first_line") >= as_of - timedelta(days=RECENT_DAYS)).then("net"),
            weekend=pl.col("bought_at").dt.weekday() >= SATURDAY,
            **{part: hour.is_between(*hours) for part, hours in DAY_PARTS.items()},
        )
        .group_by("customer_id")
        .agg(
            pl.col("lines", "units", "net", "bought_units", "paid", "recent").sum(),
            pl.col("weekend", *DAY_PARTS).mean().name.suffix("_share"),
            orders=pl.col("bought_at").count(),
            aov=pl.col("value").mean() / 100,
            aov_std=pl.col("value").std() / 100,
            first_order=pl.col("bought_at").min(),
            last_order=pl.col("bought_at").max(),
            last_seen=pl.col("last_line").max(),
            gap_mean_days=pl.col("gap").mean() / DAY,
            gap_std_days=pl.col("gap").std() / DAY,
            gap_median_days=pl.col("gap").median() / DAY,
            lines_per_order=pl.col("bought_lines").mean(),
        )
    )


def _tastes(bought: pl.LazyFrame) -> pl.LazyFrame:
    """Part the spend of each customer by category: the favourite, and the largest in all by their place by name."""
    spend = bought.drop_nulls("category").group_by("customer_id", "category").agg(spend=pl.col("amount").sum())
    largest = spend.group_by("category").agg(pl.col("spend").sum()).top_k(LARGEST, by="spend").sort("category")
    places = largest.select("category", place=pl.int_range(1, pl.len() + 1))
    total = pl.col("spend").sum()
    return (
        spend.join(places, on="category", how="left")
        .group_by("customer_id")
        .agg(
            categories=pl.len(),
            top_category=pl.col("category").sort_by("spend", "category", descending=[True, False]).first(),
            top_category_share=pl.col("spend").max() / total,
            **{
                f"spend_share: {place:02}": pl.when(pl.col("place") == place).then("spend").sum() / total
                for place in range(1, LARGEST + 1)
            },
        )
    )
