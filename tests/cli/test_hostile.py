"""Exports, models and configurations that mean harm: refused in a line, or read as the text that they are."""

from __future__ import annotations

import ctypes
import gzip
import json
import os
import platform
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import engine.guard
from engine import Settings, analyze, compare
from engine.config import read_config
from engine.errors import EngineError, ResourceError, SourceError
from engine.generate import generate
from engine.intake.clean import LONGEST_ID
from engine.intake.files import check_expansion
from tests.conftest import BARE, DULL, QUICK, ROOT, Cli

HEADER = "customer_id,order_id,order_date,amount\n"
GOODS = "".join(f"c{number % 7},{number},2024-01-{number % 28 + 1:02d},{number}.50\n" for number in range(1, 80))


def write(folder: Path, text: str | bytes, name: str = "shop.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = analyze(path, settings=QUICK).summary["rows"]
    return found


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("c1,1,9999-12-31,5", "unreadable date"),
        ("c1,1,99999-01-01,5", "unreadable date"),
        ("c1,1,0001-01-01,5", "unreadable date"),
        ("c1,1,-2024-01-01,5", "unreadable date"),
        ("c1,1,2024-01-01,9999999999999", "unreadable amount"),
        ("c1,1,2024-01-01,9223372036854.775808", "unreadable amount"),
        ("c1,1,2024-01-01,-9223372036854.775808", "unreadable amount"),
        ("c1,1,2024-01-01," + "9" * 400, "unreadable amount"),
        ("c1,1,2024-01-01,1e300", "unreadable amount"),
        ("c1,1,2024-01-01,inf", "unreadable amount"),
        ("c1,1,2024-01-01,nan", "unreadable amount"),
        ("c" * (LONGEST_ID + 1) + ",1,2024-01-01,5", f"customer longer than {LONGEST_ID:,} bytes"),
        ("z" * 1_000_000 + ",1,2024-01-01,5", f"customer longer than {LONGEST_ID:,} bytes"),
    ],
)
def test_what_no_export_holds_is_rejected_and_no_sum_wraps(tmp_path: Path, line: str, reason: str) -> None:
    path = write(tmp_path, HEADER + GOODS + line + "\n")

    summary = analyze(path, settings=QUICK).summary

    (found,) = summary["rows"]["rejected_by_reason"]
    assert found.startswith(reason)
    assert summary["rows"] == {"read": 80, "kept": 79, "rejected": 1, "rejected_by_reason": {found: 1}}
    assert summary["revenue"] == sum(number + 0.5 for number in range(1, 80))


def test_nul_bytes_are_characters_like_others(tmp_path: Path) -> None:
    found = rows(write(tmp_path, HEADER + GOODS + "\0\0,1,2024-01-01,5\nc\0d,2,2024-01-01,5\nc1,3\0,2024-01-01,5\0\n"))

    assert (found["read"], found["rejected"]) == (82, 1)


