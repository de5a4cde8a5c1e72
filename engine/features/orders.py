"""Orders of customers: the first step from lines to features, and the base of everything about time."""

from __future__ import annotations

import polars as pl

from engine.schema import ORDERS


def is_bought() -> pl.Expr:
    """Tell a bought line from a return: neither its quantity nor its amount is negative."""
    return (pl.col("quantity") >= 0) & (pl.col("amount") >= 0)


def bought(column: str) -> pl.Expr:
    """Return a column's value on bought lines, null on returns."""
    # NOTE: null before the aggregation, not `filter` inside it: the latter costs twice the whole group_by.
    return pl.when(is_bought()).then(pl.col(column))


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
        .group_by("customer_id", "order_id")
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
        .pipe(ORDERS.match)
    )


def with_gaps(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Add `gap`: microseconds since the customer's purchase before; null at the first one and at orders of returns.

    The rows come sorted by customer and time of purchase.
    """
    # Orders of returns have no time of purchase and sort to the front of their customer, where they part nothing.
    ordered = orders.sort("customer_id", "bought_at", nulls_last=False)
    at = pl.col("bought_at").to_physical()
    same = pl.col("customer_id") == pl.col("customer_id").shift()
    return ordered.with_columns(pl.when(same).then(at - at.shift()).alias("gap"))
