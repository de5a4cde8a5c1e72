"""A saved model put to use from the command line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine import analyze
from engine.report.scored import OUTPUTS
from tests.conftest import DULL, FORETELLING, QUICK, ROOT, Cli, beginning

SAMPLE = ROOT / "data" / "sample_orders.csv"


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("analysed") / "run"
    analyze(SAMPLE, out=folder, settings=FORETELLING)
    return folder


def test_training_data_gives_the_same_files_and_says_so(cli: Cli, analysed: Path, tmp_path: Path) -> None:
    run = cli("score", SAMPLE, "--model", analysed, cwd=tmp_path)

    folder = tmp_path / "output" / "sample_orders-scored"
    assert run.returncode == 0, run.stderr
    assert sorted(path.name for path in folder.iterdir()) == sorted(OUTPUTS)
    assert [path.name for path in (tmp_path / "output").iterdir()] == ["sample_orders-scored"]
    for name in ("customers.parquet", "activation.csv", "model.json", "rejects.csv"):
        assert (folder / name).read_bytes() == (analysed / name).read_bytes(), name
    told = " ".join(run.stdout.split())
    assert "15 customers (1.0%) are far from every segment" in told
    assert "fitted to 1,500 customers" in told
    assert all(len(line) <= 80 for line in run.stdout.splitlines())


def test_shuffled_lines_on_one_thread_in_many_shards_give_the_same_files(
    cli: Cli, analysed: Path, tmp_path: Path
) -> None:
    header, *lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(6).shuffle(lines)
    export = tmp_path / "shuffled.csv"
    export.write_text(header + "".join(lines), encoding="utf-8")

    run = cli(
        "score", export, "--model", analysed / "model.json", "--out", tmp_path / "run", "--shards", 16, "--quiet",
        POLARS_MAX_THREADS="1",
    )  # fmt: skip

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    for name in ("customers.parquet", "activation.csv"):
        assert (tmp_path / "run" / name).read_bytes() == (analysed / name).read_bytes(), name


def test_json_is_the_summary_and_has_what_a_comparison_needs(cli: Cli, analysed: Path, tmp_path: Path) -> None:
    run = cli(
        "score", SAMPLE, "-m", analysed, "--out", tmp_path / "run", "--json", "--quiet", "--as-of", "2025-03-01", *DULL
    )

    summary = json.loads(run.stdout)
    assert summary == json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["as_of"] == "2025-03-01T00:00:00"
    assert {
        "version", "currency", "source", "rows", "revenue", "period", "as_of", "customers", "buyers", "orders",
        "alerts", "segments", "drift",
    } <= set(summary)  # fmt: skip
    assert sum(each["customers"] for each in summary["segments"]) == summary["customers"] == 1500
    assert {"id", "name", "customer_share", "training_share", "revenue_share"} <= set(summary["segments"][0])
    recency = next(each for each in summary["drift"]["features"] if each["feature"] == "recency_days")
    assert recency["median"] == pytest.approx(recency["training_median"] + 59)
    drift = pl.read_csv(tmp_path / "run" / "drift.csv")
    assert drift["feature"].to_list() == [each["feature"] for each in summary["drift"]["features"]]


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}]


def test_the_page_is_whole_and_runs_nothing(cli: Cli, tmp_path: Path) -> None:
    export = tmp_path / "hostile.csv"
    text = SAMPLE.read_text(encoding="utf-8").replace(",Pantry,", ",<script>alert(1)</script>,")
    export.write_text(text, encoding="utf-8")
    analyze(export, out=tmp_path / "run", settings=QUICK)
    done = cli("score", export, "--model", tmp_path / "run", "--out", tmp_path / "scored", "--quiet", *DULL)

    page = (tmp_path / "scored" / "score.html").read_text(encoding="utf-8")
    found = _Page(page)
    assert done.returncode == 0, done.stderr
    assert "svg" in found.tags
    assert "script" not in found.tags
    assert [link for link in found.links if not link.startswith("#")] == []
    assert "&lt;script&gt;" in page
    assert page.rstrip().endswith("</html>")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[: len(text) // 2], "is no JSON"),
        (lambda text: text.replace('"format": 2', '"format": 1'), "format 1"),
        (lambda text: text.replace('"scale"', '"scales"', 1), "features[0] has no 'scale'"),
        (lambda _: "[]", "the file is no object"),
        (lambda _: "", "is no JSON"),
    ],
    ids=["cut", "older", "key", "list", "empty"],
)
def test_a_damaged_model_is_refused_and_leaves_nothing(
    cli: Cli, analysed: Path, tmp_path: Path, damage: Callable[[str], str], message: str
) -> None:
    model = tmp_path / "model.json"
    model.write_text(damage((analysed / "model.json").read_text(encoding="utf-8")), encoding="utf-8")

    run = cli("score", SAMPLE, "--model", model, cwd=tmp_path)

    assert run.returncode == 1
    assert run.stderr.startswith("Error: ")
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_the_folder_of_the_model_is_never_replaced(cli: Cli, analysed: Path, tmp_path: Path) -> None:
    cli("score", SAMPLE, "--model", analysed, "--out", tmp_path / "scored", "--quiet", *DULL)
    before = sorted((path.name, path.read_bytes()) for path in (tmp_path / "scored").iterdir())

    onto = cli("score", SAMPLE, "--model", tmp_path / "scored", "--out", tmp_path / "scored")
    again = cli("score", SAMPLE, "--model", analysed, "--out", tmp_path / "scored", "--quiet", *DULL)

    assert onto.returncode == 1
    assert "holds the input model.json, which the results would replace" in onto.stderr
    after = {path.name: path.read_bytes() for path in (tmp_path / "scored").iterdir()}
    assert again.returncode == 0, again.stderr
    assert [name for name, content in before if after[name] != content] == ["run.json"]


def test_options_that_say_how_segments_are_looked_for_are_no_options_here(cli: Cli, analysed: Path) -> None:
    assert cli("score", SAMPLE, "--model", analysed, "--k", 4).returncode == 2
    assert cli("score", SAMPLE).returncode == 2


@pytest.mark.real_data
def test_a_real_export_gets_the_labels_of_its_analysis(real_data: Path, cli: Cli, tmp_path: Path) -> None:
    export = beginning(real_data / "online_retail.csv", 120_000, tmp_path / "online_retail.csv")
    analyze(export, out=tmp_path / "run", settings=FORETELLING)
    done = cli("score", export, "--model", tmp_path / "run", "--out", tmp_path / "scored", "--shards", 7, "--quiet")

    assert done.returncode == 0, done.stderr
    run, scored = (pl.read_parquet(tmp_path / folder / "customers.parquet") for folder in ("run", "scored"))
    assert_frame_equal(scored, run, check_exact=True)
    drift = pl.read_csv(tmp_path / "scored" / "drift.csv")
    assert drift["psi"].to_list() == [0.0] * len(drift)
