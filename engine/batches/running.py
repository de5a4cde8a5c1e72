"""The analyses of a batch, one after the other or a few at once, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from engine.batches import manifest
from engine.batches.exports import INDEX, MANIFEST, exports_of
from engine.errors import EngineError, ResourceError
from engine.machine import memory
from engine.process import started
from engine.report.placing import replace_file, reserved
from engine.resources import LEAST_MEMORY, MB, memory_limit
from engine.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.batches.exports import Export
    from engine.batches.manifest import Entry

MOST_JOBS = 64
KILLED = "the system ended it, as it does when memory runs out. Give it more with --memory-limit, or fewer --jobs."
_FAULTS = {
    signal.SIGKILL: KILLED,
    signal.SIGBUS: "a file was cut off while it was read, or its disk is damaged.",
    signal.SIGTERM: "somebody ended it.",
}


class Listener:
    """Who is told how a batch goes: every method from the thread that the batch was called in."""

    def begins(self, entries: list[Entry], waiting: list[Entry]) -> None:
        """Hear what the batch consists of, and what of it is left to do."""

    def hears(self, entry: Entry, text: str) -> None:
        """Hear how far an analysis is."""

    def ends(self, entry: Entry) -> None:
        """Hear that an analysis has ended, done or failed."""


@dataclass(frozen=True)
class Batch:
    """The result of `batch`."""

    out: Path
    entries: list[Entry]
    """Of all analyses that the folder holds, in the order of the files; those of earlier batches last."""
    made: int
    """How many of them were made or tried this time."""
    manifest: dict[str, Any]
    """As in manifest.json."""

    @property
    def failed(self) -> list[Entry]:
        """The analyses of this batch that failed, or that were not begun since one had."""
        return [entry for entry in self.entries if entry.state != "done"]


def batch(
    inputs: Iterable[str | Path],
    *,
    out: str | Path,
    settings: Settings | None = None,
    group_by: str | None = None,
    jobs: int = 1,
    fail_fast: bool = False,
    listener: Listener | None = None,
) -> Batch:
    """Analyse many exports, each in a process of its own, into folders of their own below `out`.

    What an earlier batch has done of the same files, with the same settings and version, is not done again. `group_by`
    is a regular expression: all files in whose paths it finds the same are analysed together. `jobs` analyses run at
    once and share the memory limit and the processors. With `fail_fast` none is begun once one has failed.

    Raises
    ------
    EngineError
        If the files or the expression are wrong, the folder cannot be written or another batch is at work in it, or the
        memory is too little for so many jobs. A single analysis that fails raises nothing: its entry tells.
    """
    settings, listener = settings or Settings(), listener or Listener()
    exports = exports_of(inputs, group_by)
    limit = _limit_of_each(settings, jobs)
    folder = Path(out).resolve()
    with reserved(folder / MANIFEST):
        earlier = manifest.load(folder)
        entries, waiting = _sorted_out(exports, settings, earlier, folder)
        listener.begins(entries, waiting)
        work = {export.name: export for export in exports}
        own = {entry.name for entry in entries}
        others = [each for each in earlier.values() if each.name not in own and (folder / each.name).is_dir()]
        written = manifest.save(folder, [*entries, *others])
        try:
            told = replace(settings, memory_limit=f"{limit}B")
            for entry in _made(waiting, work, folder, told, jobs, listener, fail_fast=fail_fast):
                if entry.state in {"done", "failed"}:
                    listener.ends(entry)
                written = manifest.save(folder, [*entries, *others])
        finally:
            for entry in entries:
                if entry.state == "running":
                    entry.state = "interrupted"
            written = manifest.save(folder, [*entries, *others])
            from engine.report.batch_page import render_index  # jinja is needed here only

            replace_file(folder / INDEX, render_index([*entries, *others], folder))
    return Batch(folder, entries, len(waiting), written)


def _limit_of_each(settings: Settings, jobs: int) -> int:
    """Return the memory that each of the analyses may use."""
    if not 1 <= jobs <= MOST_JOBS:
        raise EngineError(f"jobs is {jobs}.", hint=f"The number of analyses at once must be from 1 to {MOST_JOBS}.")
    limit = memory_limit(settings.memory_limit, memory())
    if limit // jobs < LEAST_MEMORY:
        raise ResourceError(
            f"{jobs} analyses at once share {limit / MB:,.0f} MB of memory; each needs {LEAST_MEMORY / MB:,.0f} MB.",
            hint="Ask for fewer --jobs, or raise --memory-limit.",
        )
    return limit // jobs


def _sorted_out(
    exports: list[Export], settings: Settings, earlier: dict[str, Entry], folder: Path
) -> tuple[list[Entry], list[Entry]]:
    """Return the entries of all exports, and those of them that are left to do."""
    entries, waiting = [], []
    told = manifest.told(settings)
    for export in exports:
        now, before = manifest.begun(export, told), earlier.get(export.name)
        if before is not None and before.as_done(now, folder):
            entries.append(before)
            continue
        if before is not None:
            now.figures = before.figures
        entries.append(now)
        waiting.append(now)
    return entries, waiting


def _made(
    waiting: list[Entry],
    work: dict[str, Export],
    folder: Path,
    settings: Settings,
    jobs: int,
    listener: Listener,
    *,
    fail_fast: bool,
) -> Iterator[Entry]:
    """Make the analyses, a few at once; give each entry as its state changes."""
    said: SimpleQueue[tuple[_Job, dict[str, Any] | None]] = SimpleQueue()
    left, running = list(reversed(waiting)), set[_Job]()
    try:
        while left or running:
            while left and len(running) < jobs:
                entry = left.pop()
                if (wrong := _leads_elsewhere(folder, entry.name)) is not None:
                    entry.state, entry.error = "failed", {"what": wrong.what, "hint": wrong.hint}
                    yield entry
                    continue
                running.add(_Job(entry, work[entry.name], folder, settings, jobs, said))
                yield entry
            if not running:
                continue
            job, message = said.get()
            if message is None:
                running.remove(job)
                job.end()
                yield job.entry
            elif (text := message.get("told") or message.get("progress")) is not None:
                listener.hears(job.entry, text)
            if fail_fast and job.entry.state == "failed":
                left.clear()
    finally:
        for job in running:
            job.interrupt()


def _leads_elsewhere(folder: Path, name: str) -> EngineError | None:
    """Return the error of an analysis whose folder is a link out of the batch's."""
    target = folder / name
    if target.is_symlink() and not target.resolve().is_relative_to(folder):
        return EngineError(
            f"{target}: is a link to {target.resolve()}, out of the folder of the batch.",
            hint="Remove the link: results are not written through it.",
        )
    return None


