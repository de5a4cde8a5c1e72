"""What a run hands back: small frames to look at, one lazy table of customers, the model and the charts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from engine.preload import load

if TYPE_CHECKING:
    from collections.abc import Iterator
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
    revenue, revenue_share, orders, revenue_per_customer, action (what to do with it), favourite (the item it buys much,
    and more of than others), jaccard (how well it comes back when customers are drawn anew, 1 at best), certainty (the
    median of its customers'), borderline_share (those who might as well belong to the next), and `median_*` of the
    profile."""
    profile: pl.DataFrame
    """One row per segment and feature of behaviour: segment, segment_name, feature, label, unit, median,
    overall_median, effect (Glass's delta: mean of the segment in standard deviations from that of all, after the
    feature's transform)."""
    affinity: pl.DataFrame
    """One row per segment and category (product where there are none), and one per segment for all others (item null):
    segment, segment_name, item, label, buyers, buyer_share (of the segment's customers), lift (buyer_share over that of
    all customers), revenue, segment_share (of the segment's revenue), overall_share, index (100 = the share of spend
    that all customers give the item), index_low, index_high (95% for all rows at once), supported (enough buyers, none
    of whom outweighs the others)."""
    product_affinity: pl.DataFrame
    """The same for products: the 25 that tell most of each segment, for all segments."""
    basket_rules: pl.DataFrame
    """One row per rule, the most telling first: antecedents (list of one product, or of two), antecedent_labels,
    consequent, consequent_label, orders (that hold all of them), support, antecedent_support, consequent_support
    (shares of the orders), confidence, lift, lift_low, lift_high (95% for all pairs, and all triples, that were looked
    at), leverage, conviction (infinite where the rule always holds), zhang; see `insights.baskets`."""
    segment_pairs: pl.DataFrame
    """The ten most telling pairs of each segment's orders: segment, segment_name, first, first_label, second,
    second_label, orders, support, lift, lift_low, overall_lift (among all orders; null where too few hold the pair)."""
    sequences: pl.DataFrame
    """One row per product bought on customers' first day and product of their next day of purchase, the most telling
    first: first, first_label, next, next_label, customers, first_customers (who began with it and came back), share,
    overall_share (of all who came back), lift, lift_low, lift_high, median_days (between the two)."""
    entry_products: pl.DataFrame
    """One row per product that 50 customers or more began with: item, label, customers, followed (for horizon_days or
    more), came_back (of them, within horizon_days), rate, overall_rate (of all customers), low, high (95% for all rows
    at once), median_days (until the next day of purchase, of those who came back at all), horizon_days."""
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
    """One row per calendar month: month (Date), orders, customers, new_customers, revenue, new_revenue (of the
    customers whose first month it is), returning_revenue, complete (Boolean)."""
    clock: pl.DataFrame
    """One row per weekday (1 = Monday) and hour of the day: weekday, hour, orders."""
    gaps: pl.DataFrame
    """One row per number of whole days between successive orders of a customer: days, gaps."""
    cohorts: pl.DataFrame
    """One row per month of first order and months since: cohort (Date), months_since, customers, orders, revenue,
    cohort_customers, retention (customers / cohort_customers), complete (Boolean)."""
    segment_cohorts: pl.DataFrame
    """The same by segment: segment, segment_name, and the columns of `cohorts`; after many years too long for the
    summary."""
    segment_retention: pl.DataFrame
    """One row per segment and months since, over complete months: segment, segment_name, months_since, customers,
    cohort_customers, retention."""
    repeat_rates: pl.DataFrame
    """One row per segment (null: all customers) and horizon, customers not followed so long treated rightly: segment,
    segment_name, horizon_days, customers, followed (so long, or until they came back), came_back, rate (Kaplan-Meier),
    low, high (95%)."""
    repeat_curve: pl.DataFrame
    """One row per segment (null: all customers) and day on which the rate changes: segment, segment_name, day, rate."""
    rhythm: pl.DataFrame
    """One row per category (product where there are none): item, label, buyers, repeat_buyers, repeat_share,
    repurchases, p25_days, median_days, p75_days (between a customer's days of purchase), regularity, supported."""
    customer_rhythm: pl.DataFrame
    """One row per segment (null: all customers): segment, segment_name, customers (with two orders or more), p25_days,
    median_days, p75_days (of their own median gap), rhythmic (customers with three orders or more), overdue_share (of
    them, silent for more than twice their gap)."""
    seasonality: pl.DataFrame
    """One row per month of the year and weekday, where the data is long enough: scale ("month" or "weekday"), number,
    name, index (100 = average), years (or weeks) behind it, low, high."""
    concentration: pl.DataFrame
    """The curve at 101 points: customer_share (best customers first), revenue_share, lorenz_share (of the customers
    from the other end)."""
    product_concentration: pl.DataFrame
    """The same for products, by what was bought of them."""
    heaviness: pl.DataFrame
    """One row per group of buyers: group (Heavy: the best 20% of buyers; Medium: the next 30%; Light: the other half;
    None: no revenue), customers, customer_share, revenue, revenue_share, orders, revenue_from."""
    revenue_tree: pl.DataFrame
    """One row per factor whose product is the revenue: factor, label, unit, before, after, change, contribution (to the
    change of revenue: they add up to it); empty without two periods to compare."""
    columns: pl.DataFrame
    """One row per numeric column of the kept lines: column, label, unit, values, zero_share, negative_share, min, p05,
    p25, median, p75, p95, max, mean, std, error (the quantiles' largest relative error)."""
    correlations: pl.DataFrame
    """One row per pair of features: feature, label, other, other_label, correlation (Spearman's), customers, error
    (half width of the 95% interval; 0 where all customers were taken)."""
    histograms: pl.DataFrame
    """One row per feature and bin: feature, label, unit, start, end, customers; the ends hold what lies beyond."""
    forecast_models: pl.DataFrame
    """One row per model, the simplest first: model, label, chosen, simple (a rule of thumb), auc, average_precision,
    top_decile_lift, top_decile_rate (of the tenth ranked highest, who came back), log_loss, brier, calibration_error,
    mae_orders, rmse_orders, mae_spend, most with `_low` and `_high` (95%), auc_ahead (of the chosen one, with its
    ends), totals orders_expected, orders_actual, spend_expected, spend_actual, orders_ratio, spend_ratio (expected over
    actual); over all cut-offs."""
    forecast_cutoffs: pl.DataFrame
    """One row per cut-off, the newest first: cutoff (Date), customers, learnt_at (Date: the newest cut-off that was
    learnt from), returned (share), returned_before (in the window that was learnt from), p_return (mean), auc,
    auc_simple (of the best rule of thumb), and totals expected and actual; of the chosen model, as all below."""
    forecast_calibration: pl.DataFrame
    """One row per tenth of customers by probability, the least likely first: tenth, customers, expected (mean
    probability), actual (share who came back), low, high (95%)."""
    forecast_gain: pl.DataFrame
    """One row per model (the chosen one, rules of thumb) and share of customers picked, best first: model, label,
    chosen, picked, found (share of those who came back)."""
    forecast_deciles: pl.DataFrame
    """One row per tenth, the likeliest first: tenth, customers, p_return, returned, and totals expected and actual."""
    forecast_weeks: pl.DataFrame
    """One row per week after the newest cut-off: week, start (Date), days, orders_expected, orders_actual."""
    forecast_segments: pl.DataFrame
    """One row per segment, customers being in that which they were in at the cut-off: segment, segment_name, customers,
    p_return, returned, and totals expected and actual."""
    forecast_importance: pl.DataFrame
    """One row per group of features, the most telling first: feature, label, auc_drop (when it is shuffled), low,
    high."""
    alive: pl.DataFrame
    """One row per number of repeat purchases and days of silence: see `engine.forecast.alive.alive_matrix`."""
    outlook: pl.DataFrame
    """One row per segment: segment, segment_name, customers, p_return (mean), expected_orders, expected_spend (sums
    over the horizon), value_365 (over a year), spend_per_customer, value_per_customer (of the two)."""


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
        return dict(self.drawn())

    def drawn(self) -> Iterator[tuple[str, alt.Chart]]:
        """Draw the charts one after the other, each as it is asked for."""
        yield from load("engine.charts").draw(self.frames, self.summary)  # with Altair, which takes a third of a second


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
