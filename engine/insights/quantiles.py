"""Quantiles of values that were counted, not kept: exact, whatever the order of the counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


def counted_quantiles(
    counts: pl.DataFrame, key: str, value: str, number: str, wanted: Mapping[str, float]
) -> pl.DataFrame:
    """Return quantiles of the `value` of each `key`, given how often it occurs (`number`): one row per key.

    The quantile q of n values is the one of rank ceil(q n), the first to which at least that share of the values
    reaches (inverted distribution function). `wanted` names the columns.
    """
    totals = counts.group_by(key, value).agg(pl.col(number).sum()).filter(pl.col(number) > 0).sort(key, value)
    running = totals.with_columns(upto=pl.col(number).cum_sum().over(key), whole=pl.col(number).sum().over(key))
    reached = {
        name: pl.col(value)
        .filter(pl.col("upto") >= (pl.col("whole") * q).ceil().cast(pl.Int64).clip(lower_bound=1))
        .first()
        for name, q in wanted.items()
    }
    return running.group_by(key, maintain_order=True).agg(**reached)
