"""Who moved between two runs: their customers side by side, counted by flow. Nothing here sets a query in motion.

Segments go by one number in both runs, from 1; null where the run does not have the customer.
"""

from __future__ import annotations

import polars as pl

from engine.units import MICROS, money

MOVED, NEW, GONE = "moved", "new", "gone"
"""What happened to a customer who did not stay in the segment."""
NEW_CUSTOMERS, NOT_THERE = "New customers", "No longer in the data"
"""How the matrix names the side on which a customer is in no segment."""


def side(customers: pl.LazyFrame, numbers: dict[int, int], suffix: str) -> pl.LazyFrame:
    """Return what is compared of each customer of a run, its segments renumbered: one row per customer.

    Revenue comes back as the integer of micros that it was computed from.
    """
    return customers.select(
        "customer_id",
        pl.col("segment").replace_strict(numbers, return_dtype=pl.Int8).alias(f"segment_{suffix}"),
        (pl.col("revenue") * MICROS).round().cast(pl.Int64).alias(f"micros_{suffix}"),
        pl.col("orders").alias(f"orders_{suffix}"),
        pl.col("last_order").alias(f"last_{suffix}"),
    )


def side_by_side(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.LazyFrame:
    """Join two sides, suffixed `before` and `after`: one row per customer of either run, null where one lacks them."""
    return before.join(after, on="customer_id", how="full", coalesce=True)


def flows(both: pl.LazyFrame) -> pl.LazyFrame:
    """Count customers and money by segment before and after: one row per flow that has a customer, in no order.

    Money is in micros, summed as integers; null where no customer of the flow was in the run.
    """
    return both.group_by("segment_before", "segment_after").agg(
        customers=pl.len().cast(pl.Int64),
        micros_before=pl.col("micros_before").sum(),
        micros_after=pl.col("micros_after").sum(),
    )


def movers(both: pl.LazyFrame, names: dict[int, str]) -> pl.LazyFrame:
    """List the customers whose segment changed, or whom one run lacks: one row each, the largest revenue first.

    The order is that of the larger revenue of both runs, then of the customer's id. Revenue is in the currency unit.
    """
    stakes = pl.max_horizontal("micros_before", "micros_after")
    before, after = pl.col("segment_before"), pl.col("segment_after")
    return (
        both.filter(before.ne_missing(after))
        .sort(stakes, "customer_id", descending=[True, False])
        .select(
            "customer_id",
            pl.when(before.is_null())
            .then(pl.lit(NEW))
            .when(after.is_null())
            .then(pl.lit(GONE))
            .otherwise(pl.lit(MOVED))
            .alias("change"),
            before.replace_strict(names, return_dtype=pl.String).alias("from_segment"),
            after.replace_strict(names, return_dtype=pl.String).alias("to_segment"),
            money(pl.col("micros_before")).alias("revenue_before"),
            money(pl.col("micros_after")).alias("revenue_after"),
            "orders_before",
            "orders_after",
            pl.coalesce("last_after", "last_before").alias("last_order"),
        )
    )


def migration(counted: pl.DataFrame, before: dict[int, str], after: dict[int, str]) -> pl.DataFrame:
    """Return the migration matrix: one row per segment before and segment after, those without a customer included.

    `before` and `after` are the names of the segments by number, in the order in which the matrix has them. Customers
    who are new have no segment before, those who are gone none after. Revenue is in the currency unit.
    """
    row = pl.DataFrame({"segment_before": [*before, None]}, schema={"segment_before": pl.Int8}).with_row_index("row")
    column = pl.DataFrame({"segment_after": [*after, None]}, schema={"segment_after": pl.Int8}).with_row_index("column")
    whole = row.join(column, how="cross").filter(
        pl.col("segment_before").is_not_null() | pl.col("segment_after").is_not_null()
    )
    filled = whole.join(counted, on=["segment_before", "segment_after"], how="left", nulls_equal=True)
    counts = ("customers", "micros_before", "micros_after")
    return (
        filled.sort("row", "column")
        .with_columns(pl.col(counts).fill_null(0))
        .select(
            pl.col("segment_before").cast(pl.Int64),
            _named("segment_before", before, NEW_CUSTOMERS).alias("from_segment"),
            pl.col("segment_after").cast(pl.Int64),
            _named("segment_after", after, NOT_THERE).alias("to_segment"),
            "customers",
            money(pl.col("micros_before")).alias("revenue_before"),
            money(pl.col("micros_after")).alias("revenue_after"),
        )
    )


def _named(column: str, names: dict[int, str], otherwise: str) -> pl.Expr:
    return pl.col(column).replace_strict(names, return_dtype=pl.String).fill_null(otherwise)


def balance(counted: pl.DataFrame, names: dict[int, str]) -> pl.DataFrame:
    """Return who stayed, came and left: one row per segment of either run. Revenue is in the currency unit.

    customers_before = stayed + moved_out + gone, customers_after = stayed + moved_in + new.
    """
    before, after = pl.col("segment_before"), pl.col("segment_after")
    rows = []
    for number, name in names.items():
        was, now = before.eq_missing(number), after.eq_missing(number)
        kinds = {
            "customers_before": was,
            "stayed": was & now,
            "moved_out": was & after.is_not_null() & ~now,
            "gone": was & after.is_null(),
            "moved_in": now & before.is_not_null() & ~was,
            "new": now & before.is_null(),
            "customers_after": now,
        }
        sums = counted.select(
            **{kind: pl.col("customers").filter(held).sum() for kind, held in kinds.items()},
            micros_before=pl.col("micros_before").filter(was).sum(),
            micros_after=pl.col("micros_after").filter(now).sum(),
        )
        rows.append(sums.select(pl.lit(number, pl.Int64).alias("segment"), pl.lit(name).alias("name"), pl.all()))
    return (
        pl.concat(rows)
        .with_columns(
            net=pl.col("customers_after") - pl.col("customers_before"),
            revenue_before=money(pl.col("micros_before")),
            revenue_after=money(pl.col("micros_after")),
        )
        .drop("micros_before", "micros_after")
    )
