"""What a customer's money goes to: spend by category, the favourite, the breadth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.features.orders import is_bought
from engine.features.totals import largest_items
from engine.units import ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

TASTE_CATEGORIES = 12
"""Categories with the largest revenue that get a feature of their own."""


def share_name(category: str) -> str:
    """Name the feature that holds the share of spend on a category.

    >>> share_name("Garden")
    'spend_share: Garden'
    """
    return f"spend_share: {category}"


def largest_categories(totals: pl.DataFrame) -> list[str]:
    """Name the categories with the largest spend, in the order of their names; `totals` has one row per item."""
    return sorted(largest_items(totals)[:TASTE_CATEGORIES])


def tastes(lines: pl.LazyFrame, categories: Sequence[str]) -> pl.LazyFrame:
    """Sum what each customer buys by product and category.

    One row per customer with a bought line: products, categories (distinct), top_category, its spend, the spend on all
    categories and on each of `categories`, in micros.
    """
    by_category = (
        lines.filter(is_bought() & pl.col("category").is_not_null())
        .group_by("customer_id", "category")
        .agg(spend=pl.col("amount").sum())
        .group_by("customer_id")
        .agg(
            categories=pl.len().cast(pl.Int64),
            top_category=pl.col("category").filter(pl.col("spend") == pl.col("spend").max()).min(),
            top_spend=pl.col("spend").max(),
            category_spend=pl.col("spend").sum(),
            **{
                share_name(each): pl.when(pl.col("category") == each).then(pl.col("spend")).sum() for each in categories
            },
        )
    )
    by_product = (
        lines.filter(is_bought() & pl.col("product_id").is_not_null())
        .group_by("customer_id")
        .agg(products=pl.col("product_id").n_unique().cast(pl.Int64))
    )
    return by_product.join(by_category, on="customer_id", how="full", coalesce=True)


def shares(categories: Sequence[str]) -> list[pl.Expr]:
    """Return the shares of spend: of the favourite category, and of each of `categories`."""
    spend = pl.col("category_spend")
    return [
        ratio(pl.col("top_spend"), spend).alias("top_category_share"),
        *[ratio(pl.col(share_name(each)), spend).alias(share_name(each)) for each in categories],
    ]
