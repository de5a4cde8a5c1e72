"""Records of text whatever their quoting; and files that Polars cannot scan as they are, streamed into one it can."""

from __future__ import annotations

import codecs
import re
import zlib
from collections import deque
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from engine.errors import SourceError
from engine.intake import encoding as spelling
from engine.intake.files import open_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from engine.intake.dialect import Dialect
    from engine.intake.sample import Sample

MAX_LINES = 200
"""Lines that one quoted cell may span; a quote that is still open after them was never meant to open one."""

_BLOCK_BYTES = 4_194_304
_LOOK_AHEAD = 1_048_576
"""Characters that must be in sight to tell where a quoted cell ends."""
_NEVER = "\x1f"
"""A delimiter that no export has, so that whole lines are read as one cell."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How lines are cut into cells; the width, where it is known, decides between readings of a damaged line."""

    delimiter: str
    quote: str | None = '"'
    aligned: bool = False
    width: int | None = None


class Record(NamedTuple):
    """The cells of one record, the lines that it spans, and whether its quotes are misplaced."""

    cells: list[str]
    lines: int
    damaged: bool


class _Patterns(NamedTuple):
    sound: re.Pattern[str]  # a line whose quotes are in order
    opens: re.Pattern[str]  # a line that ends inside a quoted cell
    inside: re.Pattern[str]
    closes: re.Pattern[str]
    reopens: re.Pattern[str]
    lenient: re.Pattern[str]  # one cell, which may hold quotes that are not doubled
    literal: re.Pattern[str]  # one cell, in which an unclosed quote is a character like any other
    lines: re.Pattern[str]  # as many sound lines as there are


def needs_rewriting(sample: Sample, dialect: Dialect) -> bool:
    """Whether Polars cannot scan the file as it is; plain UTF-8, also compressed, it can."""
    other_bytes = sample.encoding != spelling.UTF8 or sample.fallback is not None or sample.line_end == "\r"
    return other_bytes or _needs_cutting(dialect)


def rewritten(dialect: Dialect) -> Dialect:
    """Return the dialect of the file that `rewrite` writes."""
    if not _needs_cutting(dialect):
        return replace(dialect, preamble=0)
    delimiter = "," if dialect.aligned or not dialect.delimiter.isascii() else dialect.delimiter
    return replace(dialect, delimiter=delimiter, quote='"', aligned=False, damaged_quotes=False, preamble=0)


def rewrite(path: Path, sample: Sample, dialect: Dialect, target: Path) -> None:
    """Stream a file into UTF-8 text that Polars scans: newlines, cells parted by one character, no preamble.

    Every line stays one line (its number moves by the preamble), so that none is lost: a line whose quotes are
    misplaced becomes a record of its own, and costs no other. Bytes that spell nothing become U+FFFD.

    Raises
    ------
    SourceError
        If a compressed file is damaged.
    """
    texts = _without_lines(_texts(path, sample), dialect.preamble)
    if _needs_cutting(dialect):
        how = Cut(dialect.delimiter, dialect.quote, dialect.aligned, len(dialect.columns))
        to = rewritten(dialect).delimiter
        same = how.quote == '"' and how.delimiter == to
        texts = _mended(texts, how) if same else _recut(texts, how, to)
    try:
        with target.open("wb") as file:
            for text in texts:
                file.write(text.encode())
    except (EOFError, zlib.error) as error:
        raise SourceError(f"{path}: is cut off or damaged ({error}).", hint="Export or copy it again.") from error


def ends_inside(line: str, delimiter: str, quote: str | None) -> bool:
    """Whether a line ends inside a quoted cell, so that the next line belongs to the same record."""
    return quote is not None and quote in line and bool(_patterns(delimiter, quote).opens.fullmatch(line))


