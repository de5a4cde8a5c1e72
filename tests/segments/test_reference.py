from __future__ import annotations

from statistics import NormalDist, correlation

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine.segments.matrix import BEHAVIOUR
from engine.segments.reference import without_groups

TASTES = ["spend_share: A", "spend_share: B"]


def _customers(count: int = 4_000) -> pl.DataFrame:
    """Two groups that differ in everything, taste included."""
    random = np.random.default_rng(1)
    group = random.integers(2, size=count)
    columns = {each.name: np.exp(random.normal(size=count) * 0.3 + 2 * group) for each in BEHAVIOUR}
    shares = random.uniform(0, 0.1, count)
    return pl.DataFrame(columns).with_columns(
        pl.Series("orders", np.where(random.random(count) < 0.4, 1, 5 + 5 * group)),
        pl.Series("aov", np.exp(random.normal(size=count))),
        pl.Series("lines", random.integers(1, 30, count)),
        pl.Series(TASTES[0], np.where(group == 1, 1 - shares, shares)),
        pl.Series(TASTES[1], np.where(group == 1, shares, 1 - shares)),
        weekend_share=pl.lit(None, dtype=pl.Float64),
    )


def _correlation(frame: pl.DataFrame, one: str, other: str) -> float:
    """The correlation of normal scores, by the quantiles of the standard library."""
    normal = NormalDist()
    ranks = frame.select(pl.col(one, other).rank() / (pl.len() + 1))
    scores = [[normal.inv_cdf(each) for each in ranks[name]] for name in (one, other)]
    return correlation(*scores)


def test_every_feature_keeps_its_values_and_each_pair_its_correlation() -> None:
    customers = _customers()

    copied = without_groups(customers, ["A", "B"], seed=1)

    for name in ("aov", "recency_days", "lines"):
        assert np.array_equal(np.sort(copied[name].to_numpy()), np.sort(customers[name].to_numpy()))
    for one, other in (("aov", "recency_days"), ("price", "products"), ("lines", "aov")):
        assert abs(_correlation(copied, one, other) - _correlation(customers, one, other)) < 0.05
    assert copied["weekend_share"].null_count() == len(customers)


def test_all_customers_have_one_taste() -> None:
    customers = _customers()

    copied = without_groups(customers, ["A", "B"], seed=1)

    often = [frame.filter(pl.col("orders") == 10).select(TASTES) for frame in (copied, customers)]
    (mean, spread), (_, own) = [(frame.mean().row(0), frame.std().row(0)) for frame in often]
    assert mean == pytest.approx((0.5, 0.5), abs=0.05)
    # Ten orders of two tastes: .45 over the root of ten.
    assert spread == pytest.approx((0.142, 0.142), abs=0.02)
    assert max(own) < 0.05
    once = copied.filter(pl.col("orders") == 1)[TASTES[0]]
    assert once.std() == pytest.approx(0.45, abs=0.02)


def test_without_single_orders_lines_are_drawn_from_the_taste_of_all() -> None:
    customers = _customers().with_columns(orders=pl.col("orders") + 1)

    copied = without_groups(customers, ["A", "B"], seed=1)

    many = copied.filter(pl.col("lines") >= 20).select(TASTES)
    assert many.mean().row(0) == pytest.approx((0.5, 0.5), abs=0.05)
    assert max(many.std().row(0)) < 0.15


def test_customers_with_one_order_have_no_active_days() -> None:
    customers = _customers().with_columns(active_days=pl.when(pl.col("orders") > 1).then("active_days").otherwise(0.0))

    copied = without_groups(customers, [], seed=1)

    assert ((copied["orders"] == 1) == (copied["active_days"] == 0)).all()


def test_the_copy_depends_on_the_seed_alone() -> None:
    customers = _customers(500)

    assert_frame_equal(without_groups(customers, ["A", "B"], 3), without_groups(customers, ["A", "B"], 3))
    assert not without_groups(customers, [], 3)["aov"].equals(without_groups(customers, [], 4)["aov"])


def test_features_that_never_vary_or_always_lack_are_copied_as_they_are() -> None:
    customers = _customers(200).with_columns(price=pl.lit(2.5), products=pl.lit(None, dtype=pl.Int64))

    copied = without_groups(customers, [], seed=1)

    assert copied["price"].to_list() == [2.5] * 200
    assert copied["products"].null_count() == 200
