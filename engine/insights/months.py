"""The months of a shop: orders, customers, revenue by calendar month, and how the cohorts of a month stay."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from engine.units import money, ratio

if TYPE_CHECKING:
    from datetime import datetime


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
    """Sum to one row per month: orders, customers, new_customers, amount."""
    active = pl.col("purchase") > 0
    return customer_months.group_by("month").agg(
        orders=pl.col("purchase").sum(),
        customers=active.sum().cast(pl.Int64),
        new_customers=(active & (pl.col("cohort") == pl.col("month"))).sum().cast(pl.Int64),
        amount=pl.col("amount").sum(),
    )


def cohort_sums(customer_months: pl.LazyFrame) -> pl.LazyFrame:
    """Sum to one row per cohort and months since: customers with a purchase, orders, amount."""
    since = (
        (pl.col("month").dt.year() - pl.col("cohort").dt.year()) * 12
        + pl.col("month").dt.month()
        - pl.col("cohort").dt.month()
    )
    return (
        customer_months.filter(pl.col("month") >= pl.col("cohort"))
        .with_columns(months_since=since.cast(pl.Int64))
        .group_by("cohort", "months_since")
        .agg(
            customers=(pl.col("purchase") > 0).sum().cast(pl.Int64),
            orders=pl.col("purchase").sum(),
            amount=pl.col("amount").sum(),
        )
    )


def finish_months(sums: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Turn the merged sums into the table of months; a month is complete where it ends by as_of."""
    return sums.select(
        "month",
        "orders",
        "customers",
        "new_customers",
        revenue=money(pl.col("amount")),
        complete=pl.col("month").dt.offset_by("1mo").cast(pl.Datetime("us")) <= as_of,
    )


def finish_cohorts(sums: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Turn the merged sums into the table of cohorts.

    A month after the first one in which nobody of the cohort bought is a row with zero customers, so that the triangle
    has no holes.
    """
    if sums.is_empty():
        grid = sums.select("cohort", "months_since")
    else:
        now = as_of - timedelta(microseconds=1)  # midnight still belongs to the day that ends with it
        last = max(now.year * 12 + now.month, _month_number(sums))
        reach = last - (pl.col("cohort").dt.year().cast(pl.Int64) * 12 + pl.col("cohort").dt.month())
        grid = (
            sums.select("cohort")
            .unique()
            .with_columns(months_since=pl.int_ranges(0, reach + 1))
            .explode("months_since")
        )
    month_end = pl.col("cohort").dt.offset_by(pl.format("{}mo", pl.col("months_since") + 1)).cast(pl.Datetime("us"))
    size = sums.filter(pl.col("months_since") == 0).select("cohort", cohort_customers="customers")
    return (
        grid.join(sums, on=["cohort", "months_since"], how="left")
        .join(size, on="cohort", how="left")
        .sort("cohort", "months_since")
        .select(
            "cohort",
            "months_since",
            pl.col("customers", "orders").fill_null(0),
            revenue=money(pl.col("amount").fill_null(0)),
            cohort_customers="cohort_customers",
            retention=ratio(pl.col("customers").fill_null(0), pl.col("cohort_customers")),
            complete=month_end <= as_of,
        )
    )


def _month_number(sums: pl.DataFrame) -> int:
    """Return the last month of any purchase, as a number of months."""
    number = pl.col("cohort").dt.year().cast(pl.Int64) * 12 + pl.col("cohort").dt.month() + pl.col("months_since")
    return int(sums.select(number.max()).item())
