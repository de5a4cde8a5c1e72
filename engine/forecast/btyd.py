"""Buy till you die: BG/NBD tells how often customers will buy, Gamma-Gamma for how much.

Fader, Hardie & Lee (2005), "Counting your customers" the easy way: an alternative to the Pareto/NBD model; Fader &
Hardie (2013), The Gamma-Gamma model of monetary value. A customer is known by `frequency` (repeat purchases), `recency`
(age at the last purchase) and `age` (since the first purchase, T in the papers), in one unit of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1

from engine.forecast.fitting import BOUND, FitError, Loss, alike, maximise

__all__ = ["BGNBD", "FitError", "GammaGamma", "fit_bgnbd", "fit_gamma_gamma"]

COARSE = 4_000
"""Distinct customers with a repeat purchase from which the search starts, where there are more."""
NEARLY_ONE = 1e-7
"""The expectation has a removable gap at a = 1: this near to it, a value beside it is taken."""
STARTS = ((0.5, 0.5, 0.8, 2.5), (1.0, 1.0, 0.1, 2.0), (0.3, 0.2, 1.0, 1.0))
"""r, alpha, a, b from which the search starts, time in units of the mean age."""
MONEY_STARTS = ((2.0, 3.0, 2.0), (6.0, 4.0, 0.5), (0.8, 1.5, 1.0))
"""p, q, v, money in units of the mean value."""


@dataclass(frozen=True, slots=True)
class BGNBD:
    """A fitted BG/NBD model; arrays in, arrays out, one value per customer."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int

    @property
    def lost(self) -> float:
        """The mean probability that a customer is lost after a repeat purchase."""
        return self.a / (self.a + self.b)

    def alive(self, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Return the probability that customers are still active at their age; 1 without a repeat purchase."""
        x = np.asarray(frequency, dtype=np.float64)
        again = np.maximum(x, 1.0)
        odds = (
            np.log(self.a)
            - np.log(self.b + again - 1)
            + (self.r + x) * np.log1p((np.asarray(age) - recency) / (self.alpha + recency))
        )
        return np.where(x > 0, expit(-odds), 1.0)

    def expected(self, period: float, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Return the expected purchases in the next `period` (eq. 10).

        The hypergeometric function is turned by Euler's transformation, so that no factor grows with the frequency:
        (1-z)^(r+x) F(r+x, b+x; a+b+x-1; z) = (1-z)^(a-1) F(a+b-1-r, a-1; a+b+x-1; z).
        """
        x = np.asarray(frequency, dtype=np.float64)
        return self.alive(x, recency, age) * self._while_alive(period, x, np.asarray(age, dtype=np.float64))

    def _while_alive(self, period: float, x: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Return the expected purchases of customers who are active at their age."""
        a = self.a if abs(self.a - 1) > NEARLY_ONE else 1 + NEARLY_ONE
        c = a + self.b + x - 1
        now = self.alpha + age
        with np.errstate(all="ignore"):
            kept = np.exp((a - 1) * np.log1p(-period / (now + period)))
            found = c / (a - 1) * (1 - kept * hyp2f1(a + self.b - 1 - self.r, a - 1, c, period / (now + period)))
        # Nobody buys more than somebody who is never lost; and at the mean chance to be lost it is a little less than
        # over all chances (Jensen's inequality). Where the parameters are so large that the function fails, the chances
        # hardly differ, and both are the same.
        most = (self.r + x) * period / now
        lost = self.a / (self.a + self.b + x)
        least = -np.expm1(-(self.r + x) * np.log1p(lost * period / now)) / lost
        held: np.ndarray = np.where(np.isfinite(found), np.clip(found, least, most), least)
        return held

    def returns(self, period: float, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Return the probability of a purchase in the next `period`.

        Who is active buys at a rate that is Gamma(r + x, alpha + T) by what is known: P(alive) times the chance of at
        least one event of that mixed Poisson process.
        """
        x = np.asarray(frequency, dtype=np.float64)
        silent = -np.expm1(-(self.r + x) * np.log1p(period / (self.alpha + np.asarray(age))))
        found: np.ndarray = self.alive(x, recency, age) * silent
        return found

    def wait(
        self, probability: float | np.ndarray, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray
    ) -> np.ndarray:
        """Return the time by which a purchase has come with a probability: `returns` solved for the period.

        Infinite where it never does, since the customer may be gone.
        """
        x = np.asarray(frequency, dtype=np.float64)
        part = probability / self.alive(x, recency, age)
        never = part >= 1
        grown = -np.log1p(-np.where(never, 0.0, part)) / (self.r + x)
        with np.errstate(over="ignore"):
            return np.where(never, np.inf, (self.alpha + np.asarray(age)) * np.expm1(grown))

    def expected_new(self, period: float) -> float:
        """Return the expected purchases of a new customer in a period after the first one (eq. 9)."""
        return float(self._while_alive(period, np.zeros(1), np.zeros(1))[0])


def fit_bgnbd(frequency: np.ndarray, recency: np.ndarray, age: np.ndarray, weights: np.ndarray | None = None) -> BGNBD:
    """Fit BG/NBD by maximum likelihood; with `weights` each row stands for so many customers.

    Where nobody is ever gone the likelihood rises without end as a falls or b grows; the bounds of the search are then
    taken, where the chance to be gone is nothing, and the predictions are those of a model without it.

    Raises
    ------
    FitError
        If nobody has bought again, or the search does not arrive.
    """
    held = [np.asarray(each, dtype=np.float64) for each in (frequency, recency, age)]
    _check(*held)
    (x, seen, until), count = alike(*held, weights=weights)
    total, unit = float(count.sum()), float(np.average(until, weights=count))
    if not (x > 0).any():
        raise FitError("nobody has bought again")
    if unit <= 0:
        raise FitError("all customers are of age 0")
    seen, until, weight = seen / unit, until / unit, count / total
    starts = [np.log(start) for start in STARTS]
    if len(x) > COARSE:
        # From where a part of the customers leads it is a few steps to the place that all of them give.
        every = -(-len(x) // COARSE)
        taken = np.flatnonzero((x == 0) | (np.arange(len(x)) % every == 0))
        parts = np.where(x > 0, weight * every, weight)[taken]
        starts = [maximise(_loss(x[taken], seen[taken], until[taken], parts / parts.sum()), starts)]
    loss = _loss(x, seen, until, weight)
    logs = maximise(loss, starts)
    r, alpha, a, b = (float(each) for each in np.exp(logs))
    likelihood = -loss(logs)[0] * total - float((count * x).sum()) * np.log(unit)
    return BGNBD(r, alpha * unit, a, b, float(likelihood), round(total))


def _loss(x: np.ndarray, seen: np.ndarray, until: np.ndarray, weight: np.ndarray) -> Loss:
    """Return the negative mean log likelihood and its slope, as a function of the logarithms of r, alpha, a, b.

    Sorted by x. What hangs on x alone is reckoned once for each x, and who has not bought again cannot be gone.
    """
    kinds, kind = np.unique(x, return_inverse=True)
    of_kind = np.bincount(kind, weights=weight)
    again = int(np.searchsorted(x, 0, side="right"))
    young, few = until[:again], weight[:again]
    k, place, old, last, many = x[again:], kind[again:], until[again:], seen[again:], weight[again:]
    whole = float(weight.sum())

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = np.exp(logs)
        silent = np.log(alpha + young)
        to_now, to_last = np.log(alpha + old), np.log(alpha + last)
        before = b + np.maximum(kinds, 1.0) - 1
        apart = np.log(a) - np.log(before)[place] + (r + k) * (to_now - to_last)
        gone = expit(apart)  # the share of the likelihood
        value = of_kind @ (gammaln(r + kinds) - gammaln(r) + betaln(a, b + kinds) - betaln(a, b))
        value += whole * r * np.log(alpha) - r * (few @ silent) + many @ (np.logaddexp(0.0, apart) - (r + k) * to_now)
        lost = many * gone
        kept = many - lost
        by_r = of_kind @ (digamma(r + kinds) - digamma(r)) + whole * np.log(alpha)
        by_r -= few @ silent + kept @ to_now + lost @ to_last
        by_alpha = whole * r / alpha - r * (few @ (1 / (alpha + young)))
        by_alpha -= (kept * (r + k)) @ (1 / (alpha + old)) + (lost * (r + k)) @ (1 / (alpha + last))
        both = digamma(a + b) - digamma(a + b + kinds)
        by_a = of_kind @ both + lost.sum() / a
        by_b = of_kind @ (both + digamma(b + kinds) - digamma(b)) - lost @ (1 / before)[place]
        return -float(value), -np.array([by_r, by_alpha, by_a, by_b]) * np.exp(logs)

    return loss


def _check(frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> None:
    if not len(frequency):
        raise FitError("there are no customers")
    known = all(np.isfinite(each).all() for each in (frequency, recency, age))
    if not known or (frequency < 0).any() or (recency < 0).any() or (recency > age).any():
        raise FitError("frequency, recency and age do not fit together")


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted Gamma-Gamma model of the value of purchases."""

    p: float
    q: float
    v: float
    log_likelihood: float
    customers: int

    @property
    def mean(self) -> float:
        """The mean value of a purchase over all customers; infinite where q is 1 or less."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else np.inf

    def mean_value(self, frequency: np.ndarray, value: np.ndarray) -> np.ndarray:
        """Return the expected value of customers' purchases, given the mean `value` of so many (eq. 5).

        The mean over all customers, where nothing is known of one.
        """
        x = np.asarray(frequency, dtype=np.float64)
        return self.p * (self.v + x * np.where(x > 0, value, 0.0)) / (self.p * x + self.q - 1)


def fit_gamma_gamma(frequency: np.ndarray, value: np.ndarray, weights: np.ndarray | None = None) -> GammaGamma:
    """Fit Gamma-Gamma by maximum likelihood to the mean `value` of `frequency` purchases of each customer.

    Customers without a purchase, or of no value, are left out.

    Raises
    ------
    FitError
        If fewer than two different values are left, or the search does not arrive.
    """
    counted, worth = np.asarray(frequency, dtype=np.float64), np.asarray(value, dtype=np.float64)
    kept = (counted > 0) & (worth > 0) & np.isfinite(worth)
    held = None if weights is None else np.asarray(weights, dtype=np.float64)[kept]
    if not kept.any() or len(np.unique(worth[kept])) < 2:
        raise FitError("all purchases are of one value, or of none")
    (x, mean), count = alike(counted[kept], worth[kept], weights=held)
    total, unit = count.sum(), float(np.average(mean, weights=count))
    mean, weight = mean / unit, count / total

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, v = np.exp(logs)
        px, spent = p * x, np.log(v + x * mean)
        value = -betaln(px, q) + q * np.log(v) + (px - 1) * np.log(mean) + px * np.log(x) - (px + q) * spent
        by_p = x * (digamma(px + q) - digamma(px) + np.log(mean) + np.log(x) - spent)
        by_q = digamma(px + q) - digamma(q) + np.log(v) - spent
        by_v = q / v - (px + q) / (v + x * mean)
        slopes = np.array([weight @ each for each in (by_p, by_q, by_v)])
        return -float(weight @ value), -slopes * np.exp(logs)

    logs = maximise(loss, [np.log(start) for start in MONEY_STARTS])
    p, q, v = (float(each) for each in np.exp(logs))
    if np.abs(logs).max() >= BOUND:
        raise FitError("the order values of customers do not differ in the way that the model has it")
    likelihood = -loss(logs)[0] * total - total * np.log(unit)
    return GammaGamma(p, q, v * unit, float(likelihood), round(float(total)))
