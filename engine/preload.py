"""Heavy imports, made while the input is read."""

from __future__ import annotations

import importlib
from threading import Lock, Thread
from typing import Any, Self

_LEARNING = ("cluster", "decomposition", "metrics", "tree", "ensemble", "isotonic")
LEARNING = (*(f"sklearn.{name}" for name in _LEARNING), "scipy.stats")
DRAWING = ("altair",)

_ALONE = Lock()
"""Held while a heavy module is imported: packages that import each other lock out two threads that import both."""


class Preload:
    """Imports heavy modules in threads of their own; a context manager, at whose end all imports are done.

    A run that fails meanwhile ends with them: broken off in the midst of native code they can take the process down.
    """

    def __init__(self) -> None:
        self._threads: list[Thread] = []

    def __enter__(self) -> Self:
        return self

    def begin(self, *modules: str) -> Thread:
        """Import modules in the order given; join the thread before they are used.

        Measured on 2 cores: scikit-learn takes 0.8 s to import, Altair 0.3 s. Polars leaves the interpreter free while
        it reads, so that they cost little beside the pass over the input.
        """
        thread = Thread(target=lambda: [load(module) for module in modules], daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()


def load(module: str) -> Any:
    """Import a heavy module where it is needed, as soon as no other thread is importing one; return it."""
    with _ALONE:
        return importlib.import_module(module)
