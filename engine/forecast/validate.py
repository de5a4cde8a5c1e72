"""The proof: every model tried at cut-offs in the past, on what it could know then, against what came after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import polars.selectors as cs

from engine.forecast import measures
from engine.forecast.importance import importance
from engine.forecast.models import Models
from engine.forecast.names import BUYING, SIMPLE
from engine.insights.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.forecast.measures import Measured, Outcome, Prediction
    from engine.forecast.models import Window

INTERVALS = ("auc", "top_decile_lift", "log_loss", "mae_orders", "rmse_orders", "mae_spend")
"""Measures that are given with an interval."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of the trials."""

    chosen: str
    measured: dict[str, Measured]
    """The measures of every model, over all cut-offs."""
    models: pl.DataFrame
    cutoffs: pl.DataFrame
    calibration: pl.DataFrame
    gain: pl.DataFrame
    deciles: pl.DataFrame
    weeks: pl.DataFrame
    segments: pl.DataFrame
    importance: pl.DataFrame


def validate(windows: Sequence[Window], tests: int, customers: int, seed: int) -> Proof:
    """Try all models at the cut-offs of the first `tests` windows, the newest first, each fitted to older ones.

    `customers` is the number of customers in the sample, whose numbers `Outcome.customer` holds.
    """
    drawn = measures.weights(customers, seed)
    tried = windows[:tests]
    fitted = [Models(windows[place + 1 :], seed) for place in range(tests)]
    shifts = [models.shift(window.moment) for models, window in zip(fitted, tried, strict=True)]
    outcomes = [window.outcome for window in tried]
    said = {
        name: [
            models.predict(name, window.moment, shift)
            for models, window, shift in zip(fitted, tried, shifts, strict=True)
        ]
        for name in fitted[0].names
    }
    measured = {name: measures.measure(outcomes, each, drawn) for name, each in said.items()}
    chosen = choose(measured)
    of_chosen = said[chosen]
    tenths = measures.calibration(outcomes, of_chosen)
    return Proof(
        chosen=chosen,
        measured=measured,
        models=_models(measured, chosen),
        cutoffs=_cutoffs(windows, fitted, said, chosen),
        calibration=_calibration(tenths),
        gain=_gain(outcomes, said, chosen),
        deciles=_deciles(tenths),
        weeks=_weeks(tried[0], of_chosen[0]),
        segments=_segments(tried, of_chosen),
        importance=importance(fitted[0], chosen, tried[0], shifts[0], seed),
    )


def choose(measured: Mapping[str, Measured]) -> str:
    """Choose the model that is used.

    Of those whose AUC no rule of thumb exceeds, nor BG/NBD, the one with the smallest log loss; of equal ones the
    simplest. The log loss is smallest for the true probabilities: it punishes a bad order and a bad level alike.
    """
    known = [name for name in (*SIMPLE, BUYING) if name in measured]
    to_reach = max(measured[name].figures["auc"] for name in known)
    contenders = [name for name in measured if measured[name].figures["auc"] >= to_reach]
    return min(contenders, key=lambda name: measured[name].figures["log_loss"])


def best_simple(measured: Mapping[str, Measured]) -> str:
    """Name the rule of thumb that ranks best; of equal ones the first."""
    return max(SIMPLE, key=lambda name: measured[name].figures["auc"])


def _models(measured: Mapping[str, Measured], chosen: str) -> pl.DataFrame:
    rows = []
    for name, found in measured.items():
        ends = {name: found.interval(name) for name in INTERVALS}
        ends["auc_ahead"] = measured[chosen].interval("auc", minus=found)
        rows.append(
            {"model": name, "chosen": name == chosen, "simple": name in SIMPLE}
            | found.figures
            | {"auc_ahead": measured[chosen].figures["auc"] - found.figures["auc"]}
            | {f"{each}_low": low for each, (low, _) in ends.items()}
            | {f"{each}_high": high for each, (_, high) in ends.items()}
        )
    return pl.DataFrame(rows).with_columns(cs.float().fill_nan(None))


