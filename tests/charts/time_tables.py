"""Made-up tables of who comes back, of rhythm, seasons, money and features, for the charts of them."""

from __future__ import annotations

import calendar
import itertools
import math
import random
from typing import Any

import polars as pl

MONTHS = tuple(calendar.month_name)[1:]
DAYS = tuple(calendar.day_name)
HORIZONS = (30, 60, 90, 180, 365)


def _rate(limit: float, pace: float, day: int) -> float:
    return limit * (1 - math.exp(-day / pace))


def _who(called: dict[int, str]) -> list[tuple[int | None, str, float, float]]:
    """Return segment, name, the share that comes back in the end, and the days after which most of them have."""
    dice = random.Random(3)
    return [(None, "All customers", 0.41, 95.0)] + [
        (segment, name, dice.uniform(0.02, 0.95), dice.uniform(20, 200)) for segment, name in called.items()
    ]


def repeat_curve(called: dict[int, str], upto: int = 365) -> pl.DataFrame:
    rows = [
        {"segment": segment, "segment_name": name, "day": day, "rate": _rate(limit, pace, day)}
        for segment, name, limit, pace in _who(called)
        for day in range(upto + 1)
    ]
    return pl.DataFrame(rows, schema_overrides={"segment": pl.Int64})


def repeat_rates(called: dict[int, str], customers: int = 4_338, upto: int = 365) -> pl.DataFrame:
    rows = []
    for segment, name, limit, pace in _who(called):
        for horizon in HORIZONS:
            known = horizon <= upto
            followed = int(customers * (1 - horizon / 500)) if known else 0
            rate = _rate(limit, pace, horizon) if known else None
            half = 0.0 if rate is None else 1.96 * math.sqrt(rate * (1 - rate) / max(followed, 1))
            rows.append(
                {"segment": segment, "segment_name": name, "horizon_days": horizon, "customers": customers}
                | {"followed": followed, "came_back": round((rate or 0) * followed), "rate": rate}
                | {"low": None if rate is None else max(0.0, rate - half)}
                | {"high": None if rate is None else min(1.0, rate + half)}
            )
    floats = dict.fromkeys(("rate", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides={"segment": pl.Int64, **floats})


def segment_retention(called: dict[int, str], months: int = 13) -> pl.DataFrame:
    dice = random.Random(5)
    rows = []
    for segment, name in called.items():
        level = dice.uniform(0.03, 0.8)
        for since in range(months):
            base = max(1, 900 - 70 * since)
            part = 1.0 if since == 0 else level * 0.97**since * dice.uniform(0.85, 1.15)
            rows.append(
                {"segment": segment, "segment_name": name, "months_since": since, "customers": int(base * part)}
                | {"cohort_customers": base, "retention": min(1.0, part)}
            )
    return pl.DataFrame(rows)


def rhythm(items: tuple[str, ...]) -> pl.DataFrame:
    dice = random.Random(11)
    rows = []
    for number, label in enumerate(items):
        middle = dice.lognormvariate(3.7, 0.7)
        buyers = int(3_000 * 0.8**number) + 3
        part = dice.uniform(0.1, 0.6)
        rows.append(
            {"item": f"i{number}", "label": label, "buyers": buyers, "repeat_buyers": int(buyers * part)}
            | {"repeat_share": part, "repurchases": int(buyers * part * 2), "p25_days": round(middle * 0.5)}
            | {"median_days": round(middle), "p75_days": round(middle * dice.uniform(1.4, 2.4)), "regularity": 1.1}
            | {"supported": buyers > 40}
        )
    return pl.DataFrame(rows)


def customer_rhythm(called: dict[int, str]) -> pl.DataFrame:
    dice = random.Random(13)
    rows = []
    for segment, name in [(None, "All customers"), *called.items()]:
        middle = 41.5 if segment is None else dice.lognormvariate(3.6, 0.6)
        rows.append(
            {"segment": segment, "segment_name": name, "customers": 812, "p25_days": middle * 0.5}
            | {"median_days": middle, "p75_days": middle * 1.8, "rhythmic": 430}
            | {"overdue_share": 0.34 if segment is None else dice.uniform(0.05, 0.9)}
        )
    floats = dict.fromkeys(("p25_days", "median_days", "p75_days", "overdue_share"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides={"segment": pl.Int64, **floats})


def seasonality(years: int = 3, scales: tuple[str, ...] = ("month", "weekday")) -> pl.DataFrame:
    month = (78.0, 81, 92, 88, 97, 93, 90, 94, 112, 118, 162, 95)
    weekday = (104.0, 112, 108, 131, 101, 22, 122)
    rows = []
    for scale, names, index in (("month", MONTHS, month), ("weekday", DAYS, weekday)):
        spread = years > 1 and scale == "month"
        rows += [
            {"scale": scale, "number": number, "name": name, "index": value}
            | {"years": years if scale == "month" else 56}
            | {"low": value * 0.86 if spread else None, "high": value * 1.12 if spread else None}
            for number, (name, value) in enumerate(zip(names, index, strict=True), 1)
            if scale in scales
        ]
    floats = dict.fromkeys(("index", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=floats)


def revenue_tree() -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the factors of a revenue that fell from 1,000,000 to 880,000, and its periods."""
    factors = (
        ("customers", "Customers", "count", 4_200.0, 3_610.0),
        ("orders_per_customer", "Orders per customer", "orders", 2.1, 2.24),
        ("items_per_order", "Items per order", "count", 24.0, 23.0),
        ("price", "Price of an item", "money", 4.87, 4.95),
        ("kept", "Share kept after returns", "share", 0.97, 0.965),
    )
    before, after = 1_000_000.0, 1_000_000.0 * math.prod(f[4] / f[3] for f in factors)
    mean = (after - before) / math.log(after / before)
    rows = [
        {"factor": factor, "label": label, "unit": unit, "before": was, "after": now, "change": now / was - 1}
        | {"contribution": mean * math.log(now / was)}
        for factor, label, unit, was, now in factors
    ]
    periods = {
        "name": "the last three full months against the same three a year before",
        "before": ["2010-09-01T00:00:00", "2010-12-01T00:00:00"],
        "after": ["2011-09-01T00:00:00", "2011-12-01T00:00:00"],
        "revenue_before": before,
        "revenue_after": after,
    }
    return pl.DataFrame(rows), periods


def heaviness() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "group": ["Heavy", "Medium", "Light", "None"],
            "customers": [860, 1_290, 2_150, 38],
            "customer_share": [0.198, 0.297, 0.496, 0.009],
            "revenue": [6_540_000.0, 1_500_000.0, 860_000.0, -12_800.0],
            "revenue_share": [0.7360, 0.1688, 0.0968, -0.0014],
            "orders": [9_800, 4_400, 3_900, 41],
            "revenue_from": [2_057.9, 674.1, 3.75, -4_287.6],
        }
    )


def histograms(features: tuple[tuple[str, str, str], ...], edges: dict[str, list[float]] | None = None) -> pl.DataFrame:
    """Return the bins of features (name, label, unit)."""
    dice = random.Random(17)
    usual = {
        "orders": [1.0, 2, 3, 4, 5, 10, 20, 50, 100],
        "money": [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000],
        "days": [20.0 * n for n in range(20)],
        "share": [n / 20 for n in range(21)],
        "count": [1.0, 2, 5, 10, 20, 50, 100, 200],
    }
    rows = []
    for feature, label, unit in features:
        ends = (edges or usual)[unit]
        middle = dice.uniform(0, 1) * len(ends)
        for at, (start, end) in enumerate(itertools.pairwise(ends)):
            people = int(900 * math.exp(-(((at - middle) / 4) ** 2)))
            rows.append({"feature": feature, "label": label, "unit": unit, "start": start, "end": end})
            rows[-1]["customers"] = people
    return pl.DataFrame(rows)


def columns() -> pl.DataFrame:
    names = ("min", "p05", "p25", "median", "p75", "p95", "max", "mean", "std")
    rows = [
        {"column": column, "label": label, "unit": unit, "values": 406_829, "zero_share": 0.0001}
        | {"negative_share": 0.02, "error": 0.0001} | {name: 3.0 * at for at, name in enumerate(names)}
        for column, label, unit in (("quantity", "Quantity", "count"), ("amount", "Amount of a line", "money"))
    ]  # fmt: skip
    return pl.DataFrame(rows)


def correlations(labels: tuple[str, ...], *, customers: int = 4_338, error: float = 0.03) -> pl.DataFrame:
    dice = random.Random(19)
    rows = [
        {"feature": f"f{one}", "label": labels[one], "other": f"f{two}", "other_label": labels[two]}
        | {"correlation": dice.uniform(-0.6, 0.95) * 0.8 ** (two - one - 1), "customers": customers, "error": error}
        for one in range(len(labels))
        for two in range(one + 1, len(labels))
    ]
    return pl.DataFrame(rows)
