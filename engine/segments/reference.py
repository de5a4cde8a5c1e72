"""Customers without groups, made of the real ones: what any cut looks like where there is nothing to find.

The gap statistic's idea (Tibshirani, Walther & Hastie 2001): a figure says something only beside the same figure of one
population. A cloud of one normal distribution would be too easy to beat, since orders are counted in ones and most
spends are small; so the copy keeps how every feature is spread and how each pair of them goes together (a Gaussian
copula, Nelsen 2006), and gives all customers the same taste: each order is one that a customer with a single order has
made for about as much money, drawn as often as the customer orders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.special import ndtri
from scipy.stats import rankdata

from engine.segments.matrix import BEHAVIOUR, candidates
from engine.segments.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

MOST_ORDERS, MOST_LINES = 200, 10_000
"""Orders, or lines, of a customer that are drawn at most: their shares hardly differ from the taste of all."""
LEAST_SINGLE = 30
"""Customers with one order from whom orders can be drawn; of fewer, lines are drawn from the taste of all."""
ALIKE = 0.1
"""Share of these, above and below, among whom an order of about as much money is drawn."""


def without_groups(sample: pl.DataFrame, categories: Sequence[str], seed: int) -> pl.DataFrame:
    """Make as many customers of one population as the sample has, with the columns that the matrix is made of.

    A missing value becomes the mean of its column, as in the matrix; a column without any value stays so.
    """
    random = np.random.default_rng([seed, len(sample)])
    names = [*(each.name for each in BEHAVIOUR), "lines"]
    known = [name for name in names if sample[name].null_count() < len(sample)]
    values = [sample[name].cast(pl.Float64) for name in known]
    copied = _copula([column.fill_null(strategy="mean").to_numpy() for column in values], random)
    columns = dict(zip(known, copied, strict=True))
    if {"orders", "active_days"} <= columns.keys():
        columns["active_days"] = _none_with_one_order(columns["active_days"], columns["orders"])
    tastes = [each.name for each in candidates(categories)[len(BEHAVIOUR) :]]
    if tastes:
        shares = sample.select(pl.col(tastes).cast(pl.Float64).fill_null(0.0).clip(0.0, 1.0)).to_numpy()
        single = (sample["orders"] == 1).to_numpy() & (shares.sum(axis=1) > 0)
        if single.sum() >= LEAST_SINGLE and "aov" in columns:
            worth = sample["aov"].cast(pl.Float64).to_numpy()[single]
            drawn = _orders_of_all(shares[single], worth, columns["orders"], columns["aov"], random)
        else:
            drawn = _one_taste(shares, sample["lines"], columns["lines"], random)
        columns |= dict(zip(tastes, drawn.T, strict=True))
    missing = {name: pl.lit(None, dtype=pl.Float64) for name in names if name not in known}
    return pl.DataFrame(columns).with_columns(**missing)


def _copula(columns: Sequence[Values], random: np.random.Generator) -> list[Values]:
    """Draw columns with the very values of the given ones and the correlation of their normal scores, nothing else."""
    count = len(columns[0])
    scores = np.column_stack([ndtri((rankdata(column) - 0.5) / count) for column in columns])
    spreads = scores.std(axis=0)
    varied = spreads > 0
    drawn = random.standard_normal(scores.shape)
    with one_thread():
        standard = (scores[:, varied] - scores[:, varied].mean(axis=0)) / spreads[varied]
        values, vectors = np.linalg.eigh(standard.T @ standard / count)
        drawn[:, varied] = drawn[:, varied] @ (vectors * np.sqrt(values.clip(0.0))).T
    places = drawn.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return [np.sort(column)[place] for column, place in zip(columns, places.T, strict=True)]


def _none_with_one_order(active: Values, orders: Values) -> Values:
    """Give the least active days to the customers with one order, who have none: else their order stays as it is."""
    place = np.lexsort((active, orders > 1)).argsort()
    ordered: Values = np.sort(active)[place]
    return ordered


def _orders_of_all(shares: Values, worth: Values, orders: Values, aov: Values, random: np.random.Generator) -> Values:
    """Draw each customer's orders among single ones of about its order value: one row per customer, the mean shares."""
    ranked = worth.argsort(kind="stable")
    width = max(LEAST_SINGLE // 2, int(len(worth) * ALIKE))
    counts = orders.clip(1, MOST_ORDERS).astype(np.int64)
    middles = np.repeat(np.searchsorted(worth[ranked], aov), counts)
    places = (middles + random.integers(-width, width + 1, len(middles))).clip(0, len(worth) - 1)
    drawn = shares[ranked[places]]
    sums: Values = np.add.reduceat(drawn, np.cumsum(counts) - counts, axis=0)
    return sums / counts[:, None]


def _one_taste(shares: Values, lines: pl.Series, drawn: Values, random: np.random.Generator) -> Values:
    """Draw each customer's shares of lines by category from the taste of all: one row per customer."""
    weights = lines.cast(pl.Float64).to_numpy()
    taste = (shares * weights[:, None]).sum(axis=0) / max(weights.sum(), 1.0)
    taste = np.append(taste, max(0.0, 1.0 - taste.sum()))
    counts = drawn.clip(1.0, MOST_LINES).astype(np.int64)
    return random.multinomial(counts, taste / taste.sum())[:, :-1] / counts[:, None]
