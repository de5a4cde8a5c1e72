"""How the features of customers are spread, and which go together."""

from __future__ import annotations

import json

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.labels import distinct
from engine.charts.parts import LINES, heading, layered, lines, panel, texts
from engine.report import numbers

MOST_SPREADS = 12
MOST_FEATURES = 14
_A_ROW = 3
_SIZE = (225, 110)
_TICKS = 3
_LABEL = 40
_HEAD_PIXELS = 6.2
_WEAK = 0.1
"""A correlation smaller than this is not worth a title."""


def feature_distributions(histograms: pl.DataFrame, currency: str = "") -> alt.ConcatChart:
    """Draw how many customers lie where on each of up to twelve features, the bar with the middle one dark."""
    order = histograms["feature"].unique(maintain_order=True).head(MOST_SPREADS).to_list()
    spreads = [histograms.filter(pl.col("feature") == feature).sort("start", "end") for feature in order]
    labels = distinct((spread["label"][0] for spread in spreads), 34)
    middles = [_middle(spread) for spread in spreads]
    drawn = [
        _spread(spread, label, middle, currency) for spread, label, middle in zip(spreads, labels, middles, strict=True)
    ]
    over = histograms["feature"].n_unique() - len(order)
    note = f" The first {MOST_SPREADS} of {MOST_SPREADS + over} features." if over else ""
    return alt.concat(
        *drawn,
        columns=_A_ROW,
        title=heading(
            _spread_finding(spreads, labels, middles, currency),
            "Share of customers by each feature. Dark: the bar in which the middle customer lies. "
            f"Where figures range widely, bars further right span more.{note}",
        ),
        spacing={"row": 26, "column": 34},
    )


def _middle(spread: pl.DataFrame) -> int | None:
    """Return the bin in which the median customer lies."""
    total = spread["customers"].sum()
    reached = (spread["customers"].cum_sum() * 2 >= total).arg_max()
    return reached if total else None


