"""From the text of a file to canonical transactions: every line kept, or rejected with the first rule it breaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from engine.intake import numbers
from engine.intake.dates import PLAUSIBLE_YEARS, parse
from engine.intake.encoding import DAMAGE
from engine.intake.products import TEXTS, product_key
from engine.intake.rules import cancellation, service
from engine.privacy import hashed
from engine.units import MAX_AMOUNT, MICROS, MILLI

if TYPE_CHECKING:
    from engine.intake.numbers import NumberStyle
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

LONGEST_ID = 1_000
"""Bytes of a customer's id: longer ones are no ids, and would be repeated in every list."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the columns of a file are read, as found in its sample."""

    roles: Roles
    date_formats: tuple[str, ...]
    float_ids: bool
    """Whether customer ids were written as floats (`17850.0`), so that the `.0` is not part of them."""
    styles: dict[str, NumberStyle] = field(default_factory=dict)
    """How numbers are written, by role, where it is otherwise than programs write them."""
    currency: str | None = None
    """The currency that is analysed, where the file has several."""
    drop_services: bool = False
    drop_zero: bool = False
    hash_key: str | None = field(default=None, repr=False)
    """Key of the hashes that take the place of the customers' ids, see `privacy.hashed`."""
    keep_cancelled: bool = False
    """Whether cancelled and refunded orders are kept."""

    def style(self, role: str) -> NumberStyle:
        """Return how the numbers of a role are written."""
        return self.styles.get(role, numbers.PLAIN)


def raw(column: str) -> str:
    """Name the column of the scan that holds the text of a file's column, apart from all canonical names."""
    return f"raw: {column}"


def canonical(lf: pl.LazyFrame, reading: Reading) -> pl.LazyFrame:
    """Add the canonical columns, the keys of orders and products, and the reason for a rejection (null: it is kept).

    One row per line in, one row per line out. Text is cast non-strictly: a cell that cannot be read is null and
    gives a reason, it never ends the run. What is not asked for is not computed: the shards take the keys alone.
    """
    lf = _carried_down(lf, reading.roles)
    columns = (reading.roles.column("order"), *products_of(reading.roles))
    texts = [text(column).alias(name) for name, column in zip(("order_id", *TEXTS), columns, strict=True)]
    # NOTE: trimmed only. To make empty cells null costs as much again, and no rule needs it.
    cells = [_trimmed(reading.roles.column(role)).alias(f"({role})") for role in ("order", "date", "quantity", "price")]
    customer, amount = _trimmed(reading.roles.column("customer")), _trimmed(reading.roles.column("amount"))
    if reading.roles.layout is not None and reading.roles.layout.carry_down:
        # The order's total stands on its first line; the order's other lines bring nothing more.
        amount = pl.when(_present(amount)).then(amount).otherwise(pl.lit("0"))
    day = pl.col("ordered_at").dt.strftime("day %Y-%m-%d")
    lines = (
        lf.with_columns(
            *texts,
            *cells,
            amount.alias("(amount)"),
            customer_id=_without_fraction(customer) if reading.float_ids else customer,
            product_key=product_key([raw(column) for column in products_of(reading.roles) if column is not None]),
        )
        # NOTE: step by step. An expression that stands in another one several times is computed as often.
        .with_columns(
            parse(pl.col("(date)"), reading.date_formats).alias("ordered_at"),
            numbers.thousandths(pl.col("(quantity)"), reading.style("quantity")).alias("(thousandths)"),
            _money(reading).alias("(micros)"),
        )
        .with_columns(quantity=_quantity(reading))
        .with_columns(_total(reading).alias("(total)"))
        .with_columns(
            order_id=pl.coalesce("order_id", day) if reading.roles.column("order") else day,
            order_key=_order_key(reading.roles.column("order")),
            amount=_amount(reading),
        )
        .with_columns(_reason(reading).alias(REASON))
    )
    if reading.hash_key is None:
        return lines
    return lines.with_columns(customer_id=hashed(pl.col("customer_id"), reading.hash_key))


def products_of(roles: Roles) -> tuple[str | None, str | None, str | None]:
    """Return the columns of a product's id, name and category; where products have names only, the name is the id."""
    name = roles.column("product_name")
    return roles.column("product") or name, name, roles.column("category")


def _order_key(column: str | None) -> pl.Expr:
    """Return what tells the orders of a customer apart: a hash of the order's id; without one, the day's number."""
    day = pl.col("ordered_at").dt.date().to_physical().cast(pl.Int64).reinterpret(signed=False)
    if column is None:
        return day
    order = pl.col("(order)")
    return pl.when(_present(order)).then(order.hash()).otherwise(day)


def _trimmed(column: str | None) -> pl.Expr:
    """Return the trimmed cells of a column, null where there is no such column."""
    return pl.lit(None, dtype=pl.String) if column is None else pl.col(raw(column)).str.strip_chars()


def _present(cell: pl.Expr) -> pl.Expr:
    """Tell trimmed cells that hold something."""
    return (cell != "").fill_null(value=False)


def text(column: str | None) -> pl.Expr:
    """Return the trimmed cells of a column, empty ones as null."""
    trimmed = _trimmed(column)
    return pl.when(trimmed != "").then(trimmed)


def _without_fraction(identifier: pl.Expr) -> pl.Expr:
    """Write `17850.0` as `17850`, and leave what is no such number as it is."""
    return pl.when(identifier.str.contains(FLOAT_ID)).then(identifier.str.strip_suffix(".0")).otherwise(identifier)


