"""How customers stay: by the month of their first purchase, followed from month to month, in all and by segment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from engine.units import money, ratio

if TYPE_CHECKING:
    from datetime import datetime

COUNTS = ("customers", "orders", "amount")


def cohort_sums(customer_months: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the months of customers (`insights.months.customer_months`, with the `segment` of each).

    One row per segment, cohort and months since: customers with a purchase, orders, amount (micros).
    """
    month, cohort = pl.col("month"), pl.col("cohort")
    since = (month.dt.year() - cohort.dt.year()) * 12 + month.dt.month() - cohort.dt.month()
    return (
        customer_months.filter(month >= cohort)
        .with_columns(months_since=since.cast(pl.Int64))
        .group_by("segment", "cohort", "months_since")
        .agg(
            customers=(pl.col("purchase") > 0).sum().cast(pl.Int64),
            orders=pl.col("purchase").sum(),
            amount=pl.col("amount").sum(),
        )
    )


def finish_cohorts(sums: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Add up the segments and turn the merged sums into the table of cohorts.

    A month after the first one in which nobody of the cohort bought is a row with zero customers, so that the triangle
    has no holes.
    """
    added = sums.group_by("cohort", "months_since").agg(pl.col(COUNTS).sum())
    return _finished(added, ["cohort"], _last(sums, as_of), as_of)


def finish_segment_cohorts(sums: pl.DataFrame, names: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Turn the merged sums into the table of cohorts by segment; `names` has segment and segment_name."""
    table = _finished(sums, ["segment", "cohort"], _last(sums, as_of), as_of)
    named = table.join(names, on="segment", how="left", maintain_order="left")
    return named.select("segment", "segment_name", pl.exclude("segment", "segment_name"))


def segment_retention(segment_cohorts: pl.DataFrame) -> pl.DataFrame:
    """Add up the cohorts of each segment, over complete months: one row per segment and months since.

    Without the first cohort, where there are others: it holds all who were customers before the export begins.
    """
    cohort = pl.col("cohort")
    newly = (cohort > cohort.min()) | (cohort.n_unique() == 1)
    kept = segment_cohorts.filter(newly).filter("complete")
    return (
        kept.group_by("segment", "segment_name", "months_since")
        .agg(pl.col("customers", "cohort_customers").sum())
        .sort("segment", "months_since")
        .with_columns(retention=ratio(pl.col("customers"), pl.col("cohort_customers")))
    )


def _last(sums: pl.DataFrame, as_of: datetime) -> int:
    """Return the last month that the cohorts are followed to, as a number of months."""
    now = as_of - timedelta(microseconds=1)  # midnight still belongs to the day that ends with it
    latest = sums.select((_number(pl.col("cohort")) + pl.col("months_since")).max()).item()
    return max(now.year * 12 + now.month, int(latest or 0))


def _number(month: pl.Expr) -> pl.Expr:
    return month.dt.year().cast(pl.Int64) * 12 + month.dt.month()


def _finished(sums: pl.DataFrame, keys: list[str], last: int, as_of: datetime) -> pl.DataFrame:
    reach = last - _number(pl.col("cohort"))
    grid = sums.select(keys).unique().with_columns(months_since=pl.int_ranges(0, reach + 1)).explode("months_since")
    month_end = pl.col("cohort").dt.offset_by(pl.format("{}mo", pl.col("months_since") + 1)).cast(pl.Datetime("us"))
    size = sums.filter(pl.col("months_since") == 0).select(*keys, cohort_customers="customers")
    return (
        grid.join(sums, on=[*keys, "months_since"], how="left")
        .join(size, on=keys, how="left")
        .sort(*keys, "months_since")
        .select(
            *keys,
            "months_since",
            pl.col("customers", "orders").fill_null(0),
            revenue=money(pl.col("amount").fill_null(0)),
            cohort_customers="cohort_customers",
            retention=ratio(pl.col("customers").fill_null(0), pl.col("cohort_customers")),
            complete=month_end <= as_of,
        )
    )
