"""The tables of the forecast, empty where there is none: what `Frames` and the summary hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from engine.forecast.alive import SCHEMA as ALIVE
from engine.forecast.names import LABELS
from engine.schema import FORECAST
from engine.units import ratio

if TYPE_CHECKING:
    from engine.forecast.validate import Proof

_TEXT, _COUNT, _FLOAT, _YES = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()
_INTERVALS = ("auc", "top_decile_lift", "log_loss", "mae_orders", "rmse_orders", "mae_spend")


def _floats(*names: str) -> dict[str, pl.DataType]:
    return dict.fromkeys(names, _FLOAT)


def _with_ends(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


_AMOUNTS = _floats("orders_expected") | {"orders_actual": _COUNT} | _floats("spend_expected", "spend_actual")
_NAMED = {"segment": _COUNT, "segment_name": _TEXT}

SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    "forecast_models": {"model": _TEXT, "label": _TEXT, "chosen": _YES, "simple": _YES}
    | _floats(*_with_ends("auc"), "auc_ahead", "auc_ahead_low", "auc_ahead_high", "average_precision")
    | _floats(*_with_ends("top_decile_lift"), "top_decile_rate", *_with_ends("log_loss"), "brier", "calibration_error")
    | _floats(*_with_ends("mae_orders"), *_with_ends("rmse_orders"), *_with_ends("mae_spend"))
    | _AMOUNTS
    | _floats("orders_ratio", "spend_ratio"),
    "forecast_cutoffs": {"cutoff": pl.Date(), "customers": _COUNT, "learnt_at": pl.Date()}
    | _floats("returned", "returned_before", "p_return", "auc", "auc_simple")
    | _AMOUNTS,
    "forecast_calibration": {"tenth": _COUNT, "customers": _COUNT} | _floats("expected", "actual", "low", "high"),
    "forecast_gain": {"model": _TEXT, "label": _TEXT, "chosen": _YES} | _floats("picked", "found"),
    "forecast_deciles": {"tenth": _COUNT, "customers": _COUNT} | _floats("p_return", "returned") | _AMOUNTS,
    "forecast_weeks": {"week": _COUNT, "start": pl.Date(), "days": _COUNT}
    | _floats("orders_expected")
    | {"orders_actual": _COUNT},
    "forecast_segments": _NAMED | {"customers": _COUNT} | _floats("p_return", "returned") | _AMOUNTS,
    "forecast_importance": {"feature": _TEXT, "label": _TEXT} | _floats("auc_drop", "low", "high"),
    "alive": ALIVE,
    "outlook": _NAMED
    | {"customers": _COUNT}
    | _floats("p_return", "expected_orders", "expected_spend", "value_365", "spend_per_customer", "value_per_customer"),
}
"""The tables by name: their columns."""


def forecast_tables(
    proof: Proof | None, alive: pl.DataFrame | None, customers: pl.LazyFrame, names: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Return all tables of the forecast; without a proof all are empty. `names` has a row per segment."""
    if proof is None:
        return {name: pl.DataFrame(schema=schema) for name, schema in SCHEMAS.items()}
    labels = {"label": pl.col("model").replace_strict(LABELS, return_dtype=pl.String)}
    named = proof.segments.join(names, on="segment", how="left", maintain_order="left")
    found = {
        "forecast_models": proof.models.with_columns(**labels),
        "forecast_cutoffs": proof.cutoffs,
        "forecast_calibration": proof.calibration,
        "forecast_gain": proof.gain.with_columns(**labels),
        "forecast_deciles": proof.deciles,
        "forecast_weeks": proof.weeks,
        "forecast_segments": named,
        "forecast_importance": proof.importance,
        "alive": pl.DataFrame(schema=ALIVE) if alive is None else alive,
        "outlook": outlook(customers),
    }
    return {
        name: found[name].select(pl.col(each).cast(kind) for each, kind in schema.items())
        for name, schema in SCHEMAS.items()
    }


def outlook(customers: pl.LazyFrame) -> pl.DataFrame:
    """Sum what is foretold of the customers of each segment: one row per segment.

    segment, segment_name, customers, p_return (mean), expected_orders, expected_spend, value_365 (sums),
    spend_per_customer, value_per_customer (of the two).
    """
    # NOTE: floats are summed in the order of the customers, which is that of their ids.
    names = [name for name in FORECAST.names if name != "next_order"]
    held = customers.select("segment", "segment_name", *names).collect(engine="streaming")
    sums = held.group_by("segment", "segment_name", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("customers"), pl.col(names).sum()
    )
    each = {"p_return": "p_return", "spend_per_customer": "expected_spend", "value_per_customer": "value_365"}
    return sums.with_columns(**{name: ratio(pl.col(total), pl.col("customers")) for name, total in each.items()}).sort(
        "segment"
    )
