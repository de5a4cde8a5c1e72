"""How the revenue is spread over the customers: the curve from the best customer to the last, and its measures."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

POINTS = 100
CURVE = {"customer_share": pl.Float64, "revenue_share": pl.Float64, "lorenz_share": pl.Float64}


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares of revenue of the best customers, and the Gini coefficient of revenue (0 = all alike)."""

    curve: pl.DataFrame
    """At 101 points: customer_share; revenue_share, of the customers from the best one down (Pareto); lorenz_share, of
    those from the other end up (Lorenz 1905)."""
    top_1_share: float | None
    top_10_share: float | None
    top_20_share: float | None
    gini: float | None


NOTHING = Concentration(pl.DataFrame(schema=CURVE), None, None, None, None)


def concentration(revenue: pl.Series) -> Concentration:
    """Measure the concentration of revenue from one value per customer, or per product.

    Those whose returns outweigh their purchases count with zero. The Gini coefficient is the mean absolute
    difference of two customers over twice the mean: sum((2i - n - 1) x_i) / (n sum(x)), x ascending.
    """
    values = revenue.cast(pl.Float64).clip(lower_bound=0).sort(descending=True)
    count, total = len(values), float(values.sum())
    if not count or total <= 0:
        return NOTHING
    running = values.cum_sum().to_list()
    at = [-(-step * count // POINTS) for step in range(POINTS + 1)]
    below = [-(-step * count // POINTS) for step in range(POINTS, -1, -1)]
    curve = pl.DataFrame(
        {
            "customer_share": [step / POINTS for step in range(POINTS + 1)],
            "revenue_share": [running[place - 1] / total if place else 0.0 for place in at],
            "lorenz_share": [1 - (running[place - 1] / total if place else 0.0) for place in below],
        },
        schema=CURVE,
    )
    weights = count + 1 - 2 * pl.int_range(1, count + 1, eager=True, dtype=pl.Int64)
    gini = float((weights * values).sum()) / (count * total)
    # Of four customers there is no best tenth: the share would be that of the best one.
    top = {share: curve["revenue_share"][share] if count * share >= POINTS else None for share in (1, 10, 20)}
    return Concentration(curve, top[1], top[10], top[20], gini)
