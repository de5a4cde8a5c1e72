"""What a model remembers of the customers that it was fitted to, so that others can be held against them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from engine.segments.distance import DISTANCE, with_distance
from engine.segments.drift import Reference, references

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import polars as pl

    from engine.checked import Checked
    from engine.segments.matrix import FittedFeature

FAR = 0.01
"""Share of the sampled customers that lie beyond the radius."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The export that a model was fitted to."""

    currency: str
    """ISO code, or the sign that the user gave; empty where neither the file nor the user told."""
    first: datetime
    """Time of its first line."""
    last: datetime
    as_of: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return the origin as JSON can hold it."""
        return {name: value if isinstance(value, str) else value.isoformat() for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Checked) -> Self:
        """Rebuild the origin from `to_dict`; ModelError where it is damaged."""
        origin = cls(data["currency"].text(), *(data[name].moment() for name in ("first", "last", "as_of")))
        if not origin.first <= origin.last <= origin.as_of:
            data.fail("has times that are not in their order: first, last, as_of")
        return origin


@dataclass(frozen=True, slots=True)
class Training:
    """The customers that a model was fitted to."""

    origin: Origin
    customers: int
    shares: tuple[float, ...]
    """Share of the customers in each segment, in the order of the segments' numbers."""
    sample: int
    """Number of customers on whom the rest was measured: those on whom the transforms were learned."""
    radius: float
    """Distance to the nearest centroid beyond which a customer is far from every segment; 1% of the sample were."""
    features: tuple[Reference, ...]
    """How each feature of the model was spread, in the order of the model's features."""

    def to_dict(self) -> dict[str, Any]:
        """Return the training as JSON can hold it."""
        return {
            "origin": self.origin.to_dict(),
            "customers": self.customers,
            "shares": list(self.shares),
            "sample": self.sample,
            "radius": self.radius,
            "features": [each.to_dict() for each in self.features],
        }

    @classmethod
    def from_dict(cls, data: Checked, features: Sequence[str], k: int) -> Self:
        """Rebuild the training of a model of `k` segments by `features`; ModelError where it is damaged."""
        known = tuple(Reference.from_dict(each) for each in data["features"].list(len(features), "features"))
        if [each.feature for each in known] != list(features):
            data["features"].fail("names other features than the model has, or in another order")
        sample = data["sample"]
        if sample.whole(1) > data["customers"].whole(1):
            sample.fail("is more than there were customers")
        return cls(
            origin=Origin.from_dict(data["origin"]),
            customers=data["customers"].whole(1),
            shares=data["shares"].shares(k),
            sample=sample.whole(1),
            radius=data["radius"].number(0.0),
            features=known,
        )


def training(
    origin: Origin,
    sample: pl.DataFrame,
    sizes: Sequence[int],
    features: Sequence[FittedFeature],
    centroids: Sequence[Sequence[float]],
) -> Training:
    """Remember the customers: `sizes` are the numbers of them in each segment, `sample` holds their features."""
    distances = with_distance(sample.lazy(), features, centroids).select(DISTANCE).collect().to_series()
    radius = distances.quantile(1 - FAR, interpolation="lower")
    return Training(
        origin=origin,
        customers=sum(sizes),
        shares=tuple(size / sum(sizes) for size in sizes),
        sample=len(sample),
        radius=0.0 if radius is None else float(radius),
        features=references(sample, [each.feature.name for each in features]),
    )
