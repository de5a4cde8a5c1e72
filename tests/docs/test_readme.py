"""Every command that the documentation shows is run, so that none can go stale."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.generate import generate
from tests.conftest import REAL, ROOT, beginning

PAGES = ("README.md", "docs/speed.md")
PYTHON = ".venv/bin/python cli.py"
REAL_EXPORTS = {"shopify_orders.csv": "shopify_orders_fictional.csv", "online_retail.csv": "online_retail.csv"}
ELSEWHERE = ("python cli.py bench", "pip install .", "hidden-segments ")
"""Commands that are tried elsewhere, or take minutes: `make` has set up what `pip install .` sets up."""


def commands() -> Iterator[str]:
    """Find the commands of the code blocks and, within sentences, those in backticks."""
    for page in PAGES:
        text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
        blocks = [line.strip() for line in text.splitlines() if line.startswith("    ")]
        found = [line for line in blocks if re.match(r"(\.venv|python|make|for|pip|hidden-segments)\b", line)]
        inline = re.findall(r"`((?:python cli\.py|make|pip install|hidden-segments) [^`]+)`", text)
        yield from (re.sub(r"\s+#.*", "", each) for each in (*found, *inline))


COMMANDS = tuple(dict.fromkeys(commands()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the commands name, and what they are run with."""
    folder = tmp_path_factory.mktemp("readme")
    for name, seed in (("orders.csv", 1), ("next_month.csv", 2), ("exports/north.csv", 3), ("exports/south.csv", 4)):
        (folder / name).parent.mkdir(exist_ok=True)
        # Mostly too few customers for segments: the commands are tried, not what they find.
        generate(folder / name, rows=1_200 if name == "orders.csv" else 900, seed=seed)
    for year in (2023, 2024):
        (folder / f"exports/{year}.csv.gz").write_bytes(gzip.compress((folder / "orders.csv").read_bytes()))
    (folder / "data").mkdir()
    # The whole environment: an interpreter that is linked alone does not find its packages.
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "cli.py").symlink_to(ROOT / "cli.py")
    for name, real in REAL_EXPORTS.items():
        if REAL.is_dir():
            # The commands are tried, not the data: what its beginning holds is enough.
            beginning(REAL / real, 5_000, folder / name)
    return folder


def test_the_commands_of_the_documentation_are_found() -> None:
    said = " ".join(COMMANDS)

    assert len(COMMANDS) > 15
    for word in (
        "inspect",
        "analyze",
        "score",
        "compare",
        "batch",
        "--group-by",
        "--hash-ids",
        "--memory-limit",
        "--charts",
        "bench",
    ):
        assert word in said


def test_every_command_of_the_documentation_works(folder: Path) -> None:
    # One after the other: those that come later use what the earlier ones leave.
    for command in COMMANDS:
        if command.startswith("make "):
            targets = (ROOT / "Makefile").read_text(encoding="utf-8")
            assert re.search(rf"^{command.split()[1]}:", targets, flags=re.MULTILINE), command
        elif not command.startswith(ELSEWHERE) and not any(name in command for name in missing(folder)):
            done = run(["bash", "-euc", plain(command)], folder)
            assert done.returncode == 0, f"{command}\n{done.stderr}"


def test_the_commands_on_real_exports_work(folder: Path) -> None:
    if missing(folder):
        pytest.skip(f"the real exports are not there: {REAL}")
    assert all(any(name in command for command in COMMANDS) for name in REAL_EXPORTS)


def test_the_python_of_the_documentation_works(folder: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 1
    for command in COMMANDS:  # what it compares, where this process has not made it yet
        if command.endswith(("analyze orders.csv", "score next_month.csv --model output/orders")):
            run(["bash", "-euc", command], folder)

    done = run([sys.executable, "-c", blocks[0]], folder)

    assert done.returncode == 0, done.stderr


def plain(command: str) -> str:
    """The command with the interpreter of the tests; it makes no pictures unless it is about them."""
    command = re.sub(r"^(python|\.venv/bin/python) cli\.py", PYTHON, command)
    drawing = re.search(r"cli\.py (analyze|batch) ", command) and "--charts" not in command and ";" not in command
    return f"{command} --charts none" if drawing else command


def missing(folder: Path) -> list[str]:
    """Name the real exports that are not there."""
    return [name for name in REAL_EXPORTS if not (folder / name).exists()]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as it stands in the documentation."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
