"""Charts of the forecast say what came of it, also where it is worth little, and survive any table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from polars import selectors

from engine.charts import outlook, proof
from engine.forecast.names import BLEND, RECENCY
from tests.charts import forecast_tables as made
from tests.charts.test_time_charts import HOSTILE, called, shown
from tests.charts.test_time_charts import finding as title

Frames = dict[str, pl.DataFrame]

CHARTS: dict[str, Callable[[Frames], Any]] = {
    "gain": lambda frames: proof.forecast_gain(frames["forecast_gain"], 30),
    "models": lambda frames: proof.forecast_models(frames["forecast_models"]),
    "calibration": lambda frames: proof.forecast_calibration(frames["forecast_calibration"], 1),
    "weeks": lambda frames: proof.forecast_weeks(frames["forecast_weeks"]),
    "value": lambda frames: outlook.expected_value(frames["outlook"], 90, "GBP"),
    "alive": lambda frames: outlook.alive_matrix(frames["alive"]),
    "importance": lambda frames: outlook.forecast_importance(frames["forecast_importance"]),
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("segments", [1, 10])
def test_each_chart_is_drawn_with_its_title(name: str, segments: int) -> None:
    chart = CHARTS[name](made.frames(called(segments)))

    assert title(chart).split()[0] in shown(chart)


@pytest.mark.parametrize("name", [name for name in CHARTS if name != "alive"])
@pytest.mark.parametrize("value", [0.0, None], ids=["nothing", "unknown"])
def test_no_table_breaks_a_chart(name: str, value: float | None) -> None:
    damaged = {
        table: frame.with_columns(selectors.float() * pl.lit(value, pl.Float64))
        for table, frame in made.frames(called(3)).items()
    }
    if name == "calibration" and value is None:
        damaged["forecast_calibration"] = made.calibration(1)

    shown(CHARTS[name](damaged))


def test_names_of_segments_are_text_and_are_cut() -> None:
    frames = {"outlook": made.outlook({1: HOSTILE, 2: HOSTILE})}

    svg = shown(CHARTS["value"](frames))

    assert "<script>" not in svg
    assert "x" * 60 not in svg


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (made.models(), "The blend ranks customers better than any rule of thumb"),
        (made.models(ahead=-0.01), "The blend ranks hardly better than “who bought last”"),
        (made.models(RECENCY), "Nothing ranks customers better than “who bought last”"),
        (made.models(auc=dict.fromkeys(made.AUC, 0.505)), "No model foretells who comes back"),
    ],
    ids=["better", "a tie", "a rule of thumb", "chance"],
)
def test_the_title_of_the_models_says_what_beats_what(models: pl.DataFrame, said: str) -> None:
    assert title(proof.forecast_models(models)) == said


def test_titles_quote_the_tables() -> None:
    frames = made.frames(called(2))
    at_ten = frames["forecast_gain"].filter((pl.col("model") == BLEND) & (pl.col("picked") == 0.1))["found"][0]

    assert title(CHARTS["gain"](frames)) == f"The 10% picked first hold {at_ten:.0%} of those who came back"
    assert title(proof.forecast_calibration(made.calibration(), 30)) == "Of customers given 32%, 32% came back"
    assert "came back" in title(proof.forecast_calibration(made.calibration(miss=0.1), 30))
    assert title(proof.forecast_calibration(made.calibration(miss=0.1), 30)).startswith("Given 35% on average, 4")
    assert "80% of the GBP" not in title(CHARTS["value"](frames))
    assert title(outlook.expected_value(made.outlook(called(2)), 30, "£")).endswith(
        "80% of the £950k expected in the next 30 days"
    )
    assert title(CHARTS["importance"](frames)) == "Number of purchases tells most about who comes back"


def test_a_short_last_week_is_no_fall_of_the_orders() -> None:
    chart = proof.forecast_weeks(made.weeks(30)).to_dict(validate=False)

    drawn = max(len(rows) for rows in chart["datasets"].values())
    assert drawn == 4


def test_somebody_who_buys_often_is_missed_sooner() -> None:
    found = title(outlook.alive_matrix(made.alive()))

    assert found == "After 150 silent days a customer of 5 purchases is still one with 50%"
