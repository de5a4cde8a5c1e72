"""One look for all charts, and one colour for each segment wherever it appears."""

from __future__ import annotations

import altair as alt

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""Liberation Sans comes with vl-convert and measures as Arial does: a PNG and the report break lines alike."""

INK = "#1f2933"
MUTED = "#52606d"
RULE = "#9aa5b1"
GRID = "#e4e7eb"
CONTRAST = 4.5
PALE = "#f3f5f7"
ACCENT = "#332288"
SECOND = "#44aa99"

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
    "#6b7280",
)
"""Ten colours that stay apart for colour-blind readers (Paul Tol's muted scheme, with a darker grey)."""

DIVERGING = ("#2b6cb0", "#a8cbe6", "#f8f8f6", "#f5b986", "#bf5208")
SEQUENTIAL = ("#eef3f8", "#b3cfe3", "#5c9bc4", "#236a9c", "#0b3c66")


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
    return "#ffffff" if 1.05 / light >= CONTRAST else "#000000"


def between(stops: tuple[str, ...], position: float) -> str:
    """Return the colour at a position between 0 and 1 along evenly spaced stops."""
    place = min(max(position, 0.0), 1.0) * (len(stops) - 1)
    left = min(int(place), len(stops) - 2)
    part = place - left
    mixed = [round(a + (b - a) * part) for a, b in zip(_rgb(stops[left]), _rgb(stops[left + 1]), strict=True)]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


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
        "background": "#ffffff",
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
