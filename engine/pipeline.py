"""The whole story: from the files of an export to segments, insights, charts and a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.preload import DRAWING, LEARNING, preload
from engine.report import files as outputs
from engine.report.painter import Painter
from engine.report.summary import summarise, summarise_input
from engine.result import Analysis
from engine.run import begin
from engine.runners import local, patterns
from engine.runners.counting import Counting
from engine.schema import MICROS_OF
from engine.segments.store import load_model
from engine.segments.training import Origin
from engine.stages import FORETELLING
from engine.tables import tabulate
from engine.workspace import used_space

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.progress import Progress
    from engine.run import Sources
    from engine.settings import Settings


def analyze(
    sources: Sources,
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
    with (
        begin(sources, out, settings, tell, watch) as run,
        Painter(run.settings.charts) as painter,
        Counting() as counting,
    ):
        settings, stages, target = run.settings, run.stages, run.target
        earlier = load_model(settings.names_from) if settings.names_from else None
        detected = run.detect()
        if target is not None and detected.needs.shards == 1:
            painter.start()  # with a longer input it waits for the segments, whose fits leave a processor idle
        learning = preload(*LEARNING)
        intake, as_of = run.read(detected)
        built = run.build(detected, intake, as_of)
        totals = built.totals
        task = patterns.task(built.works, run.work, totals, built.wanted, settings.basket_support)
        # The fits leave a processor idle, which counts and starts to draw meanwhile.
        counting.start(task, beside=len(built.works) > 1)
        if target is not None:
            painter.start()
        with stages.stage("segments", "Finding the hidden segments"):
            learning.join()
            drawing = preload(*(DRAWING if target else ()))
            from engine.segments.segmentation import find_segments  # imports scikit-learn

            origin = Origin(settings.currency or detected.source.currency, intake.first, intake.last, as_of)
            segmentation = find_segments(built.features, totals.categories, settings, origin, earlier)
        with stages.stage("forecast", FORETELLING, total=len(built.works), unit="shards") as tick:
            from engine.runners import forecasting  # imports scikit-learn as well

            forecast = forecasting.forecast(built, segmentation.model, settings, tick)
        with stages.stage("labels", "Labelling every customer"):
            customers, labels = local.label_customers(
                built.works, run.work / "labelled", segmentation.model, totals, foretold=forecast.proof is not None
            )
        message = "Looking at what the segments buy, and how they stay"
        with stages.stage("insights", message, total=len(built.works), unit="shards") as tick:
            found = patterns.sum_patterns(
                built.works,
                labels,
                counting,
                segmentation.model.named(),
                totals,
                built.wanted,
                tick,
            )
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
        beside = counting.cost
        outputs.write(result, customers, intake.rejects, detected.source, settings, stages, painter, plan, beside)
        return result
