"""How revenue goes from month to month, and who brings it."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl
from polars import selectors

from engine.charts import theme
from engine.charts.parts import heading, layered, panel, texts
from engine.report import numbers
from engine.report.figures import trend

_LABELLED = 14
_RETURNING, _NEW = "Returning customers", "New customers"
_OLD, _FIRST = theme.PLAIN, theme.SECOND
_REVENUE = ("returning_revenue", "new_revenue")


def revenue_by_month(months: pl.DataFrame, currency: str) -> alt.VConcatChart:
    """Draw each month's revenue, and below it the customers who bought for the first time and who came back."""
    floats = selectors.float()
    months = months.with_columns(pl.when(floats.is_finite()).then(floats))
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
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(color="independent")),
    )


def _revenue(frame: pl.DataFrame, x: alt.X, currency: str) -> alt.LayerChart:
    """Draw the bars of revenue, each labelled where there is room, else the best and the last."""
    best, last = frame["revenue"].arg_max() or 0, frame.height - 1
    # Beside the highest bar there is no room for another figure.
    marked = {best} if last - best in {1, 2} else {best, last}
    shown = frame.with_columns(
        texts("money", (numbers.money(v, currency) for v in frame["revenue"])),
        texts(
            "mark",
            (
                numbers.money(v, currency) if frame.height <= _LABELLED or at in marked else ""
                for at, v in enumerate(frame["revenue"])
            ),
        ),
    )
    stacked = _split(shown)
    bars = _stack(shown, currency) if stacked else _whole(shown)
    ends = [0.0, *(v or 0 for v in bars["to"])]
    low, high = min(ends), max(ends) or 1.0
    scale = alt.Scale(domain=[low, high * 1.12], nice=False)
    axis = alt.Axis(
        labelExpr="abs(datum.value) < 1 ? format(datum.value, '~f') : replace(format(datum.value, '~s'), 'G', 'B')",
        tickCount=4,
        domain=False,
    )
    tooltip = [
        alt.Tooltip("label:N", title="Month"),
        alt.Tooltip("money:N", title="Revenue"),
        *([alt.Tooltip("who:N", title="Of it from"), alt.Tooltip("part:N", title="Their part")] if stacked else []),
        alt.Tooltip("orders:Q", title="Orders", format=","),
    ]
    base = alt.Chart(
        bars, width=_width(frame), height=220, title=panel(f"Revenue, {currency}" if currency else "Revenue")
    ).encode(
        x=x,
        y=alt.Y("to:Q", title=None, scale=scale, axis=axis),
        y2=alt.Y2("from:Q"),
        color=alt.Color("colour:N", scale=None),
        tooltip=tooltip,
    )
    tops = bars.group_by("label", maintain_order=True).agg(pl.col("to").max().clip(0, None), pl.col("mark").first())
    look: dict[str, Any] = {"cornerRadiusEnd": 0 if stacked else 2}
    return layered(
        base.transform_filter("datum.complete").mark_bar(**look),
        base.transform_filter("!datum.complete")
        .mark_bar(fillOpacity=0.25, strokeDash=[4, 3], strokeWidth=1, **look)
        .encode(stroke=alt.Stroke("colour:N", scale=None)),
        alt.Chart(tops)
        .mark_text(dy=-8, fontSize=11)
        .encode(x=x, y=alt.Y("to:Q", title=None, scale=scale, axis=axis), text=alt.Text("mark:N")),
    )


def _split(frame: pl.DataFrame) -> bool:
    """Whether each month's revenue is known by new and returning customers."""
    return set(_REVENUE) <= set(frame.columns) and not any(
        numbers.missing(value) for column in _REVENUE for value in frame.filter(pl.col("revenue").is_finite())[column]
    )


def _whole(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one bar a month."""
    return frame.select(
        "label", "complete", "money", "mark", "orders", pl.lit(0.0).alias("from"), pl.col("revenue").alias("to")
    ).with_columns(colour=pl.lit(theme.ACCENT))


def _stack(frame: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return two bars a month, new on returning customers; what is negative hangs from zero."""
    old, new = (pl.col(column).fill_null(0.0) for column in _REVENUE)
    parts = (
        (_RETURNING, _OLD, pl.lit(0.0), old),
        (_NEW, _FIRST, pl.when((old > 0) == (new > 0)).then(old).otherwise(0.0), new),
    )
    long = pl.concat(
        frame.select(
            "label",
            "complete",
            "money",
            "mark",
            "orders",
            start.alias("from"),
            (start + amount).alias("to"),
            amount.alias("amount"),
            who=pl.lit(who),
            colour=pl.lit(colour),
        )
        for who, colour, start, amount in parts
    )
    return long.with_columns(texts("part", (numbers.money(value, currency) for value in long["amount"])))


def _customers(frame: pl.DataFrame, x: alt.X) -> alt.Chart:
    """Stack new on returning customers."""
    kinds = {"returning": _RETURNING, "new_customers": _NEW}
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
            axis=alt.Axis(labelExpr="datum.value % 1 ? '' : format(datum.value, '~s')", tickCount=4, domain=False),
        ),
        color=alt.Color(
            "who:N",
            scale=alt.Scale(domain=list(kinds.values()), range=[_OLD, _FIRST]),
            legend=alt.Legend(orient="bottom", title=None, direction="horizontal", symbolOpacity=1),
        ),
        order=alt.Order("rank:Q"),
        tooltip=[
            alt.Tooltip("label:N", title="Month"),
            alt.Tooltip("who:N", title="Who"),
            alt.Tooltip("people:Q", title="Customers", format=","),
        ],
    )
    shade = alt.condition("datum.complete", alt.value(1), alt.value(0.4))
    bars: alt.Chart = base.mark_bar(opacity=1).encode(fillOpacity=shade)
    return bars


def _width(frame: pl.DataFrame) -> int:
    return int(min(theme.WIDTH - 20, max(420, 90 * frame.height)))


def _finding(frame: pl.DataFrame, currency: str) -> str:
    best = frame.sort("revenue", "month", descending=[True, False], nulls_last=True).row(0, named=True)
    if frame.height == 1:
        people = numbers.plural(best["customers"], "customer")
        return f"{best['label']}: {numbers.money(best['revenue'], currency)} from {people}"
    peak = f"Revenue peaked in {best['label']} at {numbers.money(best['revenue'], currency)}"
    moved = trend(frame)
    return peak if moved is None else f"{peak}; last three full months {numbers.change(moved[0])} {moved[1]}"
