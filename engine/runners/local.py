"""Run the stages over the shards of one machine, one shard after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.features.categories import largest_categories, share_name
from engine.features.customers import features
from engine.features.orders import orders
from engine.features.totals import item_totals, largest_items
from engine.insights import affinity, months, timing
from engine.insights.merge import merge
from engine.intake import duplicates
from engine.intake.rules import giant_baskets, is_service, kinds
from engine.schema import CUSTOMERS, MICROS_OF

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
    kinds: dict[str, int]
    """Lines and money of returns, zero-value lines and services, see `intake.rules.kinds`."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of the shards by month, cohort, hour and gap, merged."""

    months: pl.DataFrame
    cohorts: pl.DataFrame
    clock: pl.DataFrame
    gaps: pl.DataFrame
    baskets: dict[str, int]
    """Number, lines and money of very large orders, see `intake.rules.giant_baskets`."""


@dataclass(frozen=True, slots=True)
class AffinitySums:
    """Spend by segment and item, and the items' most common names."""

    sums: pl.DataFrame
    labels: pl.DataFrame


def total(shards: Sequence[Path]) -> Totals:
    """Add up products and categories over the shards."""
    parts = [
        _collect_all(
            [
                *(item_totals(_scan(shard), column) for column in ("category", "product_id")),
                kinds(_scan(shard)),
                duplicates.sums(_scan(shard)),
            ]
        )
        for shard in shards
    ]
    categories, products = (merge([part[place] for part in parts], "item") for place in (0, 1))
    if len(categories) > 1:
        by, items = "category", largest_items(categories)
    elif len(products) > 1:
        by, items = "product_id", [item for item in largest_items(products) if not is_service(item)]
    else:
        by, items = None, []
    counted = [pl.concat(part[place] for part in parts).sum().row(0, named=True) for place in (2, 3)]
    return Totals(
        largest_categories(categories), len(products), by, items[: affinity.MAX_ITEMS], counted[0] | counted[1]
    )


def build_features(
    shards: Sequence[Path], folder: Path, as_of: datetime, categories: Sequence[str], *, counted: bool
) -> tuple[pl.LazyFrame, Sums]:
    """Compute the features of every shard into `folder`, and the sums over all; return those of all customers."""
    folder.mkdir()
    parts = []
    for shard in shards:
        lines = _scan(shard)
        of_shard = orders(lines).collect(engine="streaming").lazy()
        by_month = months.customer_months(of_shard)
        _, *sums = _collect_all(
            [
                features(lines, of_shard, as_of, categories, counted=counted).sink_ipc(
                    folder / shard.name, lazy=True, maintain_order=False
                ),
                months.month_sums(by_month),
                months.cohort_sums(by_month),
                timing.clock_sums(of_shard),
                timing.gap_sums(of_shard),
                giant_baskets(of_shard),
            ]
        )
        parts.append(sums)
    of_months, of_cohorts, of_clock, of_gaps, of_baskets = zip(*parts, strict=True)
    table = pl.concat([_scan(folder / shard.name) for shard in shards])
    return table, Sums(
        months=merge(of_months, "month"),
        cohorts=merge(of_cohorts, "cohort", "months_since"),
        clock=merge(of_clock, "weekday", "hour"),
        gaps=merge(of_gaps, "days"),
        baskets=pl.concat(of_baskets).sum().row(0, named=True),
    )


def label_customers(
    shards: Sequence[Path], features: Path, folder: Path, model: Model, totals: Totals
) -> tuple[pl.LazyFrame, AffinitySums | None]:
    """Label the customers of every shard into `folder`; return all by customer_id, and what the segments buy."""
    folder.mkdir()
    further = [share_name(category) for category in totals.categories]
    parts = []
    for shard in shards:
        labelled = folder / shard.name
        table = model.label(_scan(features / shard.name)).select(*CUSTOMERS.names, *further, MICROS_OF)
        table.sort("customer_id").sink_ipc(labelled, engine="streaming")
        if totals.affinity_by is not None:
            lines = _scan(shard)
            queries = [affinity.affinity_sums(lines, _scan(labelled), totals.affinity_by, totals.affinity_items)]
            if totals.affinity_by == "product_id":
                queries.append(affinity.name_counts(lines, totals.affinity_items))
            parts.append(_collect_all(queries))
    customers = pl.merge_sorted([_scan(folder / shard.name) for shard in shards], key="customer_id")
    return customers, _merge_affinity(parts)


def _merge_affinity(parts: Sequence[Sequence[pl.DataFrame]]) -> AffinitySums | None:
    if not parts:
        return None
    sums = affinity.merge_affinity(part[0] for part in parts)
    counts = merge([part[1] for part in parts], "item", "label") if len(parts[0]) > 1 else None
    none = pl.DataFrame(schema={"item": pl.String, "label": pl.String})
    return AffinitySums(sums, affinity.most_common_names(counts) if counts is not None else none)


def _collect_all(queries: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    return pl.collect_all(queries, engine="streaming")


def _scan(path: Path) -> pl.LazyFrame:
    # NOTE: not as a glob: a folder of temporary files may be called anything.
    return pl.scan_ipc(path, glob=False)
