"""The main job as a user runs it."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path

import polars as pl
import pytest

from engine.schema import CUSTOMERS
from tests.conftest import BARE, ROOT, Cli, run_cli

Run = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """The sample analysed as it comes, and the folder in which that was done."""
    folder = tmp_path_factory.mktemp("sample")
    return run_cli("analyze", ROOT / "data" / "sample_orders.csv", cwd=folder, pictures=True), folder


@pytest.fixture(scope="module")
def bare(export: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """An analysis without insights, printed as JSON, and what it left."""
    folder = tmp_path_factory.mktemp("bare") / "run"
    return run_cli("analyze", export, "--out", folder, "--json", "--quiet", *BARE), folder


def test_the_sample_leaves_every_output_in_the_default_folder(sample: tuple[Run, Path]) -> None:
    run, started_in = sample

    folder = started_in / "output" / "sample_orders"
    assert run.returncode == 0, run.stderr
    assert sorted(path.name for path in folder.iterdir()) == [
        "activation.csv", "charts", "customers.parquet", "model.json", "rejects.csv",
        "report.html", "run.json", "segments.csv", "summary.json",
    ]  # fmt: skip
    assert sorted(path.name for path in started_in.iterdir()) == ["output"]
    assert sorted(path.name for path in (started_in / "output").iterdir()) == ["sample_orders"]
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    told = " ".join(run.stdout.split())
    assert [each["name"] for each in summary["segments"] if each["name"] not in told] == []
    assert len(summary["segments"]) >= 4
    assert "report.html" in "".join(run.stdout.split())  # the path may be broken anywhere
    assert all(len(line) <= 80 for line in run.stdout.splitlines())


def test_what_was_detected_is_told_before_the_long_pass(sample: tuple[Run, Path]) -> None:
    run, _ = sample

    told = run.stderr.splitlines()
    columns = next(place for place, line in enumerate(told) if "customer = customer_id" in line)
    assert "price = unit_price" in told[columns]
    assert columns < next(place for place, line in enumerate(told) if line.startswith("Reading"))
    assert "Looking" not in run.stdout


def test_json_prints_the_summary_and_quiet_prints_nothing(
    cli: Cli, bare: tuple[Run, Path], export: Path, tmp_path: Path
) -> None:
    as_json, folder = bare
    quiet = cli("analyze", export, "--out", tmp_path / "run", "--quiet", *BARE)

    assert json.loads(as_json.stdout) == json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert (as_json.stderr, quiet.stdout, quiet.stderr) == ("", "", "")


def test_customers_and_activation_list_hold_every_customer_once(bare: tuple[Run, Path]) -> None:
    _, folder = bare

    customers = pl.read_parquet(folder / "customers.parquet")
    with (folder / "activation.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert customers.columns[: len(CUSTOMERS.names)] == CUSTOMERS.names
    assert dict(customers.select(CUSTOMERS.names).schema) == dict(CUSTOMERS.schema)
    assert customers["customer_id"].is_sorted()
    assert customers["customer_id"].is_unique().all()
    assert [row["customer_id"] for row in listed] == customers["customer_id"].to_list()
    not_null = [column.name for column in CUSTOMERS.columns if not column.nullable]
    assert customers.select(not_null).null_count().sum_horizontal().item() == 0


def test_a_run_can_be_repeated_from_its_record(cli: Cli, export: Path, tmp_path: Path) -> None:
    cli("analyze", export, "--out", tmp_path / "run", "--seed", 5, "--k", 4, "--quiet", *BARE)

    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert record["settings"]["seed"] == 5
    assert record["settings"]["k"] == 4
    assert record["input"][0]["bytes"] == export.stat().st_size
    assert len(record["input"][0]["fingerprint"]) == 64
    assert record["peak_memory_mb"] > 50
    assert {"detect", "intake", "features", "segments", "charts", "report"} <= set(record["seconds"])


def test_columns_can_be_overruled(cli: Cli, tmp_path: Path) -> None:
    export = tmp_path / "own.csv"
    rows = [f"{number % 9};{number % 5};2024-02-{number % 28 + 1:02d};{number},0" for number in range(1, 80)]
    export.write_text(
        "who;shopper id;when;worth\n" + "\n".join(row.replace(",0", "") for row in rows), encoding="utf-8"
    )

    found = cli(
        "analyze", export, "--out", tmp_path / "run", "--customer", "who", "--amount", "worth", "--json", "--quiet"
    )

    summary = json.loads(found.stdout)
    assert summary["customers"] == 9
    assert summary["revenue"] == sum(range(1, 80))


def test_one_customer_is_enough(cli: Cli, tmp_path: Path) -> None:
    export = tmp_path / "one.csv"
    export.write_text("customer_id,date,amount\nanna,2024-03-01,12.50\n", encoding="utf-8")

    run = cli("analyze", export, "--out", tmp_path / "run")

    assert run.returncode == 0, run.stderr
    summary = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["k"]["chosen"] == 1
    assert "too few" in summary["k"]["verdict"].lower() or "fewer than" in summary["k"]["verdict"].lower()
    assert summary["segments"][0]["customers"] == 1


def test_a_customer_of_returns_only_is_kept(cli: Cli, tmp_path: Path) -> None:
    export = tmp_path / "returns.csv"
    export.write_text("customer_id,date,quantity,price\na,2024-03-01,1,10\nb,2024-03-02,-1,10\n", encoding="utf-8")

    cli("analyze", export, "--out", tmp_path / "run", "--quiet", *BARE)

    customers = pl.read_parquet(tmp_path / "run" / "customers.parquet")
    assert customers.select("customer_id", "orders", "revenue", "return_rate", "last_order").rows()[1] == (
        "b",
        0,
        -10.0,
        1.0,
        None,
    )


@pytest.mark.parametrize("text", ["--help", "analyze --help", "score --help", "generate --help", "--version"])
def test_help_needs_no_engine(cli: Cli, text: str) -> None:
    run = cli(*text.split(), PYTHONPROFILEIMPORTTIME="1")

    imported = set(re.findall(r"\|\s+(\S+)$", run.stderr, flags=re.MULTILINE))
    assert run.returncode == 0
    assert "typer" in imported
    assert imported & {"polars", "numpy", "sklearn", "altair", "vl_convert"} == set()


def test_cuts_of_the_rfm_scores_can_be_given(cli: Cli, export: Path, tmp_path: Path) -> None:
    done = cli("analyze", export, "--out", tmp_path / "out", "--rfm-orders", "1,2,4,8", "--json", "--quiet", *BARE)

    assert done.returncode == 0, done.stderr
    customers = pl.read_parquet(tmp_path / "out" / "customers.parquet").filter(pl.col("orders") > 0)
    expected = 1 + pl.sum_horizontal((pl.col("orders") > cut).cast(pl.Int64) for cut in (1, 2, 4, 8))
    assert customers.select((pl.col("f_score") == expected).all()).item()
    shown = {row["score"]: (row["orders_from"], row["orders_to"]) for row in json.loads(done.stdout)["rfm_cuts"]}
    assert (shown[1], shown[2], shown[5][0]) == ((1, 1), (2, 2), 9)
    cuts = json.loads((tmp_path / "out" / "model.json").read_text(encoding="utf-8"))["rfm_cuts"]
    assert cuts["orders"] == [1.0, 2.0, 4.0, 8.0]
    assert cuts["revenue"] != cuts["orders"]


def test_segments_that_come_again_keep_the_names_of_an_earlier_run(cli: Cli, export: Path, tmp_path: Path) -> None:
    cli("analyze", export, "--out", tmp_path / "first", "--quiet", *BARE)
    model = json.loads((tmp_path / "first" / "model.json").read_text(encoding="utf-8"))
    model["names"] = [f"Our {number}" for number in range(len(model["names"]))]
    (tmp_path / "ours.json").write_text(json.dumps(model), encoding="utf-8")

    done = cli(
        "analyze", export, "--out", tmp_path / "next", "--names-from", tmp_path / "ours.json", "--json", "-q", *BARE
    )

    assert done.returncode == 0, done.stderr
    assert [row["name"] for row in json.loads(done.stdout)["segments"]] == model["names"]


def test_segments_are_explained_in_every_output(bare: tuple[Run, Path]) -> None:
    done, folder = bare

    summary = json.loads(done.stdout)
    customers = pl.read_parquet(folder / "customers.parquet")
    assert customers["certainty"].is_between(0, 1).all()
    assert (customers["next_segment"] != customers["segment"]).all()
    page = (folder / "report.html").read_text(encoding="utf-8")
    for row in summary["segments"]:
        own = customers.filter(pl.col("segment") == row["id"])
        assert own["certainty"].median() == pytest.approx(row["certainty"])
        assert row["borderline_share"] == pytest.approx((own["certainty"] < 0.1).mean())
        assert row["action"] in page
        assert 0.6 <= row["jaccard"] <= 1.0
    crossed = pl.DataFrame(summary["segment_rfm"])
    counted = customers.group_by("segment", "rfm_name").len(name="counted")
    assert (
        crossed.join(counted, on=["segment", "rfm_name"])["customers"].sum()
        == len(customers)
        == crossed["customers"].sum()
    )
    typical = pl.DataFrame(summary["typical_customers"]).join(customers, on="customer_id", suffix=" again")
    assert (typical["segment"] == typical["segment again"]).all()
    assert typical.filter(typical["certainty"] < 0.5).is_empty()
    assert summary["rules"]["accuracy"] > 0.7
    assert all(each["reference_silhouette"] is not None for each in summary["k"]["candidates"])
