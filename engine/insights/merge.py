"""Sums over shards: parts that are integers add up to the same total in any order, and parts of parts as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Merger = Callable[[Iterable[pl.DataFrame]], pl.DataFrame]


def merge(parts: Iterable[pl.DataFrame], *keys: str) -> pl.DataFrame:
    """Add up the parts of the shards: one row per distinct keys, sorted by them; all other columns are sums."""
    return pl.concat(parts).group_by(keys).agg(pl.exclude(keys).sum()).sort(keys)


def by(*keys: str) -> Merger:
    """Return the way to merge by some keys."""
    return lambda parts: merge(parts, *keys)


def added(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Add up parts of one row each."""
    return pl.concat(parts).sum()


def merge_each(parts: Sequence[Mapping[str, pl.DataFrame]], how: Mapping[str, Merger]) -> dict[str, pl.DataFrame]:
    """Merge the sums of shards by name, each in its own way (`how`)."""
    return {name: merged([part[name] for part in parts]) for name, merged in how.items()}
