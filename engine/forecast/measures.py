"""How well predictions did: ranking, calibration, and error, each with an interval from a bootstrap of the customers.

A bootstrap draws the customers anew, with everything that they did at all cut-offs, by weights from a Poisson
distribution (Hanley & MacGibbon 2006): one matrix serves all measures and models, so that their differences are paired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

REPLICATES = 100
"""Draws of the bootstrap; intervals are those of a normal distribution with their standard deviation."""
Z95 = 1.959964
TENTHS = 10
PICKED = np.round(np.arange(0, 101) / 100, 2)
"""Shares of the customers at which the gain is told."""
NEARLY = 1e-6
"""Probabilities are held this far from 0 and 1, so that one miss does not cost an infinite loss."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What customers did in the horizon after a cut-off."""

    customer: np.ndarray
    """Number of the customer, the same at all cut-offs."""
    orders: np.ndarray
    spend: np.ndarray
    """Net of returns, in units of the currency."""

    @property
    def returned(self) -> np.ndarray:
        """Whether the customer has bought."""
        found: np.ndarray = self.orders > 0
        return found


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model said of the same customers at the cut-off."""

    p_return: np.ndarray
    orders: np.ndarray
    spend: np.ndarray
    rank: np.ndarray | None = None
    """What customers are ranked by, where that is not the probability: the figure that a rule of thumb looks at."""

    @property
    def score(self) -> np.ndarray:
        """What customers are ranked by."""
        return self.p_return if self.rank is None else self.rank


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of one model over all cut-offs."""

    figures: dict[str, float]
    draws: dict[str, np.ndarray]
    """The measures with an interval, for every replicate."""

    def interval(self, name: str, minus: Measured | None = None) -> tuple[float, float]:
        """Return the 95% interval of a measure, or of its difference to that of another model."""
        value = self.figures[name] - (minus.figures[name] if minus else 0.0)
        draws = self.draws[name] - (minus.draws[name] if minus else 0.0)
        half = Z95 * float(draws.std(ddof=1))
        return value - half, value + half


def weights(customers: int, seed: int, replicates: int = REPLICATES) -> np.ndarray:
    """Draw how often each customer counts: one row per replicate, before them a row of ones for the data as it is."""
    drawn = np.random.default_rng(seed).poisson(1.0, (replicates, customers))
    return np.vstack([np.ones((1, customers), dtype=np.int64), drawn]).astype(np.float32)


def measure(outcomes: Sequence[Outcome], predictions: Sequence[Prediction], drawn: np.ndarray) -> Measured:
    """Measure a model, given what it said at each cut-off and what came of it.

    Ranking is measured at each cut-off and averaged; losses, errors and totals are those of all customers of all
    cut-offs. `drawn` are the `weights`.
    """
    of_ranks = [ranking(each, said.score, drawn) for each, said in zip(outcomes, predictions, strict=True)]
    ranks = {name: np.mean([found[name] for found in of_ranks], axis=0) for name in of_ranks[0]}
    sums = _sums(outcomes, predictions, drawn)
    customers = sums.pop("customers")
    per_customer = ("log_loss", "brier", "mae_orders", "mse_orders", "mae_spend")
    draws = {**ranks, **{name: sums[name] / customers for name in per_customer}}
    draws["rmse_orders"] = np.sqrt(draws.pop("mse_orders"))
    for what in ("orders", "spend"):
        draws[f"{what}_ratio"] = _ratio(sums[f"{what}_expected"], sums[f"{what}_actual"])
    figures = {name: float(values[0]) for name, values in draws.items()}
    figures |= {name: float(sums[name][0]) for name in sums if name.endswith(("_expected", "_actual"))}
    figures["calibration_error"] = calibration_error(calibration(outcomes, predictions))
    return Measured(figures, {name: values[1:] for name, values in draws.items()})