def test_cells_of_a_megabyte_are_read(tmp_path: Path) -> None:
    long = [f"c{number},{'z' * 1_000_000}{number},2024-01-02,7\n" for number in range(5)]

    assert rows(write(tmp_path, HEADER + GOODS + "".join(long)))["kept"] == 84


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * 2_000_000, "its first line does not end within 262,144 bytes"),
        (",".join(f"column{number}" for number in range(100_000)).encode() + b"\n1,2,3,4\n", "first line does not end"),
        ((HEADER.strip() + ",x" * 100_000).encode() + b"\n1,2,3,4\n", "has 100,004 columns"),
    ],
)
def test_a_line_without_end_and_a_hundred_thousand_columns_are_refused(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        analyze(write(tmp_path, content), settings=QUICK)


def test_hundreds_of_columns_are_named_in_a_few_words(tmp_path: Path) -> None:
    wide = ",".join(f"column{number}" for number in range(600))

    with pytest.raises(EngineError) as error:
        analyze(write(tmp_path, f"{wide}\n{',1' * 599}\n" * 3), settings=QUICK)

    assert len(str(error.value)) < 2_000


def test_a_packed_file_that_says_it_is_enormous_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress((HEADER + GOODS).encode())
    bomb = write(tmp_path, packed[:-4] + struct.pack("<I", 4_000_000_000), "bomb.csv.gz")
    # Magic, a header with eight bytes of content size, and that size: ten terabytes.
    zst = write(tmp_path, b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", 10**13) + b"\0" * 20, "bomb.csv.zst")

    for path in (bomb, zst):
        with pytest.raises(SourceError, match="looks like a decompression bomb"):
            check_expansion(path)
    with pytest.raises(SourceError, match="unpacks to 4,000,000,000 bytes"):
        analyze(bomb, settings=QUICK)


def test_a_packed_file_that_holds_far_more_than_it_seems_to_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.guard, "FEW_BYTES", 1_000_000)
    monkeypatch.setattr(engine.guard, "DISK_EXCESS", 1)
    usual = "".join(f"c{number * 7919 % 10_007},{number},2024-01-02,{number * 31 % 977}\n" for number in range(15_000))
    bomb = write(tmp_path, gzip.compress((HEADER + usual + "c1,1,2024-01-01,5\n" * 4_000_000).encode(), 9), "b.csv.gz")

    with pytest.raises(ResourceError, match="this looks like a decompression bomb"):
        analyze(bomb, out=tmp_path / "run", settings=QUICK)

    assert [path.name for path in tmp_path.iterdir()] == ["b.csv.gz"]


@pytest.mark.parametrize("name", ["model.json", "summary.json", "run.json"])
@pytest.mark.parametrize("content", ["[" * 100_000, '{"a": ' * 100_000, "1" * 10_000, "nul", b"\xed\xa0\x80"])
def test_the_files_of_a_run_from_strangers_end_in_a_line(tmp_path: Path, name: str, content: str | bytes) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for each in ("customers.parquet", "model.json", "summary.json", "run.json"):
        (run / each).write_bytes(b"{}")
    write(run, content, name)

    with pytest.raises(EngineError) as error:
        compare(run, run, out=tmp_path / "out")

    assert len(str(error.value)) < 2_000
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "content",
    [
        "k = " + "9" * 5_000,
        "basket_support = " + "9" * 400,
        "[rfm]\norders = [1, 2, 3, " + "9" * 400 + "]",
        "a = " + "[" * 5_000,
        "[" + "a." * 5_000 + "a]",
        'delimiter = "\\u0000\\u0000"',
        "as_of = 9999-99-99",
        'names_from = "/dev/zero"',
        'temp_dir = "/proc/self"',
        'memory_limit = "-1GB"',
        'columns = "customer"',
        "rfm = [1]",
        "\x00",
    ],
)
def test_a_configuration_from_a_stranger_ends_in_a_line(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, HEADER + GOODS)
    config = write(tmp_path, content, "shop.toml")

    def run() -> None:
        analyze(path, settings=Settings(**read_config(config)), out=tmp_path / "run")

    with pytest.raises(EngineError) as error:
        run()

    assert len(str(error.value)) < 2_000
    assert not (tmp_path / "run").exists()


NUMBERS = {"x86_64": 41, "aarch64": 198}
"""Of the system call `socket` on Linux."""


def sockets_kill() -> None:
    """End this process, and those that it starts, as soon as one opens a socket to other machines (seccomp)."""
    load, equal, end = 0x20, 0x15, 0x06
    steps = [
        (load, 0, 0, 0),  # the number of the call
        (equal, 0, 3, NUMBERS[platform.machine()]),
        (load, 0, 0, 16),  # its first argument: the family
        (equal, 1, 0, 1),  # AF_UNIX: within this machine
        (end, 0, 0, 0x80000000),  # kill the process
        (end, 0, 0, 0x7FFF0000),  # allow
    ]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))

    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    libc = ctypes.CDLL(None, use_errno=True)
    filtered = Filter(len(steps), ctypes.cast(program, ctypes.c_void_p))
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(filtered)):
        raise OSError(ctypes.get_errno(), "no filter")


