"""A small sample of a file from all over it: the evidence for its dialect, its roles and its dates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from engine.errors import NoDataError, SourceError

if TYPE_CHECKING:
    from pathlib import Path

HEAD_BYTES = 262_144
PIECE_BYTES = 65_536
PIECES = 8
"""Places after the head from which whole lines are taken, evenly spaced to the end of the file."""

UTF8_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Sample:
    """The first lines of a file, and whole lines from places further down."""

    path: Path
    size: int
    head: str
    pieces: tuple[str, ...]
    fingerprint: str
    """SHA-256 of the file's size and the bytes of the sample: tells exports apart without reading them whole."""


def read_sample(path: Path) -> Sample:
    """Read a bounded sample of a text file, whatever the file's size.

    Raises
    ------
    SourceError
        If the path is no file, cannot be read, or does not hold UTF-8 text.
    NoDataError
        If the file is empty.
    """
    check_is_file(path)
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            head = file.read(HEAD_BYTES)
            whole = len(head) == size
            pieces = [] if whole else [_piece(file, offset) for offset in _offsets(size)]
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}).", hint="Check the permissions of the file."
        ) from error
    if not head.removeprefix(UTF8_BOM).strip():
        raise NoDataError(
            f"{path}: the file is empty.", hint="Export it again, with a header line and at least one order."
        )
    fingerprint = hashlib.sha256(b"%d\n" % size + head + b"".join(pieces)).hexdigest()
    if not whole:
        head = head[: head.rfind(b"\n") + 1] or head
    return Sample(
        path,
        size,
        _decode(head.removeprefix(UTF8_BOM), path),
        tuple(_decode(piece, path) for piece in pieces),
        fingerprint,
    )


def check_is_file(path: Path) -> None:
    """Raise SourceError unless `path` names a file."""
    if path.is_dir():
        files = sorted(entry.name for entry in path.iterdir() if entry.suffix.lower() in {".csv", ".tsv", ".txt"})
        named = f" It holds {', '.join(files[:5])}{' and more' if len(files) > 5 else ''}." if files else ""
        raise SourceError(f"{path}: is a folder, not a file.{named}", hint="Name the export files themselves.")
    if not path.exists():
        raise SourceError.missing(path)
    if not path.is_file():
        raise SourceError(f"{path}: is not a regular file.", hint="Save the export to a file first.")


def _offsets(size: int) -> list[int]:
    first, last = HEAD_BYTES, max(size - PIECE_BYTES, HEAD_BYTES)
    return sorted({first + (last - first) * step // (PIECES - 1) for step in range(PIECES)})


def _piece(file: BinaryIO, offset: int) -> bytes:
    file.seek(offset - 1)
    block = file.read(PIECE_BYTES + 1)
    start = block.find(b"\n") + 1
    if start == 0:
        return b""  # no line begins here
    end = len(block) if len(block) <= PIECE_BYTES else block.rfind(b"\n") + 1
    return block[start:end]


def _decode(block: bytes, path: Path) -> str:
    if b"\0" in block:
        kind = (
            "a spreadsheet or archive"
            if block.startswith(b"PK")
            else "UTF-16 text"
            if block[:2] in {b"\xff\xfe", b"\xfe\xff"}
            else "a binary file"
        )
        raise SourceError(
            f"{path}: holds NUL bytes, so it is not a UTF-8 text file but looks like {kind}.",
            hint="Export it as CSV in UTF-8.",
        )
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: is not UTF-8 text (byte 0x{block[error.start]:02x}).",
            hint="Export it as CSV in UTF-8 (in a spreadsheet: 'CSV UTF-8').",
        ) from error
