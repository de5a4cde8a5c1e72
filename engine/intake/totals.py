"""Whether a column of amounts holds the totals of lines, or the order's total again on each of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.intake.numbers import micros, thousandths, times

if TYPE_CHECKING:
    from engine.intake.roles import Roles

SAME = 0.95
"""Share of the orders of several lines whose lines all have one amount, from which it is taken for the order's."""
DIFFERENT = 0.5
"""Share of these orders whose lines differ in quantity times price, which amounts of lines would show."""
MIN_ORDERS = 10


def repeats_order_total(frame: pl.DataFrame, roles: Roles) -> bool:
    """Whether the sample's amounts are the same on all lines of an order, although the lines' own totals differ.

    Needs columns of orders, quantities, prices and amounts, and some orders of several lines; says no without them.
    """
    order, quantity, price, amount = (roles.column(role) for role in ("order", "quantity", "price", "amount"))
    if order is None or quantity is None or price is None or amount is None:
        return False
    per_order = (
        frame.filter(pl.col(order).is_not_null())
        .select(
            order=pl.col(order),
            amount=micros(pl.col(amount)),
            own=times(thousandths(pl.col(quantity)), micros(pl.col(price))),
        )
        .group_by("order")
        .agg(pl.len(), pl.col("amount", "own").n_unique())
        .filter(pl.col("len") > 1)
    )
    same, different = per_order.select((pl.col("amount") == 1).mean(), (pl.col("own") > 1).mean().alias("other")).row(0)
    return len(per_order) >= MIN_ORDERS and same >= SAME and different >= DIFFERENT
