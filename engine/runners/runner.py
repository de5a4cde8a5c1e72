"""Where the stages of a run take place: on this machine, or on others (`runners.spark`), with the same results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

from engine.intake.shards import write_shards
from engine.intake.source import open_source
from engine.machine import bytes_read
from engine.report.files import sink_customers
from engine.resources import MB, plan
from engine.runners import local, patterns
from engine.runners.counting import Counting
from engine.workspace import discard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from threading import Thread
    from types import TracebackType

    import numpy as np
    import polars as pl

    from engine.forecast.scores import Scorer
    from engine.insights.wanted import Wanted
    from engine.intake.extent import Extent
    from engine.intake.shards import Intake
    from engine.intake.source import Source
    from engine.resources import Plan
    from engine.runners.local import Sums, Totals, Work
    from engine.runners.patterns import Patterns
    from engine.segments.model import Model
    from engine.settings import Settings

    Tick = Callable[[int], None]


class Runner(Protocol):
    """Does the heavy stages of one run, in the order of its methods; a context manager.

    What a `tick` gets is how many more units are done of those that the stage was announced with.
    """

    def begin(self, work: Path, tell: Callable[[str], None]) -> None:
        """Take the folder of the run's temporary files, and whom to tell what is to be minded."""

    def open(self, paths: Sequence[Path], settings: Settings) -> Source:
        """Look at samples of the input, see `intake.source.open_source`."""

    def plan(self, source: Source, size: Extent, limit: int, shards: int | None) -> Plan:
        """Decide what the run needs, see `resources.plan`."""

    def reading(self, size: Extent) -> dict[str, Any]:
        """Say how the reading is watched, see `Stages.stage`."""

    def read(self, source: Source, needs: Plan, *, drop_duplicates: bool, tick: Tick) -> Intake:
        """Read the input once, see `intake.shards.write_shards`."""

    @property
    def shards(self) -> int:
        """The number of shards that were read."""

    def build(
        self,
        totals: Totals,
        wanted: Wanted,
        needs: Plan,
        *,
        counted: bool,
        seed: int,
        support: float | None,
        tick: Tick,
    ) -> tuple[list[Work], pl.LazyFrame, Sums]:
        """Compute the features of all customers, see `runners.local.build_features`.

        Returns the works of the shards, all features, and the sums. `support` is what the pairs need that are counted.
        """

    def count(self) -> None:
        """Begin to count what is bought together, while the segments are looked for."""

    def score(self, scorer: Scorer, tick: Tick) -> None:
        """Have the customers scored before they are labelled."""

    def label(self, model: Model, totals: Totals, *, foretold: bool | None) -> pl.LazyFrame:
        """Label all customers: returns them by customer_id, see `runners.local.label_customers`."""

    def sum_patterns(self, names: pl.DataFrame, totals: Totals, wanted: Wanted, tick: Tick) -> Patterns:
        """Sum what the labelled customers do by their segments, see `runners.patterns.sum_patterns`."""

    def write_customers(self, customers: pl.LazyFrame, target: Path) -> None:
        """Write the labelled customers as Parquet."""

    def record(self) -> dict[str, Any]:
        """Return where the run took place and what it cost there, for `run.json`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class OneMachine:
    """Does all stages here, one shard after the other."""

    def __init__(self) -> None:
        self._counting = Counting()
        self._shards: tuple[Path, ...] = ()
        self._works: list[Work] = []
        self._segments: list[np.ndarray] = []

    def begin(self, work: Path, tell: Callable[[str], None]) -> None:
        """Take the folder of the run."""
        del tell
        self._folder = work

    def open(self, paths: Sequence[Path], settings: Settings) -> Source:
        """Look at the files."""
        return open_source(paths, settings, spool=self._folder)

    def plan(self, source: Source, size: Extent, limit: int, shards: int | None) -> Plan:
        """Fit the shards into the memory."""
        del source
        return plan(
            size.bytes,
            size.lines,
            limit,
            customers=size.customers,
            products=size.products,
            rewritten=size.rewritten,
            shards=shards,
        )

    def reading(self, size: Extent) -> dict[str, Any]:
        """Watch by the bytes that the process reads, else by the lines that are counted."""
        before = bytes_read()
        if before is None:
            return {"total": size.lines, "unit": "lines"}
        return {"total": size.on_disk // MB, "unit": "MB", "measure": lambda: ((bytes_read() or before) - before) // MB}

    def read(self, source: Source, needs: Plan, *, drop_duplicates: bool, tick: Tick) -> Intake:
        """Read the input to shards on disk."""
        # NOTE: where the system tells what has been read, no line need be counted in Python beside the imports.
        counted = tick if bytes_read() is None else None
        intake = write_shards(source, self._folder, needs.shards, drop_duplicates=drop_duplicates, tick=counted)
        self._shards = intake.shards
        return intake

    @property
    def shards(self) -> int:
        """The number of shards on disk."""
        return len(self._shards)

    def build(
        self,
        totals: Totals,
        wanted: Wanted,
        needs: Plan,
        *,
        counted: bool,
        seed: int,
        support: float | None,
        tick: Tick,
    ) -> tuple[list[Work], pl.LazyFrame, Sums]:
        """Compute the features shard by shard."""
        discarding: list[Thread] = []
        self._works, sums = local.build_features(
            self._shards,
            self._folder / "shards",
            totals,
            wanted,
            counted=counted,
            seed=seed,
            lines_in_memory=needs.lines_in_memory,
            done=lambda shard: discarding.append(discard([shard])),
            tick=tick,
        )
        self._task = patterns.task(self._works, self._folder, totals, wanted, support)
        for thread in discarding:
            thread.join()
        return self._works, local.all_features(self._works), sums

    def count(self) -> None:
        """Count beside the fits, which leave a processor idle."""
        self._counting.start(self._task, beside=len(self._works) > 1)

    def score(self, scorer: Scorer, tick: Tick) -> None:
        """Score the customers shard by shard."""
        from engine.runners.forecasting import score_shard  # imports scikit-learn

        for work in self._works:
            score_shard(work, scorer)
            tick(1)

    def label(self, model: Model, totals: Totals, *, foretold: bool | None) -> pl.LazyFrame:
        """Label the customers range by range."""
        folder = self._folder / "labelled"
        customers, self._segments = local.label_customers(self._works, folder, model, totals, foretold=foretold)
        return customers

    def sum_patterns(self, names: pl.DataFrame, totals: Totals, wanted: Wanted, tick: Tick) -> Patterns:
        """Sum shard by shard."""
        return patterns.sum_patterns(self._works, self._segments, self._counting, names, totals, wanted, tick)

    def write_customers(self, customers: pl.LazyFrame, target: Path) -> None:
        """Stream them to one file."""
        sink_customers(customers, target)

    def record(self) -> dict[str, Any]:
        """Return what the counting has cost beside the run's own process."""
        return dict(self._counting.cost)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._counting.__exit__(kind, error, trace)
