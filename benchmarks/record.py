"""What a benchmark leaves: a folder with a record for programs and a table for people; nothing is overwritten."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from benchmarks.data import KINDS
from benchmarks.sizes import short
from engine.errors import EngineError, OutputError, did_you_mean
from engine.version import __version__

if TYPE_CHECKING:
    from benchmarks.data import Export
    from benchmarks.measure import Outcome

RECORD, TABLE = "record.json", "table.md"
PACKAGES = ("polars", "duckdb", "pandas", "pyarrow", "lifetimes", "numpy", "scikit-learn")

Result = dict[str, Any]


@dataclass(slots=True)
class Record:
    """All figures of a run, as JSON holds them; no path of the machine among them."""

    name: str
    versions: dict[str, str]
    """By package; one that is not installed is left out."""
    machine: dict[str, Any]
    counted_runs: int
    exports: list[dict[str, Any]] = field(default_factory=list)
    """One per export: file, kind, rows, bytes."""
    results: list[Result] = field(default_factory=list)
    """One per case and export: case, engine, what, kind, rows, status, reason, wall_seconds, cpu_seconds,
    peak_memory_mb (lists of one value a run), stages (the same by stage), checksum."""

    def add(self, export: Export, outcomes: list[Outcome]) -> None:
        """Add what was measured on one export."""
        size = export.size if export.ready else None
        self.exports.append({"file": export.path.name, "kind": export.kind, "rows": export.rows, "bytes": size})
        self.results += [_result(outcome) for outcome in outcomes]

    def write(self, folder: Path) -> None:
        """Write the record and its table."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / RECORD).write_text(text + "\n", encoding="utf-8")
        (folder / TABLE).write_text(table(self), encoding="utf-8")

    @classmethod
    def read(cls, run: str | Path, results: Path) -> Self:
        """Read the record of a run, by its name in `results` or by its folder; EngineError where there is none."""
        folder = results / run  # a whole path replaces the folder of results
        if not (folder / RECORD).is_file() and Path(run).is_dir():
            folder = Path(run)
        try:
            return cls(**json.loads((folder / RECORD).read_text(encoding="utf-8")))
        except OSError as error:
            names = [path.parent.name for path in sorted(results.glob(f"*/{RECORD}"))]
            hint = did_you_mean(str(run), names) or f"Runs in {results.name}: {', '.join(names) or 'none'}."
            raise EngineError(f"{run}: no such run.", hint=hint) from error
        except (ValueError, TypeError) as error:
            raise EngineError(f"{run}: its {RECORD} is damaged.", hint="Measure it again.") from error


def begin(rows: list[int], counted_runs: int, name: str | None, results: Path) -> tuple[Record, Path]:
    """Make the folder of a new run and its empty record; OutputError where the name is taken."""
    machine = describe_machine()
    stem = name or f"{__version__}-{machine['system']}-{machine['cores']}cores-{short(max(rows))}".lower()
    number = 1
    while True:
        folder = results / (name or f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError as error:
            if name is not None:
                raise OutputError(f"{name}: there is a run of this name.", hint="Choose another --name.") from error
            number += 1
        except OSError as error:
            raise OutputError(f"{folder}: cannot be made ({error.strerror}).", hint="Check its folder.") from error
    return Record(folder.name, find_versions(), machine, counted_runs), folder


def describe_machine() -> dict[str, Any]:
    """Return cores, memory in millions of bytes, processor, system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_mb": round(memory / 1e6),
        "processor": _processor(),
        "system": f"{platform.system()}-{platform.machine()}",
    }


def find_versions() -> dict[str, str]:
    """Return the versions of what is measured."""
    found = {"hidden-segments": __version__, **_commit(), "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _commit() -> dict[str, str]:
    """Return the commit of the code, where git knows one."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"commit": told}


def table(record: Record) -> str:
    """Write the medians of a run as Markdown: one table per export."""
    machine, versions = record.machine, record.versions
    lines = [
        f"# Benchmark {record.name}",
        "",
        "{processor}, {cores} cores, {memory_mb:,} MB, {system}.".format(**machine),
        ", ".join(f"{name} {number}" for name, number in versions.items()) + ".",
        f"Medians of {record.counted_runs} runs after a warm-up; each a process of its own, its start included.",
        "Memory is the peak of its largest process. All times belong to answers that agree.",
    ]
    for export in record.exports:
        size = f", {export['bytes'] / 1e6:,.0f} MB" if export["bytes"] else ""
        lines += ["", f"## {export['rows']:,} lines{size}: {KINDS[export['kind']].what}", ""]
        lines += ["| case | engine | wall s | slowest s | processor s | memory MB | |", "|---|---|--:|--:|--:|--:|---|"]
        of_export = [
            each for each in record.results if (each["kind"], each["rows"]) == (export["kind"], export["rows"])
        ]
        lines += [_row(result) for result in of_export]
    return "\n".join(lines) + "\n"


def median(values: list[float]) -> float:
    """Return the middle value, the mean of the two middle ones where their number is even."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _row(result: Result) -> str:
    if not result["wall_seconds"]:
        reason = result["reason"].replace("|", "/")
        return f"| {result['case']} | {result['engine']} | | | | | {result['status']}: {reason} |"
    wall, cpu = result["wall_seconds"], result["cpu_seconds"]
    memory = median(result["peak_memory_mb"])
    return (
        f"| {result['case']} | {result['engine']} | {median(wall):.2f} | {max(wall):.2f} | {median(cpu):.2f} "
        f"| {memory:,.0f} | {result['what']} |"
    )


def _result(outcome: Outcome) -> Result:
    runs = outcome.runs
    stages = runs[0].stages if runs else {}
    return {
        "case": outcome.case.name,
        "engine": outcome.case.engine,
        "what": outcome.case.what,
        "kind": outcome.kind,
        "rows": outcome.rows,
        "status": outcome.status,
        "reason": outcome.reason,
        "wall_seconds": [run.wall_seconds for run in runs],
        "cpu_seconds": [run.cpu_seconds for run in runs],
        "peak_memory_mb": [run.peak_memory_mb for run in runs],
        "stages": {stage: [run.stages[stage] for run in runs] for stage in stages},
        "checksum": outcome.checksum,
    }


def _processor() -> str:
    """Return the name of the processor, as the system tells it."""
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
