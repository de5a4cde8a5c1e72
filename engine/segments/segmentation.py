"""The segmentation of a run: fitted, numbered by revenue, named, and shown from a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from sklearn.decomposition import PCA

from engine.features.rfm import RfmCuts, quantiles
from engine.segments import profile
from engine.segments.fit import fit_segments
from engine.segments.matrix import described, matrix
from engine.segments.model import Model, with_segment
from engine.segments.names import name_segments
from engine.segments.threads import one_thread
from engine.segments.training import training
from engine.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.segments.fit import Fit
    from engine.segments.training import Origin

MAP_CUSTOMERS = 1_500
"""Customers that the map of the segments shows."""


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The model, how its number of segments was found, and what its segments are like."""

    model: Model
    fit: Fit
    profile: pl.DataFrame
    medians: pl.DataFrame
    """One row per segment: `segment` and `median_<feature>`."""
    map: pl.DataFrame
    map_variance: tuple[float, float]


def find_segments(
    customers: pl.LazyFrame, categories: Sequence[str], k: int | None, seed: int, origin: Origin
) -> Segmentation:
    """Find the hidden segments of all customers, given their features; see `fit_segments` for the errors.

    The model remembers the `origin` of the customers.
    """
    fit = fit_segments(customers, categories, k, seed)
    known = described(categories)
    segments = profile.segments_of(customers, fit)
    measured, overall = profile.measure(customers, segments, [each.name for each in known])
    order = profile.by_revenue(measured, len(fit.centroids))
    centroids = tuple(fit.centroids[each] for each in order)
    renumbered = measured.with_columns(
        pl.col("segment").replace_strict({each + 1: new for new, each in enumerate(order, 1)})
    )
    belongs = with_segment(fit.sample.lazy(), fit.features, centroids).select("segment").collect().to_series()
    traits = profile.traits(profile.effects(fit.sample, belongs, known, len(centroids)), renumbered, overall)
    names = tuple(name_segments(traits)) if len(centroids) > 1 else ("All customers",)
    cuts = RfmCuts.of(quantiles(customers).collect(engine="streaming"))
    sizes = dict(renumbered.select("segment", "customers").iter_rows())
    counts = [sizes.get(number, 0) for number in range(1, len(centroids) + 1)]
    remembered = training(origin, fit.sample, counts, fit.features, centroids)
    model = Model(fit.features, centroids, names, cuts, seed, __version__, tuple(categories), remembered)
    frame = profile.profile_frame(traits, names, known)
    medians = renumbered.select("segment", pl.col(list(overall)).name.prefix("median_")).sort("segment")
    points, variance = _map(fit.sample, model)
    return Segmentation(model, fit, frame, medians, points, variance)


def _map(sample: pl.DataFrame, model: Model) -> tuple[pl.DataFrame, tuple[float, float]]:
    """Project customers of the sample on their first two principal components."""
    shown = sample.head(MAP_CUSTOMERS)
    if len(model.features) < 2 or len(shown) < 2 or model.k == 1:
        schema = {"x": pl.Float64, "y": pl.Float64, "segment": pl.Int64, "segment_name": pl.String}
        return pl.DataFrame(schema=schema), (0.0, 0.0)
    points = matrix(shown.lazy(), model.features).collect().to_numpy()
    with one_thread():
        pca = PCA(2, svd_solver="full")
        projected = pca.fit_transform(points)
    labels = with_segment(shown.lazy(), model.features, model.centroids).select("segment").collect()
    names = dict(enumerate(model.names, 1))
    frame = labels.select(
        x=pl.Series(projected[:, 0].astype(float)),
        y=pl.Series(projected[:, 1].astype(float)),
        segment="segment",
        segment_name=pl.col("segment").replace_strict(names, return_dtype=pl.String),
    )
    first, second = (float(share) for share in pca.explained_variance_ratio_)
    return frame, (first, second)
