"""Which files are meant, and what kind of file each one is: by its content, whatever its name."""

from __future__ import annotations

import errno
import glob
import gzip
import hashlib
import importlib
import shutil
import subprocess
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

from engine.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Kind = Literal["text", "parquet", "xlsx"]
Compression = Literal["gz", "zst"]

STANDARD_INPUT = Path("-")
SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".gz", ".zst", ".parquet", ".xlsx"})
"""Endings by which the exports in a folder are known; a file that is named itself may end in anything."""

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"

ENDS = 65_536
"""Bytes at the beginning and the end of a file that it is told by."""
MOST_EXPANSION = 200
"""Bytes that a byte of a packed file may unpack to: exports pack to a fifth or a twentieth, rarely a fiftieth."""
HARMLESS = 1_000_000_000
"""Bytes that any packed file may unpack to."""

_AS_TEXT = "Export it as CSV, or as .xlsx."
_UNPACK = "Unpack it, and name the files in it."
_LOOKS_LIKE: dict[bytes, tuple[str, str]] = {
    b"\xd0\xcf\x11\xe0": ("an old spreadsheet (.xls) or one with a password", "Save it as .xlsx or CSV, without one."),
    b"%PDF": ("a PDF document", _AS_TEXT),
    b"SQLite format 3\0": ("an SQLite database", "Export the table of its orders as CSV."),
    b"ARROW1": ("an Arrow (Feather) file", "Save it as Parquet or CSV."),
    b"Obj\x01": ("an Avro file", "Save it as Parquet or CSV."),
    b"ORC": ("an ORC file", "Save it as Parquet or CSV."),
    b"\x89PNG": ("a picture", _AS_TEXT),
    b"\xff\xd8\xff": ("a picture", _AS_TEXT),
    b"GIF8": ("a picture", _AS_TEXT),
    b"{\\rtf": ("a word processor's document", _AS_TEXT),
    b"7z\xbc\xaf\x27\x1c": ("a 7-Zip archive", _UNPACK),
    b"Rar!": ("a RAR archive", _UNPACK),
    b"BZh": ("a bzip2 archive", "Unpack it with bunzip2; .gz and .zst are read as they are."),
    b"\xfd7zXZ\0": ("an xz archive", "Unpack it with unxz; .gz and .zst are read as they are."),
}
_MARKUP = ("<!doctype html", "<html", "<table", "<?xml")
_LOOKED_AT = 512


def expand(arguments: Iterable[str | Path]) -> list[Path]:
    """Return the files that arguments mean: files, the exports in folders, the matches of patterns, `-`.

    In the order of the arguments, folders and patterns sorted by name; a file that is meant twice stands once, so that
    its lines are not counted twice.

    Raises
    ------
    SourceError
        If a file is missing, a folder holds no export, or a pattern matches nothing.
    """
    found: dict[Path, Path] = {}
    for argument in arguments:
        for path in _meant(Path(argument)):
            found.setdefault(path if path == STANDARD_INPUT else path.resolve(), path)
    return list(found.values())


def kind(path: Path) -> Kind:
    """Tell text (also compressed), Parquet and .xlsx apart by the first bytes of a file.

    Raises
    ------
    SourceError
        If the path is no file, cannot be read, or its content is none of these: says what it looks like.
    """
    check_is_file(path)
    try:
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
    except OSError as error:
        raise unreadable(path, error) from error
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"PK\x03\x04") and _is_workbook(path):
        return "xlsx"
    _check_is_text(path, start)
    if start.startswith(GZIP_MAGIC):
        _check_is_text(path, _unpacked(path))
    return "text"


def check_is_file(path: Path) -> None:
    """Raise SourceError unless `path` names a file."""
    if path.is_dir():
        names = [entry.name for entry in _exports(path)]
        named = f" It holds {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}." if names else ""
        raise SourceError(f"{path}: is a folder, not a file.{named}", hint="Name the export files themselves.")
    if not path.exists():
        raise SourceError.missing(path)
    if not path.is_file():
        raise SourceError(f"{path}: is not a regular file.", hint="Save the export to a file first.")


def unreadable(path: Path, error: OSError) -> SourceError:
    """Return the error for a file that the system does not let us read."""
    allowed = error.errno not in {errno.EACCES, errno.EPERM}
    hint = "Its disk or network may fail: copy it to another disk." if allowed else "Check the permissions of the file."
    return SourceError(f"{path}: cannot be read ({error.strerror}).", hint=hint)


def _meant(path: Path) -> list[Path]:
    if path == STANDARD_INPUT:
        return [path]
    if path.is_dir():
        if exports := _exports(path):
            return exports
        endings = ", ".join(sorted(SUFFIXES))
        raise SourceError(f"{path}: holds no export ({endings}).", hint="Name the files themselves.")
    if not path.exists() and glob.has_magic(str(path)):
        if matches := [Path(name) for name in sorted(glob.glob(str(path), recursive=True)) if Path(name).is_file()]:  # noqa: PTH207 - a pattern may be absolute
            return matches
        raise SourceError(f"{path}: no file matches this pattern.", hint="Check the folder and the spelling.")
    if not path.exists():
        raise SourceError.missing(path)
    return [path]


