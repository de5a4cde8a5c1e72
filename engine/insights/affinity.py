"""What each segment buys more of than others: shares of spend and of buyers by category or product, against all.

The index is 100 x the share of the segment's spend that an item takes, over its share of all spend; the lift is the
share of the segment's customers who buy it over that of all customers. Both are told with what chance leaves open: the
index with the interval of a ratio of two sums over customers (linearised: Cochran 1977, Sampling Techniques, 6.3), for
all segments and items at once, so that three lucky customers do not top the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.features.lines import ITEM, PRODUCT
from engine.insights.intervals import around
from engine.schema import CODE
from engine.units import MICROS, money, ratio

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.insights.baskets import Items

MIN_BUYERS = 10
"""Customers of a segment that must have bought an item before its index is believed: the floor on support."""
MOST_OF_ONE = 0.25
"""Share of a segment's spend on an item that one customer may bring: beyond it, the index tells of that customer."""
MAX_ITEMS = 200
"""Categories with the largest revenue that are compared; the rest counts in the totals only."""
MOST_TELLING = 25
"""Products that are told of each segment."""
OTHERS = "(all others)"
"""How the rest of the spend is called."""

AFFINITY = {
    "segment": pl.Int64,
    **dict.fromkeys(("segment_name", "item", "label"), pl.String),
    "buyers": pl.Int64,
    **dict.fromkeys(("buyer_share", "lift", "revenue", "segment_share", "overall_share"), pl.Float64),
    **dict.fromkeys(("index", "index_low", "index_high"), pl.Float64),
    "supported": pl.Boolean,
}


def category_items(sums: pl.LazyFrame) -> pl.LazyFrame:
    """Return what each customer spends on each compared category, net (`features.categories.category_spend`).

    One row per customer's code and category, its `item` null where it is not compared: `spend` in micros.
    """
    return sums.select(pl.col("customer_id").to_physical().alias(CODE), ITEM, spend="net")


def product_items(sums: pl.LazyFrame, products: int) -> pl.LazyFrame:
    """Return what each customer spends on the first so many products, net of returns (`product_spend`).

    One row per customer's code and product, its `item` null for all others: `spend` in micros.
    """
    item = pl.when(pl.col(PRODUCT) < products).then(pl.col(PRODUCT)).cast(pl.UInt16)
    return sums.select(pl.col("customer_id").to_physical().alias(CODE), item.alias(ITEM), spend="net")


