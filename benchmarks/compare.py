"""Two runs side by side: what became slower or larger, by more than noise explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.cases import OURS
from benchmarks.measure import MEASURED, SKIPPED
from benchmarks.record import median

if TYPE_CHECKING:
    from benchmarks.record import Record, Result

RELATIVE = 0.10
SECONDS = 0.2
MEGABYTES = 50.0

MEASURES = {"wall_seconds": "s", "cpu_seconds": "s", "peak_memory_mb": "MB"}
WORSE, BETTER, SAME, LOST = "worse", "better", "same", "lost"


@dataclass(frozen=True, slots=True)
class Limits:
    """A difference counts where it is beyond both the relative and the absolute limit."""

    relative: float = RELATIVE
    seconds: float = SECONDS
    megabytes: float = MEGABYTES

    def judge(self, measure: str, before: float, after: float) -> str:
        """Say whether a median got worse, better, or is the same.

        >>> Limits().judge("wall_seconds", 2.0, 2.3), Limits().judge("wall_seconds", 0.5, 0.6)
        ('worse', 'same')
        """
        absolute = self.megabytes if measure == "peak_memory_mb" else self.seconds
        if abs(after - before) <= max(absolute, self.relative * before):
            return SAME
        return WORSE if after > before else BETTER


@dataclass(frozen=True, slots=True)
class Change:
    """One measure of one case on one export, before and after: medians."""

    case: str
    engine: str
    kind: str
    rows: int
    measure: str
    before: float
    after: float | None
    """None where the case was measured before and is not now."""
    verdict: str
    note: str = ""

    @property
    def counts(self) -> bool:
        """Whether the engine lost something: what happens to a peer tells of the machine or of the peer."""
        return self.engine == OURS and self.verdict in {WORSE, LOST}


def changes(before: Record, after: Record, limits: Limits) -> list[Change]:
    """Compare every case that was measured before, on the exports that both runs have in the same size."""
    same = {_export(each) for each in before.exports} & {_export(each) for each in after.exports}
    exports = {(kind, rows) for kind, rows, _ in same}
    later = {_key(each): each for each in after.results}
    found = []
    for result in before.results:
        new = later.get(_key(result))
        if result["status"] != MEASURED or new is None or (result["kind"], result["rows"]) not in exports:
            continue
        if new["status"] == SKIPPED:
            continue
        found += [_change(result, new, measure, limits) for measure in MEASURES]
    return found


def report(before: Record, after: Record, found: list[Change]) -> str:
    """Write the comparison as Markdown: a row per case and measure, and what makes it doubtful."""
    lines = [f"# {after.name} against {before.name}", ""]
    notes: list[str] = []
    for what in ("machine", "versions"):
        one, other = getattr(before, what), getattr(after, what)
        differing = [key for key in {**one, **other} if one.get(key) != other.get(key)]
        notes += [f"- another {what}: {key} {one.get(key)} -> {other.get(key)}" for key in differing]
    sizes = [{(each["kind"], each["rows"]): each["bytes"] for each in run.exports} for run in (before, after)]
    for kind, rows in sorted(sizes[0].keys() | sizes[1].keys()):
        if (kind, rows) not in sizes[0].keys() & sizes[1].keys():
            notes.append(f"- not compared: {kind} export of {rows:,} lines, which one of the two has not measured")
        elif sizes[0][kind, rows] != sizes[1][kind, rows]:
            notes.append(f"- not compared: {kind} export of {rows:,} lines, which is another file")
    lines += [*notes, ""] if notes else []
    if not found:
        return "\n".join([*lines, "Nothing was measured in both."]) + "\n"
    lines += ["| case | lines | export | measure | before | after | ratio | |", "|---|--:|---|---|--:|--:|--:|---|"]
    lines += [_row(change) for change in found]
    worse = sum(change.counts for change in found)
    lines += ["", f"{worse} of {len(found)} figures got worse." if worse else "Nothing of the engine got worse."]
    return "\n".join(lines) + "\n"


def _change(before: Result, after: Result, measure: str, limits: Limits) -> Change:
    old = median(before[measure])
    new = median(after[measure]) if after[measure] else None
    other_answer = after["checksum"] != before["checksum"] and new is not None
    return Change(
        case=before["case"],
        engine=before["engine"],
        kind=before["kind"],
        rows=before["rows"],
        measure=measure,
        before=old,
        after=new,
        verdict=LOST if new is None else limits.judge(measure, old, new),
        note=f"{after['status']}: {after['reason']}" if new is None else "another answer" if other_answer else "",
    )


def _row(change: Change) -> str:
    unit = MEASURES[change.measure]
    after = "" if change.after is None else f"{change.after:,.2f} {unit}"
    ratio = "" if change.after is None or not change.before else f"{change.after / change.before:.2f}"
    notes = ", ".join(filter(None, ["" if change.verdict == SAME else change.verdict, change.note.replace("|", "/")]))
    measure = change.measure.rpartition("_")[0].replace("_", " ")
    return (
        f"| {change.case} | {change.rows:,} | {change.kind} | {measure} | {change.before:,.2f} {unit} | {after} "
        f"| {ratio} | {notes} |"
    )


def _export(export: Result) -> tuple[str, int, int | None]:
    return export["kind"], export["rows"], export["bytes"]


def _key(result: Result) -> tuple[str, str, int]:
    return result["case"], result["kind"], result["rows"]
