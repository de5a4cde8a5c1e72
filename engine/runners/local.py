"""Run the stages over the shards of one machine, one shard after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from engine.features.catalogue import catalogue, goods
from engine.features.categories import category_spend, largest_categories, largest_items, product_spend, share_name
from engine.features.customers import features
from engine.features.lines import ITEM, PRODUCT, coded, product_codes
from engine.features.orders import gaps, orders
from engine.insights import affinity, baskets, columns, months, repeat, rhythm, timing, tree
from engine.insights.baskets import Items
from engine.insights.merge import added, by, merge_each
from engine.intake import duplicates
from engine.intake.products import item_totals, kinds, name_counts
from engine.intake.rules import giant_baskets
from engine.runners.ordering import BATCH, FILE, in_ranges
from engine.runners.sample import kept_customers, kept_lines, part_of
from engine.schema import CODE, CUSTOMERS, FORECAST, MICROS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from engine.insights.merge import Merger
    from engine.insights.wanted import Wanted
    from engine.segments.model import Model

SUMS: dict[str, Merger] = {
    "months": by("month"),
    "clock": by("weekday", "hour"),
    "gaps": by("days"),
    "rhythm": by("item", "days"),
    "periods": by("period"),
    "values": by("column", "bucket"),
    "moments": columns.merge_moments,
    "baskets": added,
    "duplicates": added,
}
"""The sums of a shard over all customers, and how those of several shards are merged."""

LINES_IN_MEMORY = 8_000_000
"""Lines up to which a shard is held in memory where nobody says otherwise: some 45 bytes a line."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the lines hold in all, needed before the features."""

    categories: list[str]
    """Categories with the largest spend, which get a feature of their own."""
    products: pl.DataFrame
    """All products, see `features.catalogue.catalogue`."""
    goods: Items
    """The most bought products, those that are looked at one by one."""
    items: Items
    """By what affinity and rhythm are told: categories, else products."""
    items_by: str | None
    """The column that these stand in: category, else product_id; None where the file has neither."""
    kinds: dict[str, int]
    """Lines and money of returns, zero-value lines and services, see `intake.products.kinds`."""
    codes: pl.DataFrame
    """The numbers of the products, see `features.lines.product_codes`."""

    @property
    def basket(self) -> tuple[Items, pl.Expr]:
        """What baskets are made of, and the number of each line: products, else categories."""
        if len(self.goods):
            services = len(self.products) - int(self.products["service"].sum())
            # All others share one number: an order may hold them alone.
            number = pl.min_horizontal(PRODUCT, pl.lit(len(self.goods), dtype=pl.UInt32))
            return self.goods, pl.when(pl.col(PRODUCT) < services).then(number).cast(pl.UInt16)
        return self.items, pl.col(ITEM)


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of the shards over all customers, merged; those of insights that are not wanted are empty."""

    months: pl.DataFrame
    clock: pl.DataFrame
    gaps: pl.DataFrame
    rhythm: pl.DataFrame
    periods: pl.DataFrame
    values: pl.DataFrame
    moments: pl.DataFrame
    baskets: dict[str, int]
    """Number, lines and money of very large orders, see `intake.rules.giant_baskets`."""
    duplicates: dict[str, int]
    """Number and money of lines that repeat another one, see `intake.duplicates.count`."""

    @classmethod
    def of(cls, sums: Mapping[str, pl.DataFrame]) -> Sums:
        """Read the merged sums of all shards."""
        tables: dict[str, Any] = {name: sums[name] for name in SUMS}
        return cls(**tables | {name: sums[name].row(0, named=True) for name in ("baskets", "duplicates")})


@dataclass(frozen=True, slots=True)
class Shard:
    """What is known of the customers of one shard, coded: the base of their features and of the sums."""

    lines: pl.LazyFrame
    """In memory, or scanned anew by every query, see `build_features`."""
    orders: pl.LazyFrame
    gaps: pl.LazyFrame
    by_category: pl.LazyFrame
    by_product: pl.LazyFrame
    """Spend by customer and category, and by customer and product, see `features.categories`."""


@dataclass(frozen=True, slots=True)
class Work:
    """The files of one shard for the run: the features, and by customers' code what `runners.patterns` reads."""

    features: Path
    categories: Path
    """What each customer spends on each category, see `insights.affinity.category_items`."""
    products: Path
    """The same of each product."""
    months: Path
    """The months of each customer, see `insights.months.customer_months`."""
    firsts: Path
    """The first purchase of each customer, see `insights.repeat.first_purchases`."""
    baskets: Path
    """What each order holds, see `insights.baskets.baskets`."""
    sample: Path
    """The lines of some of the customers, see `runners.sample`."""
    sampled: Path
    """Those customers."""
    forecast: Path
    """What is foretold of each customer, in the order of the features, see `runners.forecasting`."""

    @classmethod
    def within(cls, folder: Path, stem: str) -> Work:
        """Name the files of a shard."""
        parts = ("features", "categories", "products", "months", "firsts", "baskets", "sample", "sampled", "forecast")
        return cls(*(folder / f"{stem}.{part}" for part in parts))