def affinity_sums(spend: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the spend of customers over their segments.

    `spend` has the spend by customer and item, with the `segment` of the customer and the `total` that the customer
    spends. One row per segment and item, a null item for all others: spend in micros, buyers (customers whose net spend
    on it is positive; 0 for the others), largest (spend of the largest buyer), squares and products (sums of the spend
    squared, and times the total, in 128 bits).
    """
    wide = pl.col("spend").cast(pl.Int128)
    bought_item = pl.col(ITEM).is_not_null() & (pl.col("spend") > 0)
    return spend.group_by("segment", ITEM).agg(
        pl.col("spend").sum(),
        buyers=bought_item.sum().cast(pl.Int64),
        largest=pl.col("spend").max(),
        squares=(wide * wide).sum(),
        products=(wide * pl.col("total")).sum(),
    )


def segment_totals(customers: pl.LazyFrame) -> pl.LazyFrame:
    """Sum customers by segment: `customers`, `total` (micros), `squares` (of what each spends, in 128 bits)."""
    wide = pl.col("total").cast(pl.Int128)
    return customers.group_by("segment").agg(
        customers=pl.len().cast(pl.Int64), total=pl.col("total").sum(), total_squares=(wide * wide).sum()
    )


def merge_affinity(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Merge the sums of the shards. A customer lies in one shard, so the largest buyer of all is one of theirs."""
    sums = pl.concat(parts).group_by("segment", ITEM)
    added = sums.agg(pl.col("spend", "buyers", "squares", "products").sum(), pl.col("largest").max())
    return added.with_columns(pl.col("segment").cast(pl.Int64)).sort("segment", ITEM)


def most_common_names(counts: pl.DataFrame) -> pl.DataFrame:
    """Choose one label per item: its most frequent name, of equal ones the first.

    An item whose names are many, none of half of its lines, is no product of one name: it keeps its own.
    """
    ordered = counts.sort("lines", "label", descending=[True, False])
    best = ordered.group_by("item", maintain_order=True).agg(
        pl.col("label").first(), first=pl.col("lines").first(), all=pl.col("lines").sum()
    )
    return best.filter(pl.col("first") * 2 >= pl.col("all")).select("item", "label")


def finish_affinity(sums: pl.DataFrame, totals: pl.DataFrame, segments: pl.DataFrame, items: Items) -> pl.DataFrame:
    """Turn the merged sums into the table of affinities; revenue adds up to that of the segments.

    One row per segment and item, also where the segment never bought it, and one per segment for all others, whose item
    is null. `totals` are those of `segment_totals`, `segments` has the names of the segments.
    """
    if sums[ITEM].null_count() == sums.height:
        return pl.DataFrame(schema=AFFINITY)
    named = segments.select("segment", "segment_name")
    everyone = totals.select(pl.col("customers", "total").sum())
    of_item = sums.group_by(ITEM).agg(item_spend=pl.col("spend").sum(), item_buyers=pl.col("buyers").sum())
    table = (
        named.join(totals, on="segment", how="left")
        .join(of_item, how="cross")
        .join(sums, on=["segment", ITEM], how="left", nulls_equal=True)
        .with_columns(pl.col("spend", "buyers", "largest", "squares", "products").fill_null(0))
        .with_columns(
            segment_share=ratio(pl.col("spend"), pl.col("total")),
            overall_share=ratio(pl.col("item_spend"), pl.lit(everyone["total"][0])),
            buyer_share=ratio(pl.col("buyers"), pl.col("customers")),
            overall_buyers=ratio(pl.col("item_buyers"), pl.lit(everyone["customers"][0])),
        )
        .with_columns(index=100 * ratio(pl.col("segment_share"), pl.col("overall_share")))
    )
    told = pl.col(ITEM).is_not_null()
    low, high = around(pl.col("index"), _variance(), comparisons=int(table[ITEM].count()))
    floor = (pl.col("buyers") >= MIN_BUYERS) & (ratio(pl.col("largest"), pl.col("spend")) <= MOST_OF_ONE)
    return (
        table.with_columns(
            item=items.named(ITEM),
            label=pl.when(told).then(items.labelled(ITEM)).otherwise(pl.lit(OTHERS)),
            lift=pl.when(told).then(ratio(pl.col("buyer_share"), pl.col("overall_buyers"))),
            buyer_share=pl.when(told).then("buyer_share"),
            revenue=money(pl.col("spend")),
            # All others are many items of one customer: their squares are not those of what the customer spends.
            index_low=pl.when(told).then(low),
            index_high=pl.when(told).then(high),
            supported=told & floor & (pl.col("index") > 0),
        )
        .sort("segment", "index", "item", descending=[False, True, False], nulls_last=True)
        .sort("segment", pl.col("item").is_null(), maintain_order=True)
        .select(list(AFFINITY))
        .match_to_schema(pl.Schema(AFFINITY))
    )


def _variance() -> pl.Expr:
    """Return the variance of the logarithm of an item's share of the segment's spend.

    For the ratio r of sums of y and x over n customers: n/(n-1) x sum((y - r x)^2) / sum(y)^2.
    """
    share, number = pl.col("segment_share"), pl.col("customers").cast(pl.Float64)
    # In units of the currency, where the squares of millionths would fill the digits of a float.
    unit = pl.lit(float(MICROS) * MICROS)
    squares, products, total = (ratio(pl.col(name), unit) for name in ("squares", "products", "total_squares"))
    spread = squares - products * share * 2 + total * share * share
    spend = money(pl.col("spend"))
    return ratio(number, number - 1) * ratio(pl.max_horizontal(spread, 0.0), spend * spend)


def telling_products(table: pl.DataFrame, most: int = MOST_TELLING) -> pl.DataFrame:
    """Keep the products that tell most about a segment, for all segments; the rest is added to all others.

    A product tells the more, the larger its share of the segment's spend and the further even the lower end of its
    index is above the average: share x ln(low/100), a term of the Kullback-Leibler divergence.
    """
    low = ratio(pl.col("index_low"), pl.lit(100.0))
    # Whoever spends little in all spends a large share of it on anything: as many of them must buy it, too.
    told = table.filter(pl.col("supported") & (pl.col("index_low") > 100) & (pl.col("lift") >= 1))
    ranked = told.with_columns(tells=pl.col("segment_share") * low.log()).sort(
        "segment", "tells", "item", descending=[False, True, False]
    )
    chosen = ranked.group_by("segment", maintain_order=True).head(most)["item"].unique()
    if chosen.is_empty():  # with one segment, or tastes alike: the best sold
        best = table.filter(pl.col("item").is_not_null()).group_by("item").agg(pl.col("revenue").sort().sum())
        chosen = best.sort("revenue", "item", descending=[True, False]).head(most)["item"]
    kept = pl.col("item").is_in(chosen.implode())
    rest = (
        table.filter(~kept | pl.col("item").is_null())
        .group_by("segment", "segment_name", maintain_order=True)
        .agg(pl.col("revenue", "segment_share", "overall_share").sort().sum(), pl.lit(OTHERS).alias("label"))
        .with_columns(
            item=pl.lit(None, dtype=pl.String),
            index=100 * ratio(pl.col("segment_share"), pl.col("overall_share")),
            buyers=pl.lit(0, dtype=pl.Int64),
            supported=pl.lit(value=False),
        )
    )
    return (
        pl.concat([table.filter(kept), rest], how="diagonal")
        .sort("segment", maintain_order=True)
        .select(list(AFFINITY))
        .match_to_schema(pl.Schema(AFFINITY))
    )
