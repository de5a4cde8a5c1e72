"""What comes together and what comes next, counted over the shards: most of it needs no segments.

So it is done while the fits of the segments leave a processor idle, in a process of its own: NumPy and scikit-learn in
two threads of one process wait for each other's hold on the interpreter.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.errors import EngineError
from engine.insights import baskets, sequence
from engine.insights.cells import CELL, cells
from engine.insights.merge import by
from engine.machine import peak_memory, processor_seconds
from engine.process import Attended, Process, asked, tell
from engine.resources import MB
from engine.schema import CODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.insights.merge import Merger

RULES, LIKELY, DAYS, ENTRIES, PAIRS, OF_SEGMENTS = "rules", "likely", "days", "entries", "pairs", "of_segments"
TABLES = (RULES, LIKELY, DAYS, ENTRIES, PAIRS)
_NO_BASKETS = pl.DataFrame(schema={CODE: pl.UInt32, "day": pl.Date, "items": pl.List(pl.UInt16)})


@dataclass(frozen=True, slots=True)
class Task:
    """What is counted, of which shards."""

    files: tuple[str, ...]
    """The baskets of each shard (`insights.baskets.baskets`), as Arrow IPC files."""
    folder: str
    """Where the tables are left."""
    basket_items: int
    step_items: int
    """Items that pairs, and steps from day to day, are looked for among; 0 where they are not wanted."""
    newly: str
    as_of: str
    """Days, in ISO 8601: from which first purchases are those of new customers, and to which they are followed."""
    horizon: int | None
    support: float | None


class First:
    """The first look at the baskets of one shard after the other: pairs, steps, first products."""

    def __init__(self, task: Task, sums: Mapping[str, pl.DataFrame] | None = None) -> None:
        self._task = task
        self._newly, self._as_of = date.fromisoformat(task.newly), date.fromisoformat(task.as_of)
        if sums is None:
            self.counts = baskets.Counts.none(1, task.basket_items)
            self.steps = sequence.Steps.none(task.step_items)
            self._entries = []
        else:
            self.counts = baskets.Counts.of(sums, 1, task.basket_items)
            self.steps = sequence.Steps.of(sums, task.step_items)
            self._entries = [sums["entries"]]

    def add(self, held: pl.DataFrame) -> None:
        """Look at the baskets of a shard."""
        if self._task.basket_items:
            self.counts.add(held, np.ones(held.height, dtype=np.int64))
        days = sequence.visits(held if self._task.step_items else _NO_BASKETS, self._newly)
        self.steps.add(days)
        self._entries.append(sequence.entry_sums(days.lazy(), self._as_of, self._task.horizon).collect())

    def sums(self) -> dict[str, pl.DataFrame]:
        """Return what was found as tables, which `FIRST` merges."""
        return {**self.counts.sums(), **self.steps.sums(), "entries": self.entries()}

    def entries(self) -> pl.DataFrame:
        """Return the first products, see `insights.sequence.entry_sums`."""
        return FIRST["entries"](self._entries)

    def pairs(self) -> pl.DataFrame:
        """Return the frequent pairs, see `insights.baskets.frequent`."""
        return baskets.frequent(self.counts.together[0], int(self.counts.orders[0]), self._task.support)


FIRST: dict[str, Merger] = {**baskets.COUNTS, **sequence.STEPS, "entries": by("item", "days")}


class Second:
    """The second look, at what the first one has found: third products beside pairs, and the days between steps."""

    def __init__(
        self, task: Task, pairs: pl.DataFrame, likely: pl.DataFrame, sums: Mapping[str, pl.DataFrame] | None = None
    ) -> None:
        self._task, self._newly = task, date.fromisoformat(task.newly)
        self._likely = likely
        counted = None if sums is None else sums["thirds"]
        self.thirds = baskets.Thirds(pairs.head(baskets.EXTENDED), task.basket_items, counted)
        nothing = sequence.step_days(sequence.visits(_NO_BASKETS, self._newly), likely, task.step_items)
        self._between = [nothing if sums is None else sums["between"]]

    @property
    def needed(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.thirds.pairs.height or self._likely.height)

    def add(self, held: pl.DataFrame) -> None:
        """Look at the baskets of a shard."""
        if self.thirds.pairs.height:
            self.thirds.add(held)
        if self._likely.height:
            days = sequence.visits(held, self._newly)
            self._between.append(sequence.step_days(days, self._likely, self._task.step_items))

    def sums(self) -> dict[str, pl.DataFrame]:
        """Return what was found as tables, which `SECOND` merges."""
        return {"thirds": cells(self.thirds.counts), "between": SECOND["between"](self._between)}


SECOND: dict[str, Merger] = {"thirds": by(CELL), "between": by("pair", "days")}


def count(task: Task) -> dict[str, int]:
    """Count what all customers do, and leave the tables; returns the numbers of orders, pairs and customers.

    rules (`baskets.rules_of_pairs`, of triples as well), pairs (the frequent ones), likely and days (the steps, and the
    days between), entries (the first products).
    """
    first = First(task)
    for each in task.files:
        first.add(_read(each))
    pairs, likely = first.pairs(), first.steps.likely()
    second = Second(task, pairs, likely)
    for each in task.files if second.needed else ():
        second.add(_read(each))
    for name, table in found(task, first, second, pairs, likely).items():
        _write(table, task.folder, name)
    return numbers(first, pairs)


def numbers(first: First, pairs: pl.DataFrame) -> dict[str, int]:
    """Return the numbers of orders, frequent pairs and customers that were looked at."""
    return {
        "orders": int(first.counts.orders[0]),
        "pairs": pairs.height,
        **{f"giant_{name}": number for name, number in first.counts.giant.items()},
        "returned": first.steps.customers,
    }


def found(
    task: Task, first: First, second: Second, pairs: pl.DataFrame, likely: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Make the tables (`TABLES`) of what both looks have found."""
    together, orders = first.counts.together[0], int(first.counts.orders[0])
    triples = baskets.rules_of_triples(second.thirds, together, orders, task.support)
    if task.support is None:
        triples = baskets.telling(triples, second.thirds, together)
    doubles = baskets.rules_of_pairs(pairs, orders, baskets.looked_at(together, orders, task.support))
    rules = [baskets.strongest(each) for each in (doubles, triples)]
    return {
        RULES: pl.concat(rules),
        LIKELY: likely,
        DAYS: second.sums()["between"],
        ENTRIES: first.entries(),
        PAIRS: pairs,
    }


