from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from engine.errors import EngineError
from engine.segments import alerts, judging
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
    started = judging.fit(points[:START_SAMPLE], 2, 1).cluster_centers_

    assert _inertia(points, refined) < 0.95 * _inertia(points, started)
    assert np.abs(refined).mean() > 4.5


def test_a_small_segment_keeps_its_centroid_where_later_batches_have_none_of_it() -> None:
    random = np.random.default_rng(3)
    crowd = random.normal(size=(3 * START_SAMPLE, 2))
    few = random.normal(scale=0.1, size=(200, 2)) + 20.0
    points = np.concatenate([few, crowd]).astype(np.float32)

    refined = np.array(refine(points, 3, seed=1))

    assert np.abs(refined - 20.0).max(axis=1).min() < 0.1


def _customers(count: int) -> pl.LazyFrame:
    random = np.random.default_rng(1)
    columns = (
        "recency_days",
        "active_days",
        "tenure_days",
        "gap_mean_days",
        "aov",
        "revenue",
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
    assert fit.verdict.text.startswith("There are fewer than 50 customers")


def _sizes(*shares: float) -> pl.DataFrame:
    names = [f"Segment {number}" for number in range(1, len(shares) + 1)]
    return pl.DataFrame({"segment_name": names, "customers": [each * 1e4 for each in shares], "customer_share": shares})


def test_an_unstable_cut_raises_an_alert() -> None:
    fit = fit_segments(_customers(400), [], 7, seed=1)

    told = alerts.of_segments(fit, _sizes(0.5, 0.5))

    assert [alert["code"] for alert in told] == ["unstable_segments"]
    assert "No stable structure" in told[0]["message"]


def test_a_small_segment_is_told_with_the_reason_why_it_stands() -> None:
    fit = fit_segments(_customers(400), [], 2, seed=1)

    told = [each for each in alerts.of_segments(fit, _sizes(0.995, 0.005)) if each["code"] == "small_segment"]

    assert [each["message"] for each in told] == [
        "Segment 2 holds 50.0 of the customers (0.50%), less than 1%: you asked for 2 segments."
    ]


def test_on_few_customers_the_refinement_leaves_the_best_fit_as_it_is() -> None:
    points = np.random.default_rng(2).normal(size=(3_000, 4)).astype(np.float32)

    refined = np.array(refine(points, 5, seed=1))
    started = judging.fit(points, 5, seed=1, starts=20)

    assert np.abs(refined - started.cluster_centers_).max() < 0.02
    assert _inertia(points, refined) <= started.inertia_ / len(points) * 1.0001


def test_customers_of_one_population_are_cut_like_customers_without_groups() -> None:
    fit = fit_segments(_customers(3_000), [], None, seed=1)

    assert fit.verdict.structure in {"continuum", "none"}
    assert fit.chosen is not None
    assert abs(fit.chosen.silhouette - fit.reference[fit.chosen.k].silhouette) < 0.05
