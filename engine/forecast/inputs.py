"""What the models look at: the features of customers at one moment, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.schema import DAYS_OF
from engine.units import ratio

if TYPE_CHECKING:
    from datetime import datetime

UNKNOWN = -1.0
"""Stands for a feature that the customer has not got: what a tree can split off."""

FEATURES = (
    "orders",
    "lines",
    "units",
    "revenue",
    "aov",
    "aov_std",
    "recency_days",
    "tenure_days",
    "active_days",
    "gap_mean_days",
    "gap_std_days",
    "gap_median_days",
    "lines_per_order",
    "price",
    "products",
    "categories",
    "top_category_share",
    "return_rate",
    "weekend_share",
    "recent_revenue",
    "earlier_revenue",
)
"""Features that the boosting looks at: all but those that name something, and the parts of the day."""

NEEDED = (*FEATURES, "first_order", "last_order", DAYS_OF)
"""Columns of the features that are read for a forecast."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Customers with a purchase at one moment: one value, or row, per customer in every array."""

    matrix: np.ndarray
    """The `FEATURES`, a column each; `UNKNOWN` where a customer has none."""
    frequency: np.ndarray
    """Days with a purchase after the first one: repeat purchases in the sense of BG/NBD."""
    recency: np.ndarray
    """Days from the first day with a purchase to the last one."""
    age: np.ndarray
    """Days from the first day with a purchase to the last day before the moment."""
    orders: np.ndarray
    value: np.ndarray
    """Revenue per purchase, in units of the currency: net of returns, 0 where these are more than what was bought."""

    def __len__(self) -> int:
        return len(self.age)

    @classmethod
    def of(cls, customers: pl.DataFrame, as_of: datetime) -> Inputs:
        """Take the features (`NEEDED`) of customers who have a purchase, computed as of a moment."""
        last_day = (as_of - timedelta(microseconds=1)).date()
        first, last = pl.col("first_order").dt.date(), pl.col("last_order").dt.date()
        times = customers.select(
            frequency=pl.col(DAYS_OF) - 1,
            recency=(last - first).dt.total_days(),
            age=(pl.lit(last_day) - first).dt.total_days(),
            value=ratio(pl.col("revenue").clip(lower_bound=0.0), pl.col("orders")),
        )
        matrix = customers.select(pl.col(FEATURES).cast(pl.Float64).fill_null(UNKNOWN)).to_numpy(order="c")
        frequency, recency, age = (
            times[name].to_numpy().astype(np.float64) for name in ("frequency", "recency", "age")
        )
        return cls(matrix, frequency, recency, age, customers["orders"].to_numpy(), times["value"].to_numpy())

    def take(self, rows: np.ndarray) -> Inputs:
        """Return some of the customers."""
        return Inputs(*(getattr(self, name)[rows] for name in Inputs.__slots__))

    def column(self, name: str) -> np.ndarray:
        """Return one of the `FEATURES`."""
        found: np.ndarray = self.matrix[:, FEATURES.index(name)]
        return found
