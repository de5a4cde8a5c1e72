"""One sentence about each segment: what sets it apart, against all customers."""

from __future__ import annotations

from typing import Any

import polars as pl

from engine.features.categories import share_name
from engine.report import numbers

TRAITS = 3
"""Traits that the sentence names: the strongest ones."""

PHRASES = {
    "orders": "{}",
    "recency_days": "last order {} ago",
    "active_days": "{} from first to last order",
    "tenure_days": "first order {} ago",
    "gap_mean_days": "{} between orders",
    "aov": "{} an order",
    "lines_per_order": "{} lines an order",
    "price": "{} a unit",
    "products": "{} different products",
    "return_rate": "{} of the value returned",
    "weekend_share": "{} of orders at weekends",
}
"""How the value of a feature is said in a sentence; a share of spend names its category."""
ONE = {"lines_per_order": "1 line an order", "products": "1 product only"}
"""How it is said where it is one."""


def describe(profile: pl.DataFrame, affinity: pl.DataFrame, segment: int, currency: str) -> str:
    """Name the strongest traits of a segment, each with the value of all customers behind it.

    A behaviour is told by its median. A taste is told by the category's share of the segment's whole spend, since the
    median customer spends nothing on most categories.
    """
    spent = affinity.filter(pl.col("segment") == segment).select(
        feature=pl.col("item").map_elements(share_name, return_dtype=pl.String),
        own="segment_share",
        usual="overall_share",
    )
    rows = (
        profile.filter(pl.col("segment") == segment)
        .join(spent, on="feature", how="left")
        .with_columns(own=pl.coalesce("own", "median"), usual=pl.coalesce("usual", "overall_median"))
        .filter(pl.col("own").is_not_null() & (pl.col("own") != pl.col("usual")))
        .filter(~((pl.col("feature") == "active_days") & (pl.col("own") == 0)))  # one order says it better
        .sort(pl.col("effect").abs(), "feature", descending=[True, False])
        .head(TRAITS)
    )
    parts: list[str] = []
    for row in rows.iter_rows(named=True):
        own = numbers.amount(row["own"], row["unit"], currency)
        usual = numbers.amount(row["usual"], row["unit"], currency, short=row["unit"] == "orders")
        parts.append(f"{_said(row, own)} ({'' if parts else 'all customers: '}{usual})")
    return f"Typically {', '.join(parts)}." if parts else ""


def _said(row: dict[str, Any], value: str) -> str:
    if value == "1" and row["feature"] in ONE:
        return ONE[row["feature"]]
    if row["feature"] in PHRASES:
        return PHRASES[row["feature"]].format(value)
    return f"{value} of spend {row['label'].removeprefix('Spent ')}"
