"""One look for all charts, light and dark, and one colour for each segment wherever it appears."""

from __future__ import annotations

from typing import Any

import altair as alt

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""Liberation Sans comes with vl-convert and measures as Arial does: a PNG and the report break lines alike."""

INK = "#1f2933"
PAPER = "#ffffff"
MUTED = "#52606d"
FAINT = "#6b7784"
RULE = "#9aa5b1"
GRID = "#e4e7eb"
PALE = "#f3f5f7"
ACCENT = "#332288"
SECOND = "#44aa99"
WORSE = "#cc6677"
WARNING = "#ddaa33"
PLAIN = "#88a0b5"
SOFT = "#a9b8c6"
"""The bars of what is not the point: plain, and softer still."""
INK_ON_DARK = "#fffffe"
INK_ON_MIDDLE = "#000000"
"""Texts on coloured cells. White on a cell is not that of the paper: in the dark look the cell is light."""
CONTRAST = 4.5

WIDTH = 760
"""The width of a plot in pixels: with its axis it fits a column of text and a slide."""

SEGMENTS = (
    "#332288",
    "#44aa99",
    "#cc6677",
    "#ddcc77",
    "#88ccee",
    "#117733",
    "#aa4499",
    "#999933",
    "#882255",
    "#22262b",
)
"""Ten colours that stay apart for colour-blind readers: Paul Tol's muted scheme, and a near black for its pale grey."""

DIVERGING = ("#3f7cba", "#a8cbe6", "#f8f8f6", "#f5b986", "#c65f13")
SEQUENTIAL = ("#eef3f8", "#b3cfe3", "#5c9bc4", "#236a9c", "#0b3c66")

_DARK_SEGMENTS = (
    "#7669f3",
    "#42caad",
    "#f27485",
    "#f0d689",
    "#a4dcfe",
    "#398945",
    "#b85dc7",
    "#a69d2e",
    "#ac4c75",
    "#929cbc",
)
_DARK_DIVERGING = ("#2c75b8", "#2a5478", "#20272e", "#6b4420", "#b05c17")
_DARK_SEQUENTIAL = ("#18232d", "#214159", "#215c86", "#528eb6", "#d6e8f6")

DARK = {
    **dict(zip(SEGMENTS, _DARK_SEGMENTS, strict=True)),
    **dict(zip(DIVERGING, _DARK_DIVERGING, strict=True)),
    **dict(zip(SEQUENTIAL, _DARK_SEQUENTIAL, strict=True)),
    INK: "#e6ebf0",
    PAPER: "#12171d",
    MUTED: "#a3afbb",
    FAINT: "#93a0ad",
    RULE: "#5b6875",
    GRID: "#2a323b",
    PALE: "#1c232b",
    WARNING: "#ddaa33",
    PLAIN: "#6f879d",
    SOFT: "#4b5a68",
    INK_ON_DARK: "#000000",
    INK_ON_MIDDLE: "#ffffff",
}
"""The counterpart of every colour in the dark look. On a scale light and dark change places, and so do texts on it."""

COLOUR_FIELDS = ("colour", "ink")
"""Fields of a chart's data that hold colours; all others hold what is shown, and are nobody's to change."""


def ramp(stops: tuple[str, ...], low: float, high: float) -> alt.Scale:
    """Return a colour scale that `between` agrees with: mixed in RGB, values beyond its ends clamped."""
    return alt.Scale(domain=[low, high], range=list(stops), interpolate="rgb", clamp=True)


def colour(segment: int) -> str:
    """Return the colour of a segment by its number, 1 being the first."""
    return SEGMENTS[(segment - 1) % len(SEGMENTS)]


def ink_on(background: str) -> str:
    """Return the colour of text on a background: ink or white where they contrast enough (WCAG AA), else black."""
    light = _luminance(background) + 0.05
    if light / (_luminance(INK) + 0.05) >= CONTRAST:
        return INK
    return INK_ON_DARK if 1.05 / light >= CONTRAST else INK_ON_MIDDLE


def between(stops: tuple[str, ...], position: float) -> str:
    """Return the colour at a position between 0 and 1 along evenly spaced stops."""
    place = min(max(position, 0.0), 1.0) * (len(stops) - 1)
    left = min(int(place), len(stops) - 2)
    part = place - left
    mixed = [round(a + (b - a) * part) for a, b in zip(_rgb(stops[left]), _rgb(stops[left + 1]), strict=True)]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def in_dark(part: Any) -> Any:
    """Return a specification in the dark look: every colour of this module exchanged for its counterpart."""
    if isinstance(part, dict):
        return {key: _data_in_dark(each) if key == "datasets" else in_dark(each) for key, each in part.items()}
    if isinstance(part, list):
        return [in_dark(each) for each in part]
    return DARK.get(part, part) if isinstance(part, str) else part


def _data_in_dark(datasets: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [
            {**row, **{field: DARK.get(row[field], row[field]) for field in COLOUR_FIELDS if field in row}}
            for row in rows
        ]
        for name, rows in datasets.items()
    }


def _rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _luminance(text: str) -> float:
    """Return the relative luminance (WCAG 2.1)."""
    low = 0.04045
    red, green, blue = (
        part / 12.92 if part <= low else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in _rgb(text))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@alt.theme.register("hidden-segments", enable=True)
def look() -> alt.theme.ThemeConfig:
    """Return the theme: quiet axes, type that reads on a slide, titles at the left edge."""
    axis: alt.theme.AxisConfigKwds = {
        "labelColor": MUTED,
        "labelFontSize": 12,
        "labelPadding": 6,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "domainColor": RULE,
        "tickColor": RULE,
        "gridColor": GRID,
        "ticks": False,
        "labelLimit": 320,
    }
    return {
        "background": PAPER,
        "padding": 18,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": axis,
            "title": {
                "anchor": "start",
                "frame": "bounds",
                "fontSize": 18,
                "fontWeight": "bold",
                "color": INK,
                "subtitleColor": MUTED,
                "subtitleFontSize": 13,
                "subtitlePadding": 6,
                "subtitleLineHeight": 18,
                "lineHeight": 23,
                "offset": 18,
            },
            "legend": {
                "labelColor": MUTED,
                "labelFontSize": 12,
                "titleColor": MUTED,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "symbolType": "square",
            },
            "text": {"color": INK, "fontSize": 12},
            "concat": {"spacing": 28},
        },
    }
