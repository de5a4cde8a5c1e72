"""The parts of what is printed: headings, lists and tables within the width of the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

WIDEST = 110
"""Beyond this a table only grows gaps."""


def flat(text: str) -> str:
    """Put a text of the data on one line, without characters that would steer the terminal."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())


def new_grid() -> Table:
    """Begin a list of facts: their names, and what they are."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def new_table() -> Table:
    """Begin a table that fills the width."""
    return Table(box=SIMPLE_HEAD, expand=True, pad_edge=False, padding=(0, 1), header_style="bold", show_edge=False)


def print_table(table: Table, console: Console) -> None:
    """Print a table or a list of facts, indented."""
    console.print(Padding(table, (0, 0, 0, 2)), width=min(console.width, WIDEST))


def heading(text: str, console: Console, style: str = "bold") -> None:
    """Print a heading with a line above it."""
    console.print()
    console.print(Text(text, style=style))


def item(mark: str, text: str, console: Console, *, style: str = "", mark_style: str = "") -> None:
    """Print a line of a list, its further lines indented."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=2, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark, style=mark_style), Text(text, style=style))
    console.print(Padding(grid, (0, 0, 0, 2)), width=min(console.width, WIDEST))
