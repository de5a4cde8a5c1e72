"""Charts of the segments themselves: how large, what they are like, how they lie."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import (
    BLANK,
    LINES,
    apart,
    column_axis,
    columns,
    cut,
    heading,
    layered,
    lines,
    mapped,
    names,
    panel,
    texts,
)
from engine.report import numbers

_MAP_HEIGHT = 480
_LABEL_GAP = 42
_LEAST_PAD = 0.1
"""Room around customers who are all alike, in standard deviations."""
_MAP_POINTS = 1_500
_EFFECT_LIMIT = 1.5


def customer_segment_distribution(segments: pl.DataFrame, currency: str) -> alt.HConcatChart:
    """Set each segment's share of customers against its share of revenue, and what a customer of it is worth."""
    frame = segments.sort("segment").with_columns(
        mapped("segment", {n: lines(name, 26, 2) for n, name in names(segments, 50).items()}, "name"),
        texts("colour", map(theme.colour, segments.sort("segment")["segment"])),
    )
    order = frame["name"].to_list()
    top = max(1e-9, *frame["customer_share"].fill_null(0), *frame["revenue_share"].fill_null(0))
    low = min(0.0, *frame["revenue_share"].fill_null(0))
    domain = [low * 1.3, top * 1.42]
    worth = [
        numbers.money(revenue / customers if customers else None, currency)
        for revenue, customers in frame.select("revenue", "customers").rows()
    ]
    named = alt.Y("name:N", sort=order, title=None, axis=_row_axis())
    bare = alt.Y("name:N", sort=order, axis=None)
    left = _bars(frame, named, "customer_share", [numbers.count(n) for n in frame["customers"]], domain)
    right = _bars(frame, bare, "revenue_share", [numbers.money(n, currency) for n in frame["revenue"]], domain)
    last = (
        alt.Chart(
            frame.with_columns(texts("worth", worth)), width=110, height=alt.Step(38), title=panel("Per customer")
        )
        .mark_text(align="left", fontSize=13)
        .encode(x=alt.value(0), y=bare, text=alt.Text("worth:N"))
    )
    return alt.HConcatChart(
        hconcat=[
            left.properties(title=panel("Share of customers")),
            right.properties(title=panel("Share of revenue")),
            last,
        ],
        title=heading(
            _distribution_finding(frame), "Each segment's customers and the revenue they bring, net of returns."
        ),
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(y="independent")),
        spacing=14,
    )


def _row_axis() -> alt.Axis:
    return alt.Axis(
        domain=False,
        labelExpr=LINES,
        labelFontSize=13,
        labelLineHeight=15,
        labelColor=theme.INK,
        labelOffset=_two_lines(),
    )


def _two_lines() -> Any:
    """Lift labels of two lines by half a line: Vega centres the first one."""
    return {"condition": {"test": "indexof(datum.label, '\\n') >= 0", "value": -7}, "value": 0}


def _bars(frame: pl.DataFrame, y: alt.Y, column: str, amounts: list[str], domain: list[float]) -> alt.LayerChart:
    """Draw one bar a segment, labelled with its share and the figure behind it."""
    label = [f"{numbers.share(part)} · {amount}" for part, amount in zip(frame[column], amounts, strict=True)]
    base = alt.Chart(frame.with_columns(texts("label", label)), width=275, height=alt.Step(38)).encode(
        x=alt.X(f"{column}:Q", axis=None, scale=alt.Scale(domain=domain, nice=False)),
        y=y,
    )
    tooltip = [
        alt.Tooltip("name:N", title="Segment"),
        alt.Tooltip("label:N", title=column.replace("_", " ").capitalize()),
    ]
    return layered(
        base.mark_bar(height=22, cornerRadiusEnd=3).encode(color=alt.Color("colour:N", scale=None), tooltip=tooltip),
        base.mark_text(align="left", dx=6, fontSize=12).encode(text=alt.Text("label:N")),
    )


def _distribution_finding(frame: pl.DataFrame) -> str:
    if frame.height == 1:
        return f"All {numbers.plural(frame['customers'][0], 'customer')} form one segment"
    first = frame.row(0, named=True)
    few, much = numbers.share(first["customer_share"]), numbers.share(first["revenue_share"])
    return f"{cut(first['segment_name'], 40)}: {few} of customers bring {much} of revenue"


