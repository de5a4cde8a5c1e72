"""What a run leaves when it is disturbed: nothing half-written, nothing lost, nothing behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine import analyze
from engine.errors import EngineError, OutputError
from engine.generate import generate
from engine.report.painter import Painter
from engine.settings import Settings
from tests.conftest import BARE, QUICK, ROOT, Cli

PLAIN = Settings(charts=())
"""A run whose pictures nobody looks at."""
GOOD = "customer_id,order_id,order_date,amount\n" + "".join(
    f"c{number % 7},{number},2024-01-{number % 28 + 1:02d},{number}.50\n" for number in range(1, 60)
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "shop.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.mark.parametrize(("kind", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("stage", ["Reading", "Finding", "Drawing"])
def test_a_signal_ends_the_run_and_leaves_nothing(
    export: Path, tmp_path: Path, kind: signal.Signals, code: int, stage: str
) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "analyze", str(export), "--out", str(tmp_path / "run"), *BARE],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temp)},
    )
    assert process.stderr is not None
    while not process.stderr.readline().startswith(stage):
        assert process.poll() is None

    process.send_signal(kind)
    _, said = process.communicate(timeout=60)

    assert process.returncode == code, said
    assert "Traceback" not in said
    assert "Interrupted" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["temp"]
    assert list(temp.iterdir()) == []


def test_a_failure_while_writing_leaves_the_earlier_result(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyze(good, out=tmp_path / "run", settings=PLAIN)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def fail(_: Painter) -> None:
        message = "no memory for the picture"
        raise OutputError(message)

    monkeypatch.setattr(Painter, "finish", fail)
    with pytest.raises(OutputError, match="no memory for the picture"):
        analyze(good, out=tmp_path / "run", settings=PLAIN)

    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("kills", [8, pytest.param(40, marks=pytest.mark.long)])
def test_a_run_killed_at_any_moment_leaves_no_half_of_a_result(good: Path, tmp_path: Path, kills: int) -> None:
    place, temp, out = tmp_path / "results", tmp_path / "temp", tmp_path / "results" / "run"
    temp.mkdir()
    place.mkdir()
    command = [sys.executable, str(ROOT / "cli.py"), "analyze", str(good), "--out", str(out), "--quiet", *BARE]
    environment = {**os.environ, "TMPDIR": str(temp)}

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*command, "--charts", "svg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )

    def left() -> dict[str, bytes]:
        """What the run leaves, but for its record and the report, which tell how long it took."""
        return {
            str(path.relative_to(out)): path.read_bytes()
            for path in sorted(out.rglob("*"))
            if path.is_file() and path.name not in {"run.json", "report.html"}
        }

    began = time.monotonic()
    assert start().wait(timeout=120) == 0
    took, whole = time.monotonic() - began, left()
    assert len(whole) > 8
    moments = random.Random(kills)
    for number in range(kills):
        if number == kills // 2:
            shutil.rmtree(out, ignore_errors=True)  # half of the runs have an earlier result to lose
        earlier = out.exists()
        process = start()
        time.sleep(moments.uniform(0.0, took))
        process.kill()
        process.wait(timeout=60)

        assert out.exists() or not earlier
        if out.exists():
            assert left() == whole
            assert {"run.json", "report.html"} <= {path.name for path in out.iterdir()}

    assert start().wait(timeout=120) == 0
    assert left() == whole
    assert [path.name for path in place.iterdir()] == ["run"]
    assert list(temp.iterdir()) == []


def test_two_runs_do_not_write_to_one_folder(export: Path, cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [sys.executable, str(ROOT / "cli.py"), "analyze", str(export), "--out", str(out), *BARE]
    first = subprocess.Popen(
        [*command, "--charts", "none"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert first.stderr is not None
    while not first.stderr.readline().startswith("Reading"):
        assert first.poll() is None

    second = cli("analyze", export, "--out", out)
    first.communicate(timeout=120)

    assert first.returncode == 0
    assert second.returncode == 1
    assert "another run is writing its results there" in second.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


@pytest.mark.parametrize("change", ["grows", "shrinks", "vanishes", "is replaced"])
def test_an_export_that_changes_while_it_is_read_is_told(good: Path, tmp_path: Path, change: str) -> None:
    def tell(message: str) -> None:
        if not message.startswith("Reading"):
            return
        if change == "grows":
            good.write_text(GOOD + GOOD[40:], encoding="utf-8")
        elif change == "shrinks":
            good.write_text(GOOD[:900], encoding="utf-8")
        elif change == "vanishes":
            good.unlink()
        else:
            good.write_text(GOOD.replace("7", "8"), encoding="utf-8")

    with pytest.raises(
        EngineError, match="was removed or moved" if change == "vanishes" else "changed while it was read"
    ):
        analyze(good, out=tmp_path / "run", settings=PLAIN, tell=tell)

    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("moment", ["Reading", "Computing", "Finding", "Labelling", "Looking at what", "Writing the"])
def test_temporary_files_that_are_removed_meanwhile_end_the_run_with_an_error(
    good: Path, tmp_path: Path, moment: str
) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()

    def tell(message: str) -> None:
        if message.startswith(moment):
            shutil.rmtree(temp, ignore_errors=True)

    try:
        analyze(good, out=tmp_path / "run", settings=Settings(charts=(), shards=3, temp_dir=temp), tell=tell)
    except EngineError as error:
        assert "--temp-dir" in str(error)  # noqa: PT017 - some stages need none of the files
        assert not (tmp_path / "run").exists()
    else:
        assert (tmp_path / "run" / "run.json").is_file()
        assert moment in {"Finding", "Writing the"}


def test_without_permission_the_file_or_the_folder_is_named(good: Path, tmp_path: Path) -> None:
    # The superuser may read and write everything, unless that right is dropped.
    rights = "--bounding-set=-dac_override,-dac_read_search"
    mortal = ["setpriv", rights, "--inh-caps=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
    if mortal and shutil.which("setpriv") is None:
        pytest.skip("there is no setpriv, which drops the rights of the superuser")

    def run(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
        command = [*mortal, sys.executable, str(ROOT / "cli.py"), "analyze", str(source), "--out", str(out), "--quiet"]
        return subprocess.run([*command, "--charts", "none"], capture_output=True, text=True, check=False)

    secret, closed = tmp_path / "secret.csv", tmp_path / "closed"
    secret.write_text(GOOD, encoding="utf-8")
    secret.chmod(0)
    closed.mkdir(mode=0o500)

    unread, unwritten = run(secret, tmp_path / "run"), run(good, closed / "run")

    assert (unread.returncode, unwritten.returncode) == (1, 1)
    assert "secret.csv: cannot be read (Permission denied)" in unread.stderr
    assert "closed/run: cannot be written (Permission denied)" in unwritten.stderr
    assert "Traceback" not in unread.stderr + unwritten.stderr
    assert not (tmp_path / "run").exists()


FAILING = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int file, size_t bytes) {
    static _Atomic long long done;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, "shop.csv") && (done += bytes) > atoll(getenv("GOOD_BYTES"));
}

ssize_t read(int file, void *into, size_t bytes) {
    ssize_t (*real)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
    return fails(file, bytes) ? (errno = EIO, -1) : real(file, into, bytes);
}

ssize_t pread64(int file, void *into, size_t bytes, off64_t place) {
    ssize_t (*real)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");
    return fails(file, bytes) ? (errno = EIO, -1) : real(file, into, bytes, place);
}
"""
"""A disk that fails after some bytes."""


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "shop.csv: cannot be read (Input/output error).\nIts disk or network may fail"),
        (0.95, "shop.csv: reading stopped: Input/output error (os error 5)\nCheck the file"),
    ],
)
def test_a_disk_that_fails_is_told(tmp_path: Path, share: float, said: str) -> None:
    compiler = shutil.which("cc")
    if compiler is None or not Path("/proc/self/fd").exists():
        pytest.skip("a disk that fails is made with a compiler, on Linux")
    (tmp_path / "failing.c").write_text(FAILING, encoding="ascii")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", tmp_path / "failing.so", tmp_path / "failing.c", "-ldl"], check=True
    )
    generate(tmp_path / "shop.csv", rows=150_000, seed=2)
    good = str(int(share * (tmp_path / "shop.csv").stat().st_size))
    before = sorted(tmp_path.iterdir())

    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", "analyze", tmp_path / "shop.csv", "--out", tmp_path / "run"],
        env={
            **os.environ,
            "LD_PRELOAD": str(tmp_path / "failing.so"),
            "GOOD_BYTES": good,
            "TMPDIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_the_input_is_read_once(export: Path) -> None:
    command = (
        "from engine.intake.source import open_source; from engine.intake.shards import write_shards;"
        "from engine.settings import Settings; import pathlib, sys, tempfile;"
        "source = open_source([pathlib.Path(sys.argv[1])], Settings());"
        "count = lambda: int(open('/proc/self/io').readline().split()[1]);"
        "folder = tempfile.TemporaryDirectory(); before = count();"
        "write_shards(source, pathlib.Path(folder.name), 3); print(count() - before)"
    )
    if not Path("/proc/self/io").exists():
        pytest.skip("the system does not count what a process reads")

    read = subprocess.run([sys.executable, "-c", command, export], cwd=ROOT, capture_output=True, text=True, check=True)

    # Mapped memory is not counted, what is read as bytes is: less than twice the file is once.
    assert int(read.stdout) < 1.5 * export.stat().st_size


def test_files_of_the_user_are_never_removed(good: Path, cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "run"
    analyze(good, out=out, settings=QUICK)
    mine = out / "charts" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("precious", encoding="utf-8")

    refused = cli("analyze", good, "--out", out)

    assert refused.returncode == 1
    assert "charts/mine.txt" in refused.stderr
    assert mine.read_text(encoding="utf-8") == "precious"


def test_a_folder_that_only_looks_like_a_run_is_not_replaced(good: Path, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "run" / "charts").mkdir(parents=True)
    (tmp_path / "run" / "charts" / "holiday.png").write_bytes(b"picture")

    assert cli("analyze", good, "--out", tmp_path / "run").returncode == 1
    assert (tmp_path / "run" / "charts" / "holiday.png").read_bytes() == b"picture"


def test_an_input_inside_the_output_folder_is_not_replaced(good: Path, cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "run"
    analyze(good, out=out, settings=QUICK)
    before = (out / "segments.csv").read_bytes()

    refused = cli("analyze", out / "segments.csv", "--out", out)

    assert refused.returncode == 1
    assert "holds the input segments.csv" in refused.stderr
    assert (out / "segments.csv").read_bytes() == before


def test_dots_in_names_give_folders_of_their_own(cli: Cli, tmp_path: Path) -> None:
    for year in (2023, 2024):
        (tmp_path / f"orders.{year}.csv").write_text(GOOD, encoding="utf-8")
        assert cli("analyze", f"orders.{year}.csv", "--quiet", *BARE, cwd=tmp_path).returncode == 0

    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == ["orders.2023", "orders.2024"]


def test_a_linked_output_folder_stays_a_link(good: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    analyze(good, out=tmp_path / "link", settings=PLAIN)

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "report.html").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real", "shop.csv"]


def test_folders_may_be_called_like_patterns(good: Path, tmp_path: Path) -> None:
    from engine import Settings

    (tmp_path / "tmp[1]").mkdir()

    run = analyze(good, out=tmp_path / "res[1]*", settings=Settings(temp_dir=tmp_path / "tmp[1]", shards=3, charts=()))

    assert run.customers.collect().height == 7


@pytest.mark.parametrize("place", [10, 9_000, 150_001])
def test_a_quote_that_is_never_closed_costs_its_own_line(tmp_path: Path, place: int) -> None:
    lines = [
        f"c{number % 50},{number},2024-01-0{number % 9 + 1},{chr(34) if number == place else ''}5\n"
        for number in range(200_000)
    ]
    export = tmp_path / "shop.csv"
    export.write_text("customer_id,order_id,order_date,amount\n" + "".join(lines), encoding="utf-8")

    summary = analyze(export).summary

    assert summary["rows"]["read"] == 200_000
    assert summary["rows"]["rejected"] <= 1
    assert summary["revenue"] >= 199_999 * 5


def test_lines_between_two_stray_quotes_do_not_vanish(tmp_path: Path) -> None:
    amounts = {70_000: '"5', 71_000: '5"'}
    lines = [
        f"c{number % 50},{number},2024-01-0{number % 9 + 1},{amounts.get(number, 5)}\n" for number in range(90_000)
    ]
    export = tmp_path / "shop.csv"
    export.write_text("customer_id,order_id,order_date,amount\n" + "".join(lines), encoding="utf-8")

    summary = analyze(export).summary

    assert summary["rows"]["read"] == 90_000
    assert summary["rows"]["rejected"] <= 2


def test_sums_beyond_64_bits_are_refused_not_wrapped(tmp_path: Path) -> None:
    export = tmp_path / "rich.csv"
    export.write_text(
        "customer_id,date,amount\n" + "".join(f"c{n % 90},2024-01-01,1000000000\n" for n in range(9_300)),
        encoding="utf-8",
    )

    with pytest.raises(EngineError, match="more than can be counted exactly"):
        analyze(export)


def test_the_library_works_in_a_thread_and_without_a_guard(good: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"from engine import analyze\nrun = analyze({str(good)!r}, out={str(tmp_path / 'run')!r})\n"
        "print(run.summary['customers'])\n",
        encoding="utf-8",
    )
    done: list[int] = []
    thread = threading.Thread(
        target=lambda: done.append(analyze(good, out=tmp_path / "thread", settings=PLAIN).summary["customers"])
    )

    thread.start()
    run = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    thread.join(timeout=120)

    assert (run.stdout, run.stderr) == ("7\n", "")
    assert done == [7]
