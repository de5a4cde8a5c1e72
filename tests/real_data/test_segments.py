"""Segments of real exports: enough of them, stable, and far more so than those of the usual recipe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.cluster import MiniBatchKMeans
from sklearn.metrics import adjusted_rand_score

from engine import Settings, analyze
from engine.insights.wanted import INSIGHTS
from engine.result import Analysis

pytestmark = pytest.mark.real_data

PAIRS = 16


def _usual(customers: pl.DataFrame, k: int) -> float:
    """Mean agreement of two fits of MiniBatchKMeans on logged recency, frequency and money of customers drawn anew."""
    bought = customers.filter(pl.col("orders") > 0)
    points = bought.select(
        pl.col("recency_days").log1p(), pl.col("orders").log1p(), pl.col("revenue").clip(lower_bound=0).log1p()
    ).to_numpy()
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    random = np.random.default_rng(k)
    found = []
    for pair in range(PAIRS):
        labels = [
            MiniBatchKMeans(k, batch_size=1_024, n_init=3, random_state=2 * pair + which)
            .fit(points[random.integers(len(points), size=len(points))])
            .predict(points)
            for which in (0, 1)
        ]
        found.append(adjusted_rand_score(*labels))
    return float(np.mean(found))


@pytest.fixture(scope="module", params=["online_retail.csv", "cdnow_master.txt"])
def run(request: pytest.FixtureRequest, real_data: Path) -> Analysis:
    return analyze(real_data / request.param, settings=Settings(without=INSIGHTS))


def test_there_are_four_stable_segments_or_more_and_none_is_a_splinter(run: Analysis) -> None:
    k = run.summary["k"]

    (chosen,) = [each for each in k["candidates"] if each["k"] == k["chosen"]]
    assert k["chosen"] >= 4
    assert chosen["stability"] >= 0.85
    assert k["structure"] == "continuum"
    assert min(each["customer_share"] for each in run.summary["segments"]) >= 0.01


def test_every_number_of_segments_is_far_more_stable_than_by_the_usual_recipe(run: Analysis) -> None:
    customers = run.customers.collect()

    gained = {
        each["k"]: each["stability"] - _usual(customers, each["k"])
        for each in run.summary["k"]["candidates"]
        if 3 <= each["k"] <= 8
    }

    assert {k: gain for k, gain in gained.items() if gain < 0.1} == {}


@pytest.mark.parametrize("seed", [2, pytest.param(3, marks=pytest.mark.long)])
def test_another_seed_tells_the_same_story(run: Analysis, real_data: Path, seed: int) -> None:
    name = run.summary["source"]["files"][0]["name"]

    again = analyze(real_data / name, settings=Settings(seed=seed, without=INSIGHTS))

    both = (
        run.customers.select("customer_id", "segment")
        .collect()
        .join(again.customers.select("customer_id", other="segment").collect(), on="customer_id", validate="1:1")
    )
    assert again.model.k == run.model.k
    assert set(again.model.names) == set(run.model.names)
    assert adjusted_rand_score(both["segment"], both["other"]) > 0.9