def cut(lines: Iterable[str], how: Cut, *, partial: bool = False) -> Iterator[Record]:
    """Cut lines into records: one for each line, but where a quoted cell holds line breaks.

    `partial`: the lines are a part of a file, so that a cell which is open at their end says nothing.
    """
    ahead: deque[str] = deque()
    rest = iter(lines)
    patterns = _patterns(how.delimiter, how.quote or '"')
    while (line := ahead.popleft() if ahead else next(rest, None)) is not None:
        if how.aligned:
            yield Record(re.split(" {2,}|\t+" if how.delimiter == "  " else "[ \t]+", line.strip()), 1, damaged=False)
        elif how.quote is None or how.quote not in line:
            yield Record(line.split(how.delimiter), 1, damaged=False)
        elif patterns.sound.fullmatch(line):
            yield Record(_cells(line, patterns.literal, how), 1, damaged=False)
        elif not patterns.opens.fullmatch(line):
            yield Record(_damaged(line, patterns, how), 1, damaged=True)
        else:
            ahead.extend(islice(rest, max(MAX_LINES - len(ahead), 0)))
            if record := _spanning(line, ahead, patterns, how):
                for _ in range(record.lines - 1):
                    ahead.popleft()
                yield record
            elif partial and len(ahead) < MAX_LINES and _stays_open(ahead, patterns):
                return
            else:
                yield Record(_damaged(line, patterns, how), 1, damaged=True)


def _spanning(line: str, ahead: deque[str], patterns: _Patterns, how: Cut) -> Record | None:
    """Return the record that begins in a line and ends further down; None where there is no sound one."""
    parts = [line]
    for later in ahead:
        parts.append(later)
        if patterns.closes.fullmatch(later):
            break
        if not (patterns.inside.fullmatch(later) or patterns.reopens.fullmatch(later)):
            return None
    else:
        return None
    cells = _cells("\n".join(parts), patterns.literal, how)
    if how.width is not None:
        # An unclosed quote here and an unopened one there look like one cell: its lines then are records themselves.
        records = all(len(_cells(part, patterns.literal, how)) == how.width for part in parts)
        if records or len(cells) < how.width or any(cells[how.width :]):
            return None
    return Record(cells, len(parts), damaged=False)


def _stays_open(ahead: Iterable[str], patterns: _Patterns) -> bool:
    return all(patterns.inside.fullmatch(line) or patterns.reopens.fullmatch(line) for line in ahead)


def _damaged(line: str, patterns: _Patterns, how: Cut) -> list[str]:
    cells = _cells(line, patterns.lenient, how)
    if how.width is not None and len(cells) != how.width:
        literal = _cells(line, patterns.literal, how)
        return literal if len(literal) == how.width else cells
    return cells


def _cells(text: str, cell: re.Pattern[str], how: Cut) -> list[str]:
    quote, cells, place = how.quote or "", [], 0
    while True:
        found = cell.match(text, place)
        assert found is not None, "a cell may be empty, so that there always is one"
        kind = found.lastgroup or ""
        cells.append(found[kind] if kind == "bare" else found[kind].replace(quote * 2, quote))
        if found.end() == len(text):
            return cells
        place = found.end() + 1


@lru_cache(maxsize=32)
def _patterns(delimiter: str, quote: str) -> _Patterns:
    d, q = re.escape(delimiter[0]), re.escape(quote)
    body = f"[^{q}]*+(?:{q}{q}[^{q}]*+)*+"
    one_line = f"[^{q}\n]*+(?:{q}{q}[^{q}\n]*+)*+"
    cell = f"(?:{q}{body}{q}|[^{q}{d}\n]*+)"
    line_cell = f"(?:{q}{one_line}{q}|[^{q}{d}\n]*+)"
    end = rf"(?={d}|\Z)"
    quoted, bare = f" *{q}(?P<quoted>{body}){q} *{end}", f"(?P<bare>[^{d}]*+)"
    return _Patterns(
        sound=re.compile(f"{cell}(?:{d}{cell})*+"),
        opens=re.compile(f"(?:{cell}{d})*+{q}{body}"),
        inside=re.compile(body),
        closes=re.compile(f"{body}{q}(?:{d}{cell})*+"),
        reopens=re.compile(f"{body}{q}{d}(?:{cell}{d})*+{q}{body}"),
        lenient=re.compile(f"{quoted}| *{q}(?P<loose>.*?){q} *{end}|{bare}", re.DOTALL),
        literal=re.compile(f"{quoted}|{bare}", re.DOTALL),
        lines=re.compile(f"(?:[^{q}\n]*+\n|{line_cell}(?:{d}{line_cell})*+\n)*+"),
    )


