"""Recency against frequency and money: the classic map of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from engine.charts import theme
from engine.charts.parts import BLANK, cut, heading, layered, lines, texts
from engine.report import numbers

if TYPE_CHECKING:
    import polars as pl

_SCORES = (1, 2, 3, 4, 5)


def rfm_map(grid: pl.DataFrame, rfm: pl.DataFrame, cuts: pl.DataFrame, currency: str) -> alt.LayerChart:
    """Show the 25 cells of the recency score and the frequency-and-money score: who is there, and what they bring."""
    top = max([0.0, *(v for v in grid["revenue"] if not numbers.missing(v))]) or 1.0
    cells = grid.with_columns(
        texts("name", (_low(lines(name or "", 17, 2)) for name in grid["rfm_name"])),
        texts("people", (numbers.plural(n or 0, "customer") for n in grid["customers"])),
        texts("money", (numbers.money(v, currency) for v in grid["revenue"])),
        texts("ink", (theme.ink_on(theme.between(theme.SEQUENTIAL, (v or 0) / top)) for v in grid["revenue"])),
    )
    base = alt.Chart(cells, width=theme.WIDTH - 40, height=440).encode(
        x=_recency(cuts),
        y=_frequency_and_money(),
        tooltip=[
            alt.Tooltip("rfm_name:N", title="Name"),
            alt.Tooltip("people:N", title="Customers"),
            alt.Tooltip("money:N", title="Revenue"),
        ],
    )
    ink = alt.Color("ink:N", scale=None)
    colour = alt.Color("revenue:Q", scale=theme.ramp(theme.SEQUENTIAL, 0, top), legend=None)
    return layered(
        base.mark_rect(cornerRadius=4).encode(color=colour),
        base.mark_text(fontSize=13, fontWeight="bold", dy=-24, lineBreak="\n", lineHeight=15, baseline="top").encode(
            text=alt.Text("name:N"), color=ink
        ),
        base.mark_text(fontSize=12, dy=14).encode(text=alt.Text("people:N"), color=ink),
        base.mark_text(fontSize=12, dy=29).encode(text=alt.Text("money:N"), color=ink),
        own_colours=True,
    ).properties(
        title=heading(
            _finding(rfm),
            "Customers by how lately (across) and how much (up) they buy; the darker, the more revenue.",
        )
    )


def _recency(cuts: pl.DataFrame) -> alt.X:
    """Place the recency scores from left to right, each with its days."""
    return alt.X(
        "r_score:O",
        scale=alt.Scale(domain=list(_SCORES), paddingInner=0.03),
        title="Recency score: days since the last order →",
        axis=alt.Axis(
            labelAngle=0,
            domain=False,
            labelExpr=f"split({_recency_labels(cuts)}[datum.value], '\\n')",
            labelLineHeight=15,
        ),
    )


def _frequency_and_money() -> alt.Y:
    """Place the scores of frequency and money from below."""
    return alt.Y(
        "fm_score:O",
        scale=alt.Scale(domain=list(reversed(_SCORES)), paddingInner=0.05),
        title="Frequency and money score →",
        axis=alt.Axis(
            domain=False,
            labelExpr="datum.value == 5 ? ['5','often,','much'] : "
            "datum.value == 1 ? ['1','seldom,','little'] : datum.label",
        ),
    )


def _low(name: str) -> str:
    """Put a name of one line on the second, near to the figures below it."""
    return name if "\n" in name else f"{BLANK}{name}"


def _finding(rfm: pl.DataFrame) -> str:
    if rfm.is_empty():
        return "Where the customers stand"
    row = rfm.sort("revenue", "rfm_name", descending=[True, False]).row(0, named=True)
    few, much = numbers.share(row["customer_share"]), numbers.share(row["revenue_share"])
    return f"{cut(row['rfm_name'], 40)} are {few} of customers and {much} of revenue"


def _recency_labels(cuts: pl.DataFrame) -> str:
    """Return a Vega expression: the axis label of each recency score, with its days where any customer has it."""
    parts = dict.fromkeys(_SCORES, "")
    for score, low, high in cuts.select("score", "recency_days_from", "recency_days_to").rows():
        if low is not None and high is not None:
            few, many = numbers.plain(low), numbers.plain(high)
            parts[score] = f"\\n{few} days" if few == many else f"\\n{few}\u2013{many} days"
    return "{" + ", ".join(f"'{score}': '{score}{part}'" for score, part in parts.items()) + "}"
