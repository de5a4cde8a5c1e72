"""What ends a run that gets out of hand, in the middle of whatever it does: with an error, not by the system."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from threading import Event, Thread, current_thread, main_thread
from typing import TYPE_CHECKING

from engine.errors import ResourceError
from engine.machine import resident_memory
from engine.resources import MB
from engine.workspace import used_space

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.errors import EngineError

SECONDS_BETWEEN_LOOKS = 0.1
EXCESS = 1.5
"""Memory that a run may take, by what it was planned with: the plan estimates, and is not a wall."""
DISK_EXCESS = 10
"""Space that temporary files may take while the input is read, by what was planned: of packed files it is a guess."""
FEW_BYTES = 2_000 * MB
"""Temporary files that are never too many."""


def interrupt_once(*_: object) -> None:
    """Interrupt the run, unless it is already being undone: a second Ctrl-C must not leave half of it behind.

    NOTE: one SIGINT counts twice where a query of Polars runs: it raises KeyboardInterrupt, and so does Python.
    """
    error = sys.exception()
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return
        error = error.__context__
    raise KeyboardInterrupt


class Guard:
    """Ends a run of the main thread with an error; a run of another thread cannot be ended, and goes on."""

    def __init__(self) -> None:
        self._error: EngineError | None = None
        self._able = current_thread() is main_thread()
        self._folder: Path | None = None
        self._most_files = 0

    def stop(self, error: EngineError) -> None:
        """End the run with an error, from whatever thread; returns at once, and only the first error counts."""
        if self._able and self._error is None:
            self._error = error
            thread = main_thread().ident
            assert thread is not None
            # NOTE: Polars answers SIGINT while a query runs, which no Python code could end.
            signal.pthread_kill(thread, signal.SIGINT)

    def bound(self, folder: Path, planned: int) -> None:
        """Watch from now on also what the files in a folder take, planned with so many bytes."""
        self._folder, self._most_files = folder, max(DISK_EXCESS * planned, FEW_BYTES)

    @contextmanager
    def watching(self, limit: int) -> Iterator[Guard]:
        """Watch the memory that the process takes while the block runs, planned with `limit` bytes.

        What it held before is not counted: it may be anybody's.

        Raises
        ------
        EngineError
            The error that the run was stopped with.
        """
        over = Event()
        watcher = Thread(target=self._watch, args=(limit, resident_memory(), over), daemon=True)
        usual = self._able and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        try:
            if usual:
                signal.signal(signal.SIGINT, interrupt_once)
            if self._able:
                watcher.start()
            try:
                yield self
            finally:
                over.set()
                if watcher.is_alive():
                    watcher.join()
                if usual:
                    signal.signal(signal.SIGINT, signal.default_int_handler)
        except KeyboardInterrupt:
            if self._error is None:
                raise
            raise self._error from None

    def _watch(self, limit: int, before: int, over: Event) -> None:
        while not over.wait(SECONDS_BETWEEN_LOOKS):
            if (used := resident_memory() - before) > EXCESS * limit:
                self.stop(
                    ResourceError(
                        f"The run takes {used / MB:,.0f} MB of memory, far more than the {limit / MB:,.0f} MB that it "
                        "was planned with: the export holds enormous lines, or unpacks to far more than exports do.",
                        hint="Look for such lines (awk 'length > 100000 { print NR }'), or raise --memory-limit.",
                    )
                )
                return
            if self._folder is not None and (taken := _taken(self._folder)) > self._most_files:
                self.stop(
                    ResourceError(
                        f"The temporary files take {taken / MB:,.0f} MB, far more than the size of the export lets "
                        "expect: this looks like a decompression bomb.",
                        hint="If you trust the file, unpack it and name what comes out.",
                    )
                )
                return


def _taken(folder: Path) -> int:
    try:
        return used_space(folder)
    except OSError:  # a file is gone while it is looked at
        return 0
