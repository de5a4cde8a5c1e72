"""Whether customers are still like those that a model was fitted to: the population stability index of each feature.

PSI = sum over bins of (p - q) ln(p / q), for the shares p of the customers that were fitted and q of those now; the
rule of thumb calls it stable below 0.1 and shifted from 0.25 on (Siddiqi 2006, Credit Risk Scorecards). Without any
shift it is spread like chi-square with one degree of freedom less than bins, times 1/n + 1/m for n and m customers
(Yurdakul 2018, Statistical Properties of the Population Stability Index), which tells how much chance alone explains.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.checked import Checked

BINS = 10
SOME_SHIFT, SHIFTED = 0.1, 0.25
"""PSI from which a feature has shifted somewhat, and from which it has shifted."""
ONE_IN_TWENTY = 1.645
"""Standard normal deviate that one value in twenty exceeds."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How a feature was spread over the customers that the model was fitted to."""

    feature: str
    cuts: tuple[float, ...]
    """Distinct values between the bins, ascending, in the feature's own unit; each belongs to the bin below it."""
    shares: tuple[float, ...]
    """Share of the customers in each bin, one more than there are cuts, and last of those without a value."""
    median: float | None

    @property
    def has_values(self) -> bool:
        """Whether any customer had a value."""
        return self.median is not None

    def counts(self) -> list[pl.Expr]:
        """Return what counts customers up to each cut, those with a value, and all: aggregates of integers."""
        value = pl.col(self.feature).cast(pl.Float64)
        return [*[(value <= cut).sum() for cut in self.cuts], value.count(), pl.len()]

    def to_dict(self) -> dict[str, Any]:
        """Return the reference as JSON can hold it."""
        return {
            "feature": self.feature,
            "cuts": list(self.cuts),
            "shares": list(self.shares),
            "median": self.median,
        }

    @classmethod
    def from_dict(cls, data: Checked) -> Self:
        """Rebuild a reference from `to_dict`; ModelError where it is damaged."""
        cuts = data["cuts"].ascending(strictly=True)
        shares = data["shares"].shares(len(cuts) + 2)
        median = data["median"].number() if shares[-1] < 1 else None
        return cls(data["feature"].text(), cuts, shares, median)


def reference(values: pl.Series) -> Reference:
    """Learn how a feature, which names the series, is spread: in tenths of the customers, as far as values differ.

    Cuts are values of customers (the lower one of two), so that equal values always share a bin.
    """
    held = values.cast(pl.Float64).drop_nulls()
    tenths = (held.quantile(tenth / BINS, interpolation="lower") for tenth in range(1, BINS))
    # A cut at the largest value would leave nothing above it.
    cuts = sorted({cut for cut in tenths if cut is not None and cut != held.max()})
    median = held.median()
    bare = Reference(values.name, tuple(cuts), (), median if isinstance(median, float) else None)
    shares = tuple(count / len(values) for count in by_bin(_counted(values, bare.counts())))
    return Reference(bare.feature, bare.cuts, shares, bare.median)


def _counted(values: pl.Series, counts: Sequence[pl.Expr]) -> Sequence[int]:
    row = values.to_frame().select(each.alias(str(number)) for number, each in enumerate(counts)).row(0)
    return [int(count) for count in row]


def by_bin(counts: Sequence[int]) -> list[int]:
    """Return the customers in each bin and without a value, given what `Reference.counts` counts.

    >>> by_bin([10, 30, 60, 64])  # up to the first cut, up to the second, with a value, all
    [10, 20, 30, 4]
    """
    return [count - below for below, count in zip([0, *counts], counts, strict=False)]


def stability_index(shares: Sequence[float], customers: int, now: Sequence[int]) -> float:
    """Return the PSI between the shares of `customers` in each bin and the numbers of customers `now`.

    A bin that is empty on one side counts as half a customer there, one that is empty on both as nothing.

    >>> stability_index([0.5, 0.5], 1_000, [40, 40])
    0.0
    >>> round(stability_index([0.5, 0.5], 1_000, [20, 60]), 4)
    0.2747
    """
    total = sum(now)
    terms = []
    for then, count in zip(shares, now, strict=True):
        if then or count:
            p, q = max(then, 0.5 / customers), max(count, 0.5) / total
            terms.append((p - q) * math.log(p / q))
    return math.fsum(terms)


def by_chance(bins: int, then: int, now: int) -> float:
    """Return the PSI that one feature in twenty exceeds without any shift, for so many customers then and now.

    The quantile of chi-square is approximated by Wilson & Hilferty (1931).

    >>> round(by_chance(10, 20_000, 100), 2)
    0.17
    """
    degrees = bins - 1
    if degrees < 1:
        return 0.0
    spread = 2 / (9 * degrees)
    return float(degrees * (1 - spread + ONE_IN_TWENTY * spread**0.5) ** 3 * (1 / then + 1 / now))


def verdict(index: float, chance: float) -> str:
    """Say what a PSI means, given how much chance alone explains."""
    if index < SOME_SHIFT:
        return "stable"
    if index <= chance:
        return "may be chance"
    return "some shift" if index < SHIFTED else "shifted"


def references(sample: pl.DataFrame, features: Iterable[str]) -> tuple[Reference, ...]:
    """Learn how each feature is spread over a sample of customers."""
    return tuple(reference(sample[feature]) for feature in features)
