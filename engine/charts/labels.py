"""Labels of rows that differ, and of lines where they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import LINES, cut, lines, spaced

if TYPE_CHECKING:
    from collections.abc import Iterable

_GAP = 17
_AWAY = 22
"""Pixels between two labels at the ends of lines, and between the plot and the labels."""


def distinct(labels: Iterable[str | None], length: int) -> list[str]:
    """Cut labels to one line each; those that read like an earlier one get a number.

    >>> distinct(["Tea", "Tea", None], 20)
    ['Tea', 'Tea (2)', '(no name)']
    """
    found: dict[str, None] = {}
    for each in labels:
        label = short = cut(each, length) or "(no name)"
        number = 2
        while label in found:
            label, number = f"{short} ({number})", number + 1
        found[label] = None
    return list(found)


def two_lines(called: dict[int, str], width: int = 26) -> dict[int, str]:
    """Break the names of segments into two lines at most; those that then read the same end in their number."""
    broken = {segment: lines(name, width, 2) for segment, name in called.items()}
    seen = list(broken.values())
    return {
        segment: f"{lines(name, width - 5, 2)} ({segment})" if seen.count(name) > 1 else name
        for segment, name in broken.items()
    }


def row_axis(limit: int = 320) -> alt.Axis:
    """Return an axis of labels of one or two lines, broken where Python has put a line feed.

    Vega centres the first line, so two are lifted by half of one.
    """
    lifted: Any = {"condition": {"test": "indexof(datum.label, '\\n') >= 0", "value": -7}, "value": 0}
    return alt.Axis(
        domain=False,
        labelColor=theme.INK,
        labelExpr=LINES,
        labelFontSize=13,
        labelLimit=limit,
        labelLineHeight=15,
        labelOffset=lifted,
    )


def scale_of(channel: alt.X | alt.Y) -> Any:
    """Return the scale of a channel, for another that shares it."""
    parts: Any = channel.to_dict()
    return parts["scale"]


def settled(values: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart by at least a gap, and back between two bounds where there is room for all of them.

    >>> settled([5.0, 5.0], 2.0, 0.0, 5.0)
    [3.0, 5.0]
    """
    placed = spaced(values, gap)
    order = sorted(range(len(placed)), key=placed.__getitem__)
    for rank, index in enumerate(order):
        placed[index] = max(placed[index], low + rank * gap)
    for rank, index in enumerate(reversed(order)):
        placed[index] = min(placed[index], high - rank * gap)
    return placed


def line_ends(ends: pl.DataFrame, x: alt.X, y: alt.Y, size: tuple[int, int], reach: tuple[float, float]) -> list[Any]:
    """Write labels at the right of a plot, each led to from the end of its line.

    `ends` has one row a line: x, y, label, colour, strong (whether in bold). `size` is the plot's in pixels,
    `reach` the ranges from zero that its two axes span.
    """
    wide, high = reach[0] / size[0], reach[1] / size[1]
    # The first of several that end alike comes out on top.
    ends = ends.reverse()
    level = settled([value / high for value in ends["y"]], _GAP, 0, size[1])
    frame = ends.with_columns(
        pl.lit(reach[0] + _AWAY * wide).alias("beside"), pl.Series("level", [each * high for each in level], pl.Float64)
    )
    base = alt.Chart(frame)
    at = alt.X("beside:Q", scale=scale_of(x)), alt.Y("level:Q", scale=scale_of(y))
    look: dict[str, Any] = {"align": "left", "baseline": "middle", "dx": 10}
    colour = alt.Color("colour:N", scale=None)
    return [
        base.mark_rule(color=theme.RULE, strokeWidth=1).encode(x=x, y=y, x2=alt.X2("beside:Q"), y2=alt.Y2("level:Q")),
        base.mark_circle(size=36, opacity=1).encode(x=x, y=y, color=colour),
        base.mark_square(size=70, opacity=1).encode(x=at[0], y=at[1], color=colour),
        base.transform_filter("!datum.strong").mark_text(**look).encode(x=at[0], y=at[1], text=alt.Text("label:N")),
        base.transform_filter("datum.strong")
        .mark_text(fontWeight="bold", **look)
        .encode(x=at[0], y=at[1], text=alt.Text("label:N")),
    ]
