"""Heavy imports, made while the input is read."""

from __future__ import annotations

import importlib
from threading import Lock, Thread
from typing import Any

_LEARNING = ("cluster", "decomposition", "metrics", "tree", "ensemble", "isotonic")
LEARNING = (*(f"sklearn.{name}" for name in _LEARNING), "scipy.stats")
DRAWING = ("altair",)

_ALONE = Lock()
"""Held while a heavy module is imported: packages that import each other lock out two threads that import both."""


def preload(*modules: str) -> Thread:
    """Import modules in a thread of their own, in the order given; join the thread before they are used.

    Measured on 2 cores: scikit-learn takes 0.8 s to import, Altair 0.3 s. Polars leaves the interpreter free while it
    reads, so that they cost little beside the pass over the input.

    A run that fails meanwhile ends when the imports have: broken off in the midst of native code they can take the
    process down, and its exit code with it.
    """
    thread = Thread(target=lambda: [load(module) for module in modules])
    thread.start()
    return thread


def load(module: str) -> Any:
    """Import a heavy module where it is needed, as soon as no other thread is importing one; return it."""
    with _ALONE:
        return importlib.import_module(module)
