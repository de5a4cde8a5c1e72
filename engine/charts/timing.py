"""When customers order: how long between orders, and at which hour of the week."""

from __future__ import annotations

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import heading, layered, texts
from engine.insights.seasons import WEEKDAYS
from engine.report import numbers
from engine.report.figures import median_gap

_WIDTHS = (1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365)
_BARS = 30


def binned(gaps: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Count the gaps in bins of whole days: start, end, gaps.

    The longest are folded into a last bin, whose start is returned beside the frame.
    """
    ordered = gaps.sort("days").with_columns((pl.col("gaps").cum_sum() / pl.col("gaps").sum()).alias("upto"))
    most = int(ordered.filter(pl.col("upto") >= 0.95)["days"][0]) + 1
    width = next((w for w in _WIDTHS if most <= w * _BARS), _WIDTHS[-1])
    limit = -(-most // width) * width
    bins = (
        gaps.with_columns(pl.min_horizontal(pl.col("days") // width * width, limit).cast(pl.Int64).alias("start"))
        .group_by("start")
        .agg(pl.col("gaps").sum())
        .sort("start")
        .with_columns((pl.col("start") + width).alias("end"))
    )
    return bins, limit


def order_gaps(gaps: pl.DataFrame) -> alt.LayerChart:
    """Draw the distribution of the days between a customer's successive orders, its median marked."""
    bins, limit = binned(gaps)
    width = int(bins["end"][0] - bins["start"][0])
    total = int(bins["gaps"].sum())
    frame = bins.with_columns(
        texts("span", (_span(start, width, limit) for start in bins["start"])),
        texts("part", (numbers.share(n / total) for n in bins["gaps"])),
        texts("number", (numbers.full(n) for n in bins["gaps"])),
        texts("colour", (theme.RULE if start >= limit else theme.SECOND for start in bins["start"])),
        (pl.col("gaps") / total).alias("share"),
    )
    right = int(bins["end"].max())  # type: ignore[arg-type]
    top = float(frame["share"].max()) * 1.22  # type: ignore[arg-type]
    middle = median_gap(gaps) or 0.0
    layers = [_gap_bars(frame, right, top, limit, width), _tail_label(frame, limit), *_median_mark(middle, right, top)]
    return layered(*layers).properties(
        title=heading(
            f"Half of all repeat orders come within {numbers.days(middle)} of the order before",
            f"Days between successive orders of a customer, {numbers.full(total)} of them"
            + (f", in steps of {width} days." if width > 1 else "."),
        )
    )


def _gap_bars(frame: pl.DataFrame, right: int, top: float, limit: int, width: int) -> alt.Chart:
    """Draw the bars, with about eight marks on the axis of days."""
    every = next(bars for bars in (1, 2, 4, 5, 10, 20, limit) if limit / width / bars <= 8)
    bars: alt.Chart = (
        alt.Chart(frame, width=theme.WIDTH - 40, height=320)
        .mark_rect(stroke=theme.PAPER, strokeWidth=1.5)
        .encode(
            x=alt.X(
                "start:Q",
                scale=alt.Scale(domain=[0, right], nice=False),
                title="Days until the customer's next order",
                axis=alt.Axis(values=list(range(0, limit + 1, width * every)), grid=False),
            ),
            x2=alt.X2("end:Q"),
            y=alt.Y(
                "share:Q",
                scale=alt.Scale(domain=[0, top], nice=False),
                title="Share of repeat orders",
                axis=alt.Axis(format=".1~%", tickCount=5, domain=False),
            ),
            y2=alt.datum(0),
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("span:N", title="Days"),
                alt.Tooltip("part:N", title="Share"),
                alt.Tooltip("number:N", title="Repeat orders"),
            ],
        )
    )
    return bars


def _tail_label(frame: pl.DataFrame, limit: int) -> alt.Chart:
    """Write over the last bar what is folded into it."""
    tail = frame.filter(pl.col("start") >= limit)
    label = [f"{numbers.share(part)}\n{numbers.full(limit)} days or more" for part in tail["share"]]
    written: alt.Chart = (
        alt.Chart(tail.with_columns(texts("text", label)))
        .mark_text(align="right", dy=-22, baseline="bottom", lineBreak="\n", color=theme.MUTED, lineHeight=14)
        .encode(x=alt.X("end:Q"), y=alt.Y("share:Q"), text=alt.Text("text:N"))
    )
    return written


def _span(start: int, width: int, limit: int) -> str:
    if start >= limit:
        return f"{limit} or more"
    return str(start) if width == 1 else f"{start}\u2013{start + width - 1}"


def _median_mark(middle: float, right: int, top: float) -> list[alt.Chart]:
    """Draw the median, its label on the side where there is room."""
    # A gap of a whole number of days fills its day: the mark stands in the middle of it.
    place = min(middle + 0.5, right)
    frame = pl.DataFrame({"x": [place], "y": [top], "text": [f"Median {numbers.days(middle)}"]})
    far = place > right * 0.8
    base = alt.Chart(frame).encode(x=alt.X("x:Q"))
    return [
        base.mark_rule(color=theme.INK, strokeWidth=1.5, strokeDash=[5, 3]),
        base.mark_text(
            align="right" if far else "left", dx=-7 if far else 7, baseline="top", fontSize=14, fontWeight="bold"
        ).encode(y=alt.Y("y:Q"), text=alt.Text("text:N")),
    ]


