"""Heavy, medium and light buyers: the best fifth of the customers by revenue, the next three tenths, the other half."""

from __future__ import annotations

import polars as pl

from engine.units import money, ratio

HEAVY, MEDIUM, LIGHT, NOTHING = "Heavy", "Medium", "Light", "None"
REACH = {HEAVY: 20, MEDIUM: 50}
"""Hundredths of the buyers, the best first, down to which the groups reach; the rest is light."""

HEAVINESS = {
    "group": pl.String,
    "customers": pl.Int64,
    "customer_share": pl.Float64,
    "revenue": pl.Float64,
    "revenue_share": pl.Float64,
    "orders": pl.Int64,
    "revenue_from": pl.Float64,
}


def finish_heaviness(micros: pl.Series, orders: pl.Series) -> pl.DataFrame:
    """Return the table `heaviness`: one row per group with customers, heaviest first.

    `micros` and `orders` have one value a customer. The groups are cut among customers with revenue; who brings none,
    or less, is a group apart ("None"). Customers of equal revenue are in one group, the heavier one.
    """
    worth = micros.filter(micros > 0).sort(descending=True)
    if worth.is_empty():
        return pl.DataFrame(schema=HEAVINESS)
    # Whole hundredths: the product with a share would be at the mercy of a float.
    heavy, medium = (int(worth[-(-len(worth) * upto // 100) - 1]) for upto in REACH.values())
    value = pl.col("micros")
    group = (
        pl.when(value <= 0)
        .then(pl.lit(NOTHING))
        .when(value >= heavy)
        .then(pl.lit(HEAVY))
        .when(value >= medium)
        .then(pl.lit(MEDIUM))
        .otherwise(pl.lit(LIGHT))
    )
    table = (
        pl.DataFrame({"micros": micros, "orders": orders})
        .with_columns(group=group.cast(pl.Enum([HEAVY, MEDIUM, LIGHT, NOTHING])))
        .group_by("group")
        .agg(
            customers=pl.len().cast(pl.Int64),
            total=pl.col("micros").sum(),
            orders=pl.col("orders").sum(),
            least=pl.col("micros").min(),
        )
        .sort("group")
    )
    return table.select(
        pl.col("group").cast(pl.String),
        "customers",
        customer_share=ratio(pl.col("customers"), pl.col("customers").sum()),
        revenue=money(pl.col("total")),
        revenue_share=ratio(pl.col("total"), pl.col("total").sum()),
        orders="orders",
        revenue_from=money(pl.col("least")),
    )
