"""What `score` prints at its end: segments and features now and when the model was fitted, within eighty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from engine.report import numbers
from engine.report.console import alerts, forecast, overview
from engine.report.terminal import flat, heading, item, new_table, print_table

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

PAGE = "score.html"
STYLES = {
    "stable": "green",
    "some shift": "yellow",
    "may be chance": "yellow",
    "shifted": "bold red",
    "missing": "bold red",
}
_FEATURES = 12


def show(summary: dict[str, Any], console: Console, files: Path | None) -> None:
    """Print the summary of a scoring.

    `files` is the folder of the outputs; None where none were left. Texts from the data never act as markup.
    """
    overview(summary, console, "Model", model_told(summary))
    alerts(summary, console)
    _segments(summary, console)
    forecast(summary, console)
    _drift(summary, console)
    if files is not None:
        heading("Files", console)
        item("→", str(files / PAGE), console, style="bold")
        item(" ", f"activation.csv, customers.parquet and drift.csv are beside it in {files}", console, style="dim")
    console.print()


def model_told(summary: dict[str, Any]) -> str:
    """Say what the model was fitted to."""
    model = summary["model"]
    customers = numbers.plural(model["customers"], "customer")
    return f"fitted to {customers}, {numbers.day(model['first'])} to {numbers.day(model['last'])}"


def _segments(summary: dict[str, Any], console: Console) -> None:
    """Print one row a segment: its size now, and its share when the model was fitted."""
    currency = str(summary.get("currency") or "")
    table = new_table()
    table.add_column("Segment", ratio=1, overflow="fold")
    for head in ("Custo-\nmers", "Share\nnow", "When\nfitted", "Revenue\nnow", "Share of\nrevenue"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in summary["segments"]:
        table.add_row(
            Text(flat(row["name"])),
            numbers.count(row["customers"]),
            numbers.share(row["customer_share"]),
            numbers.share(row["training_share"]),
            numbers.money(row["revenue"], currency),
            numbers.share(row["revenue_share"]),
        )
    heading("Segments", console)
    print_table(table, console)


def _drift(summary: dict[str, Any], console: Console) -> None:
    """Print the features that have shifted most, and how many customers are like none of the segments."""
    drift = summary["drift"]
    rows = drift_rows(summary)
    heading("Drift since the model was fitted", console)
    if rows:
        table = new_table()
        table.add_column("Feature", ratio=1, overflow="ellipsis", no_wrap=True)
        for head in ("PSI", "Median then", "Median now"):
            table.add_column(head, justify="right", no_wrap=True)
        table.add_column("Verdict", no_wrap=True)
        for label, index, then, now, verdict in rows[:_FEATURES]:
            table.add_row(Text(flat(label)), index, then, now, Text(verdict, style=STYLES[verdict]))
        print_table(table, console)
        if len(rows) > _FEATURES:
            item(" ", f"and {len(rows) - _FEATURES} more, none of which has shifted more", console, style="dim")
    far = f"{numbers.full(drift['far_customers'])} customers ({numbers.share(drift['far_share'])})"
    usual = numbers.share(drift["training_far_share"])
    item(" ", f"{far} are far from every segment; when the model was fitted {usual} were.", console)


def drift_rows(summary: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Write the drift of each feature: label, PSI, median then and now, verdict."""
    currency = str(summary.get("currency") or "")
    return [
        (
            row["label"],
            numbers.score(row["psi"]),
            *(numbers.amount(row[name], row["unit"], currency, short=True) for name in ("training_median", "median")),
            row["verdict"],
        )
        for row in summary["drift"]["features"]
    ]
