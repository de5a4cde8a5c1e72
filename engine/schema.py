"""The tables of the engine as data: name, type, unit, nullability and meaning of every column.

Stages check what they hand over against these tables (`match`), and the documentation of the outputs is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """An ordered set of columns, and what one row of it is."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [column.name for column in self.columns]

    @property
    def schema(self) -> pl.Schema:
        """The columns as Polars describes them."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def match(self, lf: pl.LazyFrame) -> pl.LazyFrame:
        """Select the table's columns in their order, or fail where one is missing or of another type."""
        return lf.match_to_schema(self.schema, extra_columns="ignore")


TEXT, KEY, COUNT, FLOAT = pl.String(), pl.UInt64(), pl.Int64(), pl.Float64()
MOMENT, DAY = pl.Datetime("us"), pl.Date()

TRANSACTIONS = Table(
    "transactions",
    "one row per kept line of the input",
    (
        Column("customer_id", TEXT, "as in the file, trimmed; leading zeros kept"),
        Column(
            "order_id", TEXT, "from the file; the calendar day where the file has none (one order per customer and day)"
        ),
        Column(
            "product_id", TEXT, "the product's name where the file has no ids; null where it has neither", nullable=True
        ),
        Column("product_name", TEXT, "null where the file has none", nullable=True),
        Column("category", TEXT, "null where the file has none", nullable=True),
        Column("ordered_at", MOMENT, "time of the line, UTC"),
        Column("quantity", COUNT, "negative for a return; 1 unit where the file has none", "thousandths"),
        Column("amount", COUNT, "line total; negative for a return", "micros of the currency unit"),
    ),
)

LINES = Table(
    "lines",
    "one row per kept line of the input, as the shards hold it: keys in place of texts",
    (
        Column("customer_id", TEXT, "as in the transactions"),
        Column("order_key", KEY, "tells the orders of a customer apart"),
        Column("product_key", KEY, "row of the products"),
        Column("ordered_at", MOMENT, "time of the line, UTC"),
        Column("quantity", COUNT, "negative for a return", "thousandths"),
        Column("amount", COUNT, "line total; negative for a return", "micros"),
    ),
)

PRODUCTS = Table(
    "products",
    "one row per distinct text of product id, name and category among the kept lines",
    (
        Column("product_key", KEY, "key of the three texts as they stand in the file"),
        Column("product_id", TEXT, "as in the transactions", nullable=True),
        Column("product_name", TEXT, "as in the transactions", nullable=True),
        Column("category", TEXT, "as in the transactions", nullable=True),
        Column("lines", COUNT, "number of lines"),
        Column("amount", COUNT, "net of returns", "micros"),
        Column("bought_lines", COUNT, "lines that are no returns"),
        Column("bought_amount", COUNT, "their amount", "micros"),
        Column("zero_lines", COUNT, "lines worth nothing"),
    ),
)

REJECTS = Table(
    "rejects",
    "one row per rejected line of the input",
    (
        Column("file", TEXT, "name of the input file"),
        Column("line", COUNT, "number of the line, counted from 1 with the header; null where unknown", nullable=True),
        Column("reason", TEXT, "why it was rejected: the first rule that it breaks"),
        Column("raw", TEXT, "its cells, joined by the file's delimiter, up to the first one beyond the header's"),
    ),
)

ORDERS = Table(
    "orders",
    "one row per customer and order, orders of returns only included",
    (
        Column("customer_id", TEXT, ""),
        Column(
            "bought_at", MOMENT, "time of its first bought line; null where all its lines are returns", nullable=True
        ),
        Column("first_line", MOMENT, "time of its first line"),
        Column("last_line", MOMENT, "time of its last line"),
        Column("lines", COUNT, "number of lines"),
        Column("quantity", COUNT, "net of returns", "thousandths"),
        Column("amount", COUNT, "net of returns", "micros"),
        Column("bought_quantity", COUNT, "of the bought lines", "thousandths"),
        Column("bought_amount", COUNT, "of the bought lines", "micros"),
    ),
)

