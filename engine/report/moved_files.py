"""The outputs of a comparison: one page, every figure, the matrix and the movers as tables, the chart as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.report.files import write_json
from engine.report.placing import CHARTS, staged
from engine.report.spreadsheets import safe

if TYPE_CHECKING:
    from engine.comparison import Comparison
    from engine.report.painter import Painter

PAGE, MIGRATION, MOVERS, RECORD = "comparison.html", "migration.csv", "movers.csv", "comparison.json"
OUTPUTS = (PAGE, MIGRATION, MOVERS, CHARTS, RECORD)
"""Everything that a comparison leaves in its folder; the last is the record by which the folder is known as one's."""

CONTENTS = {
    PAGE: "one self-contained page: findings, flow chart, matrix of customers and revenue, matched segments",
    MOVERS: "every customer who changed segment, is new or gone: from, to, revenue and orders in both; most "
    "revenue first",
    MIGRATION: "the matrix: customers and revenue by segment before and after; it adds up to both runs",
    CHARTS: "the flow of customers between the segments, as PNG and SVG",
    RECORD: "every figure, for programs",
}
"""What each output is."""


def write(result: Comparison, painter: Painter) -> None:
    """Write all outputs of a comparison and put them into place."""
    assert result.out is not None  # the caller asks for files only with a folder
    with staged(result.out, OUTPUTS) as folder:
        (folder / CHARTS).mkdir()
        specs = {name: chart.to_dict(validate=False) for name, chart in result.charts.items()}
        for name, spec in specs.items():
            painter.paint(name, spec, folder / CHARTS)
        listed = result.movers.with_columns(
            pl.col("revenue_before", "revenue_after").round(2), pl.col("last_order").dt.date()
        )
        safe(listed).sink_csv(folder / MOVERS, engine="streaming")
        safe(result.migration).write_csv(folder / MIGRATION)

        from engine.report.moved_html import render_comparison  # jinja is needed here only

        page = render_comparison(result, specs, painter.bundle)
        (folder / PAGE).write_text(page, encoding="utf-8")
        painter.finish()
        write_json(folder / RECORD, result.summary)
