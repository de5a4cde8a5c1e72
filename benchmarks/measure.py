"""Run cases in processes of their own, taking turns, and keep a time only where the answers agree."""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.answers import checksum, disagreement, majority

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.answers import Answer
    from benchmarks.cases import Case, Plan
    from benchmarks.data import Export

ROOT = Path(__file__).parents[1]
MEASURED, WRONG, FAILED, SKIPPED = "measured", "wrong", "failed", "skipped"
_MOST_REASON = 300
_MAXRSS = 1 if sys.platform == "darwin" else 1024
"""Bytes of one unit of ru_maxrss."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a case: its process from start to end, interpreter and imports included."""

    wall_seconds: float
    cpu_seconds: float
    """User and system time of the process and those that it started."""
    peak_memory_mb: float
    """The largest resident memory of any one of these processes, in millions of bytes."""
    stages: dict[str, float]
    """Seconds by stage, as the case itself tells them."""


@dataclass(slots=True)
class Outcome:
    """What became of one case on one export."""

    case: Case
    kind: str
    rows: int
    status: str = MEASURED
    reason: str = ""
    """Why there is no time."""
    runs: list[Run] = field(default_factory=list)
    """The counted runs; empty unless measured."""
    checksum: str = ""

    def median(self, measure: str) -> float | None:
        """Return the median of a measure over the runs; None where there is no run."""
        return statistics.median(getattr(run, measure) for run in self.runs) if self.runs else None


class CaseError(Exception):
    """A case that ended without an answer; the message says why."""


def measure(plan: Plan, export: Export, runs: int, tell: Callable[[str], None]) -> list[Outcome]:
    """Run the cases of a plan on its export: once to warm up, then `runs` times, a run of each case after the other."""
    outcomes = {case.name: Outcome(case, plan.kind, plan.rows) for case in plan.cases}
    answers: dict[str, list[Answer]] = defaultdict(list)
    for outcome in outcomes.values():
        obstacle = outcome.case.obstacle(plan.rows)
        if obstacle is not None:
            outcome.status, outcome.reason = SKIPPED, obstacle
    for turn in range(runs + 1):
        for name, outcome in outcomes.items():
            if outcome.status != MEASURED:
                continue
            try:
                run, answer = run_case(outcome.case, export.path)
            except CaseError as error:
                outcome.status, outcome.reason, outcome.runs = FAILED, str(error), []
                tell(f"  {name} failed: {error}")
                continue
            answers[name].append(answer)
            if turn:
                outcome.runs.append(run)
            tell(f"  {name}{'' if turn else ' (warm-up)'}: {run.wall_seconds:.2f} s, {run.peak_memory_mb:,.0f} MB")
    _judge([outcome for outcome in outcomes.values() if outcome.status == MEASURED], answers)
    return list(outcomes.values())


def run_case(case: Case, export: Path) -> tuple[Run, Answer]:
    """Run a case once in a process and a folder of its own, beside the export; CaseError where it gives no answer."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=export.parent) as name:
        folder = Path(name)
        work, out, log = folder / "work", folder / "out.json", folder / "log.txt"
        work.mkdir()
        command = [sys.executable, "-m", "benchmarks.worker", case.name, str(export), str(work), str(out)]
        begin = time.perf_counter()
        code, usage = _run(command, log, TMPDIR=str(folder))
        wall = time.perf_counter() - begin
        if code:
            raise CaseError(_reason(code, log))
        told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        answer = told["answer"] if "answer" in told else _read_answer(case.group, told["files"])
    run = Run(
        wall_seconds=round(wall, 3),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3),
        peak_memory_mb=round(usage.ru_maxrss * _MAXRSS / 1e6, 1),
        stages=told["stages"],
    )
    return run, answer


def _run(command: Sequence[str], log: Path, **environment: str) -> tuple[int, Any]:
    """Wait for a process; return its exit code and what it used. It ends with this one, and those it started too."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def _read_answer(group: str, files: list[str]) -> Answer:
    """Read the answer in a process of its own: what this one needs, Linux would count as memory of the next case."""
    command = [sys.executable, "-m", "benchmarks.answers", group, *files]
    read = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if read.returncode:
        raise CaseError(f"its answer cannot be read: {_last_line(read.stderr)}")
    answer: Answer = json.loads(read.stdout)
    return answer


def _judge(outcomes: list[Outcome], answers: dict[str, list[Answer]]) -> None:
    """Take the times from the cases whose answers disagree: from run to run, or with most cases of their group."""
    for outcome in outcomes:
        first, *others = answers[outcome.case.name]
        differences = filter(None, (disagreement(first, other) for other in others))
        _refuse(outcome, next(differences, None), "its own runs disagree")
    for group in dict.fromkeys(outcome.case.group for outcome in outcomes):
        peers = [each for each in outcomes if each.case.group == group and each.status == MEASURED]
        given = {each.case.name: answers[each.case.name][0] for each in peers}
        right = majority(given)
        for outcome in peers:
            if right is None:
                _refuse(outcome, "no answer is shared by most", f"the cases {', '.join(given)} disagree")
            else:
                _refuse(outcome, disagreement(given[outcome.case.name], given[right]), f"it disagrees with {right}")
            outcome.checksum = checksum(given[outcome.case.name])


def _refuse(outcome: Outcome, difference: str | None, against: str) -> None:
    if difference is not None:
        outcome.status, outcome.reason, outcome.runs = WRONG, f"{against}: {difference}", []


def _reason(code: int, log: Path) -> str:
    if code == -signal.SIGKILL:
        return "killed, most likely for lack of memory"
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return _last_line(log.read_text(encoding="utf-8", errors="replace"))


def _last_line(text: str) -> str:
    """Return the last line of a log, cut, paths shortened to the last name: records leave the machine."""
    lines = text.strip().splitlines()
    return re.sub(r"(?:/[^\s/'\":]+)+/", "", lines[-1])[:_MOST_REASON] if lines else "no message"
