"""What the segments do: the sums over the shards once every customer has a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.insights import affinity, baskets, cohorts, repeat, sequence
from engine.insights.merge import by, merge_each
from engine.runners.counting import DAYS, ENTRIES, LIKELY, OF_SEGMENTS, RULES, Task
from engine.runners.local import collect, scan
from engine.schema import CODE, MICROS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from engine.insights.merge import Merger
    from engine.insights.wanted import Wanted
    from engine.runners.counting import Counting
    from engine.runners.local import Totals, Work


SUMS: dict[str, Merger] = {
    "totals": by("segment"),
    "categories": affinity.merge_affinity,
    "products": affinity.merge_affinity,
    "cohorts": by("segment", "cohort", "months_since"),
    "repeats": by("segment", "days"),
}
"""The sums of a shard by segment, and how those of several shards are merged."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """The sums by segment, merged, and the tables made of what was counted; those that are not wanted are empty."""

    totals: pl.DataFrame
    """Customers and revenue of the segments, see `insights.affinity.segment_totals`."""
    categories: pl.DataFrame
    products: pl.DataFrame
    """What they spend on each item, see `insights.affinity.merge_affinity`."""
    cohorts: pl.DataFrame
    repeats: pl.DataFrame
    rules: pl.DataFrame
    segment_pairs: pl.DataFrame
    sequences: pl.DataFrame
    entries: pl.DataFrame
    counted: dict[str, int | float | None]
    """What was looked at: `orders`, `compared` (items), `pairs` (frequent ones), `giant_orders` (left out) and their
    `giant_lines`, `returned` (customers who came back), `horizon_days`, `basket_support` (null: 20 orders)."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The files of a shard, and by the code of its customers their segment and what they spend (micros)."""

    work: Work
    segments: pl.Series
    spent: pl.Series

    def read(self, path: Path) -> pl.DataFrame:
        """Read a file of the shard, with the `segment` of each row's customer."""
        held = collect(scan(path))
        return held.with_columns(segment=self.segments.gather(held[CODE]))

    def spend(self, path: Path) -> pl.LazyFrame:
        """Read what customers spend on items, with their segment and the `total` that each spends."""
        held = self.read(path)
        return held.lazy().with_columns(total=self.spent.gather(held[CODE]))


def task(works: Sequence[Work], folder: Path, totals: Totals, wanted: Wanted, support: float | None) -> Task:
    """Say what is to be counted of the shards, see `runners.counting`."""
    items, _ = totals.basket
    newly, as_of = wanted.newly.date(), wanted.as_of.date()
    return Task(
        files=tuple(str(work.baskets) for work in works),
        folder=str(folder),
        basket_items=len(items) if "baskets" in wanted else 0,
        step_items=len(items) if "sequence" in wanted else 0,
        newly=newly.isoformat(),
        as_of=as_of.isoformat(),
        horizon=sequence.horizon(newly, as_of),
        support=support,
    )


def sum_patterns(
    works: Sequence[Work],
    segments: Sequence[np.ndarray],
    counting: Counting,
    names: pl.DataFrame,
    totals: Totals,
    wanted: Wanted,
    tick: Callable[[int], None] = lambda _: None,
) -> Patterns:
    """Sum what the customers do by their segments: `segments` are those of `local.label_customers`.

    `counting` has been started with the `task`; `names` has a row per segment: segment, segment_name. `tick` gets a 1
    after every shard.
    """
    counting.label(segments, names.height)
    parts = []
    for work, of_shard in zip(works, segments, strict=True):
        parts.append(sum_shard(work, of_shard, wanted))
        tick(1)
    counts = counting.tables()
    return finish(merge_each(parts, SUMS), counts, counting.counted, names, totals, wanted, counting.support)


def sum_shard(work: Work, segments: np.ndarray, wanted: Wanted) -> dict[str, pl.DataFrame]:
    """Sum what the customers of a shard do by their segments, given by code (`SUMS`)."""
    queries = _queries(_shard(work, segments), wanted.newly, wanted.as_of)
    return {name: collect(query) for name, query in queries.items()}


def finish(
    sums: Mapping[str, pl.DataFrame],
    counts: Mapping[str, pl.DataFrame],
    counted: Mapping[str, int],
    names: pl.DataFrame,
    totals: Totals,
    wanted: Wanted,
    support: float | None,
) -> Patterns:
    """Make the tables of the merged sums, and of what was counted (`runners.counting`)."""
    items, _ = totals.basket
    horizon = sequence.horizon(wanted.newly.date(), wanted.as_of.date())
    return Patterns(
        totals=sums["totals"].with_columns(pl.col("segment").cast(pl.Int64)),
        categories=sums["categories"],
        products=sums["products"],
        cohorts=sums["cohorts"],
        repeats=sums["repeats"],
        rules=baskets.finish_rules(counts[RULES], items),
        segment_pairs=baskets.finish_segment_pairs(counts[OF_SEGMENTS], names, items),
        sequences=sequence.finish_sequences(counts[LIKELY], counts[DAYS], items),
        entries=sequence.finish_entries(counts[ENTRIES], items, horizon),
        counted={**counted, "compared": len(items), "horizon_days": horizon, "basket_support": support},
    )


def _shard(work: Work, segments: np.ndarray) -> Shard:
    known = collect(scan(work.features).select(CODE, MICROS_OF))
    spent = np.zeros(len(segments), dtype=np.int64)
    spent[known[CODE].to_numpy()] = known[MICROS_OF].to_numpy()
    return Shard(work, pl.Series("segment", segments).cast(pl.Int64), pl.Series("total", spent))


def _queries(shard: Shard, newly: datetime, as_of: datetime) -> dict[str, pl.LazyFrame]:
    """Return the sums over a shard by segment."""
    work = shard.work
    customers = pl.LazyFrame({"segment": shard.segments, "total": shard.spent})
    return {
        "totals": affinity.segment_totals(customers.filter(pl.col("segment") > 0)),
        "categories": affinity.affinity_sums(shard.spend(work.categories)),
        "products": affinity.affinity_sums(shard.spend(work.products)),
        "cohorts": cohorts.cohort_sums(shard.read(work.months).lazy()),
        "repeats": repeat.repeat_sums(shard.read(work.firsts).lazy(), as_of, newly),
    }
