from __future__ import annotations

from statistics import NormalDist, correlation

import numpy as np
import polars as pl
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
        pl.Series("orders", 1 + 9 * group),
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

    middle = [copied.filter(pl.col("lines") >= 20)[name] for name in TASTES]
    assert all(share.mean() is not None and abs(float(share.mean()) - 0.5) < 0.05 for share in middle)  # type: ignore[arg-type]
    assert all(float(share.std()) < 0.15 for share in middle)  # type: ignore[arg-type]
    assert customers[TASTES[0]].std() > 0.4  # type: ignore[operator]


def test_the_copy_depends_on_the_seed_alone() -> None:
    customers = _customers(500)

    assert_frame_equal(without_groups(customers, ["A", "B"], 3), without_groups(customers, ["A", "B"], 3))
    assert not without_groups(customers, [], 3)["aov"].equals(without_groups(customers, [], 4)["aov"])


def test_features_that_never_vary_or_always_lack_are_copied_as_they_are() -> None:
    customers = _customers(200).with_columns(price=pl.lit(2.5), products=pl.lit(None, dtype=pl.Int64))

    copied = without_groups(customers, [], seed=1)

    assert copied["price"].to_list() == [2.5] * 200
    assert copied["products"].null_count() == 200
