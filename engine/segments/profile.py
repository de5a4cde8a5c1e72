"""What each segment is like: its size and value, and how its customers differ from all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.schema import MICROS_OF
from engine.segments.matrix import fit_features, transformed
from engine.segments.model import with_segment
from engine.segments.names import Trait
from engine.units import money, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.segments.fit import Fit
    from engine.segments.matrix import Feature

AT_ONCE = 4
"""Features that are measured at once: all at once are no faster, and one by one takes half as long again."""

BORDERLINE = 0.1
"""Certainty below which a customer might as well belong to the next segment."""


def segments_of(customers: pl.LazyFrame, fit: Fit) -> pl.Series:
    """Return the number of each customer's segment, from 1, in the order of the customers."""
    labelled = with_segment(customers, fit.features, fit.centroids)
    return labelled.select(pl.col("segment").cast(pl.UInt8)).collect(engine="streaming").to_series()


def measure(
    customers: pl.LazyFrame, segments: pl.Series, columns: Sequence[str]
) -> tuple[pl.DataFrame, dict[str, float | None]]:
    """Measure each segment, given the segments of the customers; return the medians over all customers besides.

    One row per `segment`: total (micros), customers, once (share of the customers with one purchase at most), and for
    each column its median (null where fewer than half have a value), `<column> above` and `<column> below` (shares of
    the segment's customers above and below the median of all).
    """
    counts = customers.select(MICROS_OF, once=pl.col("orders") <= 1).collect(engine="streaming")
    table = _by_segment(
        counts, segments, pl.col(MICROS_OF).sum().alias("total"), pl.len().alias("customers"), pl.col("once").mean()
    )
    overall: dict[str, float | None] = {}
    for begin in range(0, len(columns), AT_ONCE):
        # NOTE: a few columns at a time, so that the memory does not grow with the number of features.
        several = columns[begin : begin + AT_ONCE]
        values = customers.select(pl.col(several).cast(pl.Float64)).collect(engine="streaming")
        middles = values.median().row(0, named=True)
        overall |= middles
        sides = [
            side.mean().alias(f"{column} {name}")
            for column, middle in middles.items()
            if middle is not None
            for name, side in (("above", pl.col(column) > middle), ("below", pl.col(column) < middle))
        ]
        held = [(pl.col(column).count() * 2 >= pl.len()).alias(f"{column} held") for column in several]
        table = table.join(_by_segment(values, segments, pl.col(several).median(), *sides, *held), on="segment")
        # What fewer than half of a segment's customers have is no trait of the segment.
        table = table.with_columns(pl.when(f"{column} held").then(column) for column in several).drop(
            f"{column} held" for column in several
        )
    return table.with_columns(pl.col("segment", "customers").cast(pl.Int64)).sort("segment"), overall


def _by_segment(values: pl.DataFrame, segments: pl.Series, *aggregates: pl.Expr) -> pl.DataFrame:
    return values.with_columns(segment=segments).group_by("segment").agg(*aggregates)


def by_revenue(measured: pl.DataFrame, k: int) -> list[int]:
    """Order the segments, numbered from 0, by revenue; equal ones by size, then by their present number."""
    rank = {row["segment"]: (-row["total"], -row["customers"]) for row in measured.iter_rows(named=True)}
    return sorted(range(k), key=lambda number: (*rank.get(number + 1, (0, 0)), number))


def effects(sample: pl.DataFrame, segments: pl.Series, features: Sequence[Feature], k: int) -> list[dict[str, float]]:
    """Measure how far each segment lies from all customers, in every feature that varies.

    The effect size of a feature is Glass's delta with all customers as the control: the difference of the means after
    the feature's transform, in standard deviations of all customers. Measured on a sample in canonical order, over the
    customers that have the feature; 0 where a segment has none of them.
    """
    found: list[dict[str, float]] = [{} for _ in range(k)]
    for each in fit_features(sample, features):
        values = sample.select(transformed(each.feature, each.average)).to_series()
        known = values.is_not_null().to_numpy()
        numbers, belongs = values.to_numpy()[known], segments.to_numpy()[known]
        spread = numbers.std()
        for segment in range(1, k + 1):
            own = numbers[belongs == segment]
            found[segment - 1][each.feature.name] = float((own.mean() - each.mean) / spread) if len(own) else 0.0
    return found


def traits(
    effects: Sequence[dict[str, float]], measured: pl.DataFrame, overall: dict[str, float | None]
) -> list[list[Trait]]:
    """Return, for each segment, how it differs from all customers: in every feature that it is described by."""
    rows = {row["segment"]: row for row in measured.iter_rows(named=True)}
    found = []
    for number, effect in enumerate(effects, 1):
        row = rows.get(number, {})
        found.append(
            [
                Trait(
                    feature=name,
                    effect=effect.get(name, 0.0) if row.get(name) is not None else 0.0,
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


def memberships(labelled: pl.LazyFrame) -> pl.DataFrame:
    """Tell how surely customers belong: one row per segment with the median `certainty` and the `borderline_share`."""
    return (
        labelled.group_by("segment")
        .agg(pl.col("certainty").median(), borderline_share=(pl.col("certainty") < BORDERLINE).mean())
        .sort("segment")
        .collect(engine="streaming")
    )


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
