"""Label the customers of another export with a saved model, and tell how far they have moved from the model's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.features.categories import TASTE_CATEGORIES
from engine.forecast.tables import forecast_tables
from engine.insights import months
from engine.intake import alerts
from engine.intake.products import item_totals
from engine.preload import DRAWING, LEARNING, Preload
from engine.report import scored as outputs
from engine.report.foretold import of_forecast
from engine.report.painter import Painter
from engine.report.summary import customer_figures, records, summarise_input
from engine.result import Scored
from engine.run import begin
from engine.schema import MICROS_OF
from engine.segments import monitor
from engine.segments.model import Model
from engine.segments.profile import segment_sizes
from engine.segments.store import load_model, model_file
from engine.segments.training import FAR, Origin
from engine.settings import Settings
from engine.stages import FORETELLING
from engine.tables import measure_features
from engine.workspace import used_space

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from engine.progress import Progress
    from engine.run import Built, Sources
    from engine.segments.monitor import Drift

UNKNOWN_SHARE = 0.05
"""Share of the spend by category from which categories that the model does not know are pointed out."""


def score(
    sources: Sources,
    *,
    model: str | Path | Model,
    out: str | Path | None = None,
    settings: Settings | None = None,
    tell: Callable[[str], None] | None = None,
    watch: Callable[[Progress], None] | None = None,
) -> Scored:
    """Label the customers of an export with the model of an earlier `analyze`, whether the model knows them or not.

    `model` is a model, the path of a `model.json`, or of the folder that holds it. Each customer's label depends on
    that customer's lines, the moment that recency is counted to, and the model: the export that the model was fitted
    to, read with the same settings, gets the same labels to the bit.
    Settings that say how segments are looked for (`k`, `seed`) have no effect. `out`, `tell` and `watch` are as in
    `analyze`.

    Raises
    ------
    ModelError
        If the model cannot be read, is damaged, or is of another format: what, and where in it.
    EngineError
        If the input cannot be read or the outputs cannot be written: what, where, and what to do.
    """
    fitted = model if isinstance(model, Model) else load_model(Path(model))
    # The draws of the sample for the forecast are those of the model's own run.
    settings = replace(settings or Settings(), seed=fitted.seed)
    protected = [] if isinstance(model, Model) else [model_file(Path(model))]
    with (
        begin(sources, out, settings, tell, watch, protected=protected, known=outputs.OUTPUTS) as run,
        Painter() as painter,
        Preload() as preload,
    ):
        settings, stages = run.settings, run.stages
        detected = run.detect()
        learning = preload.begin(*LEARNING)
        intake, as_of = run.read(detected)
        if run.target is not None:
            painter.start()
            drawing = preload.begin(*DRAWING)
        built = run.build(detected, intake, as_of, fitted.categories)
        learning.join()
        with stages.stage("forecast", FORETELLING, total=run.runner.shards, unit="shards") as tick:
            from engine.runners import forecasting  # imports scikit-learn

            forecast = forecasting.forecast(built, fitted, settings)
            if forecast.scorer is not None:
                run.runner.score(forecast.scorer, tick)
        with stages.stage("labels", "Labelling every customer"):
            customers = run.runner.label(fitted, built.totals, foretold=forecast.proof is not None)
        with stages.stage("drift", "Measuring the drift"):
            found = monitor.measure(customers, fitted)
            segments = segments_now(customers, fitted)
            origin = Origin(settings.currency or detected.source.currency, intake.first, intake.last, as_of)
            told = [
                *monitor.alerts(found, segments, fitted, origin),
                *_of_categories(intake.products, fitted.categories),
            ]
            read = summarise_input(detected.source, settings, intake, as_of) | {"seed": fitted.seed}
            summary = summarise(read, customers, built, segments, found, told, fitted, as_of)
            tables = forecast_tables(forecast.proof, forecast.alive, customers, fitted.named())
            summary["forecast"] = of_forecast(forecast, tables, records)
        customers = customers.drop(MICROS_OF)
        if run.target is None:
            return Scored(summary, segments, found.features, customers.collect(engine="streaming").lazy(), fitted, None)
        place = run.target / outputs.CUSTOMERS
        result = Scored(summary, segments, found.features, pl.scan_parquet(place, glob=False), fitted, run.target)
        drawing.join()
        plan = detected.needs.record(max(built.used, used_space(run.work)))
        outputs.write(result, customers, intake.rejects, detected.source, settings, stages, painter, plan, run.work)
        return result


def segments_now(customers: pl.LazyFrame, model: Model) -> pl.DataFrame:
    """Measure each segment of the model, empty ones too.

    One row per segment: segment, segment_name, customers, customer_share, training_share (of the customers that the
    model was fitted to), revenue, revenue_share, orders.
    """
    known = pl.DataFrame(
        {
            "segment": range(1, model.k + 1),
            "segment_name": model.names,
            "training_share": model.training.shares,
        },
        schema={"segment": pl.Int64, "segment_name": pl.String, "training_share": pl.Float64},
    )
    sizes = segment_sizes(customers).drop("segment_name")
    joined = known.join(sizes, on="segment", how="left", maintain_order="left")
    return joined.select(
        "segment",
        "segment_name",
        pl.col("customers", "customer_share").fill_null(0),
        "training_share",
        pl.col("revenue", "revenue_share").fill_null(0.0),
        pl.col("orders").fill_null(0),
    )


def summarise(
    read: dict[str, Any],
    customers: pl.LazyFrame,
    built: Built,
    segments: pl.DataFrame,
    found: Drift,
    told: list[dict[str, Any]],
    model: Model,
    as_of: datetime,
) -> dict[str, Any]:
    """Collect every figure of the run: the content of its `summary.json`."""
    summary = {**read, **customer_figures(customers, built.totals, measure_features(customers)[0])}
    summary["alerts"] = [
        *told,
        *read["alerts"],
        *alerts.of_lines(built.totals.kinds | built.sums.duplicates, read["rows"]["kept"]),
        *alerts.of_baskets(built.sums.baskets),
        *alerts.of_customers(customers, summary),
        *alerts.outlying(months.finish_months(built.sums.months, built.wanted.first, as_of)),
    ]
    summary["segments"] = records(segments.rename({"segment": "id", "segment_name": "name"}))
    summary["drift"] = {
        "features": records(found.features),
        "far_customers": found.far,
        "far_share": found.far_share,
        "training_far_share": FAR,
        "radius": model.training.radius,
    }
    summary["model"] = {
        "engine_version": model.engine_version,
        "customers": model.training.customers,
        **model.training.origin.to_dict(),
    }
    return summary


def _of_categories(products: pl.DataFrame, known: tuple[str, ...]) -> list[dict[str, Any]]:
    """Tell of spend on categories that the model does not know, where it knew all that there were."""
    if not 2 <= len(known) < TASTE_CATEGORIES:
        return []
    spend = item_totals(products, "category").filter(pl.col("spend") > 0)
    new = spend.filter(~pl.col("item").is_in(known)).sort("spend", "item", descending=[True, False])
    share = int(new["spend"].sum()) / int(spend["spend"].sum()) if len(new) else 0.0
    if share < UNKNOWN_SHARE:
        return []
    named = ", ".join(repr(each) for each in new["item"].head(3))
    message = f"The model does not know categories with {share:.1%} of the spend: {named}."
    return [alerts.alert("unknown_categories", message)]
