"""What several charts share: titles that fit, labels that fit, the names of segments."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Self

import altair as alt
import polars as pl

from engine.charts import theme

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TITLE_PIXELS = 8.9
"""The average width of a character of a title; a subtitle's, and a label's, are in proportion to its size."""
SMALL_PIXELS = 6.3
HEAD_PIXELS = 6.8
HEAD_LINE = 15
_ROUNDS, _NEAR = 200, 0.01
LEAST = 620
"""A narrow chart is widened by its title rather than crowned by a tower of words."""
ELLIPSIS = "…"
BLANK = "\u200b\n"
"""An empty line of a label: Vega trims spaces and drops a line without a sign, so it holds one of no width."""

LINES = "split(datum.label, '\\n')"
"""Vega expression that breaks an axis label where Python has put line feeds."""


def heading(finding: str, shown: str, width: float = 0) -> alt.Title:
    """Return a title that says what is found and a subtitle that says what is shown, broken to a width in pixels."""
    room = max(width, LEAST) if width else theme.WIDTH + 40
    return alt.Title(
        textwrap.wrap(finding, int(room / TITLE_PIXELS)) or [""],
        subtitle=textwrap.wrap(shown, int(room / SMALL_PIXELS)) or [""],
    )


class _Layers(alt.LayerChart):
    """Layers as Altair joins them, but for parameters, of which ours have none.

    NOTE: for their sake it copies every layer with all that is in it four times, and again for each property set.
    """

    def __init__(self, data: Any = alt.Undefined, layer: Sequence[Any] = (), **properties: Any) -> None:
        layers = [each.copy(deep=False) for each in layer]
        super(alt.LayerChart, self).__init__(data=data, layer=layers, **properties)
        shared = layers[0].data if data is alt.Undefined else data
        if all(each.data is shared or each.data is alt.Undefined for each in layers):
            self["data"] = shared
            for each in layers:
                each["data"] = alt.Undefined
        for name in ("height", "width"):
            for each in layers:
                if each[name] is not alt.Undefined:
                    self[name], each[name] = each[name], alt.Undefined

    def properties(self, **properties: Any) -> Self:
        """Set properties of this very chart."""
        for name, value in properties.items():
            self[name] = value
        return self


def layered(*charts: alt.Chart | alt.LayerChart, own_colours: bool = False) -> alt.LayerChart:
    """Draw charts over each other; with `own_colours` each layer keeps a colour scale of its own.

    NOTE: Vega-Lite cannot merge the scale of one layer with the null scale of another, which takes its colours as
    they are: it fails on the null.
    """
    own = {"resolve": alt.Resolve(scale=alt.ScaleResolveMap(color="independent"))} if own_colours else {}
    return _Layers(layer=charts, **own)


def panel(text: str) -> alt.Title:
    """Return the small heading of one panel of a chart."""
    return alt.Title(text, fontSize=13, fontWeight="bold", color=theme.INK, anchor="start", frame="group", offset=8)


def cut(text: str | None, length: int) -> str:
    """Shorten a label to a number of characters, on one line.

    >>> cut("WHITE HANGING HEART T-LIGHT HOLDER", 16)
    'WHITE HANGING H…'
    """
    flat = " ".join((text or "").split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + ELLIPSIS


def lines(text: str, width: int, most: int = 3) -> str:
    r"""Break a label into at most a number of lines, the last with an ellipsis where it does not fit.

    >>> lines("Loyal big spenders", 8)
    'Loyal\nbig\nspenders'
    """
    found = textwrap.wrap(" ".join(text.split()), width, break_long_words=False) or [""]
    kept = found[:most]
    if len(found) > most:
        kept[-1] = cut(kept[-1] + " " + found[most], max(width, len(kept[-1]) + 1))
    return "\n".join(cut(line, width) for line in kept)


def columns(called: dict[int, str], width: float) -> dict[int, str]:
    """Break the names of segments into headings of columns so many pixels wide, all as high as the highest."""
    heads = {segment: lines(name, int(width / HEAD_PIXELS), 6) for segment, name in called.items()}
    if len(set(heads.values())) < len(heads):
        heads = {segment: f"{head}\n({segment})" for segment, head in heads.items()}
    most = max((head.count("\n") for head in heads.values()), default=0)
    return {segment: BLANK * (most - head.count("\n")) + head for segment, head in heads.items()}


def column_axis(heads: dict[int, str]) -> alt.Axis:
    """Return an axis of such headings above the columns."""
    # Vega lets a label of several lines grow downwards from its place: lift it by the lines it will take.
    most = max((head.count("\n") for head in heads.values()), default=0)
    return alt.Axis(
        orient="top",
        labelExpr=LINES,
        labelAngle=0,
        labelLineHeight=HEAD_LINE,
        labelPadding=8 + most * HEAD_LINE,
        labelColor=theme.INK,
        labelLimit=400,
        domain=False,
    )


def names(frame: pl.DataFrame, length: int = 28) -> dict[int, str]:
    """Return a label for each segment: its name, cut, with its number where two would read the same."""
    pairs = frame.select("segment", "segment_name").unique(subset="segment").sort("segment").rows()
    short = {int(segment): cut(name, length) or f"Segment {segment}" for segment, name in pairs}
    seen = list(short.values())
    return {segment: f"{name} ({segment})" if seen.count(name) > 1 else name for segment, name in short.items()}


def mapped(column: str, values: dict[int, str], alias: str) -> pl.Expr:
    """Look a number up in a dictionary of texts."""
    return pl.col(column).replace_strict(values, default="", return_dtype=pl.String).alias(alias)


def texts(alias: str, values: Iterable[str]) -> pl.Series:
    """Return texts written in Python as a column."""
    return pl.Series(alias, list(values), dtype=pl.String)


def spaced(values: list[float], gap: float) -> list[float]:
    """Move positions apart so that neighbours are at least a gap away, as little as one pass each way needs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    placed = [values[index] for index in order]
    for here in range(1, len(placed)):
        lacking = gap - (placed[here] - placed[here - 1])
        if lacking > 0:
            placed[here - 1] -= lacking / 2
            placed[here] += lacking / 2
    for here in range(1, len(placed)):
        placed[here] = max(placed[here], placed[here - 1] + gap)
    moved = dict(zip(order, placed, strict=True))
    return [moved[index] for index in range(len(values))]


def apart(places: list[tuple[float, float]], halves: list[float], gap: float) -> list[tuple[float, float]]:
    """Move labels up and down until none covers another; those side by side stay where they are.

    `places` are their middles and `halves` half of their widths, all in one unit, as is the `gap` between lines.
    """
    moved = [list(place) for place in places]
    for _ in range(_ROUNDS):
        met = False
        for one in range(len(moved)):
            for other in range(one):
                lacking = gap - abs(moved[one][1] - moved[other][1])
                if lacking <= _NEAR or abs(moved[one][0] - moved[other][0]) >= halves[one] + halves[other]:
                    continue
                met = True
                way = 1 if moved[one][1] >= moved[other][1] else -1
                moved[one][1] += way * lacking / 2
                moved[other][1] -= way * lacking / 2
        if not met:
            break
    return [(x, y) for x, y in moved]
