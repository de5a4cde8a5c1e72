"""What a run prints at its end: the same figures as the report, within eighty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from engine.insights.left_out import missing_of
from engine.report import numbers, tables
from engine.report.terminal import flat, heading, item, new_grid, new_table, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

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
    k = summary["k"]
    by = {"user": " (your choice)", "earlier": " (as in the earlier run)"}.get(k["chosen_by"], "")
    overview(summary, console, "Segments", f"{k['chosen']}{by}. {flat(k['verdict'])}")
    alerts(summary, console)
    _segments(summary, console)
    _statistics(summary, console)
    forecast(summary, console)
    if findings:
        heading("Key findings", console)
        for number, finding in enumerate(findings, 1):
            item(f"{number}.", flat(finding), console)
    if reasons := missing_of(summary.get("left_out") or []):
        heading("Left out", console)
        for reason in reasons:
            item("\u2013", flat(reason), console, style="dim")
    if files is not None:
        heading("Files", console)
        item("→", str(files / REPORT), console, style="bold")
        item(" ", f"tables, charts and the model are beside it in {files}", console, style="dim")
    console.print()


def overview(summary: dict[str, Any], console: Console, fact: str, told: str) -> None:
    """Print what was read, what was rejected and why, the size of it all, and one more fact."""
    rows = summary["rows"]
    currency = str(summary.get("currency") or "")
    heading("What was read", console)
    grid = new_grid()
    names = flat(", ".join(file["name"] for file in summary["source"]["files"]))
    grid.add_row("Files", Text(names, overflow="ellipsis", no_wrap=True))
    lost = rows["rejected"] / rows["read"] if rows["read"] else 0
    kept, rejected = numbers.full(rows["kept"]), numbers.full(rows["rejected"])
    lines = f"{numbers.full(rows['read'])} read, {kept} used, {rejected} rejected ({numbers.share(lost)})"
    grid.add_row("Lines", lines)
    reasons = tables.rejected(summary)
    for reason, lines, part in reasons[:_REASONS]:
        grid.add_row("", Text(f"{lines} ({part}): {flat(reason)}", style="dim"))
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
    grid.add_row(fact, Text(told))
    print_table(grid, console)


def alerts(summary: dict[str, Any], console: Console) -> None:
    """Print what to mind when reading the results."""
    found = tables.alerts(summary)
    if not found:
        return
    heading("Mind when reading", console, style="bold yellow")
    for message, touched in found:
        item("!", f"{flat(message)} ({touched})" if touched else flat(message), console, mark_style="bold yellow")


def _segments(summary: dict[str, Any], console: Console) -> None:
    """Print one row a segment; the name takes what room the figures leave."""
    currency = str(summary.get("currency") or "")
    table = new_table()
    wide = console.width >= _WIDE
    table.add_column("Segment", ratio=1, overflow="fold")
    for head in ("Custo-\nmers", "Share", "Reve-\nnue", "Last\norder", "Or-\nders", "Order\nvalue"):
        table.add_column(head, justify="right", no_wrap=True)
    if wide:
        table.add_column("Favourite", max_width=26, no_wrap=True, overflow="ellipsis")
    for row in summary["segments"]:
        likes = flat(row.get("favourite") or "")
        name = Text(flat(row["name"]))
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
    heading("Segments", console)
    print_table(table, console)


def _statistics(summary: dict[str, Any], console: Console) -> None:
    """Print how the main features are spread over customers."""
    rows = tables.statistics(summary, _STATISTICS)
    if not rows:
        return
    table = new_table()
    table.add_column("Per customer", ratio=1, min_width=16, overflow="ellipsis", no_wrap=True)
    for head in ("25%", "Median", "Mean", "75%", "90%"):
        table.add_column(head, justify="right", no_wrap=True)
    for label, *figures in rows[:_FEATURES]:
        table.add_row(Text(flat(label)), *figures)
    heading("Features", console)
    print_table(table, console)


def forecast(summary: dict[str, Any], console: Console) -> None:
    """Print what is foretold of each segment, and how well that has been known."""
    told = summary["forecast"]
    if not told["models"]:
        return
    currency = str(summary.get("currency") or "")
    table = new_table()
    table.add_column("Segment", ratio=1, overflow="fold")
    for head in ("Likely to\nreturn", "Orders", "Spend", "Within\na year"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in told["outlook"]:
        table.add_row(
            Text(flat(row["segment_name"])),
            numbers.share(row["p_return"]),
            numbers.count(row["expected_orders"]),
            _short_money(row["expected_spend"], currency),
            _short_money(row["value_365"], currency),
        )
    heading(f"The next {numbers.plural(told['horizon_days'], 'day')}", console)
    print_table(table, console)
    item(" ", flat(told["verdict"]), console, style="dim")


def _short_money(value: float | None, currency: str) -> str:
    """Write money in a narrow column: without the currency where that is a word."""
    text = numbers.money(value, currency)
    return text.split(" ", 1)[0]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
