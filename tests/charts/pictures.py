"""A chart as the painter's processes draw it, in this one."""

from __future__ import annotations

from typing import Any

import vl_convert

from engine.report.painter import fitting_scale


def render(spec: dict[str, Any]) -> tuple[str, bytes]:
    """Return a chart as SVG text and as PNG bytes, given its Vega-Lite specification."""
    svg = vl_convert.vegalite_to_svg(spec)
    return svg, vl_convert.svg_to_png(svg, scale=fitting_scale(svg))
