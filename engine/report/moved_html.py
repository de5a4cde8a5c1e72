"""The page of a comparison: one HTML file that opens offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.charts import theme
from engine.insights.migration import NEW_CUSTOMERS, NOT_THERE
from engine.privacy import shown
from engine.report import numbers
from engine.report.html import rendered

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from engine.comparison import Comparison

STATUS = {"kept": "the same segment", "new": "new: no match before", "gone": "gone: no match now"}


def render_comparison(result: Comparison, specs: Mapping[str, dict[str, Any]], bundle: str) -> str:
    """Return the comparison as one self-contained HTML page; see `render_report`."""
    summary = result.summary
    currency = summary["currency"]
    return rendered(
        "comparison.html.j2",
        specs,
        bundle,
        s=summary,
        segment_ids={},  # the same segment has other colours in the two runs
        tiles=_tiles(summary, currency),
        heads=result.migration["to_segment"].unique(maintain_order=True).to_list(),
        customers=_matrix(result.migration, "customers", ""),
        revenue=_matrix(result.migration, "revenue", currency),
        balance=[_balance(row, currency) for row in result.balance.iter_rows(named=True)],
        movers=[_mover(row, currency) for row in result.top.iter_rows(named=True)],
        pairs=[_pair(row) for row in result.pairs.iter_rows(named=True)],
    )


def _tiles(summary: dict[str, Any], currency: str) -> list[tuple[str, str, str]]:
    """Return the key figures: what, how much, and one more word about it."""
    customers, revenue = summary["customers"], summary["revenue"]
    return [
        ("Customers before", numbers.count(customers["before"]), numbers.money(revenue["before"], currency)),
        ("Customers after", numbers.count(customers["after"]), numbers.money(revenue["after"], currency)),
        (
            "Stayed",
            numbers.count(customers["stayed"]),
            f"in their segment, of {numbers.count(customers['both'])} in both",
        ),
        (
            "Changed segment",
            numbers.share(customers["moved_share"]),
            f"{numbers.count(customers['moved'])} customers, {numbers.money(revenue['moved_after'], currency)}",
        ),
        ("New", numbers.count(customers["new"]), numbers.money(revenue["new_after"], currency)),
        ("No longer there", numbers.count(customers["gone"]), numbers.money(revenue["gone_before"], currency)),
    ]


def _matrix(migration: pl.DataFrame, figure: str, currency: str) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the rows of the matrix: each cell with its text, and a shade by its part of the row's customers."""
    held: dict[str, dict[str, dict[str, Any]]] = {}
    for row in migration.iter_rows(named=True):
        held.setdefault(row["from_segment"], {})[row["to_segment"]] = row
    heads = migration["to_segment"].unique(maintain_order=True).to_list()
    rows = []
    for name, cells in held.items():
        whole = sum(cell["customers"] for cell in cells.values())
        rows.append((name, [_cell(cells.get(head), whole, figure, currency) for head in heads]))
    return rows


def _cell(row: dict[str, Any] | None, whole: int, figure: str, currency: str) -> dict[str, str]:
    if row is None or not row["customers"]:
        return {"text": numbers.MISSING, "shade": "", "ink": ""}
    money = row["revenue_before" if row["segment_after"] is None else "revenue_after"]
    text = numbers.full(row["customers"]) if figure == "customers" else numbers.money(money, currency)
    shade = theme.between(theme.SEQUENTIAL, row["customers"] / whole)
    return {"text": text, "shade": shade, "ink": theme.ink_on(shade)}


def _balance(row: dict[str, Any], currency: str) -> tuple[str, ...]:
    counts = ("customers_before", "stayed", "moved_out", "gone", "moved_in", "new", "customers_after")
    return (
        row["name"],
        *(numbers.full(row[name]) for name in counts),
        grown(row["net"]),
        *(numbers.money(row[name], currency) for name in ("revenue_before", "revenue_after")),
    )


def _mover(row: dict[str, Any], currency: str) -> tuple[str, ...]:
    return (
        shown(row["customer_id"]),
        row["from_segment"] or NEW_CUSTOMERS,
        row["to_segment"] or NOT_THERE,
        *(numbers.money(row[name], currency) for name in ("revenue_before", "revenue_after")),
        " → ".join(numbers.full(row[name]) for name in ("orders_before", "orders_after")),
        numbers.day(row["last_order"]),
    )


def _pair(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["name"],
        row["name_b"] or numbers.MISSING,
        STATUS[row["status"]],
        numbers.score(row["distance"]),
        numbers.score(row["room"]),
    )


def grown(number: int) -> str:
    """Write a change of a count with its sign.

    >>> grown(109), grown(0)
    ('+109', '0')
    """
    return f"+{numbers.full(number)}" if number > 0 else numbers.full(number)
