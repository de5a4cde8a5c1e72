"""Numbers written as text, read exactly: decimal digits to fixed-point integers, never through a float."""

from __future__ import annotations

import polars as pl

from engine.units import MAX_AMOUNT, MICROS, MILLI


def fixed(column: pl.Expr, digits: int) -> pl.Expr:
    """Read text as an Int64 of 10**-digits; null where it is no number or out of range.

    Further digits are rounded half to even.
    """
    return column.cast(pl.Decimal(38, digits), strict=False).to_physical().cast(pl.Int64, strict=False)


def micros(column: pl.Expr) -> pl.Expr:
    """Read text as money in micros."""
    return fixed(column, 6)


def thousandths(column: pl.Expr) -> pl.Expr:
    """Read text as a quantity in thousandths."""
    return fixed(column, 3)


def times(quantity: pl.Expr, price: pl.Expr) -> pl.Expr:
    """Multiply thousandths by micros to micros, half away from zero; null beyond the largest amount of a line."""
    product = quantity * price
    rounded = product.sign() * ((product.abs() + MILLI // 2) // MILLI)
    # NOTE: the float only guards against an overflow of the integer product, it never becomes an amount.
    fits = (quantity.cast(pl.Float64) * price.cast(pl.Float64)).abs() <= float(MAX_AMOUNT) * MICROS * MILLI
    return pl.when(fits).then(rounded)
