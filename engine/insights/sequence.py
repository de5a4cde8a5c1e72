"""What comes next: with which product customers begin, whether and when they come back, and what they buy then.

Days are compared, not orders: what is bought on the first day of purchase, and on the next day on which the customer
bought a product. An order that was split in two within a day is one visit. Each customer counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.insights.cells import CELL, cells, table_of
from engine.insights.incidence import Incidence, add_product
from engine.insights.intervals import around, wilson
from engine.insights.merge import added, by
from engine.insights.quantiles import counted_quantiles
from engine.intake.rules import GIANT_BASKET
from engine.schema import CODE
from engine.units import ratio

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from engine.insights.baskets import Items
    from engine.insights.merge import Merger

LEAST_CUSTOMERS = 20
"""Customers that must have gone from one product to the other."""
LEAST_BEGINNERS = 50
"""Customers, followed long enough, that a product needs for its share of returns to be told."""
MOST_SEQUENCES = 200
_MEDIAN = {"median_days": 50}
NEVER = np.iinfo(np.int32).max
HORIZONS = (90, 30)
"""Days within which a return counts: the longest of which the data holds twice as many."""

SEQUENCES = {
    **dict.fromkeys(("first", "first_label", "next", "next_label"), pl.String),
    **dict.fromkeys(("customers", "first_customers"), pl.Int64),
    **dict.fromkeys(("share", "overall_share", "lift", "lift_low", "lift_high"), pl.Float64),
    "median_days": pl.Int64,
}
ENTRY_PRODUCTS = {
    **dict.fromkeys(("item", "label"), pl.String),
    **dict.fromkeys(("customers", "followed", "came_back"), pl.Int64),
    **dict.fromkeys(("rate", "overall_rate", "low", "high"), pl.Float64),
    **dict.fromkeys(("median_days", "horizon_days"), pl.Int64),
}


def visits(baskets: pl.DataFrame, newly_from: date) -> pl.DataFrame:
    """Return what customers bought on their first and on their next day: of the `insights.baskets.baskets` of a shard.

    One row per order of these days: customer's code, items, `gap` (days between the two; null where there is no next
    one), `first_day` (Date), `first` (Boolean: of the first day, or the next one). Customers who bought before
    `newly_from` are left out: their first order may lie before the data begins. So are the giant orders, which are none
    of one customer; but who had one before `newly_from` is not new.
    """
    known = baskets.filter(pl.col("day") < newly_from)[CODE].unique()
    usual = baskets.filter((pl.col("items").list.len() < GIANT_BASKET) & ~pl.col(CODE).is_in(known.implode()))
    codes, days = usual[CODE].to_numpy(), usual["day"].to_physical().to_numpy()
    # NOTE: by customers' codes in NumPy; as windows over the customer the same takes five times as long.
    first, following = (np.full(int(codes.max(initial=0)) + 1, NEVER, dtype=days.dtype) for _ in range(2))
    np.minimum.at(first, codes, days)
    later = days > first[codes]
    np.minimum.at(following, codes[later], days[later])
    begun, then = first[codes], following[codes]
    told = usual.with_columns(
        first=pl.Series(days == begun),
        first_day=pl.Series(begun, dtype=pl.Int32).cast(pl.Date),
        gap=pl.Series(np.where(then < NEVER, then - begun, -1), dtype=pl.Int64),
    )
    kept = told.filter(pl.Series((days == begun) | (days == then)))
    return kept.select(CODE, "items", "first_day", pl.when(pl.col("gap") >= 0).then("gap").alias("gap"), "first")


STEPS: dict[str, Merger] = {"steps": by(CELL), "first": by(CELL), "next": by(CELL), "returned": added}


@dataclass(slots=True)
class Steps:
    """Customers who came back, by what they bought first and next; added up shard by shard."""

    pairs: np.ndarray
    """items x items: customers who bought the one on their first day and the other on their next."""
    first: np.ndarray
    next: np.ndarray
    """Customers who bought an item on their first day, and on their next, of those who came back."""
    customers: int = 0
    """All who came back."""

    @classmethod
    def none(cls, items: int) -> Steps:
        """Begin with nothing."""
        first, following = (np.zeros(items, dtype=np.int64) for _ in range(2))
        return cls(np.zeros((items, items), dtype=np.int32), first, following)

    @classmethod
    def of(cls, sums: Mapping[str, pl.DataFrame], items: int) -> Steps:
        """Read the merged `sums` of several shards."""
        first, following = (table_of(sums[name], items) for name in ("first", "next"))
        return cls(table_of(sums["steps"], items, items), first, following, int(sums["returned"].item()))

    def sums(self) -> dict[str, pl.DataFrame]:
        """Return what was counted as tables, which `STEPS` merges."""
        return {
            "steps": cells(self.pairs),
            "first": cells(self.first),
            "next": cells(self.next),
            "returned": pl.DataFrame({"customers": self.customers}),
        }

    def add(self, visits: pl.DataFrame) -> None:
        """Count the customers of a shard (`visits`)."""
        begun, then, gaps = _days(visits, len(self.first))
        add_product(begun.matrix().T.tocsr(), then.matrix(), self.pairs)
        self.first += np.bincount(begun.items, minlength=len(self.first))
        self.next += np.bincount(then.items, minlength=len(self.next))
        self.customers += len(gaps)

    def likely(self) -> pl.DataFrame:
        """Return the pairs that enough customers went through: `a`, `b`, and the figures, the most telling first."""
        first, then = np.nonzero(self.pairs >= LEAST_CUSTOMERS)
        found = pl.DataFrame(
            {
                "a": first,
                "b": then,
                "customers": self.pairs[first, then],
                "first_customers": self.first[first],
                "next_customers": self.next[then],
            },
            schema=dict.fromkeys(("a", "b", "customers", "first_customers", "next_customers"), pl.Int64),
        ).with_columns(
            share=ratio(pl.col("customers"), pl.col("first_customers")),
            overall_share=ratio(pl.col("next_customers"), pl.lit(self.customers)),
            lift=ratio(pl.col("customers") * self.customers, pl.col("first_customers") * pl.col("next_customers")),
        )
        unlikely = ratio(pl.lit(1), pl.col("customers")) - ratio(pl.lit(1), pl.lit(self.customers))
        # All ways that enough customers could have gone, as `insights.baskets.looked_at` has it.
        looked_at = int((self.first >= LEAST_CUSTOMERS).sum()) * int((self.next >= LEAST_CUSTOMERS).sum())
        low, high = around(pl.col("lift"), unlikely, comparisons=looked_at)
        told = found.with_columns(lift_low=low, lift_high=high).with_columns(
            tells=pl.col("customers") * pl.col("lift_low").log()  # as `insights.baskets.strongest` has it
        )
        ordered = told.sort("tells", "a", "b", descending=[True, False, False])
        return ordered.filter(pl.col("lift_low") > 1).head(MOST_SEQUENCES).drop("tells")


def _days(visits: pl.DataFrame, items: int) -> tuple[Incidence, Incidence, np.ndarray]:
    """Return what customers who came back bought on the first and on the next day, and the days between them."""
    back = visits.filter(pl.col("gap").is_not_null())
    codes, rows = np.unique(back[CODE].to_numpy(), return_inverse=True)
    first = back["first"].to_numpy()
    gaps = np.zeros(len(codes), dtype=np.int64)
    gaps[rows] = back["gap"].to_numpy()
    begun, then = (
        Incidence.of(back["items"].filter(pl.Series(chosen)), items, rows[chosen], len(codes))
        for chosen in (first, ~first)
    )
    return begun, then, gaps


def step_days(visits: pl.DataFrame, pairs: pl.DataFrame, items: int) -> pl.DataFrame:
    """Count the customers of a shard who went from `a` to `b`, by the days between: one row per `pair` and `days`."""
    begun, then, gaps = _days(visits, items)
    one, other = (each.matrix().tocsc() for each in (begun, then))
    held = one[:, pairs["a"].to_numpy()].multiply(other[:, pairs["b"].to_numpy()]).tocoo()
    found = pl.DataFrame({"pair": held.col, "days": gaps[held.row]}, schema={"pair": pl.Int64, "days": pl.Int64})
    return found.group_by("pair", "days").agg(customers=pl.len().cast(pl.Int64))


def entry_sums(visits: pl.LazyFrame, as_of: date, horizon: int | None) -> pl.LazyFrame:
    """Count customers by the items of their first day: one row per `item` (null: all) and `days` until the next day.

    customers, followed (whose first day lies `horizon` days or more before as_of), came_back (of them, within it).
    """
    followed = (pl.lit(as_of) - pl.col("first_day")).dt.total_days() >= (horizon or 0)
    known = visits.filter("first").select(
        CODE, "gap", items=pl.col("items"), followed=followed if horizon else pl.lit(value=False)
    )
    each = known.explode("items").unique([CODE, "items"])
    every = known.unique(CODE).with_columns(items=pl.lit(None, dtype=pl.UInt16))
    counts = pl.concat([each.select(every_columns := ("items", "gap", "followed")), every.select(every_columns)])
    return counts.group_by(item=pl.col("items").cast(pl.Int64), days=pl.col("gap").cast(pl.Int64)).agg(
        customers=pl.len().cast(pl.Int64),
        followed=pl.col("followed").sum().cast(pl.Int64),
        came_back=(pl.col("followed") & (pl.col("gap") < (horizon or 0))).sum().cast(pl.Int64),
    )


def horizon(newly_from: date, as_of: date) -> int | None:
    """Return the days within which a return is counted: None where the data is too short for any."""
    span = (as_of - newly_from).days
    return next((days for days in HORIZONS if span >= 2 * days), None)


def finish_sequences(likely: pl.DataFrame, days: pl.DataFrame, items: Items) -> pl.DataFrame:
    """Name the pairs of `Steps.likely`, with the median of the days between (`step_days`): the table `sequences`."""
    middle = counted_quantiles(days, "pair", "days", "customers", _MEDIAN)
    numbered = likely.with_row_index("pair").with_columns(pl.col("pair").cast(pl.Int64))
    return (
        numbered.join(middle, on="pair", how="left", maintain_order="left")
        .with_columns(
            first=items.named("a"),
            first_label=items.labelled("a"),
            next=items.named("b"),
            next_label=items.labelled("b"),
        )
        .select(list(SEQUENCES))
        .match_to_schema(pl.Schema(SEQUENCES))
    )


def finish_entries(sums: pl.DataFrame, items: Items, horizon: int | None) -> pl.DataFrame:
    """Return the table `entry_products`: one row per product that enough customers began with, most customers first.

    The interval of the rate is Wilson's, for all products at once; the median counts those who came back at all.
    """
    counts = sums.group_by("item").agg(pl.col("customers", "followed", "came_back").sum())
    every = counts.filter(pl.col("item").is_null())
    overall = every.select(ratio(pl.col("came_back"), pl.col("followed"))).to_series()
    known = counts.filter((pl.col("item") < len(items)) & (pl.col("followed") >= LEAST_BEGINNERS))
    back = sums.filter(pl.col("days").is_not_null() & pl.col("item").is_not_null())
    low, high = wilson(pl.col("came_back"), pl.col("followed"), comparisons=known.height)
    return (
        known.join(counted_quantiles(back, "item", "days", "customers", _MEDIAN), on="item", how="left")
        .with_columns(
            rate=ratio(pl.col("came_back"), pl.col("followed")),
            overall_rate=pl.lit(overall[0] if len(overall) else None, dtype=pl.Float64),
            low=low,
            high=high,
            horizon_days=pl.lit(horizon, dtype=pl.Int64),
            label=items.labelled("item"),
            name=items.named("item"),
        )
        .with_columns(item="name")
        .sort("customers", "item", descending=[True, False])
        .select(list(ENTRY_PRODUCTS))
        .match_to_schema(pl.Schema(ENTRY_PRODUCTS))
    )
