"""Recency, frequency, monetary value: scores from 1 to 5, the same for equal values, and one name for every cell."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from engine.settings import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.checked import Checked

QUANTILES = (0.2, 0.4, 0.6, 0.8)

NAMES = {
    5: ("New customers", "Potential loyalists", "Potential loyalists", "Champions", "Champions"),
    4: ("Promising", "Potential loyalists", "Loyal customers", "Loyal customers", "Champions"),
    3: ("About to sleep", "About to sleep", "Need attention", "Loyal customers", "Loyal customers"),
    2: ("Hibernating", "Hibernating", "At risk", "At risk", "Cannot lose them"),
    1: ("Lost", "Lost", "At risk", "Cannot lose them", "Cannot lose them"),
}
"""Name of every cell: by recency score, then by the mean of the other two scores (1-5, rounded up)."""

NO_PURCHASE = "Returns only"
"""Name of the customers without a purchase, who have no recency."""

RANK = {
    name: place
    for place, name in enumerate(
        dict.fromkeys([*(name for row in NAMES.values() for name in reversed(row)), NO_PURCHASE])
    )
}
"""Place of every name by its scores, the best first."""


@dataclass(frozen=True, slots=True)
class RfmCuts:
    """The four cuts of each measure: the values at its 20th, 40th, 60th and 80th hundredth (the lower one of two).

    Or cuts that the user gave: a score is then what its bounds say, and fifths may be empty.
    """

    recency_days: tuple[float, ...]
    orders: tuple[float, ...]
    revenue: tuple[float, ...]

    @classmethod
    def of(cls, quantiles: pl.DataFrame, given: Mapping[str, tuple[float, ...]] | None = None) -> Self:
        """Take the cuts from the one row of `quantiles`, but for the measures whose cuts are given.

        Without a purchase there are none, and every score is 1.
        """
        row = [float(value) for value in quantiles.row(0) if value is not None]
        if not row:
            return cls((), (), ())
        fifths = dict(zip(MEASURES, (tuple(row[:4]), tuple(row[4:8]), tuple(row[8:12])), strict=True))
        return cls(**(fifths | dict(given or {})))

    def to_dict(self) -> dict[str, Any]:
        """Return the cuts as JSON can hold them."""
        return {name: list(cuts) for name, cuts in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Checked) -> Self:
        """Rebuild the cuts from `to_dict`; ModelError where they are damaged."""
        cuts = {name: data[name].ascending() for name in MEASURES}
        if {len(each) for each in cuts.values()} not in ({0}, {len(QUANTILES)}):
            data.fail(f"must have {len(QUANTILES)} cuts of each measure, or none of any")
        return cls(**cuts)


def quantiles(customers: pl.LazyFrame) -> pl.LazyFrame:
    """Return the 20th, 40th, 60th and 80th hundredth of each measure over the customers with a purchase: one row."""
    values = customers.filter(pl.col("orders") > 0)
    return values.select(
        pl.col(column).cast(pl.Float64).quantile(q, interpolation="lower").alias(f"{column} {q}")
        for column in MEASURES
        for q in QUANTILES
    )


def with_scores(customers: pl.LazyFrame, cuts: RfmCuts) -> pl.LazyFrame:
    """Add r_score, f_score, m_score and rfm_name to one row per customer.

    A score counts the cuts that a value is beyond, so equal values get equal scores, whatever their number. Customers
    without a purchase have 1 in each, and a name of their own.
    """
    recency = 5 - _beyond("recency_days", cuts.recency_days)
    bought = pl.col("orders") > 0
    scored = customers.with_columns(
        r_score=pl.when(bought).then(recency).otherwise(1),
        f_score=pl.when(bought).then(1 + _beyond("orders", cuts.orders)).otherwise(1),
        m_score=pl.when(bought).then(1 + _beyond("revenue", cuts.revenue)).otherwise(1),
    )
    return scored.with_columns(rfm_name=pl.when(bought).then(_name()).otherwise(pl.lit(NO_PURCHASE)))


def fm_score() -> pl.Expr:
    """Return the mean of the frequency and the monetary score, a half rounded up."""
    return (pl.col("f_score") + pl.col("m_score") + 1) // 2


def _beyond(column: str, cuts: tuple[float, ...]) -> pl.Expr:
    return pl.sum_horizontal(pl.lit(0, dtype=pl.Int64), *[(pl.col(column) > cut).cast(pl.Int64) for cut in cuts])


def _name() -> pl.Expr:
    cell = pl.col("r_score") * 10 + fm_score()
    names = {r * 10 + fm: name for r, row in NAMES.items() for fm, name in enumerate(row, 1)}
    return cell.replace_strict(names, return_dtype=pl.String)