def _needs_cutting(dialect: Dialect) -> bool:
    unusual = dialect.quote not in {'"', None} or not dialect.delimiter.isascii()
    return dialect.aligned or dialect.damaged_quotes or unusual


def _texts(path: Path, sample: Sample) -> Iterator[str]:
    """Yield the text of a file in bounded pieces, lines ended by newlines."""
    if sample.compression == "zst" and sample.encoding == spelling.UTF8 and sample.fallback is None:
        lines = pl.scan_csv(
            path,
            has_header=False,
            schema={"line": pl.String},
            separator=_NEVER,
            quote_char=None,
            encoding="utf8-lossy",
            truncate_ragged_lines=True,
            glob=False,
        )
        for batch in lines.collect_batches(maintain_order=True, engine="streaming"):
            for part in batch.iter_slices(50_000):
                text = "\n".join(part["line"].fill_null("")) + "\n"
                yield text.replace("\r\n", "\n").replace("\r", "\n") if sample.line_end == "\r" else text
        return
    decoder = codecs.getincrementaldecoder(sample.encoding)(spelling.errors(sample.fallback))
    kept = ""
    with open_bytes(path, sample.compression) as file:
        for number, block in enumerate(chain(iter(lambda: file.read(_BLOCK_BYTES), b""), [b""])):
            text = kept + decoder.decode(block, final=not block)
            text = text.removeprefix("\ufeff") if number == 0 else text
            kept = "\r" if block and text.endswith("\r") else ""  # a newline may follow
            text = text.removesuffix(kept).replace("\r\n", "\n")
            yield text.replace("\r", "\n") if sample.line_end == "\r" else text


def _without_lines(texts: Iterable[str], count: int) -> Iterator[str]:
    for text in texts:
        start = 0
        while count and (end := text.find("\n", start)) >= 0:
            start, count = end + 1, count - 1
        if not count:
            yield text[start:]


def _whole_lines(texts: Iterable[str]) -> Iterator[str]:
    kept = ""
    for text in texts:
        block = kept + text
        end = block.rfind("\n") + 1
        kept = block[end:]
        if end:
            yield block[:end]
    if kept:
        yield kept + "\n"


def _recut(texts: Iterable[str], how: Cut, to: str) -> Iterator[str]:
    lines = chain.from_iterable(text[:-1].split("\n") for text in _whole_lines(texts))
    records = cut(lines, how)
    while block := [_written(record.cells, to) for record in islice(records, 10_000)]:
        yield "".join(block)


def _mended(texts: Iterable[str], how: Cut) -> Iterator[str]:
    """Pass sound lines on as they are, and write the others again."""
    patterns = _patterns(how.delimiter, how.quote or '"')
    blocks = _whole_lines(texts)
    rest, last = "", False
    while not last:
        block = next(blocks, "")
        last = not block
        text, place = rest + block, 0
        while True:
            found = patterns.lines.match(text, place)
            sound = found.end() if found else place
            yield text[place:sound]
            place = sound
            if place == len(text) or not (last or len(text) - place > _LOOK_AHEAD):
                break
            record = next(cut(_lines(text, place), how))
            yield _written(record.cells, how.delimiter)
            for _ in range(record.lines):
                place = text.index("\n", place) + 1
        rest = text[place:]


def _lines(text: str, place: int) -> Iterator[str]:
    while place < len(text):
        end = text.index("\n", place)
        yield text[place:end]
        place = end + 1


def _written(cells: Iterable[str], delimiter: str) -> str:
    quoted = (
        '"' + cell.replace('"', '""') + '"' if '"' in cell or delimiter in cell or "\n" in cell else cell
        for cell in cells
    )
    return delimiter.join(quoted) + "\n"
