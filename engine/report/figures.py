"""Figures that charts, findings and the report all quote, computed in one place so that they agree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

_YEAR = 12
_QUARTER = 3
_AVERAGE = 100
_CLEARLY = 130
"""Index from which a segment is said to favour an item."""
_NOTABLE = 0.01
"""Share of its spend that a segment must give an item to be said to favour it."""


def newly_won(cohorts: pl.DataFrame) -> pl.DataFrame:
    """Leave out the first cohort, where there are others: it holds all who were customers before the export begins."""
    return cohorts.filter((pl.col("cohort") > pl.col("cohort").min()) | (pl.col("cohort").n_unique() == 1))


def retention_after(cohorts: pl.DataFrame, months: int) -> float | None:
    """Return the share of new customers who ordered again so many months after their first, over complete months."""
    held = newly_won(cohorts).filter((pl.col("months_since") == months) & pl.col("complete"))
    base = int(held["cohort_customers"].sum())
    return int(held["customers"].sum()) / base if base else None


def median_gap(gaps: pl.DataFrame) -> float | None:
    """Return the number of days within which half of the next orders come."""
    total = int(gaps["gaps"].sum())
    if not total:
        return None
    running = gaps.sort("days").with_columns(pl.col("gaps").cum_sum().alias("upto"))
    return float(running.filter(pl.col("upto") * 2 >= total)["days"][0])


def trend(months: pl.DataFrame) -> tuple[float, str] | None:
    """Return the change of the last three complete months' revenue, on the year before or else on the three before.

    A month without an order is one without revenue.
    """
    held = {
        month.year * _YEAR + month.month: revenue or 0.0
        for month, revenue in months.filter("complete").select("month", "revenue").iter_rows()
    }
    whole = [held.get(month, 0.0) for month in range(min(held), max(held) + 1)] if held else []
    now = sum(whole[-_QUARTER:])
    for back, name in ((_YEAR, "on the year before"), (_QUARTER, "on the three before")):
        if len(whole) >= back + _QUARTER:
            before = sum(whole[-_QUARTER - back : len(whole) - back])
            return (now / before - 1, name) if before > 0 else None
    return None


def strongest(affinity: pl.DataFrame) -> dict[str, Any] | None:
    """Return the row that tells most of all that a segment clearly prefers, however little it spends on it."""
    best = affinity.filter(_clear()).to_dicts()
    return max(best, key=lambda row: (_tells(row), -row["segment"], row["item"])) if best else None


def _clear() -> pl.Expr:
    """Tell what a segment prefers: supported, clearly above what everyone spends on it, by more than chance.

    And bought by as many of its customers: whoever spends little in all spends a large share of it on anything.
    """
    index = pl.col("index")
    clear = index.is_finite() & (index >= _CLEARLY) & (pl.col("index_low") > _AVERAGE)
    return pl.col("supported") & clear & (pl.col("lift") >= 1)


def _tells(row: dict[str, Any]) -> float:
    """Rate an affinity: what a segment buys both much and surely more than others, not a rarity alone."""
    return float(row["segment_share"] * math.log(row["index_low"] / _AVERAGE))


def favourites(affinity: pl.DataFrame, segments: Iterable[int], *, most: int = 3) -> dict[int, list[dict[str, Any]]]:
    """Return the items that each segment favours, the most telling first.

    Favoured: clearly preferred, and a notable part of what the segment spends.
    """
    kept = affinity.filter(_clear() & (pl.col("segment_share") >= _NOTABLE)).to_dicts()
    ordered = sorted(kept, key=lambda row: (-_tells(row), row["item"]))
    return {segment: [row for row in ordered if row["segment"] == segment][:most] for segment in segments}


def one_time_share(summary: dict[str, Any]) -> float | None:
    """Return the share of buyers with one order only."""
    rate = summary.get("repeat_rate")
    return None if rate is None or not summary.get("buyers") else 1 - float(rate)
