"""The aggregated tables of a run, made of merged sums and labelled customers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs

from engine.features.categories import share_name
from engine.features.rfm import RANK, fm_score
from engine.forecast.tables import forecast_tables
from engine.insights import affinity, cohorts, columns, heaviness, months, repeat, rhythm, seasons, tree
from engine.insights.concentration import NOTHING, concentration
from engine.insights.correlations import correlations
from engine.insights.distribution import DESCRIBED, HISTOGRAMS, distribution, histogram
from engine.report.descriptions import PHRASES, describe
from engine.report.figures import favourites
from engine.result import Frames
from engine.schema import MICROS_OF
from engine.segments.actions import advise
from engine.segments.evidence import Evidence
from engine.segments.profile import memberships, segment_sizes
from engine.units import money, ratio

if TYPE_CHECKING:
    from engine.insights.concentration import Concentration
    from engine.insights.wanted import Wanted
    from engine.run import Built
    from engine.runners.forecasting import Forecast
    from engine.runners.patterns import Patterns
    from engine.segments.segmentation import Segmentation

TASTES = cs.starts_with(f"median_{share_name('')}")
"""Medians of the shares of spend: mostly zero, and told better by the affinities."""

REFERRED = ("silhouette", "calinski_harabasz", "davies_bouldin", "stability", "jaccard")
"""Figures of a cut that are set beside those of customers without groups."""
TYPICAL_COLUMNS = ("segment", "segment_name", "customer_id", "orders", "revenue", "aov", "recency_days", "certainty")


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a run, and the figures that are none."""

    frames: Frames
    features: list[dict[str, Any]]
    """How each feature is spread over the customers, see `insights.distribution`."""
    concentration: Concentration
    product_concentration: Concentration


def tabulate(
    customers: pl.LazyFrame,
    segmentation: Segmentation,
    built: Built,
    found: Patterns,
    forecast: Forecast,
    currency: str,
) -> Tables:
    """Make the tables of a run: `customers` are labelled, `built` and `found` hold the sums of all shards.

    A table of an insight that is not wanted, or that the data does not give, is there and empty.
    """
    wanted, sums, totals = built.wanted, built.sums, built.totals
    names, as_of = segmentation.model.named(), wanted.as_of
    sizes = segment_sizes(customers)
    of_products = affinity.finish_affinity(found.products, found.totals, names, totals.goods)
    by_category = totals.items_by == "category"
    of_items = affinity.finish_affinity(found.categories, found.totals, names, totals.items)
    features, histograms = measure_features(customers)
    of_cohorts = cohorts.finish_segment_cohorts(found.cohorts, names, as_of)
    grid = _rfm_grid(customers)
    of_months = months.finish_months(sums.months, wanted.first, as_of)
    curves = (
        (
            concentration(customers.select("revenue").collect(engine="streaming").to_series()),
            concentration(totals.products.filter(~pl.col("service"))["spend"]),
        )
        if "concentration" in wanted
        else (NOTHING, NOTHING)
    )

    def of(insight: str) -> pl.LazyFrame:
        return customers if insight in wanted else customers.head(0)

    frames = Frames(
        segments=_segments(
            sizes, memberships(customers), segmentation, of_items if by_category else of_products, currency
        ),
        profile=segmentation.profile.filter(pl.col("feature").is_in(list(PHRASES))),
        affinity=of_items if by_category else affinity.telling_products(of_products),
        product_affinity=affinity.telling_products(of_products),
        basket_rules=found.rules,
        segment_pairs=found.segment_pairs,
        sequences=found.sequences,
        entry_products=found.entries,
        rfm=_rfm(customers),
        rfm_grid=grid,
        rfm_cuts=_rfm_cuts(customers),
        segment_rfm=_segment_rfm(customers),
        typical=_typical(customers, segmentation.typical),
        rules=_rules(segmentation),
        k_evidence=_evidence(segmentation),
        map=segmentation.map,
        map_variance=segmentation.map_variance,
        months=of_months,
        clock=sums.clock,
        gaps=sums.gaps,
        cohorts=cohorts.finish_cohorts(found.cohorts, as_of),
        segment_cohorts=of_cohorts,
        segment_retention=cohorts.segment_retention(of_cohorts),
        repeat_rates=repeat.finish_repeat(found.repeats, names),
        repeat_curve=repeat.finish_curve(found.repeats, names),
        rhythm=rhythm.finish_rhythm(sums.rhythm, totals.items),
        customer_rhythm=_customer_rhythm(of("timing")),
        seasonality=_seasonality(of_months, sums.clock, wanted),
        concentration=curves[0].curve,
        product_concentration=curves[1].curve,
        heaviness=_heaviness(of("concentration")),
        revenue_tree=tree.finish_tree(sums.periods, counted=built.counted),
        columns=columns.finish_columns(sums.values, sums.moments).filter(
            pl.lit(built.counted) | (pl.col("column") == "amount")
        ),
        correlations=correlations(
            segmentation.fit.sample, DESCRIBED if "statistics" in wanted else (), int(grid["customers"].sum())
        ),
        histograms=histograms if "statistics" in wanted else histograms.head(0),
        **forecast_tables(forecast.proof, forecast.alive, customers, names),
    )
    return Tables(frames, features, *curves)


