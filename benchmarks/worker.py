"""The process of one case: `python -m benchmarks.worker CASE EXPORT FOLDER OUT.json`.

OUT.json then holds the seconds of the stages, and the answer: numbers, or the files of a table.
"""

from __future__ import annotations

import importlib
import json
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.cases import CASES
from engine.stages import Stages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from benchmarks.cases import Case

PEERS_ONLY = ("pandas", "pyarrow")
"""Packages that a plain installation of the engine lacks. scikit-learn imports them wherever it finds them."""


class PlainInstallation(PathFinder):
    """Finds what Python finds, but for the packages of the peers."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return None for a package of the peers, and for what is not there."""
        return None if fullname.partition(".")[0] in PEERS_ONLY else super().find_spec(fullname, path, target)


def work(case: Case, export: Path, folder: Path) -> dict[str, Any]:
    """Run a case; return its answer and the seconds of its stages."""
    if case.ours:
        sys.meta_path[:] = [PlainInstallation if finder is PathFinder else finder for finder in sys.meta_path]
        importlib.import_module("engine.commands")  # what the command line sets before Polars is loaded
    module, name = case.function.split(":")
    stages = Stages()
    answer = getattr(importlib.import_module(module), name)(export, folder, stages)
    if isinstance(answer, list):
        return {"files": [str(path) for path in answer], "stages": stages.seconds}
    return {"answer": answer, "stages": stages.seconds}


def _first_to_go() -> None:
    """Ask the kernel to end this process, and not the one that measures, where memory runs out."""
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("1000", encoding="ascii")


def main() -> None:
    """Run the case that the command line names."""
    name, export, folder, out = sys.argv[1:]
    _first_to_go()
    case = next(case for case in CASES if case.name == name)
    made = work(case, Path(export), Path(folder))
    Path(out).write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main()
