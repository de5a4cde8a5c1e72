"""The forecast of every customer: the chance to return, orders, spend, the next order, and what a year will bring."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.special import expit

from engine.forecast.blend import log_odds
from engine.forecast.inputs import Inputs
from engine.schema import FORECAST

if TYPE_CHECKING:
    from datetime import datetime

    from engine.forecast.measures import Prediction
    from engine.forecast.models import Models, Moment

YEAR = 365
EVEN = 0.5
"""The next order is expected on the day by which it is as likely as not."""
LATEST = 365
"""Days beyond which no next order is expected."""
PRIOR = 20
"""Customers of no purchase that count as many who do as little as those of a single one, where few are known."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What customers do of whom only returns are known: the mean of those at the cut-offs."""

    p_return: float
    orders: float
    spend: float


@dataclass(frozen=True)
class Scorer:
    """Scores customers at one moment by the chosen model."""

    models: Models
    chosen: str
    shift: float
    moment: Moment
    """The sample at that moment: what its BG/NBD model was fitted to."""
    as_of: datetime
    rest: Rest

    @cached_property
    def level(self) -> float:
        """How many times the spend that BG/NBD expects of the sample the chosen model does."""
        if self.moment.said is None:
            return 1.0
        said = self.models.predict(self.chosen, self.moment, self.shift)
        expected = float(self.moment.said.spend.sum())
        return float(said.spend.sum()) / expected if expected > 0 else 1.0

    def score(self, customers: pl.DataFrame) -> pl.DataFrame:
        """Score customers, given their features as of the moment: one row each, in the same order.

        The columns of `schema.FORECAST`.
        """
        buyers = customers.filter(pl.col("orders") > 0)
        columns = {
            name: np.full(customers.height, getattr(self.rest, name)) for name in ("p_return", "orders", "spend")
        }
        columns["value"] = columns["spend"] * YEAR / self.moment.horizon
        columns["wait"] = np.full(customers.height, np.inf)
        if buyers.height:
            moment = self.moment.with_inputs(Inputs.of(buyers, self.as_of))
            said = self.models.predict(self.chosen, moment, self.shift)
            rows = (customers["orders"] > 0).to_numpy()
            columns["p_return"][rows] = said.p_return
            columns["orders"][rows] = said.orders
            columns["spend"][rows] = said.spend
            columns["value"][rows] = _year(moment, said, self.level)
            columns["wait"][rows] = _wait(moment, said)
        days = pl.Series("days", np.where(columns["wait"] <= LATEST, np.floor(columns["wait"]), np.nan))
        wait = pl.lit(days.fill_nan(None).cast(pl.Int64))
        next_order = pl.lit(self.as_of.date()) + pl.duration(days=wait)
        return customers.select(
            pl.Series("p_return", columns["p_return"]),
            pl.Series("expected_orders", columns["orders"]),
            pl.Series("expected_spend", np.maximum(columns["spend"], 0.0)),
            next_order.alias("next_order"),
            pl.Series("value_365", np.maximum(columns["value"], 0.0)),
        ).select(FORECAST.names)


def _year(moment: Moment, said: Prediction, level: float) -> np.ndarray:
    """Return the spend of a year: that of the horizon as it was foretold, and of the days after it by BG/NBD.

    BG/NBD has the level of the whole history, where the horizon may lie in a season, and lets customers drop out. What
    the chosen model knows better of a customer is kept: how much more or less it expects than BG/NBD does, beside the
    `level` (how much more of all). Without BG/NBD, or with a horizon of a year and more, the spend of the horizon is
    drawn out or cut evenly.
    """
    horizon = moment.horizon
    if moment.buying is None or moment.said is None or horizon >= YEAR:
        return said.spend * YEAR / horizon
    year = moment.buying.expected_days(moment.inputs, [float(YEAR)])[:, 0]
    later = np.maximum(year - moment.said.days, 0.0) * moment.buying.orders_per_day * moment.said.value
    known = moment.said.spend * level > 0
    better = np.divide(said.spend, moment.said.spend * level, out=np.ones_like(later), where=known)
    found: np.ndarray = said.spend + later * better
    return found


def _wait(moment: Moment, said: Prediction) -> np.ndarray:
    """Return the days until each customer is as likely as not to have bought.

    The chance grows with time as BG/NBD has it, moved in log odds so that it is the given one at the horizon; without
    BG/NBD it grows at a steady rate.
    """
    if moment.buying is None or moment.said is None:
        with np.errstate(divide="ignore"):
            steady: np.ndarray = moment.horizon * np.log(EVEN) / np.log1p(-np.minimum(said.p_return, 1 - 1e-12))
        return steady
    moved = log_odds(said.p_return) - log_odds(moment.said.p_return)
    return moment.buying.wait(expit(-moved), moment.inputs)
