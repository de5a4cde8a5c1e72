"""The progress of a batch on stderr: a live table of what runs on a terminal, a line for every export elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from engine.batches.running import Listener
from engine.commands.display import BAR_WIDTH, on_stderr
from engine.report import numbers
from engine.report.terminal import flat

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console, RenderableType

    from engine.batches.manifest import Entry

NAME_WIDTH = 28


class _Lines(Listener):
    """A line for every export as it ends."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._done = self._whole = 0

    def begins(self, entries: list[Entry], waiting: list[Entry]) -> None:
        self._whole = len(waiting)
        same = len(entries) - len(waiting)
        told = f"{numbers.plural(len(entries), 'export')}, {len(waiting):,} to analyse"
        self._say(f"{told}; {same:,} done before, and as they were" if same else told)

    def ends(self, entry: Entry) -> None:
        self._done += 1
        self._say(f"[{self._done}/{self._whole}] {_ended(entry)}")

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)


class _Table(_Lines):
    """The same lines, and below them what runs: how long, and how far it is."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._began = time.monotonic()
        self._running: dict[str, tuple[float, str]] = {}

    def hears(self, entry: Entry, text: str) -> None:
        since, _ = self._running.get(entry.name, (time.monotonic(), ""))
        self._running[entry.name] = since, flat(text)

    def ends(self, entry: Entry) -> None:
        self._running.pop(entry.name, None)
        super().ends(entry)

    def render(self) -> RenderableType:
        now = time.monotonic()
        grid = Table.grid(padding=(0, 1))
        for name, (since, text) in list(self._running.items()):
            told = Text(text, no_wrap=True, overflow="ellipsis")
            grid.add_row(Text(_short(name), style="bold"), Text(f"{now - since:4.0f} s", style="dim"), told)
        bar = Table.grid(padding=(0, 1))
        share = self._done / self._whole if self._whole else 1.0
        left = (now - self._began) / self._done * (self._whole - self._done) if self._done else None
        words = f"{self._done:,} of {self._whole:,}" + (f", {left / 60:,.0f} min left" if left and left > 90 else "")
        bar.add_row(ProgressBar(total=1.0, completed=share, width=BAR_WIDTH), Text(words))
        return Group(grid, bar)


def batch_display(*, quiet: bool) -> AbstractContextManager[Listener | None]:
    """Give what shows the progress of a batch; None where nobody wants to see it."""
    return on_stderr(_Lines, _Table, quiet=quiet)


def _ended(entry: Entry) -> str:
    """Say in a line what became of an analysis."""
    took = f"{entry.seconds:,.1f} s" if entry.seconds is not None else "0 s"
    if entry.error is not None:
        return f"{flat(entry.name)}: failed after {took}: {flat(entry.error['what'])}"
    known = entry.figures or {}
    money = numbers.money(known.get("revenue"), str(known.get("currency") or ""))
    return f"{flat(entry.name)}: {numbers.plural(known.get('customers', 0), 'customer')}, {money}, {took}"


def _short(name: str) -> str:
    return name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 1]}…"
