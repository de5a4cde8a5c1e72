"""Which products each segment buys clearly more of than everyone."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from engine.charts import rows, theme
from engine.charts.parts import cut, layered, mapped, names, texts
from engine.report import numbers

_MOST = ((3, 5), (6, 4), (10, 3))
"""Up to so many segments, so many products each: the picture stays as high as a slide or two."""
_FEW = 2
_AVERAGE = 100
_RIGHT = 572
"""Where the drawing ends, in pixels."""
_FIGURES = (
    rows.Figures("times", 640, "Times\nthe usual", bold=True),
    rows.Figures("buyers", 716, "Buy it, of\nthe segment"),
    rows.Figures("everyone", 800, "Buy it, of\neveryone"),
)
_LABEL = 36
_LABELS = (140, 304)
"""The room for the names of products, in pixels, at least and at most."""
_INDENT = 18


def telling(product_affinity: pl.DataFrame) -> pl.DataFrame:
    """Choose the products that tell most of each segment, the most telling first; none where none is clear.

    Clear: supported, the whole interval of its index above the average, and bought by as many of the segment's
    customers as of all. A product tells the more, the larger its share of the segment's spend and the further that is
    above the usual at least: the share times the logarithm of the interval's lower end (a term of the Kullback-Leibler
    divergence, at its cautious end).
    """
    most = _most(product_affinity["segment"].n_unique())
    clear = product_affinity.filter(
        pl.col("item").is_not_null()
        & pl.col("supported")
        & pl.col("index").is_finite()
        & pl.col("index_low").is_finite()
        & (pl.col("index_low") > _AVERAGE)
        & (pl.col("segment_share") > 0)
        & ((pl.col("lift") >= 1) | pl.col("lift").is_null())
    )
    ranked = clear.sort("segment", _tells(), "item", descending=[False, True, False])
    return ranked.filter(pl.int_range(pl.len()).over("segment") < most)


def segment_products(product_affinity: pl.DataFrame) -> alt.LayerChart:
    """Show the index of each segment's most telling products with its interval; needs rows in `telling`."""
    chosen = telling(product_affinity)
    called = names(product_affinity, 60)
    labels = rows.named(chosen.select("item", "label").rows(), _LABEL)
    places, heads, height = rows.grouped(chosen["segment"])
    wide = rows.room(labels.values(), *_LABELS)
    drawing = (_INDENT + wide + 12, _RIGHT)
    shown = chosen.select(
        "segment",
        pl.Series("y", places, dtype=pl.Float64),
        mapped("segment", called, "name"),
        texts("label", (labels[item] for item in chosen["item"])),
        texts("full", (cut(label or item, 120) for item, label in chosen.select("item", "label").rows())),
        texts("colour", map(theme.colour, chosen["segment"])),
        (pl.col("index") / _AVERAGE).alias("value"),
        (pl.col("index_low") / _AVERAGE).alias("low"),
        (pl.col("index_high") / _AVERAGE).alias("high"),
        texts("times", (numbers.times(index / _AVERAGE) for index in chosen["index"])),
        texts("interval", (_interval(low, high) for low, high in chosen.select("index_low", "index_high").rows())),
        texts("spend", map(numbers.share, chosen["segment_share"])),
        texts("usual", map(numbers.share, chosen["overall_share"])),
        texts("buyers", map(numbers.share, chosen["buyer_share"])),
        texts("everyone", (_of_all(share, lift) for share, lift in chosen.select("buyer_share", "lift").rows())),
    )
    x, shown = rows.multiples(shown, drawing)
    base = rows.table(shown, height)
    tooltip = [
        alt.Tooltip("name:N", title="Segment"),
        alt.Tooltip("full:N", title="Product"),
        alt.Tooltip("times:N", title="Times the usual share of spend"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("spend:N", title="Share of the segment's spend"),
        alt.Tooltip("usual:N", title="Share of everyone's spend"),
    ]
    return layered(
        rows.mark(1.0, x, height),
        *rows.ranges(base, x, tooltip),
        rows.word(base, "label", _INDENT, wide),
        *rows.figures(base, _FIGURES),
        *_segment_heads(heads, called, height),
        *rows.heads(_FIGURES, (drawing[0], "Share of spend,\ntimes the usual share"), height),
    ).properties(title=rows.headed(_finding(chosen, called), _shown(chosen, called)))


def _most(segments: int) -> int:
    return next((most for upto, most in _MOST if segments <= upto), _FEW)


def _tells() -> pl.Expr:
    return pl.col("segment_share") * (pl.col("index_low") / _AVERAGE).log()


def _of_all(share: float | None, lift: float | None) -> str:
    """Write the share of all customers who buy a product, from the segment's and how many times the usual that is."""
    return numbers.MISSING if share is None or not lift else numbers.share(share / lift)


def _interval(low: float, high: float | None) -> str:
    return f"{numbers.times(low / _AVERAGE)} to {numbers.times(None if high is None else high / _AVERAGE)}"


def _segment_heads(heads: dict[Any, float], called: dict[int, str], height: float) -> list[alt.Chart]:
    """Write the name of each segment above its products, with a square in its colour."""
    frame = pl.DataFrame(
        {
            "y": list(heads.values()),
            "name": [called[segment] for segment in heads],
            "colour": [theme.colour(segment) for segment in heads],
        }
    )
    base = rows.table(frame, height)
    return [
        base.mark_square(size=110, opacity=1).encode(x=alt.value(6), color=alt.Color("colour:N", scale=None)),
        rows.word(base, "name", _INDENT, theme.WIDTH, fontWeight="bold", fontSize=13),
    ]


def _finding(chosen: pl.DataFrame, called: dict[int, str]) -> str:
    row = chosen.sort(_tells(), "segment", "item", descending=[True, False, False]).row(0, named=True)
    who, what = cut(called[row["segment"]], 40), cut(row["label"] or row["item"], 44)
    return f"{who} spend {numbers.times(row['index'] / _AVERAGE)} the usual share of their money on {what}"


def _shown(chosen: pl.DataFrame, called: dict[int, str]) -> str:
    plain = [cut(name, 40) for segment, name in called.items() if segment not in set(chosen["segment"])]
    text = (
        "The products that each segment clearly favours: its share of spend on them against that of all customers, "
        "with the 95% interval. Right: the share of the segment's customers, and of all, who buy the product."
    )
    if not plain:
        return text
    listed = ", ".join(plain[:2]) + (f" and {len(plain) - 2} more" if len(plain) > 2 else "")
    return f"{text} No product stands out as clearly for: {listed}."
