"""How a text file is cut into cells: delimiter, header, names of the columns."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.errors import NoDataError, SourceError

if TYPE_CHECKING:
    from engine.intake.sample import Sample

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_VALUE = re.compile(r"[-+(]?[\d.,:/\s-]*\d[\d.,:/\sTZ-]*\)?")
"""A number, a date or a time: what a name of a column is not."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to cut the file: found in its sample, or given."""

    delimiter: str
    has_header: bool
    columns: tuple[str, ...]
    multiline: bool
    """Whether a cell of the sample holds a line break, so that records are not lines."""

    @property
    def delimiter_name(self) -> str:
        """The delimiter as people call it."""
        return DELIMITER_NAMES.get(self.delimiter, repr(self.delimiter))


def detect_dialect(sample: Sample, delimiter: str | None = None) -> Dialect:
    """Find delimiter and header in the sample of a file.

    Raises
    ------
    SourceError
        If no delimiter cuts the lines into at least two columns.
    NoDataError
        If there is a header and no line below it.
    """
    tried = {candidate: _records(sample.head, candidate) for candidate in ([delimiter] if delimiter else DELIMITERS)}
    chosen = max(tried, key=lambda candidate: _regularity(tried[candidate]))
    records = tried[chosen]
    width = _width(records)
    if width < 2:
        tried_with = f"with the delimiter {delimiter!r}" if delimiter else "whatever the delimiter"
        raise SourceError(
            f"{sample.path}: its lines have one column only, {tried_with}.",
            hint="Check that it is a table of orders; name the delimiter with --delimiter if it is an unusual one.",
        )
    has_header = _is_header(records[0])
    if has_header and len(records) == 1:
        raise NoDataError(
            f"{sample.path}: there is a header and no line below it.",
            hint=f"Columns seen: {', '.join(records[0])}. Export it again with its orders.",
        )
    columns = _unique(records[0]) if has_header else tuple(f"column_{number}" for number in range(1, width + 1))
    multiline = any("\n" in cell for record in records for cell in record)
    return Dialect(chosen, has_header, columns, multiline)


def sample_frame(sample: Sample, dialect: Dialect) -> pl.DataFrame:
    """Return the sample's records as text columns, in the order of the file; records of another width are left out."""
    records = _records(sample.head, dialect.delimiter)[int(dialect.has_header) :]
    for piece in sample.pieces:
        records += _records(piece, dialect.delimiter)
    width = len(dialect.columns)
    whole = [[cell.strip() or None for cell in record] for record in records if len(record) == width]
    return pl.DataFrame(whole, schema=dict.fromkeys(dialect.columns, pl.String), orient="row")


def _records(text: str, delimiter: str) -> list[list[str]]:
    # Lines keep their ends, so that a line break inside a cell stays in it.
    reader = csv.reader(io.StringIO(text.replace("\r\n", "\n"), newline="\n"), delimiter=delimiter)
    records = []
    while True:
        try:
            records.append(next(reader))
        except csv.Error:  # one damaged record says nothing about the others
            continue
        except StopIteration:
            return [record for record in records if record]


def _width(records: list[list[str]]) -> int:
    return len(records[0]) if records else 0


def _regularity(records: list[list[str]]) -> tuple[float, int]:
    """Rate a cut: the share of records as wide as the first one, then that width; nothing for a single column."""
    width = _width(records)
    if width < 2:
        return (0.0, 0)
    return (round(sum(len(record) == width for record in records) / len(records), 2), width)


def _is_header(cells: list[str]) -> bool:
    return any(cells) and not any(_VALUE.fullmatch(cell.strip()) for cell in cells)


def _unique(names: list[str]) -> tuple[str, ...]:
    """Give every column a name of its own: empty names are numbered, repeated ones get a suffix."""
    result: list[str] = []
    for number, raw in enumerate(names, 1):
        name = unique = raw.strip() or f"column_{number}"
        repeat = 1
        while unique in result:
            repeat += 1
            unique = f"{name}_{repeat}"
        result.append(unique)
    return tuple(result)
