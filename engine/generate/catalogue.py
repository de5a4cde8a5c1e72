"""The shop: its products with prices and popularity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.generate.words import CATEGORIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

ZIPF_EXPONENT = 1.0
"""Exponent of a product's popularity by its rank in the category."""
_TOP_RANKS = 2.0
"""Flattens the very top of Zipf's law, as Mandelbrot did: no product is sold to everybody."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All products, in the order of `products`."""

    products: pl.DataFrame
    """One row per product: product_id, product_name, category."""
    category: NDArray[np.intp]
    """Position in CATEGORIES."""
    price: NDArray[np.float64]
    """List price in units of the currency, ending in .49, .95 or .99."""
    popularity: NDArray[np.float64]
    """Share of its category's sales; adds up to 1 within a category."""


def build_catalogue(rng: np.random.Generator) -> Catalogue:
    """Draw prices and popularity for every style of every good.

    Prices are lognormal around the category's median; popularity follows Zipf-Mandelbrot: 1 / (rank + 2).
    """
    names, categories, prices, popularity = [], [], [], []
    for position, category in enumerate(CATEGORIES):
        combined = [f"{style} {good}" for good in category.goods for style in category.styles]
        of_good = np.repeat(rng.lognormal(0.0, 0.45, len(category.goods)), len(category.styles))
        ranks = rng.permutation(len(combined)) + 1.0
        weights = (ranks + _TOP_RANKS) ** -ZIPF_EXPONENT
        names += combined
        categories += [position] * len(combined)
        prices.append(_shelf_price(category.price * of_good * rng.lognormal(0.0, 0.25, len(combined)), rng))
        popularity.append(weights / weights.sum())
    index = np.array(categories)
    return Catalogue(
        products=pl.DataFrame(
            {
                "product_id": [f"P{number:04d}" for number in range(1, len(names) + 1)],
                "product_name": names,
                "category": [CATEGORIES[position].name for position in categories],
            }
        ),
        category=index,
        price=np.concatenate(prices),
        popularity=np.concatenate(popularity),
    )


def _shelf_price(price: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Round prices to the endings that shops use."""
    endings = rng.choice([0.49, 0.95, 0.99], size=price.size, p=[0.3, 0.2, 0.5])
    return np.asarray(np.maximum(np.floor(price), 1.0) + endings)
