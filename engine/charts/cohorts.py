"""Who comes back, by the month of their first order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import heading, layered, texts
from engine.report import numbers
from engine.report.figures import newly_won, retention_after

if TYPE_CHECKING:
    from datetime import date

MOST_COHORTS = 36
"""Rows and columns of the triangle at most."""
_ROWS = ((24, "1mo", "month"), (72, "3mo", "quarter"), (10_000, "12mo", "year"))
"""Up to so many months of first orders, what one row is."""
_NUMBERED = 25
"""With more months than this the cells are too small for a number."""


def cohort_retention(cohorts: pl.DataFrame) -> alt.HConcatChart:
    """Show which share of each month's new customers ordered again one, two, three months later.

    Of a long history the customers of a quarter, or of a year, are one row.
    """
    months = cohorts["cohort"].unique().sort()
    block, called = next(each for most, *each in _ROWS if len(months) <= most)
    joined = _joined(cohorts, block)
    rows = joined["cohort"].unique().sort()
    kept = joined.filter(
        pl.col("cohort").is_in(rows.tail(MOST_COHORTS).implode()) & (pl.col("months_since") < MOST_COHORTS)
    )
    kept = kept.filter(pl.col("complete") | (pl.col("customers").sum().over("complete") > 0))
    later = kept.filter(pl.col("months_since") > 0)
    reach = pl.col("months_since") < MOST_COHORTS
    cells = pl.concat([_overall(cohorts).filter(reach), later.select(*_KEYS)], how="vertical_relaxed")
    order = ["All months", *(_name(m, called) for m in kept["cohort"].unique().sort())]
    columns = list(range(1, int(later["months_since"].max() or 1) + 1))  # type: ignore[arg-type]
    step = min(56, max(19, 700 // len(columns)))
    height = 26 if len(order) <= 20 else 19
    frame = cells.with_columns(
        texts("month", ("All months" if m is None else _name(m, called) for m in cells["cohort"]))
    )
    sizes = _sizes(kept, cohorts, called)
    y = alt.Y(
        "month:N",
        sort=order,
        scale=alt.Scale(domain=order),
        title=None,
        axis=alt.Axis(domain=False, labelColor=theme.INK),
    )
    left = (
        alt.Chart(sizes, width=58, height=alt.Step(height), title=panel_right("New customers"))
        .mark_text(align="right", color=theme.MUTED)
        .encode(y=y, x=alt.value(58), text=alt.Text("size:N"))
    )
    right = _triangle(frame, order, columns, step, height)
    last = " Dashed: the month is not over." if not cells["complete"].all() else ""
    old = " All: without the first month, whose customers may be customers of old." if len(months) > 1 else ""
    far = int(joined["months_since"].max() or 0) >= MOST_COHORTS  # type: ignore[arg-type]
    over = f" The first {MOST_COHORTS - 1} months after it." if far else ""
    return alt.hconcat(
        left,
        right,
        title=heading(
            _finding(cohorts),
            f"Share (%) of the customers first seen in a {called} who ordered again so many months later."
            f"{last}{old}{over}",
            max(560, step * len(columns) + 140),
        ),
        spacing=10,
    )


_KEYS = ("cohort", "months_since", "customers", "cohort_customers", "retention", "complete")


def _joined(cohorts: pl.DataFrame, block: str) -> pl.DataFrame:
    """Add the cohorts of a quarter or year up; a cell stands where all of them have come so far."""
    if block == "1mo":
        return cohorts
    months = pl.col("months_since") == 0
    return (
        cohorts.with_columns(pl.col("cohort").dt.truncate(block))
        .with_columns(months.sum().over("cohort").alias("whole"))
        .group_by("cohort", "months_since", "whole")
        .agg(pl.len().alias("held"), pl.col("customers", "cohort_customers").sum(), pl.col("complete").all())
        .filter(pl.col("held") == pl.col("whole"))
        .with_columns(retention=pl.col("customers") / pl.col("cohort_customers"))
        .sort("cohort", "months_since")
        .select(*_KEYS)
    )


def _name(first: date | None, called: str) -> str:
    """Name a row by its first month.

    >>> from datetime import date
    >>> _name(date(2014, 7, 1), "quarter"), _name(date(2014, 1, 1), "year"), _name(date(2014, 7, 1), "month")
    ('Q3 2014', '2014', 'Jul 2014')
    """
    if first is None or called == "month":
        return numbers.month(first)
    return f"Q{(first.month + 2) // 3} {first.year}" if called == "quarter" else str(first.year)


def panel_right(text: str) -> alt.Title:
    """Return a small heading that ends where its numbers do."""
    return alt.Title(text, fontSize=12, fontWeight="normal", color=theme.MUTED, anchor="end", frame="group", offset=30)


def _overall(cohorts: pl.DataFrame) -> pl.DataFrame:
    """Add up the cohorts of new customers, over complete months only."""
    return (
        newly_won(cohorts)
        .filter(pl.col("complete") & (pl.col("months_since") > 0))
        .group_by("months_since")
        .agg(pl.col("customers", "cohort_customers").sum())
        .sort("months_since")
        .with_columns(
            retention=pl.col("customers") / pl.col("cohort_customers"),
            complete=pl.lit(value=True),
            cohort=pl.lit(None, pl.Date),
        )
        .select(*_KEYS)
    )


def _sizes(shown: pl.DataFrame, cohorts: pl.DataFrame, called: str) -> pl.DataFrame:
    """Write the new customers of each row, and of all that the averages are made of."""
    each = shown.group_by("cohort").agg(pl.col("cohort_customers").max()).sort("cohort")
    labels = [_name(m, called) for m in each["cohort"]]
    total = int(newly_won(cohorts).filter(pl.col("months_since") == 0)["cohort_customers"].sum())
    return pl.DataFrame(
        {"month": ["All months", *labels], "size": [numbers.count(n) for n in [total, *each["cohort_customers"]]]}
    )


def _triangle(frame: pl.DataFrame, order: list[str], columns: list[int], step: int, height: int) -> alt.LayerChart:
    """Draw the cells; those of the month under way are pale and dashed."""
    low, top = _range(frame)
    shown = frame.with_columns(
        texts("text", (_cell(v, step) for v in frame["retention"])),
        texts("share", map(numbers.share, frame["retention"])),
        texts("people", map(numbers.full, frame["customers"])),
        texts("ink", (_ink(v, low, top, whole) for v, whole in frame.select("retention", "complete").rows())),
    )
    ticks = columns if len(columns) <= _NUMBERED else [c for c in columns if c == 1 or c % 3 == 0]
    base = alt.Chart(shown, width=alt.Step(step), height=alt.Step(height)).encode(
        x=alt.X(
            "months_since:O",
            scale=alt.Scale(domain=columns),
            title="Months since the first order",
            axis=alt.Axis(orient="top", labelAngle=0, domain=False, values=ticks, titleAnchor="start"),
        ),
        y=alt.Y("month:N", sort=order, scale=alt.Scale(domain=order), title=None, axis=None),
        tooltip=[
            alt.Tooltip("month:N", title="First order"),
            alt.Tooltip("months_since:O", title="Months since"),
            alt.Tooltip("share:N", title="Ordered again"),
            alt.Tooltip("people:N", title="Customers"),
        ],
    )
    told = alt.Legend(title="Ordered again", orient="bottom", format=".0%", gradientLength=220, tickCount=4)
    numbered = len(columns) <= _NUMBERED
    colour = alt.Color("retention:Q", scale=theme.ramp(theme.SEQUENTIAL, low, top), legend=None if numbered else told)
    layers = [
        base.transform_filter("datum.complete").mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(color=colour),
        base.transform_filter("!datum.complete").mark_rect(opacity=1, fillOpacity=0.35).encode(color=colour),
        base.transform_filter("!datum.complete").mark_rect(fillOpacity=0, stroke=theme.RULE, strokeDash=[3, 2]),
    ]
    if numbered:
        layers.append(base.mark_text(fontSize=11).encode(text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None)))
    return layered(*layers, own_colours=True)


def _cell(value: float | None, step: int) -> str:
    """Write a share in a cell, with as much of it as the width holds."""
    wide, narrow = 44, 34
    if value is None or numbers.missing(value):
        return ""
    if step >= wide:
        return numbers.share(value)
    return f"{value:.0%}" if step >= narrow else f"{value * 100:.0f}"


def _range(frame: pl.DataFrame) -> tuple[float, float]:
    """Return the ends of the colour: extreme cells, often of tiny cohorts, must not make the others look alike."""
    held = frame.filter("complete")["retention"].drop_nulls()
    low, top = held.quantile(0.05, "linear") or 0.0, held.quantile(0.95, "linear") or 0.0
    return low * 0.5, max(top, 0.01)


def _ink(value: float | None, low: float, top: float, whole: bool) -> str:  # noqa: FBT001
    if not whole:
        return theme.INK
    return theme.ink_on(theme.between(theme.SEQUENTIAL, ((value or 0) - low) / (top - low)))


def _finding(cohorts: pl.DataFrame) -> str:
    first, third = retention_after(cohorts, 1), retention_after(cohorts, 3)
    if first is None:
        return "It is too early to say how many customers come back"
    text = f"{numbers.share(first)} of customers order again in the month after their first order"
    return text if third is None else f"{text}, {numbers.share(third)} in the third"
