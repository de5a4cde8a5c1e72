"""Orders of customers: the first step from lines to features, and the base of everything about time."""

from __future__ import annotations

import polars as pl

from engine.intake.rules import bought
from engine.schema import CODE, ORDERS
from engine.units import DAY_US

APART = 2**26 * DAY_US
"""Microseconds that part the times of one customer from those of the next: far more than the centuries that can be.

Whole days, so that the time of the day is the rest of a division.
"""


def orders(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Sum canonical lines to orders.

    One row per customer and order; an order whose lines are all returns has a null `bought_at`. All sums are integers,
    so that they do not depend on the order of the rows.
    """
    return (
        lines.with_columns(
            bought_at=bought("ordered_at"),
            bought_quantity=bought("quantity"),
            bought_amount=bought("amount"),
        )
        .group_by("customer_id", "order_key")
        .agg(
            pl.col("bought_at").min(),
            first_line=pl.col("ordered_at").min(),
            last_line=pl.col("ordered_at").max(),
            lines=pl.len().cast(pl.Int64),
            quantity=pl.col("quantity").sum(),
            amount=pl.col("amount").sum(),
            bought_quantity=pl.col("bought_quantity").sum(),
            bought_amount=pl.col("bought_amount").sum(),
        )
        .select(ORDERS.names)
    )


def gaps(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Return the times between successive purchases, of orders whose customers are coded (`features.lines.coded`).

    One row per purchase after a customer's first: the customer's code, `gap` in microseconds, `other_day` (whether the
    one before was on an earlier day); sorted by customer and time. Orders of returns part nothing.
    """
    # NOTE: one number of 128 bits for customer and time: to sort by two columns takes three times as long.
    moment = pl.col("customer_id").to_physical().cast(pl.Int128) * APART + pl.col("bought_at").to_physical()
    since = pl.col("moment") - pl.col("moment").shift()
    return (
        orders.filter(pl.col("bought_at").is_not_null())
        .select(moment=moment)
        .sort("moment")
        .with_columns(gap=since)
        .filter(pl.col("gap") < APART // 2)  # else the purchase before is another customer's
        .select(
            (pl.col("moment") // APART).cast(pl.UInt32).alias(CODE),
            pl.col("gap").cast(pl.Int64),
            other_day=pl.col("gap") > pl.col("moment") % DAY_US,
        )
    )
