"""The rules of thumb that a forecast must beat: one figure of the customer, and what such customers did before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.isotonic import IsotonicRegression

from engine.forecast.measures import Outcome, Prediction

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.forecast.inputs import Inputs


def recently(inputs: Inputs) -> np.ndarray:
    """Rank customers by their last purchase, the latest highest."""
    return -inputs.column("recency_days")


def often(inputs: Inputs) -> np.ndarray:
    """Rank customers by the number of their purchases."""
    return inputs.orders.astype(np.float64)


def own_rate(inputs: Inputs) -> np.ndarray:
    """Rank customers by their days with a repeat purchase per day since the first one."""
    rate: np.ndarray = np.divide(inputs.frequency, inputs.age, out=np.zeros_like(inputs.age), where=inputs.age > 0)
    return rate


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of thumb that has learnt what customers of each figure did: a higher figure never means less."""

    figure: Callable[[Inputs], np.ndarray]
    p_return: IsotonicRegression
    orders: IsotonicRegression
    spend: IsotonicRegression

    @classmethod
    def fit(cls, figure: Callable[[Inputs], np.ndarray], inputs: Inputs, outcome: Outcome) -> Rule:
        """Learn from what customers did after a moment (isotonic regression: Barlow & Brunk 1972)."""
        rank = figure(inputs)
        learnt = (
            IsotonicRegression(y_min=0.0, out_of_bounds="clip").fit(rank, came.astype(np.float64))
            for came in (outcome.returned, outcome.orders, outcome.spend)
        )
        return cls(figure, *learnt)

    def predict(self, inputs: Inputs) -> Prediction:
        """Say what customers will do, ranked by the figure itself."""
        rank = self.figure(inputs)
        p, orders, spend = (each.predict(rank) for each in (self.p_return, self.orders, self.spend))
        return Prediction(p, orders, spend, rank)
