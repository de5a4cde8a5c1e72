"""Made-up results of a run, of any shape, for the tests of what people look at."""

from __future__ import annotations

import math
import random
from typing import Any

import polars as pl

from engine.result import Frames
from tests.charts import forecast_tables, insight_tables, time_tables
from tests.charts.summary import summarise
from tests.charts.tables import (
    clock,
    cohorts,
    curve,
    cuts,
    evidence,
    gaps,
    month_rows,
    overlap,
    projection,
    rfm,
    rules,
    typical,
)

FEATURES = (
    ("orders", "Orders", "orders", 3.0),
    ("recency_days", "Days since last order", "days", 60.0),
    ("tenure_days", "Days since first order", "days", 240.0),
    ("gap_mean_days", "Days between orders", "days", 41.0),
    ("aov", "Order value", "money", 310.0),
    ("lines_per_order", "Lines per order", "count", 14.0),
    ("price", "Price of an item", "money", 2.4),
    ("products", "Different products", "count", 35.0),
    ("return_rate", "Share of value returned", "share", 0.02),
    ("weekend_share", "Share of orders at weekends", "share", 0.16),
    ("evening_share", "Share of orders in the evening", "share", 0.08),
    ("discovery", "Share of spend on new products", "share", 0.61),
)

NAMES = (
    "Frequent big-ticket buyers",
    "Active full-basket Kitchen fans",
    "Lapsed occasional buyers",
    "Weekend browsers",
    "One-time buyers",
    "New and promising",
    "New one-time small-ticket low-price buyers",
    "Average buyers",
    "Bargain hunters of the evening",
    "Long lost",
)

ITEMS = (
    "Home & Garden",
    "Kitchen",
    "Toys",
    "Stationery",
    "WHITE HANGING HEART T-LIGHT HOLDER WITH A VERY LONG NAME THAT GOES ON AND ON 80",
    "Bags",
    "Candles",
    "Christmas",
    "Jewellery",
    "Textiles",
    "Lighting",
    "Vintage",
)


def example(
    segments: int = 5,
    items: int = 12,
    months: int = 14,
    *,
    customers: int = 4_338,
    currency: str = "GBP",
    names: tuple[str, ...] = NAMES,
    labels: tuple[str, ...] = ITEMS,
    seed: int = 7,
) -> tuple[Frames, dict[str, Any]]:
    """Return frames and a summary that agree with each other."""
    dice = random.Random(seed)
    called = {n: names[(n - 1) % len(names)] for n in range(1, segments + 1)}
    table = _segments(dice, called, customers)
    profile = _profile(dice, called)
    medians = profile.with_columns(("median_" + pl.col("feature")).alias("column")).pivot(
        on="column", index="segment", values="median"
    )
    table = table.join(medians, on="segment")
    top = [labels[i % len(labels)] + ("" if i < len(labels) else f" {i}") for i in range(items)]
    affinity = _affinity(dice, called, top)
    grid, names_of_cells = rfm(dice, customers)
    frames = Frames(
        segments=table,
        profile=profile,
        affinity=affinity,
        product_affinity=insight_tables.product_affinity(random.Random(seed), called),
        basket_rules=insight_tables.basket_rules(random.Random(seed)),
        segment_pairs=insight_tables.segment_pairs(called),
        sequences=insight_tables.sequences(random.Random(seed)),
        entry_products=insight_tables.entry_products(random.Random(seed)),
        rfm=names_of_cells,
        rfm_grid=grid,
        rfm_cuts=cuts(),
        segment_rfm=overlap(dice, called, table),
        typical=typical(called),
        rules=rules(called),
        k_evidence=evidence(dice, segments),
        map=projection(dice, called, min(customers, 700)),
        map_variance=(0.31, 0.17),
        months=month_rows(dice, months),
        clock=clock(dice),
        gaps=gaps(dice, customers),
        cohorts=cohorts(dice, months),
        segment_cohorts=pl.DataFrame(),
        segment_retention=time_tables.segment_retention(called, months),
        repeat_rates=time_tables.repeat_rates(called, customers),
        repeat_curve=time_tables.repeat_curve(called),
        rhythm=time_tables.rhythm(labels),
        customer_rhythm=time_tables.customer_rhythm(called),
        seasonality=time_tables.seasonality(),
        concentration=curve(),
        product_concentration=curve(),
        heaviness=time_tables.heaviness(),
        revenue_tree=time_tables.revenue_tree()[0],
        columns=time_tables.columns(),
        correlations=time_tables.correlations(tuple(label for _, label, _, _ in FEATURES), customers=customers),
        histograms=time_tables.histograms(tuple((name, label, unit) for name, label, unit, _ in FEATURES)),
        **forecast_tables.frames(called),
    )
    return frames, summarise(frames, customers, currency, months)


