"""From the text of a file to canonical transactions: every line kept, or rejected with the first rule it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.intake import numbers
from engine.intake.dates import PLAUSIBLE_YEARS, parse
from engine.units import MAX_AMOUNT, MICROS, MILLI

if TYPE_CHECKING:
    from engine.intake.roles import Roles

SURPLUS = "(surplus)"
"""Column that takes the first cell beyond the header's, where a line has one."""
REASON = "(reason)"

FLOAT_ID = r"^\d+\.0$"
"""A whole number that a spreadsheet or a data frame wrote as a float."""

MISSING_CUSTOMER = "missing customer"
NOBODY = (
    "NULL",
    "null",
    "Null",
    "None",
    "none",
    "NaN",
    "nan",
    "NAN",
    "N/A",
    "n/a",
    "#N/A",
    "\\N",
    "undefined",
    "(null)",
)
"""What databases and data frames write for a missing customer."""

CANONICAL_TEXT = {
    "customer_id": "customer",
    "order_id": "order",
    "product_id": "product",
    "product_name": "product_name",
    "category": "category",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the columns of a file are read, as found in its sample."""

    roles: Roles
    date_format: str
    float_ids: bool
    """Whether customer ids were written as floats (`17850.0`), so that the `.0` is not part of them."""


def raw(column: str) -> str:
    """Name the column of the scan that holds the text of a file's column, apart from all canonical names."""
    return f"raw: {column}"


def canonical(lf: pl.LazyFrame, reading: Reading) -> pl.LazyFrame:
    """Add the canonical columns, and the reason for which a line is rejected (null: it is kept).

    One row per line in, one row per line out. Text is cast non-strictly: a cell that cannot be read is null and
    gives a reason, it never ends the run.
    """
    # Where products have names and no ids, the name is the id.
    columns = {role: reading.roles.column(role) for role in CANONICAL_TEXT.values()}
    columns["product"] = columns["product"] or columns["product_name"]
    text = [_text(columns[role]).alias(name) for name, role in CANONICAL_TEXT.items()]
    cells = [_text(reading.roles.column(role)).alias(f"({role})") for role in ("date", "quantity", "price", "amount")]
    day = pl.col("ordered_at").dt.strftime("day %Y-%m-%d")
    return (
        lf.with_columns(*text, *cells)
        .with_columns(
            customer_id=_without_fraction(pl.col("customer_id")) if reading.float_ids else pl.col("customer_id"),
            ordered_at=parse(pl.col("(date)"), reading.date_format),
            quantity=_quantity(reading.roles),
        )
        .with_columns(
            order_id=pl.coalesce("order_id", day) if reading.roles.column("order") else day,
            amount=_amount(reading.roles),
        )
        .with_columns(_reason(reading.roles).alias(REASON))
    )


def _text(column: str | None) -> pl.Expr:
    """Return the trimmed cells of a column, empty ones as null."""
    if column is None:
        return pl.lit(None, dtype=pl.String)
    trimmed = pl.col(raw(column)).str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def _without_fraction(identifier: pl.Expr) -> pl.Expr:
    """Write `17850.0` as `17850`, and leave what is no such number as it is."""
    return pl.when(identifier.str.contains(FLOAT_ID)).then(identifier.str.strip_suffix(".0")).otherwise(identifier)


def _quantity(roles: Roles) -> pl.Expr:
    """Return the quantity, 1 unit where the file has none; null beyond what sums over lines can hold."""
    if roles.column("quantity") is None:
        return pl.lit(MILLI, dtype=pl.Int64)
    quantity = numbers.thousandths(pl.col("(quantity)"))
    return pl.when(_within(quantity, MAX_AMOUNT * MILLI)).then(quantity)


def _amount(roles: Roles) -> pl.Expr:
    """Return the line's total: its own column where there is one, else quantity times unit price.

    A line with a negative quantity is a return, also where its total is written without the sign.
    """
    if roles.column("amount") is None:
        amount = numbers.times(pl.col("quantity"), numbers.micros(pl.col("(price)")))
    else:
        amount = numbers.micros(pl.col("(amount)"))
    if roles.column("quantity"):
        amount = pl.when(pl.col("quantity") < 0).then(-amount.abs()).otherwise(amount)
    # A line with too many cells has shifted columns: its money is anybody's guess.
    return pl.when(pl.col(SURPLUS).is_null() & _within(amount, MAX_AMOUNT * MICROS)).then(amount)


def _within(column: pl.Expr, limit: int) -> pl.Expr:
    # NOTE: not by abs(), which leaves the least Int64 negative.
    return column.is_between(-limit, limit)


def _reason(roles: Roles) -> pl.Expr:
    """Name the first rule that a line breaks; null where it breaks none."""
    money = "amount" if roles.column("amount") else "price"
    years = "{}-{}".format(*PLAUSIBLE_YEARS)
    unread = {
        "date": (pl.col("ordered_at").is_null(), f"unreadable date, or not in {years}"),
        money: (pl.col("amount").is_null(), f"unreadable {money}, or beyond {MAX_AMOUNT:,}"),
    }
    if roles.column("quantity"):
        unread = {
            "quantity": (pl.col("quantity").is_null(), f"unreadable quantity, or beyond {MAX_AMOUNT:,}"),
            **unread,
        }
    rules = [
        (pl.col(SURPLUS).is_not_null(), "more cells than the header"),
        (pl.all_horizontal(pl.col(raw(each.column)).is_null() for each in roles.found), "blank line"),
        (pl.col("customer_id").is_null() | pl.col("customer_id").is_in(NOBODY), MISSING_CUSTOMER),
        (pl.col("customer_id").str.contains("\ufffd", literal=True), "customer not in UTF-8"),
    ]
    for role, (broken, reason) in unread.items():
        rules += [(pl.col(f"({role})").is_null(), f"missing {role}"), (broken, reason)]
    return pl.coalesce(pl.when(broken).then(pl.lit(reason)) for broken, reason in rules)
