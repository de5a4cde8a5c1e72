"""Run the stages over the shards of one machine, one shard after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.features.categories import category_spend, largest_categories, largest_items, share_name
from engine.features.customers import features
from engine.features.lines import coded, product_codes
from engine.features.orders import gaps, orders
from engine.insights import affinity, months, timing
from engine.insights.merge import merge
from engine.intake import duplicates
from engine.intake.products import item_totals, kinds, name_counts
from engine.intake.rules import giant_baskets, is_service
from engine.runners.ordering import BATCH, FILE, in_ranges
from engine.schema import CODE, CUSTOMERS, MICROS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from engine.segments.model import Model

LINES_IN_MEMORY = 8_000_000
"""Lines up to which a shard is held in memory where nobody says otherwise: some 45 bytes a line."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the lines hold in all, needed before the features."""

    categories: list[str]
    """Categories with the largest spend, which get a feature of their own."""
    products: int
    """Distinct products of the kept lines."""
    affinity_by: str | None
    """Column by which affinity is told: category, else product_id; None where the file has neither."""
    affinity_items: list[str]
    labels: pl.DataFrame
    """The most common name of each of these items, where they are products: `item`, `label`."""
    kinds: dict[str, int]
    """Lines and money of returns, zero-value lines and services, see `intake.products.kinds`."""
    codes: pl.DataFrame
    """The numbers of the products, see `features.lines.product_codes`."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of the shards by month, cohort, hour and gap, merged."""

    months: pl.DataFrame
    cohorts: pl.DataFrame
    clock: pl.DataFrame
    gaps: pl.DataFrame
    baskets: dict[str, int]
    """Number, lines and money of very large orders, see `intake.rules.giant_baskets`."""
    duplicates: dict[str, int]
    """Number and money of lines that repeat another one, see `intake.duplicates.count`."""


@dataclass(frozen=True, slots=True)
class Shard:
    """What is known of the customers of one shard, coded: the base of their features and of the sums."""

    lines: pl.LazyFrame
    """In memory, or scanned anew by every query, see `build_features`."""
    orders: pl.LazyFrame
    gaps: pl.LazyFrame
    spend: pl.LazyFrame
    """By customer and category, see `features.categories.category_spend`."""


@dataclass(frozen=True, slots=True)
class Work:
    """The files of one shard while the run lasts."""

    features: Path
    spend: Path
    """What each customer spends on each item, see `insights.affinity.item_spend`."""


def total(products: pl.DataFrame, scored: Sequence[str] | None = None) -> Totals:
    """Find out from the products of the kept lines what is worth a feature or a comparison.

    `scored` are the categories of a model that the customers are to be labelled with: they get the features, whatever
    the lines hold, and nothing is compared.
    """
    categories, by_product = (item_totals(products, column) for column in ("category", "product_id"))
    if scored is not None:
        by, items = None, []
    elif len(categories) > 1:
        by, items = "category", largest_items(categories)
    elif len(by_product) > 1:
        by, items = "product_id", [item for item in largest_items(by_product) if not is_service(item)]
    else:
        by, items = None, []
    items = items[: affinity.MAX_ITEMS]
    names = name_counts(products, items if by == "product_id" else [])
    return Totals(
        categories=largest_categories(categories) if scored is None else list(scored),
        products=len(by_product),
        affinity_by=by,
        affinity_items=items,
        labels=affinity.most_common_names(names),
        kinds=kinds(products),
        codes=product_codes(products, by, items, scored or ()),
    )


def build_features(
    shards: Sequence[Path],
    folder: Path,
    as_of: datetime,
    totals: Totals,
    *,
    counted: bool,
    lines_in_memory: int = LINES_IN_MEMORY,
    tick: Callable[[int], None] = lambda _: None,
) -> tuple[list[Work], Sums]:
    """Compute the features of every shard into `folder`, and the sums over all; `tick` gets a 1 after every shard.

    A shard with more lines than `lines_in_memory` is read anew for every query, and never held as a whole.
    """
    works, parts = [], []
    for path in shards:
        work = Work(*(folder / f"{path.stem}.{part}" for part in ("features", "spend")))
        shard = read_shard(path, totals, lines_in_memory)
        write_features(shard, work.features, as_of, totals, counted=counted)
        parts.append(_sums_of(shard, totals.affinity_by, work.spend))
        works.append(work)
        del shard  # not to be held while the next one is read
        tick(1)
    of_months, of_cohorts, of_clock, of_gaps, of_baskets, of_duplicates = zip(*parts, strict=True)
    return works, Sums(
        months=merge(of_months, "month"),
        cohorts=merge(of_cohorts, "cohort", "months_since"),
        clock=merge(of_clock, "weekday", "hour"),
        gaps=merge(of_gaps, "days"),
        baskets=_added(of_baskets),
        duplicates=_added(of_duplicates),
    )


