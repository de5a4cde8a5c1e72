"""What a comparison found, as sentences, each with its numbers; one that the data does not bear out is not said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from engine.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEW = 5
"""Customers of whom a move up or down is told."""
_WORTH = 1.25
"""How many times as much a customer of one segment brings, for a move between the two to be up or down."""


def findings(summary: dict[str, Any], migration: pl.DataFrame, balance: pl.DataFrame, pairs: pl.DataFrame) -> list[str]:
    """Return what to look at, the most telling first."""
    currency = summary["currency"]
    return [
        *_movement(summary, currency),
        *_moves(migration, balance, currency),
        *_arrivals(summary, migration, currency),
        *_departures(summary, migration, currency),
        *_segments(pairs),
    ]


def moved(migration: pl.DataFrame) -> pl.DataFrame:
    """Return the flows between two segments, the largest first: by customers, revenue, then the segments' order."""
    between = migration.filter((pl.col("segment_before") != pl.col("segment_after")) & (pl.col("customers") > 0))
    return between.sort(
        "customers", "revenue_after", "segment_before", "segment_after", descending=[True, True, False, False]
    )


def _movement(summary: dict[str, Any], currency: str) -> Iterator[str]:
    customers, revenue = summary["customers"], summary["revenue"]
    if not customers["both"]:
        return
    if not customers["moved"]:
        yield f"All {numbers.full(customers['both'])} customers of both runs stayed in their segment."
        return
    part = revenue["moved_share"]
    yield (
        f"{numbers.share(customers['moved_share'])} of the customers of both runs changed segment: "
        f"{numbers.full(customers['moved'])} of {numbers.full(customers['both'])}. They bring "
        f"{numbers.money(revenue['moved_after'], currency)}"
        + ("." if part is None else f", {numbers.share(part)} of the revenue of both.")
    )


def _moves(migration: pl.DataFrame, balance: pl.DataFrame, currency: str) -> Iterator[str]:
    """Name the moves to a segment of less and of more worth that carry the most revenue, and the largest one.

    What the segments are worth says nothing about what these very customers did meanwhile: that is in the list.
    """
    each = {
        row["segment"]: row["revenue"] / row["customers"]
        for row in _worth(balance).iter_rows(named=True)
        if row["customers"]
    }
    flows = moved(migration).to_dicts()
    told = []
    for verb, way in (("To a segment of less worth", -1), ("To a segment of more worth", 1)):
        fitting = [
            row
            for row in flows
            if row["customers"] >= _FEW and _way(each[row["segment_before"]], each[row["segment_after"]]) == way
        ]
        if fitting:
            row = max(fitting, key=lambda row: (row["revenue_after"], -row["segment_before"], -row["segment_after"]))
            told.append(row)
            here, there = each[row["segment_before"]], each[row["segment_after"]]
            yield (
                f"{verb}: {numbers.plural(row['customers'], 'customer')} with "
                f"{numbers.money(row['revenue_after'], currency)} went from {row['from_segment']} "
                f"({numbers.money(here, currency)} each) to {row['to_segment']} "
                f"({numbers.money(there, currency)} each)."
            )
    if flows and flows[0] not in told:
        row = flows[0]
        yield (
            f"The largest move: {numbers.plural(row['customers'], 'customer')} from {row['from_segment']} to "
            f"{row['to_segment']}, with {numbers.money(row['revenue_after'], currency)}."
        )


def _worth(balance: pl.DataFrame) -> pl.DataFrame:
    """Return customers and revenue of each segment: after, and before where nobody is left."""
    left = pl.col("customers_after") > 0
    return balance.select(
        "segment",
        customers=pl.when(left).then("customers_after").otherwise("customers_before"),
        revenue=pl.when(left).then("revenue_after").otherwise("revenue_before"),
    )


def _way(here: float, there: float) -> int:
    """Return 1 for a move up in what a customer brings, -1 for one down, 0 where the two are much alike."""
    if there > max(here, 0.0) * _WORTH:
        return 1
    return -1 if here > max(there, 0.0) * _WORTH else 0


def _arrivals(summary: dict[str, Any], migration: pl.DataFrame, currency: str) -> Iterator[str]:
    new = summary["customers"]["new"]
    rows = migration.filter(pl.col("segment_before").is_null() & (pl.col("customers") > 0))
    for row in rows.sort("customers", "segment_after", descending=[True, False]).head(1).iter_rows(named=True):
        yield (
            f"{numbers.plural(new, 'customer')} {_are(new)} new, with "
            f"{numbers.money(summary['revenue']['new_after'], currency)}: {numbers.share(row['customers'] / new)} of "
            f"them in {row['to_segment']}."
        )


def _departures(summary: dict[str, Any], migration: pl.DataFrame, currency: str) -> Iterator[str]:
    gone = summary["customers"]["gone"]
    rows = migration.filter(pl.col("segment_after").is_null() & (pl.col("customers") > 0))
    for row in rows.sort("customers", "segment_before", descending=[True, False]).head(1).iter_rows(named=True):
        yield (
            f"{numbers.plural(gone, 'customer')} {_are(gone)} no longer in the data; they had brought "
            f"{numbers.money(summary['revenue']['gone_before'], currency)}. {numbers.share(row['customers'] / gone)} "
            f"of them were in {row['from_segment']}."
        )


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _segments(pairs: pl.DataFrame) -> Iterator[str]:
    """Say which segments are new and which are gone."""
    for status, verb in (("new", "had no match before"), ("gone", "has no match now")):
        names = pairs.filter(pl.col("status") == status)["name"].to_list()
        if names:
            have = verb if len(names) == 1 else verb.replace("has ", "have ")
            yield f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}: {have}."
