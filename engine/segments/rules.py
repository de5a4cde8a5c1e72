"""The segments restated as a few rules: a shallow decision tree, and how often it is right.

A tree (CART, Breiman et al. 1984) is learned on one half of the sample from the features in their own units; its bounds
are rounded to what people say; how right the rounded rules are is measured on the other half, which it has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from sklearn.tree import DecisionTreeClassifier

from engine.segments.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.segments.matrix import Feature

DEPTH = 5
"""Questions that a rule asks at most."""
RULES_PER_SEGMENT = 2
SMALLEST = 0.01
"""Share of the customers that a rule must hold for."""
DIGITS = 2
"""Significant digits of a bound."""
LEAST = 40
"""Customers below which no rules are learned: half of them would say nothing about the other half."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A feature between two bounds: above the lower, up to and with the upper; None where there is no bound."""

    feature: Feature
    above: float | None
    upto: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """The customers who meet all conditions, and the segment that most of them belong to."""

    segment: int
    conditions: tuple[Condition, ...]
    customer_share: float
    """Share of the customers that the rule holds for."""
    accuracy: float
    """Share of these that belong to the segment; both on customers that the rule was not learned from."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of which exactly one holds for each customer, by segment, the widest first."""

    rules: tuple[Rule, ...]
    accuracy: float | None
    """Share of the customers that the rules put into their segment; None without rules."""


def restate(sample: pl.DataFrame, segments: pl.Series, features: Sequence[Feature], seed: int) -> Rules:
    """Learn rules for the segments of a sample of customers; a missing value counts as 0."""
    kinds = segments.unique().sort().to_list()
    if len(kinds) < 2 or len(sample) < LEAST:
        return Rules((), None)
    values = sample.select(pl.col(each.name).cast(pl.Float64).fill_null(0.0) for each in features).to_numpy()
    labels, half = segments.to_numpy(), len(sample) // 2
    tree = DecisionTreeClassifier(
        max_depth=DEPTH,
        max_leaf_nodes=max(len(kinds) * RULES_PER_SEGMENT, 2),
        min_samples_leaf=max(5, int(SMALLEST * half)),
        class_weight="balanced",  # a small segment needs a rule as much as a large one
        random_state=seed,
    )
    with one_thread():
        tree.fit(values[:half], labels[:half])
    leaves = _leaves(tree, features)
    held = [_holds(conditions, features, values[half:]) for _, conditions in leaves]
    rules = [
        Rule(segment, conditions, float(holds.mean()), float((labels[half:][holds] == segment).mean()))
        for (segment, conditions), holds in zip(leaves, held, strict=True)
        if holds.any()
    ]
    ordered = sorted(rules, key=lambda rule: (rule.segment, -rule.customer_share))
    return Rules(tuple(ordered), float(sum(rule.customer_share * rule.accuracy for rule in rules)))


def _leaves(tree: DecisionTreeClassifier, features: Sequence[Feature]) -> list[tuple[int, tuple[Condition, ...]]]:
    """Follow every path of the tree: the segment at its end, and the bounds on the way, one condition a feature."""
    nodes, found = tree.tree_, []
    paths: list[tuple[int, dict[int, tuple[float | None, float | None]]]] = [(0, {})]
    while paths:
        node, bounds = paths.pop()
        place = int(nodes.feature[node])
        if place < 0:
            segment = int(tree.classes_[nodes.value[node][0].argmax()])
            found.append((segment, tuple(Condition(features[at], *ends) for at, ends in sorted(bounds.items()))))
            continue
        bound = _rounded(float(nodes.threshold[node]), features[place])
        above, upto = bounds.get(place, (None, None))
        paths.append((int(nodes.children_left[node]), {**bounds, place: (above, bound)}))
        paths.append((int(nodes.children_right[node]), {**bounds, place: (bound, upto)}))
    return found


def _rounded(bound: float, feature: Feature) -> float:
    """Round a bound to what people say: whole orders, two significant digits of anything else.

    >>> from engine.segments.matrix import BEHAVIOUR
    >>> _rounded(2.5, BEHAVIOUR[0]), _rounded(118.7, BEHAVIOUR[1])
    (2.0, 120.0)
    """
    if feature.unit == "orders" or feature.name == "products":
        return float(np.floor(bound))
    return float(f"{bound:.{DIGITS}g}")


def _holds(
    conditions: Sequence[Condition], features: Sequence[Feature], values: NDArray[np.float64]
) -> NDArray[np.bool_]:
    holds = np.ones(len(values), dtype=bool)
    for each in conditions:
        column = values[:, features.index(each.feature)]
        if each.above is not None:
            holds &= column > each.above
        if each.upto is not None:
            holds &= column <= each.upto
    return holds
