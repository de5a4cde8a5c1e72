from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from engine.errors import EngineError
from engine.segments import choose
from engine.segments.fit import START_SAMPLE, fit_segments, refine


def _inertia(points: np.ndarray, centroids: np.ndarray) -> float:
    return float(((points[:, None, :] - centroids[None]) ** 2).sum(axis=2).min(axis=1).mean())


def test_centroids_are_refined_over_customers_beyond_the_first_sample() -> None:
    random = np.random.default_rng(0)
    # Customers who come later in the canonical order lie elsewhere: only the refinement sees them.
    first = random.normal(size=(START_SAMPLE, 3)) + random.choice([-4.0, 4.0], size=(START_SAMPLE, 1))
    later = random.normal(size=(3 * START_SAMPLE, 3)) + random.choice([-5.0, 5.0], size=(3 * START_SAMPLE, 1))
    points = np.concatenate([first, later]).astype(np.float32)

    refined = np.array(refine(points, 2, seed=1))
    started = choose.fit(points[:START_SAMPLE], 2, 1).cluster_centers_

    assert _inertia(points, refined) < 0.95 * _inertia(points, started)
    assert np.abs(refined).mean() > 4.5


def _customers(count: int) -> pl.LazyFrame:
    random = np.random.default_rng(1)
    columns = (
        "recency_days",
        "tenure_days",
        "gap_mean_days",
        "aov",
        "lines_per_order",
        "price",
        "return_rate",
        "weekend_share",
    )
    return pl.LazyFrame(
        {
            "customer_id": [f"c{number}" for number in range(count)],
            "orders": random.integers(1, 9, count),
            "lines": random.integers(1, 30, count),
            "products": random.integers(1, 9, count),
            **{column: random.random(count) for column in columns},
        }
    )


def test_more_segments_than_customers_allow_is_an_error() -> None:
    with pytest.raises(EngineError, match=r"9 segments were asked for, but 60 customers allow 6 at most"):
        fit_segments(_customers(60), [], 9, seed=1)


def test_too_few_customers_are_one_segment() -> None:
    fit = fit_segments(_customers(20), [], None, seed=1)

    assert (len(fit.centroids), fit.chosen_by, fit.candidates) == (1, "size", ())
    assert fit.verdict.startswith("There are fewer than 50 customers")


def test_an_unstable_cut_raises_an_alert() -> None:
    fit = fit_segments(_customers(400), [], 7, seed=1)

    assert [alert["code"] for alert in fit.alerts] == ["unstable_segments"]
    assert "No stable structure" in fit.verdict
