"""What the input is, found out before the long pass: files, dialects, roles, dates, numbers, alerts about guesses."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.errors import ColumnError, NoDataError, SourceError, listed
from engine.intake import dates, files
from engine.intake.clean import FLOAT_ID, Reading
from engine.intake.dialect import Dialect, detect_dialect, sample_frame
from engine.intake.encoding import DAMAGE
from engine.intake.numbers import PLAIN, NumberStyle, detect_style
from engine.intake.roles import OPTIONS, Role, Roles, detect_roles
from engine.intake.sample import Sample, read_sample
from engine.intake.tablefiles import sample_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.settings import Settings

MONEY_ROLES = ("quantity", "price", "amount")


@dataclass(frozen=True, slots=True)
class Alert:
    """Something the user should know about the data, with the lines and the money that it concerns."""

    code: str
    message: str
    rows: int = 0
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the input: text with its sample and dialect, or a table (Parquet, .xlsx) with its columns only."""

    path: Path
    size: int
    fingerprint: str
    dialect: Dialect
    sample: Sample | None
    """None for a table."""
    span: tuple[int, int] | None = None
    """The part of the file that is read: bytes of whole lines, or rows of a table; None: all of it."""
    rows: int | None = None
    """Rows of a table, where they have been counted."""
    modified: int | None = None
    """When the file was last written to, in nanoseconds, as it was looked at; None where that is not known."""

    @property
    def mended(self) -> bool:
        """Whether misplaced quotation marks cannot stop the reading."""
        return self.sample is None or self.dialect.damaged_quotes


@dataclass(frozen=True, slots=True)
class Source:
    """One or several files of one set of columns, and how they are read."""

    parts: tuple[Part, ...]
    reading: Reading
    alerts: tuple[Alert, ...] = field(default=())
    sample: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False, compare=False)
    """Lines from all over the files as trimmed text, empty cells null: what everything was found out from."""
    lossy: bool = False
    """Whether bytes that are no UTF-8 are read as U+FFFD; else they stop the reading, which is a sixth faster."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        return tuple(part.path for part in self.parts)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What tells each file apart without reading it whole."""
        return tuple(part.fingerprint for part in self.parts)

    @property
    def dialect(self) -> Dialect:
        """How the first file is cut."""
        return self.parts[0].dialect

    @property
    def size(self) -> int:
        """Bytes of all files, unpacked as far as the samples tell."""
        return sum(part.sample.text_size if part.sample else part.size for part in self.parts)

    def mended(self) -> Source:
        """Return the source with all text mended as it is read: lines with misplaced quotation marks cost no others."""
        parts = (
            part if part.mended else replace(part, dialect=replace(part.dialect, damaged_quotes=True))
            for part in self.parts
        )
        return replace(self, parts=tuple(parts))

    def forgiving(self) -> Source:
        """Return the source with bytes that are no UTF-8 read as U+FFFD."""
        return replace(self, lossy=True)

    def check_unchanged(self) -> None:
        """Raise SourceError if a file is no longer the one that was looked at: some of it may not have been read."""
        for part in self.parts:
            if part.modified is None:
                continue
            try:
                now = part.path.stat()
            except OSError:
                raise SourceError(
                    f"{part.path}: was removed or moved while it was read.",
                    hint="Leave the file in its place until the run has ended.",
                ) from None
            if (now.st_size, now.st_mtime_ns) != (part.size, part.modified):
                raise SourceError(
                    f"{part.path}: changed while it was read: it had {part.size:,} bytes, and now has {now.st_size:,}.",
                    hint="Wait until it is written completely, and run again.",
                )

    @property
    def currency(self) -> str:
        """The currency that is analysed, as the file's column of currencies has it; empty where there is none."""
        column = self.reading.roles.column("currency")
        if column is None or column not in self.sample.columns:
            return ""
        return self.reading.currency or str(next(iter(self.sample[column].drop_nulls()), ""))

    @property
    def longest_cell(self) -> int:
        """Bytes of the longest cell of the sample."""
        lengths = (
            self.sample.select(pl.max_horizontal(pl.all().str.len_bytes()).max()).item() if self.sample.width else 0
        )
        return int(lengths or 0)

    def headlines(self) -> list[str]:
        """Say in a few lines what was detected, before the long pass."""
        roles = ", ".join(f"{each.role.replace('_', ' ')} = {each.column}" for each in self.reading.roles.found)
        layout = f" ({self.reading.roles.layout.name})" if self.reading.roles.layout else ""
        lines = [f"Read as {self._described_text()}, dates as {self._described_dates()}", f"Columns{layout}: {roles}"]
        return lines + [f"Mind: {alert.message}" for alert in self.alerts]

    def describe(self) -> dict[str, Any]:
        """Return what was detected, as it stands in `summary.json` and the report."""
        roles = self.reading.roles.found
        first = self.parts[0].sample
        return {
            "files": [{"name": part.path.name, "bytes": part.size} for part in self.parts],
            "encoding": first.encoding.upper() if first else "table",
            "delimiter": self.dialect.delimiter_name if first else "none",
            "date_format": self._described_dates(),
            "layout": self.reading.roles.layout.name if self.reading.roles.layout else None,
            "roles": [
                {"role": each.role, "column": each.column, "reason": each.reason, "runner_up": each.runner_up}
                for each in roles
            ],
        }

    def _described_dates(self) -> str:
        return " and ".join(self.reading.date_formats)

    def _described_text(self) -> str:
        first = self.parts[0].sample
        if first is None:
            return "a table"
        packed = f" packed as .{first.compression}" if first.compression else ""
        return f"{self.dialect.delimiter_name}-separated {first.encoding.upper()} text{packed}"


