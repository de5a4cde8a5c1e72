"""What the segments do: the sums over the shards once every customer has a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.insights import affinity, baskets, cohorts, repeat, sequence
from engine.insights.merge import merge
from engine.runners.local import collect, scan
from engine.schema import CODE, MICROS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from engine.insights.baskets import Items
    from engine.insights.wanted import Wanted
    from engine.runners.local import Totals, Work


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
    counted: dict[str, int | None]
    """What was looked at: `orders`, `compared` (items), `pairs` (frequent ones), `giant_orders` (left out) and their
    `giant_lines`, `returned` (customers who came back), `horizon_days`."""


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


@dataclass(slots=True)
class Counted:
    """What comes together and what comes next, counted over the shards: first pairs, then what only the best need."""

    items: Items
    counts: baskets.Counts
    steps: sequence.Steps
    newly: date
    support: float | None

    def add(self, held: pl.DataFrame, wanted: Wanted) -> pl.DataFrame:
        """Count the orders of a shard; return the first and the next days of its customers."""
        if "baskets" in wanted:
            self.counts.add(held, held["segment"].to_numpy())
        days = sequence.visits(held if "sequence" in wanted else held.head(0), self.newly)
        self.steps.add(days)
        return days

    def tables(
        self, works: Sequence[Work], names: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, int]:
        """Return basket_rules, segment_pairs, sequences, and the number of frequent pairs; reads the shards again."""
        together, orders = self.counts.together.sum(axis=0), int(self.counts.orders.sum())
        pairs = baskets.frequent(together, orders, self.support)
        extended, likely = pairs.head(baskets.EXTENDED), self.steps.likely()
        thirds = baskets.Thirds(extended, self.counts.together.shape[1])
        days = [sequence.step_days(sequence.visits(_NO_BASKETS, self.newly), likely, len(self.items))]
        for work in works if extended.height or likely.height else ():
            held = collect(scan(work.baskets))
            if extended.height:
                thirds.add(held)
            if likely.height:
                days.append(sequence.step_days(sequence.visits(held, self.newly), likely, len(self.items)))
        triples = baskets.rules_of_triples(thirds, together, orders, self.support)
        if self.support is None:
            triples = baskets.telling(triples, together)
        rules = [baskets.strongest(each) for each in (baskets.rules_of_pairs(pairs, orders), triples)]
        return (
            baskets.finish_rules(rules, self.items),
            baskets.segment_pairs(self.counts, pairs, names, self.items),
            sequence.finish_sequences(likely, merge(days, "pair", "days"), self.items),
            pairs.height,
        )


_NO_BASKETS = pl.DataFrame(schema={CODE: pl.UInt32, "day": pl.Date, "items": pl.List(pl.UInt16)})


def sum_patterns(
    works: Sequence[Work],
    segments: Sequence[np.ndarray],
    names: pl.DataFrame,
    totals: Totals,
    wanted: Wanted,
    support: float | None = None,
    tick: Callable[[int], None] = lambda _: None,
) -> Patterns:
    """Sum what the customers do by their segments: `segments` are those of `local.label_customers`.

    `names` has a row per segment: segment, segment_name. `support` is the share of orders that a pair of products
    needs. `tick` gets a 1 after every shard.
    """
    items, _ = totals.basket
    newly = repeat.newly_from(wanted.first, wanted.as_of)
    horizon = sequence.horizon(newly.date(), wanted.as_of.date())
    sizes = (len(items) if name in wanted else 0 for name in ("baskets", "sequence"))
    found = Counted(
        items, baskets.Counts.none(names.height, next(sizes)), sequence.Steps.none(next(sizes)), newly.date(), support
    )
    parts: dict[str, list[pl.DataFrame]] = {}
    for work, of_shard in zip(works, segments, strict=True):
        shard = _shard(work, of_shard)
        days = found.add(shard.read(work.baskets), wanted)
        queries = _queries(shard, newly, wanted.as_of) | {
            "entries": sequence.entry_sums(days.lazy(), wanted.as_of.date(), horizon)
        }
        for name, query in queries.items():
            parts.setdefault(name, []).append(collect(query))
        tick(1)
    rules, pairs_of_segments, sequences, pairs = found.tables(works, names)
    return Patterns(
        totals=merge(parts["totals"], "segment").with_columns(pl.col("segment").cast(pl.Int64)),
        categories=affinity.merge_affinity(parts["categories"]),
        products=affinity.merge_affinity(parts["products"]),
        cohorts=merge(parts["cohorts"], "segment", "cohort", "months_since"),
        repeats=merge(parts["repeats"], "segment", "days"),
        rules=rules,
        segment_pairs=pairs_of_segments,
        sequences=sequences,
        entries=sequence.finish_entries(merge(parts["entries"], "item", "days"), items, horizon),
        counted={
            "orders": int(found.counts.orders.sum()),
            "compared": len(items),
            "pairs": pairs,
            **{f"giant_{name}": number for name, number in found.counts.giant.items()},
            "returned": found.steps.customers,
            "horizon_days": horizon,
        },
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
