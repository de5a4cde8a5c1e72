"""How soon customers order again, and how long each segment goes on ordering."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.labels import line_ends, scale_of
from engine.charts.parts import cut, heading, layered, mapped, names, texts
from engine.report import numbers

_SIZE = (530, 380)
_NAME = 34
_QUOTED = (90, 60, 30, 180, 365)
"""Horizons for the title, the first that is known."""
_FEW = 0.1
"""Share of a segment's customers below which its line ends."""


def repeat_rates(repeat_curve: pl.DataFrame, repeat_rates: pl.DataFrame) -> alt.LayerChart:
    """Draw the share of customers who ordered again within so many days, for all of them and by segment."""
    held = repeat_curve.filter(pl.col("rate").is_finite())
    several = held["segment"].drop_nulls().n_unique() > 1
    curves = _steps(held if several else held.filter(pl.col("segment").is_null()))
    overall = repeat_rates.filter(pl.col("segment").is_null() & pl.col("rate").is_finite()).sort("horizon_days")
    right = _most([30.0, *curves["x"], *overall["horizon_days"]])
    top = _most([0.02, *curves["y"], *overall["rate"], *overall["high"]]) * 1.08
    days = sorted({0, *(day for day in (30, 60, 90, 180, 270, 365) if day <= right)})
    since = "Days since the first order"
    x = _x(right, since, days)
    y = _y(top, "Ordered again")
    return layered(
        *_lines(curves, x, y, since, (right, top), interpolate="step-after"),
        *_horizons(overall, x, y),
    ).properties(
        title=heading(
            _repeat_finding(overall),
            "Share of customers who ordered again within so many days of their first order; whoever came lately counts "
            "for as long as they were followed (Kaplan-Meier). Bars on the dots: 95% interval.",
        )
    )


