"""The proof of the forecast: who it would have picked, how near its probabilities and totals came."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.labels import line_ends, row_axis, scale_of
from engine.charts.parts import heading, layered, texts
from engine.forecast.names import SUBJECTS
from engine.report import numbers

_SIZE = (530, 380)
_ROW = 34
_TEXTS = (92, 118)
"""Pixels of the columns of text beside the models."""
_QUOTED = 0.1
_LINE = 20
_OFF = 0.05
"""Mean distance of given and come from which the title speaks of a miss."""
_NEAR = 0.02
"""Share of the orders by which a total may be missed without a word."""


def forecast_gain(gain: pl.DataFrame, horizon: int) -> alt.LayerChart:
    """Draw how many of those who came back are among the customers picked first."""
    held = gain.filter(pl.col("found").is_finite()).sort("chosen", "model", "picked")
    colours = [theme.SECOND, theme.SEGMENTS[2], theme.SEGMENTS[7], theme.RULE]
    quiet = held.filter(~pl.col("chosen"))["model"].unique(maintain_order=True).to_list()
    colour = {name: colours[place % len(colours)] for place, name in enumerate(quiet)}
    frame = held.with_columns(
        texts("colour", [colour.get(name, theme.ACCENT) for name in held["model"]]),
        pl.col("chosen").alias("strong"),
        texts("few", map(numbers.share, held["picked"])),
        texts("many", map(numbers.share, held["found"])),
    )
    x = _shares("picked", "Customers picked, the likeliest first")
    y = _shares("found", "Of those who came back")
    base = alt.Chart(frame, width=_SIZE[0], height=_SIZE[1])
    chance = pl.DataFrame({"picked": [0.0, 1.0], "found": [0.0, 1.0]})
    # The lines start and end together: they are named in the empty corner, the best one first.
    listed = frame.group_by("model", "label", "colour", "strong", maintain_order=True).agg(pl.col("found").mean())
    listed = listed.sort("strong", "found", "model", descending=[True, True, False]).select("label", "colour", "strong")
    listed = pl.concat(
        [listed, pl.DataFrame({"label": ["At random"], "colour": [theme.RULE], "strong": [False]})]
    ).with_row_index("row")
    lines: dict[str, Any] = {
        "x": x,
        "y": y,
        "color": alt.Color("colour:N", scale=None),
        "detail": alt.Detail("model:N"),
        "tooltip": [alt.Tooltip("label:N"), alt.Tooltip("few:N", title="Picked"), alt.Tooltip("many:N", title="Found")],
    }
    return layered(
        alt.Chart(chance).mark_line(color=theme.RULE, strokeDash=[4, 4], strokeWidth=1.5).encode(x=x, y=y),
        base.transform_filter("!datum.strong").mark_line(strokeWidth=1.8).encode(**lines),
        base.transform_filter("datum.strong").mark_line(strokeWidth=3.2).encode(**lines),
        *_key(listed),
    ).properties(
        title=heading(
            _gain_finding(frame),
            f"Customers in the order in which each model would have picked them, and how many of those who bought in "
            f"the {numbers.plural(horizon, 'day')} after are among them; the mean over the cut-offs.",
        )
    )


def _key(listed: pl.DataFrame) -> list[alt.Chart]:
    """List the lines with their colours in the lower right corner."""
    top = _SIZE[1] - 26 - _LINE * listed.height
    frame = listed.with_columns((pl.col("row").cast(pl.Float64) * _LINE + top).alias("level"))
    found: list[alt.Chart] = []
    weights: dict[bool, Any] = {True: "bold", False: "normal"}
    for strong, weight in weights.items():
        base = alt.Chart(frame.filter(pl.col("strong") == strong))
        at = alt.Y("level:Q", scale=None)
        found += [
            base.mark_square(size=80, opacity=1).encode(
                x=alt.value(_SIZE[0] - 210), y=at, color=alt.Color("colour:N", scale=None)
            ),
            base.mark_text(align="left", baseline="middle", fontSize=13, fontWeight=weight).encode(
                x=alt.value(_SIZE[0] - 196), y=at, text=alt.Text("label:N")
            ),
        ]
    return found


def _shares(column: str, title: str) -> Any:
    """Return the channel of an axis from nothing to all."""
    kind = alt.X if column == "picked" else alt.Y
    axis = alt.Axis(format="%", tickCount=5, grid=kind is alt.Y, domain=kind is alt.X)
    return kind(f"{column}:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=axis)


def _gain_finding(gain: pl.DataFrame) -> str:
    found = gain.filter(pl.col("chosen") & (pl.col("picked") == _QUOTED))["found"]
    if found.is_empty():
        return "Who is found among the customers picked first"
    return f"The 10% picked first hold {numbers.share(found[0])} of those who came back"


def forecast_calibration(calibration: pl.DataFrame, horizon: int) -> alt.LayerChart:
    """Draw given probabilities against the shares that came back."""
    held = calibration.filter(pl.col("actual").is_finite())
    top = min(1.0, max(0.1, *held["expected"], *held["high"].fill_null(0)) * 1.05)
    frame = held.with_columns(
        texts("given", map(numbers.share, held["expected"])),
        texts("came", map(numbers.share, held["actual"])),
        texts("who", (numbers.full(each) for each in held["customers"])),
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    x = alt.X(
        "expected:Q", title="Probability given", scale=scale, axis=alt.Axis(format=".0%", grid=False, tickCount=6)
    )
    y = alt.Y(
        "actual:Q", title="Share who came back", scale=scale, axis=alt.Axis(format=".0%", domain=False, tickCount=6)
    )
    base = alt.Chart(frame, width=_SIZE[1] + 60, height=_SIZE[1]).encode(x=x)
    even = pl.DataFrame({"expected": [0.0, top], "actual": [0.0, top]})
    tooltip = [
        alt.Tooltip("given:N", title="Given on average"),
        alt.Tooltip("came:N", title="Came back"),
        alt.Tooltip("who:N", title="Customers"),
    ]
    return layered(
        alt.Chart(even).mark_line(color=theme.RULE, strokeDash=[4, 4], strokeWidth=1.5).encode(x=x, y=y),
        base.mark_rule(color=theme.ACCENT, strokeWidth=2).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
        base.mark_circle(size=90, color=theme.ACCENT, opacity=1).encode(y=y, tooltip=tooltip),
    ).properties(
        title=heading(
            _calibration_finding(held),
            f"Tenths of the customers by the probability that they were given to buy within "
            f"{numbers.plural(horizon, 'day')}, and the share that did (with its 95% interval), over all cut-offs. On "
            "the dashed line both are the same.",
            _SIZE[1] + 120,
        )
    )


def _calibration_finding(held: pl.DataFrame) -> str:
    apart = held.select(
        ((pl.col("expected") - pl.col("actual")) * pl.col("customers")).sum() / pl.col("customers").sum()
    )
    mean = float(apart.item()) if held.height else 0.0
    given, came = (
        numbers.share(held.select((pl.col(name) * pl.col("customers")).sum() / pl.col("customers").sum()).item())
        for name in ("expected", "actual")
    )
    if abs(mean) > _OFF:
        return f"Given {given} on average, {came} came back"
    # The tenth that is nearest to three in ten says it in numbers that everybody can check.
    row = held.sort((pl.col("expected") - 0.3).abs(), "tenth").row(0, named=True)
    return f"Of customers given {numbers.share(row['expected'])}, {numbers.share(row['actual'])} came back"


def forecast_models(models: pl.DataFrame) -> alt.LayerChart:
    """Draw how well each model ranks, the best first, with what its top tenth and its totals were worth."""
    frame = models.filter(pl.col("auc").is_finite()).sort("auc", "model", descending=[True, False])
    frame = frame.with_columns(
        pl.when("chosen").then(pl.lit(theme.ACCENT)).otherwise(pl.lit(theme.RULE)).alias("colour"),
        texts("reads", map(numbers.fine, frame["auc"])),
        texts("lift", (numbers.times(each) for each in frame["top_decile_lift"])),
        texts(
            "total", (numbers.MISSING if each is None else numbers.change(each - 1) for each in frame["orders_ratio"])
        ),
    )
    ends = [value for value in (*frame["auc_low"], *frame["auc_high"], 0.5) if not numbers.missing(value)]
    low, high = min(ends), max(ends)
    room = max((high - low) * 0.08, 0.01)
    width = theme.WIDTH - 420
    rows = alt.Y("label:N", sort=frame["label"].to_list(), title=None, axis=row_axis(240))
    x = alt.X(
        "auc:Q",
        title="AUC: 0.5 is chance, 1 perfect",
        scale=alt.Scale(domain=[low - room, high + room], nice=False, zero=False),
        axis=alt.Axis(format=".2f", tickCount=5),
    )
    base = alt.Chart(frame, width=width, height=alt.Step(_ROW)).encode(y=rows)
    colour = alt.Color("colour:N", scale=None)
    return layered(
        base.mark_rule(strokeWidth=2).encode(x=alt.X("auc_low:Q"), x2=alt.X2("auc_high:Q"), color=colour),
        base.mark_circle(size=110, opacity=1).encode(
            x=x, color=colour, tooltip=[alt.Tooltip("label:N"), alt.Tooltip("reads:N", title="AUC")]
        ),
        *_column(base, frame, "reads", "AUC", width + 20),
        *_column(base, frame, "lift", "Lift of the top 10%", width + 30 + _TEXTS[0]),
        *_column(base, frame, "total", "Orders expected", width + 20 + sum(_TEXTS) + 20),
    ).properties(
        title=heading(
            _models_finding(frame),
            "How well each model puts those who come back first (bars: 95% interval), how many times as many buyers "
            "its top tenth holds, and by how much the orders that it expected in all differ from those that came.",
        )
    )


def _column(base: alt.Chart, frame: pl.DataFrame, name: str, head: str, place: int) -> list[alt.Chart]:
    """Write a column of text to the right of the rows, with its heading above."""
    look: dict[str, Any] = {"align": "left", "baseline": "middle", "fontSize": 13}
    top = alt.Chart(frame.head(1)).encode(x=alt.value(place), y=alt.value(-10))
    return [
        base.mark_text(**look).encode(x=alt.value(place), text=alt.Text(f"{name}:N")),
        top.mark_text(align="left", baseline="bottom", color=theme.MUTED).encode(text=alt.value(head)),
    ]


def _models_finding(models: pl.DataFrame) -> str:
    chosen, simple = models.filter("chosen"), models.filter("simple").head(1)
    if chosen.is_empty() or simple.is_empty():
        return "How well the models rank"
    row, rule = chosen.row(0, named=True), simple.row(0, named=True)
    called = f"“{rule['label'].lower()}”"
    if row["auc_low"] <= 0.5:
        return "No model foretells who comes back"
    if row["simple"]:
        return f"Nothing ranks customers better than {called}"
    if rule["auc_ahead_low"] is None or rule["auc_ahead_low"] <= 0:
        return f"{SUBJECTS[row['model']]} ranks hardly better than {called}"
    return f"{SUBJECTS[row['model']]} ranks customers better than any rule of thumb"


def forecast_weeks(weeks: pl.DataFrame) -> alt.LayerChart:
    """Draw the orders of each week after the newest cut-off, expected and actual; a short last week is left out."""
    frame = weeks.filter((pl.col("days") == 7) & pl.col("orders_expected").is_finite()).sort("week")
    frame = frame.with_columns(
        pl.col("orders_actual").cast(pl.Float64),
        texts("day", map(numbers.day, frame["start"])),
        texts("foretold", map(numbers.full, frame["orders_expected"].round())),
        texts("came", map(numbers.full, frame["orders_actual"])),
    )
    top = max([1.0, *frame["orders_actual"], *frame["orders_expected"]]) * 1.1
    reach = max(2, frame.height)
    x = alt.X(
        "week:Q",
        title="Weeks after the cut-off",
        scale=alt.Scale(domain=[0, reach], nice=False),
        axis=alt.Axis(values=list(range(1, reach + 1, max(1, reach // 12))), grid=False, format="d"),
    )
    y = alt.Y(
        "value:Q",
        title="Orders a week",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(tickCount=5, domain=False, format=",d"),
    )
    base = alt.Chart(frame, width=_SIZE[0], height=300).encode(x=x)
    tooltip = [
        alt.Tooltip("day:N", title="Week from"),
        alt.Tooltip("came:N", title="Came"),
        alt.Tooltip("foretold:N", title="Expected"),
    ]
    last = frame.tail(1)
    ends = pl.DataFrame(
        {
            "x": [float(each) for each in last["week"].to_list() * 2],
            "y": [*last["orders_actual"], *last["orders_expected"]],
            "label": ["Came", "Expected"] if last.height else [],
            "colour": [theme.SECOND, theme.INK] if last.height else [],
            "strong": [True, False] if last.height else [],
        }
    )
    at = alt.X("x:Q", scale=scale_of(x)), alt.Y("y:Q", scale=scale_of(y))
    return layered(
        base.mark_line(color=theme.SECOND, strokeWidth=3, point={"color": theme.SECOND, "size": 50}).encode(
            y=y.copy(), tooltip=tooltip
        ).transform_calculate(value="datum.orders_actual"),
        base.mark_line(color=theme.INK, strokeWidth=2, strokeDash=[6, 4]).encode(y=y.copy(), tooltip=tooltip)
        .transform_calculate(value="datum.orders_expected"),
        *line_ends(ends, *at, (_SIZE[0], 300), (float(reach), top)),
    ).properties(
        title=heading(
            _weeks_finding(weeks),
            "Orders of the customers who were known at the newest cut-off, week by week after it.",
        )
    )  # fmt: skip


def _weeks_finding(weeks: pl.DataFrame) -> str:
    came, expected = int(weeks["orders_actual"].sum()), float(weeks["orders_expected"].sum())
    text = f"{numbers.full(expected)} orders were expected after the newest cut-off, and {numbers.full(came)} came"
    if not came or abs(expected / came - 1) < _NEAR:
        return text
    return f"{text}: {numbers.share(abs(expected / came - 1))} too {'many' if expected > came else 'few'}"
