"""A folder that `analyze` or `score` left, read back and checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.checked import read_small
from engine.errors import RunError, brief
from engine.report.files import CUSTOMERS, MODEL, RUN, SUMMARY
from engine.segments.store import load_model

if TYPE_CHECKING:
    from pathlib import Path

    from engine.segments.model import Model

HINT = "Pass the folder that `analyze` or `score` left, with everything in it."
COLUMNS: dict[str, Any] = {
    "customer_id": pl.String,
    "segment": pl.Int64,
    "revenue": pl.Float64,
    "orders": pl.Int64,
    "last_order": pl.Datetime("us"),
}
"""What is read of each customer."""


@dataclass(frozen=True)
class Run:
    """One run: its model, its customers, and when and of what it is."""

    path: Path
    model: Model
    customers: pl.LazyFrame
    """One row per customer: `COLUMNS`. Every segment is one of the model's."""
    rows: int
    """Number of customers in the file."""
    as_of: datetime
    currency: str
    hash_key: str | None
    """What the key is told by that the ids were hashed with; None where they were not, or that is not told."""
    period: dict[str, str]
    """First and last order line in ISO 8601, where the run tells them."""

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.path.name


def open_run(path: Path) -> Run:
    """Read a run's folder: its model and summary, and its customers as a lazy frame.

    Raises
    ------
    RunError
        If the folder is missing, is not a run's, or its customers or summary are damaged.
    ModelError
        If its model is damaged, or of another version.
    """
    folder = path.resolve()
    if not folder.exists():
        raise RunError(f"{path}: no such folder.", hint=HINT)
    if not folder.is_dir():
        raise RunError(f"{path}: is a file, and a run is a folder.", hint=HINT)
    if missing := [name for name in (CUSTOMERS, MODEL, SUMMARY) if not (folder / name).exists()]:
        raise RunError(f"{path}: is not the folder of a run: it has no {' and no '.join(missing)}.", hint=HINT)
    model = load_model(folder / MODEL)
    summary = _summary(path / SUMMARY)
    customers, rows = _customers(path / CUSTOMERS, model)
    try:
        as_of = datetime.fromisoformat(summary["as_of"])
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path / SUMMARY}: tells no as_of.", hint=HINT) from error
    period = summary.get("period")
    return Run(
        path=folder,
        model=model,
        customers=customers,
        rows=rows,
        as_of=as_of.replace(tzinfo=None),
        currency=str(summary.get("currency") or ""),
        hash_key=_hash_key(folder / RUN),
        period=period if isinstance(period, dict) else {},
    )


def _summary(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_small(path))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path}: cannot be read ({brief(error)}).", hint=HINT) from error
    if not isinstance(content, dict):
        raise RunError(f"{path}: is not the summary of a run.", hint=HINT)
    return content


def _hash_key(path: Path) -> str | None:
    try:
        settings = json.loads(read_small(path))["settings"]
        return str(settings["hash_ids"]) if settings["hash_ids"] else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _customers(path: Path, model: Model) -> tuple[pl.LazyFrame, int]:
    """Scan the customers once they have passed a look: the columns that are needed, segments that the model has."""
    whole = pl.scan_parquet(path, glob=False)
    try:
        schema = whole.collect_schema()
        if missing := [name for name in COLUMNS if name not in schema]:
            raise RunError(f"{path}: lacks the columns {', '.join(missing)}.", hint=HINT)
        customers = whole.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
        known = pl.col("segment").is_between(1, model.k).fill_null(value=False)
        found = customers.select(
            rows=pl.len(), strange=(~known | pl.col("customer_id").is_null()).sum(), revenue=pl.col("revenue").count()
        ).collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise RunError(f"{path}: is damaged ({brief(error)}).", hint="Run `analyze` or `score` again.") from error
    row = found.row(0, named=True)
    if row["strange"] or row["revenue"] < row["rows"]:
        raise RunError(
            f"{path}: has customers without revenue, or in none of the {model.k} segments of its {MODEL}.",
            hint="Its files are not of one run: run `analyze` or `score` again.",
        )
    return customers, row["rows"]
