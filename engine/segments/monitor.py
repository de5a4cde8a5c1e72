"""How far the customers of an export have moved from those that the model was fitted to, and what to mind about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.intake.alerts import alert
from engine.intake.currencies import CURRENCIES
from engine.segments import drift
from engine.segments.distance import DISTANCE, with_distance
from engine.segments.profile import AT_ONCE
from engine.segments.training import FAR

if TYPE_CHECKING:
    from engine.segments.model import Model
    from engine.segments.training import Origin

FAR_TIMES = 2
"""Times the share of the training from which customers far from every segment are pointed out."""
FEW_CUSTOMERS = 200
"""Customers below which chance alone may move a feature by a PSI of 0.1 or more."""
MISSING = "missing"
"""Verdict on a feature of which the export tells nothing."""
NAMED = 4
"""Features or segments that a message names."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How labelled customers differ from those of the training."""

    features: pl.DataFrame
    """One row per feature of the model: feature, label, unit, psi, by_chance (what one feature in twenty exceeds
    without any shift), verdict, training_median, median, training_missing and missing (shares of the customers without
    a value)."""
    customers: int
    far: int
    """Customers farther from every centroid than 99% of the training's sample."""

    @property
    def far_share(self) -> float:
        """Share of the customers that are far from every segment."""
        return self.far / self.customers


def measure(customers: pl.LazyFrame, model: Model) -> Drift:
    """Measure the drift of labelled customers: one row per customer, at least one.

    Customers without a purchase are left out, as they are where the model is fitted, unless there are no others.
    """
    training = model.training
    buyers = customers.filter(pl.col("orders") > 0)
    if buyers.select(pl.len()).collect(engine="streaming").item():
        customers = buyers
    aggregates = {
        f"{place} {number}": count
        for place, each in enumerate(training.features)
        for number, count in enumerate(each.counts())
    }
    far = with_distance(customers, model.features, model.centroids).select(
        customers=pl.len(), far=(pl.col(DISTANCE) > training.radius).sum()
    )
    total, beyond = far.collect(engine="streaming").row(0)
    counted = customers.select(**aggregates).collect(engine="streaming").row(0, named=True) if aggregates else {}
    medians = _medians(customers, [each.feature for each in training.features])
    rows = []
    for place, (known, reference) in enumerate(zip(model.features, training.features, strict=True)):
        now = drift.by_bin([counted[f"{place} {number}"] for number in range(len(reference.counts()))])
        index = drift.stability_index(reference.shares, training.sample, now)
        held = sum(1 for share, count in zip(reference.shares, now, strict=True) if share or count)
        chance = drift.by_chance(held, training.sample, total)
        missing = now[-1] == total and reference.has_values
        rows.append(
            {
                "feature": reference.feature,
                "label": known.feature.label,
                "unit": known.feature.unit,
                "psi": index,
                "by_chance": chance,
                "verdict": MISSING if missing else drift.verdict(index, chance),
                "training_median": reference.median,
                "median": medians[reference.feature],
                "training_missing": reference.shares[-1],
                "missing": now[-1] / total,
            }
        )
    texts = dict.fromkeys(("feature", "label", "unit", "verdict"), pl.String)
    names = ("psi", "by_chance", "training_median", "median", "training_missing", "missing")
    order = ("feature", "label", "unit", "psi", "by_chance", "verdict", *names[2:])
    schema = {**texts, **dict.fromkeys(names, pl.Float64)}
    table = pl.DataFrame(rows, schema={name: schema[name] for name in order})
    return Drift(table.sort("psi", "feature", descending=[True, False]), total, beyond)


def _medians(customers: pl.LazyFrame, features: list[str]) -> dict[str, float | None]:
    """Return the median of each feature; a few at a time, so that the memory does not grow with their number."""
    found: dict[str, float | None] = {}
    for begin in range(0, len(features), AT_ONCE):
        values = customers.select(pl.col(features[begin : begin + AT_ONCE]).cast(pl.Float64))
        found |= values.collect(engine="streaming").median().row(0, named=True)
    return found


def alerts(found: Drift, segments: pl.DataFrame, model: Model, now: Origin) -> list[dict[str, Any]]:
    """Tell what makes the labels doubtful: `segments` are the sizes now, `now` is the export that was labelled."""
    return [*_of_origin(model.training.origin, now), *_of_features(found), *_of_segments(found, segments)]


def _of_origin(then: Origin, now: Origin) -> list[dict[str, Any]]:
    """Tell of another currency than the training's, and of an earlier time."""
    told = []
    if then.currency and now.currency and _code(then.currency) != _code(now.currency):
        message = (
            f"The export is in {now.currency}, the model was fitted to {then.currency}: "
            "nothing is converted, so that all measures of money differ."
        )
        told.append(alert("other_currency", message))
    if now.last < then.first:
        message = f"The export ends on {now.last:%Y-%m-%d}, before the model's customers begin ({then.first:%Y-%m-%d})."
        told.append(alert("earlier_period", message))
    elif now.as_of < then.as_of:
        message = (
            f"Recency is counted to {now.as_of:%Y-%m-%d}, the model's to {then.as_of:%Y-%m-%d}: pass the same --as-of "
            "to label the same customers alike."
        )
        told.append(alert("earlier_period", message))
    return told


def _code(currency: str) -> str:
    sign = currency.strip().upper()
    return CURRENCIES.get(sign, sign)


def _of_features(found: Drift) -> list[dict[str, Any]]:
    """Tell of features that the export does not have, of shifted ones, and of too few customers to tell."""
    told = []
    verdict = pl.col("verdict")
    if names := found.features.filter(verdict == MISSING)["label"].to_list():
        message = f"The export does not tell what the model looks at: {_some(names)}. Every customer counts as average."
        told.append(alert("missing_features", message))
    shifted = found.features.filter(verdict == "shifted")
    if len(shifted):
        named = [f"{label} (PSI {index:.2f})" for label, index in shifted.select("label", "psi").iter_rows()]
        message = f"Shifted since the model was fitted: {_some(named)}. Consider a new analysis."
        told.append(alert("drift", message))
    if found.customers < FEW_CUSTOMERS and len(found.features):
        most = max(found.features["by_chance"])
        message = f"With {found.customers:,} customers a PSI of up to {most:.2f} may be chance alone."
        told.append(alert("few_customers", message))
    return told


def _of_segments(found: Drift, segments: pl.DataFrame) -> list[dict[str, Any]]:
    """Tell of customers that are like none of the segments, and of segments that have become empty."""
    told = []
    by_chance = FAR + 3 * (FAR * (1 - FAR) / found.customers) ** 0.5
    if found.far_share > max(FAR_TIMES * FAR, by_chance):
        message = (
            f"{found.far:,} customers ({found.far_share:.1%}) are far from every segment; "
            f"when the model was fitted {FAR:.0%} were."
        )
        told.append(alert("far_customers", message))
    if names := segments.filter((pl.col("customers") == 0) & (pl.col("training_share") > 0))["segment_name"].to_list():
        told.append(alert("empty_segments", f"Segments without customers: {_some(names)}."))
    return told


def _some(names: list[str]) -> str:
    """Name the first few.

    >>> _some(["a", "b", "c", "d", "e", "f"])
    'a, b, c, d and 2 more'
    """
    rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{rest}"
