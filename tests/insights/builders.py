"""Small tables of orders, of any shape, for the insights that look at when customers buy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl
from hypothesis import strategies as st

from engine.insights.months import customer_months
from engine.schema import CODE
from engine.schema import ORDERS as TABLE

START = datetime(2023, 11, 20)
AS_OF = datetime(2024, 8, 1)


@dataclass(frozen=True, slots=True)
class Order:
    """One order: amount in micros; one that is no purchase holds returns only."""

    customer: str
    at: datetime
    amount: int = 5_000_000
    bought: bool = True


ORDERS = st.lists(
    st.builds(
        Order,
        customer=st.sampled_from("abcdefg"),
        at=st.one_of(
            st.sampled_from(
                [datetime(2023, 12, 31, 23, 59, 59, 999_999), datetime(2024, 2, 29), datetime(2024, 7, 31)]
            ),
            st.datetimes(START, AS_OF - timedelta(microseconds=1)),
        ),
        amount=st.one_of(st.sampled_from([0, 1, -1]), st.integers(-(10**13), 10**13)),
        bought=st.sampled_from([True, True, True, False]),
    ),
    max_size=40,
)
SEGMENTS = st.fixed_dictionaries(dict.fromkeys("abcdefg", st.integers(1, 3)))
"""The segment of each customer."""
NAMES = pl.DataFrame({"segment": [1, 2, 3], "segment_name": ["One", "Same", "Same"]})


def frame(orders: list[Order]) -> pl.LazyFrame:
    """Return orders as `features.orders.orders` does, as far as time and money go; the customers are coded."""
    rows = {
        "customer_id": [order.customer for order in orders],
        "bought_at": [order.at if order.bought else None for order in orders],
        "first_line": [order.at for order in orders],
        "amount": [order.amount for order in orders],
    }
    schema = {name: dtype for name, dtype in TABLE.schema.items() if name in rows}
    coded = pl.col("customer_id").cast(pl.Categorical(pl.Categories.random()))
    return pl.LazyFrame(rows, schema=schema).with_columns(coded)


def with_segments(table: pl.LazyFrame, orders: pl.LazyFrame, segments: dict[str, int]) -> pl.LazyFrame:
    """Add the segment of each customer to a table by the customers' code."""
    customer = pl.col("customer_id").cast(pl.String)
    segment = customer.replace_strict(segments, return_dtype=pl.Int64)
    code = pl.col("customer_id").to_physical().alias(CODE)
    return table.join(orders.select(code, segment=segment).unique(), on=CODE, how="left")


def months_of(orders: list[Order], segments: dict[str, int]) -> pl.LazyFrame:
    """Return the months of the customers with their segments, as the sums by cohort take them."""
    table = frame(orders)
    code = pl.col("customer_id").to_physical().alias(CODE)
    return with_segments(customer_months(table).with_columns(code), table, segments)


def month(moment: datetime) -> date:
    """Return the calendar month of a moment."""
    return moment.date().replace(day=1)


def firsts_of(orders: list[Order]) -> dict[str, datetime]:
    """Return the first purchase of each customer in plain Python."""
    found: dict[str, datetime] = {}
    for order in orders:
        if order.bought:
            found[order.customer] = min(order.at, found.get(order.customer, order.at))
    return found


def cut(orders: list[Order], among: str) -> list[list[Order]]:
    """Part orders into two shards of whole customers."""
    return [[order for order in orders if (order.customer in among) is side] for side in (True, False)]
