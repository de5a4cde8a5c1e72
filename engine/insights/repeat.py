"""How many customers order again within 30, 60, 90 days: also of those who came too lately to be followed so long.

Kaplan & Meier (1958): of the customers who have not come back by a day and are still followed, so many come back on it;
the share who have not come back is the product of what is left each day. A customer who is followed for a month counts
in the first month, and neither as come back nor as lost later. The interval is that of Greenwood (1926) on the scale of
log(-log), so that it stays between 0 and 1 (Kalbfleisch & Prentice 2002, 1.4).
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

import polars as pl

from engine.insights.intervals import quantile
from engine.schema import CODE
from engine.units import DAY_US, microseconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

HORIZONS = (30, 60, 90, 180, 365)
"""Days within which a second purchase is counted."""
ALL = "All customers"
CURVE_DAYS = 365

REPEAT_RATES = {
    "segment": pl.Int64,
    "segment_name": pl.String,
    **dict.fromkeys(("horizon_days", "customers", "followed", "came_back"), pl.Int64),
    **dict.fromkeys(("rate", "low", "high"), pl.Float64),
}
REPEAT_CURVE = {"segment": pl.Int64, "segment_name": pl.String, "day": pl.Int64, "rate": pl.Float64}


def first_purchases(orders: pl.LazyFrame, gaps: pl.LazyFrame) -> pl.LazyFrame:
    """Return the first purchase of each customer, of coded orders and their gaps (`features.orders`).

    One row per customer with a purchase: the code, `first`, and the `gap` to the second one in microseconds; null
    without.
    """
    code = pl.col("customer_id").to_physical().alias(CODE)
    begun = orders.filter(pl.col("bought_at").is_not_null()).group_by(code).agg(first=pl.col("bought_at").min())
    # Sorted: the first gap of each customer.
    again = gaps.filter(pl.col(CODE).ne_missing(pl.col(CODE).shift())).select(CODE, "gap")
    return begun.join(again, on=CODE, how="left")


def repeat_sums(firsts: pl.LazyFrame, as_of: datetime, newly: datetime) -> pl.LazyFrame:
    """Count the new customers (first purchase from `newly` on) by segment and whole days.

    One row per segment and days: `came_back` (after so many days) and `censored` (not come back, and followed so long).
    """
    followed = microseconds(pl.lit(as_of)) - microseconds(pl.col("first"))
    back = pl.col("gap").is_not_null()
    days = pl.coalesce("gap", followed) // DAY_US
    return (
        firsts.filter(pl.col("first") >= newly)
        .group_by("segment", days=days)
        .agg(came_back=back.sum().cast(pl.Int64), censored=(~back).sum().cast(pl.Int64))
    )


def finish_repeat(sums: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return the table `repeat_rates`: one row per segment and horizon, those of all customers (segment null) first.

    "Within 30 days" is before the end of the thirtieth day. The rate is null where everyone left had been followed for
    less.
    """
    rows = []
    for segment, name, counts in _segments(sums, names):
        steps = list(_steps(counts))
        for horizon in HORIZONS:
            rate, low, high = _at(steps, horizon)
            back = int(counts.filter(pl.col("days") < horizon)["came_back"].sum())
            early = int(counts.filter(pl.col("days") < horizon)["censored"].sum())
            everyone = _everyone(counts)
            rows.append((segment, name, horizon, everyone, everyone - early, back, rate, low, high))
    return pl.DataFrame(rows, schema=REPEAT_RATES, orient="row")


def finish_curve(sums: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return the table `repeat_curve`: the share who came back within a day and those before, for up to a year.

    One row per segment (null: all) and day on which the share changes, and the last day for which it is known. At a
    horizon of `repeat_rates` the share is the rate there.
    """
    rows = []
    for segment, name, counts in _segments(sums, names):
        reach = min(_reach(counts), CURVE_DAYS)
        curve = [(0, 0.0)]
        curve += [(day + 1, 1 - left) for day, _, back, left, _ in _steps(counts) if back and day < reach]
        if curve[-1][0] < reach:
            curve.append((reach, curve[-1][1]))
        rows += [(segment, name, day, share) for day, share in curve]
    return pl.DataFrame(rows, schema=REPEAT_CURVE, orient="row")


def _segments(sums: pl.DataFrame, names: pl.DataFrame) -> Iterator[tuple[int | None, str, pl.DataFrame]]:
    """Give the counts by day of all customers, then of each segment that has new ones."""
    if sums.is_empty():
        return
    yield None, ALL, sums.group_by("days").agg(pl.col("came_back", "censored").sum()).sort("days")
    for segment, name in names.select("segment", "segment_name").sort("segment").iter_rows():
        own = sums.filter(pl.col("segment") == segment).select("days", "came_back", "censored").sort("days")
        if not own.is_empty():
            yield segment, name, own


def _everyone(counts: pl.DataFrame) -> int:
    return int(counts["came_back"].sum()) + int(counts["censored"].sum())


def _reach(counts: pl.DataFrame) -> int:
    """Return the most days for which the share is known: who is left was followed so long, or no one is left then."""
    last, censored = counts.select("days", "censored").row(-1)
    return int(last) if censored else int(last) + 1


def _steps(counts: pl.DataFrame) -> Iterator[tuple[int, int, int, float, float]]:
    """Go from day to day: day, customers at risk, who come back, the share not come back after it, Greenwood's sum.

    Who comes back on a day counts before those whom the data loses on it.
    """
    at_risk = _everyone(counts)
    left, spread = 1.0, 0.0
    for day, back, censored in counts.select("days", "came_back", "censored").iter_rows():
        left *= (at_risk - back) / at_risk
        spread += back / (at_risk * (at_risk - back)) if at_risk > back else 0.0
        yield day, at_risk, back, left, spread
        at_risk -= back + censored


def _at(
    steps: list[tuple[int, int, int, float, float]], horizon: int
) -> tuple[float | None, float | None, float | None]:
    """Return the share who come back within the horizon, with its interval; null beyond what anyone is followed for."""
    before = [step for step in steps if step[0] < horizon]
    _, at_risk, back, left, spread = before[-1] if before else (0, 1, 0, 1.0, 0.0)
    if len(before) == len(steps) and at_risk > back:
        return None, None, None
    if not 0 < left < 1 or spread <= 0:
        return 1 - left, None, None
    reach = quantile() * sqrt(spread) / abs(log(left))
    return 1 - left, 1 - left ** exp(-reach), 1 - left ** exp(reach)