def weekday_hour(clock: pl.DataFrame) -> alt.LayerChart:
    """Show at which hour of which weekday orders come; by weekday only, where the file has no times of day."""
    if clock.filter(pl.col("orders") > 0)["hour"].n_unique() == 1:
        return _weekdays(clock)
    total = clock["orders"].sum()
    hours = range(int(clock["hour"].min()), int(clock["hour"].max()) + 1)  # type: ignore[arg-type]
    every = pl.DataFrame({"weekday": range(1, 8)}).join(pl.DataFrame({"hour": hours}), how="cross")
    frame = every.join(
        clock.select(pl.col("weekday", "hour", "orders").cast(pl.Int64)), on=["weekday", "hour"], how="left"
    ).sort("weekday", "hour")
    frame = frame.with_columns(pl.col("orders").fill_null(0))
    shown = frame.with_columns(
        texts("day", (WEEKDAYS[n - 1] for n in frame["weekday"])),
        texts("time", (f"{h}:00\u2013{h + 1}:00" for h in frame["hour"])),
        texts("number", map(numbers.full, frame["orders"])),
        texts("part", (numbers.share(n / total) for n in frame["orders"])),
    )
    step = min(56, 690 // len(hours))
    colour = alt.Color(
        "orders:Q",
        scale=theme.ramp(theme.SEQUENTIAL, 0, float(shown["orders"].max())),  # type: ignore[arg-type]
        legend=alt.Legend(title="Orders", orient="bottom", gradientLength=220, format="~s", tickCount=4),
    )
    cells = (
        alt.Chart(shown, width=alt.Step(step), height=alt.Step(34))
        .mark_rect(stroke=theme.PAPER, strokeWidth=2)
        .encode(
            x=alt.X("hour:O", title="Hour of the day", axis=alt.Axis(labelAngle=0, domain=False)),
            y=alt.Y("day:N", sort=list(WEEKDAYS), title=None, axis=alt.Axis(domain=False, labelColor=theme.INK)),
            color=colour,
            tooltip=[
                alt.Tooltip("day:N", title="Day"),
                alt.Tooltip("time:N", title="Hour"),
                alt.Tooltip("number:N", title="Orders"),
                alt.Tooltip("part:N", title="Share"),
            ],
        )
    )
    return layered(cells, *_day_shares(shown, int(total))).properties(
        title=heading(
            _clock_finding(frame, int(total)),
            "Orders by weekday and hour; right: each day's share of the week.",
            step * len(hours) + 140,
        )
    )


def _day_shares(shown: pl.DataFrame, total: int) -> list[alt.Chart]:
    """Write each weekday's share at the right of its row."""
    days = shown.group_by("day", maintain_order=True).agg(pl.col("orders").sum())
    frame = days.with_columns(texts("share", (numbers.share(n / total) for n in days["orders"])))
    return [
        alt.Chart(frame)
        .mark_text(align="left", fontSize=12, color=theme.MUTED, dx=10)
        .encode(x=alt.value("width"), y=alt.Y("day:N", sort=list(WEEKDAYS)), text=alt.Text("share:N"))
    ]


def _clock_finding(frame: pl.DataFrame, total: int) -> str:
    days = (
        frame.group_by("weekday").agg(pl.col("orders").sum()).sort("orders", "weekday", descending=[True, False]).row(0)
    )
    hour = frame.group_by("hour").agg(pl.col("orders").sum()).sort("orders", "hour", descending=[True, False]).row(0)
    best = f"{WEEKDAYS[days[0] - 1]} is the busiest day ({numbers.share(days[1] / total)} of orders)"
    return f"{best}, {hour[0]}:00 to {hour[0] + 1}:00 the busiest hour"


def _weekdays(clock: pl.DataFrame) -> alt.LayerChart:
    """Draw bars by weekday."""
    total = int(clock["orders"].sum())
    days = (
        pl.DataFrame({"weekday": range(1, 8)})
        .join(
            clock.group_by(pl.col("weekday").cast(pl.Int64)).agg(pl.col("orders").sum().cast(pl.Int64)),
            on="weekday",
            how="left",
        )
        .sort("weekday")
    )
    frame = days.with_columns(
        pl.col("orders").fill_null(0),
        texts("day", WEEKDAYS),
        texts("label", (f"{numbers.share((n or 0) / total)} · {numbers.count(n or 0)}" for n in days["orders"])),
    )
    base = alt.Chart(frame, width=560, height=alt.Step(36)).encode(
        x=alt.X("orders:Q", axis=None, scale=alt.Scale(domain=[0, max(frame["orders"]) * 1.2], nice=False)),
        y=alt.Y("day:N", sort=list(WEEKDAYS), title=None, axis=alt.Axis(domain=False, labelColor=theme.INK)),
    )
    best = frame.sort("orders", "weekday", descending=[True, False]).row(0, named=True)
    return layered(
        base.mark_bar(height=22, cornerRadiusEnd=3, color=theme.SECOND),
        base.mark_text(align="left", dx=6).encode(text=alt.Text("label:N")),
    ).properties(
        title=heading(
            f"{best['day']} is the strongest day, with {numbers.share(best['orders'] / total)} of orders",
            "Orders by weekday; the file holds no time of day.",
            660,
        )
    )
