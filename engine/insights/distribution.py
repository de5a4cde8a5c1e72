"""How the features of the customers are spread: exact quantiles, and a mean that no order of summing changes."""

from __future__ import annotations

import polars as pl

from engine.segments.matrix import Feature, described

_ORDERS, *_OTHERS = described(())
DESCRIBED = (_ORDERS, Feature("revenue", "Revenue", "money", "log"), *_OTHERS)
"""Features that the statistical summary lists."""

_QUANTILES = {"min": 0.0, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9, "max": 1.0}


def distribution(values: pl.Series) -> dict[str, float | None]:
    """Measure one feature over all customers who have it: min, quartiles, mean, 90th hundredth, max; exact.

    Quantiles interpolate linearly between the two nearest values.
    """
    # Sorted values have one order only, so that their floating-point sum is the same for any order of the customers.
    ordered = values.cast(pl.Float64).drop_nulls().sort()
    found: dict[str, float | None] = {
        name: ordered.quantile(q, interpolation="linear") for name, q in _QUANTILES.items()
    }
    mean = ordered.mean()
    return {**found, "mean": mean if isinstance(mean, float) else None}
