"""What a case answered, as a few dozen numbers, and whether two answers agree.

Whole numbers must be equal. Floats may differ by one part in 1,000,000,000: engines add up in different orders. Every
column of a table counts three times: its values, their sum, and their sum weighted by the place of the customer, so
that a value that went to the wrong customer shows.

`python -m benchmarks.answers GROUP TABLE...` prints the answer that stands in the files of a table.
"""

from __future__ import annotations

import json
import math
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

TOLERANCE = 1e-9
"""Part of a sum of floats by which two answers may differ."""

LINES, CUSTOMERS, SUMMARY, RULES, MODEL = "lines", "customers", "summary", "rules", "model"
"""The groups: how many lines there are and have a customer; features by customer; lifetimes' summary by customer; sums
over association rules; the likelihood of a model of the summary."""

WHOLE = {
    LINES: (),
    CUSTOMERS: (
        "orders", "lines", "products", "categories", "units", "revenue", "recent_revenue", "earlier_revenue",
    ),
    SUMMARY: ("frequency", "recency", "T"),
}  # fmt: skip
"""Columns without floats, see `PARTS`."""
PARTS = {"units": 1_000, "revenue": 100, "recent_revenue": 100, "earlier_revenue": 100}
"""What makes whole numbers of a column: money counts in hundredths, units in thousandths."""
FLOATS = {
    LINES: (),
    CUSTOMERS: (
        "aov", "aov_std", "recency_days", "tenure_days", "active_days", "gap_mean_days", "gap_std_days",
        "gap_median_days", "lines_per_order", "price", "top_category_share", "return_rate", "weekend_share",
        "night_share", "morning_share", "afternoon_share", "evening_share",
    ),
    SUMMARY: (),
}  # fmt: skip
MOMENTS = {LINES: (), CUSTOMERS: ("first_order", "last_order", "last_seen"), SUMMARY: ()}
TEXTS = {LINES: (), CUSTOMERS: ("top_category",), SUMMARY: ()}
"""Columns of few texts: each counts as its CRC-32."""
SHARE = "spend_share: "
"""Begins the names of the columns of spend by category; compared in the order of their names."""

_PLACES = 1009
_DIGITS = 8

Answer = Mapping[str, int | float]


def answer_of(table: pl.LazyFrame, group: str) -> pl.LazyFrame:
    """Sum a table of one row per customer to one row: the numbers that must agree within the group."""
    import polars as pl

    names = table.collect_schema().names()
    shares = {f"share {n:02}": name for n, name in enumerate(sorted(n for n in names if n.startswith(SHARE)), 1)}
    floats = {name: _float(name) for name in FLOATS[group]} | {each: _float(name) for each, name in shares.items()}
    whole = {name: (_float(name) * PARTS.get(name, 1)).round() for name in WHOLE[group]}
    moments = {name: pl.col(name).cast(pl.Datetime("us")).to_physical() for name in MOMENTS[group]}
    texts = {name: _codes(table, name) for name in TEXTS[group]}
    exact = {name: each.cast(pl.Int128) for name, each in (whole | moments | texts).items()}
    columns = pl.col(*exact, *floats)
    return (
        table.select(pl.col("customer_id").cast(pl.String), **exact, **floats)
        .sort("customer_id")
        .with_row_index("place")
        .select(
            pl.len().alias("customers"),
            columns.sum(),
            (columns * (pl.col("place") % _PLACES + 1)).sum().name.suffix(" by place"),
            columns.count().name.suffix(" known"),
        )
    )


def read_answer(group: str, paths: Iterable[str]) -> dict[str, int | float]:
    """Return the answer that stands in the files of a table, Parquet or Arrow IPC."""
    import polars as pl

    parts = [
        pl.scan_parquet(path, glob=False) if path.endswith(".parquet") else pl.scan_ipc(path, glob=False)
        for path in paths
    ]
    return answer_of(pl.concat(parts), group).collect().row(0, named=True)


def disagreement(one: Answer, other: Answer) -> str | None:
    """Say where two answers differ; None where they agree.

    >>> disagreement({"orders": 3, "aov": 0.1 + 0.2}, {"orders": 3, "aov": 0.3})
    >>> disagreement({"orders": 3, "aov": 0.3}, {"orders": 4, "aov": 0.3})
    'orders: 3 and 4'
    """
    lacking = sorted(one.keys() ^ other.keys())
    if lacking:
        return f"only one of the two has: {', '.join(lacking)}"
    for name in one:
        if not _equal(one[name], other[name]):
            return f"{name}: {one[name]} and {other[name]}"
    return None


def majority(answers: Mapping[str, Answer]) -> str | None:
    """Name a case with whose answer more than half of the cases agree; None where there is none."""
    for name, answer in answers.items():
        if 2 * sum(disagreement(answer, other) is None for other in answers.values()) > len(answers):
            return name
    return None


def checksum(answer: Answer) -> str:
    """Return eight hexadecimal digits of an answer, its floats taken to eight digits."""
    texts = {name: f"{value:.{_DIGITS}g}" if isinstance(value, float) else str(value) for name, value in answer.items()}
    return f"{zlib.crc32(json.dumps(texts, sort_keys=True).encode()):08x}"


def _float(name: str) -> pl.Expr:
    import polars as pl

    return pl.col(name).cast(pl.Float64).fill_nan(None)


def _codes(table: pl.LazyFrame, name: str) -> pl.Expr:
    """Return the texts of a column as numbers: the same for the same text, in any table."""
    import polars as pl

    text = pl.col(name).cast(pl.String)
    known = table.select(text.unique().drop_nulls()).collect(engine="streaming")[name].to_list()
    return text.replace_strict(known, [zlib.crc32(each.encode()) for each in known], return_dtype=pl.Int64)


def _equal(one: float, other: float) -> bool:
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    return math.isclose(one, other, rel_tol=TOLERANCE)


if __name__ == "__main__":
    print(json.dumps(read_answer(sys.argv[1], [str(Path(path)) for path in sys.argv[2:]])))
