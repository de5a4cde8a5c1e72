"""The folder of a run's temporary files: made for one run, gone after it, whatever happens.

What a run leaves that is ended by force (SIGKILL, a power cut) is removed by the next run in the same place. A run
holds a lock on a file in its folder as long as it lives, and the system takes the lock away when it dies: unlike the
number of a process, a lock cannot be mistaken for another's, also where several containers share a folder.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING

from engine.errors import ResourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PREFIX = "hidden-segments-"
OWNER = "owner"
"""The file that the owner of a folder holds locked."""
SIGN = "hidden-segments, process"
"""What stands in it, before the number of the process."""

_LOCKLESS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


@contextmanager
def workspace(parent: Path | None = None, tell: Callable[[str], None] | None = None) -> Iterator[Path]:
    """Give a folder in `parent`, or in the system's for temporary files, that is removed at the end.

    Removes folders of runs that were ended by force first, and tells it.

    Raises
    ------
    ResourceError
        If no folder can be made there.
    """
    place = Path(tempfile.gettempdir()) if parent is None else parent
    removed = remove_abandoned(place)
    if removed and tell is not None:
        tell(f"Removed from {place}: temporary files of {removed} {'run' if removed == 1 else 'runs'} ended by force.")
    folder: Path | None = None
    lock: IO[str] | None = None
    try:
        try:
            # The whole path: processes of ours, whose working directory is another one, read in it too.
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place.absolute()))
            lock = _claim(folder)
        except OSError as error:
            raise ResourceError(
                f"{place}: temporary files cannot be written there ({error.strerror}).",
                hint="Name a folder that exists, can be written and has space with --temp-dir.",
            ) from error
        yield folder
    finally:
        if folder is not None:
            remove(folder)
        if lock is not None:
            lock.close()


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it; an interruption meanwhile (Ctrl-C) is raised once it is gone."""
    interrupted: KeyboardInterrupt | None = None
    for _ in range(100):
        try:
            if not folder.exists():
                break
            shutil.rmtree(folder, ignore_errors=True)
        except KeyboardInterrupt as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted


def discard(files: Iterable[Path]) -> Thread:
    """Remove files while the run goes on; join the thread before the space is counted.

    To give back the memory in which the system holds 1.2 GB of them took 0.4 s.
    """

    def unlink() -> None:
        for file in files:
            with suppress(OSError):  # the end of the run removes what is left
                file.unlink()

    thread = Thread(target=unlink, daemon=True)
    thread.start()
    return thread


def remove_abandoned(place: Path) -> int:
    """Remove the folders whose owners are gone; return their number.

    Leaves alone what is not provably of a run that has ended: folders of others, without the file of an owner, or with
    one that is locked. Two runs that begin at once do not disturb each other.
    """
    return sum(_remove_if_abandoned(folder) for folder in sorted(place.glob(f"{PREFIX}*")))


def used_space(folder: Path) -> int:
    """Return the bytes of all files in a folder and below it."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def locked(path: Path) -> IO[str] | None:
    """Make or take a file and lock it, until it is closed or this process dies; None where the disk knows no locks.

    Raises
    ------
    BlockingIOError
        If somebody else has it locked.
    OSError
        If it cannot be written.
    """
    while True:
        # No link is followed: it might lead to a file of others, which would be written.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        file = os.fdopen(handle, "r+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(path.stat(), os.fstat(handle)):
                file.write(f"{SIGN} {os.getpid()}\n")
                file.flush()
                return file
            file.close()  # its owner has just removed it
        except BlockingIOError:
            file.close()
            raise
        except OSError as error:
            file.close()
            if error.errno in _LOCKLESS:
                return None
            raise


def _claim(folder: Path) -> IO[str] | None:
    """Write and lock the file of the owner; None where the disk knows no locks: the folder is then nobody's to remove.

    NOTE: locked under another name first, so that nobody ever sees the file of a living owner without its lock.
    """
    unnamed = folder / f"{OWNER}.new"
    file = unnamed.open("w", encoding="utf-8")
    try:
        file.write(f"{SIGN} {os.getpid()}\n")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        if error.errno == errno.ENOSPC:
            raise
        return None
    unnamed.rename(folder / OWNER)
    return file


def _remove_if_abandoned(folder: Path) -> bool:
    owner = folder / OWNER
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return False
        with owner.open("r+", encoding="utf-8") as file:
            if file.read(len(SIGN)) != SIGN:
                return False
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Last of all the file of the owner, which stays locked until then.
            for entry in folder.iterdir():
                if entry != owner:
                    shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
            shutil.rmtree(folder)
    except OSError:
        return False
    return True
