"""What a worker is asked before it gets work: its versions, its memory, and whether it sees the files.

NOTE: imports nothing that a worker may lack or that takes much memory.
"""

from __future__ import annotations

import json
import platform
import resource
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHIPPED = ("polars", "numpy", "scikit-learn", "pyarrow")
"""Packages that do the work on the workers: other versions of them might give other results."""
LEAST_MEMORY = 1_000_000_000
"""Bytes that a task needs where Spark limits the memory of its Python process."""


def versions() -> dict[str, str]:
    """Return the versions that must agree."""
    found = {"Python": ".".join(map(str, sys.version_info[:2])), "processor": platform.machine()}
    for name in SHIPPED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def looked(files: dict[str, int], batches: Iterable[Any]) -> Iterator[Any]:
    """Tell, in one row of JSON, what the worker is like; `files` are paths with the sizes that they should have."""
    import pyarrow as pa

    for _ in batches:
        pass
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    told = {
        "host": platform.node(),
        "versions": versions(),
        "memory": None if limit == resource.RLIM_INFINITY else limit,
        "unseen": [path for path, size in files.items() if _size(Path(path)) != size],
        "code": str(Path(__file__).parents[3]),
    }
    yield pa.RecordBatch.from_arrays([pa.array([json.dumps(told)], pa.string())], names=["told"])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
