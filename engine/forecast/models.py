"""The models that compete, from rules of thumb to the blend: fitted on earlier windows, asked at a later moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.forecast import rules
from engine.forecast.blend import Blend, level
from engine.forecast.boosting import Boosting, fit_returns
from engine.forecast.horizon import MOST_WINDOWS, TRAINED_ON
from engine.forecast.measures import Outcome, Prediction
from engine.forecast.names import BLEND, BOOSTING, BUYING, FREQUENCY, OWN_RATE, RECENCY, STEADY
from engine.forecast.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from engine.forecast.buying import Buying, Said
    from engine.forecast.inputs import Inputs

FIGURES = {RECENCY: rules.recently, FREQUENCY: rules.often, OWN_RATE: rules.own_rate}
"""What the rules of thumb look at."""
FOLDS = 3
"""Parts of the customers: what the blend learns of each comes from a model fitted to the other two."""


class Moment:
    """Customers as they are known at one moment, and what BG/NBD says of them, where it could be fitted."""

    def __init__(self, inputs: Inputs, buying: Buying | None, horizon: int) -> None:
        self.inputs = inputs
        self.buying = buying
        self.horizon = horizon

    @cached_property
    def said(self) -> Said | None:
        """What BG/NBD says of the horizon after the moment."""
        return None if self.buying is None else self.buying.say(self.inputs, self.horizon)

    @cached_property
    def matrix(self) -> np.ndarray:
        """What the boosting looks at: the features, and what BG/NBD says."""
        if self.said is None:
            return self.inputs.matrix
        said = self.said
        return np.column_stack([self.inputs.matrix, said.p_return, said.orders, said.alive, said.value])

    def with_inputs(self, inputs: Inputs) -> Moment:
        """Return other customers at the same moment."""
        return Moment(inputs, self.buying, self.horizon)


@dataclass(frozen=True, slots=True)
class Window:
    """A cut-off: what was known then, and what came in the horizon after it."""

    cutoff: datetime
    moment: Moment
    outcome: Outcome
    weekly: np.ndarray
    """Purchases in each week of the horizon; the last may be shorter."""
    segments: np.ndarray
    """The segment that each customer was in at the cut-off."""
    draws: np.ndarray
    """The number that each customer has drawn, the same at all cut-offs: it deals them to folds."""


class Models:
    """All models, fitted to windows, the newest first."""

    def __init__(self, windows: Sequence[Window], seed: int) -> None:
        newest = windows[0]
        taken = _taken(windows)
        matrix = np.vstack([each.moment.matrix for each in taken])
        outcome = Outcome(
            *(
                np.concatenate([getattr(each.outcome, name) for each in taken])
                for name in ("customer", "orders", "spend")
            )
        )
        self.trained_on = [each.cutoff for each in taken]
        self._rules = {name: Rule.fit(figure, newest.moment.inputs, newest.outcome) for name, figure in FIGURES.items()}
        self._boosting = Boosting.fit(matrix, outcome, seed)
        self._last: tuple[Moment, Prediction] | None = None
        self._blend = None
        if (said := newest.moment.said) is not None:
            fold = np.concatenate([each.draws for each in taken]) % FOLDS
            unseen = _unseen(matrix, outcome.returned, fold, len(newest.draws), seed)
            self._blend = Blend.fit(unseen, said.p_return, newest.outcome.returned)

    def _boosted(self, moment: Moment) -> Prediction:
        """Return what the boosting says; asked for by three models, reckoned once."""
        if self._last is None or self._last[0] is not moment:
            self._last = (moment, self._boosting.predict(moment.matrix))
        return self._last[1]

    @property
    def names(self) -> tuple[str, ...]:
        """The models that there are, from the simplest on."""
        blended = () if self._blend is None else (BUYING, BOOSTING, BLEND, STEADY)
        return (*FIGURES, *(blended or (BOOSTING,)))

    def shift(self, moment: Moment) -> float:
        """Return what the steady blend adds to its log odds: its mean is that of BG/NBD, at that moment."""
        if self._blend is None or moment.said is None:
            return 0.0
        boosted = self._boosted(moment)
        return level(self._blend.p_return(boosted.p_return, moment.said.p_return), float(moment.said.p_return.mean()))

    def predict(self, name: str, moment: Moment, shift: float = 0.0) -> Prediction:
        """Let a model say what customers will do; `shift` is that of the steady blend."""
        if name in self._rules:
            return self._rules[name].predict(moment.inputs)
        if name == BOOSTING:
            return self._boosted(moment)
        assert moment.said is not None
        if name == BUYING:
            return Prediction(moment.said.p_return, moment.said.orders, moment.said.spend)
        assert self._blend is not None
        boosted = self._boosted(moment)
        return self._blend.predict(boosted, moment.said, shift if name == STEADY else 0.0)


def _taken(windows: Sequence[Window]) -> list[Window]:
    """Return the windows that the boosting is fitted to: older ones as long as they do not make it too many."""
    taken, customers = [windows[0]], len(windows[0].outcome.customer)
    for each in windows[1:MOST_WINDOWS]:
        customers += len(each.outcome.customer)
        if customers > TRAINED_ON:
            break
        taken.append(each)
    return taken


def _unseen(matrix: np.ndarray, came: np.ndarray, fold: np.ndarray, newest: int, seed: int) -> np.ndarray:
    """Return the chances to return of the first `newest` rows, from models that have not seen their customers."""
    found = np.zeros(newest)
    for number in range(FOLDS):
        of_fold = fold == number
        rows = np.flatnonzero(of_fold[:newest])
        if len(rows):
            model = fit_returns(matrix[~of_fold], came[~of_fold], seed)
            found[rows] = model.predict_proba(matrix[rows])[:, 1]
    return found
