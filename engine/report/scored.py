"""The outputs of a scoring: the same list of customers as an analysis leaves, the drift, and one page about it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from engine.report import files, foretold, numbers, tables
from engine.report.drifted import PAGE, STYLES, drift_rows, model_told
from engine.report.files import ACTIVATION, CUSTOMERS, MODEL, REJECTS, RUN, SEGMENTS, SUMMARY
from engine.report.html import page
from engine.report.placing import staged
from engine.report.spreadsheets import safe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl

    from engine.intake.source import Source
    from engine.report.painter import Painter
    from engine.result import Scored
    from engine.settings import Settings
    from engine.stages import Stages

DRIFT = "drift.csv"
OUTPUTS = (PAGE, SUMMARY, SEGMENTS, CUSTOMERS, ACTIVATION, DRIFT, REJECTS, MODEL, RUN)
"""Everything that a scoring leaves in its folder."""

CONTENTS = {
    PAGE: "one page: segments then and now, forecast, drift, what to mind",
    SUMMARY: "every figure of the scoring",
    SEGMENTS: "one row per segment: customers, share now and when fitted, revenue",
    DRIFT: "one row per feature: PSI, what chance explains, verdict, median then and now",
}
"""What each output is that an analysis has not, or has otherwise."""

__all__ = ["CUSTOMERS", "OUTPUTS", "render_page", "write"]


def write(
    result: Scored,
    customers: pl.LazyFrame,
    rejects: Path,
    source: Source,
    settings: Settings,
    stages: Stages,
    painter: Painter,
    plan: dict[str, Any],
    work: Path,
) -> None:
    """Write all outputs of a scoring and put them into place; `work` is a folder for what is drawn meanwhile.

    `customers` are the labelled customers in the order of their ids; they are streamed to the files.
    """
    assert result.out is not None  # the caller asks for files only with a folder
    with staged(result.out, OUTPUTS) as folder:
        with stages.stage("customers", "Writing the customers"):
            for name, chart in result.charts.items():
                painter.paint(name, chart.to_dict(validate=False), work)
            files.sink_customers(customers, folder / CUSTOMERS)
            files.write_activation(customers, folder)
            shutil.move(rejects, folder / REJECTS)
            safe(result.segments).write_csv(folder / SEGMENTS)
            result.drift.write_csv(folder / DRIFT)
        with stages.stage("report", "Writing the report"):
            painter.finish()
            pictures = {name: (work / f"{name}.svg").read_text(encoding="utf-8") for name in result.charts}
            (folder / PAGE).write_text(render_page(result.summary, pictures), encoding="utf-8")
        files.write_json(folder / SUMMARY, result.summary)
        files.write_json(folder / MODEL, result.model.to_dict())
        record = files.run_record(source, settings) | {"model_version": result.model.engine_version}
        files.write_json(folder / RUN, {**record, **files.cost(stages, painter, plan)})


def render_page(summary: dict[str, Any], pictures: Mapping[str, str]) -> str:
    """Return the page of a scoring, self-contained and without scripts; `pictures` are charts as SVG by name."""
    from engine.charts import theme  # imports Altair

    return page("score.html.j2").render(
        s=summary,
        theme=theme,
        foretold=foretold,
        n=numbers,
        tables=tables,
        currency=str(summary.get("currency") or ""),
        model=model_told(summary),
        drift=drift_rows(summary),
        classes={verdict: verdict.replace(" ", "-") for verdict in STYLES},
        pictures={name: Markup(svg) for name, svg in pictures.items()},  # noqa: S704 - drawn by us, texts escaped
    )