FEATURES = Table(
    "features",
    "one row per customer",
    (
        Column("customer_id", TEXT, "the customer"),
        Column("orders", COUNT, "purchases: orders with at least one line that is not a return"),
        Column("lines", COUNT, "lines, returns included"),
        Column("units", FLOAT, "units bought, net of returns"),
        Column("revenue", FLOAT, "amount of all lines, net of returns", "currency"),
        Column("aov", FLOAT, "average order value: mean net amount of the purchases", "currency", nullable=True),
        Column(
            "aov_std",
            FLOAT,
            "sample standard deviation of the order values; from two purchases on",
            "currency",
            nullable=True,
        ),
        Column("first_order", MOMENT, "time of the first purchase", nullable=True),
        Column("last_order", MOMENT, "time of the last purchase", nullable=True),
        Column("last_seen", MOMENT, "time of the last line, a return included"),
        Column("recency_days", FLOAT, "as_of minus the last purchase", "days", nullable=True),
        Column("tenure_days", FLOAT, "as_of minus the first purchase", "days", nullable=True),
        Column("active_days", FLOAT, "last purchase minus the first: 0 with one purchase", "days", nullable=True),
        Column(
            "gap_mean_days",
            FLOAT,
            "mean time between successive purchases; from two purchases on",
            "days",
            nullable=True,
        ),
        Column(
            "gap_std_days",
            FLOAT,
            "sample standard deviation of these gaps; from three purchases on",
            "days",
            nullable=True,
        ),
        Column("gap_median_days", FLOAT, "median of these gaps; from two purchases on", "days", nullable=True),
        Column("lines_per_order", FLOAT, "lines of the purchases per purchase", nullable=True),
        Column("price", FLOAT, "average price of a unit bought; null without quantities", "currency", nullable=True),
        Column("products", COUNT, "distinct products bought; null where none is known", nullable=True),
        Column("categories", COUNT, "distinct categories bought; null where none is known", nullable=True),
        Column("top_category", TEXT, "category with the largest spend; of equal ones the first by name", nullable=True),
        Column("top_category_share", FLOAT, "its share of the spend by category", nullable=True),
        Column("return_rate", FLOAT, "amount returned per amount bought, 1 at most; 1 where nothing but returns"),
        Column("weekend_share", FLOAT, "share of the purchases made on a Saturday or Sunday", nullable=True),
        Column("night_share", FLOAT, "share of the purchases made from 0:00 to 5:59", nullable=True),
        Column("morning_share", FLOAT, "share of the purchases made from 6:00 to 11:59", nullable=True),
        Column("afternoon_share", FLOAT, "share of the purchases made from 12:00 to 17:59", nullable=True),
        Column("evening_share", FLOAT, "share of the purchases made from 18:00 to 23:59", nullable=True),
        Column("recent_revenue", FLOAT, "revenue of the orders begun in the last 90 days before as_of", "currency"),
        Column("earlier_revenue", FLOAT, "revenue of the orders begun before that", "currency"),
    ),
)
"""The features of every customer; beside them come `spend_share: <category>` for the largest categories by revenue."""

MICROS_OF = "(revenue in micros)"
"""Column that the features carry beside the table, so that sums of revenue over customers are exact; never written."""

CODE = "(customer code)"
"""Column that the features of a shard carry beside the table: the customer's number within the shard; never written."""

DAYS_OF = "(purchase days)"
"""Column that the features carry beside the table: the days on which the customer bought; never written."""

SCORES = Table(
    "scores",
    "one row per customer",
    (
        Column("r_score", COUNT, "recency, 5 = most recent fifth"),
        Column("f_score", COUNT, "number of purchases, 5 = most"),
        Column("m_score", COUNT, "revenue, 5 = most"),
        Column("rfm_name", TEXT, "name of the RFM group"),
        Column("segment", COUNT, "hidden segment; 1 = the segment with the largest revenue"),
        Column("segment_name", TEXT, "its name"),
        Column("next_segment", COUNT, "the segment that is nearest after it; null with one segment", nullable=True),
        Column(
            "certainty",
            FLOAT,
            "how surely the customer belongs: 1 - distance to the own over distance to the next centroid",
            nullable=True,
        ),
    ),
)

FORECAST = Table(
    "forecast",
    "one row per customer; all null where the data does not allow a forecast",
    (
        Column("p_return", FLOAT, "probability of a purchase in the horizon after as_of", nullable=True),
        Column("expected_orders", FLOAT, "expected purchases in the horizon", nullable=True),
        Column("expected_spend", FLOAT, "expected revenue in the horizon, net of returns", "currency", nullable=True),
        Column(
            "next_order",
            DAY,
            "day by which the next purchase is as likely as not; null where that is more than a year away",
            nullable=True,
        ),
        Column("value_365", FLOAT, "expected revenue in the 365 days after as_of", "currency", nullable=True),
    ),
)

CUSTOMERS = Table("customers", FEATURES.grain, (*FEATURES.columns, *SCORES.columns))
"""What is known of every customer once they are labelled; a run of `analyze` adds `FORECAST`."""
