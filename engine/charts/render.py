"""From a chart to pictures, without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import vl_convert as vlc

if TYPE_CHECKING:
    import altair as alt

SCALE = 2
"""Pixels of the PNG for one of the chart: sharp on a slide."""


def render(chart: alt.Chart) -> tuple[str, bytes]:
    """Return a chart as SVG text and as PNG bytes; Vega runs once, the PNG is made from the SVG."""
    svg = vlc.vegalite_to_svg(chart.to_json(indent=None, validate=False))
    return svg, vlc.svg_to_png(svg, scale=SCALE)