class _Job:
    """One analysis in its process; what it says is put into a queue, and None at its end."""

    def __init__(
        self,
        entry: Entry,
        export: Export,
        folder: Path,
        settings: Settings,
        jobs: int,
        said: SimpleQueue[tuple[_Job, dict[str, Any] | None]],
    ) -> None:
        self.entry = entry
        self._began = time.monotonic()
        self._last: dict[str, Any] = {}
        entry.state, entry.error = "running", None
        entry.started = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds")
        shared = {"POLARS_MAX_THREADS": str(max(1, (os.cpu_count() or 1) // jobs))} if jobs > 1 else {}
        # In a group of its own: the interruption of the batch reaches it through the batch, which waits for its end.
        self._process = started("engine.batches.worker:work", shared, new_group=True)
        told = {
            "paths": [str(path.absolute()) for path in export.paths],
            "out": str(folder / entry.name),
            "settings": manifest.as_json(settings),
        }
        with suppress(OSError):  # it has died already, which its end tells
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
        self._listening = Thread(target=self._listen, args=(said,), daemon=True)
        self._listening.start()

    def _listen(self, said: SimpleQueue[tuple[_Job, dict[str, Any] | None]]) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with suppress(ValueError):  # a library prints
                    message = json.loads(line)
                    self._last = message
                    said.put((self, message))
        said.put((self, None))

    def end(self) -> None:
        """Note what became of the analysis, whose process has said its last word."""
        code = self._code()
        self.entry.seconds = round(time.monotonic() - self._began, 1)
        if "done" in self._last:
            self.entry.state, self.entry.figures = "done", self._last["done"]
            return
        self.entry.state = "failed"
        self.entry.error = self._last.get("failed") or _died(code)

    def interrupt(self) -> None:
        """End the analysis in order: nothing half-written is left."""
        self._process.terminate()
        self._code()

    def _code(self) -> int:
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._listening.join()
        return self._process.wait()


def _died(code: int) -> dict[str, str]:
    """Say why a process has ended without a word."""
    number = -code if code < 0 else code - 128
    try:
        kind = signal.Signals(number)
    except ValueError:
        return {"what": f"the process of the analysis ended with code {code}.", "hint": _hint()}
    return {
        "what": f"the process of the analysis was ended by {kind.name}: {_FAULTS.get(kind, 'a fault of the program.')}",
        "hint": _hint(),
    }


def _hint() -> str:
    return "Run the batch again: it does what is left. If it fails again, try `analyze --debug` on the export."
