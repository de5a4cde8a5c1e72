"""The forecast of real exports: it ranks, counts and is calibrated, by its own proof and on days that it never saw."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from engine import Settings, analyze
from engine.forecast.names import BUYING, SIMPLE
from engine.result import Analysis

pytestmark = pytest.mark.real_data

SETTINGS = Settings(
    k=4, without=("affinity", "baskets", "sequence", "cohorts", "timing", "concentration", "statistics")
)


@pytest.fixture(scope="module", params=["online_retail.csv", "cdnow_master.txt"])
def run(request: pytest.FixtureRequest, real_data: Path) -> Analysis:
    return analyze(real_data / request.param, settings=SETTINGS)


def test_the_chosen_model_is_beaten_by_no_rule_of_thumb_and_not_by_bg_nbd(run: Analysis) -> None:
    forecast = run.summary["forecast"]
    models = {each["model"]: each for each in forecast["models"]}
    chosen = models[forecast["chosen"]]

    simple = [models[name] for name in (*SIMPLE, BUYING)]
    assert chosen["auc"] >= max(each["auc"] for each in simple)
    # The gain over "who bought last" is no chance.
    assert models["recency"]["auc_ahead_low"] > 0
    assert chosen["mae_orders_low"] <= min(each["mae_orders"] for each in simple)
    assert chosen["calibration_error"] < 0.03
    assert chosen["orders_ratio"] == pytest.approx(1, abs=0.1)
    assert "ranks customers better than any rule of thumb" in forecast["verdict"]


def test_of_the_customers_given_so_much_so_many_came(run: Analysis) -> None:
    tenths = run.frames.forecast_calibration

    assert tenths["customers"].sum() == run.frames.forecast_cutoffs["customers"].sum()
    assert (tenths["expected"] - tenths["actual"]).abs().max() < 0.06  # type: ignore[operator]
    assert tenths.select(pl.corr("expected", "actual", method="spearman")).item() > 0.95


def _lines_of_online_retail(path: Path) -> pl.DataFrame:
    lines = pl.read_csv(path / "online_retail.csv", infer_schema=False).filter(pl.col("CustomerID").str.len_chars() > 0)
    return lines.with_columns(
        when=pl.col("InvoiceDate").str.to_datetime(),
        who=pl.col("CustomerID").str.strip_suffix(".0"),
        order=pl.when(~pl.col("Quantity").str.starts_with("-")).then(pl.col("InvoiceNo")),
    )


def _lines_of_cdnow(path: Path) -> pl.DataFrame:
    rows = [line.split() for line in (path / "cdnow_master.txt").read_text("ascii").splitlines()]
    held = [row for row in rows if len(row) == 4 and row[0].isdigit()]
    days = [f"{day[:4]}-{day[4:6]}-{day[6:]}" for _, day, _, _ in held]
    columns = {"customer_id": [row[0] for row in held], "date": days, "amount": [row[3] for row in held]}
    return pl.DataFrame(columns).with_columns(when=pl.col("date").str.to_datetime(), who="customer_id", order="date")


READERS: dict[str, Any] = {"online_retail": _lines_of_online_retail, "cdnow": _lines_of_cdnow}


@pytest.fixture(
    scope="module", params=[("online_retail", "2011-07-01"), ("cdnow", "1998-05-02")], ids=lambda each: each[0]
)
def held_back(
    request: pytest.FixtureRequest, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Analysis, pl.DataFrame]:
    """An analysis of an export as it was on a day, and its customers with the orders of the horizon after that day."""
    name, day = request.param
    lines = READERS[name](real_data)
    cut = datetime.fromisoformat(day)
    path = tmp_path_factory.mktemp("cut") / "export.csv"
    lines.filter(pl.col("when") < cut).drop("when", "who", "order").write_csv(path)
    run = analyze(path, settings=SETTINGS)
    end = cut + timedelta(days=run.summary["forecast"]["horizon_days"])
    later = lines.filter(pl.col("when").is_between(cut, end, closed="left")).group_by(customer_id="who")
    came = later.agg(came=pl.col("order").drop_nulls().n_unique())
    known = run.customers.filter(pl.col("orders") > 0).collect()
    return run, known.join(came, on="customer_id", how="left").with_columns(pl.col("came").fill_null(0))


def test_days_that_it_never_saw_bear_it_out(held_back: tuple[Analysis, pl.DataFrame]) -> None:
    customers = held_back[1]
    returned, p = (customers["came"] > 0).to_numpy(), customers["p_return"].to_numpy()

    rules = (-customers["recency_days"], customers["orders"], customers["revenue"])
    assert roc_auc_score(returned, p) >= max(roc_auc_score(returned, rule.to_numpy()) for rule in rules) + 0.01
    order = np.array_split(np.argsort(p, kind="stable"), 10)
    apart = [abs(p[tenth].mean() - returned[tenth].mean()) for tenth in order]
    assert np.mean(apart) < 0.03
    expected, actual = float(customers["expected_orders"].sum()), int(customers["came"].sum())
    assert expected == pytest.approx(actual, rel=0.1)


def test_next_orders_come_on_about_the_day_that_was_foretold(held_back: tuple[Analysis, pl.DataFrame]) -> None:
    """Half of the customers whose next order was due by the end of the horizon have made it by then, or more."""
    run, customers = held_back
    end = datetime.fromisoformat(run.summary["as_of"]) + timedelta(days=run.summary["forecast"]["horizon_days"])

    due = customers.filter(pl.col("next_order") < end.date())

    assert due.height > 100
    assert (due["came"] > 0).mean() > 0.5  # type: ignore[operator]
