"""Which formats a column of dates is written in, and how to read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from engine.intake.date_families import Family, Reading
from engine.intake.date_formats import DOTTED, EPOCHS, EXCEL, candidates, is_bare, widened
from engine.intake.date_order import settle
from engine.intake.month_names import NAMED, tidied
from engine.units import DAY_US

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PLAUSIBLE_YEARS = (1990, 2100)
"""Years a shop can have orders in; a date outside is a misreading or a damaged line."""

MOST_SHAPES = 100
"""Looks of texts that are tried, the most frequent first; a column of more is no column of dates."""

BARE_SHARE = 0.8
"""Least share of the numbers of one length that must read as dates for the others to be believed."""

BARE_MARGIN_US = 400 * DAY_US
"""How far dates of mere digits may lie from the other dates of their column."""

_EXCEL_EPOCH_DAYS = 25_569
_EXCEL_DIGITS = 10
_DAY_MS = DAY_US // 1_000


@dataclass(frozen=True, slots=True)
class DateReading:
    """The formats of a column, the share of its values that they read, and what is not sure about them.

    `rival` is another format that reads the same values, where nothing in them decides between the two; `note` is
    what a person should know of how the formats were found, empty where there is nothing to say.
    """

    formats: tuple[str, ...]
    share: float
    rival: str | None = None
    note: str = ""

    @property
    def format(self) -> str:
        """The format of the most values."""
        return self.formats[0]

    @property
    def bare(self) -> bool:
        """Whether all dates are mere digits, so that the column may as well hold ids or numbers."""
        return all(is_bare(each) for each in self.formats)


DateFormat = DateReading


def parse(column: pl.Expr, formats: str | Sequence[str]) -> pl.Expr:
    """Read text as naive UTC time by the first format that fits; null where none does or the year is not plausible.

    A format is one of strptime, or a count ("epoch s", "epoch ms", "epoch us", "epoch ns", "excel serial"), or begins
    with "names " (months in any language, `names %d %B %Y`) or with "dotted " (`p. m.`).
    """
    several = (formats,) if isinstance(formats, str) else tuple(formats)
    read = [_plausible(_moment(column, each)) for each in several]
    return read[0] if len(read) == 1 else pl.coalesce(read)


def detect(values: pl.Series) -> DateReading | None:
    """Find the formats that read the values; None where none reads any.

    The values are those of a sample in the order of the file. Each format is proved by values of its own. Whether the
    day or the month comes first is decided by all values together, see `date_order`.
    """
    lines = values.drop_nulls().str.strip_chars().alias("value")
    lines = lines.filter(lines != "")
    total = lines.n_unique()
    families = [_family(formats, alike) for formats, alike in _alike(lines)]
    found = _believed([family for family in families if family.read > 0], total)
    if not found:
        return None
    readings, rival, note = settle(found)
    formats = _without_needless(readings)
    share = sum(each.family.reads(each.formats) for each in readings) / total
    return DateReading(formats, share, rival, " ".join((note, *_of_zones(formats))).strip())


def detect_format(values: pl.Series) -> DateReading | None:
    """Find the formats that read the values, unless they are mere counts that only a name tells from ids."""
    found = detect(values)
    return None if found is not None and found.bare and found.formats != ("%Y%m%d",) else found


def reads(values: pl.Series, formats: str | Sequence[str]) -> bool:
    """Whether one of the formats reads any of the values."""
    try:
        return bool(values.to_frame("value").select(parse(pl.col("value"), formats).is_not_null().any()).item())
    except pl.exceptions.PolarsError:
        return False  # Polars refuses some formats that are none


def _plausible(moment: pl.Expr) -> pl.Expr:
    first, last = PLAUSIBLE_YEARS
    return pl.when(moment.is_between(datetime(first, 1, 1), datetime(last + 1, 1, 1), closed="left")).then(moment)


def _moment(column: pl.Expr, date_format: str) -> pl.Expr:
    if date_format in EPOCHS:
        return _since_1970(column, EPOCHS[date_format]).cast(pl.Datetime("us"))
    if date_format == EXCEL:
        return _excel(column).cast(pl.Datetime("us"))
    if date_format.startswith(NAMED):
        column, date_format = tidied(column, date_format)
    elif date_format.startswith(DOTTED):
        column = column.str.replace(r"(?i)([ap])\.? ?m\.?$", "${1}m")
        date_format = date_format.removeprefix(DOTTED)
    if "%M" not in date_format and ("%H" in date_format or "%I" in date_format):
        # Polars reads no hour without its minutes.
        column, date_format = column + "|00", date_format + "|%M"
    # Formats with an offset (%z, %:z, %+) read as UTC already; the cast takes the zone off and changes nothing else.
    return column.str.to_datetime(date_format, time_unit="us", strict=False, cache=False).cast(pl.Datetime("us"))


def _since_1970(column: pl.Expr, digits: int) -> pl.Expr:
    """Read a count as microseconds: `digits` decimal digits of it make one."""
    count = column.cast(pl.Decimal(38, max(digits, 0)), strict=False).to_physical().cast(pl.Int64, strict=False)
    whole: pl.Expr = count // 10 ** max(-digits, 0)
    return whole if digits < 0 else count


def _excel(column: pl.Expr) -> pl.Expr:
    """Read days since 1899-12-30 as microseconds, to the millisecond: their fraction is that of a rounded float."""
    number = column.str.replace(",", ".", literal=True).cast(pl.Decimal(38, _EXCEL_DIGITS), strict=False)
    count, unit = number.to_physical().cast(pl.Int64, strict=False), 10**_EXCEL_DIGITS
    # NOTE: divided in two steps, because a day's milliseconds times the unit are beyond an Int64.
    part = 10**5
    milliseconds = (count % unit * (_DAY_MS // part) + unit // part // 2) // (unit // part)
    moment: pl.Expr = (count // unit - _EXCEL_EPOCH_DAYS) * DAY_US + milliseconds * 1_000
    return moment


def _alike(lines: pl.Series) -> Iterable[tuple[tuple[str, ...], pl.DataFrame]]:
    """Part the values into those that the same formats may fit, the most frequent first."""
    look = pl.col("value").str.replace_all(r"\d", "0").str.replace_all(r"\p{L}{3,}", "a")
    frame = lines.to_frame().with_row_index("line").with_columns(look.alias("look"))
    looks = frame.group_by("look", maintain_order=True).agg(pl.first("value"), pl.len())
    looks = looks.sort("len", descending=True, maintain_order=True).head(MOST_SHAPES)
    by_formats: dict[tuple[str, ...], list[str]] = {}
    for look_of, example in looks.select("look", "value").iter_rows():
        by_formats.setdefault(candidates(example), []).append(look_of)
    for formats, alike in by_formats.items():
        if formats:
            yield formats, frame.filter(pl.col("look").is_in(alike)).drop("look")


def _family(formats: tuple[str, ...], lines: pl.DataFrame) -> Family:
    """Read the values that look alike by each format that may fit them."""
    return Family(formats, lines.with_columns(parse(pl.col("value"), each).alias(each) for each in formats))


def _believed(families: list[Family], total: int) -> list[Family]:
    """Leave out numbers that read as dates by chance."""
    marked = [family for family in families if not family.bare]
    sure = [family for family in families if family.bare and family.read >= BARE_SHARE * family.size]
    if not marked:
        return sure
    first = min(family.first for family in marked)
    last = max(family.last for family in marked)
    beside = [
        family
        for family in sure
        if family.read >= max(2, 0.01 * total) and first - BARE_MARGIN_US <= family.median <= last + BARE_MARGIN_US
    ]
    return marked + beside


def _without_needless(readings: list[Reading]) -> tuple[str, ...]:
    """Order the formats by what they read, and leave out those that another one makes needless."""
    ordered = sorted(readings, key=lambda each: -each.family.reads(each.formats))
    formats = list(dict.fromkeys(each for reading in ordered for each in reading.formats))
    expected = [(reading.family.lines, reading.family.by(reading.formats)) for reading in readings]
    for each in list(formats):
        if len(formats) == 1:
            break
        rest = [other for other in formats if other != each]
        alike = [other for other in rest if widened(other) == widened(each)]
        wider = [widened(each) if other in alike else other for other in rest]
        for fewer in (rest, list(dict.fromkeys(wider)) if alike else rest):
            if all(_reads_as(lines, fewer, moments) for lines, moments in expected):
                formats = fewer
                break
    return tuple(formats)


def _reads_as(lines: pl.Series, formats: Sequence[str], moments: pl.Series) -> bool:
    read = lines.to_frame("value").select(parse(pl.col("value"), formats))["value"]
    return bool(read.eq_missing(moments).all())


def _of_zones(formats: Iterable[str]) -> list[str]:
    """Say which names of zones were left out of account."""
    words = {each.rsplit(" ", 1)[-1] for each in formats if "%M " in each or "%S " in each or "%p " in each}
    zones = sorted(word for word in words if word.isalpha() and word.isupper() and word not in {"UTC", "GMT", "Z"})
    return [f"Times in {', '.join(zones)} are taken as they are written."] if zones else []
