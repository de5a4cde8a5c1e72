"""Customers who are all of one kind: the verdict says that there are no groups, however clean the cut looks."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine import Settings, analyze
from engine.insights.wanted import INSIGHTS


def _export(
    path: Path,
    *,
    customers: int,
    orders: float,
    spread: float,
    categories: int,
    lines: float,
    prices: float,
    alike: bool,
) -> None:
    """Write orders of customers who differ by chance alone: paces from one Gamma, spends from one log-normal."""
    random = np.random.default_rng(11)
    pace = random.gamma(spread, orders / spread, customers)
    level = random.normal(3.0, 0.4, customers)
    counts = 1 + random.poisson(pace)
    owner = np.repeat(np.arange(customers), counts)
    order = np.arange(len(owner))
    sizes = 1 + random.poisson(lines - 1, len(owner))
    row = np.repeat(order, sizes)
    at = random.uniform(0, 700, len(owner))
    columns = {
        "customer_id": [f"C{each}" for each in owner[row]],
        "order_id": [f"O{each}" for each in row],
        "date": [datetime(2023, 1, 1) + timedelta(days=float(at[each])) for each in row],
        "amount": np.exp(level[owner[row]] + random.normal(0, 0.5, len(row))).round(2),
    }
    frame = pl.DataFrame(columns)
    if categories:
        kinds = (
            random.integers(categories, size=len(owner))[row] if alike else random.integers(categories, size=len(row))
        )
        frame = frame.with_columns(
            amount=pl.Series(frame["amount"].to_numpy() * prices**kinds).round(2),
            category=pl.Series([f"Kind {each}" for each in kinds]),
        )
    frame.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")


USUAL: dict[str, Any] = {
    "customers": 2_000,
    "spread": 1.0,
    "categories": 0,
    "lines": 2.0,
    "prices": 1.0,
    "alike": False,
}


@pytest.mark.parametrize(
    "shop",
    [
        {"orders": 3.0},
        {"orders": 8.0, "spread": 50.0, "categories": 6, "lines": 3.0},
        {"orders": 0.05, "categories": 4, "lines": 1.0},  # a line each: tastes look like groups, one for each category
        {"orders": 0.6, "spread": 0.3, "categories": 5, "lines": 1.0},
        {"orders": 2.0, "categories": 6, "lines": 3.0, "alike": True},
        {"orders": 2.0, "categories": 3, "prices": 6.0},
        {"orders": 1.0, "customers": 150},
    ],
    ids=[
        "recency and value",
        "tastes",
        "one line each",
        "few lines",
        "orders of a category",
        "prices",
        "few customers",
    ],
)
def test_noise_is_never_called_natural_groups(tmp_path: Path, shop: dict[str, Any]) -> None:
    _export(tmp_path / "shop.csv", **(USUAL | shop))

    k = analyze(tmp_path / "shop.csv", settings=Settings(without=INSIGHTS)).summary["k"]

    assert k["structure"] in {"continuum", "none"}
    assert "No natural groups" in k["verdict"] or "No stable structure" in k["verdict"]
