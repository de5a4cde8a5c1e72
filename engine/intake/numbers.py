"""Numbers written as text, read exactly: decimal digits to fixed-point integers, never through a float."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import polars as pl

from engine.intake.currencies import CURRENCIES, PATTERN, currency
from engine.intake.number_evidence import APOSTROPHES, SPACES, weigh
from engine.units import MAX_AMOUNT, MICROS, MILLI

__all__ = [
    "CURRENCIES",
    "PLAIN",
    "NumberStyle",
    "currency",
    "detect_style",
    "fixed",
    "micros",
    "thousandths",
    "times",
]

_MINUS = r"\-\u2212\u2013"


@dataclass(frozen=True)
class NumberStyle:
    """How the numbers of a column are written.

    `thousands` holds every character that may part groups of digits; a number whose groups are no groups is not read.
    `dressed` numbers may have a currency, parentheses or a trailing minus. `percent`: the numbers are written in
    percent, with or without the sign, and read as shares. `note` is what a person should know of a guess.
    """

    decimal: Literal[".", ","] = "."
    thousands: str = ""
    dressed: bool = False
    percent: bool = False
    note: str = field(default="", compare=False)

    @cached_property
    def pattern(self) -> str:
        """Regular expression of a whole number, whatever its case; its group is the number without sign and dress."""
        group, point = f"[{self.thousands}]", f"[{self.decimal}]"
        whole = r"[0-9]+" if not self.thousands else rf"[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}|[0-9]+"
        number = rf"((?:{whole})(?:{point}[0-9]*)?(?:E[+-]?[0-9]+)?|{point}[0-9]+)"
        number += r"(?: ?%)?" if self.percent else ""
        if not self.dressed:
            return rf"(?i)^[+\-]?{number}$"
        space, sign = f"[{SPACES}]*", f"[+{_MINUS}]?"
        money = rf"(?:{PATTERN}{space})?"
        after = rf"(?:{point}[\-\u2013\u2014]{{1,2}})?{space}(?:{PATTERN})?"
        return rf"(?i)^[(]?{sign}{space}{money}{sign}{space}{number}{after}{space}{sign}[)]?$"


PLAIN = NumberStyle()
"""Digits with at most a sign before and a decimal point, as programs write them."""

_NEGATIVE = rf"^[^0-9]*[{_MINUS}(]|[^.,{_MINUS}\u2014][{_MINUS}]$"
_ANY_POINT = NumberStyle(".", f",{SPACES}{APOSTROPHES}", dressed=True).pattern
_ANY_COMMA = NumberStyle(",", f".{SPACES}{APOSTROPHES}", dressed=True).pattern
_DOTTED_SIGN = r"[\p{L}/][.]"
"""The point of `Fr.`, which is not that of the number."""

_CORE = rf"([.,]?[0-9](?:[0-9.,{SPACES}{APOSTROPHES}]*[0-9])?[.,]?(?:[eE][+\-]?[0-9]+)?)"


def fixed(column: pl.Expr, digits: int) -> pl.Expr:
    """Read text as an Int64 of 10**-digits; null where it is no number or out of range.

    Further digits are rounded half to even.
    """
    return column.cast(pl.Decimal(38, digits), strict=False).to_physical().cast(pl.Int64, strict=False)


def micros(column: pl.Expr, style: NumberStyle = PLAIN) -> pl.Expr:
    """Read text as money in micros."""
    return _styled(column, 6, style)


def thousandths(column: pl.Expr, style: NumberStyle = PLAIN) -> pl.Expr:
    """Read text as a quantity in thousandths."""
    return _styled(column, 3, style)


def times(quantity: pl.Expr, price: pl.Expr) -> pl.Expr:
    """Multiply thousandths by micros to micros, half away from zero; null beyond the largest amount of a line."""
    product = quantity * price
    rounded = product.sign() * ((product.abs() + MILLI // 2) // MILLI)
    # NOTE: the float only guards against an overflow of the integer product, it never becomes an amount.
    fits = (quantity.cast(pl.Float64) * price.cast(pl.Float64)).abs() <= float(MAX_AMOUNT) * MICROS * MILLI
    return pl.when(fits).then(rounded)


def detect_style(values: pl.Series) -> NumberStyle:
    """Find how the numbers among the values are written; PLAIN where nothing speaks against it.

    See `number_evidence` for what decides between the point and the comma.
    """
    text = values.drop_nulls().str.strip_chars().unique(maintain_order=True)
    plain = _read(text, PLAIN)
    numbers = text.filter(text.str.contains(_ANY_POINT) | text.str.contains(_ANY_COMMA))
    evidence = weigh(numbers.str.replace(_DOTTED_SIGN, "").str.extract(_CORE, 1).unique())
    if plain == text.len() and evidence.decimal == ".":
        return replace(PLAIN, note=evidence.note)
    bare = NumberStyle(evidence.decimal, evidence.thousands, note=evidence.note)
    style = replace(bare, dressed=True)
    dressed = _read(text, style)
    if dressed == _read(text, bare):
        style = bare
    gained = dressed > plain or (evidence.decimal == "," and dressed == plain)
    return style if gained else PLAIN


def _styled(column: pl.Expr, digits: int, style: NumberStyle) -> pl.Expr:
    if style == PLAIN:
        return fixed(column, digits)
    # A number in percent has its last two digits beyond those of the number itself.
    digits -= 2 if style.percent else 0
    number = _core(column, style) if style.dressed or style.percent else column
    if style.thousands:
        number = number.str.replace_all(f"[{style.thousands}]", "")
    if style.decimal == ",":
        number = number.str.replace(",", ".", literal=True)
    read = fixed(number, digits)
    valid = column.str.contains(style.pattern)
    if style.dressed:
        valid &= column.str.starts_with("(") == column.str.ends_with(")")
        read = pl.when(column.str.contains(_NEGATIVE)).then(-read).otherwise(read)
    # A mark among the digits where no group ends is no mark of thousands: the number is another one.
    return pl.when(valid).then(read)


def _core(column: pl.Expr, style: NumberStyle) -> pl.Expr:
    """Return the number inside a cell, with its sign where only percent stands beside it.

    NOTE: a short pattern to cut the number out beside a long one that only tests is five times as fast as one pattern.
    """
    bare = column.str.replace(_DOTTED_SIGN, "") if style.dressed and style.decimal == "." else column
    return bare.str.extract(_CORE if style.dressed else rf"([+\-]?{_CORE[1:]}", 1)


def _read(text: pl.Series, style: NumberStyle) -> int:
    """Count the values that a style reads."""
    return int(text.to_frame("value").select(micros(pl.col("value"), style).is_not_null().sum()).item())
