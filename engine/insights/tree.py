"""What drove revenue between two periods: customers x orders per customer x items per order x price x what was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.units import MICROS, MILLI

if TYPE_CHECKING:
    from collections.abc import Mapping

YEAR, QUARTER = 12, 3
CUSTOMERS, ORDERS, ITEMS, PRICE, KEPT = "customers", "orders_per_customer", "items_per_order", "price", "kept"

REVENUE_TREE = {
    **dict.fromkeys(("factor", "label", "unit"), pl.String),
    **dict.fromkeys(("before", "after", "change", "contribution"), pl.Float64),
}


@dataclass(frozen=True, slots=True)
class Periods:
    """Two periods of whole months that may be compared; each ends before its `end`."""

    name: str
    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]


def periods(first: datetime, as_of: datetime) -> Periods | None:
    """Choose the last two comparable periods of the data, of complete months; None where there are none.

    The last three months against the same of the year before, else against the three before, else the last one against
    the one before. The first month counts where the data begins on its first or second day.
    """
    begin = _start(first)
    if first.day > 2:
        begin = _moved(begin, 1)
    end = _start(as_of)
    months = (end.year - begin.year) * YEAR + end.month - begin.month
    for length, back, name in (
        (QUARTER, YEAR, "the last three full months against the same of the year before"),
        (QUARTER, QUARTER, "the last three full months against the three before"),
        (1, 1, "the last full month against the one before"),
    ):
        if months >= length + back:
            after = (_moved(end, -length), end)
            return Periods(name, (_moved(after[0], -back), _moved(end, -back)), after)
    return None


def _start(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, 1)


def _moved(month: datetime, months: int) -> datetime:
    number = month.year * YEAR + month.month - 1 + months
    return datetime(number // YEAR, number % YEAR + 1, 1)


def period_sums(orders: pl.LazyFrame, compared: Periods | None) -> pl.LazyFrame:
    """Sum the orders of both periods: one row per `period` (0 before, 1 after) with an order.

    customers and orders (purchases), lines and quantity (thousandths) of what was bought, gross (micros) of it, amount
    (net of returns, those of orders of returns alone included). An order counts on the day of its first bought line.
    """
    at = pl.coalesce("bought_at", "first_line")
    if compared is None:
        spans = [(pl.lit(value=False), period) for period in (0, 1)]
    else:
        spans = [(at.is_between(*span, closed="left"), n) for n, span in enumerate((compared.before, compared.after))]
    period = pl.when(spans[0][0]).then(0).when(spans[1][0]).then(1).cast(pl.Int64)
    bought = pl.col("bought_at").is_not_null()
    known = orders.with_columns(period=period, purchase=bought).filter(pl.col("period").is_not_null())
    of_customers = known.group_by("period", "customer_id").agg(
        orders=pl.col("purchase").sum().cast(pl.Int64),
        lines=pl.when("purchase").then(pl.col("lines")).sum(),
        quantity=pl.col("bought_quantity").sum(),
        gross=pl.col("bought_amount").sum(),
        amount=pl.col("amount").sum(),
    )
    wide = pl.col("quantity", "gross", "amount").cast(pl.Int128).sum()
    return of_customers.group_by("period").agg(
        (pl.col("orders") > 0).sum().cast(pl.Int64).alias("customers"), pl.col("orders", "lines").sum(), wide
    )


def finish_tree(sums: pl.DataFrame, *, counted: bool) -> pl.DataFrame:
    """Return the table `revenue_tree`: one row per factor, and what its change added to revenue.

    Logarithmic mean Divisia index (Ang 2004): of the revenues a and b, L = (b - a) / ln(b / a); a factor that went from
    x to y contributed L ln(y / x). The contributions add up to b - a whatever the order of the factors. Empty where a
    factor is not positive in one of the periods. `counted` says that the file has quantities; without, lines are
    counted.
    """
    both = {row["period"]: _factors(row, counted=counted) for row in sums.iter_rows(named=True)}
    if len(both) < 2 or not all(value > 0 for factors in both.values() for value in factors.values()):
        return pl.DataFrame(schema=REVENUE_TREE)
    before, after = both[0], both[1]
    revenue = [int(row["amount"]) / MICROS for row in sums.sort("period").iter_rows(named=True)]
    mean = _logarithmic_mean(*revenue)
    labels = {
        CUSTOMERS: ("Customers", "count"),
        ORDERS: ("Orders per customer", "count"),
        ITEMS: ("Items per order" if counted else "Lines per order", "count"),
        PRICE: ("Price of an item" if counted else "Value of a line", "money"),
        KEPT: ("Kept after returns", "share"),
    }
    rows = [
        (name, *labels[name], before[name], after[name], after[name] / before[name] - 1,
         mean * log(after[name] / before[name]))
        for name in labels
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=REVENUE_TREE, orient="row")


def _factors(row: Mapping[str, Any], *, counted: bool) -> dict[str, float]:
    """Return the factors of the revenue of a period; 0 where one cannot be told."""
    customers, orders, lines = (int(row[name] or 0) for name in ("customers", "orders", "lines"))
    items = int(row["quantity"] or 0) / MILLI if counted else lines
    gross, amount = (int(row[name] or 0) / MICROS for name in ("gross", "amount"))
    return {
        CUSTOMERS: float(customers),
        ORDERS: orders / customers if customers else 0.0,
        ITEMS: items / orders if orders else 0.0,
        PRICE: gross / items if items else 0.0,
        KEPT: amount / gross if gross else 0.0,
    }


def _logarithmic_mean(before: float, after: float) -> float:
    return before if before == after else (after - before) / log(after / before)


def driver(tree: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the factor that moved revenue most in the direction in which it went; None without a tree, or a change."""
    change = sum(row["contribution"] for row in tree)
    best = max(tree, key=lambda row: row["contribution"] * (1 if change > 0 else -1), default=None)
    return best if change and best and best["contribution"] * change > 0 else None
