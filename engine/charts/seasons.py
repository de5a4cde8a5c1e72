"""Which months of the year and days of the week are strong."""

from __future__ import annotations

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import heading, layered, panel, texts
from engine.report import numbers

_PANELS = {"month": ("Months of the year", 12, 36), "weekday": ("Days of the week", 7, 40)}
_WIDE = 56
_HEIGHT = 250
_STANDS_OUT = 0.005
_STRONG, _WEAK = theme.SECOND, theme.PLAIN


def seasonality(seasonality: pl.DataFrame) -> alt.HConcatChart:
    """Draw the orders of each month of the year, and of each weekday, above and below the average."""
    held = seasonality.filter(pl.col("index").is_finite())
    scales = [scale for scale in _PANELS if held.filter(pl.col("scale") == scale).height]
    spread = held.filter(pl.col("low").is_not_null() & pl.col("high").is_not_null())
    note = " Lines: the weakest and the strongest of the years." if "month" in spread["scale"].to_list() else ""
    return alt.hconcat(
        *(_panel(held.filter(pl.col("scale") == scale), scale, alone=len(scales) == 1) for scale in scales),
        title=heading(_finding(held), f"{_shown(held, scales)}{note}"),
        spacing=30,
    )


def _panel(frame: pl.DataFrame, scale: str, *, alone: bool) -> alt.LayerChart:
    """Draw one bar a month or weekday, from the average up or down."""
    title, most, step = _PANELS[scale]
    ordered = frame.sort("number")
    if scale != "month":  # the spread of single weeks says nothing of the day
        ordered = ordered.with_columns(pl.lit(None, pl.Float64).alias(end) for end in ("low", "high"))
    part = [value / 100 - 1 for value in ordered["index"]]
    shown = ordered.select(
        texts("name", (name[:3] for name in ordered["name"])),
        texts("full", ordered["name"]),
        pl.Series("part", part, pl.Float64),
        _part("low").alias("low"),
        _part("high").alias("high"),
    ).with_columns(
        texts("text", map(numbers.change, part)),
        texts("colour", (_STRONG if value > 0 else _WEAK for value in part)),
        pl.when(pl.col("part") < 0).then(pl.min_horizontal("part", "low")).alias("under"),
        pl.when(pl.col("part") >= 0).then(pl.max_horizontal("part", "high")).alias("over"),
    )
    ends = [0.0, *shown["part"], *shown["low"].drop_nulls(), *shown["high"].drop_nulls()]
    span = max(max(ends) - min(ends), 0.05)
    domain = [min(ends) - 0.1 * span, max(ends) + 0.1 * span]
    base = alt.Chart(shown, width=(_WIDE if alone else step) * most, height=_HEIGHT, title=panel(title)).encode(
        x=alt.X(
            "name:N",
            sort=shown["name"].to_list(),
            title=None,
            scale=alt.Scale(paddingInner=0.25),
            axis=alt.Axis(labelAngle=0, domain=False, labelColor=theme.INK),
        ),
        tooltip=[alt.Tooltip("full:N", title="When"), alt.Tooltip("text:N", title="Against the average")],
    )
    y = alt.Y(
        "part:Q",
        title=None,
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(labelExpr=_AXIS, tickCount=5, domain=False),
    )
    rest = alt.Scale(domain=domain, nice=False)
    return layered(
        base.mark_bar().encode(y=y, y2=alt.Y2(datum=0), color=alt.Color("colour:N", scale=None)),
        base.mark_rule(color=theme.INK, strokeWidth=1.5).encode(y=alt.Y("low:Q", scale=rest), y2=alt.Y2("high:Q")),
        alt.Chart(pl.DataFrame({"part": [0.0]})).mark_rule(color=theme.INK, strokeWidth=1.5).encode(y=y),
        base.mark_text(dy=-9, fontSize=11).encode(y=alt.Y("over:Q", scale=rest), text=alt.Text("text:N")),
        base.mark_text(dy=10, fontSize=11).encode(y=alt.Y("under:Q", scale=rest), text=alt.Text("text:N")),
    )


_AXIS = "abs(datum.value) < 1e-9 ? 'average' : replace(format(datum.value, '+.1~%'), '-', '\u2212')"


def _part(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_finite()).then(pl.col(column) / 100 - 1).cast(pl.Float64)


def _shown(held: pl.DataFrame, scales: list[str]) -> str:
    """Say what the panels show."""
    said = []
    for scale in scales:
        number = int(held.filter(pl.col("scale") == scale)["years"].max() or 0)  # type: ignore[arg-type]
        if scale == "month":
            over = f" over {numbers.plural(number, 'year')}" if number else ""
            said.append(f"Orders of each month of the year{over} against the average month, growth taken out.")
        else:
            said.append("Orders of each day of the week against the average day.")
    return " ".join(said)


def _finding(held: pl.DataFrame) -> str:
    """Say which month and which day is the strongest."""
    said: list[str] = []
    for scale, noun in (("month", "month"), ("weekday", "day")):
        rows = held.filter(pl.col("scale") == scale).sort("index", "number", descending=[True, False])
        if rows.is_empty():
            continue
        row = rows.row(0, named=True)
        above = row["index"] / 100 - 1
        is_ = "" if said else "is "
        said.append(
            f"{row['name']} {is_}the strongest {noun}, {numbers.share(above)} above average"
            if above >= _STANDS_OUT
            else f"no {noun} stands out"
        )
    text = "; ".join(said) or "It is too early to tell a season"
    return text[0].upper() + text[1:]
