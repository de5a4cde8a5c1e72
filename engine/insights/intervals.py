"""Intervals around shares and ratios, wide enough to hold for all of many comparisons at once."""

from __future__ import annotations

from statistics import NormalDist

import polars as pl

CONFIDENCE = 0.95
"""The probability with which all intervals of a table hold together."""


def quantile(comparisons: int = 1) -> float:
    """Return the normal quantile of a two-sided interval, corrected for so many comparisons (Bonferroni; Dunn 1961).

    Whoever looks at a thousand pairs sees fifty beyond their plain intervals of 95% by chance alone.

    >>> round(quantile(), 2), round(quantile(1_000), 2)
    (1.96, 4.06)
    """
    return NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / max(comparisons, 1))


def around(ratio: pl.Expr, variance_of_log: pl.Expr, comparisons: int = 1) -> tuple[pl.Expr, pl.Expr]:
    """Return the ends of the interval of a positive ratio, given the variance of its logarithm; null where unknown.

    A logarithm is nearer to normal than a ratio, and its interval never reaches below zero (Katz et al. 1978).
    """
    known = pl.when((ratio > 0) & (variance_of_log >= 0))
    reach = variance_of_log.sqrt() * quantile(comparisons)
    return known.then((ratio.log() - reach).exp()), known.then((ratio.log() + reach).exp())


def wilson(part: pl.Expr, whole: pl.Expr, comparisons: int = 1) -> tuple[pl.Expr, pl.Expr]:
    """Return the ends of the interval of a share, `part` of `whole` (Wilson 1927); null where the whole is nothing."""
    z = quantile(comparisons)
    number, share = whole.cast(pl.Float64), part / whole
    middle = share + z * z / (number * 2)
    reach = (share * (1 - share) / number + z * z / (number * number * 4)).sqrt() * z
    scale = 1 + z * z / number
    known = pl.when(whole > 0)
    return (
        known.then(((middle - reach) / scale).clip(lower_bound=0.0)),
        known.then(((middle + reach) / scale).clip(upper_bound=1.0)),
    )
