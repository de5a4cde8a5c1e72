from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from engine.generate import generate
from engine.insights.wanted import INSIGHTS, Wanted
from engine.runners import local
from engine.schema import CODE
from tests.intake.builders import take_file

WANTED = Wanted(frozenset(INSIGHTS), datetime(2023, 1, 1), datetime(2024, 12, 31), datetime(2025, 1, 1))


def test_shard_that_is_streamed_has_the_features_of_one_in_memory(tmp_path: Path) -> None:
    generate(tmp_path / "shop.csv", rows=5_000)
    taken = take_file(tmp_path / "shop.csv", tmp_path)
    totals = local.total(taken.intake.products)
    tables, sums = [], []
    for lines_in_memory in (0, 10_000):
        folder = tmp_path / str(lines_in_memory)
        folder.mkdir()
        works, found = local.build_features(
            taken.intake.shards, folder, totals, WANTED, counted=True, seed=1, lines_in_memory=lines_in_memory
        )
        tables.append(local.all_features(works).drop(CODE).sort("customer_id").collect())
        sums.append(found)

    assert_frame_equal(*tables, check_exact=True)
    for name in ("months", "clock", "gaps", "rhythm", "periods", "values", "moments"):
        assert_frame_equal(getattr(sums[0], name), getattr(sums[1], name), check_exact=True)
        assert not getattr(sums[0], name).is_empty()
    assert sums[0].duplicates == sums[1].duplicates


def test_customer_with_most_of_all_lines_is_counted_like_any_other(tmp_path: Path) -> None:
    generate(tmp_path / "shop.csv", rows=20_000)
    lines = pl.read_csv(tmp_path / "shop.csv", infer_schema=False).with_row_index()
    fat = pl.when(pl.col("index") % 10 > 0).then(pl.lit("TILL")).otherwise("customer_id").alias("customer_id")
    lines.with_columns(fat).drop("index").write_csv(tmp_path / "fat.csv")
    taken = take_file(tmp_path / "fat.csv", tmp_path)
    totals = local.total(taken.intake.products)
    (tmp_path / "features").mkdir()
    works, _ = local.build_features(taken.intake.shards, tmp_path / "features", totals, WANTED, counted=True, seed=1)

    row = local.all_features(works).filter(pl.col("customer_id") == "TILL").collect().row(0, named=True)

    own = taken.lines.filter(pl.col("customer_id") == "TILL")
    bought = own.filter((pl.col("quantity") >= 0) & (pl.col("amount") >= 0))
    assert row["lines"] == own.height > 15_000
    assert row["orders"] == bought["order_id"].n_unique()
    assert row["products"] == bought["product_id"].n_unique()
    assert row["revenue"] == own["amount"].sum() / 1_000_000
    shutil.rmtree(tmp_path / "features")
