"""What each segment buys more of than others: shares of spend by category or product, against the average."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.features.lines import ITEM
from engine.schema import CODE
from engine.units import money, ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MIN_BUYERS = 10
"""Customers of a segment that must have bought an item before its index is believed: the floor on support."""
MOST_OF_ONE = 0.25
"""Share of a segment's spend on an item that one customer may bring: beyond it, the index tells of that customer."""
MAX_ITEMS = 200
"""Items with the largest revenue that are compared; the rest counts in the totals only."""


def item_spend(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Sum what each customer spends on each item, net of what was sent back: one row per customer's code and item.

    Spend is in micros. All that lies outside the compared items has a null item. A customer who sent back more of an
    item than was bought in the period counts with zero.
    """
    return net_spend(lines.group_by("customer_id", ITEM).agg(net=pl.col("amount").sum()))


def net_spend(sums: pl.LazyFrame) -> pl.LazyFrame:
    """Return the spend, as `item_spend` does, of sums by customer and item that are there already.

    Where items are categories, those are `features.categories.category_spend`: the categories that are not compared
    then have a row each, with a null item, and each counts with zero at least.
    """
    spend = pl.col("net").clip(lower_bound=0).alias("spend")
    return sums.select(pl.col("customer_id").to_physical().alias(CODE), ITEM, spend)


def affinity_sums(spend: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the spend of customers (`item_spend`, with the `segment` of each) over their segments.

    One row per segment and item, and one per segment with a null item for all others: spend in micros, buyers (distinct
    customers with a net spend; 0 for the rest), largest (spend of the largest buyer).
    """
    bought_item = pl.col(ITEM).is_not_null() & (pl.col("spend") > 0)
    return spend.group_by("segment", ITEM).agg(
        pl.col("spend").sum(), buyers=bought_item.sum().cast(pl.Int64), largest=pl.col("spend").max()
    )


def merge_affinity(parts: Iterable[pl.DataFrame], items: Sequence[str]) -> pl.DataFrame:
    """Merge the sums of the shards, and name the items by their places in `items`.

    A customer lies in one shard, so the largest buyer of all is one of theirs.
    """
    sums = pl.concat(parts).group_by("segment", ITEM).agg(pl.col("spend", "buyers").sum(), pl.col("largest").max())
    named = pl.col(ITEM).replace_strict(dict(enumerate(items)), default=None, return_dtype=pl.String)
    return sums.with_columns(pl.col("segment").cast(pl.Int64), named).sort("segment", ITEM)


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
