"""The blend of BG/NBD and boosting: one keeps its totals when the times change, the other ranks better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from engine.forecast.measures import Prediction

if TYPE_CHECKING:
    from engine.forecast.buying import Said

NEARLY = 1e-4
"""Probabilities are held this far from 0 and 1 before their log odds are mixed."""
EVEN = 0.5
PULL = 1e-3
"""How strongly the weights are held near one half each, where the data says little."""


def log_odds(p: np.ndarray) -> np.ndarray:
    """Return the log odds of probabilities."""
    found: np.ndarray = logit(np.clip(p, NEARLY, 1 - NEARLY))
    return found


@dataclass(frozen=True, slots=True)
class Blend:
    """Log odds mixed by weights of zero or more (stacking: Wolpert 1992, Breiman 1996), amounts by geometric means."""

    boosting: float
    buying: float
    offset: float

    @classmethod
    def fit(cls, boosted: np.ndarray, buying: np.ndarray, came: np.ndarray) -> Blend:
        """Find the weights that foretell best who came; `boosted` must come of models that have not seen the customer.

        All three are arrays with one value per customer.
        """
        columns = np.column_stack([log_odds(boosted), log_odds(buying)])

        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            odds = columns @ weights[:2] + weights[2]
            value = np.mean(np.logaddexp(0.0, odds) - came * odds) + PULL * np.sum((weights[:2] - EVEN) ** 2)
            apart = (expit(odds) - came) / len(came)
            slope = np.append(columns.T @ apart + 2 * PULL * (weights[:2] - EVEN), apart.sum())
            return float(value), slope

        bounds = [(0.0, None), (0.0, None), (None, None)]
        found = minimize(loss, np.array([EVEN, EVEN, 0.0]), jac=True, method="L-BFGS-B", bounds=bounds)
        return cls(*(float(weight) for weight in found.x))

    def predict(self, boosted: Prediction, said: Said, shift: float = 0.0) -> Prediction:
        """Mix what both say of the same customers; `shift` is added to the log odds."""
        p = self.p_return(boosted.p_return, said.p_return, shift)
        # Of those who return: orders beyond the first one, and spend.
        more = np.sqrt(_given(boosted.orders, boosted.p_return, 1.0) * _given(said.orders, said.p_return, 1.0))
        orders = p * (1.0 + more)
        spend = np.sqrt(orders * said.value * p * _given(boosted.spend, boosted.p_return))
        return Prediction(p, orders, spend)

    def p_return(self, boosted: np.ndarray, buying: np.ndarray, shift: float = 0.0) -> np.ndarray:
        """Mix two probabilities."""
        mixed = self.boosting * log_odds(boosted) + self.buying * log_odds(buying) + self.offset + shift
        found: np.ndarray = expit(mixed)
        return found


def _given(amount: np.ndarray, p: np.ndarray, less: float = 0.0) -> np.ndarray:
    """Return the amount expected of those who return, less so much; never below zero."""
    found: np.ndarray = np.maximum(np.divide(amount, p, out=np.ones_like(p) * less, where=p > 0) - less, 0.0)
    return found


def level(p: np.ndarray, mean: float) -> float:
    """Return what must be added to the log odds of probabilities so that their mean is the one given."""
    odds, low, high = log_odds(p), -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        if expit(odds + middle).mean() < mean:
            low = middle
        else:
            high = middle
    return (low + high) / 2
