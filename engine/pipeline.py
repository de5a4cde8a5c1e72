"""The whole story: from the files of an export to segments, insights, charts and a report."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.errors import EngineError, ResourceError, brief
from engine.intake.extent import extent
from engine.intake.shards import write_shards
from engine.intake.source import open_source
from engine.machine import bytes_read, memory
from engine.preload import CLUSTERING, DRAWING, preload
from engine.report import files as outputs
from engine.report.painter import Painter
from engine.report.summary import summarise, summarise_input
from engine.resources import MB, check_space, disk_full, is_disk_full, memory_limit, plan
from engine.result import Analysis
from engine.runners import local
from engine.schema import MICROS_OF
from engine.settings import Settings
from engine.stages import Stages
from engine.tables import tabulate
from engine.workspace import discard, used_space, workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from engine.intake.extent import Extent
    from engine.intake.source import Source
    from engine.progress import Progress
    from engine.resources import Plan


def analyze(
    sources: str | Path | Iterable[str | Path],
    *,
    out: str | Path | None = None,
    settings: Settings | None = None,
    tell: Callable[[str], None] | None = None,
    watch: Callable[[Progress], None] | None = None,
) -> Analysis:
    """Turn the order lines of a shop into customer segments.

    With `out`, all outputs are written there, whole or not at all, and the customers are read from there when they are
    asked for; without, they are held in memory and nothing is written. `tell` gets a line of text as each stage begins,
    `watch` gets, a few times a second and from a thread of its own, how far a long stage is.

    Raises
    ------
    EngineError
        If the input cannot be analysed or the outputs cannot be written: what, where, and what to do.
    """
    settings = settings or Settings()
    paths = [sources] if isinstance(sources, str | Path) else list(sources)
    target = None if out is None else Path(out).resolve()
    stages = Stages(tell, watch) if tell else Stages(watch=watch)
    limit = memory_limit(settings.memory_limit, memory())
    if target is not None:
        outputs.check_target(target, map(Path, paths))
    with (
        workspace(settings.temp_dir, stages.tell) as work,
        _told(work),
        Painter() as painter,
    ):
        with stages.stage("detect", "Looking at the input"):
            source = open_source(paths, settings, spool=work)
            size, needs = _needs(source, settings, stages, limit, work, target)
        if target is not None and needs.shards == 1:
            painter.start()  # with a longer input it waits for the segments, whose fits leave a processor idle
        clustering = preload(*CLUSTERING)
        # NOTE: where the system tells what has been read, no line need be counted in Python beside the imports.
        watched = _reading(size)
        with stages.stage("intake", f"Reading {_input_size(source.size)}", **watched) as tick:
            intake = write_shards(
                source,
                work,
                needs.shards,
                drop_duplicates=settings.drop_duplicates,
                tick=None if "measure" in watched else tick,
            )
            as_of = _as_of(settings.as_of, intake.last)
        used = used_space(work)
        message = f"Computing the features of the customers from {intake.kept:,} lines"
        with stages.stage("features", message, total=len(intake.shards), unit="shards") as tick:
            totals = local.total(intake.products)
            counted = source.reading.roles.column("quantity") is not None
            works, sums = local.build_features(
                intake.shards,
                work / "shards",
                as_of,
                totals,
                counted=counted,
                lines_in_memory=needs.lines_in_memory,
                tick=tick,
            )
            features = local.all_features(works)
        used = max(used, used_space(work))
        discarding = discard(intake.shards)
        if target is not None:
            painter.start()
        with stages.stage("segments", "Finding the hidden segments"):
            clustering.join()
            drawing = preload(*(DRAWING if target else ()))
            from engine.segments.segmentation import find_segments  # imports scikit-learn

            segmentation = find_segments(features, totals.categories, settings.k, settings.seed)
        message = "Labelling every customer, and comparing what the segments buy"
        with stages.stage("labels", message):
            customers, bought = local.label_customers(works, work / "labelled", segmentation.model, totals)
        with stages.stage("tables", "Summing up"):
            frames, concentration = tabulate(customers, segmentation, sums, bought, totals, as_of, settings.currency)
            run = summarise_input(source, settings, intake, as_of)
            summary = summarise(run, customers, totals, frames, segmentation.fit, concentration, sums)
        customers = customers.drop(MICROS_OF)
        if target is None:
            return Analysis(summary, frames, customers.collect(engine="streaming").lazy(), segmentation.model, None)
        result = Analysis(
            summary, frames, pl.scan_parquet(target / outputs.CUSTOMERS, glob=False), segmentation.model, target
        )
        drawing.join()
        discarding.join()
        used = max(used, used_space(work))
        outputs.write(result, customers, intake.rejects, source, settings, stages, painter, needs.record(used))
        return result


def _needs(
    source: Source, settings: Settings, stages: Stages, limit: int, work: Path, target: Path | None
) -> tuple[Extent, Plan]:
    """Tell what was detected; return the size of the input and what the run will need, once it is sure to find room."""
    if target is not None:
        outputs.check_target(target, source.paths)
    for line in source.headlines():
        stages.tell(line)
    size = extent(source)
    needs = plan(
        size.bytes,
        size.lines,
        limit,
        customers=size.customers,
        products=size.products,
        rewritten=size.rewritten,
        shards=settings.shards,
    )
    check_space(needs, work.parent, target)
    return size, needs


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


def _reading(size: Extent) -> dict[str, Any]:
    """Return how the reading is watched: by the bytes that the process reads, else by the lines that are counted."""
    before = bytes_read()
    if before is None:
        return {"total": size.lines, "unit": "lines"}
    return {"total": size.on_disk // MB, "unit": "MB", "measure": lambda: ((bytes_read() or before) - before) // MB}


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


def _input_size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
