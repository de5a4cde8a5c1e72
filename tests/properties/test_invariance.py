"""The same customers to the bit, whatever the order of the lines, the shards and the threads."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine import Settings, analyze
from engine.report.files import OUTPUTS
from tests.conftest import BARE, Cli, beginning

HEADER = "customer_id,order_id,product_id,category,order_date,quantity,unit_price\n"


def _shuffled(export: Path, target: Path, seed: int) -> Path:
    header, *lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(seed).shuffle(lines)
    target.write_text(header + "".join(lines), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def customers(export: Path) -> pl.DataFrame:
    return analyze(export).customers.collect()


@pytest.mark.parametrize("shards", [1, pytest.param(16, marks=pytest.mark.long)])
def test_shuffled_lines_and_shards_change_nothing(
    export: Path, customers: pl.DataFrame, tmp_path: Path, shards: int
) -> None:
    again = analyze(_shuffled(export, tmp_path / "shuffled.csv", seed=shards), settings=Settings(shards=shards))

    assert customers["segment"].n_unique() > 1
    assert_frame_equal(again.customers.collect(), customers, check_exact=True)


def test_files_are_equal_to_the_byte_with_one_thread_or_two(export: Path, cli: Cli, tmp_path: Path) -> None:
    shuffled = _shuffled(export, tmp_path / "shop.csv", seed=9)

    run = ("--quiet", "--charts", "svg")  # a PNG is made of the SVG
    first = cli("analyze", export, "--out", tmp_path / "first", *run, POLARS_MAX_THREADS="2")
    second = cli("analyze", shuffled, "--out", tmp_path / "second", *run, "--shards", 16, POLARS_MAX_THREADS="1")

    assert (first.returncode, first.stderr, second.returncode, second.stderr) == (0, "", 0, "")
    same = [name for name in OUTPUTS if name not in {"run.json", "charts", "report.html"}]
    differing = [
        name for name in same if (tmp_path / "first" / name).read_bytes() != (tmp_path / "second" / name).read_bytes()
    ]
    # The rejected lines are told with their place in the file, the roles with what the sample showed of them.
    assert differing == ["summary.json", "rejects.csv"]
    one, other = (
        json.loads((tmp_path / run / "summary.json").read_text(encoding="utf-8")) for run in ("first", "second")
    )
    assert {**one, "source": None} == {**other, "source": None}
    charts = sorted((tmp_path / "first" / "charts").iterdir())
    assert [
        path.name for path in charts if path.read_bytes() != (tmp_path / "second" / "charts" / path.name).read_bytes()
    ] == []


@pytest.mark.real_data
def test_a_real_export_shuffled_on_one_thread_gives_the_same_customers(
    real_data: Path, cli: Cli, tmp_path: Path
) -> None:
    export = beginning(real_data / "online_retail.csv", 120_000, tmp_path / "online_retail.csv")
    shuffled = _shuffled(export, tmp_path / "shuffled.csv", seed=4)

    first = cli("analyze", export, "--out", tmp_path / "first", "--quiet", *BARE)
    second = cli(
        "analyze", shuffled, "--out", tmp_path / "second", "--quiet", *BARE, "--shards", 16, POLARS_MAX_THREADS="1"
    )

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    for name in ("customers.parquet", "activation.csv", "segments.csv", "model.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name


_line = st.tuples(
    st.integers(0, 60),  # customer
    st.integers(0, 3),  # order of the customer
    st.sampled_from(["A", "B", "C", ""]),  # product
    st.sampled_from(["food", "toys", ""]),
    st.integers(0, 40_000),  # minute
    st.integers(-2, 5),  # quantity
    st.integers(0, 10**7),  # price in hundredths
)


@settings(max_examples=8, deadline=None)
@given(lines=st.lists(_line, min_size=1, max_size=150), shards=st.integers(1, 5), seed=st.integers(0, 99))
def test_any_small_export_gives_the_same_customers_shuffled_and_sharded(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[tuple[int, int, str, str, int, int, int]],
    shards: int,
    seed: int,
) -> None:
    folder = tmp_path_factory.mktemp("small")
    export = folder / "small.csv"
    rows = [
        f"c{customer},{customer}-{order},{product},{category},"
        f"{datetime(2024, 1, 1) + timedelta(minutes=minute)},{quantity},{price / 100:.2f}\n"
        for customer, order, product, category, minute, quantity, price in lines
    ]
    export.write_text(HEADER + "".join(rows), encoding="utf-8")

    one = analyze(export)
    other = analyze(_shuffled(export, folder / "shuffled.csv", seed), settings=Settings(shards=shards))

    assert_frame_equal(other.customers.collect(), one.customers.collect(), check_exact=True)
    assert {**other.summary, "source": None} == {**one.summary, "source": None}
    assert one.summary["rows"]["read"] == len(lines)
