"""Segments that were planted in synthetic exports are found again."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

from engine import Settings, analyze
from engine.generate import generate
from engine.generate.personas import PERSONAS
from engine.insights.wanted import INSIGHTS


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_segments_are_found_and_counted(tmp_path: Path, seed: int) -> None:
    generate(tmp_path / "shop.csv", rows=200_000, seed=seed, labels=tmp_path / "labels.csv")

    found = analyze(tmp_path / "shop.csv", settings=Settings(seed=seed, without=INSIGHTS))

    planted = pl.read_csv(tmp_path / "labels.csv", infer_schema=False).rename({"segment": "planted"})
    both = found.customers.select("customer_id", "segment").collect().join(planted, on="customer_id", validate="1:1")
    assert adjusted_rand_score(both["planted"], both["segment"]) >= 0.85
    assert found.model.k == len(PERSONAS)
    assert found.summary["k"]["structure"] == "natural"
    assert found.summary["k"]["chosen_by"] == "data"


def test_the_user_may_choose_the_number(export: Path) -> None:
    found = analyze(export, settings=Settings(k=8, without=INSIGHTS))

    assert found.model.k == 8
    assert found.summary["k"]["chosen_by"] == "user"
    assert found.customers.select(pl.col("segment").unique().sort()).collect()["segment"].to_list() == list(range(1, 9))
    assert found.frames.k_evidence.filter("chosen")["k"].to_list() == [8]
