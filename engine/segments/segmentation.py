"""The segmentation of a run: fitted, numbered by revenue, named, explained, and shown from a sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from sklearn.decomposition import PCA

from engine.features.rfm import RfmCuts, quantiles
from engine.segments import profile
from engine.segments.distance import DISTANCE, with_distance
from engine.segments.evidence import SAMPLE
from engine.segments.fit import fit_segments
from engine.segments.judging import recovery
from engine.segments.match import kept_names
from engine.segments.matrix import described, matrix
from engine.segments.model import Model, with_segment
from engine.segments.names import name_segments
from engine.segments.rules import restate
from engine.segments.threads import one_thread
from engine.segments.training import training
from engine.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.segments.fit import Fit
    from engine.segments.names import Trait
    from engine.segments.rules import Rules
    from engine.segments.training import Origin
    from engine.settings import Settings

MAP_CUSTOMERS = 1_500
"""Customers that the map of the segments shows."""
TYPICAL = 3
"""Customers that are named as typical of a segment."""


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The model, how its number of segments was found, and what its segments are like."""

    model: Model
    own_names: tuple[str, ...]
    """What the segments would be called without an earlier run whose names they keep."""
    fit: Fit
    traits: list[list[Trait]]
    """How each segment differs from all customers."""
    profile: pl.DataFrame
    medians: pl.DataFrame
    """One row per segment: `segment` and `median_<feature>`."""
    jaccard: tuple[float | None, ...]
    """How well each segment comes back in bootstrap fits, see `evidence.recovery`; None where none were made."""
    rules: Rules
    typical: pl.DataFrame
    """The sampled customers nearest to each centroid: one row per customer with `segment` and `customer_id`."""
    map: pl.DataFrame
    map_variance: tuple[float, float]


def find_segments(
    customers: pl.LazyFrame, categories: Sequence[str], settings: Settings, origin: Origin, earlier: Model | None = None
) -> Segmentation:
    """Find the hidden segments of all customers, given their features; see `fit_segments` for the errors.

    The model remembers the `origin` of the customers. Segments of the `earlier` model that come again keep their names.
    """
    seed = settings.seed
    fit = fit_segments(customers, categories, settings.k, seed, earlier.k if earlier else None)
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
    cuts = RfmCuts.of(quantiles(customers).collect(engine="streaming"), settings.rfm)
    sizes = dict(renumbered.select("segment", "customers").iter_rows())
    counts = [sizes.get(number, 0) for number in range(1, len(centroids) + 1)]
    remembered = training(origin, fit.sample, counts, fit.features, centroids)
    names = tuple(name_segments(traits)) if len(centroids) > 1 else ("All customers",)
    model = Model(fit.features, centroids, names, cuts, seed, __version__, tuple(categories), remembered)
    own_names = names
    if earlier is not None:
        model = replace(model, names=kept_names(earlier, model))
    points, variance = _map(fit.sample, belongs, model)
    return Segmentation(
        model=model,
        own_names=own_names,
        fit=fit,
        traits=traits,
        profile=profile.profile_frame(traits, model.names, known),
        medians=renumbered.select("segment", pl.col(list(overall)).name.prefix("median_")).sort("segment"),
        jaccard=_recovered(belongs, fit, model.k),
        rules=restate(fit.sample, belongs, [each.feature for each in fit.features], seed),
        typical=_typical(fit.sample, belongs, model),
        map=points,
        map_variance=variance,
    )


def _recovered(belongs: pl.Series, fit: Fit, k: int) -> tuple[float | None, ...]:
    """Tell how well each segment comes back in the bootstrap fits of as many segments."""
    if fit.chosen is None:
        return (None,) * k
    labels = belongs.head(SAMPLE).to_numpy()
    found = dict(zip(np.unique(labels).tolist(), recovery(labels, fit.chosen.again).tolist(), strict=True))
    return tuple(found.get(number) for number in range(1, k + 1))


def _typical(sample: pl.DataFrame, belongs: pl.Series, model: Model) -> pl.DataFrame:
    """Find the sampled customers nearest to the centroid of their segment; of equally near ones the first by id."""
    near = with_distance(sample.lazy(), model.features, model.centroids).select("customer_id", DISTANCE).collect()
    ordered = near.with_columns(belongs).sort("segment", DISTANCE, "customer_id")
    return ordered.group_by("segment", maintain_order=True).head(TYPICAL).select("segment", "customer_id")


def _map(sample: pl.DataFrame, belongs: pl.Series, model: Model) -> tuple[pl.DataFrame, tuple[float, float]]:
    """Project customers of the sample on their first two principal components."""
    shown = sample.head(MAP_CUSTOMERS)
    if len(model.features) < 2 or len(shown) < 2 or model.k == 1:
        schema = {"x": pl.Float64, "y": pl.Float64, "segment": pl.Int64, "segment_name": pl.String}
        return pl.DataFrame(schema=schema), (0.0, 0.0)
    points = matrix(shown.lazy(), model.features).collect().to_numpy()
    with one_thread():
        pca = PCA(2, svd_solver="full")
        projected = pca.fit_transform(points)
    names = dict(enumerate(model.names, 1))
    frame = pl.DataFrame(
        {"x": projected[:, 0].astype(float), "y": projected[:, 1].astype(float), "segment": belongs.head(len(shown))}
    ).with_columns(segment_name=pl.col("segment").replace_strict(names, return_dtype=pl.String))
    first, second = (float(share) for share in pca.explained_variance_ratio_)
    return frame, (first, second)
