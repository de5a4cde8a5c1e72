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
"""Steps from the 1st to the 99th hundredth, at most: their ends add up to two bins."""
SKEWED = 5.0
"""Upper over lower end of the middle half from which bins grow with the values."""
HARDLY = 1e-6
"""Range, against the size of the values, below which they count as one value."""
STEPS = (1, 2, 5)
COUNTED = ("days", "orders", "count")
"""Units of which nobody wants to see a hundredth."""

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


def histogram(values: pl.Series, unit: str = "") -> pl.DataFrame:
    """Count the customers by bins of readable ends: one row per bin, `start`, `end`, `customers`; empty ones included.

    22 bins at most; none where nobody has a value. The first and the last one hold what lies beyond the 1st and the
    99th hundredth. A bin holds its start, the last one its end too. Skewed values get bins that grow with them, in
    steps of 1, 2 and 5, or tenfold ones where they range too widely for that. By the `unit` of the feature, those of
    days, orders and counts begin at 1, and shares keep to bins of one width.
    """
    known = values.cast(pl.Float64).drop_nulls()
    if known.is_empty():
        return pl.DataFrame(schema={name: HISTOGRAMS[name] for name in ("start", "end", "customers")})
    low, high = (float(known.quantile(q, "linear") or 0.0) for q in (0.01, 0.99))
    shares = unit == "share"
    growing = None if shares else _growing(known, low, high, 1.0 if unit in COUNTED else 0.0)
    edges = growing or _even(low, high, whole=not shares and bool((known == known.round()).all()))
    # The place of the last edge that is not above a value.
    places = pl.Series("bin", pl.Series(edges[1:-1], dtype=pl.Float64).search_sorted(known, side="right"))
    counts = pl.DataFrame({"bin": places.cast(pl.Int64)}).group_by("bin").agg(customers=pl.len().cast(pl.Int64))
    bins = pl.DataFrame({"bin": range(len(edges) - 1), "start": edges[:-1], "end": edges[1:]})
    return bins.join(counts, on="bin", how="left", maintain_order="left").select(
        pl.col("start", "end").cast(pl.Float64), pl.col("customers").fill_null(0)
    )


def _even(low: float, high: float, *, whole: bool) -> list[float]:
    """Return the ends of bins of one width, a step of 1, 2 or 5 times a power of ten; of whole numbers 1 at least."""
    size, spread = max(abs(low), abs(high)), high - low
    # What hardly differs is one bin, as wide as is usual for numbers of that size.
    width = _step((spread if spread > size * HARDLY else size) / BINS or 1.0)
    width = max(width, 1.0) if whole else width
    first, last = floor(low / width), ceil(high / width)
    # The largest of whole numbers gets a bin of its own like the others, and a bin has a width.
    last += (whole and last * width <= high) or last == first
    return [_rounded(place * width) for place in range(first, last + 1)]


def _growing(known: pl.Series, low: float, high: float, least: float) -> list[float] | None:
    """Return 0 and the steps of 1, 2 and 5 up to the value, where the values are skewed and hardly any is negative.

    The first step is near the smallest values, not below the `least`.
    """
    quarter, rest = (float(known.quantile(q, "linear") or 0.0) for q in (0.25, 0.75))
    least = max(least, float(known.filter(known > 0).quantile(0.01, "linear") or 0.0))
    if not least or low < 0 or rest < SKEWED * max(quarter, least):
        return None
    powers = range(floor(log10(least)), ceil(log10(high)) + 2)
    for steps in (STEPS, STEPS[:1]):
        ends = [_rounded(step * 10.0**power) for power in powers for step in steps]
        first = next(place for place, end in enumerate(ends) if end > least / 2)
        last = next(place for place, end in enumerate(ends) if end > high)
        if last - first <= BINS:
            break
    return [0.0, *ends[max(first, last - BINS) : last + 1]]


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
