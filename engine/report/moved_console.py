"""What `compare` prints: the same figures as its page, within eighty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from engine.report import numbers
from engine.report.move_findings import moved
from engine.report.moved_files import PAGE
from engine.report.terminal import flat, heading, item, new_grid, new_table, print_table

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from engine.comparison import Comparison

_FLOWS = 6
_NAMED = 6
"""Segments of the matrix up to which its rows have room for names."""


def show(result: Comparison, console: Console, files: Path | None) -> None:
    """Print a comparison. `files` is the folder of the outputs as the user should read it, or None."""
    summary = result.summary
    _overview(summary, console)
    if summary["alerts"]:
        heading("Mind when reading", console, style="bold yellow")
        for alert in summary["alerts"]:
            item("!", flat(alert["message"]), console, mark_style="bold yellow")
    _segments(result, console)
    _matrix(result, console)
    _flows(result, console)
    if summary["findings"]:
        heading("What to look at", console)
        for number, finding in enumerate(summary["findings"], 1):
            item(f"{number}.", flat(finding), console)
    if files is not None:
        heading("Files", console)
        item("→", str(files / PAGE), console, style="bold")
        item(" ", f"the customers who moved, the matrix and the chart are beside it in {files}", console, style="dim")
    console.print()


def _overview(summary: dict[str, Any], console: Console) -> None:
    currency, customers, revenue = summary["currency"], summary["customers"], summary["revenue"]
    heading("What is compared", console)
    grid = new_grid()
    for side, when in (("a", "before"), ("b", "after")):
        run = summary["runs"][side]
        grid.add_row(
            when.capitalize(),
            Text(
                f"{flat(run['name'])}, as of {numbers.day(run['as_of'])}: {numbers.full(run['customers'])} customers, "
                f"{numbers.money(revenue[when], currency)}"
            ),
        )
    grid.add_row(
        "In both", f"{numbers.full(customers['both'])}: {numbers.full(customers['stayed'])} stayed in their segment, "
        f"{numbers.full(customers['moved'])} changed it ({numbers.share(customers['moved_share'])})"
    )  # fmt: skip
    grid.add_row(
        "In one", f"{numbers.full(customers['new'])} new ({numbers.money(revenue['new_after'], currency)}), "
        f"{numbers.full(customers['gone'])} no longer in the data ({numbers.money(revenue['gone_before'], currency)})"
    )  # fmt: skip
    print_table(grid, console)


def _segments(result: Comparison, console: Console) -> None:
    """Print one row a segment: whether it is the same in both, and how it grew."""
    table = new_table()
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("Segment", ratio=1, overflow="fold")
    for head in ("Dis-\ntance", "Before", "Stayed", "Left", "Came", "After"):
        table.add_column(head, justify="right", no_wrap=True)
    balance = {row["segment"]: row for row in result.balance.iter_rows(named=True)}
    for pair in result.pairs.iter_rows(named=True):
        row = balance[pair["segment"]]
        name = Text(flat(pair["name"]))
        if pair["status"] == "kept" and pair["name_b"] != pair["name"]:
            name.append(f"\nby itself: {flat(pair['name_b'])}", style="dim")
        figures = (
            row["customers_before"],
            row["stayed"],
            row["moved_out"] + row["gone"],
            row["moved_in"] + row["new"],
            row["customers_after"],
        )
        far = numbers.score(pair["distance"]) if pair["status"] == "kept" else pair["status"]
        table.add_row(str(pair["segment"]), name, far, *map(numbers.count, figures))
    heading("Segments, matched", console)
    print_table(table, console)


def _matrix(result: Comparison, console: Console) -> None:
    """Print the customers by segment before (rows) and after (columns), by the segments' numbers."""
    frame = result.migration
    heads = frame.select("segment_after", "to_segment").unique(maintain_order=True).rows()
    table = new_table()
    named = len(heads) <= _NAMED + 1
    table.add_column("From \\ to", ratio=1 if named else None, no_wrap=True, overflow="ellipsis")
    for number, _ in heads:
        table.add_column("Gone" if number is None else str(number), justify="right", no_wrap=True)
    for (number, name), cells in frame.group_by(["segment_before", "from_segment"], maintain_order=True):
        held = dict(cells.select("segment_after", "customers").rows())
        label = "New" if number is None else f"{number} {flat(str(name))}" if named else str(number)
        table.add_row(Text(label), *(numbers.count(held[head]) if held.get(head) else "·" for head, _ in heads))
    heading("Customers by segment before (rows) and after (columns)", console)
    print_table(table, console)


def _flows(result: Comparison, console: Console) -> None:
    currency = result.summary["currency"]
    rows = moved(result.migration).head(_FLOWS)
    if rows.is_empty():
        return
    table = new_table()
    table.add_column("From", ratio=1, overflow="fold")
    table.add_column("To", ratio=1, overflow="fold")
    for head in ("Custo-\nmers", "Revenue\nbefore", "Revenue\nafter"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in rows.iter_rows(named=True):
        table.add_row(
            Text(flat(row["from_segment"])),
            Text(flat(row["to_segment"])),
            numbers.count(row["customers"]),
            *(numbers.money(row[name], currency).split(" ", 1)[0] for name in ("revenue_before", "revenue_after")),
        )
    heading("The largest moves", console)
    print_table(table, console)
