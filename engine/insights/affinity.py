"""What each segment buys more of than others: shares of spend by category or product, against the average."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.units import money, ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MIN_BUYERS = 10
"""Customers of a segment that must have bought an item before its index is believed: the floor on support."""
MOST_OF_ONE = 0.25
"""Share of a segment's spend on an item that one customer may bring: beyond it, the index tells of that customer."""
MAX_ITEMS = 200
"""Items with the largest revenue that are compared; the rest counts in the totals only."""


def affinity_sums(lines: pl.LazyFrame, labels: pl.LazyFrame, column: str, items: Sequence[str]) -> pl.LazyFrame:
    """Sum what the customers of each segment spend on each item, net of what they sent back.

    One row per segment and item, and one per segment with a null item for all that lies outside `items`: spend in
    micros, buyers (distinct customers with a net spend; 0 for the rest), largest (spend of the largest buyer). A
    customer who sent back more of an item than was bought in the period counts with zero.
    """
    wanted = pl.Series("item", items, dtype=pl.String)
    per_customer = (
        lines.with_columns(item=pl.when(pl.col(column).is_in(wanted.implode())).then(pl.col(column)))
        .group_by("customer_id", "item")
        .agg(spend=pl.col("amount").sum())
        .with_columns(pl.col("spend").clip(lower_bound=0))
    )
    bought_item = pl.col("item").is_not_null() & (pl.col("spend") > 0)
    return (
        per_customer.join(labels.select("customer_id", "segment"), on="customer_id")
        .group_by("segment", "item")
        .agg(pl.col("spend").sum(), buyers=bought_item.sum().cast(pl.Int64), largest=pl.col("spend").max())
    )


def merge_affinity(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Merge the sums of the shards: a customer lies in one shard, so the largest buyer of all is one of theirs."""
    sums = pl.col("spend", "buyers").sum()
    return pl.concat(parts).group_by("segment", "item").agg(sums, pl.col("largest").max()).sort("segment", "item")


def name_counts(lines: pl.LazyFrame, items: Sequence[str]) -> pl.LazyFrame:
    """Count the names under which products are listed: one row per product of `items` and name."""
    wanted = pl.Series("item", items, dtype=pl.String)
    named = lines.filter(pl.col("product_id").is_in(wanted.implode()) & pl.col("product_name").is_not_null())
    return named.group_by(item=pl.col("product_id"), label=pl.col("product_name")).agg(lines=pl.len().cast(pl.Int64))


def most_common_names(counts: pl.DataFrame) -> pl.DataFrame:
    """Choose one label per item: its most frequent name, of equal ones the first."""
    ordered = counts.sort("lines", "label", descending=[True, False])
    return ordered.group_by("item", maintain_order=True).agg(pl.col("label").first())


def finish_affinity(sums: pl.DataFrame, segments: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Turn the merged sums into the table of affinities: index = 100 x share in the segment / share among all.

    One row per segment and item, also where the segment never bought it; `labels` gives items a readable name, and
    `segments` the names of the segments.
    """
    named = segments.select("segment", "segment_name")
    items = sums.filter(pl.col("item").is_not_null()).select("item").unique()
    segment_spend = sums.group_by("segment").agg(segment_spend=pl.col("spend").sum())
    item_spend = sums.group_by("item").agg(item_spend=pl.col("spend").sum())
    table = (
        named.join(items, how="cross")
        .join(sums, on=["segment", "item"], how="left")
        .join(segment_spend, on="segment", how="left")
        .join(item_spend, on="item", how="left")
        .join(labels, on="item", how="left")
        .with_columns(pl.col("spend", "buyers", "largest").fill_null(0), total=pl.lit(sums["spend"].sum()))
        .with_columns(
            segment_share=ratio(pl.col("spend"), pl.col("segment_spend")),
            overall_share=ratio(pl.col("item_spend"), pl.col("total")),
        )
    )
    return table.select(
        "segment",
        "segment_name",
        "item",
        pl.coalesce("label", "item").alias("label"),
        "buyers",
        revenue=money(pl.col("spend")),
        segment_share="segment_share",
        overall_share="overall_share",
        index=100 * ratio(pl.col("segment_share"), pl.col("overall_share")),
        supported=(pl.col("buyers") >= MIN_BUYERS) & (ratio(pl.col("largest"), pl.col("spend")) <= MOST_OF_ONE),
    ).sort("segment", "index", "item", descending=[False, True, False])
