"""How the hidden segments lie across the RFM groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from engine.charts import theme
from engine.charts.parts import column_axis, columns, cut, heading, layered, mapped, names, texts
from engine.report import numbers

if TYPE_CHECKING:
    import polars as pl


def segment_rfm(overlap: pl.DataFrame, order: list[str]) -> alt.LayerChart:
    """Show for each segment the share of its customers in every RFM group; `order` lists the groups, the best first."""
    called = names(overlap, 40)
    width = min(130, max(72, int(640 / len(called))))
    heads = columns(called, width)
    frame = overlap.with_columns(
        mapped("segment", heads, "head"),
        mapped("segment", called, "name"),
        texts("text", (numbers.share(part) for part in overlap["segment_share"])),
        texts("people", (numbers.plural(count, "customer") for count in overlap["customers"])),
        texts("ink", (theme.ink_on(theme.between(theme.SEQUENTIAL, part or 0.0)) for part in overlap["segment_share"])),
    )
    groups = [name for name in order if name in set(overlap["rfm_name"])]
    base = alt.Chart(frame, width=alt.Step(width), height=alt.Step(30)).encode(
        x=alt.X("head:N", sort=list(heads.values()), title=None, axis=column_axis(heads)),
        y=alt.Y("rfm_name:N", sort=groups, title=None, axis=alt.Axis(domain=False, labelColor=theme.INK)),
        tooltip=[
            alt.Tooltip("name:N", title="Segment"),
            alt.Tooltip("rfm_name:N", title="RFM group"),
            alt.Tooltip("people:N", title="Customers"),
            alt.Tooltip("text:N", title="Share of the segment"),
        ],
    )
    return layered(
        base.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(
            color=alt.Color("segment_share:Q", scale=theme.ramp(theme.SEQUENTIAL, 0, 1), legend=None)
        ),
        base.mark_text(fontSize=12).encode(text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None)),
        own_colours=True,
    ).properties(
        title=heading(
            _finding(overlap),
            "Share of each segment's customers by RFM group: every column adds up to 100%.",
            width * len(called) + 150,
        )
    )


def _finding(overlap: pl.DataFrame) -> str:
    """Say which segment lies most in one group: the fewer there are, the less the two ways of grouping differ."""
    row = overlap.sort("segment_share", "segment", "rfm_name", descending=[True, False, False]).row(0, named=True)
    part, segment = numbers.share(row["segment_share"]), cut(row["segment_name"], 40)
    return f"{part} of {segment} are “{row['rfm_name']}” by RFM"
