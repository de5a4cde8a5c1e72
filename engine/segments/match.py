"""Which segments of two models are the same group of customers: matched by centroid, so that names stay.

Each model's centroids are read in standard deviations from that run's own customers: what happens to the whole shop,
such as everybody growing a month older, moves no segment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import ModelError
from engine.preload import load
from engine.segments.matrix import TASTE_WEIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.segments.model import Model

SAME = 0.6
"""A pair is the same segment if it lies within this share of the distance to the next candidate of either (Lowe 2004).

What two segments merge into lies between them: it keeps the name of a part that makes five eighths of it or more, and
is neither of them otherwise. Of two candidates one at most can pass, so that names never hang on a hair.
"""

Point = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A segment of the earlier model and the one of the later model that it became, by their numbers from 1."""

    earlier: int
    later: int
    distance: float
    """Between the centroids, in weighted standard deviations."""
    room: float
    """Distance at which they would no longer be the same; infinite where both models have one segment."""


@dataclass(frozen=True, slots=True)
class Match:
    """How the segments of two models belong together."""

    pairs: tuple[Pair, ...]
    """In the order of the earlier model's segments."""
    gone: tuple[int, ...]
    """Segments of the earlier model that the later one does not have."""
    new: tuple[int, ...]
    """Segments of the later model that the earlier one did not have."""
    features: tuple[str, ...]
    """Features that both models know: the match rests on them."""
    unshared: tuple[str, ...]
    """Features that one of them lacks."""


def match_segments(earlier: Model, later: Model) -> Match:
    """Match segments one to one: as many as are the same, at the smallest sum of distances (Kuhn 1955).

    Models with the same features and centroids match segment by segment, at a distance of 0.

    Raises
    ------
    ModelError
        If the models have no feature in common.
    """
    known = [_transforms(model) for model in (earlier, later)]
    if not known[0] or not known[1]:
        return _without_features(earlier, later)
    shared = [name for name in known[0] if known[1].get(name) == known[0][name]]
    if not shared:
        raise ModelError(
            "The models have no feature in common: their segments cannot be compared.",
            hint="Compare runs of the same shop, made from exports with the same columns.",
        )
    weights = _weights(earlier, shared)
    before, after = _points(earlier, weights), _points(later, weights)
    unshared = sorted({*known[0], *known[1]} - set(shared))
    if earlier.features == later.features and earlier.centroids == later.centroids:
        pairs = [Pair(each, each, 0.0, room) for each, room in enumerate(_own_rooms(before), 1)]
    else:
        pairs = assign(before, after)
    return Match(
        pairs=tuple(pairs),
        gone=tuple(sorted(set(range(1, earlier.k + 1)) - {pair.earlier for pair in pairs})),
        new=tuple(sorted(set(range(1, later.k + 1)) - {pair.later for pair in pairs})),
        features=tuple(shared),
        unshared=tuple(unshared),
    )


def _without_features(earlier: Model, later: Model) -> Match:
    """Match models of which one or both have a single segment without features: with each other, else not at all."""
    same = not earlier.features and not later.features
    return Match(
        pairs=(Pair(1, 1, 0.0, math.inf),) if same else (),
        gone=() if same else tuple(range(1, earlier.k + 1)),
        new=() if same else tuple(range(1, later.k + 1)),
        features=(),
        unshared=tuple(sorted({*_transforms(earlier), *_transforms(later)})),
    )


def kept_names(earlier: Model, later: Model) -> tuple[str, ...]:
    """Return the names of the later model's segments, in its order, those of matched segments being the earlier ones.

    No two are alike, and a new segment takes no name that meant another one before: it gets a number beside its own.

    Raises
    ------
    ModelError
        If the models have no feature in common.
    """
    return names_after(earlier, later, match_segments(earlier, later))


def names_after(earlier: Model, later: Model, match: Match) -> tuple[str, ...]:
    """Return the names that `kept_names` returns, for segments that are matched already."""
    kept = {pair.later: earlier.names[pair.earlier - 1] for pair in match.pairs}
    taken = set(earlier.names)
    for segment in match.new:
        own = later.names[segment - 1]
        variants = (own if number == 1 else f"{own} {number}" for number in range(1, earlier.k + later.k + 1))
        kept[segment] = next(name for name in variants if name not in taken)
        taken.add(kept[segment])
    return tuple(kept[segment] for segment in range(1, later.k + 1))


def assign(before: Sequence[Point], after: Sequence[Point]) -> list[Pair]:
    """Match points one to one where they are the same by `SAME`, in the order of the first ones."""
    distances = np.array([[math.dist(one, other) for other in after] for one in before])
    room = SAME * np.minimum(_next_best(distances), _next_best(distances.T).T)
    same = distances < room
    # A pair that is not the same costs more than all that are: it is taken only where nothing else is left.
    cost = np.where(same, distances, 1.0 + distances[same].sum())
    return [
        Pair(int(row) + 1, int(column) + 1, float(distances[row, column]), float(room[row, column]))
        for row, column in zip(*load("scipy.optimize").linear_sum_assignment(cost), strict=True)
        if same[row, column]
    ]


def _own_rooms(points: Sequence[Point]) -> list[float]:
    """Return the room of each segment of a model that is matched with itself."""
    distances = np.array([[math.dist(one, other) for other in points] for one in points])
    return [SAME * float(room) for room in np.diagonal(_next_best(distances))]


def _next_best(distances: np.ndarray) -> np.ndarray:
    """Return for each pair the smallest other distance in its row; infinite where there is no other."""
    alone = np.broadcast_to(np.eye(distances.shape[1], dtype=bool), (*distances.shape, distances.shape[1]))
    others = np.where(alone, math.inf, distances[:, None, :])
    return np.asarray(others.min(axis=2))


def _transforms(model: Model) -> dict[str, str]:
    return {each.feature.name: each.feature.transform for each in model.features}


def _weights(model: Model, shared: Sequence[str]) -> dict[str, float]:
    """Return what each shared feature counts, for both models alike.

    A taste weighs the less the more categories a model has: here the shared ones share the weight of all.
    """
    features = {each.feature.name: each.feature for each in model.features}
    tastes = sum(features[name].transform == "spend_share" for name in shared)
    return {
        name: (TASTE_WEIGHT / tastes) ** 0.5 if features[name].transform == "spend_share" else features[name].weight
        for name in shared
    }


def _points(model: Model, weights: dict[str, float]) -> list[Point]:
    """Return the centroids in standard deviations of the model's own customers, times the weights."""
    places = {each.feature.name: (place, each.feature.weight) for place, each in enumerate(model.features)}
    return [
        tuple(centroid[places[name][0]] / places[name][1] * weight for name, weight in weights.items())
        for centroid in model.centroids
    ]
