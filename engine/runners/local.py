"""Run the stages over the shards of one machine, one shard after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.features.categories import category_totals, largest_categories
from engine.features.customers import features
from engine.features.orders import orders
from engine.insights import affinity, months, timing
from engine.insights.merge import merge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from engine.segments.model import Model


@dataclass(frozen=True, slots=True)
class Totals:
    """What the shards hold in all, needed before the features."""

    categories: list[str]
    """Categories with the largest spend, which get a feature of their own."""
    products: int
    """Distinct products of the kept lines."""
    affinity_by: str | None
    """Column by which affinity is told: category, else product_id; None where the file has neither."""
    affinity_items: list[str]


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of the shards by month, cohort, hour and gap, merged."""

    months: pl.DataFrame
    cohorts: pl.DataFrame
    clock: pl.DataFrame
    gaps: pl.DataFrame


@dataclass(frozen=True, slots=True)
class AffinitySums:
    """Spend by segment and item, and the items' most common names."""

    sums: pl.DataFrame
    labels: pl.DataFrame


def total(shards: Sequence[Path]) -> Totals:
    """Add up products and categories over the shards."""
    parts = [
        _collect_all([category_totals(pl.scan_ipc(shard)), affinity.item_totals(pl.scan_ipc(shard), "product_id")])
        for shard in shards
    ]
    categories = merge([part[0] for part in parts], "category")
    products = merge([part[1] for part in parts], "item")
    if len(categories) > 1:
        by, items = "category", affinity.largest_items(categories.rename({"category": "item"}))
    elif len(products) > 1:
        by, items = "product_id", affinity.largest_items(products)
    else:
        by, items = None, []
    return Totals(largest_categories(categories), len(products), by, items)


def build_features(
    shards: Sequence[Path], folder: Path, as_of: datetime, categories: Sequence[str]
) -> tuple[pl.LazyFrame, Sums]:
    """Compute the features of every shard into `folder`, and the sums over all; return those of all customers."""
    folder.mkdir()
    parts = []
    for shard in shards:
        lines = pl.scan_ipc(shard)
        of_shard = orders(lines).collect(engine="streaming").lazy()
        by_month = months.customer_months(of_shard)
        _, *sums = _collect_all(
            [
                features(lines, of_shard, as_of, categories).sink_ipc(
                    folder / shard.name, lazy=True, maintain_order=False
                ),
                months.month_sums(by_month),
                months.cohort_sums(by_month),
                timing.clock_sums(of_shard),
                timing.gap_sums(of_shard),
            ]
        )
        parts.append(sums)
    of_months, of_cohorts, of_clock, of_gaps = zip(*parts, strict=True)
    table = pl.scan_ipc([folder / shard.name for shard in shards])
    return table, Sums(
        months=merge(of_months, "month"),
        cohorts=merge(of_cohorts, "cohort", "months_since"),
        clock=merge(of_clock, "weekday", "hour"),
        gaps=merge(of_gaps, "days"),
    )


def label_customers(
    shards: Sequence[Path], features: Path, folder: Path, model: Model, totals: Totals
) -> tuple[pl.LazyFrame, AffinitySums | None]:
    """Label the customers of every shard into `folder`; return all by customer_id, and what the segments buy."""
    folder.mkdir()
    parts = []
    for shard in shards:
        labelled = folder / shard.name
        model.label(pl.scan_ipc(features / shard.name)).sort("customer_id").sink_ipc(labelled, engine="streaming")
        if totals.affinity_by is not None:
            lines = pl.scan_ipc(shard)
            queries = [affinity.affinity_sums(lines, pl.scan_ipc(labelled), totals.affinity_by, totals.affinity_items)]
            if totals.affinity_by == "product_id":
                queries.append(affinity.name_counts(lines, totals.affinity_items))
            parts.append(_collect_all(queries))
    customers = pl.merge_sorted([pl.scan_ipc(folder / shard.name) for shard in shards], key="customer_id")
    return customers, _merge_affinity(parts)


def _merge_affinity(parts: Sequence[Sequence[pl.DataFrame]]) -> AffinitySums | None:
    if not parts:
        return None
    sums = merge([part[0] for part in parts], "segment", "item")
    counts = merge([part[1] for part in parts], "item", "label") if len(parts[0]) > 1 else None
    none = pl.DataFrame(schema={"item": pl.String, "label": pl.String})
    return AffinitySums(sums, affinity.most_common_names(counts) if counts is not None else none)


def _collect_all(queries: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    return pl.collect_all(queries, engine="streaming")
