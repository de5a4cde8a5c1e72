"""What the tests share: the real exports, small exports of planted segments, and the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from engine.generate import generate
from engine.insights.wanted import INSIGHTS
from engine.settings import Settings

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data"

# Charts are drawn in the tests' own process as in the painter's: with the renderer's own font, which is quick.
os.environ["FONTCONFIG_FILE"] = str(ROOT / "engine" / "report" / "fonts.conf")

BARE = ("--without", ",".join(INSIGHTS))
"""Options of an analysis whose insights a test does not look at: half of the charts."""

QUICK = Settings(charts=(), without=INSIGHTS)
"""The same in Python, without pictures."""

FORETELLING = Settings(charts=(), without=tuple(name for name in INSIGHTS if name != "forecast"))
FORETOLD = ("--without", ",".join(FORETELLING.without))
"""Those of one of which only the forecast is looked at."""
DULL = ("--without", "forecast")
"""Those of one whose forecast a test does not look at."""

DEPRECATED = "error::DeprecationWarning,error::PendingDeprecationWarning,error::FutureWarning"
"""Warnings that end a command: what a library will take away is met here first."""

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real exports."""
    if not REAL.is_dir():
        pytest.skip(f"the real exports are not there: {REAL}")
    return REAL


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic export of 20,000 lines."""
    path = tmp_path_factory.mktemp("export") / "shop.csv"
    generate(path, rows=20_000, seed=3)
    return path


def beginning(export: Path, lines: int, target: Path) -> Path:
    """Write the first lines of an export, where all of it would only take longer."""
    with export.open("rb") as whole:
        target.write_bytes(b"".join(islice(whole, lines)))
    return target


def run_cli(
    *arguments: object, cwd: Path = ROOT, pictures: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, in a folder of choice; an analysis makes no pictures unless asked.

    The report has its charts all the same.
    """
    plain = arguments[:1] == ("analyze",) and not pictures and "--charts" not in arguments
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *map(str, arguments), *(("--charts", "none") if plain else ())],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", "PYTHONWARNINGS": DEPRECATED, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def cli() -> Cli:
    """The command line, as `run_cli` runs it."""
    return run_cli
