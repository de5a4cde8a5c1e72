"""How every run begins: from the files of an export to the features of its customers, stage by stage."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from engine.errors import EngineError, ResourceError, brief
from engine.guard import Guard
from engine.insights.wanted import INSIGHTS, Wanted
from engine.intake.extent import extent
from engine.machine import memory
from engine.report import files as outputs
from engine.report.placing import check_target, reserved
from engine.resources import check_space, disk_full, is_disk_full, memory_limit
from engine.runners import local
from engine.runners.runner import OneMachine
from engine.settings import Settings
from engine.stages import Stages
from engine.workspace import used_space, workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from engine.intake.extent import Extent
    from engine.intake.shards import Intake
    from engine.intake.source import Source
    from engine.progress import Progress
    from engine.resources import Plan
    from engine.runners.local import Sums, Totals, Work
    from engine.runners.runner import Runner

    Sources = str | Path | Iterable[str | Path]


@dataclass(frozen=True, slots=True)
class Detected:
    """What the input is, how much of it there is, and what the run will need."""

    source: Source
    size: Extent
    needs: Plan


@dataclass(frozen=True, slots=True)
class Built:
    """The features of all customers, and the sums that were made with them."""

    works: list[Work]
    """Of each shard, the files that are on this machine."""
    features: pl.LazyFrame
    """Of all customers, in no particular order."""
    sums: Sums
    totals: Totals
    wanted: Wanted
    counted: bool
    """Whether the file has quantities."""
    used: int
    """Bytes on disk that the run has taken at most until then."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its inputs and settings, its folders, whom it tells how far it is; made by `begin`."""

    paths: Sequence[Path]
    target: Path | None
    protected: Sequence[Path]
    """Further files that the outputs must not replace."""
    known: Sequence[str]
    """The outputs that a run of this kind leaves."""
    settings: Settings
    stages: Stages
    limit: int
    """Bytes of memory that the run may use."""
    work: Path
    runner: Runner
    guard: Guard

    def detect(self) -> Detected:
        """Find out what the input is and what the run will need, once it is sure to find room."""
        with self.stages.stage("detect", "Looking at the input"):
            source = self.runner.open(self.paths, self.settings)
            if self.target is not None:
                check_target(self.target, [*source.paths, *self.protected], self.known)
            for line in source.headlines():
                self.stages.tell(line)
            size = extent(source)
            needs = self.runner.plan(source, size, self.limit, self.settings.shards)
            check_space(needs, self.work.parent, self.target)
        return Detected(source, size, needs)

    def read(self, detected: Detected) -> tuple[Intake, datetime]:
        """Read the input once, to shards; return what it left, and the moment that recency is counted to."""
        message = f"Reading {detected.source.size / 1e6:,.1f} MB"
        with self.stages.stage("intake", message, **self.runner.reading(detected.size)) as tick:
            try:
                self.guard.bound(self.work, detected.needs.disk_needed)
                intake = self.runner.read(
                    detected.source, detected.needs, drop_duplicates=self.settings.drop_duplicates, tick=tick
                )
            except (EngineError, pl.exceptions.PolarsError, OSError):
                detected.source.check_unchanged()  # the better reason, where it is one
                raise
            detected.source.check_unchanged()
            return intake, _as_of(self.settings.as_of, intake.last)

    def build(
        self, detected: Detected, intake: Intake, as_of: datetime, categories: Sequence[str] | None = None
    ) -> Built:
        """Compute the features of all customers, and what the insights need.

        With `categories` given, only the features, with the share of spend on these, and what the forecast needs.
        """
        used = used_space(self.work)
        message = f"Computing the features of the customers from {intake.kept:,} lines"
        with self.stages.stage("features", message, total=self.runner.shards, unit="shards") as tick:
            totals = local.total(intake.products, categories)
            offered = INSIGHTS if categories is None else ("forecast",)
            wanted = Wanted(frozenset(offered) - frozenset(self.settings.without), intake.first, intake.last, as_of)
            counted = detected.source.reading.roles.column("quantity") is not None
            works, features, sums = self.runner.build(
                totals,
                wanted,
                detected.needs,
                counted=counted,
                seed=self.settings.seed,
                support=self.settings.basket_support,
                tick=tick,
            )
        return Built(works, features, sums, totals, wanted, counted, max(used, used_space(self.work)))


@contextmanager
def begin(
    sources: Sources,
    out: str | Path | None,
    settings: Settings | None,
    tell: Callable[[str], None] | None,
    watch: Callable[[Progress], None] | None,
    *,
    runner: Runner | None = None,
    protected: Sequence[Path] = (),
    known: Sequence[str] = outputs.OUTPUTS,
) -> Iterator[Run]:
    """Give a run whose temporary files are gone at its end, and whose errors are `EngineError`.

    Its stages run on this machine, unless another `runner` is given.
    """
    settings = settings or Settings()
    paths = [Path(each) for each in ([sources] if isinstance(sources, str | Path) else sources)]
    target = None if out is None else Path(out).resolve()
    stages = Stages(tell, watch) if tell else Stages(watch=watch)
    limit = memory_limit(settings.memory_limit, memory())
    if target is not None:
        check_target(target, [*paths, *protected], known)
    held = nullcontext() if target is None else reserved(target)
    with (
        held,
        workspace(settings.temp_dir, stages.tell) as work,
        _told(work),
        runner or OneMachine() as chosen,
        Guard().watching(limit) as guard,
    ):
        chosen.begin(work, stages.tell)
        yield Run(paths, target, protected, known, settings, stages, limit, work, chosen, guard)


@contextmanager
def _told(work: Path) -> Iterator[None]:
    """Turn what the system or Polars reports from within a stage into an error of the run."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, EngineError) as error:
        if is_disk_full(error) and not isinstance(error, ResourceError):
            raise disk_full(work.parent, "--temp-dir") from error
        if isinstance(error, EngineError):
            raise
        raise EngineError(
            f"The run stopped: {brief(error)}",
            hint="Check the free disk space and the folders of --out and --temp-dir.",
        ) from error


def _as_of(given: datetime | None, last: datetime) -> datetime:
    """Return the moment that recency is counted to: given, or the midnight after the last kept line."""
    if given is None:
        return datetime.combine(last.date() + timedelta(days=1), time())
    if given.tzinfo is not None:
        given = given.astimezone(UTC).replace(tzinfo=None)
    if given < last:
        raise EngineError(
            f"--as-of {given.isoformat()} lies before the last order, {last.isoformat()}.",
            hint="Pass a later moment, or cut the later lines from the export.",
        )
    return given
