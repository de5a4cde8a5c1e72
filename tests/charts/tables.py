"""Made-up tables of RFM, time and the choice of k, for `tests.charts.frames`."""

from __future__ import annotations

import random
from datetime import date

import polars as pl

RFM = (
    "Champions",
    "Loyal customers",
    "Potential loyalists",
    "New customers",
    "Promising",
    "Need attention",
    "About to sleep",
    "At risk",
    "Hibernating",
    "Lost",
)


def rfm(dice: random.Random, customers: int) -> tuple[pl.DataFrame, pl.DataFrame]:
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


def cuts() -> pl.DataFrame:
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


def evidence(dice: random.Random, chosen: int) -> pl.DataFrame:
    rows = [
        {
            "k": k,
            "silhouette": 0.42 - 0.02 * abs(k - chosen) - dice.uniform(0, 0.03),
            "stability": max(0.3, 0.95 - 0.05 * abs(k - chosen)),
            "calinski_harabasz": 1_000.0 - 50 * k,
            "davies_bouldin": 1.1 + 0.02 * k,
            "stability_spread": dice.uniform(0.01, 0.08),
            "jaccard": 0.9 - 0.04 * abs(k - chosen),
            "reference_silhouette": 0.3 - 0.01 * k,
            "reference_calinski_harabasz": 800.0 - 50 * k,
            "reference_davies_bouldin": 1.3,
            "reference_stability": 0.9 - 0.04 * k,
            "reference_jaccard": 0.8 - 0.04 * k,
            "smallest_share": 0.5 / k,
            "chosen": k == chosen,
        }
        for k in range(2, 11)
    ]
    return pl.DataFrame(rows)


def overlap(dice: random.Random, called: dict[int, str], segments: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for segment, name in called.items():
        weights = [dice.uniform(0, 1) ** 3 for _ in RFM]
        people = segments.filter(pl.col("segment") == segment)["customers"][0]
        for group, weight in zip(RFM, weights, strict=True):
            part = weight / sum(weights)
            row = {"segment": segment, "segment_name": name, "rfm_name": group, "customers": round(part * people)}
            rows.append({**row, "segment_share": part, "revenue": 40.0 * part * people})
    return pl.DataFrame(rows)


def typical(called: dict[int, str]) -> pl.DataFrame:
    rows = [
        {"segment": segment, "segment_name": name, "customer_id": f"C{segment}{place}", "orders": 4, "revenue": 310.5}
        | {"aov": 77.6, "recency_days": 12.5, "certainty": 0.6}
        for segment, name in called.items()
        for place in range(3)
    ]
    return pl.DataFrame(rows)


def rules(called: dict[int, str]) -> pl.DataFrame:
    rows = [
        {"rule": rule, "segment": segment, "segment_name": name, "customer_share": 0.2, "accuracy": 0.84}
        | {"feature": "recency_days", "label": "Days since last order", "unit": "days", "above": 30.0, "upto": None}
        for rule, (segment, name) in enumerate(called.items(), 1)
    ]
    schema_overrides = {"upto": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=schema_overrides)


def projection(dice: random.Random, called: dict[int, str], sample: int) -> pl.DataFrame:
    middles = {segment: (dice.uniform(-3, 3), dice.uniform(-2, 2)) for segment in called}
    rows = []
    for n in range(sample):
        segment = n % len(called) + 1
        x, y = middles[segment]
        rows.append(
            {"x": dice.gauss(x, 0.9), "y": dice.gauss(y, 0.7), "segment": segment, "segment_name": called[segment]}
        )
    return pl.DataFrame(rows)


def month_number(number: int) -> date:
    return date(2010 + (11 + number) // 12, (11 + number) % 12 + 1, 1)


def month_rows(dice: random.Random, months: int) -> pl.DataFrame:
    rows = []
    for n in range(months):
        people = int(900 + 60 * n * dice.uniform(0.7, 1.3))
        rows.append(
            {
                "month": month_number(n),
                "orders": int(people * 1.5),
                "customers": people,
                "new_customers": int(people * max(0.12, 0.9**n)),
                "revenue": people * 640.0 * dice.uniform(0.8, 1.2),
                "complete": n < months - 1 or months == 1,
            }
        )
    return pl.DataFrame(rows)


def clock(dice: random.Random) -> pl.DataFrame:
    rows = [
        {"weekday": day, "hour": hour, "orders": int(400 * dice.uniform(0.6, 1.2) / (1 + abs(hour - 12.5) ** 1.7))}
        for day in range(1, 8)
        for hour in range(6, 21)
        if day != 6
    ]
    return pl.DataFrame(rows)


def gaps(dice: random.Random, customers: int) -> pl.DataFrame:
    days = [min(370, int(dice.lognormvariate(3.4, 1.0))) for _ in range(min(customers, 5_000))]
    return pl.DataFrame({"days": days}).group_by("days").agg(pl.len().cast(pl.Int64).alias("gaps")).sort("days")


def cohorts(dice: random.Random, months: int) -> pl.DataFrame:
    rows = []
    for first in range(months):
        size = dice.randint(150, 900)
        for since in range(months - first):
            kept = 1.0 if since == 0 else 0.36 * dice.uniform(0.6, 1.1) * 0.97**since
            people = int(size * kept)
            rows.append(
                {
                    "cohort": month_number(first),
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


def curve() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer_share": [n / 100 for n in range(101)],
            "revenue_share": [1 - (1 - n / 100) ** 5.5 for n in range(101)],
            "lorenz_share": [(n / 100) ** 5.5 for n in range(101)],
        }
    )
