"""How far each feature has shifted since a model was fitted."""

from __future__ import annotations

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import cut, heading, layered, texts
from engine.report import numbers
from engine.segments.drift import SHIFTED, SOME_SHIFT

_STEP = 26
_LEAST_END = 0.3
_COLOURS = {"stable": theme.SECOND, "may be chance": theme.RULE, "some shift": theme.WARNING, "shifted": theme.WORSE}
_LABEL = 40


def feature_drift(drift: pl.DataFrame) -> alt.LayerChart:
    """Show the population stability index of each feature against the two thresholds of the rule of thumb.

    `drift` has one row per feature: label, psi, verdict; those that the export does not have are left out.
    """
    drift = drift.filter(pl.col("verdict") != "missing")
    short = [cut(label, _LABEL) for label in drift["label"]]
    labels = [label if short.count(label) == 1 else f"{label} ({place})" for place, label in enumerate(short, 1)]
    frame = drift.select("psi", "verdict").with_columns(
        texts("label", labels), texts("said", (numbers.score(value) for value in drift["psi"]))
    )
    end = max(_LEAST_END, *drift["psi"]) * 1.08
    height = _STEP * len(frame)
    base = alt.Chart(frame, width=theme.WIDTH - 260, height=height).encode(
        y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelColor=theme.INK, domain=False))
    )
    x = alt.X(
        "psi:Q",
        title="Population stability index",
        scale=alt.Scale(domain=[0, end], nice=False),
        axis=alt.Axis(grid=False),
    )
    colour = alt.Color("verdict:N", title=None, scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())))
    thresholds = alt.Chart(pl.DataFrame({"psi": [SOME_SHIFT, SHIFTED]})).mark_rule(color=theme.RULE, strokeDash=[4, 3])
    return layered(
        thresholds.encode(x=alt.X("psi:Q", scale=alt.Scale(domain=[0, end], nice=False))),
        base.mark_bar(height=15).encode(
            x=x, color=colour, tooltip=["label:N", alt.Tooltip("psi:Q", format=".3f"), "verdict:N"]
        ),
        base.mark_text(align="left", dx=5).encode(x=x, text=alt.Text("said:N")),
    ).properties(
        title=heading(_finding(drift), "Each feature of the model; the lines at 0.1 and 0.25 part stable from shifted.")
    )


def _finding(drift: pl.DataFrame) -> str:
    shifted = drift.filter(pl.col("verdict") == "shifted")
    if len(shifted):
        first = cut(shifted["label"][0], _LABEL)
        has = "has shifted:" if len(shifted) == 1 else "have shifted, most of all"
        return f"{len(shifted)} of {len(drift)} features {has} {first}"
    some = int((drift["verdict"] != "stable").sum())
    has = "has" if some == 1 else "have"
    return f"{some} of {len(drift)} features {has} shifted somewhat" if some else "No feature has shifted"
