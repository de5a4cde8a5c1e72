"""The charts of a run: the engine beside its peers at one size, and how time grows with size."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from benchmarks.cases import OURS
from benchmarks.data import PLAIN
from benchmarks.measure import MEASURED
from benchmarks.record import median
from benchmarks.sizes import short
from engine.charts import theme
from engine.charts.parts import cut, heading, layered, panel, spaced

if TYPE_CHECKING:
    from benchmarks.record import Record, Result

    Chart = alt.LayerChart | alt.VConcatChart

PANELS = {
    "Reading": ("scan", "scan_all", "intake"),
    "Features: from the export to one row per customer": (
        "features",
        "features_duckdb",
        "features_polars",
        "features_pandas",
    ),
    "Whole analysis": ("analysis", "analysis_pandas"),
    "Frequency, recency and age of every customer": ("summary", "summary_lifetimes"),
    "The same, and BG/NBD fitted to it": ("bgnbd", "bgnbd_lifetimes"),
}
"""Cases of the same work, in the order in which they are drawn."""

LABELS = {
    "scan": "Read 4 columns: the floor",
    "scan_all": "Read all columns",
    "intake": "Read, clean, part by customer",
    "analysis": f"{OURS}, report and all",
    "analysis_pandas": "pandas and scikit-learn, k given, no report",
}
"""What a bar is called, where the name of its engine does not say it."""

LINES = {"scan": "reading only", "intake": "intake", "features": "features", "analysis": "whole analysis"}
"""The cases of the engine whose growth is drawn, and what their lines are called."""

_ROW = 30
_HEIGHT = 440
_LABEL_GAP = 19 / _HEIGHT
_MOST_NOTE = 60


def charts(record: Record) -> dict[str, Chart]:
    """Draw the charts that the record has figures for, by name."""
    plain = [each for each in record.results if each["kind"] == PLAIN]
    measured = [each for each in plain if each["status"] == MEASURED]
    if not measured:
        return {}
    rows = max((each["rows"] for each in measured if each["engine"] != OURS), default=measured[-1]["rows"])
    drawn: dict[str, Chart] = {"seconds_by_case": bars([each for each in plain if each["rows"] == rows], record)}
    if len({point["rows"] for point in _points(measured)}) > 1:
        drawn["growth"] = growth(measured, record)
    return drawn


def bars(results: list[Result], record: Record) -> alt.VConcatChart:
    """Draw the median seconds of every case at one size, the cases of the same work together."""
    rows = results[0]["rows"]
    frames = {work: _bars(results, names) for work, names in PANELS.items()}
    longest = max(median(each["wall_seconds"]) for each in results if each["wall_seconds"])
    scale = alt.Scale(domain=[0, longest * 1.25], nice=False)
    return alt.vconcat(
        *[_panel(work, frame, scale) for work, frame in frames.items() if not frame.is_empty()], spacing=22
    ).properties(
        title=heading(
            _fastest(results, "features", f"features of {short(rows)} lines"),
            f"Seconds from the start of a process to its end, and the peak of its memory; {short(rows)} order lines. "
            + _conditions(record),
        )
    )


def growth(results: list[Result], record: Record) -> alt.LayerChart:
    """Draw the median seconds by size, both on logarithmic scales: the engine by stage, the peers by their features."""
    drawn = _points(results)
    sizes = sorted({each["rows"] for each in drawn})
    seconds = [each["seconds"] for each in drawn]
    low, high = min(seconds) * 0.8, max(seconds) * 1.3
    x = alt.X(
        "rows:Q",
        title="Order lines",
        # Room on the right for the labels of the lines.
        scale=alt.Scale(type="log", domain=[sizes[0] * 0.85, sizes[-1] * (sizes[-1] / sizes[0]) ** 0.42], nice=False),
        axis=alt.Axis(values=sizes, labelExpr=_short_axis(sizes), grid=False),
    )
    y = alt.Y(
        "seconds:Q",
        title="Seconds",
        scale=alt.Scale(type="log", domain=[low, high], nice=False),
        axis=alt.Axis(values=_ticks(low, high), format="~g", domain=False),
    )
    points = pl.DataFrame(drawn)
    ends = _ends(points, math.log10(high / low))
    base = alt.Chart(points, width=theme.WIDTH - 60, height=_HEIGHT).encode(
        x=x, y=y, color=alt.Color("colour:N", scale=None), detail="line:N"
    )
    labels = alt.Chart(ends).encode(x=alt.X("edge:Q"), y="place:Q", text="label:N")
    short_of_edge = alt.Chart(ends.filter(pl.col("rows") < pl.col("edge")))
    return layered(
        short_of_edge.mark_rule(color=theme.GRID, strokeWidth=1.5).encode(x=x, y=y, x2="edge:Q", y2="place:Q"),
        base.transform_filter("!datum.ours").mark_line(strokeWidth=1.5, strokeDash=[5, 4]),
        base.transform_filter("datum.ours").mark_line(strokeWidth=2.5),
        base.mark_circle(size=50, opacity=1),
        labels.mark_text(align="left", dx=10, fontSize=12.5, stroke="white", strokeWidth=5, strokeJoin="round"),
        labels.mark_text(align="left", dx=10, fontSize=12.5).encode(color=alt.Color("ink:N", scale=None)),
        own_colours=True,
    ).properties(
        title=heading(
            _growth(results),
            "Seconds from the start of a process to its end, by size of the export; both axes are logarithmic. "
            f"Solid: {OURS}, dashed: its peers. {_conditions(record)}",
        )
    )


def _bars(results: list[Result], names: tuple[str, ...]) -> pl.DataFrame:
    """Return one row per case that was tried: label, seconds (null where there is no time), note, ours."""
    by_name = {each["case"]: each for each in results}
    rows = [_bar(by_name[name]) for name in names if name in by_name]
    schema = {"label": pl.String, "seconds": pl.Float64, "note": pl.String, "ours": pl.Boolean}
    return pl.DataFrame(rows, schema=schema)


def _bar(result: Result) -> dict[str, Any]:
    seconds = median(result["wall_seconds"]) if result["wall_seconds"] else None
    note = cut(f"{result['status']}: {result['reason']}", _MOST_NOTE)
    if seconds is not None:
        note = f"{_seconds(seconds)}, {_memory(median(result['peak_memory_mb']))}"
    label = LABELS.get(result["case"], result["engine"])
    return {"label": label, "seconds": seconds, "note": note, "ours": result["engine"] == OURS}


def _panel(work: str, frame: pl.DataFrame, scale: alt.Scale) -> alt.LayerChart:
    base = alt.Chart(frame, width=theme.WIDTH - 220, height=_ROW * frame.height).encode(
        y=alt.Y(
            "label:N",
            sort=frame["label"].to_list(),
            title=None,
            axis=alt.Axis(domain=False, labelColor=theme.INK, labelLimit=300, minExtent=270, maxExtent=270),
        )
    )
    x = alt.X("seconds:Q", scale=scale, axis=None)
    colour = alt.when("datum.ours").then(alt.value(theme.ACCENT)).otherwise(alt.value(theme.RULE))
    return layered(
        base.mark_bar(size=19).encode(x=x, color=colour),
        base.transform_calculate(end="datum.seconds || 0")
        .mark_text(align="left", dx=6, fontSize=12.5)
        .encode(x=alt.X("end:Q", scale=scale, axis=None), text="note:N"),
    ).properties(title=panel(work))


def _points(results: list[Result]) -> list[dict[str, Any]]:
    """Return one row per line of the chart and size."""
    drawn = []
    for each in results:
        ours = each["engine"] == OURS
        if each["case"] in LINES if ours else each["case"].startswith("features_"):
            label = LINES[each["case"]] if ours else f"{each['engine']}: features"
            seconds = median(each["wall_seconds"])
            colour, ink = (theme.ACCENT, theme.ACCENT) if ours else (theme.RULE, theme.MUTED)
            drawn.append(
                {
                    "line": each["case"], "label": label, "rows": each["rows"], "seconds": seconds, "ours": ours,
                    "colour": colour, "ink": ink,
                }
            )  # fmt: skip
    return drawn


def _ends(points: pl.DataFrame, decades: float) -> pl.DataFrame:
    """Return the last point of every line, and a place at the right edge where its label covers no other."""
    ends = points.sort("rows").group_by("line", maintain_order=True).last()
    places = spaced([math.log10(value) for value in ends["seconds"]], _LABEL_GAP * decades)
    edge = ends["rows"].max()
    labels = [
        f"{each['label']}, {_seconds(each['seconds'])}" + (f" at {short(each['rows'])}" if each["rows"] != edge else "")
        for each in ends.iter_rows(named=True)
    ]
    return ends.with_columns(
        pl.Series("place", [10**place for place in places]), pl.Series("label", labels), edge=pl.lit(edge)
    )


def _fastest(results: list[Result], case: str, work: str) -> str:
    """Say who is the fastest at a piece of work, and by how much; the best of the others, or the engine, beside."""
    times = sorted(
        (median(each["wall_seconds"]), each["engine"]) for each in results
        if each["case"].startswith(case) and each["wall_seconds"]
    )  # fmt: skip
    own = [seconds for seconds, engine in times if engine == OURS]
    if len(times) < 2 or not own:
        return f"Seconds by case, {short(results[0]['rows'])} lines"
    (best, first), (second, next_one) = times[:2]
    if first == OURS:
        return f"{OURS}: {work} in {_seconds(best)}; the fastest peer, {next_one}, in {_seconds(second)}"
    return f"{first}: {work} in {_seconds(best)}; {OURS} in {_seconds(own[0])}"


def _growth(results: list[Result]) -> str:
    for case, label in (("analysis", "the whole analysis"), ("features", "the features")):
        by_rows = {each["rows"]: median(each["wall_seconds"]) for each in results if each["case"] == case}
        if len(by_rows) > 1:
            few, many = min(by_rows), max(by_rows)
            times = by_rows[many] / by_rows[few]
            sizes = f"{short(few)} to {short(many)} lines"
            return f"{many / few:.3g} times the lines, {times:.3g} times the seconds: {label} of {sizes}"
    return "Seconds by size"


def _conditions(record: Record) -> str:
    cores, gigabytes = record.machine["cores"], record.machine["memory_mb"] / 1000
    runs = "1 run" if record.counted_runs == 1 else f"{record.counted_runs} runs"
    return f"Median of {runs} on {cores} cores, {gigabytes:,.0f}\u00a0GB. All answers agree."


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 1 else f"{value:.1f} s" if value < 100 else f"{value:,.0f} s"


def _memory(megabytes: float) -> str:
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def _short_axis(sizes: list[int]) -> str:
    """Return the Vega expression that writes a size on an axis."""
    names = ", ".join(f"'{size}': '{short(size)}'" for size in sizes)
    return f"({{{names}}})[datum.value]"


def _ticks(low: float, high: float) -> list[float]:
    """Return the round numbers between two: 1, 2 and 5 of every decade."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = [digit * 10.0**decade for decade in decades for digit in (1, 2, 5)]
    return [tick for tick in every if low <= tick <= high]
