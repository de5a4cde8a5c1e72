"""The whole story: from the files of an export to segments, insights, charts and a report."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from engine.errors import EngineError, brief
from engine.intake.shards import shard_count, write_shards
from engine.intake.source import open_source
from engine.preload import CLUSTERING, DRAWING, preload
from engine.report import files as outputs
from engine.report.painter import Painter
from engine.report.summary import summarise, summarise_input
from engine.result import Analysis
from engine.runners import local
from engine.schema import MICROS_OF
from engine.settings import Settings
from engine.stages import Stages
from engine.tables import tabulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def analyze(
    sources: str | Path | Iterable[str | Path],
    *,
    out: str | Path | None = None,
    settings: Settings | None = None,
    tell: Callable[[str], None] | None = None,
) -> Analysis:
    """Turn the order lines of a shop into customer segments.

    With `out`, all outputs are written there, whole or not at all, and the customers are read from there when they are
    asked for; without, they are held in memory and nothing is written. `tell` gets a line of text as each stage begins.

    Raises
    ------
    EngineError
        If the input cannot be analysed or the outputs cannot be written: what, where, and what to do.
    """
    settings = settings or Settings()
    paths = [sources] if isinstance(sources, str | Path) else list(sources)
    target = None if out is None else Path(out).resolve()
    stages = Stages(tell) if tell else Stages()
    if target is not None:
        outputs.check_target(target, map(Path, paths))
    with _told(), _work_folder(settings.temp_dir) as work, Painter() if target else nullcontext() as painter:
        with stages.stage("detect", "Looking at the input"):
            source = open_source(paths, settings, spool=work)
            if target is not None:
                outputs.check_target(target, source.paths)
            for line in source.headlines():
                stages.tell(line)
        clustering = preload(*CLUSTERING)
        with stages.stage("intake", f"Reading {_input_size(source.size)}"):
            shards = settings.shards or shard_count(source.size)
            intake = write_shards(source, work, shards, drop_duplicates=settings.drop_duplicates)
            as_of = _as_of(settings.as_of, intake.last)
        with stages.stage("features", f"Computing the features of the customers from {intake.kept:,} lines"):
            totals = local.total(intake.shards)
            counted = source.reading.roles.column("quantity") is not None
            features, sums = local.build_features(
                intake.shards, work / "features", as_of, totals.categories, counted=counted
            )
        with stages.stage("segments", "Finding the hidden segments"):
            clustering.join()
            drawing = preload(*(DRAWING if target else ()))
            from engine.segments.segmentation import find_segments  # imports scikit-learn

            segmentation = find_segments(features, totals.categories, settings.k, settings.seed)
        with stages.stage("labels", "Labelling every customer, and comparing what the segments buy"):
            customers, bought = local.label_customers(
                intake.shards, work / "features", work / "labelled", segmentation.model, totals
            )
        with stages.stage("tables", "Summing up"):
            frames, concentration = tabulate(customers, segmentation, sums, bought, as_of, settings.currency)
            run = summarise_input(source, settings, intake, as_of)
            summary = summarise(run, customers, totals, frames, segmentation.fit, concentration, sums.baskets)
        customers = customers.drop(MICROS_OF)
        if target is None or painter is None:
            return Analysis(summary, frames, customers.collect(engine="streaming").lazy(), segmentation.model, None)
        result = Analysis(
            summary, frames, pl.scan_parquet(target / outputs.CUSTOMERS, glob=False), segmentation.model, target
        )
        drawing.join()
        outputs.write(result, customers, intake.rejects, source, settings, stages, painter)
        return result


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the system or Polars reports from within a stage into an error of the run."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        raise EngineError(
            f"The run stopped: {brief(error)}",
            hint="Check the free disk space and the folders of --out and --temp-dir.",
        ) from error


@contextmanager
def _work_folder(parent: Path | None) -> Iterator[Path]:
    """Make a folder for shards that is removed at the end, whatever happens."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="hidden-segments-", dir=parent)
    except OSError as error:
        raise EngineError(
            f"{parent or tempfile.gettempdir()}: no temporary folder can be made there ({error.strerror}).",
            hint="Name a folder that exists and can be written with --temp-dir.",
        ) from error
    with folder as name:
        yield Path(name)


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
