"""The UCI Online Retail export, held against figures that plain Python counts from the file."""

from __future__ import annotations

import csv
import itertools
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from engine import analyze
from engine.charts import NAMES
from engine.result import Analysis

pytestmark = pytest.mark.real_data


@dataclass
class Count:
    """What plain Python counts in the file, line by line."""

    read: int = 0
    missing: int = 0
    revenue: Decimal = Decimal(0)
    missing_revenue: Decimal = Decimal(0)
    customers: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    purchases: set[tuple[str, str]] = field(default_factory=set)
    products: set[str] = field(default_factory=set)
    times: list[datetime] = field(default_factory=list)


@pytest.fixture(scope="module")
def counted(real_data: Path) -> Count:
    count = Count()
    with (real_data / "online_retail.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            count.read += 1
            amount = Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
            if not row["CustomerID"]:
                count.missing += 1
                count.missing_revenue += amount
                continue
            customer = row["CustomerID"].removesuffix(".0")
            count.revenue += amount
            count.customers[customer] += amount
            count.products.add(row["StockCode"].strip())
            count.times.append(datetime.fromisoformat(row["InvoiceDate"]))
            if int(row["Quantity"]) >= 0:
                count.purchases.add((customer, row["InvoiceNo"]))
    return count


@pytest.fixture(scope="module")
def run(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyze(real_data / "online_retail.csv", out=tmp_path_factory.mktemp("uci") / "run")


def test_the_counts_are_the_published_ones(counted: Count) -> None:
    assert counted.read == 541_909
    assert counted.missing == 135_080
    assert len(counted.customers) == 4_372
    assert counted.revenue + counted.missing_revenue == Decimal("9747747.934")


def test_every_line_is_read_and_accounted_for(run: Analysis, counted: Count) -> None:
    rows = run.summary["rows"]

    assert rows["read"] == counted.read
    assert rows["rejected_by_reason"] == {"missing customer": counted.missing}
    assert rows["read"] == rows["kept"] + rows["rejected"]


def test_totals_equal_an_independent_count(run: Analysis, counted: Count) -> None:
    assert run.summary["customers"] == len(counted.customers)
    assert run.summary["orders"] == len(counted.purchases)
    assert run.summary["products"] == len(counted.products)
    assert Decimal(str(run.summary["revenue"])) == counted.revenue
    assert run.summary["period"] == {"first": min(counted.times).isoformat(), "last": max(counted.times).isoformat()}
    assert run.summary["as_of"] == "2011-12-10T00:00:00"


def test_the_money_left_out_is_told(run: Analysis, counted: Count) -> None:
    alert = next(each for each in run.summary["alerts"] if each["code"] == "missing_customers")

    assert alert["rows"] == counted.missing
    assert Decimal(str(alert["amount"])) == counted.missing_revenue


def test_customers_are_one_row_each_and_sum_to_the_revenue(run: Analysis, counted: Count) -> None:
    customers = run.customers.collect()

    revenue = {row["customer_id"]: Decimal(str(row["revenue"])) for row in customers.iter_rows(named=True)}
    assert customers["customer_id"].is_unique().all()
    assert revenue == counted.customers


def test_segments_and_affinity_add_up(run: Analysis, counted: Count) -> None:
    segments = run.frames.segments

    assert segments["customers"].sum() == len(counted.customers)
    assert segments["revenue"].sum() == pytest.approx(float(counted.revenue), abs=0.005)
    assert segments["revenue"].is_sorted(descending=True)
    assert run.frames.rfm["customers"].sum() == len(counted.customers)
    assert segments["segment_name"].is_unique().all()


def test_outputs_are_complete_and_charts_are_drawn(run: Analysis) -> None:
    assert run.out is not None
    charts = {path.name for path in (run.out / "charts").iterdir()}

    assert {path.name for path in run.out.iterdir()} == {
        "report.html", "summary.json", "segments.csv", "customers.parquet", "activation.csv",
        "rejects.csv", "charts", "model.json", "run.json",
    }  # fmt: skip
    assert {"customer_segment_distribution.png", "product_affinity_matrix.svg"} <= charts
    # A year of data has no season, and by BG/NBD hardly anybody is ever lost.
    assert {name.removesuffix(".png") for name in charts if name.endswith(".png")} == set(NAMES) - {
        "seasonality",
        "alive_matrix",
    }
    assert all(
        (run.out / "charts" / name).read_bytes().startswith(b"\x89PNG") for name in charts if name.endswith(".png")
    )
    assert json.loads((run.out / "summary.json").read_text(encoding="utf-8")) == run.summary
    with (run.out / "rejects.csv").open(encoding="utf-8", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert len(rejects) == 135_080
    assert rejects[0]["line"] == "624"
    assert rejects[0]["raw"] == "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom"


def test_recency_and_gaps_of_a_customer_by_hand(run: Analysis, real_data: Path) -> None:
    with (real_data / "online_retail.csv").open(encoding="utf-8", newline="") as file:
        lines = [row for row in csv.DictReader(file) if row["CustomerID"] == "12747.0" and int(row["Quantity"]) >= 0]
    times = sorted({row["InvoiceNo"]: datetime.fromisoformat(row["InvoiceDate"]) for row in lines}.values())
    gaps = [(after - before).total_seconds() / 86_400 for before, after in itertools.pairwise(times)]

    row = run.customers.filter(pl.col("customer_id") == "12747").collect().row(0, named=True)

    assert row["orders"] == len(times)
    assert row["recency_days"] == pytest.approx((datetime(2011, 12, 10) - times[-1]).total_seconds() / 86_400)
    assert row["tenure_days"] == pytest.approx((datetime(2011, 12, 10) - times[0]).total_seconds() / 86_400)
    assert row["gap_mean_days"] == pytest.approx(sum(gaps) / len(gaps))
