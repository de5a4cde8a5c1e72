"""Fixed-point units, so that sums over rows are exact whatever their order.

Money is an Int64 of micros, quantity an Int64 of thousandths, time an Int64 of microseconds. Floats appear only in a
last, row-wise step, through `ratio`.
"""

from __future__ import annotations

import polars as pl

MICROS = 1_000_000
"""Micros in one unit of the currency."""

MILLI = 1_000
"""Thousandths in one unit of quantity."""

DAY_US = 86_400_000_000
"""Microseconds in one day."""

MAX_AMOUNT = 1_000_000_000
"""The largest amount of one line, in units of the currency: nine thousand such lines still fit an Int64 of micros."""


def ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Divide two columns as floats; null where the denominator is zero.

    NOTE: Polars multiplies a column by the reciprocal of a literal or an aggregate, but divides where the column has
    one row only, so that the last bit would depend on the number of rows. Adding nothing of the numerator to the
    denominator makes a column of it, which is always divided by.
    """
    top = numerator.cast(pl.Float64)
    bottom = denominator.cast(pl.Float64) + top * 0.0
    return pl.when(bottom != 0).then(top / bottom)


def scaled(column: pl.Expr, unit: int) -> pl.Expr:
    """Convert fixed-point integers to floats: `unit` of the integer make one."""
    return ratio(column, pl.lit(unit))


def money(column: pl.Expr) -> pl.Expr:
    """Convert micros to units of the currency."""
    return scaled(column, MICROS)


def days(column: pl.Expr) -> pl.Expr:
    """Convert a duration in integer microseconds to days."""
    return scaled(column, DAY_US)


def microseconds(column: pl.Expr) -> pl.Expr:
    """Return a Datetime[us] as its integer of microseconds."""
    return column.cast(pl.Datetime("us")).to_physical()
