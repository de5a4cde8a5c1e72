"""The tables of what customers buy, how they stay and where the money sits, as rows of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.insights.left_out import missing_of
from engine.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_PAIRS = 12
MOST_TRIPLES = 8
MOST_OF_SEGMENT = 3
PAIRS = (
    "Whoever takes …",
    "… also takes",
    "Orders with both",
    "Of those with the first",
    "Usual share of the second",
    "Lift",
)
TRIPLES = (
    "Whoever takes …",
    "… also takes",
    "Orders with all three",
    "Of those with the two",
    "Usual share of the third",
    "Lift",
)
SEGMENT_PAIRS = ("Segment", "Bought together", "Orders with both", "Lift", "Among all orders")
REPEAT = ("Within", "Ordered again", "95% interval", "New customers")
RHYTHM = ("Segment", "Customers with two orders", "A quarter under", "Half under", "Three quarters under", "Overdue")
TREE = ("Factor", "Before", "After", "Change", "Added to revenue")
WEIGHT = ("Buyers", "From", "Customers", "Share", "Revenue", "Share of revenue", "Orders")
COLUMNS = ("Column", "Lines", "Lowest", "5%", "25%", "Median", "Mean", "75%", "95%", "Highest", "Zero", "Negative")


def missing(summary: dict[str, Any], *tables: str) -> list[str]:
    """Say which tables are missing and why, those of one reason together."""
    return missing_of(each for each in summary.get("left_out") or [] if each["table"] in tables)


def untold(summary: dict[str, Any], sections: Iterable[str]) -> list[str]:
    """Say what is missing altogether: that of the insights which have no section."""
    return missing_of(each for each in summary.get("left_out") or [] if each["insight"] not in sections)


def pairs(summary: dict[str, Any]) -> list[list[str]]:
    """Write the rules that tell most, one way of each pair: that which is followed more often."""
    seen: set[frozenset[str]] = set()
    rows = []
    for row in _telling(summary, products=2):
        both = frozenset([*row["antecedents"], row["consequent"]])
        if both not in seen:
            seen.add(both)
            rows.append(_rule(row))
    return rows[:MOST_PAIRS]


def triples(summary: dict[str, Any]) -> list[list[str]]:
    """Write the rules of two products that foretell a third better than either does."""
    return [_rule(row) for row in _telling(summary, products=3)][:MOST_TRIPLES]


def triples_caption(summary: dict[str, Any]) -> str:
    """Say which rules of three products are shown: with a support that the user named all frequent ones."""
    if summary["counted"]["basket_support"] is None:
        return "Where two products together foretell a third better than either does"
    return "Three products together, above the support that was asked for"


def _telling(summary: dict[str, Any], products: int) -> Iterator[dict[str, Any]]:
    for row in summary.get("basket_rules") or []:
        if len(row["antecedents"]) + 1 == products and (row["lift_low"] or 0) > 1:
            yield row


def _rule(row: dict[str, Any]) -> list[str]:
    return [
        " + ".join(row["antecedent_labels"]),
        row["consequent_label"],
        numbers.full(row["orders"]),
        numbers.share(row["confidence"]),
        numbers.share(row["consequent_support"]),
        numbers.times(row["lift"]),
    ]


def segment_pairs(summary: dict[str, Any]) -> list[list[str]]:
    """Write the pairs that tell most about each segment's orders."""
    told: dict[int, int] = {}
    rows = []
    for row in summary.get("segment_pairs") or []:
        told[row["segment"]] = told.get(row["segment"], 0) + 1
        if told[row["segment"]] <= MOST_OF_SEGMENT:
            rows.append(
                [
                    row["segment_name"],
                    f"{row['first_label']} + {row['second_label']}",
                    numbers.full(row["orders"]),
                    numbers.times(row["lift"]),
                    numbers.times(row["overall_lift"]),
                ]
            )
    return rows


def repeat_rates(summary: dict[str, Any]) -> list[list[str]]:
    """Write how many new customers order again within so many days."""
    return [
        [
            numbers.days(row["horizon_days"]),
            numbers.share(row["rate"]),
            numbers.MISSING
            if row["low"] is None
            else f"{numbers.share(row['low'])} \u2013 {numbers.share(row['high'])}",
            numbers.full(row["customers"]),
        ]
        for row in summary.get("repeat_rates") or []
        if row["segment"] is None and row["rate"] is not None
    ]


def rhythm(summary: dict[str, Any]) -> list[list[str]]:
    """Write the days between the orders of the customers of each segment."""
    return [
        [
            row["segment_name"],
            numbers.full(row["customers"]),
            *(numbers.days(row[name]) for name in ("p25_days", "median_days", "p75_days")),
            numbers.share(row["overdue_share"]),
        ]
        for row in summary.get("customer_rhythm") or []
    ]


def tree(summary: dict[str, Any]) -> list[list[str]]:
    """Write the factors of the revenue before and after, and what each added."""
    currency = str(summary.get("currency") or "")
    return [
        [
            row["label"],
            *(numbers.amount(row[side], row["unit"], currency, short=True) for side in ("before", "after")),
            numbers.change(row["change"]),
            numbers.money(row["contribution"], currency),
        ]
        for row in summary.get("revenue_tree") or []
    ]


def weight(summary: dict[str, Any]) -> list[list[str]]:
    """Write the heavy, medium and light buyers."""
    currency = str(summary.get("currency") or "")
    return [
        [
            row["group"] if row["group"] != "None" else "No revenue",
            numbers.money(row["revenue_from"], currency) if row["group"] != "None" else numbers.MISSING,
            numbers.full(row["customers"]),
            numbers.share(row["customer_share"]),
            numbers.money(row["revenue"], currency),
            numbers.share(row["revenue_share"]),
            numbers.full(row["orders"]),
        ]
        for row in summary.get("heaviness") or []
    ]


def columns(summary: dict[str, Any]) -> list[list[str]]:
    """Write how the numbers of the lines are spread."""
    currency = str(summary.get("currency") or "")
    names = ("min", "p05", "p25", "median", "mean", "p75", "p95", "max")
    return [
        [
            row["label"],
            numbers.full(row["values"]),
            *(numbers.amount(row[name], row["unit"], currency) for name in names),
            *(numbers.share(row[name]) for name in ("zero_share", "negative_share")),
        ]
        for row in summary.get("columns") or []
    ]
