"""From a chart to pictures, without a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import vl_convert as vlc

if TYPE_CHECKING:
    import altair as alt

SCALE = 2.0
"""Pixels of the PNG for one of the chart: sharp on a slide."""

MOST_PIXELS = 40_000_000
"""The largest PNG. The renderer ends the whole process where it cannot get the memory: a chart never asks for more."""


def render(chart: alt.Chart) -> tuple[str, bytes]:
    """Return a chart as SVG text and as PNG bytes; Vega runs once, the PNG is made from the SVG.

    The specification is not checked against the schema again: Altair did when the chart was made.
    """
    svg = vlc.vegalite_to_svg(chart.to_json(indent=None, validate=False))
    return svg, vlc.svg_to_png(svg, scale=fitting_scale(svg))


def fitting_scale(svg: str) -> float:
    """Return the scale of the PNG: smaller than usual only for a picture that would grow beyond all measure."""
    head = svg[: svg.find(">") + 1]
    sides = [float(side) for side in re.findall(r'\b(?:width|height)="([0-9.]+)', head)]
    area = sides[0] * sides[1] if len(sides) > 1 else 0.0
    return min(SCALE, (MOST_PIXELS / area) ** 0.5) if area > 0 else SCALE
