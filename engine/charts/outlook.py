"""What the coming time is expected to bring: by segment, by silence, and by what the forecast goes by."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.labels import distinct, row_axis
from engine.charts.parts import heading, layered, names, texts
from engine.report import numbers

_NAME = 34
_ROW = 40
_CELL = (62, 34)
_MOST = 8


def expected_value(outlook: pl.DataFrame, horizon: int, currency: str) -> alt.LayerChart:
    """Draw what each segment is expected to spend in the horizon, and each customer of it."""
    held = outlook.filter(pl.col("expected_spend").is_finite()).sort("segment")
    called = names(held, _NAME)
    each = held["expected_spend"] / held["customers"]
    frame = held.with_columns(
        texts("label", distinct([called[segment] for segment in held["segment"]], _NAME)),
        texts("colour", [theme.colour(segment) for segment in held["segment"]]),
        texts("spend", (numbers.money(value, currency) for value in held["expected_spend"])),
        texts("reads", (f"{numbers.money(value, currency)} each" for value in each)),
        texts("likely", map(numbers.share, held["p_return"])),
        texts("year", (numbers.money(value, currency) for value in held["value_365"])),
    ).with_columns(
        pl.concat_str("spend", pl.lit("  \u00b7  "), "reads", pl.lit(", "), "likely", pl.lit(" likely to buy")).alias(
            "said"
        )
    )
    top = max([0.01, *frame["expected_spend"]])
    rows = alt.Y("label:N", sort=frame["label"].to_list(), title=None, axis=row_axis(260))
    x = alt.X(
        "expected_spend:Q",
        title=None,
        scale=alt.Scale(domain=[0, top * 2.3], nice=False),
        axis=None,
    )
    base = alt.Chart(frame, width=theme.WIDTH - 240, height=alt.Step(_ROW)).encode(y=rows, x=x)
    tooltip = [
        alt.Tooltip("label:N", title="Segment"),
        alt.Tooltip("spend:N", title="Expected"),
        alt.Tooltip("year:N", title="Within a year"),
        alt.Tooltip("likely:N", title="Likely to buy"),
    ]
    return layered(
        base.mark_bar(size=24).encode(color=alt.Color("colour:N", scale=None), tooltip=tooltip),
        base.mark_text(align="left", dx=8, fontSize=13).encode(text=alt.Text("said:N")),
    ).properties(
        title=heading(
            _value_finding(frame, horizon, currency),
            f"Expected spend of each segment in the next {numbers.plural(horizon, 'day')}, and of one of its customers "
            "on average.",
        )
    )


def _value_finding(frame: pl.DataFrame, horizon: int, currency: str) -> str:
    total = float(frame["expected_spend"].sum())
    days = numbers.plural(horizon, "day")
    if frame.height < 2 or total <= 0:
        return f"The next {days} are expected to bring {numbers.money(total, currency)}"
    row = frame.sort("expected_spend", descending=True).row(0, named=True)
    part = numbers.share(row["expected_spend"] / total)
    return f"{row['label']}: {part} of the {numbers.money(total, currency)} expected in the next {days}"


def alive_matrix(alive: pl.DataFrame) -> alt.LayerChart:
    """Draw the chance that a customer is still one, by repeat purchases and by silence."""
    held = alive.filter(pl.col("p_alive").is_finite() & (pl.col("frequency") > 0))
    frame = held.with_columns(
        texts("silence", (f"{start:,} days" for start in held["silent_days"])),
        texts("bought", (f"{number + 1}" for number in held["frequency"])),
        texts("reads", map(numbers.share, held["p_alive"])),
        texts("ink", (theme.ink_on(theme.between(theme.SEQUENTIAL, value)) for value in held["p_alive"])),
        texts("who", map(numbers.full, held["customers"])),
    )
    columns = [f"{number + 1}" for number in sorted(set(held["frequency"]))]
    rows = [f"{start:,} days" for start in sorted(set(held["silent_days"]))]
    x = alt.X(
        "bought:N", sort=columns, title="Days with a purchase", axis=alt.Axis(orient="top", labelAngle=0, domain=False)
    )
    y = alt.Y("silence:N", sort=rows, title="Silent since the last one for", axis=alt.Axis(domain=False))
    base = alt.Chart(frame, width=alt.Step(_CELL[0]), height=alt.Step(_CELL[1])).encode(x=x, y=y)
    tooltip = [
        alt.Tooltip("bought:N", title="Days with a purchase"),
        alt.Tooltip("silence:N", title="Silent for"),
        alt.Tooltip("reads:N", title="Still a customer"),
        alt.Tooltip("who:N", title="Customers who stand here now"),
    ]
    return layered(
        base.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(
            color=alt.Color("p_alive:Q", scale=theme.ramp(theme.SEQUENTIAL, 0, 1), legend=None), tooltip=tooltip
        ),
        base.mark_text(fontSize=13).encode(text=alt.Text("reads:N"), color=alt.Color("ink:N", scale=None)),
        own_colours=True,
    ).properties(
        title=heading(
            _alive_finding(held),
            "The probability, by BG/NBD, that a customer who came when the data begins is still one. Who has bought "
            "often is missed sooner: the same silence means more.",
            len(columns) * _CELL[0] + 160,
        )
    )


def _alive_finding(held: pl.DataFrame) -> str:
    """Quote the first silence that leaves a customer of several purchases with half a chance or less."""
    often = held.filter(pl.col("frequency") == min(4, held["frequency"].max() or 1))
    below = often.filter(pl.col("p_alive") <= 0.5).sort("silent_days").head(1)
    row = (below if below.height else often.sort("silent_days").tail(1)).row(0, named=True)
    return (
        f"After {row['silent_days']:,} silent days a customer of {row['frequency'] + 1} purchases is still one with "
        f"{numbers.share(row['p_alive'])}"
    )


def forecast_importance(importance: pl.DataFrame) -> alt.LayerChart:
    """Draw how much worse the model ranks once a thing about the customers is shuffled."""
    frame = importance.filter(pl.col("auc_drop").is_finite()).sort("auc_drop", descending=True).head(_MOST)
    frame = frame.with_columns(texts("reads", (numbers.fine(max(value, 0.0)) for value in frame["auc_drop"])))
    ends = [0.001, *(value for value in frame["high"] if not numbers.missing(value))]
    low = min([0.0, *frame["auc_drop"], *(value for value in frame["low"] if not numbers.missing(value))])
    span = max(ends) - low
    rows = alt.Y("label:N", sort=frame["label"].to_list(), title=None, axis=row_axis())
    scale = alt.Scale(domain=[low, max(ends) + span * 0.12], nice=False)
    base = alt.Chart(frame, width=theme.WIDTH - 260, height=alt.Step(32)).encode(y=rows)
    x = alt.X("auc_drop:Q", title="AUC lost", scale=scale, axis=alt.Axis(format=".2f", tickCount=5))
    look: dict[str, Any] = {"align": "left", "dx": 8, "fontSize": 13}
    return layered(
        base.mark_bar(color=theme.ACCENT, size=20).encode(
            x=x, tooltip=[alt.Tooltip("label:N"), alt.Tooltip("reads:N", title="AUC lost")]
        ),
        base.mark_text(**look)
        .transform_calculate(beyond="max(datum.auc_drop, datum.high, 0)")
        .encode(x=alt.X("beyond:Q"), text=alt.Text("reads:N")),
    ).properties(
        title=heading(
            _importance_finding(frame),
            "How much worse the forecast puts those who come back first once a thing is dealt to the customers at "
            "random (AUC lost, the mean of five deals).",
        )
    )


def _importance_finding(frame: pl.DataFrame) -> str:
    if frame.is_empty() or frame["auc_drop"][0] <= 0.001:
        return "The forecast goes by nothing in particular"
    label = str(frame["label"][0])
    return f"{label} tells most about who comes back"
