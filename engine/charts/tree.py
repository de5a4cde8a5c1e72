"""What made revenue rise or fall, and how much of it heavy buyers bring."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from engine.charts import theme
from engine.charts.labels import row_axis
from engine.charts.parts import heading, layered, panel, texts
from engine.insights.tree import moved
from engine.report import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

_UP, _DOWN, _WHOLE = theme.SECOND, theme.WORSE, theme.PLAIN
_STEP, _BAR = 52, 30
_WIDTH = 560
_NOTABLE = 0.1
"""Share of all contributions below which a factor is not in the title."""
_FINE_BELOW, _WHOLE_FROM = 10, 1_000
_STILL = 0.005
"""A change of revenue smaller than this is none."""

_GROUPS = {
    "Heavy": theme.SEQUENTIAL[4],
    "Medium": theme.SEQUENTIAL[3],
    "Light": theme.SEQUENTIAL[2],
    "None": theme.RULE,
}


def revenue_tree(revenue_tree: pl.DataFrame, periods: Mapping[str, Any], currency: str = "") -> alt.LayerChart:
    """Draw the way from the revenue of one period to that of another, a bar for what each factor added or took."""
    steps = _steps(revenue_tree, periods, currency)
    order = steps["label"].to_list()
    ends = [*steps["start"], *steps["end"]]
    low, high = min(0.0, *ends), max(0.0, *ends)
    span = high - low or 1.0
    scale = alt.Scale(domain=[low - 0.02 * span, high + 0.16 * span], nice=False)
    base = alt.Chart(steps, width=_WIDTH, height=alt.Step(_STEP)).encode(
        y=alt.Y(
            "label:N",
            sort=order,
            title=None,
            axis=row_axis(),
        ),
        tooltip=[alt.Tooltip("said:N", title="What"), alt.Tooltip("text:N", title="Revenue")],
    )
    x = alt.X("start:Q", axis=None, scale=scale)
    joints = base.transform_filter("datum.joined").mark_tick(
        orient="vertical", color=theme.MUTED, opacity=1, thickness=1, size=_STEP - _BAR, yOffset=_STEP / 2
    )
    return layered(
        joints.encode(x=alt.X("end:Q", axis=None, scale=scale)),
        base.mark_bar(height=_BAR, cornerRadius=2).encode(
            x=x, x2=alt.X2("end:Q"), color=alt.Color("colour:N", scale=None)
        ),
        base.mark_text(align="left", dx=7, fontSize=14, fontWeight="bold").encode(
            x=alt.X("right:Q", axis=None, scale=scale), text=alt.Text("text:N")
        ),
    ).properties(
        title=heading(
            _finding(revenue_tree, periods, currency),
            f"Revenue of {periods.get('name') or 'one period on another'}, and what each part of it added or took: "
            "the bars between add up to the change."
            + ("" if "year" in str(periods.get("name")) else " A season may be part of it."),
        )
    )


def _steps(tree: pl.DataFrame, periods: Mapping[str, Any], currency: str) -> pl.DataFrame:
    """Return one row a bar: label, said, text, start, end, right, colour, joined (to the bar below)."""
    before, after = float(periods["revenue_before"]), float(periods["revenue_after"])
    rows = [_whole("Revenue before", periods.get("before"), before, currency)]
    reached = before
    for row in tree.rows(named=True):
        added = 0.0 if numbers.missing(row["contribution"]) else float(row["contribution"])
        start, reached = reached, reached + added
        was, now = (_figure(row, column, currency) for column in ("before", "after"))
        label = f"{row['label']}\n{was} → {now} ({numbers.change(row['change'])})"
        text = f"+{numbers.money(added, currency)}" if added > 0 else numbers.money(added, currency)
        colour = _UP if added > 0 else _DOWN
        rows.append({"label": label, "text": text, "start": start, "end": reached, "colour": colour})
    rows.append(_whole("Revenue after", periods.get("after"), after, currency))
    return pl.DataFrame(rows).with_columns(
        pl.max_horizontal("start", "end").alias("right"),
        pl.col("label").str.replace("\n", ": ").alias("said"),
        (pl.int_range(pl.len()) < pl.len() - 1).alias("joined"),
    )


def _figure(row: dict[str, Any], column: str, currency: str) -> str:
    """Write a factor with as many digits as its change needs."""
    value, unit = row[column], row["unit"]
    if numbers.missing(value):
        return numbers.MISSING
    if unit == "share":
        return f"{value:.1%}"
    if unit == "money":
        return numbers.money(value, currency)
    if row["factor"] == "customers" or value >= _WHOLE_FROM:
        return numbers.count(value)
    return f"{value:.2f}" if value < _FINE_BELOW else f"{value:.1f}"


def _whole(name: str, ends: Any, revenue: float, currency: str) -> dict[str, Any]:
    """Return the bar of a whole period, with its months."""
    label = f"{name}\n{_months(ends)}" if ends else name
    text = numbers.money(revenue, currency)
    return {"label": label, "text": text, "start": 0.0, "end": revenue, "colour": _WHOLE}


def _months(ends: tuple[str | date, str | date] | list[str | date]) -> str:
    """Write a period, its end exclusive, by its first and its last month."""
    first, end = (datetime.fromisoformat(each).date() if isinstance(each, str) else each for each in ends)
    start, last = numbers.month(first), numbers.month(end - timedelta(days=1))
    return start if start == last else f"{start} to {last}"


def _finding(tree: pl.DataFrame, periods: Mapping[str, Any], currency: str) -> str:
    """Say how revenue moved and what moved it most."""
    before, after = float(periods["revenue_before"]), float(periods["revenue_after"])
    part = after / before - 1 if before > 0 else None
    if part is None:
        moved = f"Revenue went from {numbers.money(before, currency)} to {numbers.money(after, currency)}"
    elif abs(part) < _STILL:
        moved = "Revenue stayed the same"
    else:
        moved = f"Revenue {'rose' if part > 0 else 'fell'} {numbers.share(abs(part))}"
    held = tree.filter(pl.col("contribution").is_finite() & (pl.col("contribution") != 0))
    size = pl.col("contribution").abs()
    told = held.filter(size >= size.sum() * _NOTABLE).sort(size, "factor", descending=[True, False]).head(2)
    said = [_drove(row, currency) for row in told.rows(named=True)]
    return f"{moved}: {', '.join(said)}" if said else moved


def _drove(row: dict[str, Any], currency: str) -> str:
    added = row["contribution"]
    return f"{moved(row)} {'brought' if added > 0 else 'cost'} {numbers.money(abs(added), currency)}"


def heaviness(heaviness: pl.DataFrame, currency: str = "") -> alt.HConcatChart:
    """Set the share of customers who buy much, some or little against the share of revenue they bring."""
    known = [group for group in _GROUPS if group in set(heaviness["group"])]
    frame = pl.DataFrame({"group": known}, schema={"group": pl.String}).join(
        heaviness, on="group", how="left", maintain_order="left"
    )
    rows = frame.rows(named=True)
    shown = frame.with_columns(
        texts("label", (_group(row, currency) for row in rows)),
        texts("colour", (_GROUPS[row["group"]] for row in rows)),
        texts("people", (f"{numbers.share(r['customer_share'])} · {numbers.count(r['customers'])}" for r in rows)),
        texts(
            "money", (f"{numbers.share(r['revenue_share'])} · {numbers.money(r['revenue'], currency)}" for r in rows)
        ),
        texts("worth", (numbers.money(_per(row, "revenue"), currency) for row in rows)),
        texts("often", (numbers.plain(_per(row, "orders")) for row in rows)),
        *(
            pl.when(pl.col(column).is_finite()).then(pl.col(column)).alias(column)
            for column in ("customer_share", "revenue_share")
        ),
    )
    shares = [*shown["customer_share"].drop_nulls(), *shown["revenue_share"].drop_nulls()]
    domain = [min(0.0, *shares) * 1.3, max(0.01, *shares) * 1.5] if shares else [0.0, 1.0]
    return alt.HConcatChart(
        hconcat=[
            _shares(shown, "customer_share", "people", "Share of customers", domain, named=True),
            _shares(shown, "revenue_share", "money", "Share of revenue", domain),
            _column(shown, "worth", "Per customer"),
            _column(shown, "often", "Orders each"),
        ],
        title=heading(
            _heavy_finding(frame),
            "Customers by what they have spent, net of returns: the best 20% are heavy buyers, the next 30% medium, "
            "the other half light.",
        ),
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(y="independent")),
        spacing=24,
    )


def _group(row: dict[str, Any], currency: str) -> str:
    if row["group"] == "None":
        return "None\nnothing left after returns"
    least = row["revenue_from"]
    return str(row["group"]) + ("" if numbers.missing(least) else f"\n{numbers.money(least, currency)} or more")


def _per(row: dict[str, Any], column: str) -> float | None:
    return row[column] / row["customers"] if row["customers"] and row[column] is not None else None


def _shares(
    frame: pl.DataFrame, column: str, label: str, title: str, domain: list[float], *, named: bool = False
) -> alt.LayerChart:
    """Draw a bar a group, labelled with its share and the figure behind it."""
    # A negative bar is labelled at zero, where its label covers nothing.
    shown = frame.select("label", column, label, "colour", pl.max_horizontal(pl.col(column), 0.0).alias("right"))
    scale = alt.Scale(domain=domain, nice=False)
    base = alt.Chart(shown, width=235, height=alt.Step(48), title=panel(title)).encode(
        x=alt.X(f"{column}:Q", axis=None, scale=scale),
        y=alt.Y("label:N", sort=frame["label"].to_list(), title=None, axis=row_axis() if named else None),
    )
    return layered(
        base.mark_bar(height=28, cornerRadiusEnd=3).encode(color=alt.Color("colour:N", scale=None)),
        base.mark_text(align="left", dx=6, fontSize=13).encode(
            x=alt.X("right:Q", axis=None, scale=scale), text=alt.Text(f"{label}:N")
        ),
    )


def _column(frame: pl.DataFrame, column: str, title: str) -> alt.Chart:
    """Write a column of texts beside the bars."""
    written: alt.Chart = (
        alt.Chart(frame.select("label", column), width=82, height=alt.Step(48), title=panel(title))
        .mark_text(align="left", fontSize=13)
        .encode(
            x=alt.value(0), y=alt.Y("label:N", sort=frame["label"].to_list(), axis=None), text=alt.Text(f"{column}:N")
        )
    )
    return written


def _heavy_finding(frame: pl.DataFrame) -> str:
    heavy = frame.filter(pl.col("group") == "Heavy")
    if heavy.is_empty() or numbers.missing(heavy["revenue_share"][0]):
        return "How much of the revenue heavy and light buyers bring"
    few, much = numbers.share(heavy["customer_share"][0]), numbers.share(heavy["revenue_share"][0])
    light = frame.filter(pl.col("group") == "Light")
    said = f"Heavy buyers, {few} of customers, bring {much} of revenue"
    if light.is_empty() or numbers.missing(light["revenue_share"][0]):
        return said
    return f"{said}; the light half brings {numbers.share(light['revenue_share'][0])}"