def open_source(inputs: Iterable[str | Path], settings: Settings, spool: Path | None = None) -> Source:
    """Look at samples of the files and decide how they are read; nothing is read whole.

    `inputs` are files, folders of exports, patterns, or `-` for standard input, which is written to `spool` first.

    Raises
    ------
    SourceError
        If a file is missing, unreadable or no table, or two files differ in their columns.
    ColumnError
        If a column that the analysis needs is not found.
    NoDataError
        If a file has no lines.
    """
    paths = files.expand(inputs)
    if not paths:
        raise SourceError("No input file was named.", hint="Pass the path of an export.")
    paths = [_spooled(spool) if path == files.STANDARD_INPUT else path for path in paths]
    opened = [_open(path, settings) for path in paths]
    parts = tuple(part for part, _ in opened)
    for part in parts:
        _check_columns(part, parts[0])
    columns, where = list(parts[0].dialect.columns), str(paths[0])
    frame = pl.concat([frame.select(columns) for _, frame in opened])
    if frame.is_empty():
        raise NoDataError(
            f"{where}: no line has as many cells as the header.", hint="Check the delimiter (--delimiter)."
        )
    roles = _converted(detect_roles(frame, parts[0].dialect, settings.columns, where), settings)
    date_formats, dated = _dates(frame, roles, settings, where)
    styles = {
        role: style
        for role in MONEY_ROLES
        if (column := roles.column(role)) and (style := detect_style(frame[column])) != PLAIN
    }
    reading = Reading(
        roles,
        date_formats,
        float_ids=_has_float_ids(frame[roles.column("customer") or ""]),
        styles=styles,
        currency=_main_currency(frame, roles),
        drop_services=settings.drop_services,
        drop_zero=settings.drop_zero,
        keep_cancelled=settings.keep_cancelled,
        hash_key=settings.hash_ids,
    )
    damaged = any(DAMAGE in text for part in parts if part.sample for text in (part.sample.head, *part.sample.pieces))
    return Source(parts, reading, (*_guessed(roles, styles), *dated), frame, lossy=damaged)


def _spooled(folder: Path | None) -> Path:
    """Write standard input to a file, which can be sampled where a stream cannot."""
    if folder is None:
        raise SourceError("Standard input cannot be sampled.", hint="Save the export to a file first.")
    target = folder / "standard-input"
    with target.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return target


def _open(path: Path, settings: Settings) -> tuple[Part, pl.DataFrame]:
    """Look at one file: how it is cut, and rows from all over it as text."""
    files.check_is_file(path)
    kind = files.kind(path)
    files.check_expansion(path)
    modified = path.stat().st_mtime_ns
    if kind == "text":
        sample = read_sample(path)
        dialect = detect_dialect(sample, settings.delimiter, settings.columns.values())
        part = Part(path, sample.size, sample.fingerprint, dialect, sample, modified=modified)
        return part, sample_frame(sample, dialect)
    frame = sample_table(path)
    size = path.stat().st_size
    dialect = Dialect(",", has_header=True, columns=tuple(frame.columns), multiline=False)
    return Part(path, size, files.fingerprint(path, size), dialect, None, modified=modified), frame


