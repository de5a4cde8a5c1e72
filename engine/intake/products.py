"""The products of an export: every distinct text of id, name and category, its key, and what its lines add up to.

The lines of the shards hold the key alone. An export has few products and many lines, so that texts are trimmed, and
services and damaged characters looked for, once a product instead of once a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.intake.encoding import DAMAGE
from engine.intake.rules import bought, is_bought, service
from engine.schema import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = ("product_id", "product_name", "category")
SUMS = ("lines", "amount", "bought_lines", "bought_amount", "zero_lines")


def product_key(columns: Sequence[str]) -> pl.Expr:
    """Return a 64-bit key of the texts of a product: equal for equal texts, and only for them.

    Two of 100,000 products share a key with a chance of 3 in 10,000,000,000.
    """
    hashes = (pl.col(column).hash(seed) for seed, column in enumerate(dict.fromkeys(columns), 1))
    return pl.sum_horizontal(pl.lit(0, dtype=pl.UInt64), *hashes)


def line_sums() -> dict[str, pl.Expr]:
    """Return the sums over lines that stand in the table of products; amounts in 128 bits, so that none can wrap."""
    return {
        "lines": pl.len().cast(pl.Int64),
        "amount": pl.col("amount").cast(pl.Int128).sum(),
        "bought_lines": is_bought().sum().cast(pl.Int64),
        "bought_amount": bought("amount").sum(),
        "zero_lines": (pl.col("amount") == 0).sum().cast(pl.Int64),
    }


def recounted(products: pl.DataFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """Return the products with the sums of these lines in place of their own; those without a line are left out."""
    sums = lines.group_by("product_key").agg(**line_sums())
    return matched(products.lazy().select("product_key", *TEXTS).join(sums, on="product_key"))


def matched(products: pl.LazyFrame) -> pl.LazyFrame:
    """Return the table of products, its amounts in 64 bits: null where one does not fit."""
    return PRODUCTS.match(products.with_columns(pl.col("amount").cast(pl.Int64, strict=False))).sort(TEXTS)


def same_products(products: pl.DataFrame) -> pl.DataFrame:
    """Find the products whose texts agree but for blanks around them: one row per product, `same_as` the least key."""
    return products.select("product_key", same_as=pl.col("product_key").min().over(TEXTS))


def item_totals(products: pl.DataFrame, column: str) -> pl.DataFrame:
    """Sum what was bought by product_id or category: one row per item, spend in micros, returns not taken off."""
    named = products.filter(pl.col(column).is_not_null())
    return named.group_by(item=pl.col(column)).agg(spend=pl.col("bought_amount").sum()).sort("item")


def name_counts(products: pl.DataFrame, items: Sequence[str]) -> pl.DataFrame:
    """Count the names under which products are listed: one row per product of `items` and name."""
    named = products.filter(pl.col("product_id").is_in(items) & pl.col("product_name").is_not_null())
    return named.group_by(item=pl.col("product_id"), label=pl.col("product_name")).agg(pl.col("lines").sum())


def kinds(products: pl.DataFrame) -> dict[str, int]:
    """Count lines by what they are: lines and micros of returns, zero-value lines, damaged texts and services."""
    amount, lines = pl.col("amount").cast(pl.Int128), pl.col("lines")
    damaged = pl.coalesce("product_name", "product_id", "category").str.contains(DAMAGE, literal=True)
    counts = {
        "returns": (lines - pl.col("bought_lines"), amount - pl.col("bought_amount")),
        "zero_value": (pl.col("zero_lines"), pl.lit(0)),
        "damaged": tuple(pl.when(damaged).then(each).otherwise(0) for each in (lines, amount)),
        "services": tuple(pl.when(service()).then(each).otherwise(0) for each in (lines, amount)),
    }
    sums = {
        f"{name} {unit}": each.sum()
        for name, parts in counts.items()
        for unit, each in zip(("rows", "amount"), parts, strict=True)
    }
    return products.select(**sums).row(0, named=True)
