"""What a customer's money goes to: spend by category, the favourite, the breadth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.features.lines import ITEM, PRODUCT
from engine.intake.rules import bought, is_bought
from engine.units import ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

TASTE_CATEGORIES = 12
"""Categories with the largest revenue that get a feature of their own."""


MOST_CATEGORIES = 2**32
"""More categories than there can be: their numbers are of 32 bits at most."""


def share_name(category: str) -> str:
    """Name the feature that holds the share of spend on a category.

    >>> share_name("Garden")
    'spend_share: Garden'
    """
    return f"spend_share: {category}"


def largest_categories(totals: pl.DataFrame) -> list[str]:
    """Name the categories with the largest spend, in the order of their names; `totals` has one row per item."""
    return sorted(largest_items(totals)[:TASTE_CATEGORIES])


def largest_items(totals: pl.DataFrame) -> list[str]:
    """List the items with any spend by their spend, the largest first, of equal ones the first by name."""
    ordered = totals.filter(pl.col("spend") > 0).sort("spend", "item", descending=[True, False])
    return ordered["item"].to_list()


def category_spend(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Sum what each customer spends on each category, of lines as `features.lines.coded` leaves them.

    One row per customer and category (null for lines without one): `spend` on bought lines and `net` of all, in micros,
    `bought` (number of bought lines), and the category's `item`.
    """
    return lines.group_by("customer_id", "category").agg(
        pl.col(ITEM).first(),
        spend=bought("amount").sum(),
        net=pl.col("amount").sum(),
        bought=is_bought().sum(),
    )


def tastes(spend: pl.LazyFrame, categories: Sequence[str]) -> pl.LazyFrame:
    """Sum the categories of each customer, given the spend on each (`category_spend`).

    One row per customer with a bought line of a category: categories (distinct), top_category, its spend, the spend on
    all categories and on each of `categories`, in micros.
    """
    # Of all categories the one with the largest spend, of equal ones the first: the largest of one number for both.
    # NOTE: a filter by the largest spend inside the aggregation costs ten times as much.
    last = MOST_CATEGORIES - 1
    rank = pl.col("spend").cast(pl.Int128) * MOST_CATEGORIES + (last - pl.col("category").to_physical().cast(pl.Int64))
    top = (last - pl.col("rank") % MOST_CATEGORIES).cast(pl.UInt32).cat.to(spend.collect_schema()["category"])
    of_category = {each: pl.when(pl.col("category") == each).then(pl.col("spend")).sum() for each in categories}
    return (
        spend.filter((pl.col("bought") > 0) & pl.col("category").is_not_null())
        .with_columns(rank=rank)
        .group_by("customer_id")
        .agg(
            pl.col("rank").max(),
            categories=pl.len().cast(pl.Int64),
            top_spend=pl.col("spend").max(),
            category_spend=pl.col("spend").sum(),
            **{share_name(each): total for each, total in of_category.items()},
        )
        .with_columns(top_category=top)
    )


def product_spend(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Sum what each customer spends on each product, of lines as `features.lines.coded` leaves them.

    One row per customer and `product` (null for lines without one): `net` of all lines in micros, `bought` (number of
    bought lines).
    """
    return lines.group_by("customer_id", PRODUCT).agg(net=pl.col("amount").sum(), bought=is_bought().sum())


def breadth(spend: pl.LazyFrame) -> pl.LazyFrame:
    """Count the distinct `products` that each customer bought (`product_spend`): one row per customer with one."""
    known = spend.filter((pl.col("bought") > 0) & pl.col(PRODUCT).is_not_null())
    return known.group_by("customer_id").agg(products=pl.len().cast(pl.Int64))


def shares(categories: Sequence[str]) -> list[pl.Expr]:
    """Return the shares of spend: of the favourite category, and of each of `categories`."""
    spend = pl.col("category_spend")
    return [
        ratio(pl.col("top_spend"), spend).alias("top_category_share"),
        *[ratio(pl.col(share_name(each)), spend).alias(share_name(each)) for each in categories],
    ]
