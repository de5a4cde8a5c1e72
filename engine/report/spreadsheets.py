"""Texts of the data in CSV files for people: none of them becomes a formula where a spreadsheet opens the file."""

from __future__ import annotations

from typing import TypeVar

import polars as pl
import polars.selectors as cs

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

_FORMULA = r"^\s*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|^[\t\r\n]"
"""What a spreadsheet may take for a formula (OWASP, CSV Injection): by its first sign, full-width ones as well."""
_NUMBER = r"^[+\-]?[\d .,()/]*\d[\d .,()/\-]*$"
"""What begins like one and does no harm: a number, a telephone number."""


def safe(frame: Frame) -> Frame:
    """Return a table of any grain with an apostrophe before every text that a spreadsheet would run.

    Spreadsheets show such a cell as text. `customers.parquet` holds the texts as they were.

    >>> safe(pl.DataFrame({"id": ["=1+1", "-17", "+49 30 1234", "@a", "plain"]}))["id"].to_list()
    ["'=1+1", '-17', '+49 30 1234', "'@a", 'plain']
    """
    texts = cs.string() | cs.categorical() | cs.enum()
    text = texts.cast(pl.String)
    runs = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
    return frame.with_columns(pl.when(runs.not_()).then(text).otherwise(pl.lit("'") + text))
