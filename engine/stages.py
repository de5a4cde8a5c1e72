"""The stages of a run: told to the user as they begin, timed for `run.json`."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _silent(message: str) -> None:
    """Tell nobody."""


@dataclass
class Stages:
    """Seconds by stage, in the order of the run, and whom to tell."""

    tell: Callable[[str], None] = _silent
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, message: str = "") -> Iterator[None]:
        """Announce a stage and record how long it takes."""
        if message:
            self.tell(message)
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - begin, 3)
