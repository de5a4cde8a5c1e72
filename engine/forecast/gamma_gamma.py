"""The Gamma-Gamma model: how much customers spend on a purchase day, given what they have spent so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import digamma, gammaln, log1p, zeta

from engine.forecast.fitting import BLOCK, Curve, FitError, Grouped, by_first, floats, group, maximise

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

STARTS = ((1.0, 3.0), (5.0, 3.0), (5.0, 30.0))
"""p and q; v is such that the mean of the model is that of the data."""
SHAPES, SCALES = (1e-5, 1e4), (1e-8, 1e12)
"""Bounds of p and q, and of v where the mean value is 1."""


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted model: Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value.

    What a customer spends on a purchase day scatters around the customer's mean as a gamma variable of shape p. The
    means scatter over the customers: their rates are gamma variables (q, v). How often a customer buys says nothing
    about how much.

    `frequency` counts the purchase days that `value` is the mean of. Arguments are scalars or arrays that fit together.
    """

    p: float
    q: float
    v: float
    log_likelihood: float
    customers: int
    bounded: bool
    """Whether a parameter is at its bound, or nearly, because customers do not differ from each other, or the days of a
    customer do not: predictions are sound, the parameter itself means nothing."""

    @property
    def mean(self) -> float:
        """The mean of all customers, seen or not; infinite where q is 1 or less, which no fit returns."""
        return self.p * self.v / (self.q - 1.0) if self.q > 1.0 else np.inf

    def mean_value(self, frequency: ArrayLike, value: ArrayLike) -> NDArray[np.float64]:
        """Return the mean to expect of a customer's purchase days to come (equation 5).

        It lies between the customer's own mean so far and that of all customers; without a purchase it is the latter.
        """
        x, z = floats("frequency", frequency), floats("value", value)
        below = self.p * x + self.q - 1.0
        known = np.where(x > 0.0, x * z, 0.0)
        return np.where(below > 0.0, self.p * (self.v + known) / np.where(below > 0.0, below, 1.0), np.inf)


def fit_gamma_gamma(frequency: ArrayLike, value: ArrayLike, weights: ArrayLike | None = None) -> GammaGamma:
    """Fit the model by maximum likelihood, to the same bits whatever the order of the customers.

    Customers without a purchase day or with a value of 0 say nothing and are left out. `weights` says how many
    customers a row stands for.

    Raises
    ------
    FitError
        If no customers are left, their values scatter so widely that they have no finite mean (q of 1 or less), or the
        search does not end.
    ValueError
        If a number is negative or missing.
    """
    x, z = np.broadcast_arrays(np.atleast_1d(floats("frequency", frequency)), np.atleast_1d(floats("value", value)))
    held = (x > 0.0) & (z > 0.0)
    grouped = group((x[held], z[held]), None if weights is None else np.broadcast_to(weights, x.shape)[held])
    (x, z), counts = grouped
    customers = float(counts.sum())
    if customers == 0.0:
        raise FitError("nobody has spent anything on a repeat purchase")
    unit = float((counts * z).sum()) / customers
    found = maximise(
        _likelihood,
        Grouped((x, z / unit), counts),
        [(p, q, (q - 1.0) / p) for p, q in STARTS],
        (SHAPES, SHAPES, SCALES),
    )
    p, q, v = (float(each) for each in found.point)
    if q <= 1.0:
        raise FitError("the amounts scatter so widely that they have no finite mean")
    likelihood = found.value - customers * float(np.log(unit))
    return GammaGamma(p, q, v * unit, likelihood, int(customers), found.bounded)


def _likelihood(grouped: Grouped, point: NDArray[np.float64]) -> Curve:
    """Return the logarithm of the likelihood (equation 1a) with its derivatives by p, q and v; the unit is the mean."""
    p, q, v = (float(each) for each in point)
    (x, z), counts = grouped
    value, gradient, hessian = _by_frequency(grouped, p, q)
    for begin in range(0, len(x), BLOCK):
        rows = slice(begin, begin + BLOCK)
        n, k = counts[rows], x[rows]
        spent = k * z[rows]
        own, others = log1p(v / spent), log1p(spent / v)
        share = 1.0 / (v + spent)
        shape = p * k + q
        value -= float((n * (p * k * own + q * others + np.log(z[rows]))).sum())
        gradient[0] -= (n * k * own).sum()
        gradient[1] -= (n * others).sum()
        gradient[2] += (n * (q / v - shape * share)).sum()
        hessian[0, 2] -= (n * k * share).sum()
        hessian[1, 2] += (n * (1.0 / v - share)).sum()
        hessian[2, 2] += (n * (shape * share * share - q / (v * v))).sum()
    return Curve(value, gradient, np.triu(hessian) + np.triu(hessian, 1).T)


def _by_frequency(grouped: Grouped, p: float, q: float) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the part of the likelihood that only the frequency matters to; the rows are sorted by it."""
    k, n = by_first(grouped)
    shape = p * k
    value = float((n * (gammaln(shape + q) - gammaln(shape) - gammaln(q))).sum())
    both = digamma(shape + q)
    gradient = np.array([(n * k * (both - digamma(shape))).sum(), (n * (both - digamma(q))).sum(), 0.0])
    bend = zeta(2.0, shape + q)
    hessian = np.zeros((3, 3))
    hessian[0, 0] = (n * k * k * (bend - zeta(2.0, shape))).sum()
    hessian[0, 1] = (n * k * bend).sum()
    hessian[1, 1] = (n * (bend - zeta(2.0, q))).sum()
    return value, gradient, hessian
