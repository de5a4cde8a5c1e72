"""Real runs on small exports: all cases agree, and everything is recorded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import measure
from benchmarks.answers import CUSTOMERS, Answer, disagreement
from benchmarks.cases import CASES, Case, plan
from benchmarks.command import bench
from benchmarks.data import FEW, MANY, PLAIN, TEXT_IDS, Export, export
from benchmarks.draw import charts
from benchmarks.measure import Run, run_case
from benchmarks.record import Record
from engine.errors import EngineError
from tests.conftest import ROOT

pytestmark = pytest.mark.peers

ROWS = 2_000


def _case(name: str) -> Case:
    return next(case for case in CASES if case.name == name)


UNUSUAL = """\
2000000001,90000001,2023-05-06 05:59:59,P1,Two favourites,Toys,1,10.10
2000000001,90000001,2023-05-06 05:59:59,P2,Two favourites,Books,3,3.30
2000000001,90000001,2023-05-06 05:59:59,P3,Two favourites,Books,1,0.20
2000000002,90000002,2023-05-07 12:00:00,P1,Returned only,Toys,-1,10.10
2000000003,90000003,2023-05-08 18:00:00,P1,For nothing,Toys,1,0.00
2000000004,90000004,2023-05-08 18:00:00,,,,2,1.99
2000000005,90000004,2023-05-13 23:59:59,P4,Without category,,1,2.99
2000000006,90000005,2023-05-13 23:59:59,P4,No unit,Toys,0,2.99
2000000007,90000006,2023-05-13 23:59:59,P4,More returned than bought,Toys,2,2.99
2000000007,90000006,2023-05-14 00:00:00,P4,More returned than bought,Toys,-3,2.99
2000000008,90000006,2023-05-14 00:00:00,P5,More returned than bought,Books,2,2.99
"""
"""Lines of customers whose features are less than plain."""


SPARK = "analysis_spark"


def _agreed_features(path: Path, kind: str, *besides: str) -> Answer:
    """Return the features of the engine, after making sure that all others but some have the same."""
    cases = [case for case in CASES if case.group == CUSTOMERS and kind in case.kinds and case.name not in besides]
    for case in cases:
        _skip_without(case)
    _, expected = run_case(_case("features"), path)
    others = {case.name: run_case(case, path)[1] for case in cases if case.name != "features"}
    assert {name: disagreement(expected, other) for name, other in others.items()} == dict.fromkeys(others)
    return expected


def _skip_without(case: Case) -> Case:
    obstacle = case.obstacle(ROWS)
    if obstacle is not None:
        pytest.skip(obstacle)
    return case


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the exports."""
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    """The folder of a run that measured the cases without features."""
    for name in ("summary", "summary_lifetimes"):
        _skip_without(_case(name))
    results = tmp_path_factory.mktemp("results")
    code = bench(
        rows=[ROWS, ROWS // 2], cases=["scan", "summary*"], runs=1, name="small", data_dir=folder, results=results,
        tell=lambda _: None,
    )  # fmt: skip
    assert code == 0
    return results / "small"


@pytest.fixture(scope="module")
def record(run: Path) -> dict[str, Any]:
    """Its record."""
    read: dict[str, Any] = json.loads((run / "record.json").read_text(encoding="utf-8"))
    return read


def test_the_features_of_all_engines_agree(folder: Path) -> None:
    made = export(folder, TEXT_IDS, ROWS)
    made.make()

    expected = _agreed_features(made.path, TEXT_IDS)

    assert expected["orders"] > 0


def test_the_features_of_all_engines_agree_on_customers_beyond_the_usual(folder: Path, tmp_path: Path) -> None:
    made = export(folder, PLAIN, ROWS)
    made.make()
    unusual = tmp_path / "unusual.csv"
    unusual.write_text(made.path.read_text(encoding="utf-8") + UNUSUAL, encoding="utf-8")

    expected = _agreed_features(unusual, PLAIN, SPARK)

    known = {name: expected["customers"] - expected[f"{name} known"] for name in ("orders", "products", "top_category")}
    assert known == {"orders": 0, "products": 1, "top_category": 2}
    assert expected["customers"] - expected["top_category_share known"] == 4


@pytest.mark.long
def test_the_features_of_a_whole_analysis_on_spark_are_those_of_the_engine(folder: Path) -> None:
    made = export(folder, PLAIN, ROWS)
    made.make()
    _skip_without(_case(SPARK))

    answers = [run_case(_case(name), made.path)[1] for name in ("features", SPARK)]

    assert disagreement(*answers) is None


def test_every_case_is_recorded_with_its_runs(record: dict[str, Any]) -> None:
    results = {(each["case"], each["rows"]): each for each in record["results"]}

    assert sorted(results) == sorted(
        (name, rows) for name in ("scan", "summary", "summary_lifetimes") for rows in (ROWS, ROWS // 2)
    )
    assert {each["status"] for each in results.values()} == {"measured"}
    for each in results.values():
        for figure in ("wall_seconds", "cpu_seconds", "peak_memory_mb"):
            assert len(each[figure]) == 1
            assert each[figure][0] > 0
        assert each["stages"]
    assert results["summary", ROWS]["checksum"] == results["summary_lifetimes", ROWS]["checksum"]
    assert results["summary", ROWS]["checksum"] != results["summary", ROWS // 2]["checksum"]


def test_versions_machine_and_sizes_are_recorded(record: dict[str, Any], folder: Path) -> None:
    assert {"hidden-segments", "python", "polars", "pandas", "lifetimes"} <= set(record["versions"])
    assert set(record["machine"]) == {"cores", "memory_mb", "processor", "system"}
    assert {each["file"]: each["bytes"] for each in record["exports"]} == {
        f"plain-{rows}.csv": (folder / f"plain-{rows}.csv").stat().st_size for rows in (ROWS, ROWS // 2)
    }


def test_a_record_holds_no_path_of_the_machine(run: Path, folder: Path) -> None:
    for name in ("record.json", "table.md", "seconds_by_case.svg", "growth.svg"):
        text = (run / name).read_text(encoding="utf-8")

        assert [path for path in (folder, run, ROOT, Path.home(), Path(sys.prefix)) if str(path) in text] == []


def test_the_run_is_told_as_a_table_and_drawn(run: Path) -> None:
    table = (run / "table.md").read_text(encoding="utf-8")

    assert "| summary_lifetimes | lifetimes |" in table
    assert {path.name for path in run.iterdir()} == {
        "record.json", "table.md", "growth.png", "growth.svg", "seconds_by_case.png", "seconds_by_case.svg",
    }  # fmt: skip


def test_a_name_that_is_taken_is_refused_before_anything_is_measured(run: Path, folder: Path) -> None:
    before = (run / "record.json").read_bytes()

    with pytest.raises(EngineError, match="there is a run of this name"):
        bench(rows=[ROWS], cases=["scan"], name="small", data_dir=folder, results=run.parent)

    assert (run / "record.json").read_bytes() == before


def test_a_doctored_answer_gets_no_time_in_the_record(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doctored(case: Case, _: Path) -> tuple[Run, Answer]:
        return Run(1.0, 1.0, 100.0, {}), {"lines": ROWS + (case.name == "scan_all")}

    monkeypatch.setattr(measure, "run_case", doctored)
    told: list[str] = []

    code = bench(
        rows=[ROWS], cases=["scan*", "intake"], runs=1, name="doctored", data_dir=folder, results=tmp_path,
        tell=told.append,
    )  # fmt: skip

    record = json.loads((tmp_path / "doctored" / "record.json").read_text(encoding="utf-8"))
    plain = {each["case"]: each for each in record["results"] if each["kind"] == PLAIN}
    assert code == 1
    assert {name: len(each["wall_seconds"]) for name, each in plain.items()} == {"scan": 1, "scan_all": 0, "intake": 1}
    assert plain["scan_all"]["status"] == "wrong"
    assert f"No time for scan_all at 2,000 lines (plain): it disagrees with scan: lines: {ROWS + 1} and {ROWS}" in told


def test_an_export_is_made_once(tmp_path: Path) -> None:
    made = Export(tmp_path / "plain-100.csv", PLAIN, 100)
    made.make()
    first = made.path.stat().st_mtime_ns

    made.make()

    assert made.path.stat().st_mtime_ns == first
    made.path.write_text("cut", encoding="utf-8")
    assert not made.ready


def test_other_kinds_are_measured_at_one_size() -> None:
    planned = [(each.kind, each.rows) for each in plan([1_000_000, 20_000_000, 5_000_000])]

    assert planned == [
        (PLAIN, 1_000_000), (PLAIN, 5_000_000), (PLAIN, 20_000_000),
        (TEXT_IDS, 5_000_000), (FEW, 5_000_000), (MANY, 5_000_000),
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [["--cases", "featurs"], ["--rows", "many"], ["--runs", "0"]])
def test_a_wrong_option_is_one_clear_message(arguments: list[str], tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments, "--results", str(tmp_path), "--data-dir", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 1
    assert run.stderr.startswith("Error: ")
    assert arguments[1] in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_measuring_process_stays_small() -> None:
    code = "import sys, benchmarks.command; print(*{'polars', 'numpy', 'pandas', 'altair'} & set(sys.modules))"

    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert run.stdout.split() == []


def test_growth_is_drawn_only_of_lines_that_grow(record: dict[str, Any]) -> None:
    results = [each for each in record["results"] if each["case"] != "scan" or each["rows"] == ROWS]

    assert list(charts(Record(**{**record, "results": results}))) == ["seconds_by_case"]
    assert charts(Record(**{**record, "results": []})) == {}
