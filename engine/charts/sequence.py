"""What a first purchase leads to: what is bought next, and who comes back at all."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from engine.charts import rows, theme
from engine.charts.parts import cut, layered, texts
from engine.report import numbers

MOST_STEPS = 15
MOST_ENTRIES = 15
_AGAIN = "the same again"
_RIGHT = 560
"""Where the drawing ends, in pixels."""
_STEP_FIGURES = (
    rows.Figures("part", 612, "Buy it\nnext", bold=True),
    rows.Figures("usual", 672, "Usual\nshare"),
    rows.Figures("times", 730, "Times\nthe usual"),
    rows.Figures("wait", 800, "Median\nwait"),
)
_ENTRY_FIGURES = (
    rows.Figures("part", 612, "Come\nback", bold=True),
    rows.Figures("people", 700, "Customers\nwho began"),
    rows.Figures("wait", 800, "Median until\nnext purchase"),
)
_LABEL = 36
_LABELS = (150, 312)
"""The room for the names of products, in pixels, at least and at most."""
MOST_AGAIN = 5
"""Products that are shown for being bought again."""
_INDENT = 18
_BAR = 13
_ABOVE, _BELOW = theme.SECOND, theme.WORSE


def steps(sequences: pl.DataFrame) -> pl.DataFrame:
    """Choose the most telling next products, in the order of the sequences, the rows of a first product together.

    Those that are bought as often after anything (the interval of the lift reaches 1) are left out. Of those that are
    only bought again, a few are shown: where these are many, they say one thing.
    """
    again = pl.col("first") == pl.col("next")
    return (
        sequences.filter(_clear())
        .filter(~again | (again.cum_sum() <= MOST_AGAIN))
        .head(MOST_STEPS)
        .with_row_index("_at")
        .sort(pl.col("_at").min().over("first"), "first", "share", "next", descending=[False, False, True, False])
        .drop("_at")
    )


def _clear() -> pl.Expr:
    return pl.col("share").is_finite() & pl.col("lift").is_finite() & (pl.col("lift_low") > 1)


def next_products(sequences: pl.DataFrame) -> alt.LayerChart:
    """Show what customers buy next after a first product, against the usual; needs rows in `steps`."""
    chosen = steps(sequences)
    both = [*chosen.select("first", "first_label").rows(), *chosen.select("next", "next_label").rows()]
    labels = rows.named(both, _LABEL)
    places, heads, height = rows.grouped(chosen["first"])
    wide = rows.room([*labels.values(), *(f"After {labels[item]} " for item in heads)], *_LABELS)
    drawing = (_INDENT + wide + 12, _RIGHT)
    shown = chosen.select(
        pl.Series("y", places, dtype=pl.Float64),
        texts(
            "label",
            (_AGAIN if one == other else labels[other] for one, other in chosen.select("first", "next").rows()),
        ),
        texts("first", (labels[item] for item in chosen["first"])),
        texts("full", (cut(label or item, 120) for item, label in chosen.select("next", "next_label").rows())),
        pl.when(pl.col("first") == pl.col("next"))
        .then(pl.lit(theme.ACCENT))
        .otherwise(pl.lit(theme.SECOND))
        .alias("colour"),
        pl.col("share").alias("value"),
        pl.when(pl.col("overall_share").is_finite()).then(pl.col("overall_share")).alias("tick"),
        texts("part", map(numbers.share, chosen["share"])),
        texts("usual", map(numbers.share, chosen["overall_share"])),
        texts("times", map(numbers.times, chosen["lift"])),
        texts("wait", map(numbers.days, chosen["median_days"])),
        texts("people", map(numbers.full, chosen["customers"])),
    )
    x = rows.shares(max(shown["value"].max(), shown["tick"].max() or 0.0), drawing)  # type: ignore[type-var, arg-type]
    base = rows.table(shown, height)
    bars = base.mark_bar(orient="horizontal", size=_BAR, cornerRadiusEnd=2).encode(
        x=x,
        x2=alt.datum(0),
        color=alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip("first:N", title="First purchase"),
            alt.Tooltip("full:N", title="Next purchase"),
            alt.Tooltip("part:N", title="Share who buy it next"),
            alt.Tooltip("usual:N", title="Share of all who came back"),
            alt.Tooltip("people:N", title="Customers"),
        ],
    )
    known = base.transform_filter("isValid(datum.tick)").encode(x=alt.X("tick:Q", scale=x["scale"]))
    ticks = [
        known.mark_tick(orient="vertical", size=size, thickness=thick, color=colour, opacity=1)
        for size, thick, colour in ((23, 5.5, theme.PAPER), (21, 2.5, theme.INK))
    ]
    return layered(
        bars,
        *ticks,
        rows.word(base, "label", _INDENT, wide),
        *rows.figures(base, _STEP_FIGURES),
        *_first_heads(chosen, heads, labels, drawing[0], height),
        *rows.heads(_STEP_FIGURES, (drawing[0], "Of those who came back:\nshare who buy it next"), height),
    ).properties(title=rows.headed(_steps_finding(sequences), _steps_shown(chosen)))


def _first_heads(
    chosen: pl.DataFrame, heads: dict[Any, float], labels: dict[str, str], left: int, height: float
) -> list[alt.Chart]:
    """Write each first product above what follows it, with the customers who began with it and came back."""
    people = dict(chosen.select("first", "first_customers").rows())
    frame = pl.DataFrame(
        {
            "y": list(heads.values()),
            "name": [f"After {labels[item]}" for item in heads],
            "people": [f"{numbers.plural(people[item], 'customer')} came back" for item in heads],
        }
    )
    base = rows.table(frame, height)
    return [
        rows.word(base, "name", 0, left - 12, fontWeight="bold", fontSize=13),
        rows.word(base, "people", left + 4, 240, color=theme.MUTED, fontSize=11.5),
    ]


def _steps_finding(sequences: pl.DataFrame) -> str:
    row = sequences.filter(_clear()).row(0, named=True)
    one, other = cut(row["first_label"] or row["first"], 40), cut(row["next_label"] or row["next"], 40)
    then = "buy it again" if row["first"] == row["next"] else f"buy {other}"
    return (
        f"{numbers.share(row['share'])} of those who begin with {one} and come back {then} next, "
        f"{numbers.times(row['lift'])} the usual share"
    )


def _steps_shown(chosen: pl.DataFrame) -> str:
    again = chosen.filter(pl.col("first") == pl.col("next")).height
    return (
        "What customers buy on their next day of purchase, by what they bought on their first. "
        "Black mark: the share of all who came back."
        + (" Dark bars: the same product again." if 0 < again < chosen.height else "")
    )


def entries(entry_products: pl.DataFrame) -> pl.DataFrame:
    """Choose the first products with the most customers whose return is known, by the share who came back."""
    return (
        entry_products.filter(pl.col("item").is_not_null() & pl.col("rate").is_finite())
        .sort("customers", "item", descending=[True, False])
        .head(MOST_ENTRIES)
        .sort("rate", "customers", "item", descending=[True, True, False])
    )


def entry_products(entry_products: pl.DataFrame) -> alt.LayerChart:
    """Show by first product how many customers come back, against all; needs rows in `entries`."""
    chosen = entries(entry_products)
    labels = rows.named(chosen.select("item", "label").rows(), _LABEL)
    places, height = rows.even(chosen.height, rows.ROW + 3)
    wide = rows.room(labels.values(), *_LABELS)
    drawing = (wide + 12, _RIGHT)
    shown = chosen.select(
        pl.Series("y", places, dtype=pl.Float64),
        texts("label", (labels[item] for item in chosen["item"])),
        texts("full", (cut(label or item, 120) for item, label in chosen.select("item", "label").rows())),
        _side().alias("colour"),
        pl.col("rate").alias("value"),
        pl.when(pl.col("low").is_finite()).then(pl.col("low")).otherwise(pl.col("rate")).alias("low"),
        pl.when(pl.col("high").is_finite()).then(pl.col("high")).otherwise(pl.col("rate")).alias("high"),
        texts("part", map(numbers.share, chosen["rate"])),
        texts(
            "interval", (f"{numbers.share(a)} to {numbers.share(b)}" for a, b in chosen.select("low", "high").rows())
        ),
        texts("people", map(numbers.count, chosen["customers"])),
        texts("followed", map(numbers.full, chosen["followed"])),
        texts("wait", map(numbers.days, chosen["median_days"])),
    )
    overall = _overall(chosen)
    x = rows.shares(max(float(shown["high"].max()), overall or 0.0), drawing)  # type: ignore[arg-type]
    base = rows.table(shown, height)
    tooltip = [
        alt.Tooltip("full:N", title="First purchase"),
        alt.Tooltip("part:N", title="Came back"),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("followed:N", title="Customers followed long enough"),
    ]
    horizon = numbers.days(chosen["horizon_days"][0])
    return layered(
        *([] if overall is None else [rows.mark(overall, x, height)]),
        *rows.ranges(base, x, tooltip),
        rows.word(base, "label", 0, wide),
        *rows.figures(base, _ENTRY_FIGURES),
        *rows.heads(_ENTRY_FIGURES, (drawing[0], f"Share who order again\nwithin {horizon}"), height),
    ).properties(title=rows.headed(_entries_finding(chosen, horizon), _entries_shown(overall)))


def _side() -> pl.Expr:
    """Return the colour of a row by whether its interval lies wholly above or below the rate of all."""
    return (
        pl.when(pl.col("low") > pl.col("overall_rate"))
        .then(pl.lit(_ABOVE))
        .when(pl.col("high") < pl.col("overall_rate"))
        .then(pl.lit(_BELOW))
        .otherwise(pl.lit(theme.RULE))
    )


def _overall(chosen: pl.DataFrame) -> float | None:
    rate = chosen["overall_rate"][0]
    return None if numbers.missing(rate) else float(rate)


def _entries_finding(chosen: pl.DataFrame, horizon: str) -> str:
    overall = numbers.share(_overall(chosen))
    if overall == numbers.MISSING:
        row = chosen.sort("customers", "item", descending=[True, False]).row(0, named=True)
        return f"{_began(row)} order again within {horizon}"
    clear = chosen.filter(pl.col("low") > pl.col("overall_rate"))
    if clear.is_empty():
        return f"No first product clearly brings more customers back within {horizon} than the {overall} of all"
    return f"{_began(clear.row(0, named=True))} order again within {horizon}, {overall} of all customers do"


def _began(row: dict[str, Any]) -> str:
    return f"{numbers.share(row['rate'])} of those who begin with {cut(row['label'] or row['item'], 44)}"


def _entries_shown(overall: float | None) -> str:
    text = "The first products with the most customers, with the 95% interval"
    if overall is None:
        return f"{text}."
    return (
        f"{text}; the line marks all customers ({numbers.share(overall)}). "
        "Green: clearly above, red: clearly below, grey: may be chance."
    )
