"""What `batch` prints at its end: every export with its key figures, and what failed, within eighty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.batches.exports import INDEX
from engine.report.batch_page import headline, key_figures
from engine.report.terminal import flat, heading, item, new_table, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from engine.batches.running import Batch

STYLES = {"done": "green", "failed": "bold red", "running": "bold", "interrupted": "yellow", "waiting": "dim"}


def show(result: Batch, console: Console) -> None:
    """Print a batch. Texts from the data never act as markup."""
    heading(headline(result.entries), console)
    table = new_table()
    table.add_column("Export", ratio=1, overflow="fold")
    table.add_column("State", no_wrap=True)
    for head in ("Custo-\nmers", "Orders", "Revenue", "Seg-\nments"):
        table.add_column(head, justify="right", no_wrap=True)
    for entry in result.entries:
        customers, orders, revenue, *_, segments, _ = key_figures(entry)
        state = f"[{STYLES[entry.state]}]{entry.state}[/]"
        table.add_row(_plain(entry.name), state, customers, orders, revenue, segments)
    print_table(table, console)
    if result.failed:
        heading("Failed, or not done yet", console, style="bold red")
        for entry in result.failed:
            told = f"{entry.error['what']} {entry.error['hint']}" if entry.error else f"{entry.state}."
            item("!", flat(f"{entry.name}: {told}"), console, mark_style="bold red")
    heading("Files", console)
    item("→", str(result.out / INDEX), console, style="bold")
    same = len(result.entries) - result.made
    beside = f"manifest.json and a folder of results for each export are beside it; {result.made:,} were made this time"
    item(" ", f"{beside}, {same:,} had been made before" if same else beside, console, style="dim")
    console.print()


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(flat(text))