def measure_features(customers: pl.LazyFrame) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """Measure how every described feature is spread over all customers; one that no customer has is left out.

    Returns one record a feature (feature, label, unit, and the figures), and the histograms of all.
    """
    found, bins = [], [pl.DataFrame(schema=HISTOGRAMS)]
    for feature in DESCRIBED:
        # NOTE: one column at a time, so that the memory does not grow with the number of features.
        values = customers.select(feature.name).collect(engine="streaming").to_series()
        if values.null_count() < len(values):
            record = {"feature": feature.name, "label": feature.label, "unit": feature.unit}
            found.append({**record, **distribution(values)})
            named = (pl.lit(each).alias(name) for name, each in record.items())
            bins.append(histogram(values, feature.unit).select(*named, "start", "end", "customers"))
    return found, pl.concat(bins)


def _customer_rhythm(customers: pl.LazyFrame) -> pl.DataFrame:
    table = rhythm.customer_rhythm(customers).collect(engine="streaming")
    return table.filter(pl.col("customers") > 0)


def _seasonality(of_months: pl.DataFrame, clock: pl.DataFrame, wanted: Wanted) -> pl.DataFrame:
    kept = of_months if "timing" in wanted else of_months.head(0)
    return pl.concat([seasons.finish_seasons(kept), seasons.finish_weekdays(clock, wanted.first, wanted.as_of)])


def _heaviness(customers: pl.LazyFrame) -> pl.DataFrame:
    values = customers.select(MICROS_OF, "orders").collect(engine="streaming")
    return heaviness.finish_heaviness(values[MICROS_OF], values["orders"])


def _segments(
    sizes: pl.DataFrame, certain: pl.DataFrame, segmentation: Segmentation, table: pl.DataFrame, currency: str
) -> pl.DataFrame:
    liked = favourites(table, sizes["segment"], most=1)
    favourite = [rows[0]["label"] if (rows := liked[segment]) else None for segment in sizes["segment"]]
    descriptions = [describe(segmentation.profile, table, number, currency) for number in sizes["segment"]]
    actions = [
        advise(segmentation.traits[number - 1], customers, revenue)
        for number, customers, revenue in sizes.select("segment", "customer_share", "revenue_share").iter_rows()
    ]
    jaccard = [segmentation.jaccard[number - 1] for number in sizes["segment"]]
    return (
        sizes.with_columns(
            ratio(pl.col("revenue"), pl.col("customers")).alias("revenue_per_customer"),
            pl.Series("description", descriptions, dtype=pl.String),
            pl.Series("action", actions, dtype=pl.String),
            pl.Series("favourite", favourite, dtype=pl.String),
            pl.Series("jaccard", jaccard, dtype=pl.Float64),
        )
        .join(certain, on="segment", how="left")
        .join(segmentation.medians.select("segment", cs.starts_with("median_") - TASTES), on="segment", how="left")
        .sort("segment")
    )


def _segment_rfm(customers: pl.LazyFrame) -> pl.DataFrame:
    """Lay the segments across the RFM names: one row per pair that has customers."""
    sums = (
        customers.group_by("segment", "segment_name", "rfm_name")
        .agg(pl.len().cast(pl.Int64).alias("customers"), pl.col(MICROS_OF).sum().alias("total"))
        .collect(engine="streaming")
    )
    return sums.sort("segment", pl.col("rfm_name").replace_strict(RANK, return_dtype=pl.Int64)).select(
        "segment",
        "segment_name",
        "rfm_name",
        "customers",
        segment_share=ratio(pl.col("customers"), pl.col("customers").sum().over("segment")),
        revenue=money(pl.col("total")),
    )


