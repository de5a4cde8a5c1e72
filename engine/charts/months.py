"""How revenue goes from month to month, and who brings it."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import heading, layered, panel, texts
from engine.report import numbers
from engine.report.figures import trend

_LABELLED = 14


def revenue_by_month(months: pl.DataFrame, currency: str) -> alt.VConcatChart:
    """Draw each month's revenue, and below it the customers who bought for the first time and who came back."""
    frame = months.sort("month").with_columns(
        texts("label", map(numbers.month, months.sort("month")["month"])),
        (pl.col("customers") - pl.col("new_customers")).clip(0, None).alias("returning"),
        pl.col("complete").fill_null(value=True),
    )
    order = frame["label"].to_list()
    every = max(1, -(-len(order) // _LABELLED))
    # Counted back from the last month, so that the latest figures carry a label.
    ticks = list(reversed(order[::-1][::every]))
    labels = ["\n".join(text.split()) for text in ticks]
    lookup = "{" + ", ".join(f"'{text}': '{text.split()[0]}\\n{text.split()[1]}'" for text in ticks) + "}"
    axis = alt.Axis(values=ticks, labelAngle=0, labelExpr=f"split({lookup}[datum.label], '\\n')", labelLineHeight=14)
    x = alt.X("label:N", sort=order, title=None, scale=alt.Scale(paddingInner=0.22), axis=axis if labels else None)
    incomplete = frame.filter(~pl.col("complete")).height > 0
    note = " Pale, dashed: the month is not complete." if incomplete else ""
    return alt.vconcat(
        _revenue(frame, x, currency),
        _customers(frame, x),
        title=heading(
            _finding(frame, currency), f"Revenue net of returns, and the customers who bought in each month.{note}"
        ),
        spacing=22,
    )


def _revenue(frame: pl.DataFrame, x: alt.X, currency: str) -> alt.LayerChart:
    """Draw the bars of revenue, each labelled where there is room, else the best and the last."""
    best = frame["revenue"].arg_max() or 0
    shown = frame.with_columns(
        texts("money", (numbers.money(v, currency) for v in frame["revenue"])),
        texts(
            "mark",
            (
                numbers.money(v, currency) if frame.height <= _LABELLED or at in {best, frame.height - 1} else ""
                for at, v in enumerate(frame["revenue"])
            ),
        ),
    )
    high = max([0.0, *(v or 0 for v in frame["revenue"])]) or 1.0
    low = min([0.0, *(v or 0 for v in frame["revenue"])])
    y = alt.Y(
        "revenue:Q",
        title=None,
        scale=alt.Scale(domain=[low, high * 1.12], nice=False),
        axis=alt.Axis(labelExpr="replace(format(datum.value, '~s'), 'G', 'B')", tickCount=4, domain=False),
    )
    tooltip = [
        alt.Tooltip("label:N", title="Month"),
        alt.Tooltip("money:N", title="Revenue"),
        alt.Tooltip("orders:Q", title="Orders", format=","),
    ]
    base = alt.Chart(shown, width=_width(frame), height=220, title=panel("Revenue")).encode(x=x, y=y, tooltip=tooltip)
    look: dict[str, Any] = {"cornerRadiusEnd": 2}
    return layered(
        base.transform_filter("datum.complete").mark_bar(color=theme.ACCENT, **look),
        base.transform_filter("!datum.complete").mark_bar(
            color=theme.ACCENT, fillOpacity=0.25, stroke=theme.ACCENT, strokeDash=[4, 3], strokeWidth=1, **look
        ),
        base.mark_text(dy=-8, fontSize=11).encode(text="mark:N"),
    )


def _customers(frame: pl.DataFrame, x: alt.X) -> alt.LayerChart:
    """Stack new on returning customers."""
    kinds = {"returning": "Returning customers", "new_customers": "New customers"}
    long = frame.unpivot(
        on=list(kinds), index=["label", "complete"], variable_name="who", value_name="people"
    ).with_columns(
        pl.col("who").replace_strict(kinds, return_dtype=pl.String),
        pl.col("who").eq("new_customers").cast(pl.Int8).alias("rank"),
    )
    base = alt.Chart(long, width=_width(frame), height=150, title=panel("Customers")).encode(
        x=x,
        y=alt.Y(
            "people:Q",
            title=None,
            stack=True,
            axis=alt.Axis(labelExpr="format(datum.value, '~s')", tickCount=4, tickMinStep=1, domain=False),
        ),
        color=alt.Color(
            "who:N",
            scale=alt.Scale(domain=list(kinds.values()), range=["#88a0b5", theme.SECOND]),
            legend=alt.Legend(orient="bottom", title=None, direction="horizontal", symbolOpacity=1),
        ),
        order=alt.Order("rank:Q"),
        tooltip=[
            alt.Tooltip("label:N", title="Month"),
            alt.Tooltip("who:N", title="Who"),
            alt.Tooltip("people:Q", title="Customers", format=","),
        ],
    )
    return layered(
        base.transform_filter("datum.complete").mark_bar(),
        base.transform_filter("!datum.complete").mark_bar(opacity=1, fillOpacity=0.4),
    )


def _width(frame: pl.DataFrame) -> int:
    return int(min(theme.WIDTH - 20, max(420, 90 * frame.height)))


def _finding(frame: pl.DataFrame, currency: str) -> str:
    best = frame.sort("revenue", "month", descending=[True, False]).row(0, named=True)
    if frame.height == 1:
        people = numbers.plural(best["customers"], "customer")
        return f"{best['label']}: {numbers.money(best['revenue'], currency)} from {people}"
    peak = f"Revenue peaked in {best['label']} at {numbers.money(best['revenue'], currency)}"
    moved = trend(frame)
    return peak if moved is None else f"{peak}; last three full months {numbers.change(moved[0])} {moved[1]}"
