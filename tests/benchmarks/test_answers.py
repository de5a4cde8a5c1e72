"""Two answers agree, or the difference is named."""

from __future__ import annotations

import doctest
from datetime import datetime
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from benchmarks import answers, compare, sizes
from benchmarks.answers import CUSTOMERS, Answer, checksum, disagreement, majority, read_answer
from engine.schema import FEATURES


@pytest.fixture
def customers() -> pl.DataFrame:
    """Two customers with the columns that all engines compute."""
    of_type = {pl.Int64(): 3, pl.Float64(): 0.5, pl.Datetime("us"): datetime(2024, 1, 1), pl.String(): "Toys"}
    features = {column.name: of_type[column.dtype] for column in FEATURES.columns}
    one = {**features, "customer_id": "1", "revenue": 20.1, "spend_share: Books": 0.25, "spend_share: Toys": 0.75}
    other = {"customer_id": "2", "orders": 7, "aov": 0.125, "revenue": 9.95, "top_category": "Books"}
    return pl.DataFrame([one, {**one, **other}])


def _answer(table: pl.DataFrame, folder: Path) -> Answer:
    path = folder / "table.parquet"
    table.write_parquet(path)
    return read_answer(CUSTOMERS, [str(path)])


def test_the_order_of_rows_the_type_of_ids_and_the_names_of_shares_do_not_matter(
    customers: pl.DataFrame, tmp_path: Path
) -> None:
    other = customers.reverse().with_columns(pl.col("customer_id").cast(pl.Int64))
    other = other.rename({"spend_share: Books": "spend_share: 01", "spend_share: Toys": "spend_share: 02"})

    assert disagreement(_answer(customers, tmp_path), _answer(other, tmp_path)) is None


def test_the_noise_of_floats_passes(customers: pl.DataFrame, tmp_path: Path) -> None:
    noisy = customers.with_columns(pl.col("revenue", "aov") * (1 + 1e-14))

    one, other = _answer(customers, tmp_path), _answer(noisy, tmp_path)

    assert disagreement(one, other) is None
    assert checksum(one) == checksum(other)


@pytest.mark.parametrize("column", ["orders", "revenue", "aov", "top_category"])
def test_values_at_the_wrong_customer_show(customers: pl.DataFrame, tmp_path: Path, column: str) -> None:
    swapped = customers.with_columns(pl.col(column).reverse())

    assert f"{column} by place" in (disagreement(_answer(customers, tmp_path), _answer(swapped, tmp_path)) or "")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("orders", 8),
        ("products", None),
        ("revenue", 9.96),
        ("return_rate", None),
        ("last_order", datetime(2024, 1, 2)),
        ("top_category", "Book"),
        ("top_category", None),
    ],
)
def test_one_doctored_cell_shows(customers: pl.DataFrame, tmp_path: Path, column: str, value: object) -> None:
    cell = pl.when(pl.col("customer_id") == "2").then(pl.lit(value)).otherwise(pl.col(column))
    doctored = customers.with_columns(cell.alias(column))

    assert column in (disagreement(_answer(customers, tmp_path), _answer(doctored, tmp_path)) or "")


@pytest.mark.parametrize("column", [name for name in FEATURES.names if name != "customer_id"])
def test_every_feature_counts(customers: pl.DataFrame, tmp_path: Path, column: str) -> None:
    unknown = customers.with_columns(pl.lit(None, dtype=customers.schema[column]).alias(column))

    assert disagreement(_answer(customers, tmp_path), _answer(unknown, tmp_path)) is not None


def test_a_missing_column_of_shares_shows(customers: pl.DataFrame, tmp_path: Path) -> None:
    fewer = customers.drop("spend_share: Toys")

    assert "share 02" in (disagreement(_answer(customers, tmp_path), _answer(fewer, tmp_path)) or "")


def test_the_right_answer_is_the_one_of_most() -> None:
    assert majority({"a": {"orders": 1}, "b": {"orders": 2}, "c": {"orders": 2}}) == "b"
    assert majority({"a": {"orders": 1}, "b": {"orders": 2}}) is None


@pytest.mark.parametrize("module", [answers, compare, sizes], ids=lambda module: str(module.__name__))
def test_the_examples_of_the_docstrings_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
