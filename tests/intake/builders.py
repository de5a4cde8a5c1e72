"""Small exports on disk, and what the intake makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from engine.intake.clean import REASON, SURPLUS, Reading, canonical, raw
from engine.intake.dialect import Dialect
from engine.intake.roles import Role, Roles, detect_roles
from engine.intake.sample import Sample
from engine.intake.scan import scan
from engine.intake.shards import Intake, write_shards
from engine.intake.source import Source, open_source
from engine.schema import LINES, TRANSACTIONS
from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Taken:
    """What one pass over an export left."""

    source: Source
    intake: Intake
    lines: pl.DataFrame
    rejects: pl.DataFrame


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def opened(folder: Path, *contents: str | bytes, **settings: Any) -> Source:
    """Open exports of these contents, named `0.csv`, `1.csv` and so on."""
    paths = [write(folder / f"{number}.csv", content) for number, content in enumerate(contents)]
    return open_source(paths, Settings(**settings))


def take(folder: Path, *contents: str | bytes, shards: int = 1, **settings: Any) -> Taken:
    """Take exports of these contents in."""
    return _taken(opened(folder, *contents, **settings), folder / f"work {shards}", shards)


def take_file(path: Path, folder: Path) -> Taken:
    """Take an export in that lies elsewhere."""
    return _taken(open_source([path], Settings()), folder / "work", 1)


def _taken(source: Source, work: Path, shards: int) -> Taken:
    work.mkdir()
    intake = write_shards(source, work, shards)
    rejects = pl.read_csv(intake.rejects, schema_overrides={"raw": pl.String})
    return Taken(source, intake, transactions(source, intake, work), rejects)


def transactions(source: Source, intake: Intake, work: Path) -> pl.DataFrame:
    """Return the kept lines with their texts, having made sure that the shards hold just these lines."""
    held = pl.concat([pl.read_ipc(shard) for shard in intake.shards]).sort(LINES.names)
    try:
        kept = _kept(source, work)
    except pl.exceptions.ComputeError:
        kept = pl.DataFrame()
    if len(kept) != len(held):  # they were mended on the way
        kept = _kept(source.mended(), work)
    assert held.schema == LINES.schema
    assert_frame_equal(kept.select(LINES.names).sort(LINES.names), held, check_exact=True)
    named = kept.select("product_key", "product_id", "product_name", "category").unique()
    products = intake.products.select(named.columns)
    assert_frame_equal(named, products, check_row_order=False, check_exact=True)
    return kept.select(TRANSACTIONS.names)


def _kept(source: Source, work: Path) -> pl.DataFrame:
    lines = canonical(scan(source, work), source.reading)
    return lines.filter(pl.col(REASON).is_null()).collect()


def sample_of(text: str, *pieces: str) -> Sample:
    return Sample(Path("shop.csv"), len(text), text, pieces, "")


def roles_of(columns: dict[str, list[str | None]], **given: str) -> Roles:
    """Detect the roles of columns of text."""
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return detect_roles(frame, Dialect(",", True, tuple(columns), False), given, "shop.csv")  # noqa: FBT003


def cleaned(
    columns: dict[str, list[str | None]],
    *,
    date_format: str = "%Y-%m-%d",
    float_ids: bool = False,
    surplus: list[str | None] | None = None,
) -> pl.DataFrame:
    """Clean columns that are named after the roles they play."""
    roles = Roles(tuple(Role(role, role, "") for role in columns))
    cells = pl.DataFrame({raw(column): values for column, values in columns.items()})
    frame = cells.cast(pl.String).with_columns(pl.Series(SURPLUS, surplus or [None] * len(cells), dtype=pl.String))
    return canonical(frame.lazy(), Reading(roles, (date_format,), float_ids)).collect()
