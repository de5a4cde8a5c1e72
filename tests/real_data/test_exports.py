"""Every real export reads without a single option, with the figures that are known of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.intake.builders import Taken, take_file

pytestmark = pytest.mark.real_data


def _take(real_data: Path, tmp_path: Path, name: str) -> Taken:
    return take_file(real_data / name, tmp_path)


@pytest.mark.parametrize(
    ("name", "lines", "customers", "total"),
    [
        ("online_retail.csv", 541_909, 4_372, 8_300_065_814_000),
        ("online_retail_germany_bom.csv", 9_495, 95, 221_698_210_000),
        ("cdnow_master.txt", 69_659, 23_570, 2_500_315_630_000),
        ("cdnow_sample.txt", 6_919, 2_357, 244_091_940_000),
        ("superstore_mixed_dates.csv", 9_994, 793, 2_297_200_860_300),
    ],
)
def test_known_figures(real_data: Path, tmp_path: Path, name: str, lines: int, customers: int, total: int) -> None:
    taken = _take(real_data, tmp_path, name)

    assert taken.intake.read == lines
    assert taken.lines["customer_id"].n_unique() == customers
    assert taken.intake.revenue == total


def test_dash_dates_of_the_superstore_take_the_order_of_the_proved_ones(real_data: Path, tmp_path: Path) -> None:
    taken = _take(real_data, tmp_path, "superstore_mixed_dates.csv")

    shipped = pl.read_csv(real_data / "superstore_mixed_dates.csv", infer_schema=False).select("Order ID", "Order Date")
    assert taken.source.reading.date_formats == ("%m/%d/%Y", "%m-%d-%y")
    assert shipped["Order Date"].str.contains("-").sum() == 4_042
    assert taken.lines.select("customer_id", "order_id").n_unique() == 5_009
    # The year of an order stands in its id, but for orders of the last day of a year.
    year = pl.col("order_id").str.extract(r"-(20\d\d)-").cast(pl.Int32)
    differs = taken.lines.filter(pl.col("ordered_at").dt.year() != year)
    assert set(differs["ordered_at"].dt.strftime("%m-%d")) <= {"12-31"}


def test_customer_days_of_cdnow(real_data: Path, tmp_path: Path) -> None:
    taken = _take(real_data, tmp_path, "cdnow_master.txt")

    assert taken.lines.select("customer_id", "order_id").n_unique() == 67_591
    assert (taken.intake.first.date().isoformat(), taken.intake.last.date().isoformat()) == ("1997-01-01", "1998-06-30")


def test_shopify_orders_keep_the_customer_of_their_first_line(real_data: Path, tmp_path: Path) -> None:
    taken = _take(real_data, tmp_path, "shopify_orders_fictional.csv")

    assert taken.intake.read == 249
    # Five orders, of seven lines, have no e-mail on any line.
    assert taken.intake.rejected_by_reason == {"missing customer": 7}
    per_order = taken.lines.group_by("order_id").agg(pl.col("customer_id").n_unique())
    assert (per_order["customer_id"] == 1).all()
