"""Every figure of a comparison as one JSON-ready dictionary, and what to mind when reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from engine.report import numbers
from engine.report.move_findings import findings
from engine.segments.match import SAME
from engine.units import MICROS
from engine.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.runs import Run

RULE = (
    "Two segments are the same where their centres lie clearly nearer to each other than to any other segment of the "
    f"other run: within {SAME} of the distance to the next one."
)
_LISTED = 6
"""Features that an alert names."""


def summarise(
    a: Run,
    b: Run,
    matching: dict[str, Any],
    counted: pl.DataFrame,
    frames: Mapping[str, pl.DataFrame],
    told: list[dict[str, str]],
) -> dict[str, Any]:
    """Collect every figure of a comparison: `counted` are the flows, `frames` the tables made of them."""
    currency = b.currency or a.currency
    names = _labels(a, b)
    summary: dict[str, Any] = {
        "version": __version__,
        "currency": currency,
        "runs": {"a": _run(a, names[0]), "b": _run(b, names[1])},
        "matching": {"rule": RULE, **matching},
        **_totals(counted),
        "segments": frames["pairs"].to_dicts(),
        "balance": frames["balance"].to_dicts(),
        "migration": frames["migration"].to_dicts(),
        "alerts": told,
    }
    summary["findings"] = findings(summary, frames["migration"], frames["balance"], frames["pairs"])
    return summary


def alerts(a: Run, b: Run, counted: pl.DataFrame, pairs: pl.DataFrame, unshared: list[str]) -> list[dict[str, str]]:
    """Tell what keeps the two runs from being compared like with like."""
    return [{"code": code, "message": message} for code, message in _alerts(a, b, counted, pairs, unshared)]


def _alerts(
    a: Run, b: Run, counted: pl.DataFrame, pairs: pl.DataFrame, unshared: list[str]
) -> Iterator[tuple[str, str]]:
    one, other = _labels(a, b)
    if a.path == b.path:
        yield "same_run", "Both folders are the same: nothing can have moved."
    if b.as_of < a.as_of:
        when = [numbers.day(run.as_of) for run in (a, b)]
        message = f"{other} (as of {when[1]}) is earlier than {one} (as of {when[0]}): swap them, or read it backwards."
        yield "later_run_earlier", message
    if a.currency != b.currency:
        signs = [run.currency or "no known currency" for run in (a, b)]
        message = f"The runs are in {signs[0]} and in {signs[1]}: their revenue cannot be compared."
        yield "currencies_differ", message
    if not counted.drop_nulls(["segment_before", "segment_after"])["customers"].sum():
        message = "The runs have no customer in common: are they of the same shop, with the same ids?"
        yield "no_common_customers", message
    first = [str(run.period.get("first") or "") for run in (a, b)]
    if all(first) and first[1][:10] > first[0][:10]:
        message = (
            f"{other} begins on {numbers.day(first[1])}, {one} on {numbers.day(first[0])}: customers who have not "
            f"ordered since then count as no longer in the data."
        )
        yield "later_begin", message
    if forced := _forced(counted, pairs):
        message = (
            f"{numbers.full(forced)} of those who changed segment left one that is gone, or came to one that is new: "
            f"there the cut between the segments changed, and not the customers alone."
        )
        yield "segments_changed", message
    if unshared:
        more = f" and {len(unshared) - _LISTED} more" if len(unshared) > _LISTED else ""
        message = f"The segments are matched without what only one run knows: {', '.join(unshared[:_LISTED])}{more}."
        yield "features_differ", message


def _forced(counted: pl.DataFrame, pairs: pl.DataFrame) -> int:
    """Count the movers between segments of which one has no match."""
    unmatched = pairs.filter(pl.col("status") != "kept")["segment"].to_list()
    between = counted.filter(pl.col("segment_before") != pl.col("segment_after"))
    ends = pl.col("segment_before").is_in(unmatched) | pl.col("segment_after").is_in(unmatched)
    return int(between.filter(ends)["customers"].sum())


def _labels(a: Run, b: Run) -> tuple[str, str]:
    """Name the runs by their folders, with the folder above where that is the same for both."""
    if a.name != b.name or a.path == b.path:
        return a.name, b.name
    return f"{a.path.parent.name}/{a.name}", f"{b.path.parent.name}/{b.name}"


def _run(run: Run, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "as_of": run.as_of.isoformat(),
        "period": run.period,
        "currency": run.currency,
        "customers": run.rows,
        "segments": run.model.k,
    }


def _totals(counted: pl.DataFrame) -> dict[str, Any]:
    """Sum up customers and revenue by what happened to them; shares are of the customers of both runs."""
    before, after = pl.col("segment_before"), pl.col("segment_after")
    was, now = before.is_not_null(), after.is_not_null()
    kinds = {
        "before": was,
        "after": now,
        "both": was & now,
        "stayed": before == after,
        "moved": before != after,
        "new": ~was,
        "gone": ~now,
    }
    sums = {
        kind: counted.filter(held).select(pl.col("customers", "micros_before", "micros_after").sum()).row(0)
        for kind, held in kinds.items()
    }
    customers = {kind: each[0] for kind, each in sums.items()}
    revenue = {
        "before": sums["before"][1] / MICROS,
        "after": sums["after"][2] / MICROS,
        **{f"{kind}_before": sums[kind][1] / MICROS for kind in ("both", "stayed", "moved", "gone")},
        **{f"{kind}_after": sums[kind][2] / MICROS for kind in ("both", "stayed", "moved", "new")},
    }
    both = sums["both"]
    return {
        "customers": {
            **customers,
            "moved_share": customers["moved"] / customers["both"] if customers["both"] else None,
        },
        "revenue": {**revenue, "moved_share": sums["moved"][2] / both[2] if both[2] > 0 else None},
    }
