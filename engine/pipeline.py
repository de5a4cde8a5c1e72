"""The whole story: from the files of an export to segments, insights, charts and a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.errors import EngineError, did_you_mean
from engine.preload import DRAWING, LEARNING, Preload
from engine.report import files as outputs
from engine.report.painter import Painter
from engine.report.summary import summarise, summarise_input
from engine.result import Analysis
from engine.run import begin
from engine.runners.runner import OneMachine
from engine.schema import MICROS_OF
from engine.segments.store import load_model
from engine.segments.training import Origin
from engine.stages import FORETELLING
from engine.tables import tabulate
from engine.workspace import used_space

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyspark.sql import SparkSession

    from engine.progress import Progress
    from engine.run import Sources
    from engine.runners.runner import Runner
    from engine.settings import Settings

ENGINES = ("local", "spark")
"""Where the heavy stages can run."""


def analyze(
    sources: Sources,
    *,
    out: str | Path | None = None,
    settings: Settings | None = None,
    engine: str = "local",
    spark: SparkSession | str | None = None,
    tell: Callable[[str], None] | None = None,
    watch: Callable[[Progress], None] | None = None,
) -> Analysis:
    """Turn the order lines of a shop into customer segments.

    With `out`, all outputs are written there, whole or not at all, and the customers are read from there when they are
    asked for; without, they are held in memory and nothing is written.

    With the engine "spark" the heavy stages run on the workers of a cluster, with the same results to the bit: that of
    a session (`spark`), of a master ("spark://host:7077") or of a Connect server ("sc://host:15002"), which are named
    by their URL; without any, that of the session that is active or that Spark's own configuration names.

    `tell` gets a line of text as each stage begins,
    `watch` gets, a few times a second and from a thread of its own, how far a long stage is.

    Raises
    ------
    EngineError
        If the input cannot be analysed or the outputs cannot be written: what, where, and what to do.
    SparkError
        If the cluster cannot be reached, its workers differ from this machine, or all of them are gone.
    """
    with (
        begin(sources, out, settings, tell, watch, runner=_runner(engine, spark)) as run,
        Painter(run.settings.charts) as painter,
        Preload() as preload,
    ):
        settings, stages, target, runner = run.settings, run.stages, run.target, run.runner
        earlier = load_model(settings.names_from) if settings.names_from else None
        detected = run.detect()
        if target is not None and detected.needs.shards == 1:
            painter.start()  # with a longer input it waits for the segments, whose fits leave a processor idle
        learning = preload.begin(*LEARNING)
        intake, as_of = run.read(detected)
        built = run.build(detected, intake, as_of)
        totals = built.totals
        # The fits leave a processor idle, which counts and starts to draw meanwhile.
        runner.count()
        if target is not None:
            painter.start()
        with stages.stage("segments", "Finding the hidden segments"):
            learning.join()
            drawing = preload.begin(*(DRAWING if target else ()))
            from engine.segments.segmentation import find_segments  # imports scikit-learn

            origin = Origin(settings.currency or detected.source.currency, intake.first, intake.last, as_of)
            segmentation = find_segments(built.features, totals.categories, settings, origin, earlier)
        with stages.stage("forecast", FORETELLING, total=runner.shards, unit="shards") as tick:
            from engine.runners import forecasting  # imports scikit-learn as well

            forecast = forecasting.forecast(built, segmentation.model, settings)
            if forecast.scorer is not None:
                runner.score(forecast.scorer, tick)
        with stages.stage("labels", "Labelling every customer"):
            customers = runner.label(segmentation.model, totals, foretold=forecast.proof is not None)
        message = "Looking at what the segments buy, and how they stay"
        with stages.stage("insights", message, total=runner.shards, unit="shards") as tick:
            found = runner.sum_patterns(segmentation.model.named(), totals, built.wanted, tick)
        with stages.stage("tables", "Summing up"):
            tables = tabulate(customers, segmentation, built, found, forecast, settings.currency)
            read = summarise_input(detected.source, settings, intake, as_of)
            summary = summarise(read, customers, built, tables, segmentation, found, forecast)
        frames = tables.frames
        customers = customers.drop(MICROS_OF)
        if target is None:
            return Analysis(summary, frames, customers.collect(engine="streaming").lazy(), segmentation.model, None)
        result = Analysis(
            summary, frames, pl.scan_parquet(target / outputs.CUSTOMERS, glob=False), segmentation.model, target
        )
        drawing.join()
        plan = detected.needs.record(max(built.used, used_space(run.work)))
        outputs.write(result, customers, intake.rejects, detected.source, settings, stages, painter, plan, runner)
        return result


def _runner(engine: str, spark: SparkSession | str | None) -> Runner:
    """Return what does the heavy stages."""
    if engine not in ENGINES:
        raise EngineError(
            f"There is no engine {engine!r}.", hint=f"{did_you_mean(engine, ENGINES)} Choose local or spark.".strip()
        )
    if engine == "local":
        if spark is not None:
            raise EngineError("A Spark cluster is named, and the engine is local.", hint="Pass the engine spark too.")
        return OneMachine()
    from engine.runners.spark.runner import OnSpark  # the extra is not installed everywhere

    return OnSpark(spark)
