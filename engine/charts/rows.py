"""Rows of a table with a drawing in it: names at the left, values on an axis, figures at the right."""

from __future__ import annotations

import itertools
import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import TITLE_PIXELS, cut, heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDE = theme.WIDTH + 40
"""The width of the whole table in pixels, which is that of a title's line."""
ROW = 25
_GAP = 12
_AXIS = 30
"""How far above the first row the headings end: the figures of the axis lie between."""
_HEAD_LINE = 15
_TICK_PIXELS = 36
_MARGIN = 1.12
_FURTHEST = 6.0
_NAMELESS = "(no name)"
_STEPS = (
    (1, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 3, 5, 7),
    (1, 1.2, 1.5, 2, 3, 5),
    (1, 1.5, 2, 3, 5),
    (1, 2, 3, 5),
    (1, 2, 5),
    (1, 3),
    (1,),
)
_CAPITAL, _SMALL = 9.2, 6.8
"""The widths of characters of a label in pixels: capitals and figures, and the others."""
_CAPITALS = 3.6
"""How much wider than the average a title's capitals are."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A column of figures: the column of texts, where it ends in pixels, its heading (a line each)."""

    column: str
    right: int
    head: str
    bold: bool = False


def named(pairs: Iterable[tuple[str, str | None]], length: int) -> dict[str, str]:
    """Return a label for each item of (item, label): cut, and numbered where two would read the same."""
    labels: dict[str, str] = {}
    taken: set[str] = set()
    for item, whole in pairs:
        if item in labels:
            continue
        label = short = cut(whole, length) or cut(item, length) or _NAMELESS
        number = 2
        while label in taken:
            label, number = f"{short} ({number})", number + 1
        labels[item] = label
        taken.add(label)
    return labels


def room(labels: Iterable[str], least: float, most: float) -> int:
    """Return the width in pixels that labels need, within bounds."""
    widths = (sum(_CAPITAL if sign.isupper() or sign.isdigit() else _SMALL for sign in label) for label in labels)
    return int(min(max([least, *widths]), most))


def headed(finding: str, shown: str) -> alt.Title:
    """Return a title as `heading` does, broken earlier where it names products in capitals."""
    title = heading(finding, shown)
    pixels = TITLE_PIXELS + _CAPITALS * sum(sign.isupper() for sign in finding) / max(len(finding), 1)
    title.text = textwrap.wrap(finding, int(WIDE / pixels))
    return title


def grouped(keys: Iterable[Any], row: float = ROW) -> tuple[list[float], dict[Any, float], float]:
    """Place rows under the headings of their groups: the middles of the rows, those of the headings, the height.

    All in pixels from the top; the rows of a group are next to each other.
    """
    places: list[float] = []
    heads: dict[Any, float] = {}
    down = 0.0
    for key in keys:
        if key not in heads:
            down += _GAP if heads else 0
            heads[key] = down + row / 2
            down += row
        places.append(down + row / 2)
        down += row
    return places, heads, down


def even(count: int, row: float) -> tuple[list[float], float]:
    """Place rows without groups: their middles and the height, in pixels."""
    return [(at + 0.5) * row for at in range(count)], count * row


def table(frame: pl.DataFrame, height: float) -> alt.Chart:
    """Return the empty table: `frame` has the middle of each row in `y`."""
    return alt.Chart(frame, width=WIDE, height=height).encode(y=down("y", height))


def down(column: str, height: float) -> alt.Y:
    """Return the encoding of a place in pixels from the top."""
    return alt.Y(f"{column}:Q", axis=None, scale=alt.Scale(domain=[0, height], range=[0, height], nice=False))


def word(chart: alt.Chart, column: str, left: int, width: int, *, lift: float = 0, **look: Any) -> alt.Chart:
    """Write a text at the left of each row, cut to a width in pixels, raised by `lift`."""
    written: alt.Chart = chart.mark_text(
        align="left", baseline="middle", limit=width, dy=-lift, **{"fontSize": 12.5, **look}
    ).encode(x=alt.value(left), text=alt.Text(f"{column}:N"))
    return written


def figures(chart: alt.Chart, columns: Sequence[Figures]) -> list[alt.Chart]:
    """Write the columns of figures."""
    return [
        chart.mark_text(
            align="right",
            baseline="middle",
            fontSize=12.5 if each.bold else 12,
            fontWeight="bold" if each.bold else "normal",
            color=theme.INK if each.bold else theme.MUTED,
        ).encode(x=alt.value(each.right), text=alt.Text(f"{each.column}:N"))
        for each in columns
    ]


