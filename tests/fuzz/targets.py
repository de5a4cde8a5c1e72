"""What is fed with bytes of any kind: each takes them or refuses them with a clear error, and counts what it took.

Everything else (another error, a wrong count) is an error of the program.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl

from engine.config import read_config
from engine.errors import EngineError
from engine.intake.shards import write_shards
from engine.intake.source import Source, open_source
from engine.segments.store import load_model
from engine.settings import Settings
from engine.units import MICROS

Target = Callable[[bytes, Path], bool]
"""Takes bytes, and a folder that is empty; tells whether they were taken (and not refused)."""


def intake(content: bytes, folder: Path) -> bool:
    """Read an export, and hold that every line was kept or rejected, and is counted once."""
    path = folder / "export"
    path.write_bytes(content)
    work = folder / "work"
    work.mkdir()
    try:
        source = open_source([path], Settings())
        taken = write_shards(source, work, 2)
    except EngineError as error:
        assert error.what  # noqa: PT017 - refused with a word
        return False
    lines = pl.concat([pl.read_ipc(shard) for shard in taken.shards])
    rejected = pl.read_csv(taken.rejects, schema_overrides={"raw": pl.String, "file": pl.String})
    assert taken.kept == len(lines)
    assert taken.read - taken.kept == len(rejected) == sum(taken.rejected_by_reason.values())
    assert taken.revenue == sum(lines["amount"].to_list())
    assert abs(taken.revenue) <= len(lines) * 10**9 * MICROS
    assert lines["customer_id"].null_count() == lines["ordered_at"].null_count() == 0
    counted = lines_of(content, source)
    assert counted is None or counted == taken.read, f"{counted} lines, {taken.read} read"
    return True


def lines_of(content: bytes, source: Source) -> int | None:
    """Count the lines below the header of text where that is simple; None where cells may hold line breaks, or so."""
    part = source.parts[0]
    if part.sample is None or part.sample.compression or part.dialect.aligned or b'"' in content or b"'" in content:
        return None
    if part.sample.encoding not in {"utf-8", "utf-8-sig"} or part.sample.fallback or b"\r" in content:
        return None
    every = content.split(b"\n")
    return len(every) - (not every[-1]) - part.dialect.skip_lines


def model(content: bytes, folder: Path) -> bool:
    """Load a model."""
    path = folder / "model.json"
    path.write_bytes(content)
    try:
        loaded = load_model(path)
    except EngineError as error:
        assert error.what  # noqa: PT017 - refused with a word
        return False
    assert loaded.k == len(loaded.names)
    return True


def configuration(content: bytes, folder: Path) -> bool:
    """Read settings."""
    path = folder / "shop.toml"
    path.write_bytes(content)
    try:
        Settings(**read_config(path))
    except EngineError as error:
        assert error.what  # noqa: PT017 - refused with a word
        return False
    return True


TARGETS: dict[str, Target] = {"intake": intake, "model": model, "configuration": configuration}


def fed(target: Target, content: bytes, folder: Path) -> bool:
    """Feed a target once, in a folder that is gone afterwards."""
    place = folder / "input"
    place.mkdir()
    try:
        return target(content, place)
    finally:
        shutil.rmtree(place)
