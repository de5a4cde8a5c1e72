"""Made-up results of a run, of any shape, for the tests of what people look at."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import polars as pl

from engine.result import Frames

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

RFM = (
    "Champions",
    "Loyal",
    "Potential loyalists",
    "New customers",
    "Promising",
    "Need attention",
    "About to sleep",
    "At risk",
    "Hibernating",
    "Lost",
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
    grid, rfm = _rfm(dice, customers)
    frames = Frames(
        segments=table,
        profile=profile,
        affinity=affinity,
        rfm=rfm,
        rfm_grid=grid,
        rfm_cuts=_cuts(),
        k_evidence=_evidence(dice, segments),
        map=_map(dice, called, min(customers, 700)),
        map_variance=(0.31, 0.17),
        months=_months(dice, months),
        clock=_clock(dice),
        gaps=_gaps(dice, customers),
        cohorts=_cohorts(dice, months),
        concentration=_curve(),
    )
    return frames, _summary(frames, customers, currency, months)


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
                "top_category": ITEMS[segment % len(ITEMS)],
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
        "supported": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema)


def _rfm(dice: random.Random, customers: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    cells = []
    for recency in range(1, 6):
        for worth in range(1, 6):
            place = min(9, (10 - recency - worth) * 10 // 9)
            people = max(1, int(customers / 25 * dice.uniform(0.5, 1.5)))
            cells.append(
                {
                    "r_score": recency,
                    "fm_score": worth,
                    "rfm_name": RFM[place],
                    "customers": people,
                    "revenue": people * 30.0 * worth**2.6,
                }
            )
    grid = pl.DataFrame(cells)
    rfm = (
        grid.group_by("rfm_name")
        .agg(pl.col("customers", "revenue").sum())
        .with_columns(
            customer_share=pl.col("customers") / pl.col("customers").sum(),
            revenue_share=pl.col("revenue") / pl.col("revenue").sum(),
            median_recency_days=pl.lit(30.0),
            median_orders=pl.lit(4.0),
            median_revenue=pl.col("revenue") / pl.col("customers"),
        )
        .sort("revenue", descending=True)
    )
    return grid, rfm


def _cuts() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "score": [1, 2, 3, 4, 5],
            "recency_days_from": [179.0, 72.0, 33.0, 14.0, 0.5],
            "recency_days_to": [373.0, 178.0, 71.0, 32.0, 13.0],
            "orders_from": [1, None, 2, 4, 6],
            "orders_to": [1, None, 3, 5, 210],
            "revenue_from": [3.75, 250.1, 490.2, 942.0, 2057.9],
            "revenue_to": [249.9, 489.7, 941.1, 2056.0, 280206.0],
        }
    )


def _evidence(dice: random.Random, chosen: int) -> pl.DataFrame:
    rows = [
        {
            "k": k,
            "silhouette": 0.42 - 0.02 * abs(k - chosen) - dice.uniform(0, 0.03),
            "stability": max(0.3, 0.95 - 0.05 * abs(k - chosen)),
            "stability_spread": dice.uniform(0.01, 0.08),
            "smallest_share": 0.5 / k,
            "chosen": k == chosen,
        }
        for k in range(2, 11)
    ]
    return pl.DataFrame(rows)


def _map(dice: random.Random, called: dict[int, str], sample: int) -> pl.DataFrame:
    middles = {segment: (dice.uniform(-3, 3), dice.uniform(-2, 2)) for segment in called}
    rows = []
    for n in range(sample):
        segment = n % len(called) + 1
        x, y = middles[segment]
        rows.append(
            {"x": dice.gauss(x, 0.9), "y": dice.gauss(y, 0.7), "segment": segment, "segment_name": called[segment]}
        )
    return pl.DataFrame(rows)


def _month(number: int) -> date:
    return date(2010 + (11 + number) // 12, (11 + number) % 12 + 1, 1)


def _months(dice: random.Random, months: int) -> pl.DataFrame:
    rows = []
    for n in range(months):
        people = int(900 + 60 * n * dice.uniform(0.7, 1.3))
        rows.append(
            {
                "month": _month(n),
                "orders": int(people * 1.5),
                "customers": people,
                "new_customers": int(people * max(0.12, 0.9**n)),
                "revenue": people * 640.0 * dice.uniform(0.8, 1.2),
                "complete": n < months - 1 or months == 1,
            }
        )
    return pl.DataFrame(rows)


def _clock(dice: random.Random) -> pl.DataFrame:
    rows = [
        {"weekday": day, "hour": hour, "orders": int(400 * dice.uniform(0.6, 1.2) / (1 + abs(hour - 12.5) ** 1.7))}
        for day in range(1, 8)
        for hour in range(6, 21)
        if day != 6
    ]
    return pl.DataFrame(rows)


def _gaps(dice: random.Random, customers: int) -> pl.DataFrame:
    days = [min(370, int(dice.lognormvariate(3.4, 1.0))) for _ in range(min(customers, 5_000))]
    return pl.DataFrame({"days": days}).group_by("days").agg(pl.len().cast(pl.Int64).alias("gaps")).sort("days")


def _cohorts(dice: random.Random, months: int) -> pl.DataFrame:
    rows = []
    for first in range(months):
        size = dice.randint(150, 900)
        for since in range(months - first):
            kept = 1.0 if since == 0 else 0.36 * dice.uniform(0.6, 1.1) * 0.97**since
            people = int(size * kept)
            rows.append(
                {
                    "cohort": _month(first),
                    "months_since": since,
                    "customers": people,
                    "orders": people * 2,
                    "revenue": people * 300.0,
                    "cohort_customers": size,
                    "retention": people / size,
                    "complete": first + since < months - 1,
                }
            )
    return pl.DataFrame(rows)


def _curve() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer_share": [n / 100 for n in range(101)],
            "revenue_share": [1 - (1 - n / 100) ** 5.5 for n in range(101)],
        }
    )


def _summary(frames: Frames, customers: int, currency: str, months: int) -> dict[str, Any]:
    rejected = {"no customer": 135_080, "unreadable date": 12, "amount out of range": 3}
    read = 541_909
    features = frames.profile.unique(subset="feature", keep="first", maintain_order=True)
    return {
        "version": "1.0.0",
        "seed": 0,
        "currency": currency,
        "source": {
            "files": [{"name": "online_retail.csv", "bytes": 45_580_638}],
            "encoding": "utf-8",
            "delimiter": ",",
            "date_format": "%m/%d/%Y %H:%M",
            "roles": [
                {"role": "customer", "column": "CustomerID", "reason": "named like a customer; 4,372 values"},
                {"role": "order", "column": "InvoiceNo", "reason": "named like an invoice"},
                {"role": "date", "column": "InvoiceDate", "reason": "99.9% of values are dates"},
            ],
        },
        "rows": {
            "read": read,
            "kept": read - sum(rejected.values()),
            "rejected": sum(rejected.values()),
            "rejected_by_reason": rejected,
        },
        "customers": customers,
        "buyers": max(1, int(customers * 0.99)),
        "orders": customers * 4 + 1,
        "products": 3_684,
        "revenue": 8_887_208.9,
        "period": {"first": "2010-12-01T08:26:00", "last": f"{_month(months - 1).isoformat()}T12:50:00"},
        "as_of": "2011-12-10T00:00:00",
        "alerts": [
            {
                "code": "no_customer",
                "message": "A quarter of the lines name no customer and are left out.",
                "rows": 135_080,
                "amount": 1_447_682.1,
            }
        ],
        "k": {
            "chosen": frames.segments.height,
            "candidates": frames.k_evidence.drop("chosen").to_dicts(),
            "verdict": f"{frames.segments.height} segments part most clearly and come out alike when fitted again.",
            "chosen_by": "data",
        },
        "segments": frames.segments.rename({"segment": "id", "segment_name": "name"}).to_dicts(),
        "rfm": frames.rfm.to_dicts(),
        "rfm_cuts": frames.rfm_cuts.to_dicts(),
        "affinity_by": "category",
        "affinity": frames.affinity.to_dicts(),
        "cohorts": frames.cohorts.with_columns(pl.col("cohort").cast(pl.String)).to_dicts(),
        "concentration": {
            "top_1_share": 1 - 0.99**5.5,
            "top_10_share": 1 - 0.9**5.5,
            "top_20_share": 1 - 0.8**5.5,
            "gini": 0.69,
        },
        "repeat_rate": 0.656,
        "features": [
            {
                "feature": row["feature"],
                "label": row["label"],
                "unit": row["unit"],
                "min": 0.0,
                "p25": row["overall_median"] / 2,
                "median": row["overall_median"],
                "mean": row["overall_median"] * 1.4,
                "p75": row["overall_median"] * 2,
                "p90": row["overall_median"] * 3,
                "max": row["overall_median"] * 20,
            }
            for row in features.rows(named=True)
        ],
        "findings": [],
    }
