"""What the values of a sample say about the parts that its columns can play."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from engine.intake.dates import detect
from engine.intake.numbers import detect_style, micros
from engine.units import MICROS

READABLE = 0.5
"""Least share of the sample's values that must read as a date or a number for the role to be believed."""
ENOUGH = 30
"""Lines from which on repetition says something."""
GROUPS = 5
"""Customers or orders with several lines from which on their agreement says something."""

_LOOKED_AT = 400
_DIGITS = r"^\d+(\.\d+)?$"
_CURRENCY = r"^(\p{L}{3}|\p{Sc}|\p{Lu}{1,3}\p{Sc}|z\u0142|\p{L}{1,4}\.)$"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the values of one column are; shares are of the values that are present."""

    rows: int
    present: int
    distinct: int
    numeric: float
    whole: float
    """Share of the numbers that are whole ones."""
    negative: float
    middle: float
    """The median of the numbers, without their signs."""
    length: float
    """The median length of the texts."""

    @property
    def decimal(self) -> bool:
        """Whether these are numbers with decimal places, as no identifier has them."""
        return self.numeric >= 0.9 and self.whole < 0.9

    @property
    def unique(self) -> bool:
        """Whether no value comes twice, on enough lines to tell."""
        return self.present >= ENOUGH and self.distinct == self.present

    @property
    def constant(self) -> bool:
        """Whether there is one value only, on enough lines to tell."""
        return self.present >= ENOUGH and self.distinct == 1


def read_numbers(values: pl.Series) -> pl.Series:
    """Read text as micros, however the column writes its numbers; null where it is no number."""
    style = detect_style(values)
    return values.to_frame("value").select(micros(pl.col("value"), style)).to_series()


def dated_share(values: pl.Series) -> float:
    """Return the share of values that are dates of one format; those of a part stand for all."""
    present = values.drop_nulls()
    part = present.gather_every(max(1, len(present) // _LOOKED_AT))
    found = detect(part) if len(part) else None
    return found.share if found else 0.0


def reads_as_dates(values: pl.Series) -> bool:
    """Whether values are dates beyond doubt, whatever the name of their column: digits alone may be numbers."""
    present = values.drop_nulls()
    digits = present.str.contains(r"\d").mean(), present.str.contains(_DIGITS).mean()
    return digits[0] == 1.0 and digits[1] != 1.0 and dated_share(values) >= 0.95


def currency_share(values: pl.Series) -> float:
    """Return the share of values that are signs or codes of currencies."""
    return float(values.drop_nulls().str.contains(_CURRENCY).mean() or 0.0)  # type: ignore[arg-type]


def facts(values: pl.Series) -> Facts:
    """Look at the values of one column."""
    present = values.drop_nulls()
    numbers = read_numbers(present).drop_nulls()
    return Facts(
        rows=len(values),
        present=len(present),
        distinct=present.n_unique(),
        numeric=_ratio(len(numbers), len(present)),
        whole=_ratio(int((numbers % MICROS == 0).sum()), len(numbers)),
        negative=_ratio(int((numbers < 0).sum()), len(numbers)),
        middle=float(numbers.abs().median() or 0.0) / MICROS,  # type: ignore[arg-type]
        length=float(present.str.len_chars().median() or 0.0),  # type: ignore[arg-type]
    )


def constant_within(frame: pl.DataFrame, key: str, column: str, *, by: str | None = None) -> float | None:
    """Return the share of keys with several lines whose lines agree in a column; None where too few keys tell.

    With `by`, only keys with several values of that column count: customers with several orders.
    """
    lines = pl.len() if by is None else pl.col("by").drop_nulls().n_unique()
    parts = {"key": key, "value": column, **({"by": by} if by else {})}
    groups = (
        frame.select(pl.col(source).alias(name) for name, source in parts.items())
        .drop_nulls(["key", "value"])
        .group_by("key")
        .agg(pl.col("value").n_unique().alias("values"), lines.alias("lines"))
        .filter(pl.col("lines") > 1)
    )
    return None if len(groups) < GROUPS else _ratio(int((groups["values"] == 1).sum()), len(groups))


def same_information(frame: pl.DataFrame, one: str, other: str) -> bool:
    """Whether two columns tell the same apart: each value of one goes with one value of the other."""
    pairs = frame.select(pl.col(one).alias("one"), pl.col(other).alias("other")).drop_nulls().unique()
    return not pairs.is_empty() and len(pairs) == pairs["one"].n_unique() == pairs["other"].n_unique()


def is_product(frame: pl.DataFrame, amount: str, quantity: str, price: str) -> bool:
    """Whether one column is, on nearly all lines, the product of two others to a cent a unit."""
    found = pl.DataFrame({role: read_numbers(frame[name]) for role, name in _named(amount, quantity, price)})
    numbers = (found.cast(pl.Float64) / MICROS).drop_nulls().filter(pl.col("q") != 0)
    if numbers.is_empty() or numbers.select((pl.col("q") == 1).all()).item():
        return False
    off = (pl.col("a").abs() - (pl.col("q") * pl.col("p")).abs()).abs()
    return float(numbers.select((off <= 0.011 * pl.col("q").abs()).mean()).item()) >= 0.9


def is_unit_price(frame: pl.DataFrame, money: str, quantity: str, product: str) -> bool:
    """Whether money stays the same when more of a product is bought, so that it is the price of one."""
    numbers = {name: read_numbers(frame[column]) for name, column in (("m", money), ("q", quantity))}
    lines = pl.DataFrame({**numbers, "product": frame[product]}).drop_nulls().filter(pl.col("q") > 0)
    each = pl.col("m").cast(pl.Float64) / pl.col("q").cast(pl.Float64)
    groups = (
        lines.group_by("product")
        .agg(
            pl.col("q").n_unique().alias("quantities"),
            pl.col("m").n_unique().alias("as price"),
            each.round(4).n_unique().alias("as total"),
        )
        .filter(pl.col("quantities") > 1)
    )
    return bool(len(groups) >= GROUPS and groups["as price"].sum() < groups["as total"].sum())


def percent(share: float) -> str:
    """Write a share in whole percent, never rounded up to all of them."""
    return f"{math.floor(share * 100)}%"


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _named(amount: str, quantity: str, price: str) -> tuple[tuple[str, str], ...]:
    return (("a", amount), ("q", quantity), ("p", price))