def _segments(dice: random.Random, called: dict[int, str], customers: int) -> pl.DataFrame:
    weights = [1.8**-n * dice.uniform(0.8, 1.2) for n in range(len(called))]
    people = [dice.uniform(0.5, 1.5) + n * 0.2 for n in range(len(called))]
    rows = []
    for (segment, name), weight, crowd in zip(called.items(), weights, people, strict=True):
        share, size = weight / sum(weights), crowd / sum(people)
        rows.append(
            {
                "segment": segment,
                "segment_name": name,
                "description": f"They order often and much; {name.lower()} come back within a month.",
                "customers": max(1, round(size * customers)),
                "customer_share": size,
                "revenue": share * 8_887_208.9,
                "revenue_share": share,
                "orders": max(1, round(size * customers * 4)),
                "revenue_per_customer": share * 8_887_208.9 / max(1, round(size * customers)),
                "action": "Keep them: early access and service rather than discounts.",
                "jaccard": None if len(called) == 1 else dice.uniform(0.6, 1.0),
                "certainty": None if len(called) == 1 else dice.uniform(0.2, 0.5),
                "borderline_share": None if len(called) == 1 else dice.uniform(0.0, 0.3),
                "favourite": ITEMS[segment % len(ITEMS)],
            }
        )
    return pl.DataFrame(rows)


def _profile(dice: random.Random, called: dict[int, str]) -> pl.DataFrame:
    rows = []
    for segment, name in called.items():
        for feature, label, unit, middle in FEATURES:
            effect = 0.0 if len(called) == 1 else dice.gauss(0, 0.9)
            lost = feature == "gap_mean_days" and segment == 5
            rows.append(
                {
                    "segment": segment,
                    "segment_name": name,
                    "feature": feature,
                    "label": label,
                    "unit": unit,
                    "median": None
                    if lost
                    else middle * 1.9**effect
                    if unit != "share"
                    else min(1.0, middle * 1.6**effect),
                    "overall_median": middle,
                    "effect": effect,
                }
            )
    return pl.DataFrame(rows)


def _affinity(dice: random.Random, called: dict[int, str], items: list[str]) -> pl.DataFrame:
    rows = []
    for segment, name in called.items():
        for number, item in enumerate(items):
            usual = 1.3**-number / 5
            ratio = 1.0 if len(called) == 1 else 2.4 ** dice.gauss(0, 0.8)
            buyers = int(400 * usual * ratio) + 1
            rows.append(
                {
                    "segment": segment,
                    "segment_name": name,
                    "item": f"i{number}",
                    "label": item,
                    "buyers": buyers,
                    "revenue": buyers * 31.5,
                    "segment_share": usual * ratio,
                    "overall_share": usual,
                    "index": 100 * ratio,
                    "lift": ratio,
                    "index_low": 100 * ratio * math.exp(-1 / math.sqrt(buyers)),
                    "index_high": 100 * ratio * math.exp(1 / math.sqrt(buyers)),
                    "supported": buyers >= 5,
                }
            )
    schema = {
        "segment": pl.Int64,
        "segment_name": pl.String,
        "item": pl.String,
        "label": pl.String,
        "buyers": pl.Int64,
        "revenue": pl.Float64,
        "segment_share": pl.Float64,
        "overall_share": pl.Float64,
        "index": pl.Float64,
        "lift": pl.Float64,
        "index_low": pl.Float64,
        "index_high": pl.Float64,
        "supported": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema)
