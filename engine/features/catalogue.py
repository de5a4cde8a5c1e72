"""The products of an export by number: the most bought first, services last."""

from __future__ import annotations

import polars as pl

from engine.intake.rules import SERVICES


def catalogue(products: pl.DataFrame) -> pl.DataFrame:
    """List the distinct products: `product_id`, `bought` (lines), `spend` (micros on bought lines), `service`.

    One row per product; its place is its number. The most bought come first, of equal ones the first by id; services
    come after all others. Takes rows as those of `schema.PRODUCTS`.
    """
    named = products.filter(pl.col("product_id").is_not_null())
    return (
        named.group_by("product_id")
        .agg(bought=pl.col("bought_lines").sum(), spend=pl.col("bought_amount").sum())
        .with_columns(service=pl.col("product_id").str.to_lowercase().is_in(SERVICES))
        .sort("service", "bought", "product_id", descending=[False, True, False])
    )


def goods(listed: pl.DataFrame, most: int) -> list[str]:
    """Return the ids of the most bought products of a `catalogue`, without services: their places are their numbers."""
    return listed.filter(~pl.col("service") & (pl.col("bought") > 0)).head(most)["product_id"].to_list()
