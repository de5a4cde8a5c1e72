"""BG/NBD and Gamma-Gamma on real customers: published figures of the CDNOW sample, and the fits of lifetimes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import gammaln

from engine.forecast.bgnbd import BGNBD, fit_bgnbd
from engine.forecast.gamma_gamma import fit_gamma_gamma

pytestmark = pytest.mark.real_data

CALIBRATION_END = date(1997, 9, 30)
PUBLISHED = BGNBD(0.2425945, 4.4136019, 0.7929199, 2.4258881, -9582.429, 2357, bounded=False)


def _spaced(path: Path, customer: int, day: int, value: int) -> pl.DataFrame:
    rows = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    return pl.DataFrame(
        [(row[customer], row[day], float(row[value])) for row in rows if row and row[0].isdigit()],
        schema=["customer", "day", "value"],
        orient="row",
    ).with_columns(pl.col("day").str.to_date("%Y%m%d"))


def _cdnow_full(folder: Path) -> pl.DataFrame:
    return _spaced(folder / "cdnow_master.txt", 0, 1, 3)


def _online_retail(folder: Path) -> pl.DataFrame:
    lines = pl.read_csv(folder / "online_retail.csv", infer_schema=False).drop_nulls("CustomerID")
    return lines.select(
        customer="CustomerID",
        day=pl.col("InvoiceDate").str.head(10).str.to_date("%Y-%m-%d"),
        value=pl.col("Quantity").cast(pl.Float64) * pl.col("UnitPrice").cast(pl.Float64),
    ).filter(pl.col("value") > 0)


def _superstore(folder: Path) -> pl.DataFrame:
    day = pl.col("Order Date")
    return pl.read_csv(folder / "superstore_mixed_dates.csv", infer_schema=False).select(
        customer="Customer ID",
        day=pl.coalesce(day.str.to_date("%m/%d/%Y", strict=False), day.str.to_date("%m-%d-%y", strict=False)),
        value=pl.col("Sales").cast(pl.Float64),
    )


def _summary(lines: pl.DataFrame, end: date | None = None) -> pl.DataFrame:
    """Return one row per customer: x, t_x and t in days, and the mean value z of the repeat purchase days."""
    lines = lines if end is None else lines.filter(pl.col("day") <= end)
    last = lines["day"].max() if end is None else end
    days = lines.group_by("customer", "day").agg(pl.col("value").sum()).sort("customer", "day")
    return (
        days.group_by("customer", maintain_order=True)
        .agg(
            x=pl.len().cast(pl.Float64) - 1.0,
            t_x=(pl.col("day").last() - pl.col("day").first()).dt.total_days().cast(pl.Float64),
            t=(pl.lit(last) - pl.col("day").first()).dt.total_days().cast(pl.Float64),
            z=pl.col("value").slice(1).mean().fill_null(0.0),
        )
        .sort("customer")
    )


@pytest.fixture(scope="module")
def sample(real_data: Path) -> pl.DataFrame:
    """Purchases of the sample: master ids."""
    return _spaced(real_data / "cdnow_sample.txt", 1, 2, 4)


@pytest.fixture(scope="module")
def weeks(sample: pl.DataFrame) -> pl.DataFrame:
    """Its customers by the end of the calibration, in weeks."""
    return _summary(sample, CALIBRATION_END).with_columns(pl.col("t_x", "t") / 7)


@pytest.fixture(scope="module")
def fitted(weeks: pl.DataFrame) -> BGNBD:
    return fit_bgnbd(weeks["x"], weeks["t_x"], weeks["t"])


def test_the_cdnow_sample_gives_the_published_parameters(weeks: pl.DataFrame, fitted: BGNBD) -> None:
    """The published search ended a little early, at b = 2.42589; the top is at 2.42591, and no lower."""
    assert (weeks.height, weeks["x"].sum()) == (2_357, 2_457)
    assert fitted.r == pytest.approx(0.2425945, abs=5e-7)
    assert fitted.alpha == pytest.approx(4.4136019, abs=5e-6)
    assert fitted.a == pytest.approx(0.7929199, abs=5e-6)
    assert fitted.b == pytest.approx(2.4258881, abs=5e-5)
    assert fitted.log_likelihood == pytest.approx(-9582.429, abs=5e-4)
    columns = weeks["x"].to_numpy(), weeks["t_x"].to_numpy(), weeks["t"].to_numpy()
    assert fitted.log_likelihood >= _bgnbd_likelihood(*_parameters(PUBLISHED), *columns)


def test_published_parameters_give_the_published_predictions(fitted: BGNBD) -> None:
    assert PUBLISHED.expected_new(52) == pytest.approx(1.444004, abs=1e-5)
    assert float(PUBLISHED.expected(52, 26, 30.857, 31)) == pytest.approx(25.75659, abs=1e-3)
    assert float(PUBLISHED.alive(26, 30.857, 31)) == pytest.approx(0.9688523, abs=5e-6)
    assert float(PUBLISHED.expected(39, 2, 30.43, 38.86)) == pytest.approx(1.226, abs=5e-4)
    assert fitted.expected_new(52) == pytest.approx(1.444, abs=5e-4)
    assert float(fitted.expected(52, 26, 30 + 6 / 7, 31)) == pytest.approx(25.757, abs=2e-3)


def test_holdout_purchases_are_predicted_as_published(sample: pl.DataFrame, weeks: pl.DataFrame, fitted: BGNBD) -> None:
    later = sample.filter(pl.col("day") > CALIBRATION_END).unique(["customer", "day"])["customer"].value_counts()
    predicted = weeks.with_columns(
        predicted=fitted.expected(39, weeks["x"], weeks["t_x"], weeks["t"]), group=pl.col("x").clip(upper_bound=7)
    ).join(later, on="customer", how="left")
    means = predicted.group_by("group").agg(pl.col("predicted").mean(), pl.col("count").fill_null(0).mean())

    assert predicted["predicted"].sum() == pytest.approx(1_653, abs=0.5)
    assert predicted["count"].sum() == 1_882
    by_group = means.sort("group")
    published = [0.2251, 0.5231, 1.0441, 1.5203, 2.1638, 2.6538, 3.5040, 6.1570]
    assert by_group["predicted"].to_list() == pytest.approx(published, abs=6e-4)
    actual = [0.2367, 0.6970, 1.3925, 1.5600, 2.5323, 2.9474, 3.8621, 6.3594]
    assert by_group["count"].to_list() == pytest.approx(actual, abs=6e-5)


def test_spend_in_the_cdnow_sample_is_as_published(weeks: pl.DataFrame) -> None:
    """The published means of customers are rounded to cents. Purchases of nothing are first ones, so left out."""
    bought = weeks.filter(pl.col("x") > 0).with_columns(cents=((pl.col("z") * 100 + 0.5 + 1e-9).floor() / 100))

    model = fit_gamma_gamma(weeks["x"], weeks["z"])

    assert bought.height == model.customers == 946
    assert (bought["z"] > 0).all()
    assert bought["cents"].mean() == pytest.approx(35.0786, abs=5e-5)
    assert bought.select(pl.corr("x", "cents")).item() == pytest.approx(0.113884, abs=5e-7)
    assert (model.p, model.q, model.v) == pytest.approx((6.25, 3.74, 15.44), abs=5e-3)
    assert model.log_likelihood == pytest.approx(-4055.92, abs=5e-3)


SETS = pytest.mark.parametrize(
    "read", [_cdnow_full, _online_retail, _superstore], ids=["cdnow_full", "online_retail", "superstore"]
)


@pytest.mark.peers
@SETS
def test_no_fit_of_lifetimes_is_better(real_data: Path, read: Callable[[Path], pl.DataFrame]) -> None:
    customers = _summary(read(real_data))
    x, t_x, t, _ = (customers[name].to_numpy() for name in ("x", "t_x", "t", "z"))

    ours = fit_bgnbd(x, t_x, t)

    theirs = _peer("BetaGeoFitter", x, t_x, t)
    assert ours.log_likelihood == pytest.approx(_bgnbd_likelihood(*_parameters(ours), x, t_x, t), rel=1e-12)
    assert theirs is None or ours.log_likelihood >= _bgnbd_likelihood(**theirs, x=x, t_x=t_x, t=t) - 1e-5
    found = {"r": ours.r, "alpha": ours.alpha, "a": ours.a, "b": ours.b}
    assert theirs is None or ours.bounded or found == pytest.approx(theirs, rel=1e-3)
    for figures in (ours.alive(x, t_x, t), ours.expected(90, x, t_x, t), ours.returns(90, x, t_x, t)):
        assert np.isfinite(figures).all()


@pytest.mark.peers
@SETS
def test_no_fit_of_spend_by_lifetimes_is_better(real_data: Path, read: Callable[[Path], pl.DataFrame]) -> None:
    customers = _summary(read(real_data)).filter((pl.col("x") > 0) & (pl.col("z") > 0))
    x, z = customers["x"].to_numpy(), customers["z"].to_numpy()

    ours = fit_gamma_gamma(x, z)

    theirs = _peer("GammaGammaFitter", x, z)
    assert ours.log_likelihood == pytest.approx(_spend_likelihood(ours.p, ours.q, ours.v, x, z), rel=1e-12)
    assert theirs is None or ours.log_likelihood >= _spend_likelihood(**theirs, x=x, z=z) - 1e-6
    assert theirs is None or {"p": ours.p, "q": ours.q, "v": ours.v} == pytest.approx(theirs, rel=1e-3)
    assert not ours.bounded


def _peer(fitter: str, *columns: np.ndarray[Any, Any]) -> dict[str, float] | None:
    """Return what lifetimes fits; None where its search does not converge."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lifetimes = pytest.importorskip("lifetimes", reason="lifetimes is not installed (make peers)")
        try:
            params = getattr(lifetimes, fitter)().fit(*columns).params_
        except lifetimes.utils.ConvergenceError:
            return None
    return {name: float(value) for name, value in params.items()}


def _parameters(model: BGNBD) -> tuple[float, float, float, float]:
    return model.r, model.alpha, model.a, model.b


def _bgnbd_likelihood(r: float, alpha: float, a: float, b: float, x: Any, t_x: Any, t: Any) -> float:
    """Equation 6 of the paper, by gamma functions."""
    first = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    second = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    again = np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + t_x)
    alive = -(r + x) * np.log(alpha + t)
    return float((first + second + np.logaddexp(alive, np.where(x > 0, again, -np.inf))).sum())


def _spend_likelihood(p: float, q: float, v: float, x: Any, z: Any) -> float:
    """Equation 1a of the note, by gamma functions."""
    part = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
    return float((part + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(v + x * z)).sum())
