"""Inputs of every kind: what the cluster makes of them is what one machine does, to the bit."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine import analyze, compare
from engine.errors import EngineError, SourceError
from engine.generate import generate
from engine.insights.wanted import INSIGHTS, Wanted
from engine.intake.extent import extent
from engine.runners.local import total
from engine.runners.runner import OneMachine, Runner
from engine.schema import CODE
from engine.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HEAD = "customer_id,order_id,ordered_at,product,category,quantity,amount\n"
FILLER = 40_000
"""Lines that a sample does not see all of."""


def line(number: int, product: str = "lamp", customer: str | None = None) -> str:
    who = f"c{number % 700}" if customer is None else customer
    day, hour = number % 28 + 1, number % 24
    moment = f"2024-{number % 12 + 1:02d}-{day:02d} {hour:02d}:{number % 60:02d}:00"
    return f"{who},o{number % 9_000},{moment},{product} {number % 40},cat {number % 5},{number % 4},{number % 90}.25\n"


def plain(path: Path, middle: str = "") -> Path:
    path.write_text(HEAD + middle_of(middle), encoding="utf-8")
    return path


def middle_of(middle: str) -> str:
    rows = [line(number) for number in range(FILLER)]
    rows[30_001] = middle or rows[30_001]
    rows[100] = line(100, customer="")
    rows[35_000] = line(35_000, customer="")
    rows[20_000] = "c1,o1,never,lamp,cat 1,1,2.50\n"
    return "".join(rows)


def packed(path: Path) -> Path:
    target = path.with_suffix(".csv.gz")
    target.write_bytes(gzip.compress((HEAD + middle_of("")).encode()))
    return target


def western(path: Path) -> Path:
    path.write_bytes((HEAD + middle_of(line(1, "café"))).encode("cp1252"))
    return path


def late_bytes(path: Path) -> Path:
    content = (HEAD + middle_of(line(30_001, "DAMAGED"))).encode()
    path.write_bytes(content.replace(b"DAMAGED", b"l\xffmp"))
    return path


def parquet(path: Path) -> Path:
    target = path.with_suffix(".parquet")
    table = pl.read_csv((HEAD + middle_of("")).encode(), try_parse_dates=True, infer_schema_length=None)
    table.with_columns(pl.col("amount").cast(pl.Decimal(12, 2))).write_parquet(target, row_group_size=5_000)
    return target


def shopify(path: Path) -> Path:
    head = "Name,Email,Financial Status,Currency,Total,Lineitem quantity,Lineitem name,Lineitem price,Created at\n"
    moment = "2024-03-04 05:06:07 +0000"
    rows = [
        f"#{number},c{number % 300}@shop.test,paid,EUR,30.00,1,lamp,10.00,{moment}\n#{number},,,,,2,chair,10.00,\n"
        for number in range(2_000)
    ]
    path.write_text(head + "".join(rows))
    return path


KINDS: dict[str, Callable[[Path], Path]] = {
    "plain": plain,
    "western": western,
    "such bytes beyond the sample": late_bytes,
    "quoted line breaks": lambda path: plain(path, 'c9,o9,2024-02-03 04:05:06,"a\nb",cat 1,1,5.00\n'),
    "stray quotation mark beyond the sample": lambda path: plain(path, line(30_001, '"lamp')),
    "parquet": parquet,
    "order on its first line": shopify,
}


def result(runner: Runner, paths: list[Path], folder: Path, **given: Any) -> tuple[Any, pl.DataFrame, Any, str]:
    """What was read, the features of all customers, the sums over the lines, and the rejected lines."""
    folder.mkdir()
    settings = Settings(**given)
    with runner:
        runner.begin(folder, lambda _: None)
        source = runner.open(paths, settings)
        size = extent(source)
        needs = runner.plan(source, size, 8_000_000_000, 3)
        intake = runner.read(source, needs, drop_duplicates=settings.drop_duplicates, tick=lambda _: None)
        wanted = Wanted(frozenset({"timing", "statistics"}), intake.first, intake.last, intake.last)
        _, features, sums = runner.build(
            total(intake.products), wanted, needs, counted=True, seed=1, support=None, tick=lambda _: None
        )
        return intake, features.drop(CODE).sort("customer_id").collect(), sums, intake.rejects.read_text("utf-8")


def assert_same(here: tuple[Any, pl.DataFrame, Any, str], there: tuple[Any, pl.DataFrame, Any, str]) -> None:
    for name in ("read", "kept", "rejected_by_reason", "revenue", "first", "last", "alerts"):
        assert getattr(here[0], name) == getattr(there[0], name), name
    assert_frame_equal(here[0].products, there[0].products, check_exact=True)
    assert_frame_equal(here[1], there[1], check_exact=True)
    for name in ("months", "clock", "gaps", "values", "moments"):
        assert_frame_equal(getattr(here[2], name), getattr(there[2], name), check_exact=True)
    assert here[2].duplicates == there[2].duplicates


@pytest.mark.parametrize("kind", KINDS)
def test_input_of_a_kind_is_read_as_on_one_machine(kind: str, session: SparkSession, tmp_path: Path) -> None:
    from engine.runners.spark.runner import OnSpark

    path = KINDS[kind](tmp_path / "shop.csv")

    here = result(OneMachine(), [path], tmp_path / "here")
    there = result(OnSpark(session), [path], tmp_path / "there")

    assert_same(here, there)
    assert here[3] == there[3]
    assert session.conf.get("spark.sql.session.timeZone") == "America/New_York"


def test_repeated_lines_of_several_files_are_dropped_as_on_one_machine(session: SparkSession, tmp_path: Path) -> None:
    from engine.runners.spark.runner import OnSpark

    paths = [plain(tmp_path / "a.csv"), plain(tmp_path / "b.csv", line(30_001, "chair"))]

    here = result(OneMachine(), paths, tmp_path / "here", drop_duplicates=True)
    there = result(OnSpark(session), paths, tmp_path / "there", drop_duplicates=True)

    assert_same(here, there)
    assert here[0].rejected_by_reason["exact duplicate"] > FILLER // 2
    assert sorted(here[3].splitlines()) == sorted(there[3].splitlines())


def test_ids_are_hashed_by_the_workers(session: SparkSession, tmp_path: Path) -> None:
    from engine.runners.spark.runner import OnSpark

    path, key = plain(tmp_path / "shop.csv"), "a key that nobody guesses"

    here = result(OneMachine(), [path], tmp_path / "here", hash_ids=key)
    there = result(OnSpark(session), [path], tmp_path / "there", hash_ids=key)

    assert_same(here, there)
    assert here[3] == there[3]
    assert there[1]["customer_id"].str.len_bytes().unique().to_list() == [32]


@pytest.mark.parametrize("kind", ["packed", "parquet"])
def test_url_is_read_by_spark_as_a_path_is_here(kind: str, session: SparkSession, tmp_path: Path) -> None:
    from engine.runners.spark.runner import OnSpark

    path = {"packed": packed, "parquet": parquet}[kind](tmp_path / "shop.csv")

    here = result(OneMachine(), [path], tmp_path / "here")
    there = result(OnSpark(session), [Path(path.as_uri())], tmp_path / "there")

    assert_same(here, there)
    assert without_numbers(here[3]) == without_numbers(there[3])


def without_numbers(rejects: str) -> list[list[Any]]:
    table = pl.read_csv(rejects.encode(), infer_schema=False).drop("line")
    return sorted(map(list, table.rows()))


def test_url_whose_cells_hold_line_breaks_is_refused(session: SparkSession, tmp_path: Path) -> None:
    from engine.runners.spark.runner import OnSpark

    path = KINDS["quoted line breaks"](tmp_path / "shop.csv")

    with pytest.raises(SourceError, match="hold line breaks or misplaced quotation marks"):
        result(OnSpark(session), [Path(path.as_uri())], tmp_path / "there")


def test_url_that_holds_nothing_is_told(session: SparkSession, tmp_path: Path) -> None:
    from engine.runners.spark.runner import OnSpark

    with pytest.raises(EngineError, match="Spark finds no such file"):
        result(OnSpark(session), [Path((tmp_path / "none.csv").as_uri())], tmp_path / "there")


def test_customers_of_several_files_are_those_of_one(
    session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.runners.spark import runner

    export = tmp_path / "shop.csv"
    generate(export, rows=4_000, seed=3)
    monkeypatch.setattr(runner, "CUSTOMERS_OF_A_FILE", 80)
    options = Settings(without=INSIGHTS, charts=())

    here = analyze(export, out=tmp_path / "here", settings=options)
    there = analyze(export, out=tmp_path / "there", settings=options, engine="spark", spark=session)

    written = tmp_path / "there" / "customers.parquet"
    assert len(list(written.iterdir())) == -(-here.summary["customers"] // 80)
    assert_frame_equal(pl.read_parquet(written), here.customers.collect(), check_exact=True)
    assert_frame_equal(there.customers.collect(), here.customers.collect(), check_exact=True)
    assert compare(tmp_path / "here", tmp_path / "there").summary["customers"]["moved"] == 0