def read_shard(path: Path, totals: Totals, lines_in_memory: int = LINES_IN_MEMORY) -> Shard:
    """Read the lines of one shard, with numbers in place of texts, and sum what several stages need."""
    lines = coded(_scan(path), totals.codes.lazy())
    if _scan(path).select(pl.len()).collect().item() <= lines_in_memory:
        lines = _collect(lines).lazy()
    of_shard = _collect(orders(lines)).lazy()
    return Shard(lines, of_shard, _collect(gaps(of_shard)).lazy(), _collect(category_spend(lines)).lazy())


def write_features(shard: Shard, target: Path, as_of: datetime, totals: Totals, *, counted: bool) -> None:
    """Compute the features of one shard: one row per customer, sorted by customer_id."""
    table = features(shard.lines, shard.orders, shard.gaps, shard.spend, as_of, totals.categories, counted=counted)
    _collect(table.sort("customer_id").sink_ipc(target, record_batch_size=BATCH, lazy=True))


def _sums_of(shard: Shard, affinity_by: str | None, spend: Path) -> tuple[pl.DataFrame, ...]:
    """Return the sums over the orders of one shard; write what each customer spends on each item, where it is told."""
    if affinity_by is not None:
        by_category = affinity_by == "category"
        items = affinity.net_spend(shard.spend) if by_category else affinity.item_spend(shard.lines)
        _collect(items.sink_ipc(spend, lazy=True, maintain_order=False))
    copies = duplicates.count(shard.lines)
    by_month = _collect(months.customer_months(shard.orders)).lazy()
    return (
        *map(_collect, (months.month_sums(by_month), months.cohort_sums(by_month))),
        *map(_collect, (timing.clock_sums(shard.orders), timing.gap_days(shard.gaps), giant_baskets(shard.orders))),
        pl.DataFrame(copies),
    )


def all_features(works: Sequence[Work]) -> pl.LazyFrame:
    """Return the features of all customers, one row each, in the order of the shards."""
    return pl.concat([_scan(work.features) for work in works])


def label_customers(
    works: Sequence[Work], folder: Path, model: Model, totals: Totals
) -> tuple[pl.LazyFrame, pl.DataFrame | None]:
    """Label all customers into `folder`; return them by customer_id, and what the segments spend on each item.

    The latter are the sums of `insights.affinity.merge_affinity`, None where the file has no products or categories.
    """
    folder.mkdir()
    columns = [*CUSTOMERS.names, *[share_name(category) for category in totals.categories], MICROS_OF]
    segments = [np.zeros(_codes(work), dtype=np.uint8) for work in works]
    files = []
    for number, customers in enumerate(in_ranges([work.features for work in works], "customer_id")):
        labelled = model.label(customers).select(*columns, CODE, FILE).collect()
        for (place,), part in labelled.select(FILE, CODE, "segment").partition_by(FILE, as_dict=True).items():
            segments[place][part[CODE].to_numpy()] = part["segment"].to_numpy()
        files.append(folder / f"{number}.arrow")
        labelled.select(columns).write_ipc(files[-1])
    bought = None
    if totals.affinity_by is not None:
        parts = [_affinity_of(work, pl.Series(of_shard)) for work, of_shard in zip(works, segments, strict=True)]
        bought = affinity.merge_affinity(parts, totals.affinity_items)
    return pl.concat(map(_scan, files)), bought


def _codes(work: Work) -> int:
    """Return the number of customers of a shard: their codes are smaller."""
    return int(_scan(work.features).select(pl.col(CODE).max()).collect().item()) + 1


def _affinity_of(work: Work, segments: pl.Series) -> pl.DataFrame:
    """Sum the spend of the customers of a shard by their segments; `segments` has that of each customer's code."""
    spend = _scan(work.spend).collect()
    return _collect(affinity.affinity_sums(spend.lazy().with_columns(segment=segments.gather(spend[CODE]))))


def _added(parts: Sequence[pl.DataFrame]) -> dict[str, int]:
    return pl.concat(parts).sum().row(0, named=True)


def _collect(query: pl.LazyFrame) -> pl.DataFrame:
    # NOTE: no common subplans. To share a scan, Polars keeps what one branch has read until the other one has come.
    return query.collect(engine="streaming", optimizations=pl.QueryOptFlags(comm_subplan_elim=False))


def _scan(path: Path) -> pl.LazyFrame:
    # NOTE: not as a glob: a folder of temporary files may be called anything.
    return pl.scan_ipc(path, glob=False)
