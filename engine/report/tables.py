"""The tables of the report as rows of text, ready to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.privacy import shown
from engine.report import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

STATISTICS = ("min", "p25", "median", "mean", "p75", "p90", "max")
"""The columns of the statistical summary, by their keys."""

CHOSEN = {"data": ", chosen by the data", "user": ", as you asked", "earlier": ", as in the earlier run"}


def between(low: Any, high: Any, unit: str, currency: str = "") -> str:
    """Write a range of values of a feature.

    >>> between(14, 32, "days"), between(None, None, "days"), between(1, 1, "orders")
    ('14\u201332 days', '\u2013', '1 order')
    """
    first, last = (numbers.amount(value, unit, currency) for value in (low, high))
    if first == last:
        return first
    if unit in {"days", "orders"}:
        return f"{numbers.plain(low)}\u2013{last}"
    return f"{first} \u2013 {last}"


def rfm_cuts(summary: dict[str, Any]) -> list[list[str]]:
    """Write what each RFM score means: days since the last order, orders and money."""
    currency = str(summary.get("currency") or "")
    columns = (("recency_days", "days"), ("orders", "orders"), ("revenue", "money"))
    return [
        [
            str(row["score"]),
            *(between(row[f"{name}_from"], row[f"{name}_to"], unit, currency) for name, unit in columns),
        ]
        for row in sorted(summary.get("rfm_cuts") or [], key=lambda row: -row["score"])
    ]


def rfm_thresholds(summary: dict[str, Any]) -> str:
    """Write the values between the scores, by measure."""
    currency = str(summary.get("currency") or "")
    told = [
        f"{label}: {', '.join(f'{cut:.4g}' for cut in cuts)}"
        for name, label in (("recency_days", "days since the last order"), ("orders", "orders"))
        if (cuts := (summary.get("rfm_thresholds") or {}).get(name))
    ]
    if money := (summary.get("rfm_thresholds") or {}).get("revenue"):
        told.append(f"money spent: {', '.join(numbers.money(cut, currency) for cut in money)}")
    return "; ".join(told)


def rfm_names(summary: dict[str, Any]) -> list[list[str]]:
    """Write the RFM names with their customers and medians, the most revenue first."""
    currency = str(summary.get("currency") or "")
    return [
        [
            row["rfm_name"],
            numbers.full(row["customers"]),
            numbers.share(row["customer_share"]),
            numbers.share(row["revenue_share"]),
            numbers.days(row["median_recency_days"]),
            numbers.plain(row["median_orders"]),
            numbers.money(row["median_revenue"], currency),
        ]
        for row in sorted(summary.get("rfm") or [], key=lambda row: (-(row["revenue"] or 0), row["rfm_name"]))
    ]


def statistics(summary: dict[str, Any], keys: Sequence[str] = STATISTICS) -> list[list[str]]:
    """Write the distribution of each feature over all customers."""
    currency = str(summary.get("currency") or "")
    return [
        [row["label"], *(numbers.amount(row.get(key), row["unit"], currency, short=True) for key in keys)]
        for row in summary.get("features") or []
    ]


EVIDENCE = (
    "Segments",
    "Silhouette",
    "without groups",
    "Calinski-Harabasz",
    "Davies-Bouldin",
    "Stability",
    "Spread",
    "without groups",
    "Least recovered",
    "Smallest segment",
)
"""Headings of the evidence for each number of segments."""


def evidence(summary: dict[str, Any]) -> list[tuple[bool, list[str]]]:
    """Write what speaks for each number of segments, and whether it is the chosen one."""
    k = summary["k"]
    return [
        (
            row["k"] == k["chosen"],
            [
                f"{row['k']} (chosen)" if row["k"] == k["chosen"] else str(row["k"]),
                numbers.score(row.get("silhouette")),
                numbers.score(row.get("reference_silhouette")),
                numbers.count(row.get("calinski_harabasz")),
                numbers.score(row.get("davies_bouldin")),
                numbers.score(row.get("stability")),
                "±" + numbers.score(row["stability_spread"])
                if row.get("stability_spread") is not None
                else numbers.MISSING,
                numbers.score(row.get("reference_stability")),
                numbers.score(row.get("jaccard")),
                numbers.share(row.get("smallest_share")),
            ],
        )
        for row in k["candidates"]
    ]


RIGHT = 0.6
"""Share of the customers for whom a rule must be right to be shown."""


def rules(summary: dict[str, Any]) -> list[list[str]]:
    """Write the rules that restate the segments: segment, conditions, for how many it holds, how often it is right.

    One that is wrong too often is left out: it would explain nothing.
    """
    currency = str(summary.get("currency") or "")
    grouped: dict[int, list[dict[str, Any]]] = {}
    for row in (summary.get("rules") or {}).get("conditions") or []:
        grouped.setdefault(row["rule"], []).append(row)
    return [
        [
            rows[0]["segment_name"],
            ", ".join(condition(row, currency) for row in rows),
            numbers.share(rows[0]["customer_share"]),
            numbers.share(rows[0]["accuracy"]),
        ]
        for rows in grouped.values()
        if rows[0]["accuracy"] >= RIGHT
    ]


def without_rule(summary: dict[str, Any]) -> list[str]:
    """Name the segments that no rule restates well enough."""
    named = {row[0] for row in rules(summary)}
    return [row["name"] for row in summary["segments"] if row["name"] not in named]


def condition(row: dict[str, Any], currency: str = "") -> str:
    """Write one condition of a rule.

    >>> condition({"label": "Orders", "unit": "orders", "above": 2.0, "upto": None})
    'orders over 2'
    >>> condition({"label": "Days since last order", "unit": "days", "above": 30.0, "upto": 120.0})
    'days since last order 30 to 120'
    """
    label = row["label"][:1].lower() + row["label"][1:]
    plain = row["unit"] in {"days", "orders"}
    above, upto = (
        None if row[side] is None else f"{row[side]:g}" if plain else numbers.amount(row[side], row["unit"], currency)
        for side in ("above", "upto")
    )
    if above is None:
        return f"{label} up to {upto}"
    return f"{label} over {above}" if upto is None else f"{label} {above} to {upto}"


def typical(summary: dict[str, Any], segment: int) -> list[list[str]]:
    """Write the typical customers of a segment: id, orders, revenue, last order."""
    currency = str(summary.get("currency") or "")
    return [
        [
            shown(row["customer_id"]),
            numbers.plain(row["orders"]),
            numbers.money(row["revenue"], currency),
            numbers.days(row["recency_days"]),
        ]
        for row in summary.get("typical_customers") or []
        if row["segment"] == segment
    ]


def rejected(summary: dict[str, Any]) -> list[list[str]]:
    """Write why lines were rejected, the most frequent reason first."""
    rows = summary["rows"]
    ordered = sorted(rows["rejected_by_reason"].items(), key=lambda item: (-item[1], item[0]))
    return [
        [reason, numbers.full(lines), numbers.share(lines / rows["read"] if rows["read"] else None)]
        for reason, lines in ordered
    ]


def alerts(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Write each alert with what it touches: lines and money."""
    currency = str(summary.get("currency") or "")
    written = []
    for alert in summary.get("alerts") or []:
        touched = [numbers.plural(alert["rows"], "line")] if alert.get("rows") else []
        touched += [numbers.money(alert["amount"], currency)] if alert.get("amount") else []
        written.append((alert["message"], ", ".join(touched)))
    return written


def source(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Write what was read and how, and what it takes to run it again."""
    read = summary["source"]
    delimiter = read.get("delimiter") or ""
    facts = [
        ("Files", ", ".join(f"{file['name']} ({numbers.size(file['bytes'])})" for file in read["files"])),
        ("Encoding", read.get("encoding") or ""),
        ("Delimiter", delimiter),
        ("Dates", read.get("date_format") or ""),
        ("Counted up to", numbers.day(summary["as_of"])),
        ("Segments", f"{summary['k']['chosen']}{CHOSEN.get(summary['k']['chosen_by'], '')}"),
        ("Seed", str(summary["seed"])),
        ("Version", f"Hidden Segments {summary['version']}"),
    ]
    return [(name, value) for name, value in facts if value]
