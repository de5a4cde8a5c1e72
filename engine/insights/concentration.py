"""How the revenue is spread over customers or products: the curves from the best to the last, and their measures."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

POINTS = 100
CURVE = dict.fromkeys(("customer_share", "revenue_share", "lorenz_share"), pl.Float64)


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares of revenue of the best customers, and the Gini coefficient of revenue (0 = all alike)."""

    curve: pl.DataFrame
    """At every hundredth from 0: customer_share; revenue_share, what so many of the best customers bring, their number
    rounded up; lorenz_share, what so many of the poorest bring (Lorenz 1905), their number rounded down. It is 1 less
    what all others bring: the two curves are one, seen from its two ends."""
    top_1_share: float | None
    top_10_share: float | None
    top_20_share: float | None
    gini: float | None


NOTHING = Concentration(pl.DataFrame(schema=CURVE), None, None, None, None)
"""Of no customers, or of customers who bring no revenue."""


def concentration(revenue: pl.Series) -> Concentration:
    """Measure the concentration of revenue from one value per customer, or per product; the unit does not matter.

    Those whose returns outweigh their purchases count with zero. The Gini coefficient is the mean absolute difference
    of two customers over twice the mean: sum((2i - n - 1) x_i) / (n sum(x)), x ascending. Of products, customers stand
    for products in the names of the curve's columns.
    """
    values = revenue.cast(pl.Float64).clip(lower_bound=0).sort(descending=True)
    count = len(values)
    running = values.cum_sum()
    # NOTE: not values.sum(), which adds up in another order: the curve would end beside 1, and Lorenz's begin beside 0.
    total = float(running[-1]) if count else 0.0
    if total <= 0:
        return NOTHING
    # NOTE: the values at the points only, as ten million Python floats take more memory than all the rest.
    best = [float(running[-(-step * count // POINTS) - 1]) / total for step in range(1, POINTS + 1)]
    del running
    shares = [0.0, *best]
    curve = pl.DataFrame(
        {
            "customer_share": [step / POINTS for step in range(POINTS + 1)],
            "revenue_share": shares,
            "lorenz_share": [1 - share for share in reversed(shares)],
        }
    )
    weights = count + 1 - 2 * pl.int_range(1, count + 1, eager=True, dtype=pl.Int64)
    gini = float((weights * values).sum()) / (count * total)
    # Of four customers there is no best tenth: the share would be that of the best one.
    top = {share: shares[share] if count * share >= POINTS else None for share in (1, 10, 20)}
    return Concentration(curve, top[1], top[10], top[20], gini)