def segment_retention(segment_retention: pl.DataFrame) -> alt.LayerChart:
    """Draw the share of each segment's customers who ordered one, two, three months after their first order."""
    base = pl.col("cohort_customers")
    held = segment_retention.filter(
        pl.col("retention").is_finite()
        & (pl.col("months_since") > 0)
        & (base >= base.max().over("segment").cast(pl.Float64) * _FEW)
    )
    lines = _coloured(held.rename({"months_since": "x", "retention": "y"})).sort("segment", "x")
    right, top = _most([1.0, *lines["x"]]), _most([0.02, *lines["y"]]) * 1.08
    every = max(1, -(-int(right) // 12))
    since = "Months since the first order"
    x = _x(right, since, list(range(0 if every > 1 else 1, int(right) + 1, every)))
    y = _y(top, "Ordered in that month")
    return layered(*_lines(lines, x, y, since, (right, top))).properties(
        title=heading(
            _retention_finding(lines),
            "Share of each segment's customers who ordered so many months after their first order. A line ends where "
            "less than a tenth of the segment has been with you for that long.",
        )
    )


def _x(right: float, title: str, values: list[int]) -> alt.X:
    scale = alt.Scale(domain=[0, right], nice=False)
    return alt.X(
        "x:Q", title=title, scale=scale, axis=alt.Axis(values=values, grid=False, format="d", labelFlush=False)
    )


def _y(top: float, title: str) -> alt.Y:
    scale = alt.Scale(domain=[0, top], nice=False)
    return alt.Y("y:Q", title=title, scale=scale, axis=alt.Axis(format=".1~%", tickCount=5, domain=False))


def _most(values: list[float | None]) -> float:
    return max(float(value) for value in values if value is not None and not numbers.missing(value))


def _steps(curve: pl.DataFrame) -> pl.DataFrame:
    """Keep the days before and on which a curve rises by a thousandth: a line through them shows all of it."""
    ordered = curve.sort("segment", "day", nulls_last=True)
    thousandth = (pl.col("rate") * 1000).round()
    before, after = (thousandth != thousandth.shift(way).over("segment") for way in (1, -1))
    kept = ordered.filter(before.fill_null(value=True) | after.fill_null(value=True))
    return _coloured(kept.select("segment", "segment_name", pl.col("day").alias("x"), pl.col("rate").alias("y")))


def _coloured(frame: pl.DataFrame) -> pl.DataFrame:
    """Add name, colour and strong: all customers (no segment) in bold ink."""
    called = names(frame.drop_nulls("segment"), _NAME)
    return frame.with_columns(
        pl.when(pl.col("segment").is_null())
        .then(pl.lit("All customers"))
        .otherwise(mapped("segment", called, "name"))
        .alias("name"),
        texts("colour", (theme.INK if number is None else theme.colour(number) for number in frame["segment"])),
        pl.col("segment").is_null().alias("strong"),
    )


def _lines(frame: pl.DataFrame, x: alt.X, y: alt.Y, since: str, reach: tuple[float, float], **look: Any) -> list[Any]:
    """Draw one line a segment, labelled with its name and its last figure; all customers over them, thicker."""
    shown = frame.with_columns(texts("share", map(numbers.share, frame["y"])))
    base = alt.Chart(shown, width=_SIZE[0], height=_SIZE[1]).encode(
        x=x,
        y=y,
        detail=alt.Detail("name:N"),
        color=alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip("name:N", title="Who"),
            alt.Tooltip("x:Q", title=since),
            alt.Tooltip("share:N", title="Share"),
        ],
    )
    ends = shown.unique(subset="name", keep="last", maintain_order=True)
    label = [f"{name} {share}" for name, share in ends.select("name", "share").rows()]
    return [
        base.transform_filter("!datum.strong").mark_line(strokeWidth=2, **look),
        base.transform_filter("datum.strong").mark_line(strokeWidth=4, **look),
        *line_ends(ends.with_columns(texts("label", label)), x, y, _SIZE, reach),
    ]


def _horizons(overall: pl.DataFrame, x: alt.X, y: alt.Y) -> list[Any]:
    """Mark the horizons of all customers with their figures and intervals."""
    frame = overall.select(
        pl.col("horizon_days").alias("x"),
        pl.col("rate").alias("y"),
        pl.col("low").fill_nan(None).fill_null(pl.col("rate")),
        pl.col("high").fill_nan(None).fill_null(pl.col("rate")),
    ).with_columns(texts("text", map(numbers.share, overall["rate"])))
    base = alt.Chart(frame).encode(x=x)
    label: dict[str, Any] = {"fontSize": 14, "fontWeight": "bold", "align": "right", "dx": -8, "dy": -10}
    text = base.encode(y=y, text=alt.Text("text:N"))
    return [
        base.mark_rule(color=theme.MUTED, strokeWidth=1.5).encode(
            y=alt.Y("low:Q", scale=scale_of(y)), y2=alt.Y2("high:Q")
        ),
        base.mark_circle(size=90, fill=theme.PAPER, stroke=theme.INK, strokeWidth=2.5, opacity=1).encode(y=y),
        text.mark_text(stroke=theme.PAPER, strokeWidth=5, strokeJoin="round", **label),
        text.mark_text(**label),
    ]


def _repeat_finding(overall: pl.DataFrame) -> str:
    known = dict(overall.select("horizon_days", "rate").rows())
    for horizon in _QUOTED:
        if horizon in known:
            return f"{numbers.share(known[horizon])} of new customers order again within {horizon} days"
    return "It is too early to say how many customers order again"


def _retention_finding(lines: pl.DataFrame) -> str:
    """Say which segments order most and least in the third month, or in the last one that all have."""
    if lines.is_empty():
        return "It is too early to say how many customers come back"
    month = min(3, int(lines.group_by("segment").agg(pl.col("x").max())["x"].min()))  # type: ignore[arg-type]
    rows = lines.filter(pl.col("x") == month).sort("y", "segment", descending=[True, False])
    after = f"{'in the month' if month == 1 else f'{month} months'} after their first order"
    if rows.height < 2:
        part = numbers.share(rows["y"][0]) if rows.height else numbers.MISSING
        return f"{part} of {cut(lines['name'][0], 40)} order again {after}"
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    if numbers.share(first["y"]) == numbers.share(last["y"]):
        return f"{numbers.share(first['y'])} of every segment order again {after}"
    return (
        f"{numbers.share(first['y'])} of {first['name']} order again {after}, "
        f"{numbers.share(last['y'])} of {last['name']}"
    )
