"""What is clustered: the features, how each is tamed, how much it counts, and why.

Behaviour comes on a log scale, since a customer with 20 orders differs from one with 10 as that one from one with 5;
shares are drawn towards the average of all customers where they rest on few purchases; every column is standardised on
the sample and cut at three standard deviations, so that a wholesale account stays in but does not own the scale.

Nothing counts twice. Four features say when and how much a customer buys: number of orders, days since the last one,
days between the first and the last, value of an order. Tenure and the gap between orders follow from them (tenure =
recency + active days, mean gap = active days / (orders - 1)), are told and not clustered; so a customer with one order,
who has no gap, has zero active days and needs no invented value. How an order is made up (lines, price, breadth),
returns and the days of the week add a little each; tastes together have a variance of 8, those four of about 5.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from engine.features.categories import share_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.checked import Checked

CLIP = 3.0
"""Standard deviations at which a column ends."""
PRIOR_PURCHASES = 2.0
"""Purchases that the average of all customers counts for in a customer's share."""
PRIOR_LINES = 4.0
"""Lines that it counts for in a share of spend by category."""
TASTE_WEIGHT = 8.0
"""Variance of all spend shares together, where a feature of weight 1 has a variance of 1."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the matrix: where it comes from, how it is transformed, how much it counts."""

    name: str
    label: str
    unit: str
    """How people read it: "orders", "days", "money", "share" or "count"."""
    transform: str
    """"log": ln(1 + x); "share": drawn to the average of all; "spend_share": the same, by lines."""
    weight: float = 1.0
    """Standard deviation that the column has in the matrix."""


BEHAVIOUR = (
    Feature("orders", "Orders", "orders", "log", weight=1.2),
    Feature("recency_days", "Days since last order", "days", "log"),
    Feature("active_days", "Days from first to last order", "days", "log"),
    Feature("aov", "Order value", "money", "log", weight=1.2),
    Feature("lines_per_order", "Lines per order", "count", "log", weight=0.35),
    Feature("price", "Price per unit", "money", "log", weight=0.35),
    Feature("products", "Different products", "count", "log", weight=0.25),
    Feature("return_rate", "Share returned", "share", "share", weight=0.5),
    Feature("weekend_share", "Bought at weekends", "share", "share", weight=0.3),
)
"""Features of behaviour; those the data does not have, or that are the same for all customers, drop out."""

NOTHING_WITHOUT_PURCHASE = {"active_days", "aov", "lines_per_order"}
"""Features that a customer without a purchase (returns only) has none of: they count as zero."""

FOLLOWING = (
    Feature("tenure_days", "Days since first order", "days", "log", weight=0.0),
    Feature("gap_mean_days", "Days between orders", "days", "log", weight=0.0),
)
"""Features that follow from those of behaviour: segments are described by them, and not told apart."""


@dataclass(frozen=True, slots=True)
class FittedFeature:
    """A feature with what its transform learned from the sample of customers."""

    feature: Feature
    fill: float
    """Value of the transformed feature where a customer has none: zero where no purchase comes to that, else the mean,
    so that it speaks neither way."""
    average: float
    """Average that a share is drawn to, in the feature's own unit."""
    mean: float
    scale: float
    """Factor that brings the transformed feature, less its mean, to its weight in standard deviations."""

    def expr(self) -> pl.Expr:
        """Return the standardised, clipped and weighted column."""
        weight = self.feature.weight
        standard = (transformed(self.feature, self.average).fill_null(self.fill) - self.mean) * self.scale
        return standard.clip(-CLIP * weight, CLIP * weight)

    def to_dict(self) -> dict[str, Any]:
        """Return the feature as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Checked, known: dict[str, Feature]) -> Self:
        """Rebuild a feature from `to_dict`; ModelError where it is damaged or none of the `known` ones, by name."""
        told = data["feature"]
        name = told["name"].text()
        if name not in known:
            told["name"].fail(f"is {name!r}, which is no feature that this version knows")
        for part in ("label", "unit", "transform"):
            if told[part].text() != (wanted := getattr(known[name], part)):
                told[part].fail(f"is {told[part].text()!r}, and {wanted!r} belongs to {name}")
        return cls(
            replace(known[name], weight=told["weight"].positive()),
            fill=data["fill"].number(),
            average=data["average"].number(0.0, 1.0),
            mean=data["mean"].number(),
            scale=data["scale"].positive(),
        )


def candidates(categories: Sequence[str]) -> list[Feature]:
    """List all features that may be clustered: behaviour, and the share of spend on each of the largest categories."""
    if len(categories) < 2:
        return list(BEHAVIOUR)
    weight = (TASTE_WEIGHT / len(categories)) ** 0.5
    taste = [Feature(share_name(each), f"Spent on {each}", "share", "spend_share", weight) for each in categories]
    return [*BEHAVIOUR, *taste]


def described(categories: Sequence[str]) -> list[Feature]:
    """List the features that segments are described by: what may be clustered, and what follows from it."""
    first, rest = candidates(categories)[:3], candidates(categories)[3:]
    return [*first, *FOLLOWING, *rest]


def transformed(feature: Feature, average: float) -> pl.Expr:
    """Return a feature after its transform, before standardising: a function of the row alone."""
    value = pl.col(feature.name).cast(pl.Float64)
    if feature.transform == "log":
        return value.clip(lower_bound=0.0).log1p()
    count, prior = (
        (pl.col("orders"), PRIOR_PURCHASES) if feature.transform == "share" else (pl.col("lines"), PRIOR_LINES)
    )
    weight = count.cast(pl.Float64)
    return (value.clip(0.0, 1.0) * weight + average * prior) / (weight + prior)


def fit_features(sample: pl.DataFrame, features: Sequence[Feature]) -> list[FittedFeature]:
    """Learn each feature's average, mean and scale from a sample of customers; constant features are left out."""
    fitted = []
    for feature in features:
        average = sample[feature.name].cast(pl.Float64).clip(0.0, 1.0).mean() if feature.transform != "log" else None
        average = average if isinstance(average, float) else 0.0
        values = sample.select(transformed(feature, average).alias("value"))["value"].drop_nulls()
        mean, deviation = values.mean(), values.std()
        if isinstance(mean, float) and isinstance(deviation, float) and deviation > 1e-9:
            fill = 0.0 if feature.name in NOTHING_WITHOUT_PURCHASE else mean
            fitted.append(FittedFeature(feature, fill, average, mean, feature.weight / deviation))
    return fitted


def matrix(customers: pl.LazyFrame, features: Sequence[FittedFeature]) -> pl.LazyFrame:
    """Return the standardised columns, in the order of the features: one row per customer."""
    return customers.select(each.expr().alias(each.feature.name) for each in features)
