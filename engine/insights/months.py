"""The months of a shop: orders, customers, revenue of new and of returning customers, by calendar month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.units import money

if TYPE_CHECKING:
    from datetime import datetime


FIRST_DAYS = 2
"""Day of a month up to which data that begins on it holds the whole month."""


def customer_months(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Sum orders by customer and calendar month.

    An order counts in the month of its first bought line, with all its money: also that of lines sent back later.
    One row per customer and month with an order: purchases, amount (micros, net of returns), cohort (month of the
    customer's first purchase; null where there is none).
    """
    by_month = (
        orders.with_columns(
            month=pl.coalesce("bought_at", "first_line").dt.truncate("1mo").dt.date(),
            purchase=pl.col("bought_at").is_not_null(),
        )
        .group_by("customer_id", "month")
        .agg(pl.col("purchase").sum().cast(pl.Int64), pl.col("amount").sum())
    )
    cohort = by_month.filter(pl.col("purchase") > 0).group_by("customer_id").agg(cohort=pl.col("month").min())
    return by_month.join(cohort, on="customer_id", how="left")


def month_sums(customer_months: pl.LazyFrame) -> pl.LazyFrame:
    """Sum to one row per month: orders, customers, new_customers, amount, new_amount (of the customers new in it)."""
    active = pl.col("purchase") > 0
    new = (pl.col("cohort") == pl.col("month")).fill_null(value=False)
    return customer_months.group_by("month").agg(
        orders=pl.col("purchase").sum(),
        customers=active.sum().cast(pl.Int64),
        new_customers=(active & new).sum().cast(pl.Int64),
        amount=pl.col("amount").sum(),
        new_amount=pl.when(new).then(pl.col("amount")).sum(),
    )


def finish_months(sums: pl.DataFrame, first: datetime, as_of: datetime) -> pl.DataFrame:
    """Turn the merged sums into the table of months; one is complete where it ends by as_of.

    The month of the `first` line is so only where that lies on its first or second day: the data may begin within it.

    Revenue is either that of customers whose first month it is, or of those who came back (or only sent back).
    """
    begin = first.date().replace(day=1) if first.day <= FIRST_DAYS else first.date()
    return sums.select(
        "month",
        "orders",
        "customers",
        "new_customers",
        revenue=money(pl.col("amount")),
        new_revenue=money(pl.col("new_amount")),
        returning_revenue=money(pl.col("amount") - pl.col("new_amount")),
        complete=(pl.col("month").dt.offset_by("1mo").cast(pl.Datetime("us")) <= as_of) & (pl.col("month") >= begin),
    )
