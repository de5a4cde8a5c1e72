"""Input that cannot be analysed: exit code 1, one clear message, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import analyze
from tests.conftest import QUICK, Cli

GOOD = "customer_id,order_id,order_date,quantity,unit_price\n" + "".join(
    f"c{number % 7},{number},2024-01-{number % 28 + 1:02d},1,{number}.50\n" for number in range(1, 60)
)


def _write(name: str, content: str | bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def _folder(folder: Path) -> Path:
    (folder / "exports").mkdir()
    (folder / "exports" / "notes.md").write_text("none yet", encoding="utf-8")
    return folder / "exports"


BAD: dict[str, tuple[Callable[[Path], Path], list[str]]] = {
    "no customer column": (
        _write("a.csv", "shop,date,total\nx,2024-01-01,5\ny,2024-01-02,6\n"),
        ["a.csv", "no customer column", "shop, date, total", "--customer"],
    ),
    "no date column": (
        _write("a.csv", "customer_id,city,total\nx,Rome,5\ny,Oslo,6\n"),
        ["no date column", "customer_id, city, total", "--date"],
    ),
    "no amount column": (
        _write("a.csv", "customer_id,date,city\nx,2024-01-01,Rome\ny,2024-01-02,Oslo\n"),
        ["no amount", "customer_id, date, city", "--amount"],
    ),
    "nothing usable": (
        _write("a.csv", "shop,city,weather\nx,Rome,fair\ny,Oslo,rain\n"),
        ["no customer and no date and no amount", "shop, city, weather"],
    ),
    "unreadable dates": (
        _write("a.csv", "customer_id,order_date,total\nx,last week,5\ny,monday,6\n"),
        ["date", "customer_id, order_date, total", "--date"],
    ),
    "all lines rejected": (
        _write("a.csv", "customer_id,order_date,total\n,2024-01-01,5\n,2024-01-02,6\n"),
        ["none of its 2 lines can be used", "missing customer", "customer = customer_id"],
    ),
    "empty file": (_write("a.csv", ""), ["a.csv", "empty"]),
    "header only": (
        _write("a.csv", "customer_id,order_date,total\n"),
        ["no line below it", "customer_id, order_date, total"],
    ),
    "one column": (_write("a.csv", "hello\nworld\nagain\n"), ["one column", "--delimiter"]),
    "binary file": (_write("a.csv", bytes(range(256)) * 40), ["binary file", "CSV in UTF-8"]),
    "spreadsheet": (_write("a.xlsx", b"PK\x03\x04" + bytes(range(256)) * 40), ["damaged .xlsx", "Export"]),
    "missing file": (lambda folder: folder / "sales.csv", ["sales.csv", "no such file"]),
    "folder without an export": (_folder, ["exports"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_ends_with_one_clear_message(case: str, cli: Cli, tmp_path: Path) -> None:
    make, words = BAD[case]
    source = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    run = cli("analyze", source, cwd=tmp_path, TMPDIR=str(tmp_path))

    assert run.returncode == 1
    assert run.stdout == ""
    message = run.stderr[run.stderr.index("Error:") :]
    assert [word for word in words if word not in message] == [], message
    assert "Traceback" not in run.stderr
    assert message.count("Error:") == 1
    assert len(message.strip().splitlines()) <= 4
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--customer", "nobody"], ["'nobody'", "not there", "customer_id"]),
        (["--customer", "customerid"], ["Did you mean 'customer_id'?"]),
        (["--date-format", "%Q"], ["--date-format", "%Y"]),
        (["--as-of", "2023-01-01"], ["before the last order"]),
        (["--k", "9"], ["9 segments were asked for", "--k"]),
        (["--delimiter", "::"], ["not one character"]),
        (["--rfm-orders", "1,2,x,8"], ["--rfm-orders", "no list of numbers", "30,60,90,180"]),
        (["--rfm-revenue", "1,2,2,8"], ["cuts of revenue", "each larger"]),
        (["--rfm-recency", "30,60"], ["cuts of recency_days", "four cuts"]),
        (["--names-from", "nowhere"], ["nowhere", "cannot be read", "model.json"]),
        (["--temp-dir", "nowhere"], ["nowhere", "--temp-dir"]),
        (["--out", "full"], ["notes.txt", "--out"]),
        (["--out", "shop.csv"], ["is a file"]),
    ],
)
def test_bad_options_are_told_with_what_to_do(arguments: list[str], words: list[str], cli: Cli, tmp_path: Path) -> None:
    source = _write("shop.csv", GOOD)(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))

    run = cli("analyze", source, *arguments, cwd=tmp_path)

    assert run.returncode == 1
    assert [word for word in words if word not in run.stderr] == [], run.stderr
    assert "Traceback" not in run.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_an_earlier_result_survives_a_failed_run(cli: Cli, tmp_path: Path) -> None:
    good, bad = _write("good.csv", GOOD)(tmp_path), _write("bad.csv", "a,b\n1,2\n")(tmp_path)
    analyze(good, out=tmp_path / "run", settings=QUICK)
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}

    failed = cli("analyze", bad, "--out", tmp_path / "run")

    assert failed.returncode == 1
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before


def test_a_wrong_option_is_a_usage_error(cli: Cli) -> None:
    assert cli("analyze", "shop.csv", "--no-such-option").returncode == 2
    assert cli("analyze").returncode == 2
