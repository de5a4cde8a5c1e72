"""What a run prints at its end: the same figures as the report, within eighty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.report import numbers, tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

WIDEST = 110
"""Beyond this a table only grows gaps."""

REPORT = "report.html"
_STATISTICS = ("p25", "median", "mean", "p75", "p90")
_FEATURES = 8
_REASONS = 6
_WIDE = 100
_LIKES = 24


def show(summary: dict[str, Any], findings: Sequence[str], console: Console, files: Path | None) -> None:
    """Print the summary of a run.

    `files` is the folder of the outputs, as it should be written to the user; None where none were left. Texts from
    the data are printed as they are: they never act as markup.
    """
    _overview(summary, console)
    _alerts(summary, console)
    _segments(summary, console)
    _statistics(summary, console)
    if findings:
        _heading("Key findings", console)
        for number, finding in enumerate(findings, 1):
            _item(f"{number}.", _flat(finding), console)
    if files is not None:
        _heading("Files", console)
        _item("→", str(files / REPORT), console, style="bold")
        _item(" ", f"tables, charts and the model are beside it in {files}", console, style="dim")
    console.print()


def _overview(summary: dict[str, Any], console: Console) -> None:
    """Print what was read, what was rejected and why, and the size of it all."""
    rows = summary["rows"]
    currency = str(summary.get("currency") or "")
    _heading("What was read", console)
    grid = _grid()
    names = _flat(", ".join(file["name"] for file in summary["source"]["files"]))
    grid.add_row("Files", Text(names, overflow="ellipsis", no_wrap=True))
    lost = rows["rejected"] / rows["read"] if rows["read"] else 0
    kept, rejected = numbers.full(rows["kept"]), numbers.full(rows["rejected"])
    lines = f"{numbers.full(rows['read'])} read, {kept} used, {rejected} rejected ({numbers.share(lost)})"
    grid.add_row("Lines", lines)
    reasons = tables.rejected(summary)
    for reason, lines, part in reasons[:_REASONS]:
        grid.add_row("", Text(f"{lines} ({part}): {_flat(reason)}", style="dim"))
    if len(reasons) > _REASONS:
        grid.add_row("", Text(f"and {len(reasons) - _REASONS} more reasons", style="dim"))
    period = summary["period"]
    grid.add_row("Period", f"{numbers.day(period['first'])} to {numbers.day(period['last'])}")
    grid.add_row(
        "Customers", f"{numbers.full(summary['customers'])}, {numbers.full(summary['buyers'])} of them with a purchase"
    )
    products = f" of {numbers.full(summary['products'])} products" if summary["products"] else ""
    grid.add_row("Orders", f"{numbers.full(summary['orders'])}{products}")
    grid.add_row("Revenue", f"{numbers.money(summary['revenue'], currency)}, net of returns")
    k = summary["k"]
    by = " (your choice)" if k["chosen_by"] == "user" else ""
    grid.add_row("Segments", Text(f"{k['chosen']}{by}. {_flat(k['verdict'])}"))
    console.print(Padding(grid, (0, 0, 0, 2)))


def _alerts(summary: dict[str, Any], console: Console) -> None:
    found = tables.alerts(summary)
    if not found:
        return
    _heading("Mind when reading", console, style="bold yellow")
    for message, touched in found:
        _item("!", f"{_flat(message)} ({touched})" if touched else _flat(message), console, mark_style="bold yellow")


def _segments(summary: dict[str, Any], console: Console) -> None:
    """Print one row a segment; the name takes what room the figures leave."""
    currency = str(summary.get("currency") or "")
    table = _table()
    wide = console.width >= _WIDE
    table.add_column("Segment", ratio=1, overflow="fold")
    for head in ("Custo-\nmers", "Share", "Reve-\nnue", "Last\norder", "Or-\nders", "Order\nvalue"):
        table.add_column(head, justify="right", no_wrap=True)
    if wide:
        table.add_column("Favourite", max_width=26, no_wrap=True, overflow="ellipsis")
    for row in summary["segments"]:
        likes = _flat(row.get("favourite") or "")
        name = Text(_flat(row["name"]))
        if likes and not wide:
            name.append(f"\nfavours {_cut(likes, _LIKES)}", style="dim")
        cells = (
            numbers.count(row["customers"]),
            numbers.share(row["customer_share"]),
            numbers.share(row["revenue_share"]),
            numbers.amount(row.get("median_recency_days"), "days", short=True),
            numbers.plain(row.get("median_orders")),
            _short_money(row.get("median_aov"), currency),
        )
        table.add_row(name, *cells, *([Text(likes or numbers.MISSING)] if wide else []))
    _heading("Segments", console)
    _print(table, console)


def _statistics(summary: dict[str, Any], console: Console) -> None:
    """Print how the main features are spread over customers."""
    rows = tables.statistics(summary, _STATISTICS)
    if not rows:
        return
    table = _table()
    table.add_column("Per customer", ratio=1, min_width=16, overflow="ellipsis", no_wrap=True)
    for head in ("25%", "Median", "Mean", "75%", "90%"):
        table.add_column(head, justify="right", no_wrap=True)
    for label, *figures in rows[:_FEATURES]:
        table.add_row(Text(_flat(label)), *figures)
    _heading("Features", console)
    _print(table, console)


def _short_money(value: float | None, currency: str) -> str:
    """Write money in a narrow column: without the currency where that is a word."""
    text = numbers.money(value, currency)
    return text.split(" ", 1)[0]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _flat(text: str) -> str:
    """Put a text of the data on one line, without characters that would steer the terminal."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _table() -> Table:
    return Table(box=SIMPLE_HEAD, expand=True, pad_edge=False, padding=(0, 1), header_style="bold", show_edge=False)


def _print(table: Table, console: Console) -> None:
    console.print(Padding(table, (0, 0, 0, 2)), width=min(console.width, WIDEST))


def _heading(text: str, console: Console, style: str = "bold") -> None:
    console.print()
    console.print(Text(text, style=style))


def _item(mark: str, text: str, console: Console, *, style: str = "", mark_style: str = "") -> None:
    """Print a line of a list, its further lines indented."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=2, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark, style=mark_style), Text(text, style=style))
    console.print(Padding(grid, (0, 0, 0, 2)), width=min(console.width, WIDEST))
