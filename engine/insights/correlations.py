"""What goes together in customers: rank correlations of their features, exact or with a stated error."""

from __future__ import annotations

from itertools import combinations
from math import atanh, copysign, sqrt, tanh
from typing import TYPE_CHECKING

import polars as pl

from engine.insights.intervals import quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.segments.matrix import Feature

LEAST_CUSTOMERS = 10

CORRELATIONS = {
    **dict.fromkeys(("feature", "label", "other", "other_label"), pl.String),
    "correlation": pl.Float64,
    "customers": pl.Int64,
    "error": pl.Float64,
}


def correlations(sample: pl.DataFrame, features: Sequence[Feature], customers: int) -> pl.DataFrame:
    """Return the table `correlations`: Spearman's rank correlation of every two features, ties with their mean rank.

    `sample` has a row per customer, of `customers` in all. One row per pair; null where fewer than ten customers have
    both, or one is the same for all. The error is half of the interval of 95%, by Fisher's transformation with the
    variance of Bonett & Wright (2000), (1 + r^2 / 2) / (n - 3); 0 where the sample is all customers.
    """
    rows = []
    for one, other in combinations(features, 2):
        pair = sample.select(pl.col(one.name, other.name).cast(pl.Float64)).drop_nulls()
        found = spearman(pair) if pair.height >= LEAST_CUSTOMERS else None
        error = None if found is None else 0.0 if sample.height >= customers else _error(found, pair.height)
        rows.append((one.name, one.label, other.name, other.label, found, pair.height, error))
    return pl.DataFrame(rows, schema=CORRELATIONS, orient="row")


def spearman(pair: pl.DataFrame) -> float | None:
    """Return the rank correlation of two columns without nulls; null where one of them is constant.

    Twice the ranks are whole numbers, and so are their sums: the order of the rows changes nothing.
    """
    ranks = pair.select((pl.all().rank("average") * 2).cast(pl.Int64))
    first, second = (pl.col(name).cast(pl.Int128) for name in ranks.columns)
    products = (first, second, first * second, first * first, second * second)
    sums = ranks.select(each.sum().alias(str(place)) for place, each in enumerate(products)).row(0)
    number = ranks.height
    spread = [number * sums[3] - sums[0] ** 2, number * sums[4] - sums[1] ** 2]
    if not all(spread):
        return None
    together = number * sums[2] - sums[0] * sums[1]
    # NOTE: the root comes last. Divided by a rounded root, equal ranks give a little more than 1, or less.
    return copysign(sqrt(together**2 / (spread[0] * spread[1])), together)


def _error(correlation: float, customers: int) -> float:
    if abs(correlation) >= 1:
        return 0.0
    reach = quantile() * sqrt((1 + correlation**2 / 2) / (customers - 3))
    middle = atanh(correlation)
    return (tanh(middle + reach) - tanh(middle - reach)) / 2
