"""How the features of the customers are spread: exact quantiles, histograms, a mean that no order changes."""

from __future__ import annotations

from math import ceil, floor, log10

import polars as pl

from engine.segments.matrix import Feature, described

_ORDERS, *_OTHERS = described(())
DESCRIBED = (_ORDERS, Feature("revenue", "Revenue", "money", "log"), *_OTHERS)
"""Features that the statistical summary lists."""

_QUANTILES = {"min": 0.0, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9, "max": 1.0}
BINS = 20
"""Bins that a histogram has at most, beside the two that hold what lies beyond."""
SKEWED = 5.0
"""Upper over lower end of the middle half from which bins grow with the values."""
STEPS = (1, 2, 5)

HISTOGRAMS = {
    **dict.fromkeys(("feature", "label", "unit"), pl.String),
    **dict.fromkeys(("start", "end"), pl.Float64),
    "customers": pl.Int64,
}


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


def histogram(values: pl.Series) -> pl.DataFrame:
    """Count the customers by bins of readable ends: one row per bin, `start`, `end`, `customers`; empty ones included.

    The first and the last bin hold what lies beyond the 1st and the 99th hundredth. A bin holds its start, the last one
    its end too. Skewed values get bins that grow with them, in steps of 1, 2 and 5.
    """
    known = values.cast(pl.Float64).drop_nulls()
    low, high = (float(known.quantile(q, "linear") or 0.0) for q in (0.01, 0.99))
    whole = bool((known == known.round()).all())
    edges = _growing(known, high) or _even(low, high, 1.0 if whole else 0.0)
    # The place of the last edge that is not above a value.
    places = pl.Series("bin", pl.Series(edges[1:-1], dtype=pl.Float64).search_sorted(known, side="right"))
    counts = pl.DataFrame({"bin": places.cast(pl.Int64)}).group_by("bin").agg(customers=pl.len().cast(pl.Int64))
    bins = pl.DataFrame({"bin": range(len(edges) - 1), "start": edges[:-1], "end": edges[1:]})
    return bins.join(counts, on="bin", how="left", maintain_order="left").select(
        pl.col("start", "end").cast(pl.Float64), pl.col("customers").fill_null(0)
    )


def _even(low: float, high: float, least: float) -> list[float]:
    """Return the ends of bins of one width, a step of 1, 2 or 5 times a power of ten, not below the least."""
    if high <= low:
        return [low, low + (abs(low) or 1.0)]
    width = max(_step((high - low) / BINS), least)
    first, last = floor(low / width), ceil(high / width)
    last += last * width <= high
    return [_rounded(place * width) for place in range(first, last + 1)]


def _growing(known: pl.Series, high: float) -> list[float] | None:
    """Return 0 and the steps of 1, 2 and 5 up to the value, where the values are skewed and none is negative."""
    quarter, rest = (float(known.quantile(q, "linear") or 0.0) for q in (0.25, 0.75))
    least = float(known.filter(known > 0).quantile(0.01, "linear") or 0.0)
    if not least or float(known.min() or 0.0) < 0 or rest < SKEWED * max(quarter, least):  # type: ignore[arg-type]
        return None
    edges = [0.0]
    power = floor(log10(least))
    while edges[-1] <= high and len(edges) <= BINS:
        edges += [_rounded(step * 10.0**power) for step in STEPS]
        power += 1
    ends = [edge for edge in edges[1:] if edge > least / 2]
    last = next((place for place, edge in enumerate(ends) if edge > high), len(ends) - 1)
    return [0.0, *ends[: last + 1]]


def _step(width: float) -> float:
    """Return the least step of 1, 2 or 5 times a power of ten that is as wide.

    >>> _step(0.3), _step(21.0), _step(2.0)
    (0.5, 50.0, 2.0)
    """
    power = 10.0 ** floor(log10(width))
    return _rounded(next((step for step in STEPS if step * power >= width * (1 - 1e-9)), 10) * power)


def _rounded(value: float) -> float:
    """Take off the last digits of a float, so that 0.30000000000000004 is written as 0.3."""
    return float(f"{value:.12g}")
