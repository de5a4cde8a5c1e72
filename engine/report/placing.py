"""The folder of a run's outputs: held by one run at a time, written beside and put into place whole or not at all.

A run holds a lock on a file beside its folder as long as it lives; the system takes the lock away when it dies. So what
lies beside a folder whose lock is free is of a run that was ended by force, and the next run there clears it away.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine.errors import OutputError
from engine.resources import disk_full, is_disk_full
from engine.workspace import locked, remove

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CHARTS = "charts"
"""The folder of the charts among the outputs."""
ELSEWHERE = "Name another folder with --out."
_CHART_ENDINGS = frozenset({".png", ".svg", ".json"})
_MARK = ".hidden-segments-"
"""Stands between the name of an output folder and what tells apart the hidden entries beside it."""
_LOCK, _EARLIER = "lock", ".earlier"
_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux's renameat2."""


def check_target(out: Path, inputs: Iterable[Path], outputs: Sequence[str]) -> None:
    """Refuse an output folder that holds anything else than an earlier run's results: it is replaced as a whole.

    `outputs` names all that a run of the kind leaves, its record last.

    Raises
    ------
    OutputError
        If the path is a file, a folder with other content, or a folder that holds an input.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(f"{out}: is a file, and the results need a folder.", hint=ELSEWHERE)
    if inside := [path for path in inputs if path.resolve().is_relative_to(out.resolve())]:
        raise OutputError(f"{out}: holds the input {inside[0].name}, which the results would replace.", hint=ELSEWHERE)
    try:
        foreign = sorted(_foreign(out, outputs))
    except OSError as error:
        raise OutputError(f"{out}: cannot be read ({error.strerror}).", hint=ELSEWHERE) from error
    if foreign:
        raise OutputError(
            f"{out}: holds files that are not of an earlier run: {', '.join(foreign[:5])}.",
            hint="Name a new or empty folder with --out; an earlier run's folder is replaced as a whole.",
        )


def _foreign(out: Path, outputs: Sequence[str]) -> Iterator[str]:
    """Name what a run did not write; in a folder without the record of a run that is everything."""
    known = outputs if (out / outputs[-1]).is_file() else ()
    for entry in out.iterdir():
        if entry.name not in known or entry.is_symlink():
            yield entry.name
        elif entry.name == CHARTS:
            yield from (f"{CHARTS}/{each.name}" for each in entry.iterdir() if each.suffix not in _CHART_ENDINGS)


@contextmanager
def reserved(out: Path) -> Iterator[None]:
    """Hold the place of an output folder for one run; clear away first what runs ended by force left beside it.

    Where such a run had moved an earlier result aside and not yet put its own in the place, the earlier one returns.

    Raises
    ------
    OutputError
        If another run holds the place, or nothing can be written there.
    """
    made: list[Path] = []
    lock = _beside(out, _LOCK)
    try:
        try:
            _make(out.parent, made)
            _clear_abandoned(out.parent, lock)
            file = _patiently_locked(lock)
        except BlockingIOError:
            raise OutputError(
                f"{out}: another run is writing its results there.", hint=f"Wait until it has ended. {ELSEWHERE}"
            ) from None
        except OSError as error:
            raise OutputError(f"{out}: cannot be written ({error.strerror}).", hint=ELSEWHERE) from error
        try:
            if file is not None:
                _restore(out)
            yield
        finally:
            lock.unlink(missing_ok=True)
            if file is not None:
                file.close()
    finally:
        for folder in reversed(made):
            with suppress(OSError):  # it holds the results
                folder.rmdir()


def _patiently_locked(lock: Path) -> IO[str] | None:
    """Lock a file as `locked`, having waited a moment: a run that begins beside it may look whether it is abandoned."""
    for _ in range(10):
        with suppress(BlockingIOError):
            return locked(lock)
        time.sleep(0.05)
    return locked(lock)


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f".{out.name}{_MARK}{what}")


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; `made` gets those that were not there."""
    if not folder.exists():
        _make(folder.parent, made)
        folder.mkdir(exist_ok=True)
        made.append(folder)


def _clear_abandoned(place: Path, held: Path) -> None:
    """Clear away what runs ended by force left in a folder of output folders, but for that of the lock `held`."""
    for lock in place.glob(f".*{_MARK}{_LOCK}"):
        if lock == held:
            continue
        with suppress(OSError):  # a run lives
            if (file := locked(lock)) is not None:
                with file:
                    _restore(lock.with_name(lock.name[1:].removesuffix(f"{_MARK}{_LOCK}")))
                    lock.unlink(missing_ok=True)


def _restore(out: Path) -> None:
    """Remove what a run left that was ended by force, and bring back the earlier result that it had moved aside."""
    hidden = re.compile(rf"\.{re.escape(out.name)}{re.escape(_MARK)}[a-z0-9_]{{8}}({re.escape(_EARLIER)})?")
    left = [each for each in out.parent.iterdir() if hidden.fullmatch(each.name)]
    for folder in left:
        if folder.is_symlink() or not folder.is_dir():
            continue
        if folder.name.endswith(_EARLIER) and not out.exists():
            folder.rename(out)
        else:
            remove(folder)


@contextmanager
def staged(out: Path, outputs: Sequence[str]) -> Iterator[Path]:
    """Give a folder beside `out` to write into; put it in the place of `out` at the end, or remove it after an error.

    The caller holds the place (`reserved`).
    """
    try:
        staging = Path(tempfile.mkdtemp(prefix=_beside(out, "").name, dir=out.parent))
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror}).", hint=ELSEWHERE) from error
    try:
        yield staging
        staging.chmod(0o755)
        _replace(staging, out, outputs)
    except BaseException as error:
        remove(staging)
        if is_disk_full(error):
            raise disk_full(out.parent, "--out") from error
        raise


def replace_file(path: Path, text: str) -> None:
    """Write a file whole or not at all; whoever calls it is the only one who does.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    staging = path.with_name(f".{path.name}.new")
    try:
        staging.write_text(text, encoding="utf-8", newline="\n")
        staging.replace(path)
    except OSError as error:
        staging.unlink(missing_ok=True)
        if is_disk_full(error):
            raise disk_full(path.parent, "--out") from error
        raise OutputError(f"{path}: cannot be written ({error.strerror}).", hint=ELSEWHERE) from error


def _replace(staging: Path, out: Path, outputs: Sequence[str]) -> None:
    """Put the staged folder in the place of an earlier run's, which is there until the new one stands."""
    earlier = staging
    try:
        check_target(out, (), outputs)
        if out.exists() and not _exchanged(staging, out):
            earlier = staging.with_name(staging.name + _EARLIER)
            out.rename(earlier)
        if earlier != staging or not out.exists():
            staging.rename(out)
    except BaseException as error:
        if earlier != staging and earlier.exists() and not out.exists():
            earlier.rename(out)
        if not isinstance(error, OSError):
            raise
        raise OutputError(f"{out}: cannot be put into place ({error.strerror}).", hint=ELSEWHERE) from error
    shutil.rmtree(earlier, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system can: at no moment is either missing."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)
