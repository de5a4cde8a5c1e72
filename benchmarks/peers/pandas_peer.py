"""pandas, as notebooks use it: the export in memory, one group-by after the other; scikit-learn for the segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

    from engine.stages import Stages

COLUMNS = ("order_id", "customer_id", "ordered_at", "product_id", "category", "quantity", "unit_price")
LARGEST = 12
"""Categories whose share of spend is a feature."""
RECENT_DAYS = 90
SATURDAY = 5
DAY_PARTS = {"night": (0, 5), "morning": (6, 11), "afternoon": (12, 17), "evening": (18, 23)}
"""Parts of the day by their first and last hour."""
K = 6
"""Segments: the number that the generator plants, so that pandas need not look for it."""
MEASURES = ("orders", "lines", "revenue", "aov", "recency_days", "tenure_days", "gap_mean_days", "products")
"""Features that are clustered, on a logarithmic scale."""


def features(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Write one row per customer; money as whole cents until the end."""
    return _written(build_features(export, stages), folder)


def analysis(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Write one row per customer with the number of its segment."""
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    customers = build_features(export, stages)
    with stages.stage("segments"):
        logged = np.log1p(customers[list(MEASURES)].fillna(0).clip(lower=0))
        scaled = StandardScaler().fit_transform(logged)
        customers["segment"] = KMeans(n_clusters=K, n_init=10, random_state=1).fit_predict(scaled)
    return _written(customers, folder)


def read_lines(export: Path, columns: tuple[str, ...] = COLUMNS) -> pd.DataFrame:
    """Read the usable lines: with a customer, a time and an amount, in cents."""
    lines = pd.read_csv(export, usecols=list(columns))
    lines["ordered_at"] = pd.to_datetime(lines["ordered_at"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    cents = (pd.to_numeric(lines["unit_price"], errors="coerce") * 100).round()
    lines["amount"] = pd.to_numeric(lines["quantity"], errors="coerce") * cents
    lines = lines.dropna(subset=["customer_id", "ordered_at", "amount"])
    if pd.api.types.is_float_dtype(lines["customer_id"]):
        lines["customer_id"] = lines["customer_id"].astype("int64")
    lines["bought"] = (lines["quantity"] >= 0) & (lines["amount"] >= 0)
    return lines


def end_of(lines: pd.DataFrame) -> pd.Timestamp:
    """Return the midnight after the last line."""
    return lines["ordered_at"].max().normalize() + pd.Timedelta(days=1)


def build_features(export: Path, stages: Stages) -> pd.DataFrame:
    """Return one row per customer."""
    with stages.stage("read"):
        lines = read_lines(export)
    with stages.stage("features"):
        bought = lines[lines["bought"]]
        products = bought.groupby("customer_id")["product_id"].nunique()
        customers = _customers(_orders(lines), end_of(lines))
        return customers.assign(products=products[products > 0]).join(_tastes(bought))


def _orders(lines: pd.DataFrame) -> pd.DataFrame:
    """Sum lines to orders: one row per customer and order, in the order of purchase."""
    lines = lines.assign(
        bought_at=lines["ordered_at"].where(lines["bought"]),
        bought_units=lines["quantity"].where(lines["bought"], 0),
        paid=lines["amount"].where(lines["bought"], 0),
    )
    orders = lines.groupby(["customer_id", "order_id"], sort=False).agg(
        bought_at=("bought_at", "min"),
        first_line=("ordered_at", "min"),
        last_line=("ordered_at", "max"),
        lines=("amount", "size"),
        units=("quantity", "sum"),
        net=("amount", "sum"),
        bought_units=("bought_units", "sum"),
        paid=("paid", "sum"),
    )
    return orders.reset_index().sort_values(["customer_id", "bought_at"])


def _customers(orders: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Sum orders to customers."""
    recent = orders["first_line"] >= as_of - pd.Timedelta(days=RECENT_DAYS)
    sums = (
        orders.assign(recent=orders["net"].where(recent, 0))
        .groupby("customer_id")
        .agg(
            lines=("lines", "sum"),
            units=("units", "sum"),
            net=("net", "sum"),
            last_seen=("last_line", "max"),
            bought_units=("bought_units", "sum"),
            paid=("paid", "sum"),
            recent=("recent", "sum"),
        )
    )
    customers = sums.drop(columns=["net", "bought_units", "paid", "recent"]).join(_purchases(orders))
    customers["orders"] = customers["orders"].fillna(0).astype("int64")
    customers["revenue"] = sums["net"] / 100
    customers["recent_revenue"] = sums["recent"] / 100
    customers["earlier_revenue"] = (sums["net"] - sums["recent"]) / 100
    customers["recency_days"] = _days(as_of - customers["last_order"])
    customers["tenure_days"] = _days(as_of - customers["first_order"])
    customers["active_days"] = _days(customers["last_order"] - customers["first_order"])
    customers["price"] = sums["paid"] / 100 / sums["bought_units"]
    returned = sums["paid"] - sums["net"]
    unpaid = ((returned > 0) | (customers["orders"] == 0)).astype(float)
    customers["return_rate"] = (returned / sums["paid"]).clip(upper=1).where(sums["paid"] > 0, unpaid)
    return customers


def _purchases(orders: pd.DataFrame) -> pd.DataFrame:
    """Sum the orders with a bought line to customers: when, how often, for how much."""
    purchases = orders[orders["bought_at"].notna()]
    customer, bought_at = purchases["customer_id"], purchases["bought_at"]
    hour = bought_at.dt.hour
    return (
        purchases.assign(
            value=purchases["net"] / 100,
            gap=_days(bought_at.diff().where(customer == customer.shift())),
            weekend=bought_at.dt.dayofweek >= SATURDAY,
            **{part: hour.between(*hours) for part, hours in DAY_PARTS.items()},
        )
        .groupby("customer_id")
        .agg(
            orders=("bought_at", "size"),
            aov=("value", "mean"),
            aov_std=("value", "std"),
            first_order=("bought_at", "min"),
            last_order=("bought_at", "max"),
            gap_mean_days=("gap", "mean"),
            gap_std_days=("gap", "std"),
            gap_median_days=("gap", "median"),
            lines_per_order=("lines", "mean"),
            **{f"{part}_share": (part, "mean") for part in ("weekend", *DAY_PARTS)},
        )
    )


def _tastes(bought: pd.DataFrame) -> pd.DataFrame:
    """Part the spend of each customer by category: the favourite, and the largest in all."""
    spend = bought.pivot_table(index="customer_id", columns="category", values="amount", aggfunc="sum")
    total = spend.sum(axis="columns")
    largest = spend.sum().nlargest(LARGEST).index
    shares = spend[sorted(largest)].fillna(0).div(total, axis="index").add_prefix("spend_share: ")
    return shares.assign(
        categories=spend.count(axis="columns"),
        top_category=spend.idxmax(axis="columns"),
        top_category_share=spend.max(axis="columns") / total,
    )


def _days(duration: pd.Series) -> pd.Series:
    return duration / pd.Timedelta(days=1)


def _written(customers: pd.DataFrame, folder: Path) -> list[Path]:
    table = folder / "customers.parquet"
    customers.reset_index().to_parquet(table)
    return [table]
