"""The fitted segmentation: how features become a label, kept as plain JSON, applied as a lazy expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from engine.checked import NEW_MODEL, ROUNDED, Checked
from engine.errors import ModelError
from engine.features.rfm import RfmCuts, with_scores
from engine.segments.distance import squared_distance, standardised
from engine.segments.matrix import CLIP, FittedFeature, candidates
from engine.segments.training import Training
from engine.settings import K_RANGE
from engine.units import ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMAT = 2
"""Version of the model's JSON."""


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that labels a customer: features, centroids and names of the segments, cuts of the RFM scores.

    Beside it what the customers were like that it was fitted to.
    """

    features: tuple[FittedFeature, ...]
    centroids: tuple[tuple[float, ...], ...]
    """One centroid per segment, in the order of the segments' numbers; one coordinate per feature."""
    names: tuple[str, ...]
    rfm_cuts: RfmCuts
    seed: int
    engine_version: str
    categories: tuple[str, ...]
    """Categories whose shares of spend are features of the customers, in the order of the columns."""
    training: Training
    """What others are held against: see `engine.segments.training`."""

    @property
    def k(self) -> int:
        """The number of segments."""
        return len(self.centroids)

    def label(self, customers: pl.LazyFrame) -> pl.LazyFrame:
        """Add segment, segment_name, next_segment, certainty and the RFM scores to one row per customer.

        A customer belongs to the nearest centroid, of equally near ones to the first. The distance is computed within
        the row by a fixed sequence of operations, so that a label never depends on which other rows are present.

        Raises
        ------
        ModelError
            If a column of the features is missing; a category that is not there counts as no spend.
        """
        names = dict(enumerate(self.names, 1))
        return (
            self._complete(customers)
            .pipe(with_scores, self.rfm_cuts)
            .pipe(with_membership, self.features, self.centroids)
            .with_columns(segment_name=pl.col("segment").replace_strict(names, return_dtype=pl.String))
        )

    def _complete(self, customers: pl.LazyFrame) -> pl.LazyFrame:
        """Check the columns that the model needs; a category that the data does not know has no spend."""
        present = set(customers.collect_schema().names())
        needed = {"orders", "lines", "recency_days", "revenue", *(each.feature.name for each in self.features)}
        tastes = {each.feature.name for each in self.features if each.feature.transform == "spend_share"}
        if missing := sorted(needed - tastes - present):
            raise ModelError(
                f"The customers lack what the model needs: {', '.join(missing)}.",
                hint="Label the customers of a run of `analyze`.",
            )
        return customers.with_columns(pl.lit(0.0).alias(name) for name in sorted(tastes - present))

    def named(self) -> pl.DataFrame:
        """Name the segments: one row each, segment and segment_name."""
        schema = {"segment": pl.Int64, "segment_name": pl.String}
        return pl.DataFrame({"segment": range(1, self.k + 1), "segment_name": self.names}, schema=schema)

    def to_dict(self) -> dict[str, Any]:
        """Return the model as `model.json` holds it."""
        return {
            "format": FORMAT,
            "engine_version": self.engine_version,
            "seed": self.seed,
            "categories": list(self.categories),
            "features": [each.to_dict() for each in self.features],
            "centroids": [list(each) for each in self.centroids],
            "names": list(self.names),
            "rfm_cuts": self.rfm_cuts.to_dict(),
            "training": self.training.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Rebuild a model from the content of `model.json`.

        Raises
        ------
        ModelError
            If the content is of another format, or a part of it is missing, of another type, out of its range, or does
            not fit the others: which one.
        """
        content = Checked(data)
        if content["format"].whole() != FORMAT:
            raise ModelError(
                f"The model has format {data['format']}; this version reads format {FORMAT}.", hint=NEW_MODEL
            )
        categories = content["categories"].texts()
        known = {each.name: each for each in candidates(categories)}
        features = tuple(FittedFeature.from_dict(each, known) for each in content["features"].list())
        names = [each.feature.name for each in features]
        if len(set(names)) < len(names):
            content["features"].fail("holds the same feature twice")
        centroids = content["centroids"].list()
        if not 1 <= len(centroids) <= K_RANGE[1]:
            content["centroids"].fail(f"holds {len(centroids)} segments, and there are 1 to {K_RANGE[1]}")
        coordinates = tuple(_centroid(each, features) for each in centroids)
        content["names"].list(len(centroids), "names")
        return cls(
            features=features,
            centroids=coordinates,
            names=content["names"].texts(),
            rfm_cuts=RfmCuts.from_dict(content["rfm_cuts"]),
            seed=content["seed"].whole(),
            engine_version=content["engine_version"].text(),
            categories=categories,
            training=Training.from_dict(content["training"], names, len(centroids)),
        )


def _centroid(data: Checked, features: Sequence[FittedFeature]) -> tuple[float, ...]:
    """Take a centroid, whose coordinates lie where customers can."""
    ends = (CLIP * each.feature.weight * (1 + ROUNDED) for each in features)
    return tuple(each.number(-end, end) for each, end in zip(data.list(len(features), "numbers"), ends, strict=True))


def with_membership(
    customers: pl.LazyFrame, features: Sequence[FittedFeature], centroids: Sequence[Sequence[float]]
) -> pl.LazyFrame:
    """Add `segment`, `next_segment` (that of the second nearest centroid) and `certainty`.

    The certainty is 1 - a / b, where a and b are the distances to these two centroids: 0 on the border between them, 1
    at the own centroid. With one segment there is no next one, and neither of the two.
    """
    distances = {f"(d{number})": squared_distance(centroid) for number, centroid in enumerate(centroids, 1)}
    others = {f"(o{number})": _unless_own(number) for number in range(1, len(centroids) + 1)}
    second = pl.min_horizontal(*others)
    standard = standardised(features)
    return (
        customers.with_columns(**standard)
        .with_columns(**distances)
        .with_columns(segment=_first_of(distances, pl.min_horizontal(*distances)))
        .with_columns(**others)
        .with_columns(
            next_segment=_first_of(others, second),
            certainty=1.0 - ratio(pl.min_horizontal(*distances).sqrt(), second.sqrt()),
        )
        .drop(*standard, *distances, *others)
    )


def with_segment(
    customers: pl.LazyFrame, features: Sequence[FittedFeature], centroids: Sequence[Sequence[float]]
) -> pl.LazyFrame:
    """Add `segment`, from 1: the number of the nearest centroid."""
    standard = standardised(features)
    distances = {f"(d{number})": squared_distance(centroid) for number, centroid in enumerate(centroids, 1)}
    return (
        customers.with_columns(**standard)
        .with_columns(**distances)
        .with_columns(segment=_first_of(distances, pl.min_horizontal(*distances)))
        .drop(*standard, *distances)
    )


def _first_of(distances: Iterable[str], nearest: pl.Expr) -> pl.Expr:
    """Return the number of the first column that holds the nearest distance; null where none does."""
    hits = (pl.when(pl.col(name) == nearest).then(number) for number, name in enumerate(distances, 1))
    return pl.coalesce(*hits).cast(pl.Int64)


def _unless_own(number: int) -> pl.Expr:
    return pl.when(pl.col("segment") != number).then(pl.col(f"(d{number})"))
