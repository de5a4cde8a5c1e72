"""The feature table: integer sums per customer first, floats in one last row-wise step.

Sums, counts and order statistics of integers are the same for any order of the rows, any number of shards and threads,
and any engine; `finish` derives every float from them within a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.features.categories import breadth, share_name, shares, tastes
from engine.schema import CODE, DAYS_OF, FEATURES, MICROS_OF
from engine.units import DAY_US, MICROS, MILLI, days, microseconds, money, ratio, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

RECENT_DAYS = 90
"""Days before as_of that count as recent spend."""

DAY_PARTS = {"night": (0, 5), "morning": (6, 11), "afternoon": (12, 17), "evening": (18, 23)}
"""Parts of the day by their first and last hour."""


def features(
    orders: pl.LazyFrame,
    gaps: pl.LazyFrame,
    by_category: pl.LazyFrame,
    by_product: pl.LazyFrame,
    as_of: datetime,
    categories: Sequence[str],
    *,
    counted: bool = True,
) -> pl.LazyFrame:
    """Compute the feature table of the customers of a shard.

    One row per customer, in no particular order: the columns of `schema.FEATURES`, and the share of spend on each of
    `categories`. `orders`, `gaps` and the spend of each customer (`features.categories.category_spend`,
    `product_spend`) are those of the same lines, whose customers are coded. Customers must lie whole in the shard.
    `counted` says that the file has quantities: without them there is no price of a unit.
    """
    sums = (
        order_sums(orders, as_of)
        .join(gap_sums(gaps), on=CODE, how="left")
        .join(breadth(by_product), on="customer_id", how="left")
        .join(tastes(by_category, categories), on="customer_id", how="left")
    )
    return finish(sums, as_of, categories, counted=counted)


def order_sums(orders: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """Sum the orders of each customer: one row per customer with its code, integers and times only."""
    purchase = pl.col("bought_at").is_not_null()
    amount = pl.col("amount").cast(pl.Int128)
    hour, weekday = pl.col("bought_at").dt.hour(), pl.col("bought_at").dt.weekday()
    recent = microseconds(pl.col("first_line")) >= microseconds(pl.lit(as_of)) - RECENT_DAYS * DAY_US
    return (
        orders.with_columns(
            purchase=purchase,
            weekend=weekday >= 6,  # Saturday
            recent_amount=pl.when(recent).then(pl.col("amount")),
            value=pl.when(purchase).then(pl.col("amount")),
            value_square=pl.when(purchase).then(amount * amount),
            purchase_lines=pl.when(purchase).then(pl.col("lines")),
            **{part: hour.is_between(*hours) for part, hours in DAY_PARTS.items()},
        )
        .group_by("customer_id")
        .agg(
            pl.col("lines", "quantity", "amount", "bought_quantity", "bought_amount", "recent_amount").sum(),
            pl.col("value", "value_square", "purchase_lines").sum(),
            pl.col("purchase", "weekend", *DAY_PARTS).sum().cast(pl.Int64),
            first_order=pl.col("bought_at").min(),
            last_order=pl.col("bought_at").max(),
            last_seen=pl.col("last_line").max(),
        )
        .with_columns(pl.col("customer_id").to_physical().alias(CODE))
    )


def gap_sums(gaps: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the gaps of each customer (`features.orders.gaps`): one row per customer's code with two purchases."""
    gap = pl.col("gap").cast(pl.Int128)
    squares = gaps.with_columns(gap_square=gap * gap)
    return squares.group_by(CODE).agg(
        pl.col("gap_square").sum(), gap_median=pl.col("gap").median(), other_days=pl.col("other_day").sum()
    )


def finish(sums: pl.LazyFrame, as_of: datetime, categories: Sequence[str], *, counted: bool = True) -> pl.LazyFrame:
    """Derive the features from the sums of each customer, row by row.

    Beside them the revenue in micros, for sums, and the days with a purchase, for the forecast.
    """
    orders, gaps = pl.col("purchase"), pl.col("purchase") - 1
    span = microseconds(pl.col("last_order")) - microseconds(pl.col("first_order"))
    now = microseconds(pl.lit(as_of))
    returned = pl.col("bought_amount") - pl.col("amount")
    no_price = pl.lit(None, dtype=pl.Float64)
    texts = pl.col("customer_id", "top_category").cast(pl.String)
    derived = sums.with_columns(
        texts,
        orders=orders,
        units=scaled(pl.col("quantity"), MILLI),
        revenue=money(pl.col("amount")),
        aov=scaled(ratio(pl.col("value"), orders), MICROS),
        aov_std=scaled(_std(orders, pl.col("value"), pl.col("value_square")), MICROS),
        recency_days=days(now - microseconds(pl.col("last_order"))),
        tenure_days=days(now - microseconds(pl.col("first_order"))),
        active_days=days(span),
        gap_mean_days=days(ratio(span, gaps)),
        gap_std_days=days(_std(gaps, span, pl.col("gap_square"))),
        gap_median_days=days(pl.col("gap_median")),
        lines_per_order=ratio(pl.col("purchase_lines"), orders),
        price=ratio(money(pl.col("bought_amount")), scaled(pl.col("bought_quantity"), MILLI)) if counted else no_price,
        return_rate=pl.when(pl.col("bought_amount") > 0)
        .then(pl.min_horizontal(ratio(returned, pl.col("bought_amount")), 1.0))
        .otherwise(((returned > 0) | (orders == 0)).cast(pl.Float64)),
        weekend_share=ratio(pl.col("weekend"), orders),
        recent_revenue=money(pl.col("recent_amount")),
        earlier_revenue=money(pl.col("amount") - pl.col("recent_amount")),
        **{f"{part}_share": ratio(pl.col(part), orders) for part in DAY_PARTS},
        **{DAYS_OF: pl.col("other_days").fill_null(0).cast(pl.Int64) + (orders > 0).cast(pl.Int64)},
    ).with_columns(*shares(categories))
    return derived.select(
        *FEATURES.names, *[share_name(each) for each in categories], pl.col("amount").alias(MICROS_OF), DAYS_OF, CODE
    )


def _std(count: pl.Expr, total: pl.Expr, squares: pl.Expr) -> pl.Expr:
    """Return the sample standard deviation from exact sums; null below two values.

    sqrt((n * sum(x^2) - sum(x)^2) / (n * (n - 1))), the numerator in 128-bit integers, so that nothing cancels.
    """
    n, s = count.cast(pl.Int128), total.cast(pl.Int128)
    return pl.when(count >= 2).then(ratio(n * squares - s * s, n * (n - 1)).sqrt())
