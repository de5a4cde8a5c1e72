"""Dates of a column that look alike, and what the formats that may fit them make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from engine.intake.date_formats import is_bare

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Family:
    """Dates that look alike, and what each format that may fit them makes of them.

    `table` has one row per line, in the order of the file: `line`, `value` and one column per format.
    """

    formats: tuple[str, ...]
    table: pl.DataFrame = field(repr=False)

    @cached_property
    def unique(self) -> pl.DataFrame:
        """One row per distinct text."""
        return self.table.unique("value", maintain_order=True)

    @property
    def lines(self) -> pl.Series:
        """The distinct texts."""
        return self.unique["value"]

    @property
    def size(self) -> int:
        """Distinct texts."""
        return self.unique.height

    @cached_property
    def counts(self) -> dict[str, int]:
        """Distinct texts that each format reads."""
        return {each: self.size - self.unique[each].null_count() for each in self.formats}

    @cached_property
    def best(self) -> str:
        """The format that reads the most, the first of equals."""
        return max(self.formats, key=lambda each: self.counts[each])

    @property
    def read(self) -> int:
        """Distinct texts that the best format reads."""
        return self.counts[self.best]

    @property
    def bare(self) -> bool:
        """Whether the dates are mere digits."""
        return is_bare(self.best)

    def by(self, formats: Sequence[str]) -> pl.Series:
        """Return what the formats, one after the other, make of the distinct texts."""
        return self.unique.select(pl.coalesce(*formats).alias("value"))["value"]

    def reads(self, formats: Sequence[str]) -> int:
        """Count the distinct texts that one of the formats reads."""
        return self.size - self.by(formats).null_count()

    def moments(self, date_format: str) -> pl.Series:
        """Return the dates in the order of the file, in microseconds."""
        return self.table[date_format].drop_nulls().to_physical()

    @property
    def first(self) -> int:
        """Earliest date of the best format, in microseconds."""
        return _whole(self.moments(self.best).min())

    @property
    def last(self) -> int:
        """Latest date of the best format, in microseconds."""
        return _whole(self.moments(self.best).max())

    @property
    def median(self) -> int:
        """Middle date of the best format, in microseconds."""
        return _whole(self.moments(self.best).median())


@dataclass(frozen=True)
class Reading:
    """The formats that the dates of a family are read by."""

    family: Family
    formats: tuple[str, ...]


def _whole(value: object) -> int:
    assert isinstance(value, int | float)
    return int(value)