def total(products: pl.DataFrame, scored: Sequence[str] | None = None) -> Totals:
    """Find out from the products of the kept lines what is worth a feature or a comparison.

    `scored` are the categories of a model that the customers are to be labelled with: they get the features, whatever
    the lines hold, and nothing is compared.
    """
    categories, listed = item_totals(products, "category"), catalogue(products)
    best = goods(listed, baskets.MOST_PRODUCTS) if scored is None else []
    names = dict(affinity.most_common_names(name_counts(products, best)).iter_rows())
    of_products = Items(best, [names.get(item, item) for item in best])
    by, items = None, Items([], [])
    if scored is None and len(categories) > 1:
        largest = largest_items(categories)[: affinity.MAX_ITEMS]
        by, items = "category", Items(largest, largest)
    elif len(best) > 1:
        by, items = "product_id", Items(best[: affinity.MAX_ITEMS], of_products.labels[: affinity.MAX_ITEMS])
    return Totals(
        categories=largest_categories(categories) if scored is None else list(scored),
        products=listed,
        goods=of_products,
        items=items,
        items_by=by,
        kinds=kinds(products),
        codes=product_codes(products, listed, by, items.names, scored or ()),
    )


def build_features(
    shards: Sequence[Path],
    folder: Path,
    totals: Totals,
    wanted: Wanted,
    *,
    counted: bool,
    seed: int,
    lines_in_memory: int = LINES_IN_MEMORY,
    done: Callable[[Path], None] = lambda _: None,
    tick: Callable[[int], None] = lambda _: None,
) -> tuple[list[Work], Sums]:
    """Compute the features of every shard into `folder`, and the sums over all.

    `done` gets each shard that is needed no more, `tick` a 1 after it.

    A shard with more lines than `lines_in_memory` is read anew for every query, and never held as a whole.
    """
    works, parts = [], []
    for path in shards:
        works.append(work := Work.within(folder, path.stem))
        parts.append(
            build_shard(
                path,
                work,
                totals,
                wanted,
                counted=counted,
                seed=seed,
                kept=part_of(len(shards)),
                lines_in_memory=lines_in_memory,
            )
        )
        done(path)
        tick(1)
    return works, Sums.of(merge_each(parts, SUMS))


def build_shard(
    path: Path,
    work: Work,
    totals: Totals,
    wanted: Wanted,
    *,
    counted: bool,
    seed: int,
    kept: int,
    lines_in_memory: int = LINES_IN_MEMORY,
) -> dict[str, pl.DataFrame]:
    """Compute the features of one shard and what is needed of it later; returns its sums (`SUMS`).

    `kept` is the number of customers whose lines are kept for the forecast.
    """
    shard = read_shard(path, totals, lines_in_memory)
    write_features(shard, work.features, wanted.as_of, totals, counted=counted)
    sums = _sums_of(shard, work, totals, wanted)
    if "forecast" in wanted:
        _keep_sample(shard, work, kept, seed)
    return sums


def read_shard(path: Path, totals: Totals, lines_in_memory: int = LINES_IN_MEMORY) -> Shard:
    """Read the lines of one shard, with numbers in place of texts, and sum what several stages need."""
    lines = coded(scan(path), totals.codes.lazy())
    if scan(path).select(pl.len()).collect().item() <= lines_in_memory:
        lines = collect(lines).lazy()
    of_shard = collect(orders(lines)).lazy()
    spend = (collect(each(lines)).lazy() for each in (category_spend, product_spend))
    return Shard(lines, of_shard, collect(gaps(of_shard)).lazy(), *spend)


def write_features(shard: Shard, target: Path, as_of: datetime, totals: Totals, *, counted: bool) -> None:
    """Compute the features of one shard: one row per customer, sorted by customer_id."""
    table = features(
        shard.orders, shard.gaps, shard.by_category, shard.by_product, as_of, totals.categories, counted=counted
    )
    collect(table.sort("customer_id").sink_ipc(target, record_batch_size=BATCH, lazy=True))


