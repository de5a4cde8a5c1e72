"""Lines that the code does not cross, held by its syntax tree."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[1] / "engine"
PURE = [
    *(ENGINE / "features").glob("*.py"),
    *(ENGINE / "insights").glob("*.py"),
    *(ENGINE / "charts").glob("*.py"),
    *(each for each in (ENGINE / "forecast").glob("*.py") if each.name != "tables.py"),
    *(ENGINE / "segments" / f"{name}.py" for name in ("actions", "choose", "distance", "drift", "lineup", "match")),
    *(ENGINE / "segments" / f"{name}.py" for name in ("matrix", "model", "names", "rules")),
    ENGINE / "intake" / "clean.py",
]
"""Modules of functions from frame to frame: they run on any engine, and set no query in motion themselves."""


def _calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {each.attr for each in called if isinstance(each, ast.Attribute)} | {
        each.id for each in called if isinstance(each, ast.Name)
    }


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ENGINE)))
def test_pure_modules_read_write_and_collect_nothing(path: Path) -> None:
    effects = {"collect", "collect_all", "collect_batches", "open", "write_text", "write_bytes", "save"}

    called = _calls(path)

    assert called & effects == set()
    assert [name for name in called if name.startswith(("scan_", "sink_", "read_", "write_"))] == []


@pytest.mark.parametrize("module", ["pipeline", "scoring", "comparison", "batches.running", "report.console"])
def test_nothing_heavy_is_imported_before_the_input_is_looked_at(module: str) -> None:
    # A path that is misspelt is told at once, and what is heavy is imported while the input is read.
    show = f"import sys, engine.{module}; print(*{{name.partition('.')[0] for name in sys.modules}})"

    loaded = subprocess.run(
        [sys.executable, "-c", show], cwd=ENGINE.parent, capture_output=True, text=True, check=True
    ).stdout.split()

    assert "polars" in loaded or module == "batches.running"
    assert {"sklearn", "scipy", "altair", "pandas", "pyarrow"} & set(loaded) == set()


SLOW = """
import sys, time
from engine.preload import Preload, load

class Slow:
    def find_spec(name, path=None, target=None):
        time.sleep(0.5 if name == "pack" else 0)

sys.meta_path.insert(0, Slow)
with Preload() as preload:
    preload.begin("pack.one")
    load("pack.two")
"""


def test_two_threads_can_import_parts_of_one_package(tmp_path: Path) -> None:
    # As scikit-learn and Altair do with narwhals. Of two threads that wait for each other Python gives one an error.
    (tmp_path / "pack").mkdir()
    for name, content in (("__init__", "from pack import one, two"), ("one", ""), ("two", "")):
        (tmp_path / "pack" / f"{name}.py").write_text(content, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-c", SLOW],
        cwd=ENGINE.parent,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda path: str(path.relative_to(ENGINE)))
def test_no_module_reads_the_clock_or_rolls_unseeded_dice(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert [
        word for word in ("datetime.now", "date.today", "utcnow", "np.random.seed", "random.random()") if word in text
    ] == []
    assert "default_rng()" not in text
