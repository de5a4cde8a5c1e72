"""Two runs compared as a user does it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from engine import Settings, analyze
from engine.insights.wanted import INSIGHTS
from tests.conftest import Cli
from tests.report.test_html import Page
from tests.runs import write_run

OUTPUTS = ["charts", "comparison.html", "comparison.json", "migration.csv", "movers.csv"]
BEFORE = [("a", 1, 10.0), ("b", 1, 20.5), ("c", 2, 30.0), ("d", 3, 0.0), ("007", 3, 5.25)]
AFTER = [("a", 1, 11.0), ("b", 2, 25.5), ("c", 2, 31.0), ("d", 1, 300.0), ("new", 2, 7.0)]


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    return (
        write_run(tmp_path / "jan", BEFORE),
        write_run(tmp_path / "feb", AFTER, as_of="2024-03-01T00:00:00"),
    )


def test_every_output_is_left_in_the_default_folder(cli: Cli, runs: tuple[Path, Path], tmp_path: Path) -> None:
    run = cli("compare", *runs, cwd=tmp_path)

    folder = tmp_path / "output" / "jan-to-feb"
    assert run.returncode == 0, run.stderr
    assert sorted(path.name for path in folder.iterdir()) == OUTPUTS
    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == ["jan-to-feb"]
    assert sorted(path.name for path in (folder / "charts").iterdir()) == ["segment_flow.png", "segment_flow.svg"]
    assert all(len(line) <= 80 for line in run.stdout.splitlines())
    said = " ".join(run.stdout.split())
    for words in (
        "Loyal",
        "Lapsed",
        "50% of the customers of both runs changed segment",
        "comparison.html",
        "1 Mar 2024",
    ):
        assert words in said
    assert "Following 5 customers" in run.stderr
    with (folder / "movers.csv").open(encoding="utf-8", newline="") as file:
        listed = [
            (row["customer_id"], row["change"], row["revenue_after"], row["last_order"]) for row in csv.DictReader(file)
        ]
    assert listed == [
        ("d", "moved", "300.0", "2024-01-04"),
        ("b", "moved", "25.5", "2024-01-02"),
        ("new", "new", "7.0", "2024-01-05"),
        ("007", "gone", "", "2024-01-05"),
    ]


def test_the_page_holds_the_matrix_the_movers_and_the_chart(cli: Cli, runs: tuple[Path, Path], tmp_path: Path) -> None:
    cli("compare", *runs, "--out", tmp_path / "out", "--quiet")

    text = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    assert list(page.specs) == list(page.labels) == ["chart-segment_flow"]
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert "default-src 'none'" in text
    said = " ".join(page.text.split())
    for words in ("jan to feb", "€300", "007", "No longer in the data", "New customers", "Key findings", "4 → 4"):
        assert words in said


def test_json_prints_the_record_and_quiet_prints_nothing(cli: Cli, runs: tuple[Path, Path], tmp_path: Path) -> None:
    as_json = cli("compare", *runs, "--out", tmp_path / "out", "--json", "--quiet")
    quiet = cli("compare", *runs, "--out", tmp_path / "out", "--quiet")

    assert json.loads(as_json.stdout) == json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))
    assert (as_json.stderr, quiet.stdout, quiet.stderr, quiet.returncode) == ("", "", "", 0)


def test_hostile_names_act_neither_as_markup_nor_as_elements(cli: Cli, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>[red]\x1b[31m"
    a = write_run(tmp_path / "jan", [(hostile, 1, 1.0), ("b", 2, 1.0)])
    b = write_run(tmp_path / "feb", [(hostile, 2, 1.0), ("b", 1, 1.0)], currency="[bold]<b>")

    run = cli("compare", a, b, "--out", tmp_path / "out")

    page = Page((tmp_path / "out" / "comparison.html").read_text(encoding="utf-8"))
    assert run.returncode == 0, run.stderr
    assert page.tags.count("script") == 4
    assert "b" not in page.tags
    assert "\x1b[31m" not in run.stdout
    assert "[bold]<b>" in run.stdout


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("nowhere", ["nowhere: no such folder"]),
        ("file.txt", ["is a file", "a run is a folder"]),
        ("empty", ["is not the folder of a run", "customers.parquet", "Pass the folder"]),
    ],
)
def test_what_is_no_run_is_told_in_one_message(second: str, words: list[str], cli: Cli, tmp_path: Path) -> None:
    run_a = write_run(tmp_path / "jan", BEFORE)
    (tmp_path / "file.txt").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))

    run = cli("compare", run_a, second, cwd=tmp_path)

    assert (run.returncode, run.stdout) == (1, "")
    assert [each for each in words if each not in run.stderr] == [], run.stderr
    assert "Traceback" not in run.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_run_is_needed_twice(cli: Cli) -> None:
    assert cli("compare", "jan").returncode == 2


@pytest.mark.real_data
def test_names_stay_from_one_month_to_the_next(cli: Cli, real_data: Path, tmp_path: Path) -> None:
    export = pl.read_csv(real_data / "online_retail.csv", infer_schema=False)
    for month in ("2011-11", "2011-12"):
        export.filter(pl.col("InvoiceDate") < f"{month}-01").write_csv(tmp_path / f"{month}.csv")
        bare = Settings(without=INSIGHTS, charts=())
        analyze(tmp_path / f"{month}.csv", out=tmp_path / month, settings=bare)

    run = cli("compare", tmp_path / "2011-11", tmp_path / "2011-12", "--out", tmp_path / "moves", "--json", "--quiet")

    summary = json.loads(run.stdout)
    assert summary["alerts"] == []
    assert [each["status"] for each in summary["segments"]] == ["kept"] * 4
    assert [each["name"] for each in summary["segments"]] == [each["name_a"] for each in summary["segments"]]
    assert max(each["distance"] / each["room"] for each in summary["segments"]) < 0.35
    matrix = pl.read_csv(tmp_path / "moves" / "migration.csv")
    for side, month in (("before", "2011-11"), ("after", "2011-12")):
        customers = pl.read_parquet(tmp_path / month / "customers.parquet")
        number = {
            each["segment_a" if side == "before" else "segment_b"]: each["segment"] for each in summary["segments"]
        }
        held = (
            customers.group_by(pl.col("segment").replace_strict(number))
            .agg(customers=pl.len(), micros=(pl.col("revenue") * 1e6).round().cast(pl.Int64).sum())
            .sort("segment")
        )
        sums = (
            matrix.drop_nulls(f"segment_{side}")
            .group_by(pl.col(f"segment_{side}").alias("segment"))
            .agg(pl.col("customers").sum(), micros=(pl.col(f"revenue_{side}") * 1e6).round().cast(pl.Int64).sum())
            .sort("segment")
        )
        assert sums.rows() == held.rows()
    assert matrix["customers"].sum() == summary["customers"]["after"] == 4_331
    assert summary["customers"]["gone"] == 0
    movers = pl.read_csv(tmp_path / "moves" / "movers.csv", infer_schema=False)
    assert movers.height == summary["customers"]["moved"] + summary["customers"]["new"]
