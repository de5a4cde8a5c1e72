"""Which format a column of dates is written in, and how to read it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

PLAUSIBLE_YEARS = (1990, 2100)
"""Years a shop can have orders in; a date outside is a misreading or a damaged line."""

_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y.%m.%d", "%Y%m%d")
_TIMES = ("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M", " %H:%M:%S%.f", "T%H:%M:%S%.f", "T%H:%M:%S%.fZ")
_ZONED = ("%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%.f%z")
FORMATS = tuple(day + time for day in _DAYS for time in _TIMES) + _ZONED
"""Formats that are tried, in the order in which a tie is decided: day before month."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """The format of a column, the share of the sample that it reads, and another one that reads as much."""

    format: str
    share: float
    rival: str | None = None


def parse(column: pl.Expr, date_format: str) -> pl.Expr:
    """Read text as naive UTC time; null where the format or the year does not fit."""
    # Formats with an offset (%z, %:z, %+) read as UTC already; the cast takes the zone off and changes nothing else.
    moment = column.str.to_datetime(date_format, time_unit="us", strict=False, cache=False).cast(pl.Datetime("us"))
    return pl.when(moment.dt.year().is_between(*PLAUSIBLE_YEARS)).then(moment)


def detect_format(values: pl.Series) -> DateFormat | None:
    """Find the format that reads the largest share of the values; None where none reads any."""
    present = values.drop_nulls().unique(maintain_order=True)
    if present.is_empty():
        return None
    frame = present.to_frame("value")
    read = frame.select(parse(pl.col("value"), each).is_not_null().mean().alias(each) for each in FORMATS).row(0)
    best = max(read)
    if best == 0:
        return None
    chosen, *rivals = [each for each, share in zip(FORMATS, read, strict=True) if share == best]
    return DateFormat(chosen, best, next((rival for rival in rivals if _differ(frame, chosen, rival)), None))


def reads(values: pl.Series, date_format: str) -> bool:
    """Whether a format reads any of the values."""
    try:
        return bool(values.to_frame("value").select(parse(pl.col("value"), date_format).is_not_null().any()).item())
    except pl.exceptions.PolarsError:
        return False  # Polars refuses some formats that are none


def _differ(frame: pl.DataFrame, one: str, other: str) -> bool:
    """Whether two formats read any value as different times."""
    return not frame.filter(parse(pl.col("value"), one) != parse(pl.col("value"), other)).is_empty()
