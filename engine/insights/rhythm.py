"""The rhythm of buying again: after how many days an item is bought anew, and who is late by their own rhythm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.features.lines import ITEM
from engine.insights.quantiles import counted_quantiles
from engine.intake.rules import is_bought
from engine.units import DAY_US, ratio

if TYPE_CHECKING:
    from engine.insights.baskets import Items

MIN_REPURCHASES = 50
"""Repurchases of an item from which its rhythm is believed."""
MIN_REPEAT_BUYERS = 10
"""Customers that these must have come from at least: fewer may tell of their own habits."""
REGULAR_ORDERS = 3
"""Purchases from which a customer has a rhythm: two gaps."""
LATE = 2
"""Times the usual gap beyond which a customer is overdue."""
LATE_DAYS = 7
"""Days below which nobody is overdue: who buys twice a day is not late on the next one."""
ALL_CUSTOMERS = "All customers"
"""Name of the row that has no segment."""

_WIDTH = 2**16
"""Room for an item, and for a day since 1970: the years that the intake takes end in 2100, before day 65,536."""
_QUARTERS = {"p25_days": 25, "median_days": 50, "p75_days": 75}


def item_gaps(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Count the days between successive days on which a customer bought an item, of coded lines.

    One row per item (its place, `features.lines.ITEM`) and `days`, whole calendar days from 1: repurchases, and
    repeat_buyers, whose second day of the item is among them. `days` is null in one more row per item, that of the
    first days: buyers. All are counts that add up over the shards. Lines of returns, and of items that are not
    compared, are left out; an item that a customer buys twice on a day is bought once.
    """
    # NOTE: one number of 64 bits for customer, item and day. Sorted, a number's difference to the one before is the gap
    # where both begin alike; to sort by three columns takes three to four times as long, to group by two 20 times.
    item, day = pl.col(ITEM).cast(pl.UInt64), (pl.col("ordered_at").to_physical() // DAY_US).cast(pl.UInt16)
    customer = pl.col("customer_id").to_physical().cast(pl.UInt64)
    visit, begins, again = pl.col("visit"), pl.col("begins"), pl.col("again")
    counted = (
        lines.filter(is_bought() & pl.col(ITEM).is_not_null())
        .select(visit=(customer * _WIDTH + item) * _WIDTH + day)
        .sort("visit")
        .with_columns(begins=visit // _WIDTH, gap=visit - visit.shift(fill_value=0))
        .with_columns(again=(begins == begins.shift()).fill_null(value=False))
        .filter(~again | (pl.col("gap") > 0))
        .select(
            key=begins % _WIDTH * _WIDTH + pl.when("again").then("gap").otherwise(0),
            second=again & ~again.shift(fill_value=True),
        )
        .group_by("key")
        .agg(rows=pl.len().cast(pl.Int64), repeat_buyers=pl.col("second").sum().cast(pl.Int64))
    )
    days = (pl.col("key") % _WIDTH).cast(pl.Int64)
    return counted.select(
        (pl.col("key") // _WIDTH).cast(pl.UInt16).alias(ITEM),
        pl.when(days > 0).then(days).alias("days"),
        pl.when(days > 0).then("rows").otherwise(0).alias("repurchases"),
        pl.when(days == 0).then("rows").otherwise(0).alias("buyers"),
        "repeat_buyers",
    )


def finish_rhythm(sums: pl.DataFrame, items: Items) -> pl.DataFrame:
    """Turn the merged sums of `item_gaps` into the table of rhythms: one row per item that was bought.

    p25_days, median_days and p75_days are the gaps of rank ceil(q n) among the n repurchases; regularity is the
    distance of the quartiles over the median: the smaller, the more regular. All four are null where nobody bought
    again. Rows are sorted by repurchases, the most first, then by item.

    NOTE: gaps are those of customers who bought again. Whoever has not yet is not in them (they are censored on the
    right), so that long rhythms come out too short where the history is short.
    """
    middle = counted_quantiles(sums.filter(pl.col("days").is_not_null()), ITEM, "days", "repurchases", _QUARTERS)
    counts = sums.group_by(ITEM).agg(pl.col("buyers", "repeat_buyers", "repurchases").sum())
    return (
        counts.join(middle, on=ITEM, how="left")
        .select(
            item=items.named(ITEM),
            label=items.labelled(ITEM),
            buyers="buyers",
            repeat_buyers="repeat_buyers",
            repeat_share=ratio(pl.col("repeat_buyers"), pl.col("buyers")),
            repurchases="repurchases",
            p25_days="p25_days",
            median_days="median_days",
            p75_days="p75_days",
            regularity=ratio(pl.col("p75_days") - pl.col("p25_days"), pl.col("median_days")),
            supported=(pl.col("repurchases") >= MIN_REPURCHASES) & (pl.col("repeat_buyers") >= MIN_REPEAT_BUYERS),
        )
        .sort("repurchases", "item", descending=[True, False])
    )


def customer_rhythm(customers: pl.LazyFrame) -> pl.LazyFrame:
    """Tell how often the customers of each segment buy, of the table of customers (`schema.CUSTOMERS`).

    One row for all customers, whose segment is null, then one per segment: customers with two purchases or more, and
    quartiles of their usual gaps (the median of each), in days, of rank ceil(q n). overdue_share is the share of
    `rhythmic`, the customers with three purchases or more, whose last purchase lies further back than twice their usual
    gap, and seven days at least; null where there are none.
    """
    gap, recency = pl.col("gap_median_days"), pl.col("recency_days")
    rhythmic = pl.col("orders") >= REGULAR_ORDERS
    overdue = rhythmic & (recency > LATE * gap) & (recency >= LATE_DAYS)
    measures = {
        "customers": gap.count().cast(pl.Int64),
        **{name: gap.quantile(q / 100, interpolation="equiprobable") for name, q in _QUARTERS.items()},
        "rhythmic": rhythmic.sum().cast(pl.Int64),
        "overdue": overdue.sum().cast(pl.Int64),
    }
    nobody = pl.lit(None, dtype=pl.Int64).alias("segment")
    together = customers.select(nobody, pl.lit(ALL_CUSTOMERS).alias("segment_name"), **measures)
    parted = customers.group_by(pl.col("segment").cast(pl.Int64), "segment_name").agg(**measures)
    shares = pl.concat([together, parted]).with_columns(overdue_share=ratio(pl.col("overdue"), pl.col("rhythmic")))
    return shares.drop("overdue").sort("segment")
