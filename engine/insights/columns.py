"""How the numbers of the lines are spread: quantity, amount, price of a unit, at any size with a stated error.

Values are counted in buckets that are narrow against the values in them (a log-linear histogram, as Tene's HdrHistogram
has it): whole numbers of up to 15 bits stand for themselves, larger ones for all that agree with them in their first 15
bits. Beside their number a bucket holds the sum of its values, and their mean stands for each: it is the value itself
where they are equal, as prices are, and off by one part in 16,384 at most. So quantiles are known at any size, and the
sums of shards merge. Mean, spread, least and largest value are exact.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import polars as pl

from engine.insights.quantiles import counted_quantiles
from engine.intake.rules import is_bought
from engine.units import MICROS, MILLI, ratio

if TYPE_CHECKING:
    from collections.abc import Iterable

BITS = 15
"""Leading bits of a value that are kept."""
ERROR = 0.5 ** (BITS - 1)
"""Largest relative error of a quantile: a bucket is a 16,384th as wide as the values in it, at most."""
UNITS = {"quantity": ("Quantity", "count", MILLI), "amount": ("Amount of a line", "money", MICROS),
         "price": ("Price of a unit", "money", MICROS)}  # fmt: skip
"""Label, unit, and how many of the integer make one."""
_HALF = 2**30
"""Values are parted here before they are squared: no sum of squares then outgrows 128 bits, whatever the lines."""
_WIDTHS = pl.Series([2 ** max(0, 64 - BITS - zeros) for zeros in range(65)], dtype=pl.Int64)
"""Width of the bucket of a value, by the zeros that lead its 64 bits."""
_QUANTILES = {"p05": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95}

COLUMNS = {
    **dict.fromkeys(("column", "label", "unit"), pl.String),
    "values": pl.Int64,
    **dict.fromkeys(("zero_share", "negative_share", "min", *_QUANTILES, "max", "mean", "std", "error"), pl.Float64),
}


def tally(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Count the lines that are worth the same: one row per `amount` and `quantity`, `times`: what all sums take."""
    return lines.group_by("amount", "quantity").agg(times=pl.len().cast(pl.Int64))


def values(tallied: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Return what is counted of a column of `UNITS`: `value`, and the `times` that it stands for, in any order.

    The price of a unit is that of lines that bought something, in whole micros, rounded down.
    """
    # NOTE: fits 64 bits, since no line is worth more than `units.MAX_AMOUNT`; 128 bits would take three times as long.
    price = pl.when((pl.col("quantity") > 0) & is_bought()).then(pl.col("amount") * MILLI // pl.col("quantity"))
    return tallied.select("times", value=price if column == "price" else pl.col(column)).drop_nulls()


def bucket(value: pl.Expr) -> pl.Expr:
    """Return the least value in the bucket of an integer: buckets have the order of their values."""
    # NOTE: looked up, not computed: 1.25 M widths take 5 ms, 62 ms by `pow`.
    return value - value % pl.lit(_WIDTHS).gather(value.abs().bitwise_leading_zeros())


def value_sums(tallied: pl.LazyFrame) -> pl.LazyFrame:
    """Count the values by bucket: one row per `column` and `bucket`, `times`, `total` (of the values, 128 bits)."""
    counted = [
        values(tallied, column)
        .group_by(bucket=bucket(pl.col("value")))
        .agg(pl.col("times").sum(), total=(pl.col("value").cast(pl.Int128) * pl.col("times")).sum())
        .select(pl.lit(column).alias("column"), "bucket", "times", "total")
        for column in UNITS
    ]
    return pl.concat(counted)


def moment_sums(tallied: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the values: one row per `column` that has any, with times, zeros, negatives, total, least and most.

    The sum of squares comes in two parts of 128 bits: upper * 2^30 + lower.
    """
    value, times = pl.col("value"), pl.col("times")
    wide = value.cast(pl.Int128) * times
    summed = [
        values(tallied, column).select(
            pl.lit(column).alias("column"),
            times=times.sum(),
            zeros=pl.when(value == 0).then(times).sum(),
            negatives=pl.when(value < 0).then(times).sum(),
            total=wide.sum(),
            upper=((value // _HALF).cast(pl.Int128) * wide).sum(),
            lower=((value % _HALF).cast(pl.Int128) * wide).sum(),
            least=value.min(),
            most=value.max(),
        )
        for column in UNITS
    ]
    return pl.concat(summed).filter(pl.col("times") > 0)


def merge_moments(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Merge the sums of the shards: one row per column that has values, sorted by it."""
    sums = pl.col("times", "zeros", "negatives", "total", "upper", "lower").sum()
    return pl.concat(parts).group_by("column").agg(sums, pl.col("least").min(), pl.col("most").max()).sort("column")


def finish_columns(counts: pl.DataFrame, moments: pl.DataFrame) -> pl.DataFrame:
    """Turn the merged sums into the table `columns`: one row per column that has values, in the order of `UNITS`.

    Money in currency. A quantile is the mean of the bucket of its rank (inverted distribution function), in whole
    micros or thousandths; the standard deviation is that of a sample, null of a single value.
    """
    typical = counts.with_columns(value=(pl.col("total") // pl.col("times")).cast(pl.Int64))
    found = counted_quantiles(typical, "column", "value", "times", _QUANTILES)
    texts = pl.DataFrame(
        [(place, name, *about) for place, (name, about) in enumerate(UNITS.items())],
        schema={"place": pl.Int64, "column": pl.String, "label": pl.String, "unit": pl.String, "scale": pl.Int64},
        orient="row",
    )
    exact = pl.max_horizontal(pl.col("least").abs(), pl.col("most").abs()) < 2**BITS
    known = texts.join(moments.rename({"times": "values"}), on="column").join(found, on="column").sort("place")
    table = known.with_columns(
        *_mean_and_spread(known),
        zero_share=ratio(pl.col("zeros"), pl.col("values")),
        negative_share=ratio(pl.col("negatives"), pl.col("values")),
        min=ratio(pl.col("least"), pl.col("scale")),
        max=ratio(pl.col("most"), pl.col("scale")),
        error=pl.when(exact).then(0.0).otherwise(ERROR),
        **{name: ratio(pl.col(name), pl.col("scale")) for name in _QUANTILES},
    )
    return table.select(list(COLUMNS)).match_to_schema(pl.Schema(COLUMNS))


def _mean_and_spread(sums: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return the mean and the standard deviation of each row of the sums."""
    means, deviations = [], []
    # NOTE: in Python's integers: the number of lines times the sum of their squares is too large for 128 bits where
    # 20 M lines are worth a million each, as in rupiah.
    for number, total, upper, lower, scale in sums.select("values", "total", "upper", "lower", "scale").iter_rows():
        spread = number * (upper * _HALF + lower) - total**2
        means.append(total / (number * scale))
        deviations.append(sqrt(spread / (number * (number - 1) * scale**2)) if number > 1 else None)
    return pl.Series("mean", means, dtype=pl.Float64), pl.Series("std", deviations, dtype=pl.Float64)
