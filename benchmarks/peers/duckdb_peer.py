"""DuckDB: the lines as a table in memory, the features as one SQL query."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from engine.stages import Stages

QUERIES = Path(__file__).parent


def features(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Write one row per customer; money as decimals."""
    table = folder / "features.parquet"
    config = {"temp_directory": str(folder / "spill"), "preserve_insertion_order": False}
    with duckdb.connect(config=config) as base:
        with stages.stage("read"):
            base.execute(_query("lines"), {"export": str(export)})
        with stages.stage("query"):
            base.sql(_query("features")).write_parquet(str(table))
    return [table]


def _query(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
