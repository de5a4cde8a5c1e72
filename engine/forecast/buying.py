"""Buying as BG/NBD and Gamma-Gamma see it: the two models of a population at one moment, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.forecast.bgnbd import BGNBD, fit_bgnbd
from engine.forecast.fitting import FitError
from engine.forecast.gamma_gamma import GammaGamma, fit_gamma_gamma

if TYPE_CHECKING:
    from engine.forecast.inputs import Inputs

_ALMOST_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Said:
    """What the models say of customers: one value per customer."""

    p_return: np.ndarray
    days: np.ndarray
    """Expected days with a purchase."""
    orders: np.ndarray
    spend: np.ndarray
    alive: np.ndarray
    value: np.ndarray
    """Expected net amount of a purchase, in units of the currency; never below zero."""


@dataclass(frozen=True, slots=True)
class Buying:
    """The models of one population. They count days with a purchase; orders are told from these by their ratio."""

    days: BGNBD
    money: GammaGamma | None
    """None where there is no such model: then a purchase is expected to be worth what the customer's own were."""
    orders_per_day: float
    notes: tuple[str, ...] = ()
    """What could not be fitted, and why."""

    def say(self, inputs: Inputs, horizon: float) -> Said:
        """Say what customers will do in the next `horizon` days."""
        alike = _Alike.of(inputs)
        p, days, alive = (
            alike.spread(found)
            for found in (
                self.days.returns(horizon, *alike.triples),
                self.days.expected(horizon, *alike.triples),
                self.days.alive(*alike.triples),
            )
        )
        value = inputs.value if self.money is None else self.money.mean_value(inputs.orders, inputs.value)
        orders = days * self.orders_per_day
        return Said(p, days, orders, orders * value, alive, value)

    def expected_days(self, inputs: Inputs, periods: list[float]) -> np.ndarray:
        """Return the expected days with a purchase until the end of each period: a row per customer."""
        alike = _Alike.of(inputs)
        return np.column_stack([alike.spread(self.days.expected(each, *alike.triples)) for each in periods])

    def wait(self, probability: np.ndarray, inputs: Inputs) -> np.ndarray:
        """Return the days until each customer has bought with a probability; infinite where that is never."""
        found: np.ndarray = self.days.wait(probability, inputs.frequency, inputs.recency, inputs.age)
        return found


@dataclass(frozen=True, slots=True)
class _Alike:
    """Customers of equal frequency, recency and age, for whom the models say the same: few of many."""

    triples: tuple[np.ndarray, np.ndarray, np.ndarray]
    place: np.ndarray

    @classmethod
    def of(cls, inputs: Inputs) -> _Alike:
        # Whole days each: one whole number holds all three.
        width = int(inputs.age.max(initial=0)) + 1
        packed = (inputs.frequency.astype(np.int64) * width + inputs.recency.astype(np.int64)) * width
        kinds, place = np.unique(packed + inputs.age.astype(np.int64), return_inverse=True)
        rest, age = np.divmod(kinds, width)
        frequency, recency = np.divmod(rest, width)
        return cls((frequency.astype(np.float64), recency.astype(np.float64), age.astype(np.float64)), place)

    def spread(self, values: np.ndarray) -> np.ndarray:
        spread: np.ndarray = values[self.place]
        return spread


def fit_buying(inputs: Inputs) -> Buying:
    """Fit both models to the customers known at a moment.

    Raises
    ------
    FitError
        If BG/NBD cannot be fitted; that there is no Gamma-Gamma model is only noted.
    """
    days = fit_bgnbd(inputs.frequency, inputs.recency, inputs.age)
    notes: tuple[str, ...] = ()
    money: GammaGamma | None = None
    try:
        money = fit_gamma_gamma(inputs.orders, inputs.value)
        if not np.isfinite(money.mean) or money.mean <= _ALMOST_NOTHING:
            money, notes = None, ("Gamma-Gamma: the order values have no finite mean",)
    except FitError as error:
        notes = (f"Gamma-Gamma: {error}",)
    return Buying(days, money, float(inputs.orders.sum() / (inputs.frequency + 1).sum()), notes)
