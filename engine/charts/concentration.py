"""How much of the revenue comes from how few customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import heading, layered, spaced, texts
from engine.report import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEIGHT = 400


def revenue_concentration(curve: pl.DataFrame, figures: Mapping[str, Any]) -> alt.LayerChart:
    """Draw the share of revenue that the best customers bring, the best first, with the top 1, 10 and 20% marked."""
    frame = curve.sort("customer_share").with_columns(
        texts("few", map(numbers.share, curve.sort("customer_share")["customer_share"])),
        texts("much", map(numbers.share, curve.sort("customer_share")["revenue_share"])),
    )
    high = max([1.0, *(v for v in curve["revenue_share"] if not numbers.missing(v))])
    low = min([0.0, *(v for v in curve["revenue_share"] if not numbers.missing(v))])
    x = alt.X(
        "customer_share:Q",
        title="Share of customers, the best first",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5, grid=False),
    )
    y = alt.Y(
        "revenue_share:Q",
        title="Share of revenue",
        scale=alt.Scale(domain=[low, high * 1.02], nice=False),
        axis=alt.Axis(format="%", tickCount=5, domain=False),
    )
    base = alt.Chart(frame, width=theme.WIDTH - 40, height=_HEIGHT).encode(x=x, y=y)
    even = pl.DataFrame({"customer_share": [0.0, 1.0], "revenue_share": [0.0, 1.0]})
    marks = _marks(figures, high - low)
    pins = alt.Chart(marks).encode(x=x)
    return layered(
        base.mark_area(color=theme.ACCENT, opacity=1, fillOpacity=0.1),
        alt.Chart(even).mark_line(color=theme.RULE, strokeDash=[4, 4], strokeWidth=1.5).encode(x=x, y=y),
        base.mark_line(color=theme.ACCENT, strokeWidth=3).encode(
            tooltip=[alt.Tooltip("few:N", title="Best customers"), alt.Tooltip("much:N", title="Revenue")]
        ),
        pins.mark_rule(color=theme.MUTED, strokeWidth=1).encode(
            y=alt.Y("revenue_share:Q"), x2=alt.X2("beside:Q"), y2=alt.Y2("level:Q")
        ),
        pins.mark_circle(size=90, color=theme.ACCENT, opacity=1).encode(y=alt.Y("revenue_share:Q")),
        *_labels(marks, "beside", "level", "label"),
        *_labels(
            pl.DataFrame({"x": [0.72], "y": [0.72 - 0.07 * (high - low)], "text": ["if all customers spent alike"]}),
            "x",
            "y",
            "text",
            quiet=True,
        ),
    ).properties(
        title=heading(
            _finding(figures),
            f"Cumulative revenue of customers, from the largest down. Gini {numbers.score(figures.get('gini'))} "
            "(0: all customers spend alike, 1: one brings everything).",
        )
    )


def _labels(frame: pl.DataFrame, x: str, y: str, text: str, *, quiet: bool = False) -> list[alt.Chart]:
    """Draw labels on a white halo, so that the curve and the diagonal do not run through them."""
    base = alt.Chart(frame).encode(x=alt.X(f"{x}:Q"), y=alt.Y(f"{y}:Q"), text=alt.Text(f"{text}:N"))
    look: dict[str, Any] = {
        "align": "left",
        "dx": 5,
        "fontSize": 12 if quiet else 14,
        "fontWeight": "normal" if quiet else "bold",
    }
    return [
        base.mark_text(stroke=theme.PAPER, strokeWidth=5, strokeJoin="round", **look),
        base.mark_text(color=theme.MUTED if quiet else theme.INK, **look),
    ]


def _marks(figures: Mapping[str, Any], span: float) -> pl.DataFrame:
    """Place the three points, and their labels beside and below them, never over each other."""
    known = [(part, figures.get(f"top_{int(part * 100)}_share")) for part in (0.01, 0.1, 0.2)]
    held = [(part, float(much)) for part, much in known if much is not None and not numbers.missing(much)]
    level = spaced([much - 0.045 * span for _, much in held], 0.062 * span)
    drop = max([0.0, *(place - (much - 0.02 * span) for place, (_, much) in zip(level, held, strict=True))])
    rise = max(0.0, 0.03 * span - min([span, *level]) + drop)
    return pl.DataFrame(
        {
            "customer_share": [part for part, _ in held],
            "revenue_share": [much for _, much in held],
            "beside": [part + 0.035 for part, _ in held],
            "level": [place - drop + rise for place in level],
            "label": [f"Top {part:.0%}: {numbers.share(much)} of revenue" for part, much in held],
        },
        schema_overrides={"label": pl.String},
    )


def _finding(figures: Mapping[str, Any]) -> str:
    top = figures.get("top_20_share")
    if top is None or numbers.missing(top):
        return "How revenue is spread over customers"
    return f"The best 20% of customers bring {numbers.share(top)} of revenue"
