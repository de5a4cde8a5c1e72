"""How a text file is cut into cells: delimiter, quotes, lines above the header, header, names of the columns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from engine.errors import NoDataError, SourceError, listed
from engine.intake.rewrite import Cut, Record, cut

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.intake.sample import Sample

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "vertical bar",
    " ": "spaces",
    "  ": "two or more spaces",
}

_VALUE = re.compile(r"[-+(]?[€$£]? ?[\d.,:/\s'-]*\d[\d.,:/\s'TZ%-]*[€$£]?\)?")
"""A number, a sum, a date or a time: what a name of a column is not."""
_WORDS = re.compile(r"[^\W\d_] [^\W\d_]")
_DIGIT = re.compile(r"\d")
_PREAMBLE_LINES = 50
MOST_COLUMNS = 2_000
_TRIED = 1_000
"""Lines on which all ways to cut are tried; the best one then cuts the whole sample."""
_TRIED_CHARACTERS = 65_536
_RATED = 300
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""First line by which a spreadsheet is told the delimiter."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to cut the file: found in its sample, or given."""

    delimiter: str
    has_header: bool
    columns: tuple[str, ...]
    multiline: bool
    """Whether a cell of the sample holds a line break, so that records are not lines."""
    quote: str | None = '"'
    preamble: int = 0
    """Lines above the header: titles, blank lines."""
    header_lines: int = 1
    """Lines of the header; more than one where a name holds a line break."""
    aligned: bool = False
    """Whether cells are parted by runs of spaces: of one or more (delimiter " "), or of two or more ("  ")."""
    damaged_quotes: bool = False
    """Whether quotes of the sample are misplaced: stray, not doubled, not closed."""

    @property
    def delimiter_name(self) -> str:
        """The delimiter as people call it."""
        return DELIMITER_NAMES.get(self.delimiter, repr(self.delimiter))

    @property
    def skip_lines(self) -> int:
        """Lines above the first record."""
        return self.preamble + (self.header_lines if self.has_header else 0)


@dataclass(frozen=True, slots=True)
class _View:
    """What the head of a file looks like when it is cut in one way."""

    how: Cut
    records: list[Record]
    start: int
    """Index of the first record of the table."""
    width: int
    score: float


def detect_dialect(sample: Sample, delimiter: str | None = None, named: Collection[str] = ()) -> Dialect:
    """Find how the sample of a file is cut; a first record that holds one of the `named` columns is a header.

    Raises
    ------
    SourceError
        If no delimiter cuts the lines into at least two columns.
    NoDataError
        If there is a header and no line below it.
    """
    lines = _lines(sample.head)
    ways = _ways(sample.head[:_TRIED_CHARACTERS], lines[:_TRIED], delimiter)
    best = max((_view(lines[:_TRIED], how) for how in ways), key=lambda view: (view.score, view.width))
    best = _view(lines, best.how, partial=not sample.whole) if len(lines) > _TRIED else best
    first, *others = best.records[best.start :] or [Record([], 1, damaged=False)]
    below = [record.cells for record in others if any(record.cells)]
    has_header = not set(named).isdisjoint(first.cells) or _is_header(first.cells, below[:_RATED])
    if best.width < 2 or (has_header and len(first.cells) < 2):
        raise SourceError(
            f"{sample.path}: its lines have one column only, whatever the delimiter.",
            hint="Check that it is a table of orders; name the delimiter with --delimiter if it is an unusual one.",
        )
    if best.width > MOST_COLUMNS:
        raise SourceError(
            f"{sample.path}: has {best.width:,} columns; an export of orders has a few dozen.",
            hint=f"Export fewer columns: up to {MOST_COLUMNS:,} are read.",
        )
    if has_header and not below:
        raise NoDataError(
            f"{sample.path}: there is a header and no line below it.",
            hint=f"Columns seen: {listed(first.cells)}. Export it again with its orders.",
        )
    names = first.cells[: best.width] if has_header else []
    columns = unique_names([*names, *[""] * (best.width - len(names))])
    multiline = any(record.lines > 1 for record in others)
    # A piece may begin inside a cell that holds line breaks: its first quote then proves nothing.
    pieces = [] if multiline else [record for piece in sample.pieces for record in _cut(piece, best.how)]
    return Dialect(
        best.how.delimiter,
        has_header,
        columns,
        multiline or any(record.lines > 1 for record in pieces),
        best.how.quote,
        sum(record.lines for record in best.records[: best.start]),
        first.lines if has_header else 1,
        best.how.aligned,
        any(record.damaged for record in (first, *others, *pieces)),
    )


