"""The page of a batch: what became of every export, their key figures side by side, and the way to their reports."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from engine.report import numbers
from engine.report.files import REPORT
from engine.report.html import page
from engine.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.batches.manifest import Entry

HEADS = ("Export", "State", "Customers", "Orders", "Revenue", "Per customer", "From", "To", "Segments", "Rejected")
BEST = "Segment with the most revenue"


def render_index(entries: Sequence[Entry], folder: Path) -> str:
    """Return the page as self-contained HTML without scripts; `folder` holds the folders of the analyses."""
    from engine.charts import theme  # imports Altair

    return page("batch.html.j2").render(
        n=numbers,
        theme=theme,
        entries=entries,
        headline=headline(entries),
        failed=[entry for entry in entries if entry.state != "done"],
        heads=(*HEADS, BEST),
        rows=[_row(entry, folder) for entry in entries],
        version=__version__,
    )


def headline(entries: Sequence[Entry]) -> str:
    """Say how many exports were analysed, and how many were not."""
    states = Counter(entry.state for entry in entries)
    said = [f"{numbers.plural(states.pop('done', 0), 'export')} analysed"]
    said += [f"{count:,} {state}" for state, count in sorted(states.items())]
    return ", ".join(said)


def key_figures(entry: Entry) -> list[str]:
    """Write the key figures of an analysis: customers, orders, revenue, and so on in the order of the heads."""
    known = entry.figures
    if known is None:
        return [numbers.MISSING] * (len(HEADS) - 2)
    money, rows = str(known["currency"] or ""), known["rows"]
    return [
        numbers.full(known["customers"]),
        numbers.full(known["orders"]),
        numbers.money(known["revenue"], money),
        numbers.money(known["revenue"] / known["customers"] if known["customers"] else None, money),
        numbers.day(known["period"]["first"]),
        numbers.day(known["period"]["last"]),
        numbers.full(known["segments"]),
        numbers.share(rows["rejected"] / rows["read"] if rows["read"] else None),
    ]


def _row(entry: Entry, folder: Path) -> dict[str, Any]:
    stands = (folder / entry.name / REPORT).is_file()
    best = entry.figures["best_segment"] if entry.figures else None
    return {
        "name": entry.name,
        "state": entry.state,
        "link": f"{quote(entry.name)}/{REPORT}" if stands else None,
        "cells": key_figures(entry),
        "best": ""
        if best is None
        else f"{best['name']}: {numbers.share(best['customer_share'])} of customers, "
        f"{numbers.share(best['revenue_share'])} of revenue",
    }
