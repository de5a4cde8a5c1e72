"""Memory, disk and time of a run: told before it starts where they will not do, and given back however it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.generate import generate
from tests.conftest import BARE, ROOT, Cli


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export that takes long enough to read that a run can be met in the middle of it."""
    path = tmp_path_factory.mktemp("large") / "shop.csv"
    generate(path, rows=1_000_000, seed=5)
    return path


@pytest.fixture
def temp(tmp_path: Path) -> Path:
    folder = tmp_path / "temp"
    folder.mkdir()
    return folder


def _begin(export: Path, temp: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "cli.py"), "analyze", str(export), "--temp-dir", str(temp), "--out", str(out)]
    return subprocess.Popen(
        [*command, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that a signal can be sent to all of its processes, as a terminal does
    )


def _in_the_pass(process: subprocess.Popen[str], temp: Path) -> None:
    """Wait until shards are being written."""
    while not list(temp.glob("hidden-segments-*/shards/**/*.arrow")):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.005)


def _until(process: subprocess.Popen[str], stage: str) -> None:
    assert process.stderr is not None
    while not (line := process.stderr.readline()).startswith(stage):
        assert line, "the run ended before"


@pytest.mark.parametrize(("kind", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str)
def test_a_signal_is_answered_in_the_middle_of_the_pass(
    kind: signal.Signals, code: int, large: Path, temp: Path, tmp_path: Path
) -> None:
    process = _begin(large, temp, tmp_path / "run", "--shards", "8")
    _in_the_pass(process, temp)

    process.send_signal(kind)
    _, said = process.communicate(timeout=60)

    assert process.returncode == code, said
    assert "Computing" not in said, "the pass went on to its end"
    assert "Interrupted: an earlier result is as it was.\n" in said
    assert "Traceback" not in said
    assert sorted(tmp_path.rglob("*")) == [temp]


@pytest.mark.parametrize(("kind", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=str)
def test_a_signal_is_answered_while_standard_input_is_waited_for(
    kind: signal.Signals, code: int, temp: Path, tmp_path: Path
) -> None:
    process = _begin(Path("-"), temp, tmp_path / "run")
    while not list(temp.glob("hidden-segments-*/standard-input")):
        assert process.poll() is None
        time.sleep(0.005)

    process.send_signal(kind)

    assert process.wait(timeout=60) == code
    process.communicate()
    assert sorted(tmp_path.rglob("*")) == [temp]


def test_an_impatient_user_leaves_nothing_either(large: Path, temp: Path, tmp_path: Path) -> None:
    process = _begin(large, temp, tmp_path / "run", "--shards", "8")
    _in_the_pass(process, temp)

    while process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.01)
    _, said = process.communicate(timeout=60)

    assert process.returncode in {130, -signal.SIGINT}, said
    assert said.count("Interrupted") == 1
    assert "Traceback" not in said
    assert sorted(tmp_path.rglob("*")) == [temp]


def test_what_a_killed_run_leaves_is_removed_by_the_next(
    large: Path, export: Path, cli: Cli, temp: Path, tmp_path: Path
) -> None:
    killed = _begin(large, temp, tmp_path / "killed")
    _in_the_pass(killed, temp)
    killed.kill()
    killed.communicate()
    assert len(list(temp.iterdir())) == 1

    run = cli("inspect", export, "--json", TMPDIR=str(temp))

    assert run.returncode == 0, run.stderr
    assert f"Removed from {temp}: temporary files of 1 run ended by force." in run.stderr
    assert list(temp.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 150 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=150m", "none", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607 - found like `mount`


def _fill(disk: Path, but: int = 0) -> None:
    """Take all space of a disk but some."""
    state = os.statvfs(disk)
    with (disk / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, state.f_bavail * state.f_frsize - but)


@pytest.mark.parametrize("stage", ["Reading", "Computing"])
def test_a_full_disk_of_temporary_files_is_named(stage: str, large: Path, small_disk: Path, tmp_path: Path) -> None:
    process = _begin(large, small_disk, tmp_path / "run")
    _until(process, stage)

    _fill(small_disk, but=1_000_000)
    _, said = process.communicate(timeout=120)

    assert process.returncode == 1, said
    assert said[said.index("Error:") :] == (
        f"Error: {small_disk}: the disk is full; the run was undone.\n"
        "Free some space, or name a folder on another disk with --temp-dir.\n"
    )
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
    assert list(tmp_path.iterdir()) == [small_disk]


@pytest.mark.parametrize("left", [0, 700_000])
def test_a_full_disk_of_results_is_named(left: int, export: Path, small_disk: Path, temp: Path, tmp_path: Path) -> None:
    process = _begin(export, temp, small_disk / "run")
    _until(process, "Finding")

    _fill(small_disk, but=left)
    _, said = process.communicate(timeout=120)

    assert process.returncode == 1, said
    assert said[said.index("Error:") :] == (
        f"Error: {small_disk}: the disk is full; the run was undone.\n"
        "Free some space, or name a folder on another disk with --out.\n"
    )
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
    assert list(temp.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "temp"]


@pytest.mark.parametrize(("option", "what"), [("--temp-dir", "temporary files"), ("--out", "results")])
def test_too_little_space_is_told_before_the_pass(
    option: str, what: str, large: Path, cli: Cli, small_disk: Path, temp: Path, tmp_path: Path
) -> None:
    _fill(small_disk, but=12_600_000)
    folders = {"--temp-dir": temp, "--out": tmp_path / "run"} | {option: small_disk}
    if option == "--out":
        folders["--out"] = small_disk / "run"

    run = cli("analyze", large, *(each for pair in folders.items() for each in pair))

    assert run.returncode == 1
    assert "Reading" not in run.stderr
    assert f"too little space for the {what}: 12 MB are free, about" in run.stderr
    assert option in run.stderr.splitlines()[-1]
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
    assert list(temp.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--memory-limit", "400MB"], ["400 MB is too low", "needs 900 MB", "--memory-limit 900MB"]),
        (["--memory-limit", "lots"], ["'lots' is no size", "'2GB'", "'50%'"]),
        (["--temp-dir", "/proc"], ["/proc: temporary files cannot be written there", "--temp-dir"]),
        (["--config", "low.toml"], ["100 MB is too low"]),
    ],
)
def test_limits_that_cannot_be_kept_are_told(
    arguments: list[str], words: list[str], export: Path, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "low.toml").write_text('memory_limit = "100MB"\n', encoding="utf-8")

    run = cli("analyze", export, *arguments, cwd=tmp_path)

    assert run.returncode == 1
    assert run.stderr.count("Error:") == 1
    assert [word for word in words if word not in run.stderr] == [], run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["low.toml"]


def test_the_record_tells_what_the_run_was_allowed_and_what_it_cost(
    export: Path, cli: Cli, temp: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"

    run = cli(
        "analyze",
        export,
        "--out",
        out,
        "--temp-dir",
        temp,
        "--memory-limit",
        "900MB",
        "--shards",
        "3",
        *BARE,
        "--json",
        pictures=True,
    )

    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["rows"]["read"] == 20_000
    assert run.stderr.startswith("Looking at the input\n")
    assert "\x1b" not in run.stderr  # no bar where there is no terminal
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["settings"]["memory_limit"] == "900MB"
    assert record["plan"]["memory_limit_mb"] == 900
    assert record["plan"]["shards"] == 3
    assert record["plan"]["temp_used_mb"] > 0
    early = ["detect", "intake", "features", "segments", "forecast", "labels", "insights", "tables"]
    assert list(record["seconds"]) == [*early, "charts", "customers", "report"]
    assert record["total_seconds"] >= sum(record["seconds"].values()) - 0.01
    assert record["processor_seconds"] > 0
    assert record["charts_processor_seconds"] > 0
    assert record["peak_memory_mb"] > 50
    assert record["charts_peak_memory_mb"] > 50
    assert list(temp.iterdir()) == []


BARS = """
import sys, threading
from engine.commands.display import display
from engine.stages import Stages
with display(quiet=False) as shown:
    seen = threading.Event()
    def watch(progress):
        shown.watch(progress)
        seen.set()
    with Stages(shown.tell, watch).stage("intake", "Reading 2,402.7 MB", total=27_000_000, unit="lines") as tick:
        tick(12_300_000)
        seen.wait(30)
        sys.stdin.readline()
"""


def test_a_terminal_shows_a_bar_that_is_gone_at_the_end() -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", BARS],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "80", "TERM": "xterm"},
    )
    os.close(theirs)
    shown = ""
    while "12.3 of 27.0 M lines" not in shown:
        assert select.select([ours], [], [], 60)[0], shown
        shown += os.read(ours, 4096).decode()
    os.write(ours, b"\n")
    while select.select([ours], [], [], 60)[0]:
        try:
            shown += os.read(ours, 4096).decode()
        except OSError:  # the other side has ended
            break
    os.close(ours)

    assert process.wait(timeout=60) == 0
    assert "46%" in shown
    assert "━" in shown
    frames = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "\n").splitlines()
    assert max(map(len, frames)) <= 80
    assert "27.0 M" not in frames[-1]
