"""The settings of one run: built once, frozen, handed down."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

from engine.errors import EngineError, did_you_mean
from engine.insights.wanted import INSIGHTS
from engine.privacy import check_key, key_sign
from engine.resources import MOST_SHARDS, size_of

K_RANGE = (2, 10)
"""Numbers of segments that are tried."""
MOST_SEED = 1_000_000_000
MOST_DAYS = 730
"""Days that a forecast may look ahead."""
CHART_FORMATS = ("png", "svg", "json")
"""Pictures, and the Vega-Lite specification that they are drawn from."""
THEMES = ("light", "dark")
MEASURES = ("recency_days", "orders", "revenue")
"""Recency, frequency, monetary value: what the RFM scores are made of."""
EXAMPLES = dict(zip(MEASURES, ("30,60,90,180", "1,2,4,8", "50,100,250,1000"), strict=True))
"""Cuts between the scores, as they may be given."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user decided; everything else is found in the data.

    Raises
    ------
    EngineError
        If a value is out of its range.
    """

    columns: dict[str, str] = field(default_factory=dict)
    """Column of the file by role, where the user named it: the rest is detected."""
    delimiter: str | None = None
    date_format: str | None = None
    keep_cancelled: bool = False
    """Whether orders that their status calls cancelled or refunded are analysed like others."""
    drop_services: bool = False
    """Whether lines of postage, fees and corrections are left out."""
    drop_zero: bool = False
    """Whether lines with an amount of zero are left out."""
    drop_duplicates: bool = False
    """Whether of lines that agree in everything only one is analysed."""
    currency: str = ""
    """Sign or code shown with money; nothing is converted."""
    as_of: datetime | None = None
    """The moment that recency is counted to; the midnight after the last kept line where not given."""
    k: int | None = None
    """Number of segments, where the user wants to decide it."""
    names_from: Path | None = None
    """An earlier run, or its model.json: segments that come again keep their names."""
    rfm: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """The four cuts between the RFM scores by measure (recency_days, orders, revenue); fifths where not given."""
    without: tuple[str, ...] = ()
    """Insights that are left out, by their names (`insights.wanted.INSIGHTS`)."""
    basket_support: float | None = None
    """Share of the orders that a pair of products needs to be told; 20 orders where not given."""
    horizon: int | None = None
    """Days that the forecast looks ahead; chosen from the data where not given."""
    charts: tuple[str, ...] = ("png", "svg")
    """Files that are made of each chart (`CHART_FORMATS`); the report holds them all the same."""
    theme: str = "light"
    """The look of those files, "light" or "dark"; the report has both."""
    seed: int = 1
    shards: int | None = None
    """Number of shards; chosen from the size of the input where not given. Never changes a result."""
    memory_limit: str | None = None
    """Memory that the run may use, as '2GB' or as '50%' of the machine's; half of it where not given."""
    hash_ids: str | None = field(default=None, repr=False)
    """Key of the hashes that stand in the place of the customers' ids in all that a run leaves; none where not given.

    Where the lines are read: nothing behind the reading, temporary files included, knows the ids. Rejected lines then
    stand without their text."""
    temp_dir: Path | None = None
    """Folder for the shards while the run lasts; the system's where not given."""

    def __post_init__(self) -> None:
        if self.k is not None and not K_RANGE[0] <= self.k <= K_RANGE[1]:
            raise EngineError(
                f"k is {self.k}.", hint=f"The number of segments must be from {K_RANGE[0]} to {K_RANGE[1]}."
            )
        _check_cuts(self.rfm)
        if unknown := [name for name in self.without if name not in INSIGHTS]:
            raise EngineError(
                f"There is no insight {unknown[0]!r} to leave out.",
                hint=f"{did_you_mean(unknown[0], INSIGHTS)} Insights are: {', '.join(INSIGHTS)}.".strip(),
            )
        _check_charts(self.charts, self.theme)
        if self.basket_support is not None and not 0 < self.basket_support <= 1:
            raise EngineError(
                f"The support of baskets is {self.basket_support:g}.",
                hint="It is a share of the orders, above 0 and up to 1: 0.01 asks for one order in a hundred.",
            )
        if self.horizon is not None and not 1 <= self.horizon <= MOST_DAYS:
            raise EngineError(
                f"The horizon is {self.horizon} days.",
                hint=f"The forecast can look from 1 to {MOST_DAYS:,} days ahead: --horizon 30.",
            )
        if self.shards is not None and not 1 <= self.shards <= MOST_SHARDS:
            raise EngineError(
                f"shards is {self.shards}.", hint=f"The number of shards must be from 1 to {MOST_SHARDS}."
            )
        if self.memory_limit is not None:
            size_of(self.memory_limit, whole=0)  # the machine is asked when the run begins
        if self.delimiter is not None and len(self.delimiter.encode()) != 1:
            raise EngineError(
                f"The delimiter {self.delimiter!r} is not one character.", hint=r"Pass one, such as ';' or '\t'."
            )
        if self.hash_ids is not None:
            check_key(self.hash_ids)
        if not 0 <= self.seed <= MOST_SEED:
            raise EngineError(f"seed is {self.seed}.", hint=f"The seed must be a whole number from 0 to {MOST_SEED:,}.")

    def written(self) -> dict[str, Any]:
        """Return the settings as they may be written down: of a key only by what it is told (`privacy.key_sign`)."""
        told = asdict(self)
        if self.hash_ids is not None:
            told["hash_ids"] = key_sign(self.hash_ids)
        return told


def _check_charts(charts: tuple[str, ...], theme: str) -> None:
    if unknown := [name for name in charts if name not in CHART_FORMATS]:
        raise EngineError(
            f"Charts cannot be written as {unknown[0]!r}.",
            hint=f"Choose from {', '.join(CHART_FORMATS)}, with commas between them, or none.",
        )
    if theme not in THEMES:
        raise EngineError(f"There is no theme {theme!r}.", hint=f"Charts are {' or '.join(THEMES)}.")


def _check_cuts(rfm: dict[str, tuple[float, ...]]) -> None:
    for measure, cuts in rfm.items():
        if measure not in MEASURES:
            raise EngineError(
                f"There are no RFM scores by {measure!r}.", hint=f"Cuts can be given for: {', '.join(MEASURES)}."
            )
        rising = all(low < high for low, high in pairwise(cuts))
        if len(cuts) != 4 or not rising or not all(map(isfinite, cuts)):
            given = ", ".join(f"{cut:g}" for cut in cuts)
            raise EngineError(
                f"The cuts of {measure} (--rfm-{measure.removesuffix('_days')}) are {given or 'none'}.",
                hint=f"Five scores have four cuts between them, each larger than the one before: {EXAMPLES[measure]}.",
            )
