"""Hidden Segments: raw e-commerce exports to customer segments that people understand, trust and act on.

`analyze` is the whole job (see `engine.pipeline`); `score` labels another export with its model (`engine.scoring`),
`compare` tells who moved between two runs (`engine.comparison`), `batch` analyses many exports (`engine.batches`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import EngineError
from engine.settings import Settings
from engine.version import __version__

if TYPE_CHECKING:
    from engine.batches.running import Batch, batch
    from engine.comparison import Comparison, compare
    from engine.generate import generate
    from engine.pipeline import analyze
    from engine.result import Analysis, Scored
    from engine.scoring import score

__all__ = [
    "Analysis",
    "Batch",
    "Comparison",
    "EngineError",
    "Scored",
    "Settings",
    "__version__",
    "analyze",
    "batch",
    "compare",
    "generate",
    "score",
]

_HOMES = {
    "analyze": "engine.pipeline",
    "batch": "engine.batches.running",
    "compare": "engine.comparison",
    "generate": "engine.generate",
    "score": "engine.scoring",
    "Analysis": "engine.result",
    "Batch": "engine.batches.running",
    "Comparison": "engine.comparison",
    "Scored": "engine.result",
}


def __getattr__(name: str) -> Any:
    """Import what is heavy when it is first asked for, so that `--help` need not wait for it."""
    if name not in _HOMES:
        message = f"module 'engine' has no attribute {name!r}"
        raise AttributeError(message)
    import importlib

    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value  # a package that is called like its function would take its place
    return value
