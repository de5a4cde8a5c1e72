"""Seasons: which months of the year and weekdays stand above the average, where the data is long enough to tell."""

from __future__ import annotations

import calendar
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from engine.units import ratio

if TYPE_CHECKING:
    from datetime import datetime

YEAR = 12
LEAST_MONTHS = 2 * YEAR
LEAST_DAYS = 28
MONTH, WEEKDAY = "month", "weekday"

SEASONALITY = {
    "scale": pl.String,
    "number": pl.Int64,
    "name": pl.String,
    "index": pl.Float64,
    "years": pl.Int64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def whole_months(months: pl.DataFrame) -> pl.DataFrame:
    """Return the complete months with their orders, from the first to the last: one without any counts with zero."""
    known = months.filter("complete").select("month", "orders").sort("month")
    if known.is_empty():
        return known
    every = pl.DataFrame({"month": pl.date_range(known["month"][0], known["month"][-1], "1mo", eager=True)})
    return every.join(known, on="month", how="left", maintain_order="left").with_columns(pl.col("orders").fill_null(0))


def finish_seasons(months: pl.DataFrame) -> pl.DataFrame:
    """Return the seasonal index of the months of the year: one row a month; empty below 24 complete months.

    Classical decomposition: orders over the average of the twelve months around (2x12 moving average: Persons 1919;
    Hyndman & Athanasopoulos, Forecasting, 3.4), the median of each month's ratios over the years, scaled to an average
    of 100. low and high are the least and the largest ratio, where there are several.
    """
    whole = whole_months(months)
    if whole.height < LEAST_MONTHS:
        return pl.DataFrame(schema=SEASONALITY)
    orders = pl.col("orders")
    # Twice the sum of the year around: eleven whole months, and half of each of the two at its ends.
    ends = orders.shift(YEAR // 2) + orders.shift(-(YEAR // 2))
    within = pl.sum_horizontal(orders.shift(step) for step in range(-(YEAR // 2) + 1, YEAR // 2))
    around = pl.when(ends.is_not_null()).then(ends + within * 2)
    ratios = whole.select(
        number=pl.col("month").dt.month().cast(pl.Int64), ratio=ratio(orders * 2 * YEAR, around)
    ).drop_nulls()
    found = ratios.group_by("number").agg(
        middle=pl.col("ratio").median(),
        years=pl.len().cast(pl.Int64),
        least=pl.col("ratio").min(),
        most=pl.col("ratio").max(),
    )
    if found.height < YEAR:
        return pl.DataFrame(schema=SEASONALITY)
    usual = ratio(pl.col("middle").sort().sum(), pl.lit(YEAR))
    several = pl.when(pl.col("years") > 1)
    return found.sort("number").select(
        pl.lit(MONTH).alias("scale"),
        "number",
        pl.col("number").replace_strict(dict(enumerate(calendar.month_name)), return_dtype=pl.String).alias("name"),
        index=100 * ratio(pl.col("middle"), usual),
        years="years",
        low=several.then(100 * ratio(pl.col("least"), usual)),
        high=several.then(100 * ratio(pl.col("most"), usual)),
    )


def finish_weekdays(clock: pl.DataFrame, first: datetime, as_of: datetime) -> pl.DataFrame:
    """Return the orders of each weekday against those of the average day: one row a weekday; empty below four weeks.

    Each weekday is divided by how often it comes between the first day and as_of, so that a period that ends on a
    Friday favours none.
    """
    last = as_of - timedelta(microseconds=1)  # midnight still belongs to the day that ends with it
    days = pl.date_range(first.date(), last.date(), "1d", eager=True)
    orders = clock.group_by("weekday").agg(pl.col("orders").sum())
    total = int(orders["orders"].sum())
    if len(days) < LEAST_DAYS or not total:
        return pl.DataFrame(schema=SEASONALITY)
    often = days.dt.weekday().cast(pl.Int64).alias("weekday").value_counts(name="often")
    return (
        often.join(orders, on="weekday", how="left")
        .sort("weekday")
        .with_columns(pl.col("orders").fill_null(0), pl.col("often").cast(pl.Int64))
        .select(
            pl.lit(WEEKDAY).alias("scale"),
            pl.col("weekday").alias("number"),
            pl.col("weekday")
            .replace_strict(dict(enumerate(calendar.day_name, 1)), return_dtype=pl.String)
            .alias("name"),
            index=100 * ratio(pl.col("orders") * len(days), pl.col("often") * total),
            years="often",
            low=pl.lit(None, dtype=pl.Float64),
            high=pl.lit(None, dtype=pl.Float64),
        )
    )


def why_no_seasons(months: pl.DataFrame) -> str:
    """Say why there is no seasonal index; nothing where there is one."""
    held = whole_months(months).height
    if held >= LEAST_MONTHS:
        return ""
    number = f"{held} complete month{'' if held == 1 else 's'}"
    return f"The data holds {number}; two full years are needed to tell a season from a trend."
