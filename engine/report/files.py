"""The outputs of an analysis, and how each is written."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs

from engine.machine import peak_memory
from engine.report.placing import CHARTS, staged
from engine.report.spreadsheets import safe
from engine.resources import MB
from engine.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from engine.intake.source import Source
    from engine.report.painter import Painter
    from engine.result import Analysis
    from engine.runners.runner import Runner
    from engine.settings import Settings
    from engine.stages import Stages

REPORT, SUMMARY, SEGMENTS, CUSTOMERS = "report.html", "summary.json", "segments.csv", "customers.parquet"
ACTIVATION, REJECTS, MODEL, RUN = "activation.csv", "rejects.csv", "model.json", "run.json"
OUTPUTS = (REPORT, SUMMARY, SEGMENTS, CUSTOMERS, ACTIVATION, REJECTS, CHARTS, MODEL, RUN)
"""Everything that a run leaves in its folder; the last is the record by which the folder is known as a run's."""

CONTENTS = {
    REPORT: "one self-contained, interactive page: opens offline, can be mailed",
    SUMMARY: "every figure of the run, for programs",
    SEGMENTS: "one row per segment: name, description, size, shares, medians",
    CUSTOMERS: "one row per customer with every feature, score, segment and forecast, how surely it belongs and the "
    "next nearest segment",
    ACTIVATION: "one row per customer with segment, RFM group and forecast, for a CRM import",
    REJECTS: "the rejected lines: file, line number, reason, raw text",
    CHARTS: "every chart as PNG and SVG",
    MODEL: "the fitted segmentation, for `score`: features, scaling, centroids, names, and what its "
    "customers were like",
    RUN: "how to repeat the run: version, settings, input with fingerprint, detected format; seconds of every "
    "stage, memory, disk",
}
"""What each output is."""

ACTIVATION_COLUMNS = (
    "customer_id",
    "segment",
    "segment_name",
    "rfm_name",
    "orders",
    "revenue",
    "last_order",
    "recency_days",
    "certainty",
    "p_return",
    "expected_orders",
    "expected_spend",
    "next_order",
    "value_365",
    "top_category",
)
"""What a CRM import needs of each customer; the forecast where there is one."""

SPECIFICATION = "vl.json"
"""Ending of a chart's Vega-Lite specification, by which editors know it."""
ROW_GROUP = 131_072


def write(
    result: Analysis,
    customers: pl.LazyFrame,
    rejects: Path,
    source: Source,
    settings: Settings,
    stages: Stages,
    painter: Painter,
    plan: dict[str, Any],
    runner: Runner,
) -> None:
    """Write all outputs of a run and put them into place.

    `customers` are the labelled customers in the order of their ids; they are streamed to the files. `plan` is what the
    run was allowed and what it took, for its record.
    """
    assert result.out is not None  # the caller asks for files only with a folder
    with staged(result.out, OUTPUTS) as folder:
        # The charts first: their process draws them while this one writes the customers.
        with stages.stage("charts", "Drawing the charts"):
            if settings.charts:
                (folder / CHARTS).mkdir()
            specs = {}
            for name, chart in result.drawn():
                specs[name] = chart.to_dict(validate=False)
                _draw(name, specs[name], folder / CHARTS, settings, painter)
        with stages.stage("customers", "Writing the customers"):
            runner.write_customers(customers, folder / CUSTOMERS)
            write_activation(customers, folder)
            shutil.move(rejects, folder / REJECTS)
            safe(result.frames.segments).write_csv(folder / SEGMENTS)
        with stages.stage("report", "Writing the report"):
            from engine.report.html import render_report  # jinja is needed here only

            page = render_report(result.frames, result.summary, specs, painter.bundle)
            (folder / REPORT).write_text(page, encoding="utf-8")
            painter.finish()
        write_json(folder / SUMMARY, result.summary)
        write_json(folder / MODEL, result.model.to_dict())
        write_json(folder / RUN, {**run_record(source, settings), **cost(stages, painter, plan), **runner.record()})


def _draw(name: str, specification: dict[str, Any], folder: Path, settings: Settings, painter: Painter) -> None:
    """Leave the files of one chart that are wanted, in the look that is wanted."""
    if not settings.charts:
        return
    from engine.charts.theme import in_dark  # imports Altair

    shown = in_dark(specification) if settings.theme == "dark" else specification
    painter.paint(name, shown, folder)
    if "json" in settings.charts:
        text = json.dumps(shown, ensure_ascii=False, allow_nan=False)
        (folder / f"{name}.{SPECIFICATION}").write_text(text + "\n", encoding="utf-8")


def sink_customers(customers: pl.LazyFrame, target: Path) -> None:
    """Stream the customers to a Parquet file."""
    # NOTE: zstd's first level. Its third, the usual one, saves a tenth of the space and takes half as long again.
    customers.sink_parquet(
        target, compression="zstd", compression_level=1, row_group_size=ROW_GROUP, engine="streaming"
    )


def write_activation(customers: pl.LazyFrame, folder: Path) -> None:
    """Stream what a CRM import needs of each customer to a CSV file."""
    present = set(customers.collect_schema().names())
    activation = customers.select(name for name in ACTIVATION_COLUMNS if name in present).with_columns(
        cs.by_name("revenue", "expected_spend", "value_365", require_all=False).round(2),
        cs.by_name("certainty", "p_return", "expected_orders", require_all=False).round(3),
        pl.col("recency_days").round(1),
        pl.col("last_order").dt.date(),
    )
    safe(activation).sink_csv(folder / ACTIVATION, engine="streaming")


def run_record(source: Source, settings: Settings) -> dict[str, Any]:
    """Return what it takes to repeat the run."""
    described = source.describe()
    files = [
        {**file, "path": str(path), "fingerprint": fingerprint}
        for file, path, fingerprint in zip(described.pop("files"), source.paths, source.fingerprints, strict=True)
    ]
    return {
        "version": __version__,
        "polars": pl.__version__,
        "settings": {name: _text(value) for name, value in settings.written().items()},
        "input": files,
        "detected": described,
    }


def cost(stages: Stages, painter: Painter, plan: dict[str, Any]) -> dict[str, Any]:
    """Return what the run has cost until now: seconds of every stage and in all, memory in megabytes.

    The charts are drawn in a process of their own, whose memory and processor time are told apart.
    """
    return {
        "seconds": stages.seconds,
        "total_seconds": stages.total(),
        "processor_seconds": stages.processor(),
        "charts_processor_seconds": round(painter.processor_seconds, 3),
        "peak_memory_mb": round(peak_memory() / MB, 1),
        "charts_peak_memory_mb": round(painter.peak_memory / MB, 1),
        "plan": plan,
    }


def _text(value: Any) -> Any:
    return value if isinstance(value, str | int | float | dict | tuple | None) else str(value)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a dictionary as JSON that every program can read: no NaN."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
