"""Seasons: how the months of the year and the days of the week differ from the average, as an index of orders."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import datetime

MIN_MONTHS = 24
"""Complete months in a row that a season needs: the trend is not known for half a year at either end."""
MIN_DAYS = 28
"""Days that an index of the weekdays needs: each of them four times."""
HALF_YEAR = 6

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SEASONALITY = pl.Schema(
    {
        "scale": pl.String(),
        "number": pl.Int64(),
        "name": pl.String(),
        "index": pl.Float64(),
        "years": pl.Int64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
    }
)
"""Columns of the table of seasons; `scale` is "month" or "weekday"."""


def finish_weekdays(clock: pl.DataFrame, first: datetime, as_of: datetime) -> pl.DataFrame:
    """Compare the orders of the weekdays with those of the average day, which has 100: one row per weekday.

    `clock` has the orders by weekday (1 = Monday) and hour, of all days from that of `first` to the one that `as_of`
    ends or lies in; `years` counts the days of each weekday among them. low and high are null: the clock does not tell
    one week from another. Empty below 28 days, and without orders.
    """
    end = (as_of - timedelta(microseconds=1)).date()  # midnight still belongs to the day that ends with it
    days = (end - first.date()).days + 1
    orders = dict.fromkeys(range(1, 8), 0)
    for weekday, count in clock.select("weekday", "orders").iter_rows():
        orders[weekday] += count
    total = sum(orders.values())
    if days < MIN_DAYS or not total:
        return SEASONALITY.to_frame()
    weeks, rest = divmod(days, 7)
    held = {day: weeks + ((day - first.isoweekday()) % 7 < rest) for day in orders}
    index = {day: 100 * count * days / (held[day] * total) for day, count in orders.items()}
    rows = [("weekday", day, WEEKDAYS[day - 1], index[day], held[day], None, None) for day in orders]
    return pl.DataFrame(rows, schema=SEASONALITY, orient="row")


def finish_seasons(months: pl.DataFrame) -> pl.DataFrame:
    """Compare the orders of the months of the year with the average month, which has 100: one row per month, or none.

    Classical decomposition: each month's orders are divided by the moving average of the year around it (the two years
    that begin half a year before it and a month later, averaged), and the median over the years of these ratios is
    scaled so that the twelve average 100 (Persons, 1919; Hyndman & Athanasopoulos, Forecasting, section 3.4). `years`
    counts the ratios, low and high are the least and the largest of them, scaled alike; null where there is only one.
    Only complete months count, each as long as it is; a month without a row had no orders. Empty where `why_no_seasons`
    gives a reason.
    """
    seasons = _seasons(_orders_by_month(months))
    if seasons is None:
        return SEASONALITY.to_frame()
    scale = 100 * Fraction(12) / sum(map(median, seasons.values()))
    rows = []
    for number, ratios in sorted(seasons.items()):
        low, middle, high = (float(scale * ratio) for ratio in (min(ratios), median(ratios), max(ratios)))
        bounds = (low, high) if len(ratios) > 1 else (None, None)
        rows.append(("month", number, MONTHS[number - 1], middle, len(ratios), *bounds))
    return pl.DataFrame(rows, schema=SEASONALITY, orient="row")


def why_no_seasons(months: pl.DataFrame) -> str | None:
    """Say in a sentence why `finish_seasons` is empty; None where it is not.

    >>> why_no_seasons(pl.DataFrame(schema={"month": pl.Date, "orders": pl.Int64, "complete": pl.Boolean}))
    'The data holds no complete month; two full years are needed to tell a season from a trend.'
    """
    orders = _orders_by_month(months)
    if len(orders) < MIN_MONTHS:
        held = {0: "no complete month", 1: "1 complete month"}.get(len(orders), f"{len(orders)} complete months")
        return f"The data holds {held}; two full years are needed to tell a season from a trend."
    if _seasons(orders) is None:
        return "The data holds too many months without an order to tell a season."
    return None


def _orders_by_month(months: pl.DataFrame) -> dict[int, int]:
    """Return the orders of all months from the first complete one to the last; months are numbers of months."""
    held = {
        month.year * 12 + month.month - 1: orders
        for month, orders, complete in months.select("month", "orders", "complete").iter_rows()
        if complete
    }
    return {month: held.get(month, 0) for month in range(min(held), max(held) + 1)} if held else {}


def _seasons(orders: dict[int, int]) -> dict[int, list[Fraction]] | None:
    """Return the ratios to the moving average by month of the year; None where a month has none, or all are zero.

    NOTE: fractions, so that nothing depends on the order of adding; there are a few hundred months at most.
    """
    seasons: dict[int, list[Fraction]] = defaultdict(list)
    for month in list(orders)[HALF_YEAR:-HALF_YEAR]:
        around = [orders[each] for each in range(month - HALF_YEAR, month + HALF_YEAR + 1)]
        if total := sum(around[:-1]) + sum(around[1:]):
            seasons[month % 12 + 1].append(Fraction(24 * orders[month], total))
    return seasons if len(seasons) == 12 and any(map(median, seasons.values())) else None
