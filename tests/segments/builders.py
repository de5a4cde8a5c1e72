"""Small models for the tests of what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from engine.features.rfm import RfmCuts
from engine.segments.drift import Reference
from engine.segments.matrix import BEHAVIOUR, Feature, FittedFeature
from engine.segments.model import Model
from engine.segments.training import Origin, Training

CUTS = RfmCuts((), (), ())


def model(
    centroids: Sequence[Sequence[float]],
    names: Sequence[str] = (),
    features: Sequence[Feature] = (),
    scale: float = 1.0,
) -> Model:
    """Return a model of weighted centroids; without features given they are behaviours that reach far."""
    known = tuple(features) or tuple(replace(each, weight=1_000.0) for each in BEHAVIOUR[: len(centroids[0])])
    return Model(
        features=tuple(FittedFeature(each, 0.0, 0.0, 0.0, scale) for each in known),
        centroids=tuple(tuple(map(float, each)) for each in centroids),
        names=tuple(names) or tuple(f"Segment {each}" for each in range(1, len(centroids) + 1)),
        rfm_cuts=CUTS,
        seed=1,
        engine_version="test",
        categories=tuple(each.label.removeprefix("Spent on ") for each in known if each.transform == "spend_share"),
        training=Training(
            origin=Origin("", datetime(2024, 1, 1), datetime(2024, 6, 1), datetime(2024, 6, 2)),
            customers=100,
            shares=(1 / len(centroids),) * len(centroids),
            sample=100,
            radius=1.0,
            features=tuple(Reference(each.name, (), (1.0, 0.0), 1.0) for each in known),
        ),
    )
