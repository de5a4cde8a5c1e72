"""The progress of a run on stderr: a spinner and a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from engine.progress import Progress

SECONDS_BETWEEN_LINES = 10
DRAWN_PER_SECOND = 8
BAR_WIDTH = 18


class Drawing(Protocol):
    """What is drawn on a terminal as it is at the moment."""

    def render(self) -> RenderableType:
        """Return how it looks now."""


Told = TypeVar("Told")
Drawn = TypeVar("Drawn", bound=Drawing)


class Display:
    """Where a run is told: the stages, and how far the present one is."""

    def tell(self, message: str) -> None:
        """Tell that a stage begins, or what was found."""

    def watch(self, progress: Progress) -> None:
        """Show how far the stage is."""

    def end(self) -> None:
        """Tell that the last stage has ended."""


class _Lines(Display):
    """Plain lines: the progress at most every ten seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told = time.monotonic()

    def tell(self, message: str) -> None:
        self._console.print(message, markup=False, soft_wrap=True)
        self._told = time.monotonic()

    def watch(self, progress: Progress) -> None:
        if time.monotonic() - self._told >= SECONDS_BETWEEN_LINES:
            self.tell(f"  {progress}")


class _Bar(Display):
    """The stage that runs with a spinner, and below it a bar where its length is known; gone at its end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spinner = Spinner("dots")
        self._message = ""
        self._progress: Progress | None = None

    def tell(self, message: str) -> None:
        if self._message:
            self._console.print(Text(self._message, style="dim"))
        self._message, self._progress = message, None

    def watch(self, progress: Progress) -> None:
        self._progress = progress

    def end(self) -> None:
        self.tell("")

    def render(self) -> RenderableType:
        view = Table.grid()
        if self._message:
            self._spinner.update(text=Text(self._message))
            view.add_row(self._spinner)
        if (progress := self._progress) is not None:
            words = ", ".join(filter(None, (progress.counted(), progress.speed(), progress.left())))
            bar = Table.grid(padding=(0, 1))
            bar.add_row(
                " ",
                ProgressBar(total=1.0, completed=progress.share, width=BAR_WIDTH),
                Text(f"{progress.share:4.0%}", style="bold"),
                Text(words, no_wrap=True, overflow="ellipsis"),
            )
            view.add_row(bar)
        return view


@contextmanager
def display(*, quiet: bool) -> Iterator[Display | None]:
    """Give what shows the progress of a run; None where nobody wants to see it."""
    with on_stderr(_Lines, _Bar, quiet=quiet) as shown:
        try:
            yield shown
        finally:
            if shown is not None:
                shown.end()


@contextmanager
def on_stderr(
    told: Callable[[Console], Told], drawn: Callable[[Console], Drawn], *, quiet: bool
) -> Iterator[Told | Drawn | None]:
    """Give what is drawn again and again on a terminal, what is told elsewhere; None where nobody wants to see it."""
    if quiet:
        yield None
        return
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield told(console)
        return
    shown = drawn(console)
    with Live(console=console, get_renderable=shown.render, refresh_per_second=DRAWN_PER_SECOND, transient=True):
        yield shown