def _exports(folder: Path) -> list[Path]:
    entries = (entry for entry in folder.iterdir() if entry.suffix.lower() in SUFFIXES and entry.is_file())
    return sorted(entry for entry in entries if not entry.name.startswith((".", "~$")))


def _is_workbook(path: Path) -> bool:
    """Whether a zip archive is an .xlsx; every other archive is refused with what it holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError(f"{path}: is a damaged .xlsx or zip archive.", hint="Export or copy it again.") from error
    if "xl/workbook.xml" in names:
        return True
    if "xl/workbook.bin" in names:
        raise SourceError(f"{path}: is a binary workbook (.xlsb).", hint="Save it as .xlsx or CSV.")
    if "content.xml" in names:
        raise SourceError(f"{path}: is an OpenDocument file.", hint="Save it as .xlsx or CSV.")
    held = ", ".join(names[:3]) + (" and more" if len(names) > 3 else "")
    raise SourceError(f"{path}: is a zip archive that holds {held or 'nothing'}.", hint=_UNPACK)


def _check_is_text(path: Path, start: bytes) -> None:
    for magic, (name, hint) in _LOOKS_LIKE.items():
        if start.startswith(magic):
            raise SourceError(f"{path}: looks like {name}, not a table of text.", hint=hint)
    if start[257:262] == b"ustar":
        raise SourceError(f"{path}: looks like a tar archive, not a table of text.", hint=_UNPACK)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(tuple(each.encode() for each in _MARKUP)):
        raise SourceError(
            f"{path}: looks like a web page or XML, not a table of text.",
            hint="Some shops name such a file .xls: open it in a spreadsheet and save it as .xlsx or CSV.",
        )


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(_LOOKED_AT)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path}: is a damaged .gz file ({error}).", hint="Export or copy it again.") from error


def fingerprint(path: Path, size: int) -> str:
    """Tell files apart by their size, their beginning and their end, where Parquet keeps its statistics: SHA-256."""
    with path.open("rb") as file:
        start = file.read(ENDS)
        file.seek(max(0, size - ENDS))
        return hashlib.sha256(b"%d\n" % size + start + file.read(ENDS)).hexdigest()


def compression_of(start: bytes) -> Compression | None:
    """Tell from its first bytes how a file is compressed."""
    return "gz" if start.startswith(GZIP_MAGIC) else "zst" if start.startswith(ZSTD_MAGIC) else None


def check_expansion(path: Path) -> None:
    """Refuse a packed file that says of itself that it unpacks to far more than any export does.

    NOTE: what a file says may be wrong. One that unpacks to more all the same is stopped while it is read (`run`).

    Raises
    ------
    SourceError
        If it looks like a decompression bomb.
    """
    unpacked = _said_to_hold(path)
    if unpacked > max(HARMLESS, MOST_EXPANSION * path.stat().st_size):
        raise SourceError(
            f"{path}: unpacks to {unpacked:,} bytes, {unpacked // path.stat().st_size:,} times its size: this looks "
            "like a decompression bomb.",
            hint="If you trust the file, unpack it and name what comes out.",
        )


def _said_to_hold(path: Path) -> int:
    """Return the unpacked size that a packed file tells, 0 where it tells none; of .gz the last 32 bits (RFC 1952)."""
    with path.open("rb") as file:
        start = file.read(18)
        if start.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(path) as archive:
                return sum(each.file_size for each in archive.infolist())
        if start.startswith(ZSTD_MAGIC):
            return zst_content(start)
        if start.startswith(GZIP_MAGIC):
            file.seek(-4, 2)
            return int.from_bytes(file.read(4), "little")
    return 0


def zst_content(header: bytes) -> int:
    """Return the unpacked size that the header of a .zst file tells (RFC 8878, 3.1.1.1), 0 where it does not."""
    descriptor = header[4] if len(header) > 4 else 0
    single = descriptor >> 5 & 1
    width = (single, 2, 4, 8)[descriptor >> 6]
    start = 5 + (not single) + (0, 1, 2, 4)[descriptor & 3]
    content = int.from_bytes(header[start : start + width], "little")
    return content + 256 if width == 2 else content


@contextmanager
def open_bytes(path: Path, compression: Compression | None) -> Iterator[BinaryIO]:
    """Open a file for reading in a stream, unpacked.

    Raises
    ------
    SourceError
        If a .zst file cannot be unpacked: neither Python (before 3.14) nor a `zstd` program is at hand.
    """
    if compression == "zst":
        with _open_zst(path) as file:
            yield file
    elif compression == "gz":
        with gzip.open(path) as packed:
            yield cast("BinaryIO", packed)
    else:
        with path.open("rb") as file:
            yield file


@contextmanager
def _open_zst(path: Path) -> Iterator[BinaryIO]:
    try:
        module = importlib.import_module("compression.zstd")
    except ImportError:
        program = shutil.which("zstd")
        if program is None:
            raise SourceError(
                f"{path}: is a .zst file that is not in plain UTF-8, which needs the `zstd` program or Python 3.14.",
                hint="Unpack it elsewhere (zstd -d), or compress it as .gz.",
            ) from None
        command = [program, "-dcq", "--", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603
            try:
                yield cast("BinaryIO", process.stdout)
            finally:
                process.kill()  # when only the head was wanted
    else:
        with module.open(path) as file:
            yield file
