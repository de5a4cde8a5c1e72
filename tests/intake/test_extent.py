from __future__ import annotations

import gzip
from pathlib import Path
from random import Random

import polars as pl
import pytest

from engine.intake.extent import extent
from engine.intake.source import open_source
from engine.settings import Settings


@pytest.fixture(scope="module")
def text(export: Path) -> str:
    return export.read_text(encoding="utf-8")


def test_lines_and_bytes_of_text(export: Path) -> None:
    size = extent(open_source([export], Settings()))

    assert size.bytes == export.stat().st_size
    assert size.lines == pytest.approx(20_001, rel=0.02)
    assert size.rewritten == 0


@pytest.mark.parametrize(("catalogue", "lines"), [(300, 20_000), (20_000, 60_000), (1_000_000, 60_000)])
def test_products_are_estimated_from_how_often_they_are_met(catalogue: int, lines: int, tmp_path: Path) -> None:
    random = Random(7)
    numbers = [random.randrange(catalogue) for _ in range(lines)]
    rows = "".join(f"c{n % 99},2024-01-01,p{number},{number}\n" for n, number in enumerate(numbers))
    (tmp_path / "shop.csv").write_text("customer,date,product,amount\n" + rows, encoding="utf-8")

    size = extent(open_source([tmp_path / "shop.csv"], Settings()))

    assert size.products == pytest.approx(min(catalogue, lines), rel=0.15)


@pytest.mark.parametrize("lines_of_each", [2, 12])
def test_customers_are_estimated_though_their_lines_stand_together(lines_of_each: int, tmp_path: Path) -> None:
    random = Random(7)
    lines, customers = 120_000, 120_000 // lines_of_each
    orders = [random.randrange(customers) for _ in range(lines // 2)]
    rows = "".join(f"c{who},o{n},2024-01-{n % 28 + 1:02},5\n" * 2 for n, who in enumerate(orders))
    (tmp_path / "shop.csv").write_text("customer,order,date,amount\n" + rows, encoding="utf-8")

    size = extent(open_source([tmp_path / "shop.csv"], Settings()))

    assert size.customers == pytest.approx(customers, rel=0.3)


def test_without_products_none_are_reckoned_with(tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_text("customer,date,amount\na,2024-01-01,5\n", encoding="utf-8")

    assert extent(open_source([tmp_path / "shop.csv"], Settings())).products == 0


def test_text_in_another_encoding_is_counted_in_its_own_bytes_and_rewritten(text: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(text, encoding="utf-16")

    size = extent(open_source([path], Settings()))

    assert size.lines == pytest.approx(20_001, rel=0.02)
    assert size.bytes == size.rewritten == path.stat().st_size


def test_packed_text_counts_unpacked(text: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))

    size = extent(open_source([path], Settings()))

    assert size.lines == pytest.approx(20_001, rel=0.1)
    assert size.bytes == pytest.approx(len(text.encode()), rel=0.1)


def test_tables_count_as_the_text_they_would_be(export: Path, text: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.parquet"
    pl.read_csv(export, infer_schema=False).write_parquet(path)

    size = extent(open_source([path], Settings()))

    assert size.lines == 20_000
    assert size.bytes == pytest.approx(len(text.encode()), rel=0.02)


def test_several_files_add_up(export: Path, text: str, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(text, encoding="utf-8")

    size = extent(open_source([export, tmp_path / "other.csv"], Settings()))

    assert size.lines == pytest.approx(40_002, rel=0.02)