def _check_columns(part: Part, first: Part) -> None:
    """Raise SourceError unless a file has the columns of the first one, in whatever order."""
    if sorted(part.dialect.columns) != sorted(first.dialect.columns):
        raise SourceError(
            f"{part.path}: its columns differ from those of {first.path}.",
            hint=f"Columns seen: {listed(part.dialect.columns)}; expected: {listed(first.dialect.columns)}. "
            "Analyse it on its own.",
        )


def _converted(roles: Roles, settings: Settings) -> Roles:
    """Take the amounts in one currency where the file has them beside those in the currencies of the orders."""
    converted = next((each for each in roles.found if each.role == "converted_amount"), None)
    if converted is None or "amount" in settings.columns:
        return roles
    amount = replace(converted, role="amount", reason=f"{converted.reason}: all in one currency")
    kept = (each for each in roles.found if each.role not in {"amount", "converted_amount", "currency"})
    return replace(roles, found=(*kept, amount))


def _guessed(roles: Roles, styles: dict[str, NumberStyle]) -> list[Alert]:
    """Say what was assumed about columns and numbers and might be otherwise."""
    alerts = [Alert("close_columns", _close(each)) for each in roles.found if each.close]
    alerts += [
        Alert("assumed_numbers", f"Column {roles.column(role)}: {style.note}")
        for role, style in styles.items()
        if style.note
    ]
    if roles.layout and roles.layout.notes:
        alerts.append(Alert("layout", f"Read as {roles.layout.name}. {roles.layout.notes}"))
    if roles.order_total:
        seen = f"The column {roles.column('amount')} seems to hold the order's total again on each of its lines"
        alerts.append(
            Alert("repeated_totals", f"{seen}, and is added up line by line: name the right one if it is not.")
        )
    if roles.column("order") is None:
        alerts.append(
            Alert("orders_by_day", "No column holds orders: the lines of a customer's day count as one order.")
        )
    return alerts


def _close(role: Role) -> str:
    option = OPTIONS[role.role]
    played = role.role.replace("_", " ")
    return f"{role.column} was taken for the {played}; {role.runner_up} would do nearly as well ({option})."


def _dates(frame: pl.DataFrame, roles: Roles, settings: Settings, where: str) -> tuple[tuple[str, ...], list[Alert]]:
    column = roles.column("date") or ""
    example = ", ".join(repr(value) for value in frame[column].drop_nulls().head(3))
    if settings.date_format is not None:
        if not dates.reads(frame[column], settings.date_format):
            raise ColumnError(
                f"{where}: --date-format {settings.date_format!r} reads none of the dates of column {column!r}, "
                f"such as {example}.",
                hint="Write it with %Y %m %d %H %M %S, for example '%d/%m/%Y %H:%M'; or leave it out.",
            )
        return (settings.date_format,), []
    found = dates.detect(frame[column])
    if found is None:
        raise ColumnError(
            f"{where}: the dates of column {column!r} are in no known format, such as {example}.",
            hint=f"Give it with --date-format, for example '%d/%m/%Y', or name another column with {OPTIONS['date']}.",
        )
    if found.rival is not None:
        message = (
            f"The dates can be read as {found.format} and as {found.rival}; {found.format} was assumed. "
            f"{found.note} Overrule it with --date-format."
        )
        return found.formats, [Alert("ambiguous_dates", " ".join(message.split()))]
    return found.formats, [Alert("mixed_dates", f"Dates: {found.note}")] if found.note else []


def _main_currency(frame: pl.DataFrame, roles: Roles) -> str | None:
    """Return the currency of most lines, where the file has several."""
    column = roles.column("currency")
    if column is None:
        return None
    counts = frame[column].drop_nulls().value_counts(name="lines").sort("lines", column, descending=[True, False])
    return str(counts[column][0]) if len(counts) > 1 else None


def _has_float_ids(customers: pl.Series) -> bool:
    present = customers.drop_nulls()
    return not present.is_empty() and bool(present.str.contains(FLOAT_ID).all())
