"""What a run leaves when it is disturbed: nothing half-written, nothing lost, nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine import analyze
from engine.errors import EngineError, OutputError
from engine.report.painter import Painter
from engine.settings import Settings
from tests.conftest import BARE, ROOT, Cli

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
        [sys.executable, str(ROOT / "cli.py"), "analyze", str(export), "--out", str(tmp_path / "run")],
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
    assert cli("analyze", good, "--out", out, "--quiet", *BARE).returncode == 0
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
    cli("analyze", good, "--out", out, "--quiet", *BARE)
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