def _carried_down(lf: pl.LazyFrame, roles: Roles) -> pl.LazyFrame:
    """Fill the order's columns on all its lines, where an export writes them on the order's first line only.

    The order's total is no such column: it stays on the first line, and the others bring nothing.
    """
    order = roles.column("order")
    if roles.layout is None or not roles.layout.carry_down or order is None:
        return lf
    own = {roles.column(role) for role in ("order", "amount", "quantity", "price")}
    carried = [raw(column) for column in roles.layout.carry_down if column not in own]
    # Of several values of an order the least is taken, so that the order of the lines does not matter.
    per_order = lf.group_by(raw(order)).agg(pl.col(carried).min())
    filled = lf.join(per_order, on=raw(order), how="left", suffix=" (order)")
    return filled.with_columns(pl.coalesce(name, f"{name} (order)").alias(name) for name in carried)


def _quantity(reading: Reading) -> pl.Expr:
    if reading.roles.column("quantity") is None:
        return pl.lit(MILLI, dtype=pl.Int64)
    quantity = pl.col("(thousandths)")
    return pl.when(_within(quantity, MAX_AMOUNT * MILLI)).then(quantity)


def _money(reading: Reading) -> pl.Expr:
    """Return the line's total as it is written where there is a column for it, else its unit price."""
    role = "price" if reading.roles.column("amount") is None else "amount"
    return numbers.micros(pl.col(f"({role})"), reading.style(role))


def _total(reading: Reading) -> pl.Expr:
    """Return the line's total: its own column where there is one, else quantity times unit price."""
    money = pl.col("(micros)")
    return numbers.times(pl.col("quantity"), money) if reading.roles.column("amount") is None else money


def _amount(reading: Reading) -> pl.Expr:
    """Return the total with its sign, where it can be believed.

    A line with a negative quantity is a return, also where its total is written without the sign.
    """
    total = pl.col("(total)")
    signed = total
    if reading.roles.column("quantity"):
        signed = pl.when(pl.col("quantity") < 0).then(-total.abs()).otherwise(total)
    # A line with too many cells has shifted columns: its money is anybody's guess.
    return pl.when(pl.col(SURPLUS).is_null() & _within(total, MAX_AMOUNT * MICROS)).then(signed)


def _within(column: pl.Expr, limit: int) -> pl.Expr:
    # NOTE: not by abs(), which leaves the least Int64 negative.
    return column.is_between(-limit, limit)


def _reason(reading: Reading) -> pl.Expr:
    """Name the first rule that a line breaks; null where it breaks none."""
    roles = reading.roles
    rules = [
        (pl.col(SURPLUS).is_not_null(), "more cells than the header"),
        (pl.all_horizontal(pl.col(raw(each.column)).is_null() for each in roles.found), "blank line"),
        (_repeats_header(roles), "the header again"),
        *_not_analysed(reading),
        (pl.col("customer_id").is_null() | pl.col("customer_id").is_in(("", *NOBODY)), MISSING_CUSTOMER),
        (pl.col("customer_id").str.contains(DAMAGE, literal=True), "customer not in UTF-8"),
        (pl.col("customer_id").str.len_bytes() > LONGEST_ID, f"customer longer than {LONGEST_ID:,} bytes"),
        *_unread(roles),
    ]
    # NOTE: an Enum is a number inside: a tenth of the cost of texts.
    reasons = pl.Enum(list(dict.fromkeys(reason for _, reason in rules)))
    return pl.coalesce(pl.when(broken).then(pl.lit(reason, dtype=reasons)) for broken, reason in rules)


def _repeats_header(roles: Roles) -> pl.Expr:
    """Tell a header that stands again between the lines, as where exports were joined."""
    date = roles.column("date") or ""
    return pl.col("ordered_at").is_null() & (pl.col("(date)") == date)


def _not_analysed(reading: Reading) -> list[tuple[pl.Expr, str]]:
    """List the lines that are sound and no part of the analysis: no purchases, or in another currency."""
    rules: list[tuple[pl.Expr, str]] = []
    layout, currency = reading.roles.layout, reading.roles.column("currency")
    status = reading.roles.column("status")
    if status is not None and not reading.keep_cancelled:
        rules += cancellation(text(status))
    if reading.drop_services:
        rules.append((service(), "service, not a product"))
    if reading.drop_zero:
        rules.append((pl.col("amount") == 0, "amount of zero"))
    if layout is not None and layout.keep_only is not None:
        column, kept = layout.keep_only
        cell = pl.col(raw(column)).str.strip_chars().str.to_lowercase()
        rules.append((cell.is_in(kept).not_().fill_null(value=True), f"{column} is not {' or '.join(kept)}"))
    if reading.currency is not None and currency is not None:
        other = text(currency).is_not_null() & (text(currency) != reading.currency)
        rules.append((other, f"another currency than {reading.currency}"))
    return rules


def _unread(roles: Roles) -> list[tuple[pl.Expr, str]]:
    """List the cells that are missing or cannot be read."""
    money = "amount" if roles.column("amount") else "price"
    years = "{}-{}".format(*PLAUSIBLE_YEARS)
    unread = {
        "quantity": (pl.col("quantity").is_null(), f"unreadable quantity, or beyond {MAX_AMOUNT:,}"),
        "date": (pl.col("ordered_at").is_null(), f"unreadable date, or not in {years}"),
        money: (pl.col("amount").is_null(), f"unreadable {money}, or beyond {MAX_AMOUNT:,}"),
    }
    if not roles.column("quantity"):
        del unread["quantity"]
    rules = []
    for role, (broken, reason) in unread.items():
        rules += [(_present(pl.col(f"({role})")).not_(), f"missing {role}"), (broken, reason)]
    return rules
