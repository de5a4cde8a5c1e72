"""Small models for the tests of what is done with them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.features.rfm import RfmCuts
from engine.segments.matrix import Feature, FittedFeature
from engine.segments.model import Model

CUTS = RfmCuts((), (), ())


def model(
    centroids: Sequence[Sequence[float]],
    names: Sequence[str] = (),
    features: Sequence[Feature] = (),
    scale: float = 1.0,
) -> Model:
    """Return a model of weighted centroids; without features given each is a behaviour of weight 1."""
    width = len(centroids[0])
    known = tuple(features) or tuple(Feature(f"f{each}", f"F {each}", "count", "log") for each in range(width))
    return Model(
        features=tuple(FittedFeature(each, 0.0, 0.0, 0.0, scale) for each in known),
        centroids=tuple(tuple(map(float, each)) for each in centroids),
        names=tuple(names) or tuple(f"Segment {each}" for each in range(1, len(centroids) + 1)),
        rfm_cuts=CUTS,
        seed=1,
        engine_version="test",
    )