def _spread(spread: pl.DataFrame, label: str, middle: int | None, currency: str) -> alt.LayerChart:
    """Draw one histogram: bars of equal width, with their edges written below."""
    unit = str(spread["unit"][0])
    total = int(spread["customers"].sum()) or 1
    edges = [_edge(value, unit, currency) for value in [*spread["start"], spread["end"][-1]]]
    bins = range(spread.height)
    frame = pl.DataFrame(
        {
            "place": [float(at) for at in bins],
            "end": [at + 1.0 for at in bins],
            "share": [count / total for count in spread["customers"]],
            "text": [numbers.share(count / total) for count in spread["customers"]],
            "span": [_span(spread, at, currency) for at in bins],
            "customers": spread["customers"],
            "colour": [theme.ACCENT if at == middle else theme.SOFT for at in bins],
        }
    )
    every = max(1, -(-spread.height // _TICKS))
    scale = alt.Scale(domain=[0, max(spread.height, 1)], nice=False)
    axis = alt.Axis(
        values=list(range(0, spread.height + 1, every)),
        labelExpr=f"{json.dumps(edges)}[datum.value]",
        grid=False,
        labelFontSize=11,
        labelBound=False,
    )
    return layered(
        alt.Chart(frame, width=_SIZE[0], height=_SIZE[1], title=panel(label))
        .mark_rect(stroke=theme.PAPER, strokeWidth=1)
        .encode(
            x=alt.X("place:Q", title=None, scale=scale, axis=axis),
            x2=alt.X2("end:Q"),
            y=alt.Y(
                "share:Q",
                title=None,
                scale=alt.Scale(domain=[0, max([0.01, *frame["share"]]) * 1.12], nice=False),
                axis=alt.Axis(format=".1~%", tickCount=3, domain=False, labelFontSize=11),
            ),
            y2=alt.datum(0),
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("span:N", title="From, to"),
                alt.Tooltip("text:N", title="Share"),
                alt.Tooltip("customers:Q", title="Customers", format=","),
            ],
        )
    )


def _edge(value: float | None, unit: str, currency: str) -> str:
    """Write the edge of a bin."""
    text = numbers.amount(value, "count" if unit in {"days", "orders"} else unit, currency)
    return text.replace(".00", "")


def _span(spread: pl.DataFrame, at: int, currency: str) -> str:
    """Write what a bin holds: one whole number, or from where to where."""
    start, end, unit = spread["start"][at], spread["end"][at], str(spread["unit"][0])
    if unit in {"orders", "count"} and start is not None and end is not None and end - start == 1:
        return _edge(start, unit, currency)
    return f"{_edge(start, unit, currency)}\u2013{_edge(end, unit, currency)}"


def _spread_finding(spreads: list[pl.DataFrame], labels: list[str], middles: list[int | None], currency: str) -> str:
    """Say where the middle customer lies on the first features."""
    said = [
        f"{label[:1].lower()}{label[1:]} {_span(spread, middle, currency)}"
        for spread, label, middle in zip(spreads, labels, middles, strict=True)
        if middle is not None
    ]
    return f"The middle customer: {', '.join(said[:3])}" if said else "How customers are spread"


def feature_correlations(correlations: pl.DataFrame) -> alt.LayerChart:
    """Draw the correlation of each two features as a triangle of coloured figures."""
    pairs = correlations.filter(pl.col("feature") != pl.col("other"))
    shown = _chosen(pairs)
    labels = distinct((label for _, label in shown), _LABEL)
    rank = {feature: place for place, (feature, _) in enumerate(shown)}
    count = max(2, len(rank))
    width = min(88, max(52, 700 // (count - 1)))
    heads = _columns(labels, width)
    cells = pairs.filter(pl.col("feature").is_in(list(rank)) & pl.col("other").is_in(list(rank))).with_columns(
        pl.col(column).replace_strict(rank, return_dtype=pl.Int64, default=None).alias(f"{column}_rank")
        for column in ("feature", "other")
    )
    cells = cells.with_columns(
        pl.min_horizontal("feature_rank", "other_rank").alias("left"),
        pl.max_horizontal("feature_rank", "other_rank").alias("below"),
        pl.when(pl.col("correlation").is_finite()).then("correlation").alias("value"),
    ).unique(subset=["left", "below"], keep="first", maintain_order=True)
    sure = [
        value is not None and (numbers.missing(error) or abs(value) > error)
        for value, error in cells.select("value", "error").rows()
    ]
    frame = cells.select(
        texts("row", (labels[at] for at in cells["below"])),
        texts("head", (heads[at] for at in cells["left"])),
        texts("column", (labels[at] for at in cells["left"])),
        pl.Series("shade", [value if ok else None for value, ok in zip(cells["value"], sure, strict=True)], pl.Float64),
        texts("text", map(numbers.score, cells["value"])),
        texts("error", map(_plus_minus, cells["error"])),
        texts("ink", (_ink(value) if ok else theme.FAINT for value, ok in zip(cells["value"], sure, strict=True))),
        pl.col("customers"),
    )
    unsure = not all(sure)
    base = alt.Chart(frame, width=alt.Step(width), height=alt.Step(30)).encode(
        x=alt.X(
            "head:N",
            sort=heads,
            scale=alt.Scale(domain=heads[:-1]),
            title=None,
            axis=alt.Axis(
                labelExpr=LINES,
                labelAngle=0,
                labelFontSize=11,
                labelLineHeight=13,
                labelColor=theme.INK,
                domain=False,
            ),
        ),
        y=alt.Y(
            "row:N",
            sort=labels,
            scale=alt.Scale(domain=labels[1:]),
            title=None,
            axis=alt.Axis(domain=False, labelColor=theme.INK),
        ),
        tooltip=[
            alt.Tooltip("row:N", title="Feature"),
            alt.Tooltip("column:N", title="and"),
            alt.Tooltip("text:N", title="Correlation"),
            alt.Tooltip("error:N", title="95% interval"),
            alt.Tooltip("customers:Q", title="Customers", format=","),
        ],
    )
    return layered(
        base.mark_rect(color=theme.PALE, stroke=theme.PAPER, strokeWidth=2),
        base.transform_filter("isValid(datum.shade)")
        .mark_rect(stroke=theme.PAPER, strokeWidth=2)
        .encode(color=_colour()),
        base.mark_text(fontSize=12).encode(text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None)),
        own_colours=True,
    ).properties(
        title=heading(
            _correlation_finding(frame),
            "Rank correlation of each two features: 1 where customers with more of one always have more of the other, "
            f"\u22121 where they have less, 0 where one says nothing about the other."
            f"{' Grey: may be chance.' if unsure else ''}",
            width * (count - 1) + 220,
        )
    )


def _chosen(pairs: pl.DataFrame) -> list[tuple[str, str]]:
    """Return the features to show, in their order: all, or those that go together most with any other."""
    ends = [
        pairs.select(
            feature=pl.col(feature),
            label=pl.col(label),
            size=pl.when(pl.col("correlation").is_finite()).then(pl.col("correlation").abs()),
            place=pl.int_range(pl.len()) * 2 + later,
        )
        for later, (feature, label) in enumerate((("feature", "label"), ("other", "other_label")))
    ]
    each = (
        pl.concat(ends)
        .group_by("feature")
        .agg(pl.col("label").sort_by("place").first(), pl.col("size").max(), pl.col("place").min())
        .sort("size", "place", descending=[True, False], nulls_last=True)
        .head(MOST_FEATURES)
        .sort("place")
    )
    return each.select("feature", "label").rows()


def _columns(labels: list[str], width: int) -> list[str]:
    """Break labels into headings of columns; two that become the same get a number."""
    heads = [lines(label, int(width / _HEAD_PIXELS), 5) for label in labels]
    return [f"{head}\n({at})" if heads.count(head) > 1 else head for at, head in enumerate(heads, 1)]


def _plus_minus(error: float | None) -> str:
    if error is None or numbers.missing(error):
        return numbers.MISSING
    return f"\u00b1{error:.2f}" if error else "exact"


def _ink(value: float) -> str:
    return theme.ink_on(theme.between(theme.DIVERGING, (value + 1) / 2))


def _colour() -> alt.Color:
    return alt.Color(
        "shade:Q",
        scale=theme.ramp(theme.DIVERGING, -1, 1),
        legend=alt.Legend(
            title=None,
            orient="bottom",
            gradientLength=260,
            values=[-1, 0, 1],
            labelExpr="datum.value < 0 ? 'against each other' : datum.value > 0 ? 'together' : 'no link'",
        ),
    )


def _correlation_finding(cells: pl.DataFrame) -> str:
    """Say which two features go together most, and which run most against each other."""
    said = []
    for descending, verb in ((True, "rise together most"), (False, "run against each other most")):
        rows = cells.drop_nulls("shade").sort("shade", "row", "column", descending=[descending, False, False])
        if rows.height:
            row = rows.row(0, named=True)
            if (row["shade"] if descending else -row["shade"]) >= _WEAK:
                said.append(f"{row['column']} and {row['row'].lower()} {verb} ({row['text']})")
    return "; ".join(said) or "No two features clearly go together"
