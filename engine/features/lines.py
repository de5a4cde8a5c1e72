"""The lines of a shard made ready for counting: customers, products and categories as numbers instead of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.intake.products import same_products

if TYPE_CHECKING:
    from collections.abc import Sequence

ITEM = "item"
"""Column that tells by which product or category a line counts in the affinities; null where it is not compared."""
PRODUCT = "product"
"""Column with the number of the product (`features.catalogue`); null where the line has none."""


def product_codes(
    products: pl.DataFrame, listed: pl.DataFrame, by: str | None, items: Sequence[str], others: Sequence[str] = ()
) -> pl.DataFrame:
    """Give the texts of the products small numbers; those of categories keep the order of the texts.

    One row per row of `products` (`schema.PRODUCTS`): product_key, the `product` (its place in `listed`, see
    `features.catalogue.catalogue`), category (Enum), the `item` by which the line is compared, its place in `items`,
    which are values of the column `by`, and `same_as`, the key that stands for all products of the same texts. `others`
    are categories that may be asked for though no product has them.
    """
    known = pl.concat([products["category"].drop_nulls(), pl.Series("category", others, dtype=pl.String)])
    categories = known.unique().sort()
    places = {item: place for place, item in enumerate(items)}
    item = pl.lit(None, dtype=pl.String) if by is None else pl.col(by)
    numbers = listed.select("product_id").with_row_index(PRODUCT)
    return (
        products.select(
            "product_key",
            "product_id",
            pl.col("category").cast(pl.Enum(categories)),
            item.replace_strict(places, default=None, return_dtype=pl.UInt16).alias(ITEM),
            same_products(products)["same_as"],
        )
        .join(numbers, on="product_id", how="left", maintain_order="left")
        .drop("product_id")
        .with_columns(pl.col(PRODUCT).cast(pl.UInt32))
    )


def coded(lines: pl.LazyFrame, codes: pl.LazyFrame) -> pl.LazyFrame:
    """Return canonical lines with their customers and products as numbers: one row per line, in no particular order.

    Customers get numbers of their own in every call: two frames that were coded apart cannot be joined by them.
    """
    customers = pl.Categorical(pl.Categories.random())
    numbered = lines.with_columns(pl.col("customer_id").cast(customers)).join(codes, on="product_key", how="left")
    return numbered.drop("product_key").rename({"same_as": "product_key"})
