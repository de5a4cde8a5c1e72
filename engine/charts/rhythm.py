"""After how many days things are bought again, and customers order again."""

from __future__ import annotations

import altair as alt
import polars as pl
import polars.selectors as cs

from engine.charts import theme
from engine.charts.labels import distinct, row_axis, scale_of, two_lines
from engine.charts.parts import cut, heading, layered, mapped, names, panel, texts
from engine.report import numbers

MOST_ITEMS = 20
_STEP = 28
_LABEL = 34
_SPAN = {"p25_days": "low", "median_days": "middle", "p75_days": "high"}


LEAST_RHYTHMIC = 30
"""Customers with three orders or more that a segment needs for its rhythm to be shown."""


def rhythmic(rhythm: pl.DataFrame) -> pl.DataFrame:
    """Choose the items to draw: supported, with a median, the most often bought again; the quickest first."""
    return (
        rhythm.filter(pl.col("supported").fill_null(value=False) & pl.col("median_days").is_finite())
        .sort("repurchases", "item", descending=[True, False])
        .head(MOST_ITEMS)
        .sort("median_days", "p75_days", "item")
    )


def replenishment(rhythm: pl.DataFrame) -> alt.HConcatChart:
    """Draw after how many days the middle half of repeat purchases of each item comes, and how many buyers repeat."""
    rows = rhythmic(rhythm)
    labels = distinct(rows["label"].fill_null(rows["item"]), _LABEL)
    shown = _spans(rows).with_columns(
        texts("label", labels),
        pl.lit(theme.SECOND).alias("colour"),
        texts(
            "who",
            (
                f"{numbers.share(part)} of {numbers.count(buyers)}"
                for part, buyers in rows.select("repeat_share", "buyers").rows()
            ),
        ),
    )
    left = rhythm.filter(~pl.col("supported").fill_null(value=False)).height
    note = f" Not shown: {left} bought again too seldom to say." if left else ""
    return alt.HConcatChart(
        hconcat=[
            _bars(shown, labels, "Days until bought again", 400),
            _words(shown, labels, "half", "Half within", 78),
            _words(shown, labels, "who", "Bought again by", 112),
        ],
        title=heading(
            _item_finding(rows, labels),
            f"Bar: the middle half of repeat purchases; line: half of them come sooner, half later.{note}",
        ),
        resolve=_APART,
        spacing=16,
    )


def customer_rhythm(customer_rhythm: pl.DataFrame) -> alt.HConcatChart:
    """Draw the usual days between the orders of each segment's customers, and which share of them is overdue."""
    whole = pl.col("segment").is_null()
    frame = customer_rhythm.filter(whole | (pl.col("rhythmic") >= LEAST_RHYTHMIC)).sort("segment", nulls_last=False)
    if frame["segment"].drop_nulls().len() == 1:
        frame = frame.filter(whole) if frame["segment"].has_nulls() else frame
    called = two_lines(names(frame.drop_nulls("segment"), 50))
    rows = frame.with_columns(
        pl.when(whole).then(pl.lit("All customers")).otherwise(mapped("segment", called, "label")).alias("label"),
        texts("colour", (theme.MUTED if n is None else theme.colour(n) for n in frame["segment"])),
        pl.when(pl.col("overdue_share").is_finite()).then("overdue_share").alias("overdue"),
        texts("late", map(numbers.share, frame["overdue_share"])),
    )
    shown = _spans(rows)
    order = shown["label"].to_list()
    return alt.HConcatChart(
        hconcat=[
            _bars(shown, order, "Usual days between orders", 330, 38),
            _words(shown, order, "half", "Half within", 84, 38),
            _overdue(shown, order),
        ],
        title=heading(
            _customer_finding(rows),
            "Customers with two orders or more. Bar: the middle half of them; line: the median. Overdue: share of "
            "regular customers (three orders or more) who have waited more than twice as long as they usually do. "
            f"Left out: segments with fewer than {LEAST_RHYTHMIC} of these.",
        ),
        resolve=_APART,
        spacing=16,
    )


_APART = alt.Resolve(scale=alt.ScaleResolveMap(y="independent"))


def _spans(rows: pl.DataFrame) -> pl.DataFrame:
    """Rename the quartiles to low, middle and high, leaving out what is no number, and write the median."""
    kept = rows.with_columns(
        pl.when(pl.col(column).is_finite()).then(pl.col(column)).cast(pl.Float64).alias(name)
        for column, name in _SPAN.items()
    )
    return kept.with_columns(
        pl.coalesce("low", "middle").alias("low"),
        pl.coalesce("high", "middle").alias("high"),
        texts("half", map(numbers.days, kept["middle"])),
    )