def _typical(customers: pl.LazyFrame, typical: pl.DataFrame) -> pl.DataFrame:
    """Show the typical customers of each segment with what they are known for, the nearest to the centroid first."""
    known = customers.filter(pl.col("customer_id").is_in(typical["customer_id"].implode())).select(TYPICAL_COLUMNS)
    found = known.collect(engine="streaming")
    return typical.select("customer_id").join(found, on="customer_id", how="left", maintain_order="left")


def _rules(segmentation: Segmentation) -> pl.DataFrame:
    rows = [
        (
            number,
            rule.segment,
            segmentation.model.names[rule.segment - 1],
            rule.customer_share,
            rule.accuracy,
            each.feature.name,
            each.feature.label,
            each.feature.unit,
            each.above,
            each.upto,
        )
        for number, rule in enumerate(segmentation.rules.rules, 1)
        for each in rule.conditions
    ]
    return pl.DataFrame(
        rows,
        schema={
            "rule": pl.Int64,
            "segment": pl.Int64,
            "segment_name": pl.String,
            "customer_share": pl.Float64,
            "accuracy": pl.Float64,
            **dict.fromkeys(("feature", "label", "unit"), pl.String),
            **dict.fromkeys(("above", "upto"), pl.Float64),
        },
        orient="row",
    )


def _rfm(customers: pl.LazyFrame) -> pl.DataFrame:
    sums = (
        customers.group_by("rfm_name")
        .agg(
            pl.len().cast(pl.Int64).alias("customers"),
            pl.col(MICROS_OF).sum().alias("total"),
            median_recency_days=pl.col("recency_days").median(),
            median_orders=pl.col("orders").median(),
            median_revenue=pl.col("revenue").median(),
        )
        .collect(engine="streaming")
    )
    return sums.sort(pl.col("rfm_name").replace_strict(RANK, return_dtype=pl.Int64)).select(
        "rfm_name",
        "customers",
        customer_share=ratio(pl.col("customers"), pl.col("customers").sum()),
        revenue=money(pl.col("total")),
        revenue_share=ratio(pl.col("total"), pl.col("total").sum()),
        median_recency_days="median_recency_days",
        median_orders="median_orders",
        median_revenue="median_revenue",
    )


def _rfm_grid(customers: pl.LazyFrame) -> pl.DataFrame:
    return (
        customers.filter(pl.col("orders") > 0)
        .with_columns(fm_score=fm_score())
        .group_by("r_score", "fm_score", "rfm_name")
        .agg(pl.len().cast(pl.Int64).alias("customers"), pl.col(MICROS_OF).sum().alias("total"))
        .select("r_score", "fm_score", "rfm_name", "customers", revenue=money(pl.col("total")))
        .sort("r_score", "fm_score")
        .collect(engine="streaming")
    )


def _rfm_cuts(customers: pl.LazyFrame) -> pl.DataFrame:
    """Show what each score stands for: the least and the largest value that has it, among customers with a purchase."""
    bought = customers.filter(pl.col("orders") > 0)
    table = pl.DataFrame({"score": [1, 2, 3, 4, 5]})
    for score, value in (("r_score", "recency_days"), ("f_score", "orders"), ("m_score", "revenue")):
        ends = bought.group_by(score=score).agg(
            pl.col(value).min().alias(f"{value}_from"), pl.col(value).max().alias(f"{value}_to")
        )
        table = table.join(ends.collect(engine="streaming"), on="score", how="left", maintain_order="left")
    return table


def _evidence(segmentation: Segmentation) -> pl.DataFrame:
    """Set the figures of every tried number of segments beside those of customers without groups."""
    names = [each.name for each in fields(Evidence) if each.name not in {"k", "again"}]
    fit = segmentation.fit
    rows = [
        {"k": each.k}
        | {name: getattr(each, name) for name in names}
        | {f"reference_{name}": getattr(fit.reference.get(each.k), name, None) for name in REFERRED}
        | {"chosen": each.k == segmentation.model.k}
        for each in fit.candidates
    ]
    floats = dict.fromkeys([*names, *(f"reference_{name}" for name in REFERRED)], pl.Float64)
    return pl.DataFrame(rows, schema={"k": pl.Int64, **floats, "chosen": pl.Boolean})