def segment_profiles(profile: pl.DataFrame, currency: str) -> alt.LayerChart:
    """Show each segment's medians, coloured by how far the segment lies from everyone."""
    called = names(profile, 40)
    width = min(120, max(68, int(theme.WIDTH / (len(called) + 1))))
    heads = columns(called, width)
    whole = BLANK * max(head.count("\n") for head in heads.values()) + "Everyone"
    everyone = (
        profile.unique(subset="feature", keep="first", maintain_order=True)
        .select("feature", "label", "unit", pl.col("overall_median").alias("median"))
        .with_columns(
            segment=pl.lit(None, dtype=pl.Int64),
            head=pl.lit(whole),
            name=pl.lit("Everyone"),
            effect=pl.lit(None, dtype=pl.Float64),
        )
    )
    cells = profile.with_columns(mapped("segment", heads, "head"), mapped("segment", called, "name")).select(
        everyone.columns
    )
    both = pl.concat([everyone, cells], how="vertical_relaxed")
    frame = both.with_columns(
        pl.col("effect").fill_nan(None).clip(-_EFFECT_LIMIT, _EFFECT_LIMIT).alias("shade"),
        texts("text", (numbers.amount(v, u, currency, short=True) for v, u in both.select("median", "unit").rows())),
        texts("ink", (_ink(v) for v in both["effect"])),
        texts("far", ("" if numbers.missing(v) else f"{v:+.1f} standard deviations" for v in both["effect"])),
    )
    base = alt.Chart(frame, width=alt.Step(width), height=alt.Step(30)).encode(
        x=alt.X("head:N", sort=[whole, *heads.values()], title=None, axis=column_axis(heads)),
        y=alt.Y(
            "label:N", sort=everyone["label"].to_list(), title=None, axis=alt.Axis(domain=False, labelColor=theme.INK)
        ),
    )
    tooltip = [
        alt.Tooltip("name:N", title="Segment"),
        alt.Tooltip("label:N", title="Feature"),
        alt.Tooltip("text:N", title="Median"),
        alt.Tooltip("far:N", title="Mean against everyone"),
    ]
    return layered(
        base.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(color=_effect_colour(), tooltip=tooltip),
        base.mark_text(fontSize=12).encode(text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None)),
        own_colours=True,
    ).properties(
        title=heading(
            _profile_finding(profile, currency),
            "Medians of each segment beside those of everyone. Colour: how far the segment's average lies "
            "below (blue) or above (orange) that of all customers.",
            width * (len(called) + 1) + 150,
        )
    )


def _ink(effect: float | None) -> str:
    if effect is None or numbers.missing(effect):
        return theme.INK
    return theme.ink_on(theme.between(theme.DIVERGING, (effect / _EFFECT_LIMIT + 1) / 2))


def _effect_colour() -> alt.Color:
    # A cell without an effect (everyone, or a feature that does not vary) stays pale instead of looking average.
    return alt.Color(
        "shade:Q",
        scale=theme.ramp(theme.DIVERGING, -_EFFECT_LIMIT, _EFFECT_LIMIT),
        legend=alt.Legend(
            title="Standard deviations from average",
            orient="bottom",
            gradientLength=260,
            titleLimit=300,
            values=[-1.5, -1, 0, 1, 1.5],
            labelExpr="datum.value <= -1.5 ? '\u22121.5 or less' : datum.value >= 1.5 ? '+1.5 or more' : "
            "datum.value < 0 ? '\u22121' : datum.value > 0 ? '+1' : 'average'",
        ),
    )


def _profile_finding(profile: pl.DataFrame, currency: str) -> str:
    if profile["segment"].n_unique() == 1:
        return "What a typical customer looks like"
    telling = profile.filter(
        pl.col("effect").is_finite() & pl.col("median").is_not_null() & (pl.col("median") != pl.col("overall_median"))
    )
    if telling.is_empty():
        return "The segments differ little in their medians"
    row = telling.sort(pl.col("effect").abs(), "segment", "feature", descending=[True, False, False]).row(0, named=True)
    short = row["unit"] == "orders"
    here, usual = (
        numbers.amount(row[name], row["unit"], currency, short=short) for name in ("median", "overall_median")
    )
    label = row["label"][:1].lower() + row["label"][1:]
    return f"{cut(row['segment_name'], 40)} stand out most: {label} {here}, everyone {usual}"


