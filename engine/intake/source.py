"""What the input is, found out before the long pass: files, dialect, roles, dates, alerts about guesses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.errors import ColumnError, NoDataError, SourceError
from engine.intake.clean import FLOAT_ID, SURPLUS, Reading, raw
from engine.intake.dates import detect_format, reads
from engine.intake.dialect import Dialect, detect_dialect, sample_frame
from engine.intake.roles import OPTIONS, Roles, detect_roles
from engine.intake.sample import read_sample
from engine.intake.totals import repeats_order_total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.settings import Settings

FILE = "(file)"
LINE = "(line)"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something the user should know about the data, with the lines and the money that it concerns."""

    code: str
    message: str
    rows: int = 0
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """One or several text files of one layout, and how they are read."""

    paths: tuple[Path, ...]
    sizes: tuple[int, ...]
    fingerprints: tuple[str, ...]
    dialect: Dialect
    reading: Reading
    alerts: tuple[Alert, ...] = field(default=())

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(self.sizes)

    def headlines(self) -> list[str]:
        """Say in a few lines what was detected, before the long pass."""
        roles = ", ".join(f"{each.role.replace('_', ' ')} = {each.column}" for each in self.reading.roles.found)
        lines = [
            f"Read as {self.dialect.delimiter_name}-separated UTF-8 text, dates as {self.reading.date_format}",
            f"Columns: {roles}",
        ]
        return lines + [f"Mind: {alert.message}" for alert in self.alerts]

    def describe(self) -> dict[str, Any]:
        """Return what was detected, as it stands in `summary.json` and the report."""
        roles = self.reading.roles.found
        return {
            "files": [{"name": path.name, "bytes": size} for path, size in zip(self.paths, self.sizes, strict=True)],
            "encoding": "UTF-8",
            "delimiter": self.dialect.delimiter_name,
            "date_format": self.reading.date_format,
            "roles": [
                {"role": each.role, "column": each.column, "reason": each.reason, "runner_up": each.runner_up}
                for each in roles
            ],
        }


def open_source(files: Iterable[str | Path], settings: Settings) -> Source:
    """Look at samples of the files and decide how they are read; nothing is read whole.

    Raises
    ------
    SourceError
        If a file is missing, a folder, unreadable or no text, or two files differ in their columns or their delimiter.
    ColumnError
        If a column that the analysis needs is not found.
    NoDataError
        If a file has no lines.
    """
    paths = tuple(Path(file) for file in files)
    if not paths:
        raise SourceError("No input file was named.", hint="Pass the path of an export.")
    if len({path.resolve() for path in paths}) < len(paths):
        raise SourceError("The same file was named twice: its orders would count twice.", hint="Name every file once.")
    samples = [read_sample(path) for path in paths]
    dialects = [detect_dialect(sample, settings.delimiter) for sample in samples]
    for path, dialect in zip(paths, dialects, strict=True):
        if dialect.columns != dialects[0].columns:
            raise SourceError(
                f"{path}: its columns differ from those of {paths[0]}.",
                hint=f"Columns seen: {', '.join(dialect.columns)}; expected: {', '.join(dialects[0].columns)}. "
                "Analyse it on its own.",
            )
        if dialect.delimiter != dialects[0].delimiter:
            raise SourceError(
                f"{path}: its cells are parted by {dialect.delimiter_name}, "
                f"those of {paths[0]} by {dialects[0].delimiter_name}.",
                hint="Analyse it on its own, or name the delimiter of both with --delimiter.",
            )
    dialect, where = replace(dialects[0], multiline=any(each.multiline for each in dialects)), str(paths[0])
    frame = pl.concat([sample_frame(sample, each) for sample, each in zip(samples, dialects, strict=True)])
    if frame.is_empty():
        raise NoDataError(
            f"{where}: no line has as many cells as the header.", hint="Check the delimiter (--delimiter)."
        )
    roles, alerts = _amount_of_lines(frame, detect_roles(frame, dialect, settings.columns, where), settings)
    date_format, ambiguous = _date_format(frame, roles, settings, where)
    alerts += ambiguous
    reading = Reading(roles, date_format, float_ids=_has_float_ids(frame[roles.column("customer") or ""]))
    if roles.column("order") is None:
        alerts += (Alert("orders_by_day", "No column holds orders: the lines of a customer's day count as one order."),)
    return Source(
        paths,
        tuple(sample.size for sample in samples),
        tuple(sample.fingerprint for sample in samples),
        dialect,
        reading,
        alerts,
    )


def scan(source: Source) -> pl.LazyFrame:
    """Scan the files as text: one row per record, `raw: <column>` for every column, its file and line.

    NOTE: the schema has one column more than the file, so that a line with too many cells shows instead of being cut.
    """
    schema = dict.fromkeys([*(raw(column) for column in source.dialect.columns), SURPLUS], pl.String)
    header = int(source.dialect.has_header)
    lines = [
        pl.scan_csv(
            path,
            has_header=False,
            skip_rows=header,
            separator=source.dialect.delimiter,
            schema=schema,
            missing_columns="insert",
            extra_columns="ignore",
            truncate_ragged_lines=True,
            encoding="utf8-lossy",
            glob=False,
            row_index_name=LINE,
            row_index_offset=1 + header,
        ).with_columns(pl.lit(path.name).alias(FILE))
        for path in source.paths
    ]
    return pl.concat(lines)


def _amount_of_lines(frame: pl.DataFrame, roles: Roles, settings: Settings) -> tuple[Roles, tuple[Alert, ...]]:
    """Pass over a column of amounts that repeats the order's total on every line, unless the user named it."""
    if not repeats_order_total(frame, roles):
        return roles, ()
    seen = f"The column {roles.column('amount')} holds the order's total again on each of its lines"
    if "amount" in settings.columns:
        return roles, (Alert("repeated_totals", f"{seen}; as you named it, its values are added up all the same."),)
    return roles.without("amount"), (Alert("repeated_totals", f"{seen}: quantity times price is taken instead."),)


def _date_format(frame: pl.DataFrame, roles: Roles, settings: Settings, where: str) -> tuple[str, tuple[Alert, ...]]:
    column = roles.column("date") or ""
    example = ", ".join(repr(value) for value in frame[column].drop_nulls().head(3))
    if settings.date_format is not None:
        if not reads(frame[column], settings.date_format):
            raise ColumnError(
                f"{where}: --date-format {settings.date_format!r} reads none of the dates of column {column!r}, "
                f"such as {example}.",
                hint="Write it with %Y %m %d %H %M %S, for example '%d/%m/%Y %H:%M'; or leave it out.",
            )
        return settings.date_format, ()
    found = detect_format(frame[column])
    if found is None:
        raise ColumnError(
            f"{where}: the dates of column {column!r} are in no known format, such as {example}.",
            hint=f"Give it with --date-format, for example '%d/%m/%Y', or name another column with {OPTIONS['date']}.",
        )
    if found.rival is None:
        return found.format, ()
    message = (
        f"The dates can be read as {found.format} and as {found.rival}; {found.format} was assumed. "
        "Overrule it with --date-format."
    )
    return found.format, (Alert("ambiguous_dates", message),)


def _has_float_ids(customers: pl.Series) -> bool:
    present = customers.drop_nulls()
    return not present.is_empty() and bool(present.str.contains(FLOAT_ID).all())
