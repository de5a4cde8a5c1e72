"""How the numbers of the lines are spread: quantity, amount, price of a unit, at any size with a stated error.

Values are counted in buckets that are narrow against the values in them (a log-linear histogram, as HdrHistogram has
it): whole numbers of up to 14 bits stand for themselves, larger ones for all that agree with them in their first 14
bits. So a quantile is known to one part in 16,384, and the sums of shards merge. Mean, spread, least and largest value
are exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.insights.quantiles import counted_quantiles
from engine.intake.rules import is_bought
from engine.units import MICROS, MILLI, ratio

if TYPE_CHECKING:
    from collections.abc import Iterable

BITS = 14
"""Leading bits of a value that are kept."""
ERROR = 0.5**BITS
"""Largest relative error of a quantile: half of a bucket, whose width is a 8,192nd of its values at most."""
UNITS = {"quantity": ("Quantity", "count", MILLI), "amount": ("Amount of a line", "money", MICROS),
         "price": ("Price of a unit", "money", MICROS)}  # fmt: skip
"""Label, unit, and how many of the integer make one."""
_QUANTILES = {"p05": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95}

COLUMNS = {
    **dict.fromkeys(("column", "label", "unit"), pl.String),
    "values": pl.Int64,
    **dict.fromkeys(("zero_share", "negative_share", "min", *_QUANTILES, "max", "mean", "std", "error"), pl.Float64),
}


def values(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Return the numbers of the lines, equal ones counted: one row per column and value, `column`, `value`, `times`.

    The price of a unit is that of lines that bought something, in whole micros.
    """
    pairs = lines.group_by("amount", "quantity").agg(times=pl.len().cast(pl.Int64))
    price = pl.when((pl.col("quantity") > 0) & is_bought()).then(
        (pl.col("amount").cast(pl.Int128) * MILLI // pl.col("quantity")).cast(pl.Int64, strict=False)
    )
    of = {"quantity": pl.col("quantity"), "amount": pl.col("amount"), "price": price}
    each = [pairs.select(pl.lit(name).alias("column"), value=value, times="times") for name, value in of.items()]
    return pl.concat(each).drop_nulls("value")


def bucket(value: pl.Expr) -> pl.Expr:
    """Return the value of least size that shares the bucket of an integer: its first bits, the others zero."""
    size = value.abs()
    width = _width(size)
    return (size // width) * width * value.sign()


def _width(size: pl.Expr) -> pl.Expr:
    """Return how many values share the bucket of a positive integer: a power of two."""
    beyond = (pl.lit(64 - BITS, dtype=pl.Int64) - size.bitwise_leading_zeros().cast(pl.Int64)).clip(lower_bound=0)
    return pl.lit(2, dtype=pl.Int64).pow(beyond).cast(pl.Int64)


def value_sums(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Count the values by bucket: one row per `column` and `bucket`, `times`."""
    return values(lines).group_by("column", bucket=bucket(pl.col("value"))).agg(pl.col("times").sum())


def moment_sums(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the values: one row per `column` with times, zeros, negatives, total, squares (128 bits), least and most."""
    value, times = pl.col("value"), pl.col("times")
    wide = value.cast(pl.Int128)
    return (
        values(lines)
        .group_by("column")
        .agg(
            times.sum(),
            zeros=pl.when(value == 0).then(times).sum(),
            negatives=pl.when(value < 0).then(times).sum(),
            total=(wide * times).sum(),
            squares=(wide * wide * times).sum(),
            least=value.min(),
            most=value.max(),
        )
    )


def merge_moments(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Merge the sums of the shards."""
    sums = pl.col("times", "zeros", "negatives", "total", "squares").sum()
    return pl.concat(parts).group_by("column").agg(sums, pl.col("least").min(), pl.col("most").max()).sort("column")


def finish_columns(counts: pl.DataFrame, moments: pl.DataFrame) -> pl.DataFrame:
    """Turn the merged sums into the table `columns`: one row per column that has values.

    A quantile is the middle of the bucket of its rank; the standard deviation is that of a sample.
    """
    found = counted_quantiles(counts, "column", "bucket", "times", _QUANTILES)
    unit = pl.col("column").replace_strict({name: each[2] for name, each in UNITS.items()}, return_dtype=pl.Int64)
    number, total = pl.col("times").cast(pl.Int128), pl.col("total")
    spread = number * pl.col("squares") - total * total
    middles = {
        name: ratio(pl.col(name) * 2 + (_width(pl.col(name).abs()) - 1) * pl.col(name).sign(), pl.col("scale") * 2)
        for name in _QUANTILES
    }
    exact = pl.max_horizontal(pl.col("least").abs(), pl.col("most").abs()) < 2**BITS
    table = (
        moments.join(found, on="column")
        .with_columns(scale=unit)
        .with_columns(
            **{
                name: pl.col("column").replace_strict({key: each[place] for key, each in UNITS.items()})
                for place, name in enumerate(("label", "unit"))
            },
            values="times",
            zero_share=ratio(pl.col("zeros"), pl.col("times")),
            negative_share=ratio(pl.col("negatives"), pl.col("times")),
            min=ratio(pl.col("least"), pl.col("scale")),
            max=ratio(pl.col("most"), pl.col("scale")),
            mean=ratio(ratio(total, pl.col("times")), pl.col("scale")),
            std=pl.when(pl.col("times") > 1).then(ratio(ratio(spread, number * (number - 1)).sqrt(), pl.col("scale"))),
            error=pl.when(exact).then(0.0).otherwise(ERROR),
            **middles,
        )
    )
    order = pl.col("column").replace_strict({name: place for place, name in enumerate(UNITS)}, return_dtype=pl.Int64)
    return table.sort(order).select(list(COLUMNS)).match_to_schema(pl.Schema(COLUMNS))
