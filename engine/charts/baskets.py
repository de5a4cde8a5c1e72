"""Which products are bought together."""

from __future__ import annotations

import altair as alt
import polars as pl

from engine.charts import rows, theme
from engine.charts.parts import cut, layered, texts
from engine.report import numbers

MOST_PAIRS = 15
_ROW = 44
_LINE = 8
"""How far each of a row's two lines lies from its middle."""
_RIGHT = 540
"""Where the drawing ends, in pixels."""
_FIGURES = (
    rows.Figures("times", 606, "Times\nchance", bold=True),
    rows.Figures("orders", 682, "Orders\nwith both"),
    rows.Figures("confidence", 800, "Of those with the\nfirst, also take\nthe second"),
)
_LABEL = 36
_LABELS = (140, 300)
"""The room for the names of products, in pixels, at least and at most."""


def pairs(basket_rules: pl.DataFrame) -> pl.DataFrame:
    """Choose the most telling pairs of products, in the order of the rules, with the columns first and first_label.

    One row per pair: the direction with the higher confidence, so that the first is the one which rather brings the
    other along. Pairs that may be together by chance (the interval of the lift reaches 1) are left out.
    """
    one = basket_rules.filter(
        (pl.col("antecedents").list.len() == 1) & pl.col("lift").is_finite() & (pl.col("lift_low") > 1)
    ).with_columns(
        pl.col("antecedents").list.first().alias("first"),
        pl.col("antecedent_labels").list.first().alias("first_label"),
    )
    ends = pl.min_horizontal("first", "consequent"), pl.max_horizontal("first", "consequent")
    return (
        one.with_columns(ends[0].alias("_one"), ends[1].alias("_other"))
        .with_row_index("_at")
        .with_columns(pl.col("_at").min().over("_one", "_other"))
        .sort("_at", "confidence", "first", descending=[False, True, False], nulls_last=True)
        .unique(subset="_at", keep="first", maintain_order=True)
        .head(MOST_PAIRS)
        .drop("_at", "_one", "_other")
    )


def product_pairs(basket_rules: pl.DataFrame) -> alt.LayerChart:
    """Show how much oftener than by chance products are bought together; needs rows in `pairs`."""
    chosen = pairs(basket_rules)
    both = [*chosen.select("first", "first_label").rows(), *chosen.select("consequent", "consequent_label").rows()]
    labels = rows.named(both, _LABEL)
    places, height = rows.even(chosen.height, _ROW)
    wide = rows.room((f"+ {label}" for label in labels.values()), *_LABELS)
    drawing = (wide + 12, _RIGHT)
    shown = chosen.select(
        pl.Series("y", places, dtype=pl.Float64),
        texts("first", (labels[item] for item in chosen["first"])),
        texts("second", (f"+ {labels[item]}" for item in chosen["consequent"])),
        texts("pair", (f"{_full(a, b)} + {_full(c, d)}" for a, b, c, d in _ends(chosen))),
        pl.lit(theme.ACCENT).alias("colour"),
        pl.col("lift").alias("value"),
        pl.col("lift_low").alias("low"),
        pl.col("lift_high").alias("high"),
        texts("times", map(numbers.times, chosen["lift"])),
        texts(
            "interval",
            (
                f"{numbers.times(low)} to {numbers.times(high)}"
                for low, high in chosen.select("lift_low", "lift_high").rows()
            ),
        ),
        texts("orders", map(numbers.count, chosen["orders"])),
        texts("confidence", map(numbers.share, chosen["confidence"])),
        texts("usual", map(numbers.share, chosen["consequent_support"])),
    )
    x, shown = rows.multiples(shown, drawing)
    base = rows.table(shown, height)
    tooltip = [
        alt.Tooltip("pair:N", title="Products"),
        alt.Tooltip("times:N", title="Together, times chance"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("orders:N", title="Orders with both"),
        alt.Tooltip("confidence:N", title="Of those with the first, also take the second"),
        alt.Tooltip("usual:N", title="Of all orders, hold the second"),
    ]
    return layered(
        rows.mark(1.0, x, height),
        *rows.ranges(base, x, tooltip),
        rows.word(base, "first", 0, wide, lift=_LINE),
        rows.word(base, "second", 0, wide, lift=-_LINE),
        *rows.figures(base, _FIGURES),
        *rows.heads(_FIGURES, (drawing[0], "Orders with both,\ntimes as many as by chance"), height),
    ).properties(title=rows.headed(_finding(chosen), _shown(chosen)))


def _ends(chosen: pl.DataFrame) -> list[tuple[str, str | None, str, str | None]]:
    return chosen.select("first", "first_label", "consequent", "consequent_label").rows()


def _full(item: str, label: str | None) -> str:
    return cut(label or item, 60)


def _finding(chosen: pl.DataFrame) -> str:
    row = chosen.row(0, named=True)
    one, other = cut(row["first_label"] or row["first"], 40), cut(row["consequent_label"] or row["consequent"], 40)
    return f"{one} and {other} are bought together {numbers.times(row['lift'])} as often as chance would have it"


def _shown(chosen: pl.DataFrame) -> str:
    count = "The pair of products" if chosen.height == 1 else f"The {chosen.height} pairs of products"
    return (
        f"{count} that most clearly go together in one order, with the 95% interval; "
        "1\u00d7 is what chance would bring if customers chose each product by itself."
    )