@pytest.mark.skipif(sys.platform != "linux" or platform.machine() not in NUMBERS, reason="needs seccomp")
def test_nothing_opens_a_socket(tmp_path: Path) -> None:
    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            preexec_fn=sockets_kill,
        )

    try:
        forbidden = run("-c", "import socket; socket.socket()")
    except subprocess.SubprocessError:
        pytest.skip("the system knows no seccomp")
    assert forbidden.returncode == -31  # SIGSYS
    export = tmp_path / "shop.csv"
    generate(export, rows=2_000, seed=5)

    out = tmp_path / "run"
    for command in (
        ("inspect", export),
        ("analyze", export, "--out", out, "--quiet"),
        ("score", export, "--model", out, "--out", tmp_path / "scored", "--quiet", *DULL),
        ("compare", out, tmp_path / "scored", "--out", tmp_path / "compared", "--quiet"),
        ("batch", export, "--out", tmp_path / "batch", "--quiet", *BARE, "--charts", "none"),
    ):
        done = run("cli.py", *command)
        assert done.returncode == 0, done.stderr
    # The painter, which draws in a process of its own, has drawn.
    assert len(list((out / "charts").glob("*.png"))) > 10


def test_ids_never_leave_the_reading_where_they_are_hashed(cli: Cli, tmp_path: Path) -> None:
    people = [f"person{number}@example.org" for number in range(40)]
    lines = [
        f"{people[each * 7 % 40]},{each // 2},2024-{each % 12 + 1:02d}-{each % 28 + 1:02d},{each % 90}.25,P{each % 9}\n"
        for each in range(900)
    ]
    content = "email,order_id,order_date,amount,product\n" + "".join(lines) + f"{people[0]},1,never,5,P1\n" + lines[0]
    path = write(tmp_path, content)
    key = "a key that nobody guesses"
    command = ("--customer", "email", "--drop-duplicates", "--temp-dir", tmp_path)

    plain = cli("analyze", path, "--out", tmp_path / "plain", *command, *BARE)
    hashed = cli(
        "analyze", path, "--out", tmp_path / "hashed", "--hash-ids", key, *command, "--charts", "svg,json", *DULL
    )
    other = cli("analyze", path, "--out", tmp_path / "other", *command, *BARE, HIDDEN_SEGMENTS_HASH_KEY="another key")
    model = ("--model", tmp_path / "hashed", "--hash-ids", key)
    scored = cli("score", path, *model, "--customer", "email", "--out", tmp_path / "new", *DULL)

    for done in (plain, hashed, other, scored):
        assert done.returncode == 0, done.stderr
        assert "person" not in done.stdout + done.stderr
    assert b"person" not in (tmp_path / "plain" / "report.html").read_bytes()
    for folder in ("hashed", "new"):
        for each in (tmp_path / folder).rglob("*"):
            if each.is_file():
                assert b"person" not in each.read_bytes(), each
                assert key.encode() not in each.read_bytes(), each
    ids = {
        folder: set(pl.read_parquet(tmp_path / folder / "customers.parquet")["customer_id"])
        for folder in ("plain", "hashed", "other", "new")
    }
    assert ids["plain"] == set(people)
    assert ids["hashed"] == ids["new"]
    assert {len(each) for each in ids["hashed"]} == {32}
    assert len(ids["hashed"]) == 40
    assert not ids["hashed"] & ids["other"]
    rejected = pl.read_csv(tmp_path / "hashed" / "rejects.csv")
    assert rejected.filter(pl.col("line").is_not_null())["raw"].to_list() in ([None], [""])
    told = {
        folder: json.loads((tmp_path / folder / "summary.json").read_text(encoding="utf-8"))
        for folder in ("plain", "hashed")
    }
    for figure in ("rows", "customers", "orders", "revenue", "period"):
        assert told["plain"][figure] == told["hashed"][figure]

    compared = cli("compare", tmp_path / "plain", tmp_path / "hashed", "--out", tmp_path / "compared")
    assert compared.returncode == 1
    assert "cannot be compared" in compared.stderr


def test_a_key_that_can_be_guessed_is_refused(cli: Cli, tmp_path: Path) -> None:
    done = cli("analyze", write(tmp_path, HEADER + GOODS), "--hash-ids", "short", "--out", tmp_path / "run")

    assert done.returncode == 1
    assert "The key of --hash-ids has 5 characters" in done.stderr
