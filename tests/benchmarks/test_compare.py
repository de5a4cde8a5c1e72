"""A slowdown is flagged, noise is not."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from benchmarks.command import compare
from benchmarks.record import Record
from engine.errors import EngineError


def _result(**given: Any) -> dict[str, Any]:
    result = {
        "case": "features", "engine": "Hidden Segments", "what": "features", "kind": "plain", "rows": 2_000,
        "status": "measured", "reason": "", "wall_seconds": [9.0, 2.0, 2.0], "cpu_seconds": [3.0, 3.0, 3.0],
        "peak_memory_mb": [400.0, 400.0, 400.0], "stages": {}, "checksum": "0a",
    }  # fmt: skip
    return result | given


def _keep(folder: Path, name: str, size: int = 10, **given: Any) -> str:
    export = {"file": "plain-2000.csv", "kind": "plain", "rows": 2_000, "bytes": size}
    record = Record(name, {"polars": "2.1.0"}, {"cores": 2}, 3, [export], [_result(**given)])
    (folder / name).mkdir()
    (folder / name / "record.json").write_text(json.dumps(asdict(record)), encoding="utf-8")
    return name


@pytest.fixture
def told() -> list[str]:
    """What was told."""
    return []


@pytest.mark.parametrize(
    ("after", "code"),
    [
        ({"wall_seconds": [2.1, 2.15, 2.19]}, 0),  # 8%: less than the relative limit
        ({"wall_seconds": [2.0, 9.0, 2.0]}, 0),  # one outlier moves no median
        ({"wall_seconds": [2.5, 2.5, 2.5]}, 1),
        ({"wall_seconds": [1.0, 1.0, 1.0]}, 0),
        ({"cpu_seconds": [3.5, 3.5, 3.5]}, 1),
        ({"peak_memory_mb": [445.0, 445.0, 445.0]}, 0),  # 11%, but less than 50 MB
        ({"peak_memory_mb": [460.0, 460.0, 460.0]}, 1),
        ({"status": "wrong", "wall_seconds": [], "cpu_seconds": [], "peak_memory_mb": []}, 1),
    ],
)
def test_only_what_is_beyond_both_limits_counts(
    tmp_path: Path, told: list[str], after: dict[str, Any], code: int
) -> None:
    runs = _keep(tmp_path, "before"), _keep(tmp_path, "after", **after)

    assert compare(*runs, results=tmp_path, tell=told.append) == code
    assert ("worse" in told[0].replace("got worse", "") or "lost" in told[0]) == bool(code)


def test_a_case_that_was_skipped_is_not_compared(tmp_path: Path, told: list[str]) -> None:
    nothing: dict[str, Any] = {"wall_seconds": [], "cpu_seconds": [], "peak_memory_mb": []}
    runs = _keep(tmp_path, "before"), _keep(tmp_path, "after", status="skipped", **nothing)

    assert compare(*runs, results=tmp_path, tell=told.append) == 1
    assert "Nothing was measured in both." in told[0]


def test_a_short_case_is_not_flagged_by_its_ratio_alone(tmp_path: Path, told: list[str]) -> None:
    runs = _keep(tmp_path, "before", wall_seconds=[0.3]), _keep(tmp_path, "after", wall_seconds=[0.45])

    assert compare(*runs, results=tmp_path, tell=told.append) == 0
    assert "| 1.50 |" in told[0]


def test_a_slower_peer_is_told_and_does_not_count(tmp_path: Path, told: list[str]) -> None:
    runs = _keep(tmp_path, "a", engine="DuckDB"), _keep(tmp_path, "b", engine="DuckDB", wall_seconds=[9.0])

    assert compare(*runs, results=tmp_path, tell=told.append) == 0
    assert "worse" in told[0]


def test_other_exports_are_not_compared(tmp_path: Path, told: list[str]) -> None:
    runs = _keep(tmp_path, "a"), _keep(tmp_path, "b", size=11, wall_seconds=[9.0])

    assert compare(*runs, results=tmp_path, tell=told.append) == 1
    assert "not compared: plain export of 2,000 lines, which is another file" in told[0]
    assert "Nothing was measured in both." in told[0]


def test_another_answer_is_told(tmp_path: Path, told: list[str]) -> None:
    compare(_keep(tmp_path, "a"), _keep(tmp_path, "b", checksum="0b"), results=tmp_path, tell=told.append)

    assert "another answer" in told[0]


def test_an_unknown_run_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    _keep(tmp_path, "before")

    with pytest.raises(EngineError, match="Did you mean 'before'"):
        compare("befor", "before", results=tmp_path)
