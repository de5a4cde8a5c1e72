"""Gradient boosting: who returns, and of those who do, how often and for how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from engine.forecast.measures import Outcome, Prediction
from engine.segments.threads import one_thread

TREES = {"max_iter": 30, "learning_rate": 0.15, "max_leaf_nodes": 8, "min_samples_leaf": 30, "l2_regularization": 1.0}


@dataclass(frozen=True, slots=True)
class Boosting:
    """Three boosted models (Friedman 2001; Ke et al. 2017): the chance to return, and two of those who do."""

    returns: HistGradientBoostingClassifier
    more: HistGradientBoostingRegressor | None
    """Orders after the first one in the horizon; None where nobody has made any."""
    spends: HistGradientBoostingRegressor | None
    """Spend in the horizon; None where nobody has spent anything."""

    @classmethod
    def fit(cls, matrix: np.ndarray, outcome: Outcome, seed: int) -> Boosting:
        """Learn from what customers, a row each, did in the horizon: some must have returned, and some not."""
        came = outcome.returned
        returns = fit_returns(matrix, came, seed)
        more = _fit_amounts(matrix[came], outcome.orders[came] - 1, seed)
        # Returns of earlier purchases make a spend negative; nobody is expected to spend less than nothing.
        spends = _fit_amounts(matrix[came], np.maximum(outcome.spend[came], 0.0), seed)
        return cls(returns, more, spends)

    def predict(self, matrix: np.ndarray) -> Prediction:
        """Say what customers, a row each, will do: orders and spend are the chance times what those do who return."""
        with one_thread():
            p = self.returns.predict_proba(matrix)[:, 1]
            more, spend = (
                np.zeros(len(matrix)) if each is None else each.predict(matrix) for each in (self.more, self.spends)
            )
        return Prediction(p, p * (1 + more), p * spend)


def fit_returns(matrix: np.ndarray, came: np.ndarray, seed: int) -> HistGradientBoostingClassifier:
    """Learn who returns."""
    # NOTE: no early stopping, which would set customers aside that small shops lack.
    with one_thread():
        return HistGradientBoostingClassifier(**TREES, early_stopping=False, random_state=seed).fit(matrix, came)


def _fit_amounts(matrix: np.ndarray, amounts: np.ndarray, seed: int) -> HistGradientBoostingRegressor | None:
    if not (amounts > 0).any():
        return None
    model = HistGradientBoostingRegressor(**TREES, loss="poisson", early_stopping=False, random_state=seed)
    with one_thread():
        return model.fit(matrix, amounts)