def _ratio(expected: np.ndarray, actual: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.divide(expected, actual, out=np.full_like(expected, np.nan), where=actual > 0)
    return found


def _sums(outcomes: Sequence[Outcome], predictions: Sequence[Prediction], drawn: np.ndarray) -> dict[str, np.ndarray]:
    """Sum the losses of all customers, for every replicate."""
    total: dict[str, np.ndarray] = {}
    for outcome, said in zip(outcomes, predictions, strict=True):
        came, p = outcome.returned, np.clip(said.p_return, NEARLY, 1 - NEARLY)
        error = said.orders - outcome.orders
        losses = {
            "customers": np.ones(len(p)),
            "log_loss": -np.where(came, np.log(p), np.log1p(-p)),
            "brier": (said.p_return - came) ** 2,
            "mae_orders": np.abs(error),
            "mse_orders": error**2,
            "mae_spend": np.abs(said.spend - outcome.spend),
            "orders_expected": said.orders,
            "orders_actual": outcome.orders,
            "spend_expected": said.spend,
            "spend_actual": outcome.spend,
        }
        held = drawn[:, outcome.customer].astype(np.float64)
        summed = held @ np.column_stack([each.astype(np.float64) for each in losses.values()])
        for place, name in enumerate(losses):
            total[name] = total.get(name, 0.0) + summed[:, place]
    return total


def ranking(outcome: Outcome, score: np.ndarray, drawn: np.ndarray) -> dict[str, np.ndarray]:
    """Measure how well a score puts those who come back first, for every replicate.

    auc: the chance that of two customers, one of whom came back, the score puts that one first, ties counting half
    (Mann & Whitney 1947). average_precision: the mean over those who came back of the share of buyers among all who are
    ranked as high. top_decile_lift: buyers among the tenth ranked highest, as a multiple of that among all; customers
    of equal score are taken in part. top_decile_rate: the share of buyers among them.
    """
    ranked = _Ranked.of(outcome, score, drawn)
    came, picked = ranked.came, ranked.picked
    others = picked - came
    all_came, all_others = came.sum(axis=1), others.sum(axis=1)
    below = all_others[:, None] - np.cumsum(others, axis=1)
    auc = (came * (below + others / 2)).sum(axis=1) / (all_came * all_others)
    found, seen = np.cumsum(came, axis=1), np.cumsum(picked, axis=1)
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    lift = ranked.found_at(0.1) / 0.1
    return {
        "auc": auc,
        "average_precision": (came * precision).sum(axis=1) / all_came,
        "top_decile_lift": lift,
        "top_decile_rate": lift * all_came / (all_came + all_others),
    }


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Customers by score, the highest first, those of equal score as one: weights, a row per replicate."""

    picked: np.ndarray
    came: np.ndarray

    @classmethod
    def of(cls, outcome: Outcome, score: np.ndarray, drawn: np.ndarray) -> _Ranked:
        order = np.argsort(-score, kind="stable")
        held = drawn[:, outcome.customer[order]]
        starts = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])
        came = held * outcome.returned[order]
        if len(starts) < len(order):
            held, came = (np.add.reduceat(each, starts, axis=1) for each in (held, came))
        return cls(held.astype(np.float64), came.astype(np.float64))

    def found_at(self, share: float) -> np.ndarray:
        """Return the share of those who came back among the given share of customers, the highest score first."""
        seen = np.cumsum(self.picked, axis=1)
        found = np.cumsum(self.came, axis=1)
        wanted = share * seen[:, -1]
        place = (seen < wanted[:, None]).sum(axis=1)  # the group that the last one picked stands in
        row = np.arange(len(place))
        before_seen, before_found = (
            np.where(place > 0, each[row, np.maximum(place - 1, 0)], 0.0) for each in (seen, found)
        )
        part = (wanted - before_seen) / (seen[row, place] - before_seen)
        shares: np.ndarray = (before_found + part * (found[row, place] - before_found)) / found[:, -1]
        return shares


def gain(outcomes: Sequence[Outcome], predictions: Sequence[Prediction]) -> np.ndarray:
    """Return the share of those who came back among the customers picked first, at each of the shares `PICKED`.

    The mean over the cut-offs.
    """
    found = []
    for outcome, said in zip(outcomes, predictions, strict=True):
        ranked = _Ranked.of(outcome, said.score, np.ones((1, int(outcome.customer.max()) + 1)))
        found.append([float(ranked.found_at(share)[0]) if share else 0.0 for share in PICKED])
    mean: np.ndarray = np.mean(found, axis=0)
    return mean


def calibration(outcomes: Sequence[Outcome], predictions: Sequence[Prediction]) -> pl.DataFrame:
    """Set what was given beside what came of it, for tenths of the customers of all cut-offs by probability.

    One row per tenth, 1 the least likely: tenth, customers, expected (mean probability), actual (share who came back),
    orders_expected, orders_actual, spend_expected, spend_actual. Customers of equal probability stand in one tenth.
    """
    p = np.concatenate([said.p_return for said in predictions])
    values = {
        "expected": p,
        "actual": np.concatenate([each.returned for each in outcomes]).astype(np.float64),
        "orders_expected": np.concatenate([said.orders for said in predictions]),
        "orders_actual": np.concatenate([each.orders for each in outcomes]).astype(np.float64),
        "spend_expected": np.concatenate([said.spend for said in predictions]),
        "spend_actual": np.concatenate([each.spend for each in outcomes]),
    }
    order = np.argsort(p, kind="stable")
    place = np.searchsorted(p[order], p[order], side="left")  # that of the first with the same probability
    tenth = place * TENTHS // max(len(p), 1)
    starts = np.flatnonzero(np.r_[True, np.diff(tenth) != 0])
    customers = np.diff(np.r_[starts, len(p)])
    sums = {name: np.add.reduceat(each[order], starts) for name, each in values.items()}
    return pl.DataFrame(
        {
            "tenth": np.arange(1, len(starts) + 1),
            "customers": customers,
            "expected": sums.pop("expected") / customers,
            "actual": sums.pop("actual") / customers,
            **sums,
        }
    )


def calibration_error(table: pl.DataFrame) -> float:
    """Return the expected calibration error (Naeini, Cooper & Hauskrecht 2015): the mean distance of given and come.

    Over the tenths of `calibration`, each counting by its customers.
    """
    apart = np.abs(table["expected"].to_numpy() - table["actual"].to_numpy())
    return float(np.average(apart, weights=table["customers"].to_numpy()))
