"""Small canonical transactions, of any shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import polars as pl
from hypothesis import strategies as st

from engine.features.catalogue import catalogue
from engine.features.categories import category_spend, product_spend
from engine.features.customers import features
from engine.features.lines import ITEM, PRODUCT, coded, product_codes
from engine.features.orders import gaps, orders
from engine.intake.products import line_sums
from engine.schema import CODE, PRODUCTS

Engine = Literal["in-memory", "streaming"]

AS_OF = datetime(2021, 1, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One canonical line: quantity in thousandths, amount in micros."""

    customer_id: str = "a"
    order_id: str = "1"
    ordered_at: datetime = datetime(2020, 6, 1, 12)
    quantity: int = 1_000
    amount: int = 5_000_000
    product_id: str | None = None
    category: str | None = None

    @property
    def bought(self) -> bool:
        return self.quantity >= 0 and self.amount >= 0


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "customer_id": pl.String,
    "order_id": pl.String,
    "ordered_at": pl.Datetime("us"),
    "quantity": pl.Int64,
    "amount": pl.Int64,
    "product_id": pl.String,
    "category": pl.String,
}


def frame(lines: list[Line]) -> pl.LazyFrame:
    """Return lines as the features take them, but with texts that can be read in place of numbers."""
    rows = [{name: getattr(line, name) for name in SCHEMA} for line in lines]
    categories = pl.Enum(sorted({line.category for line in lines if line.category is not None}))
    table = pl.LazyFrame(rows, schema=SCHEMA).rename({"order_id": "order_key"})
    return table.with_columns(
        pl.col("category").cast(categories),
        pl.lit(None, dtype=pl.UInt16).alias(ITEM),
        pl.col("product_id").alias(PRODUCT),
    )


def products(lines: list[Line]) -> pl.DataFrame:
    """Return the products of lines as the intake leaves them."""
    texts = pl.col("category").cast(pl.String)
    sums = frame(lines).with_columns(texts).group_by("product_id", "category").agg(**line_sums())
    keyed = sums.sort("product_id", "category").with_row_index("product_key", offset=7)
    return keyed.select(
        pl.lit(None).alias(column.name).cast(column.dtype)
        if column.name == "product_name"
        else pl.col(column.name).cast(column.dtype)
        for column in PRODUCTS.columns
    ).collect()


def shard(lines: list[Line]) -> pl.LazyFrame:
    """Return lines as a shard holds them, made ready for the features: all texts as numbers."""
    table = products(lines)
    keys = table.select("product_key", "product_id", "category").lazy()
    texts = frame(lines).with_columns(pl.col("category").cast(pl.String), pl.col("order_key").hash())
    keyed = texts.join(keys, on=["product_id", "category"], how="left", nulls_equal=True)
    codes = product_codes(table, catalogue(table), "category", ["Toys"])
    return coded(keyed.drop("product_id", "category", ITEM, PRODUCT), codes.lazy())


def with_codes(lf: pl.LazyFrame) -> pl.LazyFrame:
    """Code the customers of lines or orders, as `features.lines.coded` does."""
    return lf.with_columns(pl.col("customer_id").cast(pl.Categorical(pl.Categories.random())))


def table_of(lf: pl.LazyFrame, categories: list[str], *, engine: Engine = "in-memory") -> pl.DataFrame:
    """Compute the features of the customers of coded lines, sorted by customer."""
    of_lines = orders(lf)
    table = features(of_lines, gaps(of_lines), category_spend(lf), product_spend(lf), AS_OF, categories)
    return table.sort("customer_id").collect(engine=engine)


def feature_table(lines: list[Line], categories: list[str], *, engine: Engine = "in-memory") -> pl.DataFrame:
    """Compute the features of the customers, sorted by customer."""
    return table_of(with_codes(frame(lines)), categories, engine=engine).drop(CODE)


MOMENTS = st.one_of(
    st.sampled_from(
        [datetime(2020, 1, 4), datetime(2020, 1, 5, 23, 59, 59), datetime(2020, 10, 3), datetime(2020, 12, 31, 6)]
    ),
    st.datetimes(datetime(2018, 1, 1), AS_OF - timedelta(microseconds=1)),
    st.integers(0, 400).map(lambda hours: AS_OF - timedelta(days=100) + timedelta(hours=hours)),
)


@st.composite
def line_of_any_kind(draw: st.DrawFn) -> Line:
    """Draw a line as the intake leaves it: a negative quantity has no positive amount."""
    quantity = draw(st.one_of(st.sampled_from([0, 1_000, -1_000]), st.integers(-50_000, 50_000)))
    amount = draw(
        st.one_of(st.sampled_from([0, 1, 5_000_000]), st.integers(-(10**9), 10**9), st.integers(-(10**15), 10**15))
    )
    return Line(
        customer_id=draw(st.sampled_from(["a", "b", "c"])),
        order_id=draw(st.sampled_from(["1", "2", "3", "4", "5"])),
        ordered_at=draw(MOMENTS),
        quantity=quantity,
        amount=-abs(amount) if quantity < 0 else amount,
        product_id=draw(st.sampled_from([None, "p", "q", "r"])),
        category=draw(st.sampled_from([None, "Toys", "Garden", "Art"])),
    )


LINES = st.lists(line_of_any_kind(), min_size=1, max_size=25)
