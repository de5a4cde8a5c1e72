"""What each segment is like: its size and value, and how its customers differ from all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.schema import MICROS_OF
from engine.segments.names import Trait
from engine.units import money, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.segments.matrix import Feature, FittedFeature


def overall_medians(customers: pl.LazyFrame, columns: Sequence[str]) -> dict[str, float | None]:
    """Return the medians of the columns over all customers."""
    return customers.select(_medians(columns)).collect(engine="streaming").row(0, named=True)


def measure(labelled: pl.LazyFrame, overall: dict[str, float | None]) -> pl.DataFrame:
    """Measure each segment, given the medians over all customers.

    One row per `segment`: total (micros), customers, once (share of the customers with one purchase at most), and for
    each column its median, `<column> above` and `<column> below` (shares of the segment's customers above and below the
    median of all).
    """
    sums = (pl.col(MICROS_OF).sum().alias("total"), pl.len().cast(pl.Int64).alias("customers"))
    sides = [
        side.mean().alias(f"{column} {name}")
        for column, middle in overall.items()
        if middle is not None
        for name, side in (("above", pl.col(column) > middle), ("below", pl.col(column) < middle))
    ]
    once = (pl.col("orders") <= 1).mean().alias("once")
    by_segment = labelled.group_by("segment").agg(*sums, once, *_medians(list(overall)), *sides)
    return by_segment.sort("segment").collect(engine="streaming")


def _medians(columns: Sequence[str]) -> list[pl.Expr]:
    return [pl.col(column).cast(pl.Float64).median() for column in columns]


def by_revenue(measured: pl.DataFrame, k: int) -> list[int]:
    """Order the segments, numbered from 0, by revenue; equal ones by size, then by their present number."""
    rank = {row["segment"]: (-row["total"], -row["customers"]) for row in measured.iter_rows(named=True)}
    return sorted(range(k), key=lambda number: (*rank.get(number + 1, (0, 0)), number))


def traits(
    features: Sequence[FittedFeature],
    centroids: Sequence[Sequence[float]],
    measured: pl.DataFrame,
    overall: dict[str, float | None],
) -> list[list[Trait]]:
    """Return, for each segment, how it differs from all customers: in every feature of behaviour and of the model.

    The effect is the centroid's coordinate in standard deviations; 0 for a feature that the model does not use.
    """
    rows = {row["segment"]: row for row in measured.iter_rows(named=True)}
    place = {each.feature.name: number for number, each in enumerate(features)}
    found = []
    for number, centroid in enumerate(centroids, 1):
        row = rows.get(number, {})
        effects = {name: centroid[at] / features[at].feature.weight for name, at in place.items()}
        found.append(
            [
                Trait(
                    feature=name,
                    effect=effects.get(name, 0.0),
                    median=row.get(name),
                    overall_median=middle,
                    above=row.get(f"{name} above") or 0.0,
                    below=row.get(f"{name} below") or 0.0,
                    once=row.get("once") or 0.0,
                )
                for name, middle in overall.items()
                if middle is not None
            ]
        )
    return found


def profile_frame(
    all_traits: Sequence[Sequence[Trait]], names: Sequence[str], known: Sequence[Feature]
) -> pl.DataFrame:
    """Return one row per segment and feature: medians of the segment and of all, effect in standard deviations."""
    described = {feature.name: feature for feature in known}
    rows = [
        {
            "segment": number,
            "segment_name": name,
            "feature": trait.feature,
            "label": described[trait.feature].label,
            "unit": described[trait.feature].unit,
            "median": trait.median,
            "overall_median": trait.overall_median,
            "effect": trait.effect,
        }
        for number, (name, segment) in enumerate(zip(names, all_traits, strict=True), 1)
        for trait in segment
    ]
    texts = dict.fromkeys(("segment_name", "feature", "label", "unit"), pl.String)
    floats = dict.fromkeys(("median", "overall_median", "effect"), pl.Float64)
    return pl.DataFrame(rows, schema={"segment": pl.Int64, **texts, **floats})


def segment_sizes(labelled: pl.LazyFrame) -> pl.DataFrame:
    """Count each segment: one row per segment with customers, customer_share, revenue, revenue_share, orders."""
    sums = (
        labelled.group_by("segment", "segment_name")
        .agg(pl.len().cast(pl.Int64).alias("customers"), pl.col("orders").sum(), pl.col(MICROS_OF).sum().alias("total"))
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
