from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine import Settings, analyze
from engine.features.rfm import RfmCuts, quantiles
from engine.insights.wanted import INSIGHTS
from engine.result import Analysis
from engine.segments.matrix import Feature, FittedFeature
from engine.segments.model import Model, with_segment

LABELS = ["customer_id", "segment", "segment_name", "r_score", "f_score", "m_score", "rfm_name"]


@pytest.fixture(scope="module")
def run(export: Path) -> Analysis:
    return analyze(export, settings=Settings(without=INSIGHTS))


def test_a_model_that_went_through_json_labels_the_same_customers_the_same(run: Analysis) -> None:
    customers = run.customers.collect()
    features = customers.drop(LABELS[1:])

    model = Model.from_dict(json.loads(json.dumps(run.model.to_dict())))

    assert model == run.model
    assert_frame_equal(model.label(features.lazy()).select(LABELS).collect(), customers.select(LABELS))


def test_a_label_depends_on_the_customer_alone(run: Analysis) -> None:
    customers = run.customers.collect()

    for row in range(0, len(customers), 97):
        alone = run.model.label(customers[row].drop(LABELS[1:]).lazy()).select(LABELS).collect()
        assert_frame_equal(alone, customers[row].select(LABELS))


def test_the_nearest_centroid_is_taken_and_the_first_of_equal_ones() -> None:
    feature = FittedFeature(Feature("aov", "Order value", "money", "log"), fill=0.0, average=0.0, mean=0.0, scale=1.0)
    customers = pl.LazyFrame({"aov": [0.0, 1.0, None, 1e9]})
    e = 2.718281828459045

    nearest = with_segment(customers, [feature], [(1.0,), (-1.0,), (1.0,), (2.9,)]).collect()

    assert nearest["segment"].to_list() == [1, 1, 1, 4]
    assert with_segment(pl.LazyFrame({"aov": [e**1.9 - 1]}), [feature], [(1.0,), (2.9,)]).collect()[
        "segment"
    ].to_list() == [1]


def test_every_label_has_the_smallest_distance(run: Analysis) -> None:
    customers = run.customers.collect()
    points = customers.select(each.expr().alias(each.feature.name) for each in run.model.features).to_numpy()

    distances = [[float(((point - centroid) ** 2).sum()) for centroid in run.model.centroids] for point in points]

    for segment, row in zip(customers["segment"], distances, strict=True):
        assert row[segment - 1] == pytest.approx(min(row))
    assert run.model.rfm_cuts == RfmCuts.of(quantiles(run.customers).collect())
