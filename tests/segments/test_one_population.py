"""Customers who are all of one kind: the verdict says that there are no groups, however clean the cut looks."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.conftest import Cli


def _export(path: Path, *, customers: int, orders: float, spread: float, categories: int, lines: float) -> None:
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
        frame = frame.with_columns(
            category=pl.Series([f"Kind {each}" for each in random.integers(categories, size=len(row))])
        )
    frame.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("orders", "spread", "categories", "lines"),
    [
        (3.0, 1.0, 0, 2.0),
        (8.0, 50.0, 6, 3.0),
        (0.05, 1.0, 4, 1.0),  # a line each: tastes look like groups, one for each category
        (0.6, 0.3, 5, 1.0),
    ],
    ids=["recency and value", "tastes by chance", "one line each", "a few lines each"],
)
def test_noise_is_never_called_natural_groups(
    cli: Cli, tmp_path: Path, orders: float, spread: float, categories: int, lines: float
) -> None:
    _export(tmp_path / "shop.csv", customers=3_000, orders=orders, spread=spread, categories=categories, lines=lines)

    done = cli("analyze", tmp_path / "shop.csv", "--out", tmp_path / "out", "--json", "--quiet")

    assert done.returncode == 0, done.stderr
    k = json.loads(done.stdout)["k"]
    assert k["structure"] in {"continuum", "none"}
    assert "no natural groups" in k["verdict"] or "No stable structure" in k["verdict"]
