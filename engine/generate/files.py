"""Output files that appear whole or not at all."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING

from engine.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def whole_files(*paths: Path) -> Iterator[list[IO[bytes]]]:
    """Open a `.part` beside each path; rename all of them at the end, or remove them after an error.

    Raises
    ------
    OutputError
        If a path cannot be written, or the disk fills up on the way.
    """
    parts: list[Path] = []
    try:
        with ExitStack() as stack:
            files: list[IO[bytes]] = []
            for path in paths:
                _check(path)
                part = path.with_name(f"{path.name}.part")
                files.append(stack.enter_context(part.open("wb")))
                parts.append(part)
            yield files
        for path in paths:
            parts[0].replace(path)
            del parts[0]
    except OSError as error:
        names = " and ".join(str(path) for path in paths)
        raise OutputError(
            f"{names}: cannot be written: {error.strerror or error}.",
            hint="Check the name, the folder's rights and the free space.",
        ) from error
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _check(path: Path) -> None:
    """Refuse a path that can never become a file."""
    if path.is_dir():
        raise OutputError(f"{path}: is a folder.", hint="Name a file in it, such as export.csv.")
    if not path.parent.is_dir():
        raise OutputError(f"{path.parent}: no such folder.", hint="Create the folder first, or name another file.")
