"""Orders of customers: the first step from lines to features, and the base of everything about time."""

from __future__ import annotations

import polars as pl

from engine.intake.rules import bought
from engine.schema import ORDERS


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


def with_gaps(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Add `gap`: microseconds since the customer's purchase before; null at the first one and at orders of returns.

    The rows come sorted by customer, in any order of the customers, and time of purchase.
    """
    # Orders of returns have no time of purchase and sort to the front of their customer, where they part nothing.
    customer, at = pl.col("customer_id").to_physical(), pl.col("bought_at").to_physical()
    ordered = orders.sort(customer, "bought_at", nulls_last=False)
    same = customer == customer.shift()
    return ordered.with_columns(pl.when(same).then(at - at.shift()).alias("gap"))
