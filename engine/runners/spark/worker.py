"""The way into a task: what is imported on a worker before anything heavy is.

NOTE: Polars must not be imported where Spark forks its workers from, and takes its number of threads from the
environment when it is imported: so the state of a task stays bytes until then.
"""

from __future__ import annotations

import os
import pickle
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Task = Callable[[Iterator[Any]], Iterator[Any]]


def task(work: str, state: Any) -> Task:
    """Return the function that Spark calls with the batches of a partition: `work` is `module:function`.

    The state travels with it, so that nothing need be broadcast.
    """
    held = pickle.dumps(state, protocol=pickle.HIGHEST_PROTOCOL)

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        from engine.runners.spark.worker import entered  # the copy that was sent to the worker

        return entered(work, held, batches)

    return run


def entered(work: str, held: bytes, batches: Iterator[Any]) -> Iterator[Any]:
    """Do a work on the batches of a partition, with as many threads as the task has processors."""
    os.environ.setdefault("POLARS_MAX_THREADS", str(processors()))
    module, function = work.split(":")
    done: Iterator[Any] = getattr(import_module(module), function)(pickle.loads(held), batches)  # noqa: S301 - ours
    return done


def processors() -> int:
    """Return the number of processors that Spark gives to each task."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return 1 if context is None else context.cpus()


def folder() -> str | None:
    """Return where Spark keeps temporary files on this worker, None where it does not tell."""
    named = os.environ.get("SPARK_LOCAL_DIRS") or os.environ.get("LOCAL_DIRS") or ""
    return named.split(",")[0] or None
