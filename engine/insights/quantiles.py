"""Quantiles of values that were counted, not kept: exact, whatever the order of the counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


def counted_quantiles(
    counts: pl.DataFrame, key: str, value: str, number: str, hundredths: Mapping[str, int]
) -> pl.DataFrame:
    """Return quantiles of the `value` of each `key`, given how often it occurs (`number`): one row per key.

    The quantile q of n values is the one of rank ceil(q n), the first to which at least that share of the values
    reaches (inverted distribution function). `hundredths` has each q, in whole hundredths, by the name of its column.
    """
    totals = counts.group_by(key, value).agg(pl.col(number).sum()).filter(pl.col(number) > 0).sort(key, value)
    running = totals.with_columns(upto=pl.col(number).cum_sum().over(key) * 100, whole=pl.col(number).sum().over(key))
    reached = {
        name: pl.col(value).filter(pl.col("upto") >= pl.col("whole") * q).first() for name, q in hundredths.items()
    }
    return running.group_by(key, maintain_order=True).agg(**reached)
