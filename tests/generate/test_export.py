"""Whole exports, written to real files."""

from __future__ import annotations

import resource
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from engine.errors import EngineError, OutputError
from engine.generate import Generated, generate
from engine.generate.personas import PERSONAS
from engine.generate.plan import BLOCK_LINES, plan_blocks
from engine.generate.spill import SLOT_LINES
from engine.generate.writers import FIRST_ORDER_ID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = 60_000
COLUMNS = ["order_id", "customer_id", "ordered_at", "product_id", "product_name", "category", "quantity", "unit_price"]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Generated]:
    """Return an export with its labels, and what was said about them."""
    folder = tmp_path_factory.mktemp("export")
    path, labels = folder / "big.csv", folder / "labels.csv"
    return path, labels, generate(path, rows=ROWS, seed=5, labels=labels)


@pytest.fixture(scope="module")
def lines(export: tuple[Path, Path, Generated]) -> pl.DataFrame:
    """Return the lines of the export with the planted segment of their customers."""
    frame = pl.read_csv(export[0], try_parse_dates=True)
    return frame.join(pl.read_csv(export[1]), on="customer_id", how="left", maintain_order="left")


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Let no file of this process grow past 200,000 bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def by_segment(lines: pl.DataFrame, value: pl.Expr) -> dict[str, float]:
    """Return one figure of every planted segment."""
    figures = lines.drop_nulls("segment").group_by("segment").agg(value.alias("value"))
    return dict(figures.iter_rows())


def test_has_exactly_the_lines_asked_for(export: tuple[Path, Path, Generated], lines: pl.DataFrame) -> None:
    assert lines.columns == [*COLUMNS, "segment"]
    assert lines.height == ROWS
    assert export[2].rows == ROWS
    assert export[2].customers == lines["customer_id"].drop_nulls().n_unique() == ROWS // 20


@pytest.mark.parametrize(
    ("rows", "customers"), [(1, None), (1, 1), (2, 2), (19, None), (500, 500), (501, 500), (700, 500), (3_000, 3)]
)
def test_any_number_of_lines_and_customers_is_met(tmp_path: Path, rows: int, customers: int | None) -> None:
    path, labels = tmp_path / "a.csv", tmp_path / "b.csv"
    told = generate(path, rows=rows, customers=customers, labels=labels)
    lines, segments = pl.read_csv(path), pl.read_csv(labels)
    assert told.rows == lines.height == rows
    assert told.customers == segments.height == (customers or 1)
    assert set(lines["customer_id"].drop_nulls()) == set(segments["customer_id"])


def test_is_sorted_by_time_then_order(export: tuple[Path, Path, Generated], lines: pl.DataFrame) -> None:
    assert lines["ordered_at"].is_sorted()
    assert lines["order_id"].is_sorted()
    assert lines["order_id"].cast(pl.String).str.len_chars().n_unique() == 1
    assert export[2].first == lines["ordered_at"][0].date()
    assert export[2].last == lines["ordered_at"][-1].date()
    assert date(2023, 1, 1) <= export[2].first < date(2023, 2, 1)
    assert date(2024, 12, 1) < export[2].last <= date(2024, 12, 31)