def heads(columns: Sequence[Figures], drawing: tuple[int, str], height: float) -> list[alt.Chart]:
    """Write the headings above the figures, and above the drawing from its left end on."""
    left, title = drawing
    over: list[tuple[Literal["left", "right"], int, str]] = [("right", each.right, each.head) for each in columns]
    over.append(("left", left, title))
    # A layer for each line: a text mark has one alignment and one distance.
    return [
        alt.Chart(pl.DataFrame({"y": [0.0], "text": [line]}))
        .mark_text(align=align, baseline="bottom", dy=lift, fontSize=11.5, color=theme.MUTED)
        .encode(x=alt.value(x), y=down("y", height), text=alt.Text("text:N"))
        for align, x, head in over
        for line, lift in _up(head)
    ]


def _up(text: str) -> list[tuple[str, float]]:
    """Return the lines of a heading and how far above the first row each ends."""
    found = text.split("\n")
    return [(line, -_AXIS - _HEAD_LINE * (len(found) - 1 - at)) for at, line in enumerate(found)]


def multiples(frame: pl.DataFrame, ends: tuple[int, int]) -> tuple[alt.X, pl.DataFrame]:
    """Return a logarithmic axis of ratios for `value`, and the frame with `low` and `high` brought onto it.

    It begins at 1 or below, reaches over all intervals, though not further than six times beyond the largest value.
    An end that is not known is the value itself.
    """
    value = frame["value"]
    least, most = float(value.min()), float(value.max())  # type: ignore[arg-type]
    within = frame.with_columns(
        pl.when(pl.col(end).is_finite()).then(pl.col(end)).otherwise(pl.col("value")).clip(least / _FURTHEST, bound)
        for end, bound in (("low", most), ("high", most * _FURTHEST))
    )
    low = min(1.0, float(within["low"].min()))  # type: ignore[arg-type]
    high = max(1.0, float(within["high"].max()))  # type: ignore[arg-type]
    low, high = low / (_MARGIN if low < 1 else 1.0), max(high * _MARGIN, low * 1.5)
    axis = alt.Axis(
        orient="top",
        values=ticks(low, high, ends[1] - ends[0]),
        labelExpr="format(datum.value, ',.2~f') + '\u00d7'",
        domain=False,
        labelFlush=False,
        labelPadding=4,
        title=None,
    )
    return (
        alt.X("value:Q", scale=alt.Scale(type="log", domain=[low, high], range=list(ends), nice=False), axis=axis),
        within,
    )


def shares(most: float, ends: tuple[int, int]) -> alt.X:
    """Return a linear axis of shares for `value`, from 0 to a little beyond the largest."""
    end = max(most * 1.06, 0.01)
    axis = alt.Axis(
        orient="top", format=".1~%", tickCount=5, domain=False, labelFlush=False, labelPadding=4, title=None
    )
    return alt.X("value:Q", scale=alt.Scale(domain=[0, end], range=list(ends), nice=False), axis=axis)


def ticks(low: float, high: float, pixels: float = 240) -> list[float]:
    """Return round marks of a logarithmic axis so many pixels long, as many as leave room for their figures.

    >>> ticks(1, 30)
    [1.0, 2.0, 5.0, 10.0, 20.0]
    >>> ticks(1, 2.2)
    [1.0, 1.2, 1.5, 2.0]
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    least = math.exp(math.log(high / low) * _TICK_PIXELS / pixels) - 1e-9
    found: list[float] = []
    for steps in _STEPS:
        found = [round(step * 10.0**power, 9) for power in powers for step in steps]
        found = [each for each in found if low * 0.999 <= each <= high]
        if all(after / before >= least for before, after in itertools.pairwise(found)):
            return found
    return found[:: -(-len(found) // 6)]


def mark(at: float, x: alt.X, height: float) -> alt.Chart:
    """Draw a line down all rows at a value: what is usual."""
    drawn: alt.Chart = (
        alt.Chart(pl.DataFrame({"value": [at], "y": [0.0], "end": [height]}))
        .mark_rule(color=theme.MUTED, strokeWidth=1.2)
        .encode(x=x, y=down("y", height), y2=alt.Y2("end:Q"))
    )
    return drawn


def ranges(chart: alt.Chart, x: alt.X, tooltip: list[alt.Tooltip]) -> list[alt.Chart]:
    """Draw each row's value as a dot on the line of its interval, in its `colour`."""
    colour = alt.Color("colour:N", scale=None)
    return [
        chart.transform_filter("datum.high > datum.low")
        .mark_rule(strokeWidth=4, opacity=0.45, strokeCap="round")
        .encode(x=alt.X("low:Q", scale=x["scale"]), x2=alt.X2("high:Q"), color=colour),
        chart.mark_circle(size=95, opacity=1).encode(x=x, color=colour, tooltip=tooltip),
    ]
