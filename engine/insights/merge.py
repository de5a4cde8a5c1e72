"""Sums over shards: parts that are integers add up to the same total in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable


def merge(parts: Iterable[pl.DataFrame], *keys: str) -> pl.DataFrame:
    """Add up the parts of the shards: one row per distinct keys, sorted by them; all other columns are sums."""
    return pl.concat(parts).group_by(keys).agg(pl.exclude(keys).sum()).sort(keys)