def _keep_sample(shard: Shard, work: Work, most: int, seed: int) -> None:
    """Keep the lines of some of the customers, for the forecast."""
    kept = kept_customers(collect(scan(work.features).select("customer_id", CODE)), most, seed)
    kept.write_ipc(work.sampled)
    collect(kept_lines(shard.lines, kept).sink_ipc(work.sample, lazy=True, maintain_order=False))


def _sums_of(shard: Shard, work: Work, totals: Totals, wanted: Wanted) -> dict[str, pl.DataFrame]:
    """Return the sums over one shard, and write what is needed of it once the segments are known.

    What is not wanted is computed of nothing, so that its table is there, and empty.
    """

    def of(insight: str, lf: pl.LazyFrame) -> pl.LazyFrame:
        return lf if insight in wanted else lf.head(0)

    by_month = collect(months.customer_months(shard.orders)).lazy()
    code = pl.col("customer_id").to_physical().alias(CODE)
    _, number = totals.basket
    held = shard.lines if "baskets" in wanted else of("sequence", shard.lines)
    for query, target in (
        (affinity.category_items(of("affinity", shard.by_category)), work.categories),
        (affinity.product_items(of("affinity", shard.by_product), len(totals.goods)), work.products),
        (of("cohorts", by_month.select(code, pl.exclude("customer_id"))), work.months),
        (of("cohorts", repeat.first_purchases(shard.orders, shard.gaps)), work.firsts),
        (baskets.baskets(held, number), work.baskets),
    ):
        collect(query.sink_ipc(target, lazy=True, maintain_order=False))
    tallied = collect(columns.tally(of("statistics", shard.lines))).lazy()
    found = {
        "months": months.month_sums(by_month),
        "clock": timing.clock_sums(of("timing", shard.orders)),
        "gaps": timing.gap_days(of("timing", shard.gaps)),
        "rhythm": rhythm.item_gaps(of("timing", shard.lines)),
        "periods": tree.period_sums(of("concentration", shard.orders), tree.periods(wanted.first, wanted.as_of)),
        "values": columns.value_sums(tallied),
        "moments": columns.moment_sums(tallied),
        "baskets": giant_baskets(shard.orders),
    }
    return {name: collect(query) for name, query in found.items()} | {
        "duplicates": pl.DataFrame(duplicates.count(shard.lines))
    }


def all_features(works: Sequence[Work]) -> pl.LazyFrame:
    """Return the features of all customers, one row each, in the order of the shards."""
    return pl.concat([scan(work.features) for work in works])


def label_customers(
    works: Sequence[Work], folder: Path, model: Model, totals: Totals, *, foretold: bool | None = None
) -> tuple[pl.LazyFrame, list[np.ndarray]]:
    """Label all customers into `folder`; return them by customer_id, and of each shard the segments by code.

    Where they are `foretold`, their forecasts come with them; False says that none could be made, so that they are
    null, None that the customers have no such columns.
    """
    folder.mkdir()
    columns = [
        *CUSTOMERS.names,
        *(FORECAST.names if foretold is not None else ()),
        *[share_name(category) for category in totals.categories],
        MICROS_OF,
    ]
    segments = [np.zeros(_codes(work), dtype=np.uint8) for work in works]
    files = []
    beside = [work.forecast for work in works] if foretold else None
    nothing = [pl.lit(None, kind).alias(name) for name, kind in FORECAST.schema.items()] if foretold is False else []
    for number, customers in enumerate(in_ranges([work.features for work in works], "customer_id", beside=beside)):
        known = customers.with_columns(nothing) if nothing else customers
        labelled = model.label(known).select(*columns, CODE, FILE).collect()
        for (place,), part in labelled.select(FILE, CODE, "segment").partition_by(FILE, as_dict=True).items():
            segments[place][part[CODE].to_numpy()] = part["segment"].to_numpy()
        files.append(folder / f"{number}.arrow")
        labelled.select(columns).write_ipc(files[-1])
    return pl.concat(map(scan, files)), segments


def _codes(work: Work) -> int:
    """Return the number of customers of a shard: their codes are smaller."""
    return int(scan(work.features).select(pl.col(CODE).max()).collect().item()) + 1


def collect(query: pl.LazyFrame) -> pl.DataFrame:
    """Set a query in motion, in a stream."""
    # NOTE: no common subplans. To share a scan, Polars keeps what one branch has read until the other one has come.
    return query.collect(engine="streaming", optimizations=pl.QueryOptFlags(comm_subplan_elim=False))


def scan(path: Path) -> pl.LazyFrame:
    """Read a temporary file of the run."""
    # NOTE: not as a glob: a folder of temporary files may be called anything.
    return pl.scan_ipc(path, glob=False)
