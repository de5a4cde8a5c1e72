"""The charts of a run: small aggregated frames in, Altair charts out; nothing here reads, writes or saves."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

import polars as pl
from altair.utils.schemapi import debug_mode
from polars import selectors

from engine.charts import (
    affinity,
    baskets,
    choice,
    cohorts,
    concentration,
    months,
    outlook,
    overlap,
    products,
    proof,
    returning,
    rfm,
    rhythm,
    seasons,
    segments,
    sequence,
    statistics,
    timing,
    tree,
)
from engine.features.rfm import RANK as RFM_GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import altair as alt

    from engine.result import Frames

__all__ = ["NAMES", "draw"]

NAMES = (
    "customer_segment_distribution",
    "segment_profiles",
    "segment_map",
    "product_affinity_matrix",
    "segment_products",
    "product_pairs",
    "entry_products",
    "next_products",
    "rfm_map",
    "segment_rfm",
    "cohort_retention",
    "repeat_rates",
    "segment_retention",
    "expected_value",
    "alive_matrix",
    "forecast_gain",
    "forecast_models",
    "forecast_calibration",
    "forecast_weeks",
    "forecast_importance",
    "order_gaps",
    "customer_rhythm",
    "replenishment",
    "weekday_hour",
    "revenue_by_month",
    "seasonality",
    "revenue_concentration",
    "heaviness",
    "revenue_tree",
    "feature_distributions",
    "feature_correlations",
    "k_evidence",
)
"""Every chart there can be, in the order of the report."""


def draw(frames: Frames, summary: dict[str, Any]) -> Iterator[tuple[str, alt.Chart]]:
    """Draw the charts one after the other, in the order of the report; one that has nothing to show is left out.

    Most are layers or panels of charts: like a plain `alt.Chart` each can be saved, shown and turned into JSON.
    """
    frames = _finite(frames)
    currency = str(summary.get("currency") or "")
    by = summary.get("affinity_by")
    compared = frames.affinity.drop_nulls("item")
    # A first month alone has no later month in which anyone could have come back.
    later = frames.cohorts.filter(pl.col("months_since") > 0)
    # The weekdays alone stand in the chart of the hours.
    seasonal = frames.seasonality.filter((pl.col("scale") == "month") & pl.col("index").is_finite())
    known_rates = frames.repeat_rates.drop_nulls("rate")
    placed = frames.map.drop_nulls(["x", "y"])
    horizon = int((summary.get("forecast") or {}).get("horizon_days") or 0)
    whole_weeks = frames.forecast_weeks.filter(pl.col("days") == 7)
    tried = frames.k_evidence.filter(pl.col("silhouette").is_finite() | pl.col("stability").is_finite())
    drawn: dict[str, tuple[pl.DataFrame, Callable[[], object]]] = {
        "customer_segment_distribution": (
            frames.segments,
            lambda: segments.customer_segment_distribution(frames.segments, currency),
        ),
        "segment_profiles": (frames.profile, lambda: segments.segment_profiles(frames.profile, currency)),
        "segment_map": (placed, lambda: segments.segment_map(placed, frames.map_variance)),
        "product_affinity_matrix": (compared, lambda: affinity.product_affinity_matrix(compared, by)),
        "segment_products": (
            products.telling(frames.product_affinity),
            lambda: products.segment_products(frames.product_affinity),
        ),
        "product_pairs": (
            baskets.pairs(frames.basket_rules),
            lambda: baskets.product_pairs(frames.basket_rules),
        ),
        "entry_products": (
            sequence.entries(frames.entry_products),
            lambda: sequence.entry_products(frames.entry_products),
        ),
        "next_products": (sequence.steps(frames.sequences), lambda: sequence.next_products(frames.sequences)),
        "rfm_map": (frames.rfm_grid, lambda: rfm.rfm_map(frames.rfm_grid, frames.rfm, frames.rfm_cuts, currency)),
        "segment_rfm": (frames.segment_rfm, lambda: overlap.segment_rfm(frames.segment_rfm, list(RFM_GROUPS))),
        "cohort_retention": (later, lambda: cohorts.cohort_retention(frames.cohorts)),
        "repeat_rates": (known_rates, lambda: returning.repeat_rates(frames.repeat_curve, frames.repeat_rates)),
        "segment_retention": (
            frames.segment_retention.filter(pl.col("months_since") > 1),
            lambda: returning.segment_retention(frames.segment_retention),
        ),
        "expected_value": (frames.outlook, lambda: outlook.expected_value(frames.outlook, horizon, currency)),
        "alive_matrix": (frames.alive, lambda: outlook.alive_matrix(frames.alive)),
        "forecast_gain": (frames.forecast_gain, lambda: proof.forecast_gain(frames.forecast_gain, horizon)),
        "forecast_models": (frames.forecast_models, lambda: proof.forecast_models(frames.forecast_models)),
        "forecast_calibration": (
            frames.forecast_calibration,
            lambda: proof.forecast_calibration(frames.forecast_calibration, horizon),
        ),
        "forecast_weeks": (whole_weeks[1:], lambda: proof.forecast_weeks(frames.forecast_weeks)),
        "forecast_importance": (
            frames.forecast_importance,
            lambda: outlook.forecast_importance(frames.forecast_importance),
        ),
        "order_gaps": (frames.gaps.filter(pl.col("gaps") > 0), lambda: timing.order_gaps(frames.gaps)),
        "customer_rhythm": (
            frames.customer_rhythm.drop_nulls("median_days"),
            lambda: rhythm.customer_rhythm(frames.customer_rhythm),
        ),
        "replenishment": (rhythm.rhythmic(frames.rhythm), lambda: rhythm.replenishment(frames.rhythm)),
        "weekday_hour": (frames.clock.filter(pl.col("orders") > 0), lambda: timing.weekday_hour(frames.clock)),
        "revenue_by_month": (frames.months, lambda: months.revenue_by_month(frames.months, currency)),
        "seasonality": (seasonal, lambda: seasons.seasonality(frames.seasonality)),
        "revenue_concentration": (
            frames.concentration,
            lambda: concentration.revenue_concentration(frames.concentration, summary.get("concentration") or {}),
        ),
        "heaviness": (frames.heaviness, lambda: tree.heaviness(frames.heaviness, currency)),
        "revenue_tree": (
            frames.revenue_tree,
            lambda: tree.revenue_tree(frames.revenue_tree, summary["periods"], currency),
        ),
        "feature_distributions": (
            frames.histograms,
            lambda: statistics.feature_distributions(frames.histograms, currency),
        ),
        "feature_correlations": (
            frames.correlations.drop_nulls("correlation"),
            lambda: statistics.feature_correlations(frames.correlations),
        ),
        "k_evidence": (tried, lambda: choice.k_evidence(frames.k_evidence, summary["k"].get("structure"))),
    }
    for name, (frame, chart) in drawn.items():
        if not frame.is_empty():
            with debug_mode(arg=False):  # else every part is checked against the schema as it is made
                made = chart()
            yield name, cast("alt.Chart", made)


def _finite(frames: Frames) -> Frames:
    """Turn what is no number into null, which JSON can say and Vega leaves out."""
    tables: dict[str, Any] = {name: value for name, value in vars(frames).items() if isinstance(value, pl.DataFrame)}
    floats = selectors.float()
    return dataclasses.replace(
        frames,
        **{name: each.with_columns(pl.when(floats.is_finite()).then(floats)) for name, each in tables.items()},
    )
