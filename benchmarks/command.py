"""What `bench` does: make the exports, measure the cases, keep a record, draw it, compare it with another."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import compare as comparison
from benchmarks import record as records
from benchmarks.cases import DEFAULT_ROWS, plan
from benchmarks.data import KINDS, export
from benchmarks.measure import FAILED, ROOT, WRONG, measure
from engine.errors import EngineError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.data import Export

RESULTS = ROOT / "benchmarks" / "results"
DATA = Path(tempfile.gettempdir()) / "hidden-segments-bench"


def bench(
    *,
    rows: Sequence[int] = DEFAULT_ROWS,
    cases: Sequence[str] | None = None,
    runs: int = 3,
    name: str | None = None,
    data_dir: Path | None = None,
    results: Path = RESULTS,
    against: str | None = None,
    tell: Callable[[str], None] = print,
) -> int:
    """Measure the cases on exports of these sizes; leave a folder `name` in `results`.

    `cases` are names or patterns such as `features*`; all where None. `runs` are counted, after a warm-up of each case.
    The exports are made in `data_dir`, and reused from there. `against` names an earlier run to compare with. Returns
    1 where an answer disagreed, a case of the engine failed, or the engine lost against the earlier run; else 0.

    Raises
    ------
    EngineError
        If a case or run is not known, the name is taken, or a folder cannot be written.
    """
    if runs < 1:
        raise EngineError(f"runs is {runs}.", hint="At least one run must be counted.")
    plans = plan(list(rows), None if cases is None else list(cases))
    earlier = None if against is None else records.Record.read(against, results)
    folder = DATA if data_dir is None else data_dir.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror}).", hint="Check --data-dir.") from error
    record, target = records.begin(list(rows), runs, name, results)
    outcomes = []
    for each in plans:
        made = export(folder, each.kind, each.rows)
        tell(f"{each.rows:,} lines, {KINDS[each.kind].what}")
        if any(case.obstacle(each.rows) is None for case in each.cases):
            _make(made, tell)
        found = measure(each, made, runs, tell)
        outcomes += found
        record.add(made, found)
        record.write(target)
    tell((target / records.TABLE).read_text(encoding="utf-8"))
    wrong = [each for each in outcomes if each.status == WRONG]
    for outcome in wrong:
        tell(f"No time for {outcome.case.name} at {outcome.rows:,} lines ({outcome.kind}): {outcome.reason}")
    draw(record.name, results=results, tell=tell)
    bad = bool(wrong) or any(each.status == FAILED and each.case.ours for each in outcomes)
    lost = earlier is not None and _compare(earlier, record, comparison.Limits(), tell)
    return int(bad or lost)


def compare(
    before: str | Path,
    after: str | Path,
    *,
    results: Path = RESULTS,
    relative: float = comparison.RELATIVE,
    seconds: float = comparison.SECONDS,
    megabytes: float = comparison.MEGABYTES,
    tell: Callable[[str], None] = print,
) -> int:
    """Compare two runs, by name or folder.

    Returns 1 where the engine got worse beyond both limits, or where nothing was measured in both; else 0.
    """
    limits = comparison.Limits(relative, seconds, megabytes)
    one, other = records.Record.read(before, results), records.Record.read(after, results)
    return int(_compare(one, other, limits, tell))


def draw(run: str | Path, *, results: Path = RESULTS, tell: Callable[[str], None] = print) -> None:
    """Draw the charts of a run beside its record; EngineError where there is no such run."""
    from benchmarks.draw import charts  # after the measuring: Altair takes memory
    from engine.report.painter import render

    record = records.Record.read(run, results)
    for name, chart in charts(record).items():
        svg, png = render(chart.to_dict())
        folder = results / record.name
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        (folder / f"{name}.png").write_bytes(png)
        tell(f"Written: {folder / name}.png")


def _make(made: Export, tell: Callable[[str], None]) -> None:
    if made.ready:
        return
    tell(f"  making {made.path.name}")
    command = [sys.executable, "-m", "benchmarks.data", str(made.path.parent), made.kind, str(made.rows)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        lines = run.stderr.strip().splitlines() or ["no message"]
        raise OutputError(f"{made.path}: cannot be made: {lines[-1]}", hint="Check the free space of --data-dir.")


def _compare(
    before: records.Record, after: records.Record, limits: comparison.Limits, tell: Callable[[str], None]
) -> bool:
    found = comparison.changes(before, after, limits)
    tell(comparison.report(before, after, found))
    return not found or any(change.counts for change in found)