def segment_map(points: pl.DataFrame, variance: tuple[float, float]) -> alt.LayerChart:
    """Lay a sample of customers out in two dimensions, each segment labelled at its centre."""
    called = {segment: lines(name, 24, 2) for segment, name in names(points, 50).items()}
    # Drawn in a scattered order, so that no segment covers the others only because it comes last.
    mixed = points.with_row_index("at").sort((pl.col("at").cast(pl.Int64) * 7919) % max(points.height, 1), "at")
    clipped = mixed.head(_MAP_POINTS).select(
        "segment",
        *(pl.col(axis).round(3).clip(*_reach(points[axis])) for axis in ("x", "y")),
        mapped("segment", called, "name"),
        mapped("segment", {segment: theme.colour(segment) for segment in called}, "colour"),
    )
    scales = {axis: alt.Scale(domain=_reach(points[axis]), nice=False, zero=False) for axis in ("x", "y")}
    dots = (
        alt.Chart(clipped, width=theme.WIDTH, height=_MAP_HEIGHT)
        .mark_circle(size=30, opacity=1, fillOpacity=0.55, aria=False)
        .encode(
            x=alt.X("x:Q", scale=scales["x"], axis=_bare_axis("First", variance[0])),
            y=alt.Y("y:Q", scale=scales["y"], axis=_bare_axis("Second", variance[1])),
            color=alt.Color("colour:N", scale=None),
            tooltip=[alt.Tooltip("name:N", title="Segment")],
        )
    )
    held = sum(part for part in variance if not numbers.missing(part))
    finding = (
        f"The {len(called)} segments on a map" if len(called) > 1 else "The customers form one segment"
    ) + f"; this view holds {numbers.share(held)} of what sets them apart"
    shown = (
        f"A sample of {numbers.plural(clipped.height, 'customer')}: the nearer two dots, the more alike the customers."
    )
    if held < 0.5:
        shown += " Segments that overlap here may differ in what this view leaves out."
    return layered(dots, *_centre_labels(points, called)).properties(title=heading(finding, shown))


def _bare_axis(which: str, part: float) -> alt.Axis:
    title = f"{which} principal component ({numbers.share(part)} of variance)"
    return alt.Axis(labels=False, grid=False, title=title, domainColor=theme.GRID)


def _reach(values: pl.Series) -> list[float]:
    """Return the range to draw: all but the furthest half percent each side, which are put on the rim."""
    found = values.drop_nulls().drop_nans()
    low, high = (found.quantile(q, "linear") for q in (0.005, 0.995))
    if low is None or high is None:
        return [-1.0, 1.0]
    pad = max((high - low) * 0.06, _LEAST_PAD)
    return [float(low - pad), float(high + pad)]


def _centre_labels(points: pl.DataFrame, called: dict[int, str]) -> list[alt.Chart]:
    """Draw the names at the medians, moved apart where they would cover each other."""
    centres = points.group_by("segment").agg(pl.col("x", "y").median()).sort("segment")
    across, up = _reach(points["x"]), _reach(points["y"])
    wide, high = (across[1] - across[0]) / theme.WIDTH, (up[1] - up[0]) / _MAP_HEIGHT
    rows = centres.with_columns(mapped("segment", called, "name")).rows(named=True)
    halves = [max(map(len, row["name"].split("\n"))) * 4.1 for row in rows]
    # In pixels, each label whole inside the plot.
    start = [
        (min(max((row["x"] - across[0]) / wide, half), theme.WIDTH - half), (row["y"] - up[0]) / high)
        for row, half in zip(rows, halves, strict=True)
    ]
    placed = apart(start, halves, _LABEL_GAP)
    frame = pl.DataFrame(
        {
            "x": [across[0] + x * wide for x, _ in placed],
            "y": [up[0] + min(max(y, _LABEL_GAP / 2), _MAP_HEIGHT - _LABEL_GAP / 2) * high for _, y in placed],
            "name": [row["name"] for row in rows],
            "segment": [row["segment"] for row in rows],
        }
    )
    base = alt.Chart(frame).encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("name:N"))
    look: dict[str, Any] = {
        "fontSize": 14,
        "fontWeight": "bold",
        "lineBreak": "\n",
        "lineHeight": 16,
        "baseline": "middle",
    }
    return [base.mark_text(stroke=theme.PAPER, strokeWidth=6, strokeJoin="round", **look), base.mark_text(**look)]
