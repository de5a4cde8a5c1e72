"""What the chosen model goes by: how much worse it ranks once a thing about the customers is shuffled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.forecast import measures
from engine.forecast.inputs import FEATURES, Inputs
from engine.forecast.measures import Z95, Outcome

if TYPE_CHECKING:
    from engine.forecast.models import Models, Window

GROUPS = {
    "recency": ("Time since the last purchase", ("recency_days",)),
    "frequency": ("Number of purchases", ("orders",)),
    "tenure": ("Time since the first purchase", ("tenure_days", "active_days")),
    "rhythm": ("Time between purchases", ("gap_mean_days", "gap_std_days", "gap_median_days")),
    "spend": ("Money spent", ("revenue", "aov", "aov_std", "earlier_revenue")),
    "recent_spend": ("Money spent in the last 90 days", ("recent_revenue",)),
    "variety": (
        "What was bought",
        ("lines", "units", "lines_per_order", "price", "products", "categories", "top_category_share"),
    ),
    "returns": ("Share returned", ("return_rate",)),
    "weekend": ("Share bought on weekends", ("weekend_share",)),
}
"""What is shuffled together: features that say nearly the same would stand in for each other."""
REPEATS = 5
MOST = 4_000
"""Customers that are looked at, at most."""


def importance(models: Models, chosen: str, window: Window, shift: float, seed: int) -> pl.DataFrame:
    """Measure by permutation (Breiman 2001) what the ranking of a model hangs on, at the cut-off of a window.

    One row per group of features, the most telling first: feature, label, auc_drop (mean loss of AUC over the shuffles)
    and its 95% interval over them, low and high. What BG/NBD says is reckoned anew from the shuffled customers.
    """
    rows = np.arange(min(MOST, len(window.outcome.customer)))
    outcome = Outcome(*(getattr(window.outcome, name)[rows] for name in ("customer", "orders", "spend")))
    outcome = replace(outcome, customer=rows)
    inputs, one = window.moment.inputs.take(rows), np.ones((1, len(rows)))
    if outcome.returned.all() or not outcome.returned.any():
        return pl.DataFrame(schema=_SCHEMA)

    def auc(customers: Inputs) -> float:
        said = models.predict(chosen, window.moment.with_inputs(customers), shift)
        return float(measures.ranking(outcome, said.score, one)["auc"][0])

    dice, whole, found = np.random.default_rng(seed), auc(inputs), []
    for feature, (label, columns) in GROUPS.items():
        drops = [whole - auc(_shuffled(inputs, feature, columns, dice.permutation(len(rows)))) for _ in range(REPEATS)]
        mean, half = float(np.mean(drops)), Z95 * float(np.std(drops, ddof=1)) / REPEATS**0.5
        found.append((feature, label, mean, mean - half, mean + half))
    return pl.DataFrame(found, schema=_SCHEMA, orient="row").sort("auc_drop", "feature", descending=[True, False])


_SCHEMA = {"feature": pl.String, "label": pl.String, **dict.fromkeys(("auc_drop", "low", "high"), pl.Float64)}


def _shuffled(inputs: Inputs, feature: str, columns: tuple[str, ...], order: np.ndarray) -> Inputs:
    """Deal the columns of one group anew, and the figures that BG/NBD looks at with them."""
    places = [FEATURES.index(name) for name in columns]
    matrix = inputs.matrix.copy()
    matrix[:, places] = matrix[order][:, places]
    age, silent = inputs.age, inputs.age - inputs.recency
    if feature == "recency":
        silent = silent[order]
    elif feature == "tenure":
        age = age[order]
    changed = replace(inputs, matrix=matrix, age=age, recency=np.clip(age - silent, 0.0, age))
    if feature == "frequency":
        return replace(changed, frequency=inputs.frequency[order], orders=inputs.orders[order])
    if feature == "spend":
        return replace(changed, value=inputs.value[order])
    return changed
