"""Findings say what the frames hold, and nothing that they do not."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from engine.report.figures import favourites, median_gap, retention_after, trend
from engine.report.findings import MOST, findings
from engine.result import Frames
from tests.charts.frames import example


def small_frames(frames: Frames) -> Frames:
    """Return frames with two segments whose figures are round."""
    segments = pl.DataFrame(
        {
            "segment": [1, 2],
            "segment_name": ["Big buyers", "Lapsed buyers"],
            "description": ["", ""],
            "customers": [200, 800],
            "customer_share": [0.2, 0.8],
            "revenue": [90_000.0, 30_000.0],
            "revenue_share": [0.75, 0.25],
            "orders": [900, 1000],
            "favourite": ["a", "b"],
        }
    )
    profile = pl.DataFrame(
        {
            "segment": [1, 2, 1, 2],
            "segment_name": ["Big buyers", "Lapsed buyers"] * 2,
            "feature": ["recency_days"] * 2 + ["orders"] * 2,
            "label": ["Days since last order"] * 2 + ["Orders"] * 2,
            "unit": ["days"] * 2 + ["orders"] * 2,
            "median": [10.0, 120.0, 5.0, 2.0],
            "overall_median": [60.0, 60.0, 2.0, 2.0],
            "effect": [-1.0, 0.5, 1.0, 0.0],
        }
    )
    affinity = pl.DataFrame(
        {
            "segment": [1, 2],
            "segment_name": ["Big buyers", "Lapsed buyers"],
            "item": ["t", "u"],
            "label": ["Toys", "Rare"],
            "buyers": [90, 1],
            "revenue": [1.0, 1.0],
            "segment_share": [0.3, 0.01],
            "overall_share": [0.1, 0.001],
            "index": [300.0, 1000.0],
            "index_low": [200.0, 100.0],
            "lift": [2.0, 9.0],
            "supported": [True, False],
        }
    )
    cohorts = pl.DataFrame(
        {
            "cohort": [date(2024, 1, 1)] * 3 + [date(2024, 2, 1)] * 2,
            "months_since": [0, 1, 3, 0, 1],
            "customers": [100, 20, 10, 300, 60],
            "cohort_customers": [100, 100, 100, 300, 300],
            "retention": [1.0, 0.2, 0.1, 1.0, 0.2],
            "complete": [True, True, True, True, True],
            "orders": [1] * 5,
            "revenue": [1.0] * 5,
        }
    )
    return dataclasses.replace(frames, segments=segments, profile=profile, affinity=affinity, cohorts=cohorts)


def test_each_finding_holds_the_figures_of_its_frame() -> None:
    frames, summary = example(2)
    summary |= {
        "customers": 1000,
        "buyers": 1000,
        "revenue": 120_000.0,
        "repeat_rate": 0.4,
        "concentration": {"top_10_share": 0.41, "top_20_share": 0.62},
        "rows": {
            "read": 1000,
            "kept": 900,
            "rejected": 100,
            "rejected_by_reason": {"missing customer": 60, "unreadable date": 40},
        },
        "forecast": {"models": []},
    }

    said = findings(small_frames(frames), summary)

    assert len(said) <= MOST
    assert said[0] == "Big buyers: 20% of customers bring 75% of revenue, £450 each, 3.8\u00d7 the average customer."
    assert said[1] == "Revenue hangs on few customers: the best 10% bring 41% of it, the best 20% bring 62%."
    assert said[2] == (
        "Revenue is down 11% (the last three full months against the same three a year before), above all by fewer "
        "customers: 4,200 to 3,610."
    )
    assert said[3].startswith("Lapsed buyers: slipping away. Half of all customers ordered in the last 60 days;")
    assert said[3].endswith("silent for 120 days or more. They have brought \u00a330.0k, 25% of revenue.")
    rates = dict(frames.repeat_rates.filter(pl.col("segment").is_null()).select("horizon_days", "rate").iter_rows())
    assert said[4].startswith(
        f"Of new customers, {rates[30]:.0%} within 30 days and {rates[90]:.0%} within 90 days of their first order "
        "have ordered again. 60% of buyers have ordered only once"
    )
    assert said[5] == "Big buyers: Toys takes 30% of their spend, 3.0\u00d7 the usual 10%."
    telling = (pl.col("antecedents").list.len() == 1) & (pl.col("lift_low") > 1)
    rule = frames.basket_rules.filter(telling).row(0, named=True)
    assert said[6].startswith(f"Bought together: {rule['confidence']:.0%} of the orders with")


def test_the_segment_furthest_behind_its_own_rhythm_is_named() -> None:
    frames, summary = example(3)
    rhythm = {
        "recency_days": [30.0, 200.0, 300.0],
        "gap_mean_days": [20.0, 10.0, 60.0],
        "orders": [5.0, 29.0, 4.0],
    }
    rows = [
        {"segment": n + 1, "segment_name": "x", "feature": feature, "label": feature, "unit": "days", "median": value}
        for feature, values in rhythm.items()
        for n, value in enumerate(values)
    ]
    profile = pl.DataFrame(rows).with_columns(overall_median=pl.lit(100.0), effect=pl.lit(0.0))

    said = [each for each in findings(dataclasses.replace(frames, profile=profile), summary) if "slipping" in each]

    assert len(said) == 1
    assert said[0].startswith(f"{frames.segments['segment_name'][1]}: slipping away. They used to order every 10 days;")
    assert "silent for 200 days or more" in said[0]


def test_what_the_data_does_not_bear_out_is_not_said() -> None:
    frames, summary = example(1, months=1, customers=3)
    summary |= {"buyers": 3, "alerts": [], "rows": {"read": 3, "kept": 3, "rejected": 0, "rejected_by_reason": {}}}
    bare = dataclasses.replace(
        frames,
        affinity=frames.affinity.clear(),
        gaps=frames.gaps.clear(),
        cohorts=frames.cohorts.clear(),
        repeat_rates=frames.repeat_rates.clear(),
        basket_rules=frames.basket_rules.clear(),
    )

    said = findings(bare, summary | {"periods": None, "forecast": {"models": []}})

    assert said == [
        "3 customers with 13 orders bring £8.9M, as one segment.",
    ]


@pytest.mark.parametrize("segments", [1, 2, 6, 10])
def test_findings_are_three_to_seven_sentences(segments: int) -> None:
    said = findings(*example(segments))

    assert 3 <= len(said) <= MOST
    assert all(each.endswith(".") and "nan" not in each.lower() for each in said)


def test_shared_figures() -> None:
    months = pl.DataFrame(
        {
            "month": [date(2024, m, 1) for m in range(1, 8)],
            "revenue": [10.0, 10, 10, 20, 20, 20, 1],
            "complete": [True] * 6 + [False],
        }
    )

    assert trend(months) == (1.0, "on the three before")
    assert trend(months.head(3)) is None
    closed = months.filter(pl.col("month") != date(2024, 3, 1))
    assert trend(closed) == (2.0, "on the three before")
    assert median_gap(pl.DataFrame({"days": [1, 5, 90], "gaps": [2, 2, 1]})) == 5.0
    assert median_gap(pl.DataFrame({"days": [], "gaps": []}, schema={"days": pl.Int64, "gaps": pl.Int64})) is None
    assert retention_after(example(2, months=1)[0].cohorts, 1) is None
    assert all(row["index"] > 120 for rows in favourites(example(4)[0].affinity, [1, 2, 3, 4]).values() for row in rows)


def test_nothing_heavy_is_imported() -> None:
    heavy = "{'altair', 'sklearn', 'jinja2', 'vl_convert'}"
    code = f"import sys, engine.report.console, engine.report.findings; print(sorted({heavy} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_what_is_expected_is_said_with_what_the_forecast_has_been_worth() -> None:
    frames, summary = example(2)
    (model,) = [each for each in summary["forecast"]["models"] if each["chosen"]]

    (said,) = [each for each in findings(frames, summary) if "expected to bring" in each]
    model["auc_low"] = 0.49
    (unsure,) = [each for each in findings(frames, summary) if "expected to bring" in each]

    assert said == (
        "The next 30 days are expected to bring \u00a3950k from these customers. Of the 10% we would have picked, 60% "
        "bought within 30 days; at random 30% would have."
    )
    assert unsure == (
        "The next 30 days are expected to bring \u00a3950k from these customers. Which of them will buy cannot be told "
        "from this data: of the 10% we would have picked 60% did, of all 30%."
    )
