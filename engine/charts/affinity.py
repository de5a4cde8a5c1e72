"""What each segment buys more and less than everyone."""

from __future__ import annotations

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.parts import column_axis, columns, cut, heading, layered, mapped, names, texts
from engine.report import numbers
from engine.report.figures import strongest

MOST_ITEMS = 15
LABEL = 38
_LIMITS = (2.0, 3.0)
"""The colour ends at four times, and at a quarter of, the usual share (2 in base-2 logarithms), or at eight times and
an eighth where the segments' tastes differ that much."""


def product_affinity_matrix(affinity: pl.DataFrame, by: str | None) -> alt.LayerChart:
    """Show the index of each segment's spend on the most telling items: 100 is what everyone spends."""
    called = names(affinity, 40)
    width = min(130, max(72, int(640 / len(called))))
    heads = columns(called, width)
    items = telling_items(affinity)
    labels = _item_labels(affinity, items)
    shown = affinity.filter(pl.col("item").is_in(items))
    limit = _limit(shown)
    frame = _cells(shown, called, heads, labels, limit)
    base = alt.Chart(frame, width=alt.Step(width), height=alt.Step(28)).encode(
        x=alt.X(
            "head:N",
            sort=list(heads.values()),
            title=None,
            axis=column_axis(heads),
        ),
        y=alt.Y(
            "label:N",
            sort=[labels[item] for item in items],
            title=None,
            axis=alt.Axis(domain=False, labelColor=theme.INK, labelLimit=420),
        ),
        tooltip=[
            alt.Tooltip("name:N", title="Segment"),
            alt.Tooltip("full:N", title="Item"),
            alt.Tooltip("text:N", title="Index (100 = average)"),
            alt.Tooltip("spend:N", title="Share of the segment's spend"),
            alt.Tooltip("usual:N", title="Share of everyone's spend"),
        ],
    )
    kind = {"category": "categories", "product": "products"}.get(by or "", "items")
    return layered(
        base.mark_rect(color=theme.PALE, stroke=theme.PAPER, strokeWidth=2),
        base.transform_filter("datum.supported")
        .mark_rect(stroke=theme.PAPER, strokeWidth=2)
        .encode(color=_colour(limit)),
        base.mark_text(fontSize=12).encode(text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None)),
        own_colours=True,
    ).properties(
        title=heading(
            finding(affinity),
            f"Share of spend on the {len(items)} most telling {kind}, 100 = average of all customers. "
            "Grey: chance or a single buyer could explain it.",
            width * len(called) + 230,
        )
    )


def telling_items(affinity: pl.DataFrame, most: int = MOST_ITEMS) -> list[str]:
    """Choose the items that tell segments apart, listed by the segment that favours them.

    An item tells the more, the larger its share of a segment's spend and the further that is from the usual: the
    segment's share times the logarithm of the ratio (a term of the Kullback-Leibler divergence).
    """
    if affinity.is_empty():
        return []
    ratio = pl.col("index").clip(1, None) / 100
    weighed = affinity.with_columns(
        pl.when(sure()).then((pl.max_horizontal("segment_share", "overall_share") * ratio.log()).abs()).alias("tells")
    )
    ranked = (
        weighed.group_by("item")
        .agg(pl.col("tells").max().fill_null(-1), pl.col("overall_share").max())
        .sort("tells", "overall_share", "item", descending=[True, True, False])["item"]
        .to_list()
    )
    # Every segment shows at least the item that tells most about it, so that no column is without a word.
    first = (
        weighed.filter(pl.col("tells") > 0)
        .sort("tells", "item", descending=[True, False])
        .unique(subset="segment", keep="first", maintain_order=True)
        .sort("segment")["item"]
        .to_list()
    )
    chosen = list(dict.fromkeys([*first[:most], *ranked]))[:most]
    favoured = (
        affinity.filter(pl.col("item").is_in(chosen))
        .sort("supported", "index", "segment", descending=[True, True, False], nulls_last=True)
        .unique(subset="item", keep="first", maintain_order=True)
        .sort("segment", "index", "item", descending=[False, True, False])
    )
    return [str(item) for item in favoured["item"]]


def sure() -> pl.Expr:
    """Tell the cells that stand for more than chance or one buyer: floor met, 100 outside the interval."""
    return pl.col("supported") & ((pl.col("index_low") > 100) | (pl.col("index_high") < 100))


def finding(affinity: pl.DataFrame) -> str:
    """Say the strongest preference that enough buyers support."""
    if affinity["segment"].n_unique() == 1:
        return "With one segment there is nothing to set against the average"
    row = strongest(affinity)
    if row is None:
        return "No segment clearly prefers anything over what everyone buys"
    who, what = cut(row["segment_name"], 40), cut(row["label"], 44)
    return f"{who} spend {numbers.times(row['index'] / 100)} the usual share of their money on {what}"


def _departure() -> pl.Expr:
    """Return how far an index is from the average, in base-2 logarithms."""
    return (pl.col("index").clip(1, None) / 100).log(2)


def _limit(affinity: pl.DataFrame) -> float:
    """Return where the colour ends: further out where a third of the cells would lie beyond the nearer end."""
    far = affinity.filter(sure()).select((_departure().abs() > _LIMITS[0]).mean()).item()
    return _LIMITS[1] if far is not None and far > 1 / 3 else _LIMITS[0]


def _item_labels(affinity: pl.DataFrame, items: list[str]) -> dict[str, str]:
    """Cut the labels; two that become the same get a number."""
    whole = dict(affinity.select("item", "label").rows())
    labels: dict[str, str] = {}
    for item in items:
        label = short = cut(whole.get(item) or item, LABEL) or "(no name)"
        number = 2
        while label in labels.values():
            label, number = f"{short} ({number})", number + 1
        labels[item] = label
    return labels


def _cells(
    frame: pl.DataFrame, called: dict[int, str], heads: dict[int, str], labels: dict[str, str], limit: float
) -> pl.DataFrame:
    """Write one cell a segment and item."""
    shade = _departure().clip(-limit, limit)
    cells = frame.with_columns(
        shade.round(3).alias("shade"),
        sure().fill_null(value=False).alias("supported"),
        pl.col("item").replace_strict(labels, return_dtype=pl.String).alias("short"),
        mapped("segment", called, "name"),
        mapped("segment", heads, "head"),
    )
    return cells.select(
        "segment",
        "name",
        "head",
        pl.col("short").alias("label"),
        texts("full", (cut(label, 120) for label in cells["label"])),
        "supported",
        "shade",
        texts("text", (numbers.MISSING if numbers.missing(v) else f"{v:,.0f}" for v in cells["index"])),
        texts("spend", map(numbers.share, cells["segment_share"])),
        texts("usual", map(numbers.share, cells["overall_share"])),
        texts("ink", (_ink(ok, v, limit) for ok, v in cells.select("supported", "shade").rows())),
    )


def _ink(supported: bool, shade: float | None, limit: float) -> str:  # noqa: FBT001
    if not supported or shade is None:
        return theme.FAINT
    return theme.ink_on(theme.between(theme.DIVERGING, (shade / limit + 1) / 2))


def _colour(limit: float) -> alt.Color:
    low, high = f"{100 / 2**limit:.0f} or less", f"{100 * 2**limit:.0f} or more"
    return alt.Color(
        "shade:Q",
        scale=theme.ramp(theme.DIVERGING, -limit, limit),
        legend=alt.Legend(
            title="Index",
            orient="bottom",
            gradientLength=260,
            values=[-limit, 0, limit],
            labelExpr=f"datum.value < 0 ? '{low}' : datum.value > 0 ? '{high}' : '100'",
        ),
    )
