"""Writes docs/outputs.md from the schema, the docstrings and the lists of what a run leaves: `make docs`."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from engine import charts, comparison, result
from engine.batches import exports, manifest
from engine.report import files, moved_files, scored, summary
from engine.schema import CUSTOMERS, FORECAST, REJECTS, Column
from engine.segments import monitor

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).with_name("outputs.md")
TYPES = {"String": "text", "Int64": "integer", "Float64": "number", "Datetime": "time", "Date": "day"}


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """Return the page as Markdown."""
    known = {column.name: column for column in (*CUSTOMERS.columns, *FORECAST.columns)}
    parts = [
        "# What a run leaves",
        "Made from the code by `make docs`. Money is in units of the currency, shares are between 0 and 1, times UTC.",
        "## Files of `analyze`",
        _table(("file", "what it is"), [(f"`{name}`", files.CONTENTS[name]) for name in files.OUTPUTS]),
        "## customers.parquet",
        (
            "One row per customer, in the order of their ids, with one more column `spend_share: <category>` for each "
            "of the largest categories by revenue."
        ),
        _columns((*CUSTOMERS.columns, *FORECAST.columns)),
        "## activation.csv",
        (
            "The same customers with what a CRM import needs. A text that a spreadsheet would run as a formula has an "
            "apostrophe before it; `customers.parquet` has it as it was."
        ),
        _columns([known[name] for name in files.ACTIVATION_COLUMNS]),
        "## segments.csv",
        _docs(result.Frames)["segments"],
        "## rejects.csv",
        f"{REJECTS.grain[:1].upper()}{REJECTS.grain[1:]}.",
        _columns(REJECTS.columns),
        "## summary.json",
        "Every figure of the run; what is a table holds one object per row, as in `Analysis.frames`.",
        _table(("key", "what it holds"), [(f"`{name}`", told) for name, told in summary.KEYS.items()]),
        "## charts/",
        (
            "Each as `.png` (twice its size), `.svg` and, with `--charts json`, as its Vega-Lite specification "
            "`.vl.json`. One "
            "without data is left out."
        ),
        _table(("chart", "what it shows"), [(f"`{name}`", told) for name, told in _charts().items()]),
        "## Tables of `analyze(...).frames`",
        _table(("table", "what it holds"), [(f"`{name}`", told) for name, told in _docs(result.Frames).items()]),
        "## Files of `score`",
        "Beside `customers.parquet`, `activation.csv`, `rejects.csv`, `model.json` and `run.json`, as above:",
        _table(("file", "what it is"), [(f"`{name}`", told) for name, told in scored.CONTENTS.items()]),
        f"`drift.csv`: {_docs(monitor.Drift)['features']}",
        f"`segments.csv`: {_docs(result.Scored)['segments']}",
        "## Files of `compare`",
        _table(("file", "what it is"), [(f"`{name}`", told) for name, told in moved_files.CONTENTS.items()]),
        f"`migration.csv`: {_docs(comparison.Comparison)['migration']}",
        f"`movers.csv`: {_docs(comparison.Comparison)['movers']}",
        "## Files of `batch`",
        "Beside a folder of `analyze` for each export, called like it:",
        _table(("file", "what it is"), [(f"`{name}`", told) for name, told in exports.CONTENTS.items()]),
        "Each entry of `exports` in `manifest.json`:",
        _table(("key", "what it holds"), [(f"`{name}`", told) for name, told in manifest.KEYS.items()]),
    ]
    return "\n\n".join(parts) + "\n"


def _columns(columns: tuple[Column, ...] | list[Column]) -> str:
    rows = [
        (
            f"`{each.name}`",
            TYPES[str(each.dtype.base_type())] + (", may be empty" if each.nullable else ""),
            each.meaning + (f" ({each.unit})" if each.unit else ""),
        )
        for each in columns
    ]
    return _table(("column", "type", "meaning"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _docs(kind: type) -> dict[str, str]:
    """Return what is written below each attribute of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for name, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(name, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            assert isinstance(name.target, ast.Name)
            found[name.target.id] = " ".join(str(below.value.value).split())
    return found


def _charts() -> dict[str, str]:
    """Return the first line of what is written below each chart's function."""
    modules = [importlib.import_module(f"engine.charts.{each.name}") for each in pkgutil.iter_modules(charts.__path__)]
    functions = {name: each for module in modules for name, each in inspect.getmembers(module, inspect.isfunction)}
    return {name: (inspect.getdoc(functions[name]) or "").split("\n\n")[0].replace("\n", " ") for name in charts.NAMES}


if __name__ == "__main__":
    main()
