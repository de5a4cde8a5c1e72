"""How far a customer lies from the centroids, within the row and by a fixed sequence of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.segments.matrix import FittedFeature

DISTANCE = "(distance)"
"""Column that `with_distance` adds."""


def standardised(features: Sequence[FittedFeature]) -> dict[str, pl.Expr]:
    """Return the standardised columns by the names that `squared_distance` reads."""
    return {f"(z{place})": each.expr() for place, each in enumerate(features)}


def squared_distance(centroid: Sequence[float]) -> pl.Expr:
    """Return the squared Euclidean distance to a centroid, summed in the order of the features."""
    total = pl.lit(0.0)
    for place, coordinate in enumerate(centroid):
        difference = pl.col(f"(z{place})") - coordinate
        total = total + difference * difference
    return total


def with_distance(
    customers: pl.LazyFrame, features: Sequence[FittedFeature], centroids: Sequence[Sequence[float]]
) -> pl.LazyFrame:
    """Add the distance to the nearest centroid, in standard deviations."""
    standard = standardised(features)
    nearest = pl.min_horizontal(*map(squared_distance, centroids))
    return customers.with_columns(**standard).with_columns(nearest.sqrt().alias(DISTANCE)).drop(*standard)
