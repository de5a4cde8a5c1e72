"""A small sample of a file from all over it: the evidence for its encoding, its dialect, its roles and its dates."""

from __future__ import annotations

import codecs
import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple

import polars as pl

from engine.errors import NoDataError, SourceError
from engine.intake import encoding as spelling
from engine.intake.files import check_is_file, compression_of, kind, open_bytes, unreadable, zst_content

if TYPE_CHECKING:
    from pathlib import Path

    from engine.intake.files import Compression

HEAD_BYTES = 262_144
PIECE_BYTES = 65_536
PIECES = 8
"""Places after the head from which whole lines are taken, evenly spaced to the end of the file."""

_HEAD_LINES = 3_000
_USUAL_EXPANSION = 8.0
_CUT_CHARACTER = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}\Z")
"""What may be the beginning of a UTF-8 character at the end of a head without a line end."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The first lines of a file, and whole lines from places further down; of a compressed file the first lines only.

    Lines of a file with old Macintosh line ends are sampled with newlines.
    """

    path: Path
    size: int
    head: str
    pieces: tuple[str, ...]
    fingerprint: str
    """SHA-256 of the file's size and the bytes of the sample: tells exports apart without reading them whole."""
    encoding: str = spelling.UTF8
    """Python's name of the codec."""
    fallback: str | None = None
    """How the bytes are spelled that are no UTF-8, in a UTF-8 file into which lines of another encoding were joined."""
    compression: Compression | None = None
    line_end: Literal["\n", "\r"] = "\n"
    whole: bool = True
    """Whether the head is the whole file."""
    expansion: float = 1.0
    """Bytes of text per byte of file, as far as the sample tells."""

    @property
    def text_size(self) -> int:
        """Bytes of the file when unpacked, about."""
        return int(self.size * self.expansion)


def read_sample(path: Path) -> Sample:
    """Read a bounded sample of a text file, whatever the file's size.

    Raises
    ------
    SourceError
        If the path is no file, cannot be read, or does not hold text.
    NoDataError
        If the file is empty.
    """
    check_is_file(path)
    if kind(path) != "text":
        raise SourceError(f"{path}: is a table of its own kind, not text.", hint="Read it as Parquet or .xlsx.")
    size, read = _read_places(path)
    fingerprint = hashlib.sha256(b"%d\n" % size + read.head + b"".join(block for _, block in read.blocks)).hexdigest()
    mark, encoding = spelling.bom(read.head)
    head = read.head.removeprefix(mark)
    if not head.strip(b" \t\r\n\0\x1a"):
        raise NoDataError(
            f"{path}: the file is empty.", hint="Export it again, with a header line and at least one order."
        )
    encoding = encoding or spelling.wide(head)
    if encoding is None and spelling.is_binary(head):
        raise SourceError(f"{path}: looks like a binary file, not a table of text.", hint="Export it as CSV in UTF-8.")
    line_end = _line_end(head, encoding or spelling.UTF8)
    newline = line_end.encode(encoding or spelling.UTF8)
    pieces = [_whole_lines(offset, block, newline) for offset, block in read.blocks]
    if not read.whole:
        if newline not in head:
            raise SourceError(
                f"{path}: its first line does not end within {HEAD_BYTES:,} bytes.",
                hint="Check that it is a table of orders, one a line. With thousands of columns, export fewer of them.",
            )
        head = head[: _last_end(head, newline)] or head
    fallback = None
    if encoding is None:
        encoding, fallback = spelling.detect([head if read.whole else _CUT_CHARACTER.sub(b"", head), *pieces])

    def text(block: bytes) -> str:
        decoder = codecs.getincrementaldecoder(encoding)(spelling.errors(fallback))
        # A head without a line end stops anywhere, also in a character.
        decoded = decoder.decode(block, final=read.whole)
        return decoded.replace("\r", "\n") if line_end == "\r" else decoded

    lower = tuple(text(piece) for piece in pieces)
    found = (encoding, fallback, read.compression, line_end, read.whole, read.expansion)
    return Sample(path, size, text(head), lower, fingerprint, *found)


class _Places(NamedTuple):
    """Bytes from the head of a file, unpacked, and from places further down with their offsets."""

    head: bytes
    blocks: list[tuple[int, bytes]]
    whole: bool
    expansion: float
    compression: Compression | None


