"""Parquet and .xlsx as columns of text that reads back exactly, so that one intake serves every kind of file."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from engine.errors import NoDataError, SourceError
from engine.intake.dialect import table_start, unique_names
from engine.intake.files import kind, unreadable

if TYPE_CHECKING:
    from pathlib import Path

SAMPLED_ROWS = 4_000
"""Rows of each of the places (head, middle and end) that a sample is taken from."""


def sample_table(path: Path) -> pl.DataFrame:
    """Return rows from the head, the middle and the end of a Parquet or .xlsx file as trimmed text, empty cells null.

    Raises
    ------
    SourceError
        If the file is damaged, has no column of text, numbers or times, or is an .xlsx and `fastexcel` is missing.
    NoDataError
        If it has no rows.
    """
    lines = scan_table(path)
    try:
        rows = lines.select(pl.len()).collect(engine="streaming").item()
        places = sorted({0, max((rows - SAMPLED_ROWS) // 2, 0), max(rows - SAMPLED_ROWS, 0)})
        ends = [*places[1:], rows]  # no row twice
        taken = [
            lines.slice(place, min(SAMPLED_ROWS, end - place)).collect(engine="streaming")
            for place, end in zip(places, ends, strict=True)
        ]
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(path, error) from error
    if not rows:
        raise NoDataError(f"{path}: has columns and no rows.", hint="Export it again with its orders.")
    trimmed = pl.all().str.strip_chars()
    return pl.concat(taken).select(pl.when(trimmed != "").then(trimmed).name.keep())


def scan_table(path: Path) -> pl.LazyFrame:
    """Return a Parquet or .xlsx file as columns of text; nested columns are left out.

    Times are ISO, those with a zone in UTC with a Z; numbers have no exponent and every digit, a NaN is null.

    Raises
    ------
    SourceError
        As `sample_table`.
    """
    return _workbook(path).lazy() if kind(path) == "xlsx" else _parquet(path)


def _parquet(path: Path) -> pl.LazyFrame:
    try:
        lines = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        schema = lines.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(path, error) from error
    names = unique_names(list(schema))
    texts = [
        _text(column, dtype).alias(name)
        for (column, dtype), name in zip(schema.items(), names, strict=True)
        if not dtype.is_nested() and dtype != pl.Object
    ]
    if not texts:
        raise SourceError(f"{path}: has no column of text, numbers or times.", hint="Export it with flat columns.")
    return lines.select(texts)


def _text(column: str, dtype: pl.DataType) -> pl.Expr:
    values = pl.col(column)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is not None:
            return values.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
        return values.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
    if dtype == pl.Duration:
        return values.dt.to_string("iso")
    if dtype.is_float():
        return values.fill_nan(None).cast(pl.String).map_batches(_without_exponent, return_dtype=pl.String)
    if dtype == pl.Binary:
        return values.map_batches(_decoded, return_dtype=pl.String)
    return values.cast(pl.String)


def _without_exponent(texts: pl.Series) -> pl.Series:
    """Write `1e-7` as `0.0000001`: the shortest digits of a number, in full.

    >>> _without_exponent(pl.Series(["1e-7", "2.5", None, "1.5e+3"])).to_list()
    ['0.0000001', '2.5', None, '1500']
    """
    powers = texts.str.contains("e", literal=True).fill_null(value=False)
    if not powers.any():
        return texts
    written = [format(Decimal(text), "f") if power else text for text, power in zip(texts, powers, strict=True)]
    return pl.Series(texts.name, written, dtype=pl.String)


def _decoded(column: pl.Series) -> pl.Series:
    """Read bytes as UTF-8, as Parquet files without a note of what is text hold it."""
    try:
        return column.cast(pl.String)
    except pl.exceptions.ComputeError:
        texts = [None if value is None else bytes(value).decode(errors="replace") for value in column]
        return pl.Series(column.name, texts, dtype=pl.String)


def _workbook(path: Path) -> pl.DataFrame:
    """Return the first sheet that holds a table: at least two columns, a header and a row."""
    try:
        import fastexcel
    except ImportError:
        raise SourceError(
            f"{path}: is a spreadsheet, which needs the extra [excel].",
            hint="Install it (pip install 'hidden-segments[excel]'), or save the sheet as CSV.",
        ) from None
    try:
        book = fastexcel.read_excel(path)
        sheets = [pl.DataFrame(book.load_sheet(name, header_row=None, dtypes="string")) for name in book.sheet_names]
    except fastexcel.FastExcelError as error:
        raise _damaged(path, error) from error
    except OSError as error:
        raise unreadable(path, error) from error
    for sheet in sheets:
        if (table := _table(sheet)) is not None:
            return table
    raise NoDataError(f"{path}: none of its {len(sheets)} sheets holds a table.", hint="Export it again, with orders.")


def _table(sheet: pl.DataFrame) -> pl.DataFrame | None:
    """Take off the lines above the header and those that are blank, and name the columns; None where no table is."""
    filled = sheet.filter(pl.any_horizontal(pl.all().is_not_null())) if sheet.width else sheet
    if filled.width < 2 or filled.height < 2:
        return None
    top = [[cell or "" for cell in row] for row in filled.head(300).iter_rows()]
    start, has_header = table_start(top)
    names = unique_names(top[start] if has_header else [""] * filled.width)
    table = filled.slice(start + has_header).rename(dict(zip(filled.columns, names, strict=True)))
    return table if table.height else None


def _damaged(path: Path, error: Exception) -> SourceError:
    return SourceError(f"{path}: is damaged ({str(error).splitlines()[0]}).", hint="Export or copy it again.")
