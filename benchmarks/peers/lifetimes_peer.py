"""lifetimes: its own summary of the transactions, read by pandas, and its own fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from lifetimes import BetaGeoFitter
from lifetimes.utils import summary_data_from_transaction_data
from scipy.special import betaln, gammaln

from benchmarks.peers.pandas_peer import end_of, read_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from engine.stages import Stages

COLUMNS = ("customer_id", "ordered_at", "quantity", "unit_price")


def summary(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Write frequency, recency and T of every customer with a purchase, in days."""
    table = folder / "summary.parquet"
    lines = _read(export, stages)
    with stages.stage("summary"):
        _summary(lines).reset_index().to_parquet(table)
    return [table]


def bgnbd(export: Path, _folder: Path, stages: Stages) -> dict[str, int | float]:
    """Fit BG/NBD to the same summary; the likelihood says how near the fit is to the best."""
    lines = _read(export, stages)
    with stages.stage("summary"):
        customers = _summary(lines)
    with stages.stage("fit"):
        columns = [customers[name].to_numpy() for name in ("frequency", "recency", "T")]
        fitter = BetaGeoFitter().fit(*columns)
    return {"customers": len(customers), "log-likelihood": _log_likelihood(fitter.params_, *columns)}


def _read(export: Path, stages: Stages) -> pd.DataFrame:
    with stages.stage("read"):
        return read_lines(export, COLUMNS)


def _summary(lines: pd.DataFrame) -> pd.DataFrame:
    return summary_data_from_transaction_data(
        lines[lines["bought"]], "customer_id", "ordered_at", observation_period_end=end_of(lines)
    )


def _log_likelihood(
    point: Mapping[str, float], x: NDArray[np.float64], t_x: NDArray[np.float64], t: NDArray[np.float64]
) -> float:
    """Return the logarithm of the likelihood in days: that of the fitter is in a unit of its own."""
    r, alpha, a, b = (point[name] for name in ("r", "alpha", "a", "b"))
    alive = -(r + x) * np.log(alpha + t)
    lost = np.where(x > 0, np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + t_x), -np.inf)
    rest = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b) + betaln(a, b + x)
    return float((rest + np.logaddexp(alive, lost)).sum())
