"""The stages of a run: told to the user as they begin, watched while they last, timed for `run.json`."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.machine import processor_seconds
from engine.progress import Progress, Tally, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


FORETELLING = "Trying forecasts on the past, and foretelling what every customer will do"
"""Announces the forecast."""


def _silent(message: str) -> None:
    """Tell nobody."""


@dataclass
class Stages:
    """Seconds by stage, in the order of the run, whom to tell, and who watches the long ones."""

    tell: Callable[[str], None] = _silent
    watch: Callable[[Progress], None] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)
    processor_began: float = field(default_factory=processor_seconds)

    @contextmanager
    def stage(
        self,
        name: str,
        message: str = "",
        *,
        total: int = 0,
        unit: str = "",
        measure: Callable[[], int] | None = None,
    ) -> Iterator[Tally]:
        """Announce a stage and record how long it takes; what is counted with the tally it gives can be watched.

        `total` is the number of units that will be counted, or an estimate; 0 where nothing is counted. `measure` tells
        how many are done, where nobody counts them.
        """
        if message:
            self.tell(message)
        tally = Tally(measure)
        begin = time.perf_counter()
        try:
            with watched(tally, total, unit, self.watch) if total and self.watch else nullcontext():
                yield tally
        finally:
            self.seconds[name] = round(time.perf_counter() - begin, 3)

    def total(self) -> float:
        """Return the seconds since the run began."""
        return round(time.perf_counter() - self.began, 3)

    def processor(self) -> float:
        """Return the processor time that the run has taken in this process, in seconds."""
        return round(processor_seconds() - self.processor_began, 3)
