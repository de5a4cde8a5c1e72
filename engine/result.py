"""What a run hands back: small frames to look at, one lazy table of customers, the model and the charts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pathlib import Path

    import altair as alt
    import polars as pl

    from engine.segments.model import Model


@dataclass(frozen=True)
class Frames:
    """The aggregated tables of a run; none has more than a few thousand rows.

    Money is in units of the currency, shares are between 0 and 1, durations are in days.
    """

    segments: pl.DataFrame
    """One row per segment, largest revenue first: segment, segment_name, description, customers, customer_share,
    revenue, revenue_share, orders, action (what to do with it), favourite (the item it buys much, and more of than
    others), jaccard (how well it comes back when customers are drawn anew, 1 at best), certainty (the median of its
    customers'), borderline_share (those who might as well belong to the next), and `median_*` of the profile."""
    profile: pl.DataFrame
    """One row per segment and feature of behaviour: segment, segment_name, feature, label, unit, median,
    overall_median, effect (Glass's delta: mean of the segment in standard deviations from that of all, after the
    feature's transform)."""
    affinity: pl.DataFrame
    """One row per segment and item: segment, segment_name, item, label, buyers, revenue, segment_share, overall_share,
    index (100 = the share of spend that all customers give the item), supported (the floor on support is met)."""
    rfm: pl.DataFrame
    """One row per RFM name: rfm_name, customers, customer_share, revenue, revenue_share, median_recency_days,
    median_orders, median_revenue."""
    rfm_grid: pl.DataFrame
    """One row per cell: r_score, fm_score (1-5 each), rfm_name, customers, revenue; of customers with a purchase."""
    rfm_cuts: pl.DataFrame
    """One row per score 1-5: score, recency_days_from, recency_days_to, orders_from, orders_to, revenue_from,
    revenue_to; null where no customer has the score."""
    segment_rfm: pl.DataFrame
    """One row per segment and RFM name with customers: segment, segment_name, rfm_name, customers, segment_share (of
    the segment's customers), revenue."""
    typical: pl.DataFrame
    """The sampled customers nearest to each centroid, three a segment: segment, segment_name, customer_id, orders,
    revenue, aov, recency_days, certainty."""
    rules: pl.DataFrame
    """The segments restated, one row per condition of a rule: rule, segment, segment_name, customer_share (for whom the
    rule holds), accuracy (how many of them are of the segment), feature, label, unit, above, upto (null: no bound)."""
    k_evidence: pl.DataFrame
    """One row per tried k: k, silhouette, calinski_harabasz, davies_bouldin, stability, stability_spread, jaccard (of
    the segment that comes back least), smallest_share, the same as `reference_*` of customers without groups, and
    chosen (Boolean)."""
    map: pl.DataFrame
    """One row per customer of a sample: x, y (first two principal components), segment, segment_name."""
    map_variance: tuple[float, float]
    """Shares of the variance that x and y of `map` hold."""
    months: pl.DataFrame
    """One row per calendar month: month (Date), orders, customers, new_customers, revenue, complete (Boolean)."""
    clock: pl.DataFrame
    """One row per weekday (1 = Monday) and hour of the day: weekday, hour, orders."""
    gaps: pl.DataFrame
    """One row per number of whole days between successive orders of a customer: days, gaps."""
    cohorts: pl.DataFrame
    """One row per month of first order and months since: cohort (Date), months_since, customers, orders, revenue,
    cohort_customers, retention (customers / cohort_customers), complete (Boolean)."""
    concentration: pl.DataFrame
    """The spread of revenue at 101 points: customer_share, revenue_share (of so many of the best customers),
    lorenz_share (of so many of the poorest: the Lorenz curve)."""


@dataclass(frozen=True)
class Analysis:
    """The result of `analyze`."""

    summary: dict[str, Any]
    """Every figure of the run, as in `summary.json`."""
    frames: Frames
    customers: pl.LazyFrame
    """One row per customer, ordered by customer_id: the columns of `engine.schema.CUSTOMERS`."""
    model: Model
    out: Path | None
    """The folder of the outputs, where one was asked for."""

    @cached_property
    def charts(self) -> dict[str, alt.Chart]:
        """The charts by name, as Altair objects: drawn on first use."""
        from engine.charts import draw  # Altair takes a third of a second to import

        return draw(self.frames, self.summary)


@dataclass(frozen=True)
class Scored:
    """The result of `score`."""

    summary: dict[str, Any]
    """Every figure of the run, as in `summary.json`."""
    segments: pl.DataFrame
    """One row per segment of the model: segment, segment_name, customers, customer_share, training_share (of the
    customers that the model was fitted to), revenue, revenue_share, orders."""
    drift: pl.DataFrame
    """One row per feature of the model, the most shifted first: see `engine.segments.monitor.Drift`."""
    customers: pl.LazyFrame
    """One row per customer, ordered by customer_id, as those of `Analysis`."""
    model: Model
    out: Path | None
    """The folder of the outputs, where one was asked for."""

    @cached_property
    def charts(self) -> dict[str, alt.Chart]:
        """The charts by name, as Altair objects: drawn on first use."""
        from engine.charts.drift import feature_drift  # Altair takes a third of a second to import

        return (
            {}
            if (self.drift["verdict"] == "missing").all()
            else {"feature_drift": cast("alt.Chart", feature_drift(self.drift))}
        )
