"""The input cut into pieces that workers read by themselves: bytes of whole lines, rows of Parquet, or whole files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from engine.intake.files import kind
from engine.intake.rewrite import needs_rewriting
from engine.resources import MB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.intake.source import Part, Source

LARGEST = 32 * MB
"""Bytes of a piece that is cut out of a file: a task holds it as text, and what is made of it."""
SMALLEST = 2 * MB
OF_A_TASK = 4
"""Pieces that a task reads one after the other, where there are enough for all processors: it sums them up."""
TASKS_A_PROCESSOR = 3
_LOOK = 65_536


@dataclass(frozen=True, slots=True)
class Piece:
    """Parts of the source that are read at once, each with its span."""

    parts: tuple[Part, ...]
    files: tuple[int, ...]
    """The places of the files among those of the source."""

    @property
    def cut(self) -> bool:
        """Whether it is the lines of a part of a text file."""
        return self.parts[0].sample is not None and self.parts[0].span is not None


def cut_input(source: Source, processors: int, *, whole: bool) -> list[Piece]:
    """Cut a source into pieces, in the order of its lines; nothing but the places of the cuts is read.

    Cut are plain text in UTF-8 whose records are lines, and Parquet. A file is one piece if it is packed (.gz, .zst),
    in another encoding, a workbook, or holds quoted line breaks or misplaced quotation marks; so is every text file
    with `whole`. Where an export writes an order's columns on its first line only, all is one piece.
    """
    layout = source.reading.roles.layout
    if layout is not None and layout.carry_down:
        return [Piece(source.parts, tuple(range(len(source.parts))))]
    size = min(max(sum(part.size for part in source.parts) // (processors * TASKS_A_PROCESSOR), SMALLEST), LARGEST)
    return [
        Piece((replace(part, span=span),), (number,))
        for number, part in enumerate(source.parts)
        for span in _spans(part, size, whole=whole)
    ]


def tasks(pieces: list[Piece], processors: int) -> list[list[Piece]]:
    """Deal the pieces to tasks, neighbours together."""
    number = min(len(pieces), max(-(-len(pieces) // OF_A_TASK), processors * TASKS_A_PROCESSOR))
    ends = [len(pieces) * each // number for each in range(number + 1)]
    return [pieces[start:stop] for start, stop in pairwise(ends)]


def _spans(part: Part, size: int, *, whole: bool) -> Iterator[tuple[int, int] | None]:
    if part.sample is None:
        yield from _row_spans(part, size) if kind(part.path) == "parquet" else [None]
        return
    packed = part.sample.compression is not None
    if whole or packed or part.dialect.multiline or part.size <= size or needs_rewriting(part.sample, part.dialect):
        yield None
        return
    starts = [0, *_line_starts(part.path, part.size, size)]
    # The header and what stands above it lie in the first piece.
    yield from zip(starts, [*starts[1:], part.size], strict=True)


def _line_starts(path: Path, length: int, size: int) -> Iterator[int]:
    """Give the first byte of a line about every `size` bytes."""
    last = 0
    with path.open("rb") as file:
        for place in range(size, length, size):
            if place <= last:
                continue  # within a long line
            file.seek(place)
            while block := file.read(_LOOK):
                if (found := block.find(b"\n")) >= 0:
                    last = file.tell() - len(block) + found + 1
                    if last < length:
                        yield last
                    break
            else:
                return


def _row_spans(part: Part, size: int) -> Iterator[tuple[int, int]]:
    """Cut at the groups of rows, so that each is read once; a large group is cut as well."""
    rows = pl.scan_parquet(part.path, glob=False).select(pl.len()).collect(engine="streaming").item()
    # Parquet is packed: a byte of it holds several of text.
    step = max(rows * size // max(part.size * 4, 1), 1)
    for start in range(0, rows, step):
        yield start, min(start + step, rows)
