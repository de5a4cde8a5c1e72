"""What drove the revenue: customers x orders per customer x items per order x price x what returns left of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import fsum, log, log1p
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.insights.months import FIRST_DAYS
from engine.units import MICROS, MILLI

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REVENUE_TREE = {
    **dict.fromkeys(("factor", "label", "unit"), pl.String),
    **dict.fromkeys(("before", "after", "change", "contribution"), pl.Float64),
}

_COMPARED = (
    (3, 12, "the last three full months against the same three a year before"),
    (3, 3, "the last three full months against the three before"),
    (1, 1, "the last full month against the one before"),
)
"""Length of the periods and months between their starts, the preferred first."""
MOVED = {
    "customers": ("more customers", "fewer customers"),
    "orders_per_customer": ("more orders per customer", "fewer orders per customer"),
    "items_per_order": ("more {unit} per order", "fewer {unit} per order"),
    "price": ("higher prices", "lower prices"),
    "kept": ("fewer returns", "more returns"),
}
"""What a factor that added to the revenue means, and one that took from it; the unit is that of the label."""

_ROUNDING = 1e-9
"""Share of the largest contribution below which a change of revenue is none: what rounding may leave of contributions
that cancel."""


@dataclass(frozen=True, slots=True)
class Periods:
    """Two periods of whole calendar months that are compared, ends exclusive."""

    before_start: datetime
    before_end: datetime
    after_start: datetime
    after_end: datetime
    name: str
    """What is compared with what, as it stands in a sentence."""


_NEVER = datetime(1, 1, 1)
_NO_PERIODS = Periods(_NEVER, _NEVER, _NEVER, _NEVER, "")
"""Periods without a moment: nothing lies in them."""


def periods(first: datetime, as_of: datetime) -> Periods | None:
    """Choose the last two periods that can be compared, in whole calendar months; None where the data is too short.

    The last three months and the same of the year before, else the three before, else the last month and the one
    before; only the first of these is free of the season, and none is corrected for the lengths of months. A month is
    whole where it ends by `as_of`; that of `first`, the first line, where this lies on its first or second day.
    """
    begin = _number(first) + (first.day > FIRST_DAYS)
    end = _number(as_of)
    for length, back, name in _COMPARED:
        if end - back - length >= begin:
            before_start, before_end, after_start, after_end = map(
                _month, (end - back - length, end - back, end - length, end)
            )
            return Periods(before_start, before_end, after_start, after_end, name)
    return None


def _number(moment: datetime) -> int:
    """Return the month of a moment as a number of months."""
    return moment.year * 12 + moment.month - 1


def _month(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1)


def period_sums(orders: pl.LazyFrame, compared: Periods | None) -> pl.LazyFrame:
    """Sum the orders of each period: one row per `period` with an order, 0 before and 1 after; none without periods.

    customers (distinct, with a purchase), orders and lines (of the purchases), quantity (bought, thousandths), gross
    (bought, micros), amount (micros, net of returns, orders of returns only included). As in the table of months, an
    order counts when its first bought line does, with all its money. A customer lies in one shard, so that the sums of
    shards add up.
    """
    both = compared or _NO_PERIODS
    at = pl.coalesce("bought_at", "first_line")
    in_before = at.is_between(both.before_start, both.before_end, closed="left")
    in_after = at.is_between(both.after_start, both.after_end, closed="left")
    period = pl.when(in_before).then(0).when(in_after).then(1).cast(pl.Int64)
    purchase = pl.col("bought_at").is_not_null()
    buyer = pl.when(purchase).then(pl.col("customer_id").to_physical())
    return (
        orders.with_columns(period=period)
        .filter(pl.col("period").is_not_null())
        .group_by("period")
        .agg(
            customers=buyer.drop_nulls().n_unique().cast(pl.Int64),
            orders=purchase.sum().cast(pl.Int64),
            lines=pl.when(purchase).then(pl.col("lines")).sum(),
            quantity=pl.col("bought_quantity").cast(pl.Int128).sum(),
            gross=pl.col("bought_amount").cast(pl.Int128).sum(),
            amount=pl.col("amount").cast(pl.Int128).sum(),
        )
    )


def finish_tree(sums: pl.DataFrame, *, counted: bool) -> pl.DataFrame:
    """Turn the merged sums into the revenue tree: one row per factor, whose product is the revenue.

    factor, label, unit; before and after, its values; change, after / before - 1; contribution, what the factor added
    to the change of revenue, in currency. Contributions follow the logarithmic mean Divisia index LMDI-I (Ang 2004):
    L(R1, R0) ln(f1 / f0) with L(a, b) = (a - b) / ln(a / b). They add up to the change whatever the order of the
    factors, and change their signs where the periods are swapped. Empty where a factor is not positive in both periods.

    Where the file has no quantities (not `counted`), items are lines.
    """
    items = "quantity" if counted else "lines"
    rows = {row["period"]: row for row in sums.rows(named=True)}
    wanted = ("customers", "orders", items, "gross", "amount")
    if not all(period in rows and min(rows[period][name] for name in wanted) > 0 for period in (0, 1)):
        return pl.DataFrame(schema=REVENUE_TREE)
    before, after = (_factors(rows[period], counted=counted) for period in (0, 1))
    mean = _logarithmic_mean(*(Fraction(rows[period]["amount"], MICROS) for period in (1, 0)))
    tree = []
    for (factor, (label, unit)), was, now in zip(_named(counted=counted).items(), before, after, strict=True):
        change = now / was - 1
        tree.append((factor, label, unit, float(was), float(now), float(change), mean * _ln(now / was)))
    return pl.DataFrame(tree, schema=REVENUE_TREE, orient="row")


def _named(*, counted: bool) -> dict[str, tuple[str, str]]:
    """Return label and unit of each factor."""
    return {
        "customers": ("Customers", "count"),
        "orders_per_customer": ("Orders per customer", "orders"),
        "items_per_order": ("Items per order" if counted else "Lines per order", "count"),
        "price": ("Price of an item" if counted else "Price of a line", "money"),
        "kept": ("Share kept after returns", "share"),
    }


def _factors(row: Mapping[str, int], *, counted: bool) -> tuple[Fraction, ...]:
    """Return the factors of the net revenue of a period, exactly."""
    items = Fraction(row["quantity"], MILLI) if counted else Fraction(row["lines"])
    return (
        Fraction(row["customers"]),
        Fraction(row["orders"], row["customers"]),
        items / row["orders"],
        Fraction(row["gross"], MICROS) / items,
        Fraction(row["amount"], row["gross"]),
    )


def _logarithmic_mean(one: Fraction, other: Fraction) -> float:
    return float(one) if one == other else float(one - other) / _ln(one / other)


def _ln(ratio: Fraction) -> float:
    """Return the natural logarithm, exact to the last digits also of a ratio that hardly differs from 1."""
    return log1p(float(ratio - 1)) if 2 * ratio > 1 else log(float(ratio))


def moved(row: Mapping[str, Any]) -> str:
    """Say in words what a factor of the tree did: "fewer customers"."""
    unit = row["label"].split()[0].lower()
    return MOVED[row["factor"]][row["contribution"] < 0].format(unit=unit)


def driver(tree: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the factor that moved the revenue most, in the direction in which it went; of equal ones the first.

    `tree` are the rows of `finish_tree`. None where there are none, or revenue did not change.
    """
    change = fsum(row["contribution"] for row in tree)
    if abs(change) <= _ROUNDING * max((abs(row["contribution"]) for row in tree), default=0):
        return None
    return max(tree, key=lambda row: row["contribution"] if change > 0 else -row["contribution"])
