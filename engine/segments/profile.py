"""What each segment is like: its size and value, and how its customers differ from all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.segments.names import Trait
from engine.units import MICROS, money, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.segments.matrix import FittedFeature


def revenue_micros() -> pl.Expr:
    """Return a customer's revenue in integer micros, so that sums over customers do not depend on their order."""
    return (pl.col("revenue") * MICROS).round().cast(pl.Int64)


def measure(labelled: pl.LazyFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Measure each segment: one row per `segment` with total (micros), customers, and the medians of the columns."""
    sums = (revenue_micros().sum().alias("total"), pl.len().cast(pl.Int64).alias("customers"))
    return labelled.group_by("segment").agg(*sums, *_medians(columns)).sort("segment").collect(engine="streaming")


def overall_medians(customers: pl.LazyFrame, columns: Sequence[str]) -> dict[str, float | None]:
    """Return the medians of the columns over all customers."""
    return customers.select(_medians(columns)).collect(engine="streaming").row(0, named=True) if columns else {}


def _medians(columns: Sequence[str]) -> list[pl.Expr]:
    return [pl.col(column).cast(pl.Float64).median() for column in columns]


def by_revenue(measured: pl.DataFrame, k: int) -> list[int]:
    """Order the segments, numbered from 0, by revenue; equal ones by size, then by their present number."""
    rank = {row["segment"]: (-row["total"], -row["customers"]) for row in measured.iter_rows(named=True)}
    return sorted(range(k), key=lambda number: (*rank.get(number + 1, (0, 0)), number))


def traits(
    features: Sequence[FittedFeature],
    centroids: Sequence[Sequence[float]],
    by_segment: pl.DataFrame,
    overall: dict[str, float | None],
) -> list[list[Trait]]:
    """Return, for each segment, how it differs from all customers in every feature of the model."""
    rows = {row["segment"]: row for row in by_segment.iter_rows(named=True)}
    return [
        [
            Trait(
                each.feature.name,
                coordinate / each.feature.weight,
                rows.get(number, {}).get(each.feature.name),
                overall[each.feature.name],
            )
            for each, coordinate in zip(features, centroid, strict=True)
        ]
        for number, centroid in enumerate(centroids, 1)
    ]


def profile_frame(
    features: Sequence[FittedFeature], all_traits: Sequence[Sequence[Trait]], names: Sequence[str]
) -> pl.DataFrame:
    """Return one row per segment and feature: medians of the segment and of all, effect in standard deviations."""
    rows = [
        {
            "segment": number,
            "segment_name": name,
            "feature": trait.feature,
            "label": each.feature.label,
            "unit": each.feature.unit,
            "median": trait.median,
            "overall_median": trait.overall_median,
            "effect": trait.effect,
        }
        for number, (name, segment) in enumerate(zip(names, all_traits, strict=True), 1)
        for each, trait in zip(features, segment, strict=True)
    ]
    schema = {
        "segment": pl.Int64,
        "segment_name": pl.String,
        "feature": pl.String,
        "label": pl.String,
        "unit": pl.String,
        "median": pl.Float64,
        "overall_median": pl.Float64,
        "effect": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema)


def segment_sizes(labelled: pl.LazyFrame) -> pl.DataFrame:
    """Count each segment: one row per segment with customers, customer_share, revenue, revenue_share, orders."""
    sums = (
        labelled.group_by("segment", "segment_name")
        .agg(pl.len().cast(pl.Int64).alias("customers"), pl.col("orders").sum(), revenue_micros().sum().alias("total"))
        .sort("segment")
        .collect(engine="streaming")
    )
    return sums.select(
        "segment",
        "segment_name",
        "customers",
        customer_share=ratio(pl.col("customers"), pl.col("customers").sum()),
        revenue=money(pl.col("total")),
        revenue_share=ratio(pl.col("total"), pl.col("total").sum()),
        orders="orders",
    )
