from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from engine.segments.matrix import BEHAVIOUR
from engine.segments.rules import DEPTH, Rule, restate

ORDERS, RECENCY, AOV = BEHAVIOUR[0], BEHAVIOUR[1], BEHAVIOUR[3]
FEATURES = [ORDERS, RECENCY, AOV]


def _customers(count: int = 2_000, noise: float = 0.0) -> tuple[pl.DataFrame, pl.Series]:
    random = np.random.default_rng(3)
    frame = pl.DataFrame(
        {
            "orders": random.integers(1, 9, count),
            "recency_days": random.uniform(0, 300, count),
            "aov": random.uniform(10, 90, count),
        }
    )
    segment = (
        pl.when(pl.col("orders") <= 2).then(3).otherwise(pl.when(pl.col("recency_days") > 100).then(2).otherwise(1))
    )
    labels = frame.select(segment=segment.cast(pl.Int64)).to_series()
    flipped = pl.Series(random.random(count) < noise)
    return frame, labels.zip_with(~flipped, pl.Series(random.integers(1, 4, count)))


def _holds(rule: Rule, frame: pl.DataFrame) -> pl.Series:
    conditions = [pl.lit(value=True)]
    for each in rule.conditions:
        conditions += [pl.col(each.feature.name) > each.above] if each.above is not None else []
        conditions += [pl.col(each.feature.name) <= each.upto] if each.upto is not None else []
    return frame.select(pl.all_horizontal(conditions)).to_series()


def test_segments_made_by_rules_are_restated_by_them() -> None:
    frame, labels = _customers()

    found = restate(frame, labels, FEATURES, seed=1)

    assert found.accuracy is not None
    assert found.accuracy > 0.98
    bounds = {(each.feature.name, each.above, each.upto) for rule in found.rules for each in rule.conditions}
    assert ("orders", None, 2.0) in bounds
    assert {name for name, *_ in bounds} == {"orders", "recency_days"}


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_one_rule_holds_for_every_customer_and_its_accuracy_is_that_of_unseen_ones(noise: float) -> None:
    frame, labels = _customers(noise=noise)
    half = len(frame) // 2

    found = restate(frame, labels, FEATURES, seed=1)

    held = [_holds(rule, frame[half:]) for rule in found.rules]
    assert pl.DataFrame({str(place): each for place, each in enumerate(held)}).sum_horizontal().to_list() == [1] * half
    right = sum(
        int((holds & (labels[half:] == rule.segment)).sum()) for rule, holds in zip(found.rules, held, strict=True)
    )
    assert found.accuracy == pytest.approx(right / half)
    assert sum(rule.customer_share for rule in found.rules) == pytest.approx(1.0)
    assert all(len(rule.conditions) <= DEPTH for rule in found.rules)


def test_one_segment_or_few_customers_have_no_rules() -> None:
    frame, labels = _customers(30)

    assert restate(frame, labels, FEATURES, seed=1).rules == ()
    assert restate(*_customers(100), FEATURES, seed=1).accuracy is not None
    assert restate(frame, pl.Series("segment", [1] * 30), FEATURES, seed=1).accuracy is None