def count_segments(task: Task, labels: Sequence[str], segments: int) -> None:
    """Count the pairs of the orders of each segment, after `count`, and leave the table of those that tell most.

    `labels` are files of NumPy, one a shard: the segment of each customer by code.
    """
    counts = baskets.Counts.none(segments, task.basket_items)
    for each, of_shard in zip(task.files if task.basket_items else (), labels, strict=bool(task.basket_items)):
        held = _read(each)
        counts.add(held, np.load(of_shard)[held[CODE].to_numpy()])
    _write(baskets.pairs_of_segments(counts, _read(_place(task.folder, PAIRS))), task.folder, OF_SEGMENTS)


class Counting(Attended):
    """Does the counting beside the caller, or at once where that is not worth a process; a context manager.

    Raises
    ------
    EngineError
        From all its methods, where the process ended before its time.
    """

    def __init__(self) -> None:
        # One thread: the second processor is what the analysis itself leaves.
        self._process = Process("engine.runners.counting:serve", _broken, POLARS_MAX_THREADS="1")
        self._task: Task | None = None
        self.counted: dict[str, int] = {}
        """What `count` returns, once `tables` has been called."""
        self.cost: dict[str, float] = {}
        """Processor time in seconds, and memory in megabytes, that a process of its own has taken until then."""

    def start(self, task: Task, *, beside: bool) -> None:
        """Begin to count; `beside` in a process of its own."""
        self._task = task
        if beside and (task.basket_items or task.step_items):
            self._process.ask({"task": {name: getattr(task, name) for name in Task.__slots__}})
        else:
            self.counted = count(task)

    @property
    def support(self) -> float | None:
        """The share of the orders that a pair needs, where the user named one."""
        return None if self._task is None else self._task.support

    def label(self, segments: Sequence[np.ndarray], number: int) -> None:
        """Go on with the segments of the customers of each shard, by their codes."""
        assert self._task is not None
        labels = [f"{file}.labels.npy" for file in self._task.files]
        for place, of_shard in zip(labels, segments, strict=True):
            np.save(place, of_shard)
        if self._process.runs:
            self._process.ask({"labels": labels, "segments": number})
        else:
            count_segments(self._task, labels, number)

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Wait until all is counted; return the tables by name."""
        assert self._task is not None
        if self._process.runs:
            for _ in range(2):
                answer = self._process.answer()
                if "error" in answer:
                    raise EngineError(f"What is bought together could not be counted: {answer['error']}.")
                self.counted |= answer["counted"]
                self.cost = answer["cost"]
        return {name: _read(_place(self._task.folder, name)) for name in (*TABLES, OF_SEGMENTS)}


def _broken() -> EngineError:
    return EngineError(
        "What is bought together could not be counted: its process ended.",
        hint="It may have lacked memory; --without baskets,sequence does without it.",
    )


def serve() -> None:
    """Be the process: count what is asked for on stdin, until it ends."""
    os.nice(5)  # the fits go first
    task: Task | None = None
    for message in asked():
        try:
            if "task" in message:
                task = Task(**message["task"])
                counted = count(task)
            else:
                assert task is not None
                count_segments(task, message["labels"], message["segments"])
                counted = {}
            cost = {
                "counting_processor_seconds": round(processor_seconds(), 3),
                "counting_peak_memory_mb": round(peak_memory() / MB, 1),
            }
            tell({"counted": counted, "cost": cost})
        except (OSError, MemoryError, pl.exceptions.PolarsError) as error:
            tell({"error": str(error) or type(error).__name__})


def _place(folder: str, name: str) -> Path:
    return Path(folder) / f"{name}.counted"


def _read(path: str | Path) -> pl.DataFrame:
    return pl.scan_ipc(path, glob=False).collect()


def _write(table: pl.DataFrame, folder: str, name: str) -> None:
    table.write_ipc(_place(folder, name))