def test_text_follows_the_declared_formats(export: tuple[Path, Path, Generated]) -> None:
    text = pl.read_csv(export[0], infer_schema=False)
    assert text["ordered_at"].str.contains(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$").all()
    assert text["unit_price"].str.contains(r"^\d+\.\d\d$").all()
    assert text["quantity"].str.contains(r"^-?[1-9]\d*$").all()
    assert text.select("product_id", "product_name", "category").null_count().sum_horizontal().item() == 0
    assert b'"' not in export[0].read_bytes()


def test_order_is_of_one_moment_one_customer_and_one_kind(lines: pl.DataFrame) -> None:
    orders = lines.group_by("order_id").agg(
        pl.col("ordered_at", "customer_id").n_unique(), kinds=(pl.col("quantity") < 0).n_unique()
    )
    assert orders.select(pl.col("ordered_at", "customer_id", "kinds").max()).row(0) == (1, 1, 1)


def test_return_follows_a_purchase_of_the_same_product_at_the_same_price(lines: pl.DataFrame) -> None:
    known = lines.drop_nulls("customer_id").with_columns(units=pl.col("quantity").abs(), back=pl.col("quantity") < 0)
    keys = ["customer_id", "product_id", "unit_price", "units"]
    bought = known.filter(~pl.col("back")).group_by(keys).agg(bought_at=pl.col("ordered_at").min())
    returns = known.filter("back").join(bought, on=keys, how="left")
    assert returns.height > ROWS // 50
    assert returns.select((pl.col("ordered_at").dt.date() > pl.col("bought_at").dt.date()).all()).item()


def test_same_seed_gives_the_same_bytes(export: tuple[Path, Path, Generated], tmp_path: Path) -> None:
    generate(tmp_path / "again.csv", rows=ROWS, seed=5, labels=tmp_path / "labels.csv")
    assert (tmp_path / "again.csv").read_bytes() == export[0].read_bytes()
    assert (tmp_path / "labels.csv").read_bytes() == export[1].read_bytes()


def test_other_seed_gives_other_bytes(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(tmp_path / f"{seed}.csv", rows=1_000, seed=seed)
    assert (tmp_path / "1.csv").read_bytes() != (tmp_path / "2.csv").read_bytes()


def test_every_persona_is_labelled_about_as_often_as_declared(export: tuple[Path, Path, Generated]) -> None:
    labels = pl.read_csv(export[1])
    shares = dict(labels["segment"].value_counts(normalize=True).iter_rows())
    assert labels["customer_id"].is_unique().all()
    assert shares == pytest.approx({persona.name: persona.share for persona in PERSONAS}, abs=0.03)


def test_guests_have_no_customer_and_every_other_line_has_a_label(lines: pl.DataFrame) -> None:
    assert lines["customer_id"].null_count() / ROWS == pytest.approx(0.005, abs=0.002)
    assert lines["segment"].null_count() == lines["customer_id"].null_count()


def test_wholesale_accounts_fill_the_largest_baskets(lines: pl.DataFrame) -> None:
    orders = (
        lines.filter(pl.col("quantity") > 0).group_by("order_id", "segment").agg(pl.len(), pl.col("quantity").sum())
    )
    for column in ("len", "quantity"):
        medians = by_segment(orders, pl.col(column).median())
        largest = medians.pop("wholesale accounts")
        assert largest > 1.5 * max(medians.values())


def test_return_rates_are_those_declared(lines: pl.DataFrame) -> None:
    rates = by_segment(lines, (pl.col("quantity") < 0).sum() / (pl.col("quantity") > 0).sum())
    assert max(rates, key=rates.__getitem__) == "weekend try-and-return shoppers"
    assert rates == pytest.approx({persona.name: persona.return_rate for persona in PERSONAS}, abs=0.04)


def test_gifters_buy_before_christmas_and_weekend_shoppers_at_the_weekend(lines: pl.DataFrame) -> None:
    bought = lines.filter(pl.col("quantity") > 0)
    late = by_segment(bought, (pl.col("ordered_at").dt.month() >= 11).mean())
    assert late.pop("christmas gifters") > 0.9
    assert max(late.values()) < 0.3
    weekend = by_segment(bought, (pl.col("ordered_at").dt.weekday() >= 6).mean())
    assert weekend.pop("weekend try-and-return shoppers") > 0.6
    assert weekend.pop("wholesale accounts") < 0.1


def test_regulars_come_every_week_and_visitors_once(lines: pl.DataFrame) -> None:
    customers = (
        lines.filter(pl.col("quantity") > 0)
        .group_by("customer_id", "segment")
        .agg(orders=pl.col("order_id").n_unique(), span=(pl.col("ordered_at").max() - pl.col("ordered_at").min()))
    )
    orders = by_segment(customers, pl.col("orders").median())
    assert orders["one-time visitors"] == 1
    assert max(orders, key=orders.__getitem__) == "weekly regulars"
    gap = pl.col("span").dt.total_days().sum() / (pl.col("orders") - 1).sum()
    assert by_segment(customers, gap)["weekly regulars"] == pytest.approx(7.5, abs=1.5)


def test_bargain_hunters_pay_the_least(lines: pl.DataFrame) -> None:
    prices = by_segment(lines, pl.col("unit_price").median())
    assert min(prices, key=prices.__getitem__) == "bargain hunters"


def test_few_customers_bring_most_revenue(lines: pl.DataFrame) -> None:
    spent = (
        lines.drop_nulls("customer_id").group_by("customer_id").agg((pl.col("quantity") * pl.col("unit_price")).sum())
    )
    revenue = np.sort(spent["quantity"].to_numpy())[::-1]
    assert 0.6 < revenue[: revenue.size // 5].sum() / revenue.sum() < 0.8
    assert revenue[0] > 100 * np.median(revenue)


def test_many_blocks_and_slots_of_time_make_one_sorted_export(tmp_path: Path) -> None:
    rows = 2 * BLOCK_LINES // 10 * 7
    told = generate(tmp_path / "a.csv", rows=rows, labels=tmp_path / "labels.csv")
    lines = pl.read_csv(tmp_path / "a.csv", columns=["order_id", "customer_id", "ordered_at"])
    assert len(plan_blocks(rows, None)) > 1
    assert rows > 2 * SLOT_LINES
    assert told.rows == lines.height == rows
    assert lines["ordered_at"].is_sorted()
    assert lines["order_id"].is_sorted()
    assert lines["order_id"].max() == FIRST_ORDER_ID + lines["order_id"].n_unique() - 1
    assert lines.group_by("order_id").agg(pl.col("ordered_at", "customer_id").n_unique()).max().row(0)[1:] == (1, 1)
    assert set(lines["customer_id"].drop_nulls()) == set(pl.read_csv(tmp_path / "labels.csv")["customer_id"])


def test_existing_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")
    generate(tmp_path / "a.csv", rows=10)
    assert pl.read_csv(tmp_path / "a.csv").height == 10
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]


def test_labels_may_have_the_name_of_the_unfinished_export(tmp_path: Path) -> None:
    generate(tmp_path / "a.csv", rows=10, labels=tmp_path / "a.csv.part")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.csv", "a.csv.part"]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"rows": 0}, "rows is 0"),
        ({"rows": -5}, "rows is -5"),
        ({"rows": 10**12}, "rows is 1,000,000,000,000"),
        ({"rows": 10, "customers": 0}, "customers is 0 for 10 lines"),
        ({"rows": 10, "customers": 11}, "Every customer needs a line"),
        ({"rows": 1_000_000, "customers": 1}, "ask for more customers"),
        ({"rows": 10, "seed": -1}, "seed is -1"),
    ],
)
def test_numbers_that_cannot_be_met_are_refused(tmp_path: Path, numbers: dict[str, Any], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        generate(tmp_path / "a.csv", **numbers)
    assert not list(tmp_path.iterdir())


def test_paths_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a folder"):
        generate(tmp_path, rows=10)
    with pytest.raises(OutputError, match="no such folder"):
        generate(tmp_path / "missing" / "a.csv", rows=10)
    with pytest.raises(OutputError, match="no such folder"):
        generate(tmp_path / "file" / "a.csv", rows=10)
    with pytest.raises(OutputError, match="is a folder"):
        generate(tmp_path / "a.csv", rows=10, labels=tmp_path)
    with pytest.raises(OutputError, match="both the export and the labels"):
        generate(tmp_path / "a.csv", rows=10, labels=tmp_path / "a.csv")
    with pytest.raises(OutputError, match="cannot be written"):
        generate(tmp_path / ("long" * 100), rows=10)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize("rows", [5_000, 100_000])
def test_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, rows: int) -> None:
    (tmp_path / "a.csv").write_text("old")
    with pytest.raises(OutputError, match="cannot be written"):
        generate(tmp_path / "a.csv", rows=rows, labels=tmp_path / "labels.csv")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "old"
