"""Why there are as many segments as there are."""

from __future__ import annotations

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import heading, layered, panel
from engine.report import numbers
from engine.segments.choose import CONTINUUM, NATURAL, NONE

_PANEL = 365


def k_evidence(evidence: pl.DataFrame, structure: str | None = None) -> alt.HConcatChart:
    """Show silhouette and stability of each number of segments that was tried, the chosen one marked.

    Beside them stand the same figures of customers without groups: what any cut reaches where there is nothing to find.
    """
    frame = evidence.sort("k").with_columns(
        (pl.col("stability") - pl.col("stability_spread").fill_null(0)).alias("low"),
        pl.min_horizontal(pl.col("stability") + pl.col("stability_spread").fill_null(0), 1.0).alias("high"),
        pl.col("chosen").fill_null(value=False),
    )
    return alt.hconcat(
        _panel(frame, "silhouette", "Silhouette: how clearly the segments part"),
        _panel(frame, "stability", "Stability: how alike the segments come back"),
        title=heading(
            _finding(frame, structure),
            "Each number of segments that was tried, the chosen one filled. Both measures are at best 1; the bars show "
            "how much the stability varied between fits. Dashed: the same measures of customers without groups, whose "
            "features are spread and go together like those of yours.",
        ),
        spacing=36,
    )


def _panel(frame: pl.DataFrame, column: str, title: str) -> alt.LayerChart:
    """Draw one measure against k."""
    held = frame.filter(pl.col(column).is_finite())
    ks = frame["k"].to_list()
    shown = ks if len(ks) <= 14 else ks[:: len(ks) // 10 + 1]
    base = alt.Chart(held, width=_PANEL, height=240, title=panel(title)).encode(
        x=alt.X(
            "k:O", scale=alt.Scale(domain=ks), title="Number of segments", axis=alt.Axis(labelAngle=0, values=shown)
        ),
    )
    y = alt.Y(
        f"{column}:Q", title=None, scale=_scale(held, column), axis=alt.Axis(format=".2~f", tickCount=5, domain=False)
    )
    picked = base.transform_filter("datum.chosen")
    layers = [
        base.mark_line(color=theme.RULE, strokeWidth=2).encode(y=y),
        base.mark_circle(size=64, fill=theme.PAPER, stroke=theme.RULE, strokeWidth=2, opacity=1).encode(
            y=y, tooltip=_tooltip()
        ),
        picked.mark_circle(size=150, color=theme.ACCENT, opacity=1).encode(y=y, tooltip=_tooltip()),
        picked.mark_text(dy=-18, fontSize=14, fontWeight="bold", color=theme.ACCENT).encode(
            y=y, text=alt.Text(f"{column}:Q", format=".2f")
        ),
    ]
    if f"reference_{column}" in held.columns and held[f"reference_{column}"].is_not_null().any():
        chance = base.encode(y=alt.Y(f"reference_{column}:Q", scale=_scale(held, column)))
        layers.insert(0, chance.mark_line(color=theme.MUTED, strokeWidth=1.5, strokeDash=[4, 4]))
    if column == "stability":
        spread = base.mark_rule(color=theme.RULE, strokeWidth=2).encode(
            y=alt.Y("low:Q", scale=_scale(held, column)), y2=alt.Y2("high:Q")
        )
        layers.insert(1, spread)
    return layered(*layers)


def _scale(frame: pl.DataFrame, column: str) -> alt.Scale:
    """Leave room above for the label of the chosen point; start at zero unless a value is below."""
    known = f"reference_{column}" in frame.columns
    chance: list[float | None] = frame[f"reference_{column}"].to_list() if known else []
    lows = [0.0, *frame[column], *chance, *(frame["low"] if column == "stability" else [])]
    highs = [0.1, *frame[column], *chance, *(frame["high"] if column == "stability" else [])]
    low, high = (pick(v for v in values if not numbers.missing(v)) for pick, values in ((min, lows), (max, highs)))
    return alt.Scale(domain=[low, high + (high - low) * 0.16], nice=False)


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("k:O", title="Segments"),
        alt.Tooltip("silhouette:Q", format=".3f", title="Silhouette"),
        alt.Tooltip("stability:Q", format=".3f", title="Stability"),
        alt.Tooltip("reference_silhouette:Q", format=".3f", title="Silhouette without groups"),
        alt.Tooltip("reference_stability:Q", format=".3f", title="Stability without groups"),
        alt.Tooltip("smallest_share:Q", format=".1%", title="Smallest segment"),
    ]


def _finding(frame: pl.DataFrame, structure: str | None) -> str:
    chosen = frame.filter("chosen")
    if chosen.is_empty():
        return "No number of segments stood out"
    row = chosen.row(0, named=True)
    count = "One segment" if row["k"] == 1 else f"{row['k']} segments"
    said = f"{count}: stability {numbers.score(row['stability'])}, silhouette {numbers.score(row['silhouette'])}"
    words = {NATURAL: "natural groups", CONTINUUM: "a stable cut of a continuum", NONE: "no stable structure"}
    return f"{count}, {words[structure]}{said.removeprefix(count)}" if structure in words else said
