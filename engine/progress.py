"""How far a long stage is: counted from any thread, looked at a few times a second, put into words."""

from __future__ import annotations

import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOKS_PER_SECOND = 5
REMEMBERED_SECONDS = 10
"""The rate is that of the last so many seconds."""
ALMOST = 0.99
"""Share up to which a stage comes whose total is an estimate, as long as it lasts."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is at one moment; `total` may be an estimate."""

    done: int
    total: int
    unit: str
    rate: float
    """Units per second, 0 where it is not known yet."""

    @property
    def share(self) -> float:
        """Share that is done, between 0 and almost 1.

        >>> Progress(5, 20, "lines", 0).share, Progress(30, 20, "lines", 0).share
        (0.25, 0.99)
        """
        return min(self.done / self.total, ALMOST) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end at the present rate; None where the rate is not known."""
        return max(self.total - self.done, 0) / self.rate if self.rate > 0 else None

    def counted(self) -> str:
        """Say what is done of how much.

        >>> Progress(12_340_000, 27_000_000, "lines", 4.1e6).counted(), Progress(3, 16, "shards", 0.8).counted()
        ('12.3 of 27.0 M lines', '3 of 16 shards')
        """
        total = max(self.total, self.done)
        _, divisor, sign, decimals = next(each for each in _SCALES if total >= each[0])
        done, whole = (f"{number / divisor:,.{decimals}f}" for number in (self.done, total))
        return f"{done} of {whole}{sign} {self.unit}"

    def speed(self) -> str:
        """Say the rate; nothing where it is not known, or below ten a second.

        >>> Progress(1, 2, "lines", 4_123_000).speed(), Progress(1, 2, "shards", 0.8).speed()
        ('4.1 M lines/s', '')
        """
        if self.rate < 10:
            return ""
        _, divisor, sign, decimals = next(each for each in _SCALES if self.rate >= each[0])
        return f"{self.rate / divisor:,.{decimals}f}{sign} {self.unit}/s"

    def left(self) -> str:
        """Say the time left; nothing where it is not known.

        >>> Progress(0, 60, "lines", 10).left(), Progress(0, 750, "lines", 10).left()
        ('6 s left', '1 min 15 s left')
        """
        if self.seconds_left is None:
            return ""
        minutes, seconds = divmod(round(self.seconds_left), 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return f"{hours} h {minutes} min left"
        return f"{minutes} min {seconds} s left" if minutes else f"{seconds} s left"

    def __str__(self) -> str:
        return ", ".join(filter(None, (f"{self.share:.0%}", self.counted(), self.speed(), self.left())))


_SCALES = ((1e6, 1e6, " M", 1), (2e5, 1e3, " k", 0), (0, 1, "", 0))
"""From which number on, divided by what, with which sign and how many decimals."""


class Tally:
    """Counts what is done: called with the number of units that were done since, from whatever thread.

    Or `measure` tells it: how many units are done at the moment of asking.
    """

    def __init__(self, measure: Callable[[], int] | None = None) -> None:
        self._done = 0
        self._lock = Lock()
        self._measure = measure

    @property
    def done(self) -> int:
        """Units that are done."""
        return self._done if self._measure is None else self._measure()

    def __call__(self, units: int) -> None:
        """Add units; cheap enough for every batch of lines."""
        with self._lock:
            self._done += units


@contextmanager
def watched(tally: Tally, total: int, unit: str, watch: Callable[[Progress], None]) -> Iterator[None]:
    """Call `watch` a few times a second, in a thread of its own, from the first unit that is counted on."""
    ended = Event()
    thread = Thread(target=_look, args=(tally, total, unit, watch, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _look(tally: Tally, total: int, unit: str, watch: Callable[[Progress], None], ended: Event) -> None:
    seen = deque([(time.monotonic(), 0)], maxlen=LOOKS_PER_SECOND * REMEMBERED_SECONDS)
    while not ended.wait(1 / LOOKS_PER_SECOND):
        now, done = time.monotonic(), tally.done
        if not done:  # files may be rewritten first
            seen[0] = (now, 0)
            continue
        begin, before = seen[0]
        seen.append((now, done))
        watch(Progress(done, total, unit, (done - before) / (now - begin)))
