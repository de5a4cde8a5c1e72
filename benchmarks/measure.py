"""Time the whole analysis of an export: `python -m benchmarks.measure [EXPORT] --rows N --runs N`.

Every run is a process of its own, after one warm-up that is not counted. Before a time is recorded, the customers of
all runs are compared: they must be equal to the byte.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from engine.generate import generate

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One counted run: seconds of wall clock and of all cores, the largest memory, what came out."""

    wall_seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    stages: dict[str, float]
    checksum: str


def measure(export: Path, out: Path) -> Measurement:
    """Analyse an export in a process of its own; CalledProcessError where it fails."""
    command = [sys.executable, str(ROOT / "cli.py"), "analyze", str(export), "--out", str(out), "--quiet"]
    begin = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    checksum = hashlib.sha256((out / "customers.parquet").read_bytes()).hexdigest()
    return Measurement(
        wall_seconds=round(wall, 3),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3),
        peak_memory_mb=round(usage.ru_maxrss / 1024, 1),
        stages=record["seconds"],
        checksum=checksum,
    )


def main() -> None:
    """Measure, print a line for each run and the medians, and the whole record as JSON where asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure", description="Time whole analyses.")
    parser.add_argument("export", nargs="?", type=Path, help="export to analyse; a synthetic one where left out")
    parser.add_argument("--rows", type=int, default=1_000_000, help="lines of the synthetic export")
    parser.add_argument("--runs", type=int, default=3, help="counted runs, after one warm-up")
    parser.add_argument("--json", action="store_true", help="print the record as JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hidden-segments-bench-") as name:
        folder = Path(name)
        export = arguments.export or folder / "shop.csv"
        if arguments.export is None:
            generate(export, rows=arguments.rows)
        runs = [measure(export, folder / "run") for _ in range(arguments.runs + 1)]
        size = export.stat().st_size
    if len({run.checksum for run in runs}) != 1:
        sys.exit("The runs gave different customers: no time is recorded.")
    _report(export.name, size, runs[1:], as_json=arguments.json)


def _report(export: str, size: int, runs: list[Measurement], *, as_json: bool) -> None:
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    if as_json:
        record = {"export": export, "bytes": size, "machine": machine, "polars": pl.__version__}
        print(json.dumps({**record, "runs": [asdict(run) for run in runs]}, indent=2))
        return
    print(f"{export}, {size / 1e6:,.1f} MB; {machine}, Polars {pl.__version__}; {len(runs)} runs, medians")
    for title in ("wall_seconds", "cpu_seconds", "peak_memory_mb"):
        print(f"  {title:16}{statistics.median(getattr(run, title) for run in runs):10.2f}")
    for stage in runs[0].stages:
        print(f"    {stage:14}{statistics.median(run.stages[stage] for run in runs):10.2f}")


if __name__ == "__main__":
    main()
