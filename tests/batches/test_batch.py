"""Batches on the command line: real processes, good exports and bad ones, ended half-way and begun again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine import Settings, batch
from engine.batches import manifest
from engine.batches.running import Listener
from engine.errors import EngineError
from engine.insights.wanted import INSIGHTS
from engine.report.placing import reserved
from tests.conftest import BARE, QUICK, ROOT, Cli

GOODS, BADS = ("north", "south", "west"), ("empty", "words", "picture")
PLAIN = (*BARE, "--charts", "none")
CHILDREN = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")


def write(path: Path, shift: int = 0, lines: int = 90) -> None:
    rows = [
        f"c{(each * 5 + shift) % 17},{each},2024-{each % 12 + 1:02d}-{each % 28 + 1:02d},{each % 9 + shift}.50\n"
        for each in range(lines)
    ]
    path.write_text("customer_id,order_id,order_date,amount\n" + "".join(rows), encoding="utf-8")


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A folder of three exports, and three files that are none."""
    folder = tmp_path / "exports"
    folder.mkdir()
    for shift, name in enumerate(GOODS):
        write(folder / f"{name}.csv", shift)
    (folder / "empty.csv").write_bytes(b"")
    (folder / "words.csv").write_text("Nothing but words.\nAnd more of them.\n", encoding="utf-8")
    (folder / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


def read(out: Path) -> dict[str, dict[str, Any]]:
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return {each["name"]: each for each in told["exports"]}


def test_bad_exports_stop_no_others_and_a_second_run_does_what_is_left(exports: Path, cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ("batch", exports / "*.csv", "--out", out, *PLAIN, "--jobs", 2)

    first = cli(*command)

    assert first.returncode == 1, first.stderr
    assert "Traceback" not in first.stderr
    told = read(out)
    assert {name: each["state"] for name, each in told.items()} == dict.fromkeys(GOODS, "done") | dict.fromkeys(
        BADS, "failed"
    )
    for name in GOODS:
        assert told[name]["figures"]["customers"] == 17
        assert told[name]["seconds"] > 0
        assert len(told[name]["files"][0]["fingerprint"]) == 64
        assert (out / name / "report.html").is_file()
    for name, said in zip(BADS, ("is empty", "one column", "a picture"), strict=True):
        assert said in told[name]["error"]["what"]
        assert f"{name}.csv" in told[name]["error"]["what"]
        assert told[name]["error"]["hint"]
        assert not (out / name).exists()
    page = (out / "index.html").read_text(encoding="utf-8")
    assert all(f'<a href="{name}/report.html">{name}</a>' in page for name in GOODS)
    assert page.count("is empty") == 1
    assert "3 exports analysed, 3 failed" in first.stdout

    # One export has changed, one bad one has been mended, one result is gone, the rest is as it was.
    before = {name: (out / name / "run.json").stat().st_mtime_ns for name in GOODS}
    write(exports / "north.csv", shift=5)
    write(exports / "empty.csv")
    shutil.rmtree(out / "south")
    second = cli(*command)

    after = read(out)
    assert second.returncode == 1
    assert "6 exports, 5 to analyse; 1 done before" in second.stderr
    assert (out / "west" / "run.json").stat().st_mtime_ns == before["west"]
    assert (out / "north" / "run.json").stat().st_mtime_ns > before["north"]
    assert after["west"] == told["west"]
    assert [after[name]["state"] for name in (*GOODS, "empty", "words")] == ["done"] * 4 + ["failed"]
    assert after["north"]["figures"]["revenue"] != told["north"]["figures"]["revenue"]


def test_a_setting_that_changes_results_makes_them_anew_and_no_other(exports: Path, tmp_path: Path) -> None:
    sources = [exports / f"{name}.csv" for name in GOODS[:2]]
    assert batch(sources, out=tmp_path / "out", settings=QUICK).made == 2

    frugal = Settings(charts=(), without=INSIGHTS, memory_limit="3GB", shards=2, temp_dir=tmp_path)
    assert batch(sources, out=tmp_path / "out", settings=frugal).made == 0
    result = batch(sources[:1], out=tmp_path / "out", settings=Settings(charts=(), without=INSIGHTS, seed=2))

    assert (result.made, result.failed) == (1, [])
    # What an earlier batch has done stays in the manifest.
    assert {name: each["settings"]["seed"] for name, each in read(tmp_path / "out").items()} == {"north": 2, "south": 1}


def test_the_files_of_a_shop_are_analysed_together(exports: Path, tmp_path: Path) -> None:
    for month in ("01", "02"):
        write(exports / f"shop7_{month}.csv", shift=int(month))

    result = batch([exports / "shop*.csv"], out=tmp_path / "out", group_by=r"(shop\d+)_", settings=QUICK)

    (entry,) = result.entries
    assert (entry.name, entry.state, len(entry.files)) == ("shop7", "done", 2)
    assert entry.figures is not None
    assert entry.figures["rows"]["read"] == 180


def test_fail_fast_begins_no_more(exports: Path, cli: Cli, tmp_path: Path) -> None:
    paths = [exports / f"{name}.csv" for name in ("empty", "north", "south")]

    done = cli("batch", *paths, "--out", tmp_path / "out", "--fail-fast", *PLAIN)

    assert done.returncode == 1
    assert [each["state"] for each in read(tmp_path / "out").values()] == ["failed", "waiting", "waiting"]
    assert not (tmp_path / "out" / "north").exists()


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL])
def test_a_batch_ended_half_way_goes_on_where_it_was(exports: Path, tmp_path: Path, kind: signal.Signals) -> None:
    out, temp = tmp_path / "out", tmp_path / "temp"
    temp.mkdir()
    paths = [str(exports / f"{name}.csv") for name in GOODS]
    command = [sys.executable, str(ROOT / "cli.py"), "batch", *paths, "--out", str(out), *PLAIN]
    environment = {**os.environ, "TMPDIR": str(temp)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
    assert process.stderr is not None
    while not process.stderr.readline().startswith("[1/3]"):
        assert process.poll() is None
    time.sleep(0.4)

    process.send_signal(kind)
    _, said = process.communicate(timeout=60)

    assert process.returncode == (143 if kind == signal.SIGTERM else -9), said
    assert "Traceback" not in said
    assert "done" in {each["state"] for each in read(out).values()}
    made = (out / "north" / "run.json").stat().st_mtime_ns
    deadline = time.monotonic() + 30
    while list(temp.iterdir()) and time.monotonic() < deadline:  # the orphan notices, and ends in order
        time.sleep(0.1)
    assert list(temp.iterdir()) == []

    again = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    assert again.returncode == 0, again.stderr
    assert "1 done before" in again.stderr or "2 done before" in again.stderr
    assert (out / "north" / "run.json").stat().st_mtime_ns == made
    assert {each["state"] for each in read(out).values()} == {"done"}
    assert sorted(path.name for path in out.iterdir()) == sorted([*GOODS, "index.html", "manifest.json"])
    assert list(temp.iterdir()) == []


@pytest.mark.skipif(not CHILDREN.exists(), reason="the system does not tell the children of a process")
def test_a_process_that_is_killed_takes_only_its_own_analysis(exports: Path, tmp_path: Path) -> None:
    class Executioner(Listener):
        def hears(self, entry: manifest.Entry, text: str) -> None:
            if entry.name == "north" and text.startswith("Reading"):
                os.kill(int(CHILDREN.read_text(encoding="ascii").split()[-1]), signal.SIGKILL)

    paths = [exports / "north.csv", exports / "south.csv"]
    north, south = batch(paths, out=tmp_path / "out", settings=QUICK, listener=Executioner()).entries

    assert (north.state, south.state) == ("failed", "done")
    assert north.error is not None
    assert "SIGKILL" in north.error["what"]
    assert "memory" in north.error["what"]
    assert not (tmp_path / "out" / "north").exists()


def test_two_batches_do_not_work_in_one_folder(exports: Path, tmp_path: Path) -> None:
    with reserved(tmp_path / "out" / "manifest.json"), pytest.raises(EngineError, match="another run"):
        batch([exports / "north.csv"], out=tmp_path / "out")


def test_a_damaged_manifest_is_told_and_not_replaced(exports: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for content in ("{", "[]", '{"exports": [1]}', '{"exports": [{"name": "a"}]}', "[" * 100_000):
        (tmp_path / "out" / "manifest.json").write_text(content, encoding="utf-8")

        with pytest.raises(EngineError, match="is no manifest"):
            batch([exports / "north.csv"], out=tmp_path / "out")

        assert (tmp_path / "out" / "manifest.json").read_text(encoding="utf-8") == content


def test_results_are_not_written_through_a_link_out_of_the_folder(exports: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "north").symlink_to(tmp_path / "elsewhere")

    (entry,) = batch([exports / "north.csv"], out=tmp_path / "out").entries

    assert entry.state == "failed"
    assert entry.error is not None
    assert "is a link to" in entry.error["what"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("jobs", [0, 65])
def test_a_senseless_number_of_jobs_is_refused(exports: Path, tmp_path: Path, jobs: int) -> None:
    with pytest.raises(EngineError, match="jobs is"):
        batch([exports / "north.csv"], out=tmp_path / "out", jobs=jobs)


def test_jobs_that_the_memory_has_no_room_for_are_refused(exports: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="3 analyses at once share 2,000 MB"):
        batch([exports / "north.csv"], out=tmp_path / "out", jobs=3, settings=Settings(memory_limit="2GB"))


def test_settings_survive_being_written_down() -> None:
    settings = Settings(
        columns={"customer": "Kunde"},
        as_of=datetime(2024, 5, 6, 7, 8),
        rfm={"orders": (1.0, 2.0, 3.0, 4.0)},
        names_from=Path("earlier"),
        without=("baskets",),
        charts=("svg",),
        hash_ids="a key of mine",
    )

    assert manifest.from_json(json.loads(json.dumps(manifest.as_json(settings)))) == settings
    assert "a key of mine" not in json.dumps(manifest.told(settings))


@pytest.mark.long
def test_two_hundred_exports_killed_half_way_are_each_analysed_once(tmp_path: Path) -> None:
    exports, out = tmp_path / "exports", tmp_path / "out"
    exports.mkdir()
    for number in range(200):
        write(exports / f"shop{number:03d}.csv", shift=number, lines=60 + number)
    bad = {number * 29 for number in range(7)}
    for number in bad:
        (exports / f"shop{number:03d}.csv").write_text(f"Nothing, but\nwords: {number}\n", encoding="utf-8")
    command = [sys.executable, str(ROOT / "cli.py"), "batch", str(exports / "*.csv"), "--out", str(out), *PLAIN]
    command += ["--jobs", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    while not process.stderr.readline().startswith("[100/200]"):
        assert process.poll() is None
    process.kill()
    process.communicate()
    done = {name for name, each in read(out).items() if each["state"] == "done"}
    before = {name: (out / name / "run.json").stat().st_mtime_ns for name in done}
    assert 85 <= len(done) <= 100

    again = subprocess.run(command, capture_output=True, text=True, check=False)

    told = read(out)
    assert again.returncode == 1
    assert f"200 exports, {200 - len(done)} to analyse; {len(done)} done before" in again.stderr
    assert "193 exports analysed, 7 failed" in again.stdout
    assert sorted(each["state"] for each in told.values()) == ["done"] * 193 + ["failed"] * 7
    assert {name for name, each in told.items() if each["error"]} == {f"shop{number:03d}" for number in bad}
    assert len(list(out.glob("*/report.html"))) == 193
    assert {name: (out / name / "run.json").stat().st_mtime_ns for name in done} == before
    assert {path.name for path in out.iterdir() if not path.is_dir()} == {"manifest.json", "index.html"}
