"""What the user should mind about the data, found in what was read: each with its lines and money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from engine.intake.rules import GIANT_BASKET
from engine.units import MICROS

if TYPE_CHECKING:
    from engine.result import Frames

WHOLESALE_SHARE = 0.05
"""Share of the revenue of one customer from which the account is pointed out."""
WHOLESALE_TIMES = 10
"""Times the revenue of the average customer that it must bring besides."""
CROWD_SHARE = 0.05
"""Share of all orders under one customer id from which it may stand for many customers."""
GENERIC = ("0", "guest", "unknown", "anonymous", "anonym", "gast", "invité", "invitado", "ospite", "test", "cash")
"""Ids that stand for customers without a name, in lower case."""
MIN_CROWD_ORDERS = 100
FAR_MONTHS, FEW_ORDERS = 12, 0.001
"""Months without orders, and share of all orders, from which dates look misread."""
SHORT_HISTORY_DAYS = 120


def alert(code: str, message: str, rows: int = 0, amount: float = 0.0) -> dict[str, Any]:
    """Return an alert as `summary.json` holds it."""
    return {"code": code, "message": message, "rows": rows, "amount": amount}


def of_lines(kinds: dict[str, int], kept: int) -> list[dict[str, Any]]:
    """Tell of returns, lines worth nothing and services, where they are a notable part."""
    told = {
        "returns": "{rows} lines are returns: they lower the revenue by their amount.",
        "zero_value": "{rows} lines are worth nothing: they count as purchases without revenue.",
        "duplicates": "{rows} lines repeat another line in everything; --drop-duplicates analyses only one of each.",
        "damaged": "{rows} lines hold characters that could not be read: the file mixes encodings.",
        "services": "{rows} lines are postage, fees or corrections: they are revenue, and count as no product.",
    }
    return [
        alert(code, text.format(rows=f"{rows:,}"), rows, int(kinds[f"{code} amount"] or 0) / MICROS)
        for code, text in told.items()
        if (rows := int(kinds[f"{code} rows"] or 0)) and rows >= 0.001 * kept
    ]


def of_baskets(baskets: dict[str, int]) -> list[dict[str, Any]]:
    """Tell of orders with very many lines."""
    if not baskets["baskets"]:
        return []
    message = (
        f"{baskets['baskets']:,} orders have {GIANT_BASKET} lines or more: transfers, or orders of many customers?"
    )
    return [alert("giant_baskets", message, baskets["baskets rows"], int(baskets["baskets amount"]) / MICROS)]


def of_customers(customers: pl.LazyFrame, summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Tell of one account that outweighs the others, and of ids that seem to stand for many customers."""
    crowd = max(MIN_CROWD_ORDERS, CROWD_SHARE * summary["orders"])
    generic = pl.col("customer_id").str.to_lowercase().is_in(GENERIC)
    crowded = customers.filter((pl.col("orders") >= crowd) | generic).select(
        "customer_id", "orders", "revenue", "lines"
    )
    found = []
    for row in crowded.sort("customer_id").collect(engine="streaming").iter_rows(named=True):
        share = row["orders"] / summary["orders"] if summary["orders"] else 0
        many = f"{row['orders']:,} orders ({share:.1%})"
        message = f"Customer {row['customer_id']!r} has {many}: the id may stand for many customers."
        found.append(alert("crowded_customer", message, row["lines"], row["revenue"]))
    best = customers.select("customer_id", "revenue", "lines").top_k(1, by=["revenue", "customer_id"]).collect()
    usual = summary["revenue"] / summary["customers"] if summary["customers"] else 0
    if len(best) and best["revenue"][0] >= max(WHOLESALE_SHARE * summary["revenue"], WHOLESALE_TIMES * usual) > 0:
        share = best["revenue"][0] / summary["revenue"]
        message = f"One customer, {best['customer_id'][0]!r}, brings {share:.1%} of the revenue: a wholesale account?"
        found.append(alert("wholesale_account", message, best["lines"][0], best["revenue"][0]))
    return found


def of_time(frames: Frames, summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Tell of an unfinished last month, of months without orders in between, and of a short history."""
    found = []
    months = frames.months.sort("month")
    if len(months) > 1 and not months["complete"][-1]:
        last = months.row(-1, named=True)
        message = f"The last month, {last['month']:%B %Y}, is not complete: it is not compared with whole months."
        found.append(alert("unfinished_month", message, 0, last["revenue"]))
    bought = months.filter(pl.col("orders") > 0)["month"]
    found += outlying(months)
    if len(bought) > 1:
        span = (bought[-1].year - bought[0].year) * 12 + bought[-1].month - bought[0].month + 1
        if span > len(bought):
            found.append(
                alert("gap_in_time", f"{span - len(bought)} months between the first and the last have no orders.")
            )
    first, last_moment = (pl.Series([summary["period"][end]]).str.to_datetime()[0] for end in ("first", "last"))
    if (last_moment - first).days < SHORT_HISTORY_DAYS:
        days = (last_moment - first).days + 1
        found.append(alert("short_history", f"The orders span {days} days: too little to tell who comes back."))
    return found


def outlying(months: pl.DataFrame) -> list[dict[str, Any]]:
    """Tell of a few orders years away from all others (`Frames.months`): dates in the future, or before the shop."""
    active = months.filter(pl.col("orders") > 0).sort("month").with_columns(month_number=_number(pl.col("month")))
    apart = active.with_columns(
        before=pl.col("month_number").diff().fill_null(0) >= FAR_MONTHS,
        after=pl.col("month_number").diff(-1).abs().fill_null(0) >= FAR_MONTHS,
    )
    few = pl.col("orders") <= FEW_ORDERS * int(active["orders"].sum())
    alone = apart.filter(few & (pl.col("before") | pl.col("after")))
    if alone.is_empty():
        return []
    named = ", ".join(f"{month:%B %Y}" for month in alone["month"].head(3))
    message = f"A few orders lie years from all others ({named}): dates in the future, or before the shop?"
    return [alert("outlying_dates", message, 0, float(alone["revenue"].sum()))]


def _number(month: pl.Expr) -> pl.Expr:
    return month.dt.year().cast(pl.Int64) * 12 + month.dt.month()