def _cutoffs(
    windows: Sequence[Window], fitted: Sequence[Models], said: Mapping[str, Sequence[Prediction]], chosen: str
) -> pl.DataFrame:
    """Tell of each cut-off what came of it: one row each, the newest first."""
    rows = []
    for place, models in enumerate(fitted):
        outcome, prediction = windows[place].outcome, said[chosen][place]
        one = np.ones((1, int(outcome.customer.max()) + 1))
        auc = {name: float(measures.ranking(outcome, said[name][place].score, one)["auc"][0]) for name in said}
        rows.append(
            {
                "cutoff": windows[place].cutoff.date(),
                "customers": len(outcome.customer),
                "learnt_at": models.trained_on[0].date(),
                "returned": float(outcome.returned.mean()),
                "returned_before": float(windows[place + 1].outcome.returned.mean()),
                "p_return": float(prediction.p_return.mean()),
                "auc": auc[chosen],
                "auc_simple": max(auc[name] for name in SIMPLE),
                "orders_expected": float(prediction.orders.sum()),
                "orders_actual": int(outcome.orders.sum()),
                "spend_expected": float(prediction.spend.sum()),
                "spend_actual": float(outcome.spend.sum()),
            }
        )
    return pl.DataFrame(rows)


def _calibration(tenths: pl.DataFrame) -> pl.DataFrame:
    came = (pl.col("actual") * pl.col("customers")).round()
    low, high = wilson(came, pl.col("customers"))
    return tenths.select("tenth", "customers", "expected", "actual", low=low, high=high)


def _gain(outcomes: Sequence[Outcome], said: Mapping[str, Sequence[Prediction]], chosen: str) -> pl.DataFrame:
    """Follow the chosen model and the rules of thumb: one row per model and share of customers picked."""
    shown = [chosen, *(name for name in SIMPLE if name != chosen)]
    return pl.concat(
        pl.DataFrame({"picked": measures.PICKED, "found": measures.gain(outcomes, said[name])}).select(
            pl.lit(name).alias("model"),
            pl.lit(name == chosen).alias("chosen"),
            "picked",
            "found",
        )
        for name in shown
    )


def _deciles(tenths: pl.DataFrame) -> pl.DataFrame:
    """Set expected beside actual orders and spend, the customers likeliest to return first."""
    return tenths.reverse().select(
        pl.int_range(1, pl.len() + 1).alias("tenth"),
        "customers",
        pl.col("expected").alias("p_return"),
        pl.col("actual").alias("returned"),
        "orders_expected",
        pl.col("orders_actual").cast(pl.Int64),
        "spend_expected",
        "spend_actual",
    )


def _weeks(window: Window, said: Prediction) -> pl.DataFrame:
    """Set expected beside actual orders for each week after the newest cut-off.

    Expected orders come over the horizon as BG/NBD foretells it, or evenly, where there is none.
    """
    moment, horizon = window.moment, window.moment.horizon
    ends = [*range(7, horizon, 7), horizon]
    if moment.buying is None:
        shares = np.tile(np.array(ends) / horizon, (len(said.orders), 1))
    else:
        until = moment.buying.expected_days(moment.inputs, [float(each) for each in ends])
        shares = np.divide(until, until[:, -1:], out=np.zeros_like(until), where=until[:, -1:] > 0)
    expected = np.diff(said.orders @ shares, prepend=0.0)
    starts = [0, *ends[:-1]]
    day = pl.lit(window.cutoff.date())
    return pl.DataFrame(
        {
            "week": range(1, len(ends) + 1),
            "begin": starts,
            "days": [end - start for start, end in zip(starts, ends, strict=True)],
            "orders_expected": expected,
            "orders_actual": window.weekly,
        }
    ).select(
        "week",
        (day + pl.duration(days=pl.col("begin"))).alias("start"),
        "days",
        "orders_expected",
        pl.col("orders_actual").cast(pl.Int64),
    )


def _segments(windows: Sequence[Window], said: Sequence[Prediction]) -> pl.DataFrame:
    """Set what was foretold beside what came, by the segment that customers were in at each cut-off."""
    rows = pl.concat(
        pl.DataFrame(
            {
                "segment": window.segments,
                "p_return": each.p_return,
                "returned": window.outcome.returned,
                "orders_expected": each.orders,
                "orders_actual": window.outcome.orders,
                "spend_expected": each.spend,
                "spend_actual": window.outcome.spend,
            }
        )
        for window, each in zip(windows, said, strict=True)
    )
    return (
        rows.group_by("segment", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("customers"),
            pl.col("p_return").mean(),
            pl.col("returned").mean(),
            pl.col("orders_expected", "orders_actual", "spend_expected", "spend_actual").sum(),
        )
        .sort("segment")
    )