def sample_frame(sample: Sample, dialect: Dialect) -> pl.DataFrame:
    """Return the sample's records as text columns, in the order of the file.

    Records of another width are left out, but for empty cells at their end, which some exports add and some leave off.
    """
    width = len(dialect.columns)
    how = Cut(dialect.delimiter, dialect.quote, dialect.aligned, width)
    below = _lines(sample.head)[dialect.skip_lines :]
    records = [record.cells for record in cut(below, how, partial=not sample.whole)]
    records += [record.cells for piece in sample.pieces for record in _cut(piece, how)]
    usual = min(_usual_width(records), width) if records else width
    whole = [
        [*(cell.strip() or None for cell in cells[:width]), *[None] * (width - len(cells))]
        for cells in records
        if len(cells) >= usual and not any(cells[width:]) and (any(cells) or width == 1)
    ]
    return pl.DataFrame(whole, schema=dict.fromkeys(dialect.columns, pl.String), orient="row")


def table_start(cells: list[list[str]]) -> tuple[int, bool]:
    """Return where in the rows of a sheet its table begins, and whether with a header."""
    width = max(map(len, cells))
    start = _start([Record(row, 1, damaged=False) for row in cells], _least(cells, width), width)
    return start, _is_header(cells[start], cells[start + 1 :])


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Give every column a name of its own: empty names are numbered, repeated ones get a suffix."""
    result: dict[str, None] = {}  # as a set that keeps its order
    repeats: dict[str, int] = {}
    for number, raw in enumerate(names, 1):
        name = unique = raw.strip() or f"column_{number}"
        repeat = repeats.get(name, 1)
        while unique in result:
            repeat += 1
            unique = f"{name}_{repeat}"
        repeats[name] = repeat
        result[unique] = None
    return tuple(result)


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _cut(piece: str, how: Cut) -> list[Record]:
    return [record for record in cut(_lines(piece), how, partial=True) if any(record.cells)]


def _ways(head: str, lines: list[str], delimiter: str | None) -> list[Cut]:
    """Return the ways to cut that are worth a look."""
    told = _SEPARATOR_LINE.match(head)
    delimiter = delimiter or (told[1] if told else None)
    if delimiter is not None:
        runs = delimiter == " "
        return [Cut(delimiter, None if runs else _quote(head, delimiter), aligned=runs)]
    ways = [Cut(each, _quote(head, each)) for each in DELIMITERS]
    spaced = sum(re.search(r"\S {2,}\S", line) is not None for line in lines)
    if spaced > 0.5 * sum(bool(line.strip()) for line in lines):
        ways += [Cut(each, None, aligned=True) for each in (" ", "  ")]
    return ways


def _quote(head: str, delimiter: str) -> str | None:
    """Find the character that encloses cells; None where double quotes stand inside cells that are not enclosed."""
    d = re.escape(delimiter)
    enclosed = {
        quote: len(re.findall(rf"(?:^|{d}) *{quote}[^{quote}]*{quote} *(?={d}|\r?$)", head, re.MULTILINE))
        for quote in ('"', "'")
        if quote in head
    }
    if enclosed.get("'", 0) >= 3 and not enclosed.get('"'):
        return "'"
    if '"' not in head:
        return '"'
    inside = len(re.findall(rf'(?:^|{d})[^"{d}\n]*[^"{d}\s]"', head, re.MULTILINE))
    begun = re.search(rf'(?:^|{d}) *"', head, re.MULTILINE)
    return None if inside >= 3 and not begun else '"'


def _view(lines: list[str], how: Cut, *, partial: bool = False) -> _View:
    records = list(cut(lines, how, partial=partial))
    filled = [record.cells for record in records if any(record.cells)]
    if not filled:
        return _View(how, records, 0, 0, -1.0)
    usual = _usual_width(filled)
    wide = [cells for cells in filled if len(cells) == usual]
    least = _least(wide, usual)
    start = _start(records, least, usual)
    first = records[start].cells
    named = len(first) - next((number for number, cell in enumerate(reversed(first)) if cell.strip()), 0)
    width = max(least, named) if _is_header(first, wide[:_RATED]) else usual
    if width < 2:
        return _View(how, records, start, width, -1.0)
    table = [record.cells for record in records[start:] if any(record.cells)]
    regular = sum(min(usual, width) <= len(cells) and not any(cells[width:]) for cells in table) / len(table)
    cells = [cell for record in table[:_RATED] for cell in record]
    clean = sum(_is_clean(cell, how.delimiter) for cell in cells) / len(cells)
    doubtful = sum(record.damaged for record in records)
    if how.delimiter == " ":  # one space between words parts no columns
        doubtful += sum(_WORDS.search(line) is not None and _DIGIT.search(line) is not None for line in lines)
    score = round(regular, 2) + round(clean, 2) - round(doubtful / len(records), 2) - 0.05 * (start > 0)
    return _View(how, records, start, width, score)


def _least(rows: list[list[str]], width: int) -> int:
    """Return the width without the columns at the end that are empty in every row: behind trailing delimiters."""
    return next((size for size in range(width, 0, -1) if any(row[size - 1] for row in rows)), width)


def _usual_width(records: list[list[str]]) -> int:
    """Return the commonest width; of equally common ones the largest."""
    widths = Counter(map(len, records))
    return max(widths, key=lambda width: (widths[width], width))


def _start(records: list[Record], least: int, usual: int) -> int:
    """Return where the table begins: below titles, blank lines and notes, which fill few cells or too many."""
    early = records[:_PREAMBLE_LINES]
    filled = [sum(bool(cell.strip()) for cell in record.cells) for record in early]
    fits = [
        number
        for number, record in enumerate(early)
        if filled[number] >= max(1, least / 2)
        and ((least <= len(record.cells) and not any(record.cells[usual:])) or _is_full(record.cells, least))
    ]
    first = fits[0] if fits else next((number for number, count in enumerate(filled) if count), 0)
    if any(map(_is_value, records[first].cells)):  # no header: one above it may leave most columns without a name
        above = [number for number in range(first) if filled[number] and len(records[number].cells) == usual]
        first = above[-1] if above and not any(map(_is_value, records[above[-1]].cells)) else first
    names = next((number for number in fits if _is_full(records[number].cells, least)), first)
    sparse = all(count < least for count in filled[first:names])
    return names if sparse else first


def _is_full(cells: list[str], least: int) -> bool:
    """Whether cells look like the names of columns: none empty but at the end, none a value, few twice."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    plain = all(names) and not any(_is_value(name) for name in names)
    return len(names) >= max(least, 2) and plain and 2 * len(set(names)) > len(names)


def _is_clean(cell: str, delimiter: str) -> bool:
    """Whether a cell is whole: a value, or text without another delimiter in it."""
    if "  " in cell.strip() and delimiter != " ":
        return False
    others = [each for each in DELIMITERS if each != delimiter]
    return not any(each in cell for each in others) or _is_value(cell)


def _is_header(cells: list[str], below: list[list[str]]) -> bool:
    """Whether cells are names: where the column below holds digits throughout, names are built otherwise."""
    below = [record for record in below if record != cells]  # a header that stands again is no value of its own
    names = votes = 0
    for number, raw in enumerate(cells):
        column = [record[number].strip() for record in below if number < len(record) and record[number].strip()]
        digits = sum(any(char.isdigit() for char in cell) for cell in column)
        if not raw.strip() or digits < 0.8 * max(len(column), 1):
            continue
        alike = _is_value(raw) or _shape(raw) in {_shape(cell) for cell in column}
        votes += 1
        names += not alike
    if votes:
        return names > votes / 2
    return any(cells) and not any(_is_value(cell) for cell in cells)


def _is_value(cell: str) -> bool:
    return _VALUE.fullmatch(cell.strip()) is not None


def _shape(cell: str) -> str:
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell.strip()))
