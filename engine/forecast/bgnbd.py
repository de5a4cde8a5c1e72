"""The BG/NBD model: how often customers buy, and when they have stopped."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, log1p, xlog1py

from engine.forecast.fitting import BLOCK, Curve, FitError, Grouped, by_first, floats, group, maximise, sort_alike
from engine.forecast.quadrature import beta_nodes, purchases_until_lost

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ROWS = 256
"""Customers whose expectation is worked out at a time."""
STARTS = ((0.3, 0.8, 2.0), (1.0, 0.1, 1.0), (3.0, 1.0, 10.0))
"""r, a and b; alpha is such that r / alpha is the rate at which all customers together buy."""
SHAPES, SCALES = (1e-5, 1e4), (1e-8, 1e8)
"""Bounds of r, a and b, and of alpha where the mean age is 1. Beyond them predictions stay what they are."""


@dataclass(frozen=True, slots=True)
class BGNBD:
    """A fitted model: Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2).

    While alive, a customer buys at a steady rate; after every repeat purchase the customer is lost with a steady
    probability. Rates are spread over the customers as a gamma (r, alpha), probabilities as a beta (a, b) variable.

    `frequency` is the number of repeat purchases (purchase days minus one), `recency` the age at the last purchase,
    `age` the time since the first, all times in the unit of the fit. Arguments are scalars or arrays that fit together;
    ValueError where a number is negative or missing. What a customer is predicted does not depend on the others.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int
    bounded: bool
    """Whether a parameter is at its bound, or nearly, because customers do not differ in their rates or in how easily
    they are lost, or because none is lost, or every one: predictions are sound, the parameter itself means nothing."""

    def alive(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> NDArray[np.float64]:
        """Return the probability that a customer is not lost; 1 before the first repeat purchase."""
        x, t_x, t = _checked(frequency, recency, age)
        lost = _log_odds_lost(self.r, self.alpha, self.a, self.b, x, t_x, t)
        return np.where(x > 0.0, expit(-lost), 1.0)

    def expected(
        self, period: ArrayLike, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> NDArray[np.float64]:
        """Return how many purchases to expect of a customer in the next `period` (equation 10)."""
        x, t_x, t = _checked(frequency, recency, age)
        return self.alive(x, t_x, t) * self._expected_alive(floats("period", period), x, t)

    def returns(
        self, period: ArrayLike, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> NDArray[np.float64]:
        """Return the probability of a purchase in the next `period`.

        Who is alive buys before being lost, so that only the rate matters: Gamma (r + frequency, alpha + age) by then.
        """
        x, t_x, t = _checked(frequency, recency, age)
        bought = -np.expm1(-xlog1py(self.r + x, floats("period", period) / (self.alpha + t)))
        chance: NDArray[np.float64] = self.alive(x, t_x, t) * bought
        return chance

    def wait(
        self, probability: ArrayLike, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> NDArray[np.float64]:
        """Return the period in which a purchase has this probability; infinite where it never has."""
        x, t_x, t = _checked(frequency, recency, age)
        share = floats("probability", probability) / np.maximum(self.alive(x, t_x, t), np.finfo(np.float64).tiny)
        reached = share < 1.0
        with np.errstate(over="ignore"):  # a wait beyond all numbers is infinite
            grown = np.expm1(-log1p(-np.where(reached, share, 0.0)) / (self.r + x))
            return np.where(reached, (self.alpha + t) * grown, np.inf)

    def expected_new(self, period: float) -> float:
        """Return how many repeat purchases to expect of a new customer in the first `period` (equation 9)."""
        return float(self.expected(period, 0.0, 0.0, 0.0))

    def _expected_alive(
        self, period: NDArray[np.float64], x: NDArray[np.float64], t: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the purchases to expect of customers alive, worked out once for all of the same frequency and age."""
        period, x, t = np.broadcast_arrays(period, x, t)
        shape = x.shape
        period, x, t = period.ravel(), x.ravel(), t.ravel()
        order, starts = sort_alike(x, t, period)
        firsts = order[starts]
        known = np.empty(len(firsts))
        changes = np.flatnonzero(np.diff(x[firsts], prepend=-1.0))
        for begin, end in pairwise((*changes, len(firsts))):
            places, weights = beta_nodes(self.a, self.b + x[firsts[begin]])
            for start in range(begin, end, ROWS):
                rows = slice(start, min(start + ROWS, end))
                each = firsts[rows]
                ahead = period[each] / (self.alpha + t[each])
                # NOTE: a matrix product would add up in an order that depends on how many customers there are.
                known[rows] = (purchases_until_lost(self.r + x[each], ahead, places) * weights).sum(axis=1)
        number = np.empty(len(x))
        number[order] = known[np.cumsum(starts) - 1]
        return number.reshape(shape)


def fit_bgnbd(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, weights: ArrayLike | None = None) -> BGNBD:
    """Fit the model by maximum likelihood, to the same bits whatever the order of the customers.

    `weights` says how many customers a row stands for. Where the likelihood has no maximum (all customers alike, none
    ever lost) it rises ever more slowly towards one: the fit is then the best within wide bounds, and `bounded`.

    Raises
    ------
    FitError
        If there are no customers, none has ordered again, or the search does not end.
    ValueError
        If a number is negative or missing, a frequency is not whole, or a recency is greater than the age.
    """
    x, t_x, t = np.broadcast_arrays(*(np.atleast_1d(each) for each in _checked(frequency, recency, age)))
    if np.any(x != np.floor(x)):
        raise ValueError("frequency holds a value that is no whole number")
    grouped = group((x, np.where(x > 0.0, t_x, 0.0), t), weights)
    (x, t_x, t), counts = grouped
    customers, repeats, unit = counts.sum(), (counts * x).sum(), (counts * t).sum()
    if customers == 0.0:
        raise FitError("there are no customers")
    if repeats == 0.0:
        raise FitError("nobody has ordered again")
    if unit == 0.0:
        raise FitError("no time has passed since the first purchases")
    unit /= customers
    rate = repeats / customers
    found = maximise(
        _likelihood,
        Grouped((x, t_x / unit, t / unit), counts),
        [(r, r / rate, a, b) for r, a, b in STARTS],
        (SHAPES, SCALES, SHAPES, SHAPES),
    )
    r, alpha, a, b = (float(each) for each in found.point)
    value = float(found.value - repeats * np.log(unit))
    return BGNBD(r, alpha * float(unit), a, b, value, int(customers), found.bounded)


def _checked(
    frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    x, t_x, t = floats("frequency", frequency), floats("recency", recency), floats("age", age)
    if np.any(t_x > t):
        raise ValueError("recency holds a value that is greater than the age")
    return x, t_x, t


def _log_odds_lost(
    r: float, alpha: float, a: float, b: float, x: NDArray[np.float64], t_x: NDArray[np.float64], t: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ln(P(lost) / P(alive)) of customers with a repeat purchase; of others it means nothing."""
    odds = np.log(a) - np.log(b + np.maximum(x - 1.0, 0.0)) + (r + x) * log1p((t - t_x) / (alpha + t_x))
    return np.asarray(odds)


def _likelihood(grouped: Grouped, point: NDArray[np.float64]) -> Curve:
    """Return the logarithm of the likelihood (equation 6) with its derivatives by r, alpha, a and b.

    Written so that large parameters do not cancel out: with ln(1 + t / alpha), without gamma functions.
    """
    r, alpha, a, b = (float(each) for each in point)
    (x, t_x, t), counts = grouped
    value, gradient, hessian = _by_frequency(grouped, r, a, b)
    for begin in range(0, len(x), BLOCK):
        rows = slice(begin, begin + BLOCK)
        n, k, passed = counts[rows], x[rows], t[rows] / alpha
        late, early = alpha + t[rows], alpha + t_x[rows]
        u, v = 1.0 / late, 1.0 / early
        aging, older = log1p(passed), log1p((late - early) * v)
        s, survived = r + k, b + np.maximum(k - 1.0, 0.0)
        odds = np.where(k > 0.0, np.log(a / survived) + s * older, -np.inf)
        lost = expit(odds)
        value += float((n * (np.logaddexp(0.0, odds) - r * aging - k * np.log(late))).sum())
        gradient[0] -= (n * aging).sum()
        gradient[1] += (n * (r * passed - k) * u).sum()
        slopes = (older, s * (u - v), 1.0 / a, -1.0 / survived)  # of the odds
        likely = n * lost
        unsure = likely * (1.0 - lost)
        hessian[0, 1] += (likely * (u - v) + n * passed * u).sum()
        hessian[1, 1] += (likely * s * (v * v - u * u) + n * u * (k * u - r * passed * (u + 1.0 / alpha))).sum()
        hessian[2, 2] -= likely.sum() / (a * a)
        hessian[3, 3] += (likely * slopes[3] * slopes[3]).sum()
        for i in range(4):
            gradient[i] += (likely * slopes[i]).sum()
            for j in range(i, 4):
                hessian[i, j] += (unsure * slopes[i] * slopes[j]).sum()
    return Curve(value, gradient, np.triu(hessian) + np.triu(hessian, 1).T)


def _by_frequency(
    grouped: Grouped, r: float, a: float, b: float
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the part of the likelihood that only the frequency matters to; the rows are sorted by it.

    That is the quotients of gamma functions. For whole frequencies they are products, as ln(Gamma(r + x) / Gamma(r)) is
    ln(r) + ln(r + 1) + ... of x terms: of all customers together, the j-th as often as there are frequencies above j.
    """
    k, n = by_first(grouped)
    j = np.arange(k[-1])
    above = np.append(0.0, np.cumsum(n[::-1]))[len(k) - np.searchsorted(k, j, side="right")]
    rate, kept, both = 1.0 / (r + j), 1.0 / (b + j), 1.0 / (a + b + j)
    value = float((above * (np.log(r + j) - log1p(a * kept))).sum())
    gradient = np.array([(above * rate).sum(), 0.0, -(above * both).sum(), (above * a * kept * both).sum()])
    hessian = np.zeros((4, 4))
    hessian[0, 0] = -(above * rate * rate).sum()
    hessian[2, 2] = hessian[2, 3] = (above * both * both).sum()
    hessian[3, 3] = -(above * a * kept * both * (kept + both)).sum()
    return value, gradient, hessian
