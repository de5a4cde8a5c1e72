"""The CDNOW sample, held against the published counts of its calibration period."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine import Settings, analyze
from engine.insights.wanted import INSIGHTS

pytestmark = pytest.mark.real_data

CALIBRATION_END = datetime(1997, 9, 30)


@pytest.fixture(scope="module")
def lines(real_data: Path) -> pl.DataFrame:
    """The sample as a table: sample id, day, number of CDs, dollars."""
    rows = [line.split() for line in (real_data / "cdnow_sample.txt").read_text(encoding="ascii").splitlines()]
    return pl.DataFrame(
        [(row[1], f"{row[2][:4]}-{row[2][4:6]}-{row[2][6:]}", row[3], row[4]) for row in rows if row],
        schema=["customer_id", "date", "quantity", "amount"],
        orient="row",
    )


def _customers(lines: pl.DataFrame, path: Path, as_of: datetime) -> pl.DataFrame:
    lines.write_csv(path)
    return analyze(
        path, settings=Settings(as_of=as_of, columns={"amount": "amount"}, without=INSIGHTS)
    ).customers.collect()


def test_frequency_recency_and_age_match_the_published_calibration(lines: pl.DataFrame, tmp_path: Path) -> None:
    calibration = lines.filter(pl.col("date") <= "1997-09-30")

    customers = _customers(calibration, tmp_path / "cdnow.csv", CALIBRATION_END)

    repeats = customers["orders"] - 1
    assert len(customers) == 2_357
    assert repeats.sum() == 2_457
    assert (repeats == 0).sum() == 1_411
    by_hand = (
        calibration.with_columns(day=pl.col("date").str.to_date())
        .group_by("customer_id")
        .agg(x=pl.col("day").n_unique().cast(pl.Int64) - 1, first=pl.col("day").min(), last=pl.col("day").max())
        .select(
            "customer_id",
            "x",
            t_x=(pl.col("last") - pl.col("first")).dt.total_days(),
            t=(CALIBRATION_END.date() - pl.col("first")).dt.total_days(),
        )
    )
    found = customers.select(
        "customer_id",
        x=pl.col("orders") - 1,
        t_x=(pl.col("last_order") - pl.col("first_order")).dt.total_days(),
        t=pl.col("tenure_days").cast(pl.Int64),
    )
    assert_frame_equal(found, by_hand, check_row_order=False)
    assert (customers["tenure_days"] % 1 == 0).all()
    # The customer of the BTYD vignette: x = 26 repeats, t_x = 30.857 weeks, T = 31 weeks.
    assert found.filter((pl.col("x") == 26) & (pl.col("t_x") == 216) & (pl.col("t") == 217)).height == 1


def test_customer_days_and_holdout_match_the_published_counts(lines: pl.DataFrame, tmp_path: Path) -> None:
    customers = _customers(lines, tmp_path / "cdnow.csv", datetime(1998, 7, 1))
    calibration = _customers(lines.filter(pl.col("date") <= "1997-09-30"), tmp_path / "first.csv", CALIBRATION_END)

    later = customers.join(calibration, on="customer_id", suffix="_then").select(
        orders=pl.col("orders") - pl.col("orders_then")
    )

    assert customers["orders"].sum() == 6_696
    assert customers["revenue"].sum() == pytest.approx(244_091.94, abs=0.005)
    assert later["orders"].sum() == 1_882
    assert (later["orders"] > 0).sum() == 684
