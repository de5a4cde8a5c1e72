"""The rhythm in which customers come back: to a category (or product), and on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.features.lines import ITEM
from engine.insights.quantiles import counted_quantiles
from engine.intake.rules import is_bought
from engine.units import ratio

if TYPE_CHECKING:
    from engine.insights.baskets import Items

LEAST_REPURCHASES, LEAST_BUYERS = 50, 10
"""Repurchases, and customers who made them, that a rhythm needs to be believed."""
LEAST_ORDERS = 3
"""Orders from which a customer has a rhythm that can be overdue."""
OVERDUE, LEAST_DAYS = 2, 7
"""A customer is overdue after so many times the own median gap, and so many days at least."""
ALL = "All customers"
_ITEMS, _DAYS = 2**16, 2**17
"""More items than are looked at, and more days than there can be around 1970: they share a number with a customer."""

RHYTHM = {
    **dict.fromkeys(("item", "label"), pl.String),
    **dict.fromkeys(("buyers", "repeat_buyers"), pl.Int64),
    "repeat_share": pl.Float64,
    **dict.fromkeys(("repurchases", "p25_days", "median_days", "p75_days"), pl.Int64),
    "regularity": pl.Float64,
    "supported": pl.Boolean,
}
CUSTOMER_RHYTHM = {
    "segment": pl.Int64,
    "segment_name": pl.String,
    "customers": pl.Int64,
    **dict.fromkeys(("p25_days", "median_days", "p75_days"), pl.Float64),
    "rhythmic": pl.Int64,
    "overdue_share": pl.Float64,
}


def item_days(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Count the days between the days on which a customer bought an item, of coded lines; returns are left out.

    One row per `item` and `days` (null: the first day of each customer): `times`, and `again` (those of them that are
    the second day of a customer).
    """
    # One number of customer, item and day: sorted, each stands after the customer's last day with the item.
    pair = pl.col("customer_id").to_physical().cast(pl.Int64) * _ITEMS + pl.col(ITEM).cast(pl.Int64)
    day = pl.col("ordered_at").dt.date().to_physical().cast(pl.Int64) + _DAYS // 2
    known = lines.filter(is_bought() & pl.col(ITEM).is_not_null())
    of_pair = pl.col("place") // _DAYS
    come_back = pl.col("pair") == pl.col("pair").shift()
    return (
        known.select(place=pair * _DAYS + day)
        .unique()
        .sort("place")
        .with_columns(pair=of_pair)
        .with_columns(
            days=pl.when(come_back).then(pl.col("place") - pl.col("place").shift()),
            again=come_back & pl.col("pair").ne_missing(pl.col("pair").shift(2)),
        )
        .group_by(item=pl.col("pair") % _ITEMS, days="days")
        .agg(times=pl.len().cast(pl.Int64), again=pl.col("again").sum().cast(pl.Int64))
    )


def finish_rhythm(sums: pl.DataFrame, items: Items) -> pl.DataFrame:
    """Turn the merged sums into the table `rhythm`: one row per item, the most often bought again first.

    The days are those of customers who came back: as long as the history is short, long rhythms are not in it yet.
    regularity is the spread of the middle half over the median: the smaller, the more regular.
    """
    back = pl.col("days").is_not_null()
    counts = sums.group_by("item").agg(
        buyers=pl.col("times").filter(~back).sum(),
        repeat_buyers=pl.col("again").sum(),
        repurchases=pl.col("times").filter(back).sum(),
    )
    middle = counted_quantiles(
        sums.filter(back), "item", "days", "times", {"p25_days": 0.25, "median_days": 0.5, "p75_days": 0.75}
    )
    enough = (pl.col("repurchases") >= LEAST_REPURCHASES) & (pl.col("repeat_buyers") >= LEAST_BUYERS)
    return (
        counts.join(middle, on="item", how="left")
        .with_columns(
            name=items.named("item"),
            label=items.labelled("item"),
            repeat_share=ratio(pl.col("repeat_buyers"), pl.col("buyers")),
            regularity=ratio(pl.col("p75_days") - pl.col("p25_days"), pl.col("median_days")),
            supported=enough,
        )
        .with_columns(item="name")
        .sort("repurchases", "item", descending=[True, False])
        .select(list(RHYTHM))
        .match_to_schema(pl.Schema(RHYTHM))
    )


def customer_rhythm(customers: pl.LazyFrame) -> pl.LazyFrame:
    """Measure the rhythm of customers (`schema.CUSTOMERS`): one row for all, with a null segment, and one per segment.

    customers (with two purchases or more), p25_days, median_days, p75_days (of their own median gap between purchases),
    rhythmic (customers with three purchases or more), overdue_share (of them, silent for more than twice their gap, and
    a week at least).
    """
    gap, orders, silent = pl.col("gap_median_days"), pl.col("orders"), pl.col("recency_days")
    rhythmic = orders >= LEAST_ORDERS
    known = customers.filter(gap.is_not_null()).with_columns(
        rhythmic=rhythmic, overdue=rhythmic & (silent > gap * OVERDUE) & (silent >= LEAST_DAYS)
    )
    every = known.with_columns(segment=pl.lit(None, dtype=pl.Int64), segment_name=pl.lit(ALL))
    return (
        pl.concat(
            each.group_by("segment", "segment_name").agg(
                customers=pl.len().cast(pl.Int64),
                p25_days=gap.quantile(0.25, "linear"),
                median_days=gap.median(),
                p75_days=gap.quantile(0.75, "linear"),
                rhythmic=pl.col("rhythmic").sum().cast(pl.Int64),
                overdue=pl.col("overdue").sum().cast(pl.Int64),
            )
            for each in (every, known)
        )
        .with_columns(overdue_share=ratio(pl.col("overdue"), pl.col("rhythmic")))
        .sort("segment", nulls_last=False)
        .select(list(CUSTOMER_RHYTHM))
    )