def _read_places(path: Path) -> tuple[int, _Places]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            compression = compression_of(file.read(4))
            file.seek(0)
            if compression is not None:
                head, whole, expansion = _gz_head(file) if compression == "gz" else _zst_head(path, size)
                return size, _Places(head, [], whole, expansion, compression)
            head = file.read(HEAD_BYTES)
            blocks = [] if len(head) == size else [_block(file, offset) for offset in _offsets(size)]
            return size, _Places(head, blocks, len(head) == size, 1.0, None)
    except EOFError as error:
        raise SourceError(f"{path}: is cut off ({error}).", hint="Export or copy it again.") from error
    except OSError as error:
        raise unreadable(path, error) from error


def _offsets(size: int) -> list[int]:
    first, last = HEAD_BYTES, max(size - PIECE_BYTES, HEAD_BYTES)
    count = min(PIECES, max((size - HEAD_BYTES) // PIECE_BYTES, 1))  # none overlaps another
    # Multiples of four bytes, so that no place is inside a character of UTF-16 or UTF-32.
    return [(first + (last - first) * step // max(count - 1, 1)) & ~3 for step in range(count)]


def _block(file: BinaryIO, offset: int) -> tuple[int, bytes]:
    """Return a place with the four bytes before it: a line may begin just there."""
    file.seek(offset - 4)
    return offset, file.read(PIECE_BYTES + 4)


def _whole_lines(offset: int, block: bytes, newline: bytes) -> bytes:
    start = _find(block, newline, max(4 - len(newline), 0))
    if start < 0 or offset < 4:
        return b""  # no line begins here
    end = len(block) if len(block) < PIECE_BYTES + 4 else _last_end(block, newline)
    return block[start + len(newline) : end]


def _find(block: bytes, newline: bytes, start: int) -> int:
    found = block.find(newline, start)
    while found >= 0 and found % len(newline):
        found = block.find(newline, found + 1)
    return found


def _last_end(block: bytes, newline: bytes) -> int:
    """Return where the last whole line ends, 0 where no line does."""
    found = block.rfind(newline)
    while found >= 0 and found % len(newline):
        found = block.rfind(newline, 0, found + len(newline) - 1)
    return found + len(newline) if found >= 0 else 0


def _line_end(head: bytes, encoding: str) -> Literal["\n", "\r"]:
    """Return a carriage return where lines end with it alone; newlines are then parts of cells."""
    text = head.decode(encoding, "replace") if spelling.unit(encoding) > 1 else head.decode("latin-1")
    lone = text.count("\r") - text.count("\r\n")
    return "\r" if lone > text.count("\n") else "\n"


def _gz_head(file: BinaryIO) -> tuple[bytes, bool, float]:
    head, consumed = b"", 0
    unpacker = zlib.decompressobj(wbits=31)
    while len(head) <= HEAD_BYTES and (packed := file.read(PIECE_BYTES)):
        while packed and len(head) <= HEAD_BYTES:  # one member after the other
            try:
                head += unpacker.decompress(packed, HEAD_BYTES + 1 - len(head))
            except zlib.error as error:
                if head:
                    return head, True, len(head) / max(consumed, 1)  # padding after the last member
                raise EOFError(str(error)) from error
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            consumed += len(packed) - len(rest)
            packed = rest
            if unpacker.eof:
                unpacker = zlib.decompressobj(wbits=31)
    return head[:HEAD_BYTES], len(head) <= HEAD_BYTES, len(head) / max(consumed, 1)


def _zst_head(path: Path, size: int) -> tuple[bytes, bool, float]:
    """Unpack the first lines with Polars, which reads .zst where Python cannot: only text in UTF-8, to whole lines."""
    with path.open("rb") as file:
        expansion = zst_content(file.read(18)) / size or _USUAL_EXPANSION
    lines = pl.scan_lines(path, n_rows=_HEAD_LINES, glob=False)
    try:
        found = lines.collect(engine="streaming")["line"].to_list()
    except (pl.exceptions.ComputeError, OSError) as error:
        if "utf8" not in str(error):
            raise SourceError(f"{path}: is a damaged .zst file ({error}).", hint="Copy it again.") from error
        with open_bytes(path, "zst") as unpacked:
            head = unpacked.read(HEAD_BYTES + 1)
        return head[:HEAD_BYTES], len(head) <= HEAD_BYTES, expansion
    head = "".join(f"{line}\n" for line in found).encode()
    return head[:HEAD_BYTES], len(found) < _HEAD_LINES and len(head) <= HEAD_BYTES, expansion
