"""Processes of our own beside the analysis: told what to do, and answering, in lines of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

ROOT = Path(__file__).parents[1]


def started(
    work: str,
    environment: dict[str, str] | None = None,
    stdout: int | None = subprocess.PIPE,
    *,
    new_group: bool = False,
) -> subprocess.Popen[str]:
    """Start a process for a function without arguments, named as `module:function`; `environment` is added.

    In a new group it gets no signals from the terminal.
    """
    module, function = work.split(":")
    return subprocess.Popen(  # noqa: S603 - the work is named in this package
        [sys.executable, "-c", f"from {module} import {function}; {function}()"],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        start_new_session=new_group,
    )


class Process:
    """A process that does a work while the caller does others; a context manager, so that it always ends.

    `broken` makes the error that is raised where it has ended before its time; `environment` is added to its own.
    """

    def __init__(self, work: str, broken: Callable[[], Exception], **environment: str) -> None:
        self._work = work
        self._broken = broken
        self._environment = environment

    def start(self) -> None:
        """Start the process, unless it runs."""
        assert self._process.stdin is not None

    @property
    def runs(self) -> bool:
        """Whether it was started."""
        return "_process" in vars(self)

    @cached_property
    def _process(self) -> subprocess.Popen[str]:
        return started(self._work, self._environment)

    def ask(self, message: dict[str, Any]) -> None:
        """Send a message; returns at once."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._broken() from error

    def answer(self) -> dict[str, Any]:
        """Wait for the next answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._broken()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.runs:
            self._process.kill()
            self._process.communicate()


class Attended:
    """What has a process and ends it at its own end: a context manager."""

    _process: Process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.__exit__(kind, error, trace)


def asked() -> Iterator[dict[str, Any]]:
    """Give, in the process itself, the messages that it is sent, until there are no more."""
    for line in sys.stdin:
        yield json.loads(line)


def tell(message: dict[str, Any]) -> None:
    """Answer, in the process itself."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
