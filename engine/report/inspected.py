"""What `inspect` prints: the export as it was understood, as tables within eighty columns."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.text import Text

from engine.report import numbers
from engine.report.terminal import flat, heading, item, new_grid, new_table, print_table

if TYPE_CHECKING:
    from rich.console import Console

_FILES = 6
_REASONS = 8


def show(found: dict[str, Any], console: Console) -> None:
    """Print what was found out about an export. Texts from the data never act as markup."""
    _export(found, console)
    _roles(found, console)
    _alerts(found, console)
    _preview(found, console)
    _sample(found, console)
    console.print()


def _export(found: dict[str, Any], console: Console) -> None:
    """Print what the files are and how they are cut and written."""
    heading("What it is", console)
    grid = new_grid()
    files = found["files"]
    for number, file in enumerate(files[:_FILES]):
        packed = f", packed as .{file['compression']}" if file["compression"] else ""
        grid.add_row("" if number else "Files", Text(f"{flat(file['name'])} ({numbers.size(file['bytes'])}{packed})"))
    if len(files) > _FILES:
        grid.add_row("", Text(f"and {len(files) - _FILES} more", style="dim"))
    if len(files) > 1 or files[0]["compression"]:
        grid.add_row("Size", f"{numbers.size(found['bytes'])} in all, unpacked")
    grid.add_row("Text", Text("; ".join(dict.fromkeys(map(_cut, files)))))
    layout = found["layout"]
    grid.add_row("Layout", Text(flat(layout["name"])) if layout else Text("none that is known by sight", style="dim"))
    grid.add_row("Dates", Text(" and ".join(map(flat, found["date_formats"]))))
    for role, style in found["numbers"].items():
        grid.add_row("Numbers", Text(f"{role}: {_written(style)}"))
    if found["currency"]:
        grid.add_row("Currency", Text(f"{flat(found['currency'])}: lines in others are left out"))
    print_table(grid, console)


def _cut(file: dict[str, Any]) -> str:
    """Say how a file is cut."""
    if file["encoding"] is None:
        return f"a table of {file['columns']} columns"
    header = "with a header" if file["header"] else "without a header"
    above = f" below {numbers.plural(file['lines_above'], 'other line')}" if file["lines_above"] else ""
    cells = ", cells with line breaks" if file["multiline"] else ""
    return f"{file['encoding']}, {file['columns']} columns parted by {file['delimiter_name']}, {header}{above}{cells}"


def _written(style: dict[str, str]) -> str:
    point = "decimal comma" if style["decimal"] == "," else "decimal point"
    return f"{point}, thousands parted" if style["thousands"] else point


def _roles(found: dict[str, Any], console: Console) -> None:
    """Print which column plays which role, and the columns that play none."""
    heading("What the columns mean", console)
    table = new_table()
    table.add_column("Role", no_wrap=True)
    table.add_column("Column", overflow="fold", ratio=3)
    table.add_column("Why", overflow="fold", ratio=5)
    table.add_column("Runner-up", overflow="fold", ratio=3)
    for each in found["roles"]:
        second = Text(flat(each["runner_up"] or numbers.MISSING), style="yellow" if each["close"] else "dim")
        if each["close"]:
            second.append(" (close)")
        table.add_row(each["role"].replace("_", " "), Text(flat(each["column"])), Text(flat(each["reason"])), second)
    print_table(table, console)
    if found["unused"]:
        item(" ", f"No role: {', '.join(map(flat, found['unused']))}", console, style="dim")


def _alerts(found: dict[str, Any], console: Console) -> None:
    if not found["alerts"]:
        return
    heading("Mind when reading", console, style="bold yellow")
    for alert in found["alerts"]:
        item("!", flat(alert["message"]), console, mark_style="bold yellow")


def _preview(found: dict[str, Any], console: Console) -> None:
    """Print the first lines as they will be understood; in place of a rejected one's product stands the reason."""
    heading("The first lines, as they will be understood", console)
    table = new_table()
    for head, width in (("Customer", 14), ("Order", 14)):
        table.add_column(head, no_wrap=True, overflow="ellipsis", max_width=width)
    table.add_column("Time", no_wrap=True)
    for head in ("Quantity", "Amount"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("Product", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in found["preview"]:
        rejected = row["rejected"]
        last = Text(f"rejected: {flat(rejected)}", style="yellow") if rejected else _cell(row["product"])
        amount = numbers.MISSING if row["amount"] is None else f"{row['amount']:,.2f}"
        figures = (Text(_time(row["time"])), Text(_quantity(row["quantity"])), Text(amount))
        table.add_row(_cell(row["customer"]), _cell(row["order"]), *figures, last)
    print_table(table, console)


def _cell(text: str | None) -> Text:
    return Text(flat(text)) if text is not None else Text(numbers.MISSING, style="dim")


def _time(iso: str | None) -> str:
    """Write a moment to the minute, without the midnight that a mere day has.

    >>> _time("2011-12-09T12:50:00"), _time("2011-12-09T00:00:00")
    ('2011-12-09 12:50', '2011-12-09')
    """
    if iso is None:
        return numbers.MISSING
    moment = datetime.fromisoformat(iso)
    return f"{moment:%Y-%m-%d}" if not (moment.hour or moment.minute or moment.second) else f"{moment:%Y-%m-%d %H:%M}"


def _quantity(value: float | None) -> str:
    """Write a quantity with the decimals that it has.

    >>> _quantity(12.0), _quantity(0.125)
    ('12', '0.125')
    """
    return numbers.MISSING if value is None else f"{value:,.3f}".rstrip("0").rstrip(".")


def _sample(found: dict[str, Any], console: Console) -> None:
    """Print how many of the sampled lines would be rejected, and why."""
    sample = found["sample"]
    heading("Of the lines looked at", console)
    grid = new_grid()
    kept, rejected = numbers.full(sample["kept"]), numbers.full(sample["rejected"])
    grid.add_row("Lines", f"{numbers.full(sample['rows'])} sampled, {kept} would be used, {rejected} rejected")
    for each in sample["reasons"][:_REASONS]:
        share = numbers.share(each["rows"] / sample["rows"])
        worth = f", worth {numbers.money(each['amount'])}" if each["amount"] else ""
        grid.add_row("", Text(f"{numbers.full(each['rows'])} ({share}{worth}): {flat(each['reason'])}", style="dim"))
    if len(sample["reasons"]) > _REASONS:
        grid.add_row("", Text(f"and {len(sample['reasons']) - _REASONS} more reasons", style="dim"))
    print_table(grid, console)
