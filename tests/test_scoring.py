"""Scoring: the same labels for the same customers, and what is told where they are no longer the same."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine import Settings, analyze, score
from engine.errors import EngineError, ModelError, OutputError
from engine.insights.wanted import INSIGHTS
from engine.result import Analysis, Scored
from engine.segments.training import FAR

BARE = Settings(without=INSIGHTS)
Change = Callable[[dict[str, str]], dict[str, str] | None]


@pytest.fixture(scope="module")
def run(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analyze(
        export, out=tmp_path_factory.mktemp("analysed") / "run", settings=Settings(currency="EUR", without=INSIGHTS)
    )


def changed(export: Path, target: Path, change: Change, seed: int | None = None) -> Path:
    """Write an export with every line changed, or left out where nothing comes back."""
    with export.open(encoding="utf-8", newline="") as file:
        rows = [row for line in csv.DictReader(file) if (row := change(line)) is not None]
    if seed is not None:
        random.Random(seed).shuffle(rows)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return target


def codes(scored: Scored) -> set[str]:
    return {alert["code"] for alert in scored.summary["alerts"]}


def same(line: dict[str, str]) -> dict[str, str]:
    return line


def dearer(line: dict[str, str]) -> dict[str, str]:
    return line | {"unit_price": f"{float(line['unit_price'] or 0) * 5:.2f}"}


@pytest.mark.parametrize("shards", [1, 16])
def test_the_training_data_shuffled_and_sharded_gets_the_same_labels(
    export: Path, run: Analysis, tmp_path: Path, shards: int
) -> None:
    shuffled = changed(export, tmp_path / "shuffled.csv", same, seed=shards)

    scored = score(shuffled, model=run.out or "", settings=Settings(shards=shards, without=INSIGHTS))

    assert_frame_equal(scored.customers.collect(), run.customers.collect(), check_exact=True)
    assert scored.drift["psi"].to_list() == [0.0] * len(run.model.features)
    assert scored.summary["drift"]["far_share"] == pytest.approx(FAR, abs=0.005)
    assert_frame_equal(
        scored.segments.select("segment", "customers", "customer_share", "revenue"),
        run.frames.segments.sort("segment").select("segment", "customers", "customer_share", "revenue"),
    )
    assert scored.segments["customer_share"].to_list() == scored.segments["training_share"].to_list()
    assert codes(scored) <= {alert["code"] for alert in run.summary["alerts"]}


def test_a_label_depends_on_the_customer_and_the_model_alone(export: Path, run: Analysis, tmp_path: Path) -> None:
    third = changed(
        export, tmp_path / "third.csv", lambda line: line if hash_of(line["customer_id"]) % 3 == 0 else None
    )

    scored = score(
        third, model=run.model, settings=Settings(as_of=datetime.fromisoformat(run.summary["as_of"]), without=INSIGHTS)
    )

    customers = scored.customers.collect()
    of_all = run.customers.collect().filter(pl.col("customer_id").is_in(customers["customer_id"].to_list()))
    assert 0 < len(customers) < run.summary["customers"]
    assert_frame_equal(customers, of_all, check_exact=True)


def hash_of(text: str) -> int:
    return sum(text.encode())


def test_strangers_and_strange_categories_are_labelled(export: Path, tmp_path: Path) -> None:
    def fewer(line: dict[str, str]) -> dict[str, str] | None:
        known = line["category"] in {"Fashion", "Garden", "Pantry", "Gifts"}
        return line if known and line["customer_id"] else None

    def strange(line: dict[str, str]) -> dict[str, str]:
        category = "Vinyl" if line["category"] == "Fashion" else line["category"]
        return line | {"customer_id": f"new-{line['customer_id']}", "category": category}

    known = changed(export, tmp_path / "known.csv", fewer)
    run = analyze(known, settings=BARE)

    scored = score(changed(known, tmp_path / "strange.csv", strange), model=run.model, settings=BARE)

    customers = scored.customers.collect()
    assert customers.columns == run.customers.collect_schema().names()
    assert len(customers) == run.summary["customers"]
    assert customers["customer_id"].str.starts_with("new-").all()
    assert customers["segment"].is_between(1, run.model.k).all()
    assert "spend_share: Vinyl" not in customers.columns
    assert customers["spend_share: Fashion"].max() == 0
    assert "Vinyl" in customers["top_category"].to_list()
    assert {"unknown_categories", "drift"} <= codes(scored)
    told = next(each["message"] for each in scored.summary["alerts"] if each["code"] == "unknown_categories")
    assert "'Vinyl'" in told


def test_prices_five_times_as_high_are_seen(export: Path, run: Analysis, tmp_path: Path) -> None:
    scored = score(changed(export, tmp_path / "dearer.csv", dearer), model=run.model, settings=BARE)

    index = dict(scored.drift.select("feature", "psi").iter_rows())
    verdicts = dict(scored.drift.select("feature", "verdict").iter_rows())
    assert index["price"] > 0.5
    assert index["aov"] > 0.5
    assert verdicts["price"] == verdicts["aov"] == "shifted"
    assert index["orders"] == index["recency_days"] == 0
    assert scored.drift["psi"].is_sorted(descending=True)
    assert {"drift", "far_customers"} <= codes(scored)
    assert "feature_drift" in scored.charts


def test_what_the_export_does_not_have_counts_as_average_and_is_told(
    export: Path, run: Analysis, tmp_path: Path
) -> None:
    def bare(line: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in line.items() if name not in {"quantity", "category"}}

    scored = score(changed(export, tmp_path / "bare.csv", bare), model=run.model, settings=BARE)

    missing = set(scored.drift.filter(pl.col("verdict") == "missing")["feature"])
    assert "price" in missing
    assert {each.feature.name for each in run.model.features if each.feature.transform == "spend_share"} <= missing
    assert "missing_features" in codes(scored)
    assert scored.customers.select("segment").collect().null_count().item() == 0


def test_another_currency_an_earlier_time_and_few_customers_are_told(
    export: Path, run: Analysis, tmp_path: Path
) -> None:
    def early(line: dict[str, str]) -> dict[str, str] | None:
        moved = line | {"ordered_at": f"2001{line['ordered_at'][4:]}"}
        return moved if hash_of(line["customer_id"]) % 29 == 0 else None

    few = changed(export, tmp_path / "few.csv", early)

    scored = score(few, model=run.model, settings=Settings(currency="$", without=INSIGHTS))

    assert {"other_currency", "earlier_period", "few_customers"} <= codes(scored)
    assert "other_currency" not in codes(score(few, model=run.model, settings=Settings(currency="€", without=INSIGHTS)))


def test_a_model_of_customers_too_few_for_segments_scores_as_well(tmp_path: Path) -> None:
    export = tmp_path / "one.csv"
    export.write_text("customer_id,date,amount\nanna,2024-03-01,12.50\n", encoding="utf-8")
    run = analyze(export, settings=BARE)

    scored = score(export, model=run.model, settings=BARE)

    assert_frame_equal(scored.customers.collect(), run.customers.collect())
    assert scored.drift.is_empty()
    assert scored.charts == {}


def test_what_stands_in_the_way_is_refused(export: Path, run: Analysis, tmp_path: Path) -> None:
    assert run.out is not None
    before = {path.name: path.stat().st_mtime_ns for path in run.out.iterdir()}

    with pytest.raises(OutputError, match=r"holds the input model\.json, which the results would replace"):
        score(export, model=run.out, out=run.out)
    with pytest.raises(OutputError, match="not of an earlier run: charts, report"):
        score(export, model=run.model, out=run.out)
    with pytest.raises(ModelError, match="cannot be read"):
        score(export, model=tmp_path / "none.json", out=tmp_path / "out")
    with pytest.raises(EngineError, match="no such file"):
        score(tmp_path / "none.csv", model=run.out, out=tmp_path / "out")

    assert {path.name: path.stat().st_mtime_ns for path in run.out.iterdir()} == before
    assert list(tmp_path.iterdir()) == []
