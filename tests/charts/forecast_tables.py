"""Made-up tables of the forecast and its proof, for the charts of them."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import polars as pl

from engine.forecast.alive import SCHEMA as ALIVE
from engine.forecast.names import BLEND, BOOSTING, BUYING, FREQUENCY, LABELS, OWN_RATE, RECENCY, STEADY
from engine.forecast.tables import SCHEMAS

AUC = {RECENCY: 0.71, FREQUENCY: 0.69, OWN_RATE: 0.70, BUYING: 0.73, BOOSTING: 0.748, BLEND: 0.751, STEADY: 0.751}


def _table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Make a table of rows that hold what a test looks at; all else is null."""
    schema = SCHEMAS[name]
    filled = [{column: row.get(column) for column in schema} for row in rows]
    return pl.DataFrame(filled, schema=schema, orient="row")


def models(chosen: str = BLEND, auc: dict[str, float] | None = None, ahead: float = 0.02) -> pl.DataFrame:
    """Return the models by the AUC of each; the chosen one is ahead of the others by so much at least."""
    return _table(
        "forecast_models",
        [
            {
                "model": name,
                "label": LABELS[name],
                "chosen": name == chosen,
                "simple": name in {RECENCY, FREQUENCY, OWN_RATE},
                "auc": value,
                "auc_low": value - 0.01,
                "auc_high": value + 0.01,
                "auc_ahead_low": 0.0 if name == chosen else ahead,
                "top_decile_lift": 1 + 4 * (value - 0.5),
                "top_decile_rate": 0.3 * (1 + 4 * (value - 0.5)),
                "calibration_error": 0.015,
                "mae_orders": 0.42,
                "orders_ratio": 1 + (value - 0.72),
                "spend_ratio": None if name == RECENCY else 0.93,
            }
            for name, value in (auc or AUC).items()
        ],
    )


def cutoffs(count: int = 4) -> pl.DataFrame:
    """Return cut-offs a month apart, the newest first."""
    rows = [
        {
            "cutoff": date(2024, 12, 1) - timedelta(days=30 * place),
            "customers": 4_000 - 200 * place,
            "learnt_at": date(2024, 11, 1) - timedelta(days=30 * place),
            "returned": 0.3 - 0.02 * place,
            "returned_before": 0.28,
            "p_return": 0.29,
            "auc": 0.75,
            "auc_simple": 0.71,
            "orders_expected": 1_830.4,
            "orders_actual": 1_900 - place,
            "spend_expected": 52_000.0,
            "spend_actual": 50_000.0,
        }
        for place in range(count)
    ]
    return _table("forecast_cutoffs", rows)


def calibration(tenths: int = 10, miss: float = 0.0) -> pl.DataFrame:
    """Return tenths of which as many came as were foretold, and so many more."""
    given = [0.9 * ((place + 1) / tenths) ** 2 for place in range(tenths)]
    return _table(
        "forecast_calibration",
        [
            {
                "tenth": place + 1,
                "customers": 400,
                "expected": p,
                "actual": min(p + miss, 1.0),
                "low": max(p + miss - 0.03, 0.0),
                "high": min(p + miss + 0.03, 1.0),
            }
            for place, p in enumerate(given)
        ],
    )


def gain(chosen: str = BLEND) -> pl.DataFrame:
    """Return the curve of the chosen model, and flatter ones of the rules of thumb."""
    bends = {chosen: 4.0, RECENCY: 2.0, FREQUENCY: 2.5, OWN_RATE: 2.4}
    return _table(
        "forecast_gain",
        [
            {
                "model": name,
                "label": LABELS[name],
                "chosen": name == chosen,
                "picked": round(part / 100, 2),
                "found": (1 - math.exp(-bend * part / 100)) / (1 - math.exp(-bend)),
            }
            for name, bend in bends.items()
            for part in range(101)
        ],
    )


def deciles() -> pl.DataFrame:
    """Return tenths, the likeliest first."""
    rows = [
        {"tenth": place, "customers": 400, "orders_expected": 900.0 / place, "orders_actual": round(880 / place)}
        for place in range(1, 11)
    ]
    return _table("forecast_deciles", rows)


def weeks(horizon: int = 30) -> pl.DataFrame:
    """Return the weeks of a horizon, the last of them short."""
    starts = list(range(0, horizon, 7))
    rows = [
        {
            "week": place + 1,
            "start": date(2024, 12, 1) + timedelta(days=start),
            "days": min(7, horizon - start),
            "orders_expected": 430.0 - 3 * place,
            "orders_actual": 450 + (-1) ** place * 20,
        }
        for place, start in enumerate(starts)
    ]
    return _table("forecast_weeks", rows)


def segments(called: dict[int, str]) -> pl.DataFrame:
    """Return what was foretold of each segment, and what came."""
    rows = [
        {"segment": segment, "segment_name": name, "customers": 900, "p_return": 0.3, "returned": 0.31}
        | {"orders_expected": 300.0, "orders_actual": 310, "spend_expected": 9_000.0, "spend_actual": 9_400.0}
        for segment, name in called.items()
    ]
    return _table("forecast_segments", rows)


def outlook(called: dict[int, str], spend: float = 760_000.0) -> pl.DataFrame:
    """Return what each segment is expected to bring, the first most."""
    rows = [
        {
            "segment": segment,
            "segment_name": name,
            "customers": 900 + segment,
            "p_return": 0.7 / place,
            "expected_orders": 1_200 / place,
            "expected_spend": spend / place**2,
            "value_365": 9 * spend / place**2,
            "spend_per_customer": spend / place**2 / (900 + segment),
            "value_per_customer": 9 * spend / place**2 / (900 + segment),
        }
        for place, (segment, name) in enumerate(called.items(), 1)
    ]
    return _table("outlook", rows)


def importance() -> pl.DataFrame:
    """Return groups of features, the last of which tells nothing."""
    drops = {
        "Number of purchases": 0.19,
        "Time since the first purchase": 0.023,
        "Money spent": 0.003,
        "Share returned": -0.0002,
    }
    rows = [
        {"feature": label.lower(), "label": label, "auc_drop": drop, "low": drop - 0.002, "high": drop + 0.002}
        for label, drop in drops.items()
    ]
    return _table("forecast_importance", rows)


def alive(most: int = 10, step: int = 30) -> pl.DataFrame:
    """Return chances that fall with silence, the faster the more somebody has bought."""
    rows = [
        {
            "frequency": frequency,
            "silent_days": place * step,
            "until_days": (place + 1) * step,
            "p_alive": 1 / (1 + math.exp(frequency * (place - 5) / 3)),
            "customers": max(0, 400 - 30 * place - 20 * frequency),
        }
        for frequency in range(1, most + 1)
        for place in range(9)
    ]
    return pl.DataFrame(rows, schema=ALIVE)


def frames(called: dict[int, str]) -> dict[str, pl.DataFrame]:
    """Return all tables of the forecast by their names in `Frames`."""
    return {
        "forecast_models": models(),
        "forecast_cutoffs": cutoffs(),
        "forecast_calibration": calibration(),
        "forecast_gain": gain(),
        "forecast_deciles": deciles(),
        "forecast_weeks": weeks(),
        "forecast_segments": segments(called),
        "forecast_importance": importance(),
        "alive": alive(),
        "outlook": outlook(called),
    }
