"""The fitted segmentation: how features become a label, kept as plain JSON, applied as a lazy expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from engine.errors import ModelError
from engine.features.rfm import RfmCuts, with_scores
from engine.segments.matrix import FittedFeature

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT = 1
"""Version of the model's JSON."""


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that labels a customer: features, centroids and names of the segments, cuts of the RFM scores."""

    features: tuple[FittedFeature, ...]
    centroids: tuple[tuple[float, ...], ...]
    """One centroid per segment, in the order of the segments' numbers; one coordinate per feature."""
    names: tuple[str, ...]
    rfm_cuts: RfmCuts
    seed: int
    engine_version: str

    @property
    def k(self) -> int:
        """The number of segments."""
        return len(self.centroids)

    def label(self, customers: pl.LazyFrame) -> pl.LazyFrame:
        """Add segment, segment_name and the RFM scores to one row per customer.

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
            .pipe(with_segment, self.features, self.centroids)
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

    def to_dict(self) -> dict[str, Any]:
        """Return the model as `model.json` holds it."""
        return {
            "format": FORMAT,
            "engine_version": self.engine_version,
            "seed": self.seed,
            "features": [each.to_dict() for each in self.features],
            "centroids": [list(each) for each in self.centroids],
            "names": list(self.names),
            "rfm_cuts": self.rfm_cuts.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild a model from the content of `model.json`.

        Raises
        ------
        ModelError
            If the content is of another format, incomplete, or its parts do not fit together.
        """
        hint = "Run `analyze` again to make a new model."
        if data.get("format") != FORMAT:
            raise ModelError(
                f"The model has format {data.get('format')!r}; this version reads format {FORMAT}.", hint=hint
            )
        try:
            features = tuple(FittedFeature.from_dict(each) for each in data["features"])
            centroids = tuple(tuple(float(value) for value in each) for each in data["centroids"])
            names = tuple(str(each) for each in data["names"])
            cuts = RfmCuts.from_dict(data["rfm_cuts"])
            seed, version = int(data["seed"]), str(data["engine_version"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"The model is damaged: {error!r}.", hint=hint) from error
        if not centroids or len(names) != len(centroids) or any(len(each) != len(features) for each in centroids):
            raise ModelError("The model's centroids do not fit its features and names.", hint=hint)
        return cls(features, centroids, names, cuts, seed, version)


def with_segment(
    customers: pl.LazyFrame, features: Sequence[FittedFeature], centroids: Sequence[Sequence[float]]
) -> pl.LazyFrame:
    """Add `segment`, from 1: the number of the nearest centroid."""
    standard = {f"(z{place})": each.expr() for place, each in enumerate(features)}
    distances = {f"(d{number})": _distance(centroid) for number, centroid in enumerate(centroids, 1)}
    nearest = pl.min_horizontal(*distances)
    segment = pl.coalesce(pl.when(pl.col(name) == nearest).then(number) for number, name in enumerate(distances, 1))
    return (
        customers.with_columns(**standard)
        .with_columns(**distances)
        .with_columns(segment=segment.cast(pl.Int64))
        .drop(*standard, *distances)
    )


def _distance(centroid: Sequence[float]) -> pl.Expr:
    """Return the squared Euclidean distance to a centroid, summed in the order of the features."""
    total = pl.lit(0.0)
    for place, coordinate in enumerate(centroid):
        difference = pl.col(f"(z{place})") - coordinate
        total = total + difference * difference
    return total