def _with_segment(*columns: str) -> cs.Selector:
    """Select columns, and the segment of rows that have one."""
    return cs.by_name(*columns) | cs.by_name("segment", require_all=False)


def _bars(frame: pl.DataFrame, order: list[str], title: str, width: int, step: int = _STEP) -> alt.LayerChart:
    """Draw a bar from quartile to quartile in each row, and a line at the median."""
    top = max([1.0, *frame["high"].drop_nulls()]) * 1.04
    base = alt.Chart(
        frame.select(_with_segment("label", "low", "middle", "high", "colour")),
        width=width,
        height=alt.Step(step),
        title=panel(title),
    ).encode(
        y=alt.Y(
            "label:N",
            sort=order,
            title=None,
            axis=row_axis(),
        ),
        tooltip=[
            alt.Tooltip("label:N", title="Who or what"),
            alt.Tooltip("low:Q", format=",.3~r", title="A quarter within (days)"),
            alt.Tooltip("middle:Q", format=",.3~r", title="Half within"),
            alt.Tooltip("high:Q", format=",.3~r", title="Three quarters within"),
        ],
    )
    x = alt.X(
        "low:Q",
        title=None,
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(tickCount=6, format=",d", tickMinStep=1, domain=False, labelFlush=False),
    )
    colour = alt.Color("colour:N", scale=None)
    return layered(
        base.mark_bar(height=14, cornerRadius=3, opacity=1, fillOpacity=0.45).encode(
            x=x, x2=alt.X2("high:Q"), color=colour
        ),
        base.mark_tick(thickness=4, height=22, color=theme.INK, opacity=1).encode(
            x=alt.X("middle:Q", scale=scale_of(x))
        ),
    )


def _words(frame: pl.DataFrame, order: list[str], column: str, title: str, width: int, step: int = _STEP) -> alt.Chart:
    """Write a column of texts beside the rows."""
    written: alt.Chart = (
        alt.Chart(frame.select(_with_segment("label", column)), width=width, height=alt.Step(step), title=panel(title))
        .mark_text(align="left", fontSize=13)
        .encode(x=alt.value(0), y=alt.Y("label:N", sort=order, axis=None), text=alt.Text(f"{column}:N"))
    )
    return written


def _overdue(frame: pl.DataFrame, order: list[str]) -> alt.LayerChart:
    """Draw the share of customers who are overdue, with its figure."""
    top = max([0.01, *frame["overdue"].drop_nulls()])
    frame = frame.select(_with_segment("label", "colour", "late", "overdue")).with_columns(
        pl.col("overdue").fill_null(0)
    )
    x = alt.X("overdue:Q", axis=None, scale=alt.Scale(domain=[0, top * 1.5], nice=False))
    base = alt.Chart(frame, width=150, height=alt.Step(38), title=panel("Overdue")).encode(
        x=x,
        y=alt.Y("label:N", sort=order, axis=None),
    )
    return layered(
        base.mark_bar(height=22, cornerRadiusEnd=3).encode(color=alt.Color("colour:N", scale=None)),
        base.mark_text(align="left", dx=6, fontSize=13).encode(text=alt.Text("late:N")),
    )


def _item_finding(rows: pl.DataFrame, labels: list[str]) -> str:
    if rows.is_empty():
        return "Nothing is bought again often enough to tell its rhythm"
    quick, slow = (numbers.days(rows["median_days"][at]) for at in (0, -1))
    first = f"Half of the repeat purchases of {labels[0]} come within {quick}"
    return first if rows.height == 1 else f"{first}, of {labels[-1]} within {slow}"


def _customer_finding(rows: pl.DataFrame) -> str:
    timed = rows.filter(pl.col("median_days").is_finite())
    apart = timed.drop_nulls("segment").sort("median_days", "segment")
    whole = timed.filter(pl.col("segment").is_null())
    usual = whole["median_days"].drop_nulls()
    if not usual.len():
        return "Nobody has ordered often enough to show a rhythm"
    said = f"Half of those who come back order every {_every(usual[0])} or oftener"
    late, regular = whole["overdue"].drop_nulls(), whole["rhythmic"].drop_nulls()
    if not late.len() or not regular.len() or regular[0] < LEAST_RHYTHMIC:
        return said
    most = apart.filter(pl.col("overdue").is_finite()).sort("overdue", "segment", descending=[True, False]).head(1)
    worst = [
        f", most of all in {cut(row['label'], 40)} ({numbers.share(row['overdue'])})" for row in most.rows(named=True)
    ]
    return f"{numbers.share(late[0])} of regular customers are overdue{''.join(worst)}"


def _every(days: float) -> str:
    """Write an interval as one says it after "every"."""
    text = numbers.days(days)
    return "day" if text == "1 day" else text
