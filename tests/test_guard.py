"""What ends a run that gets out of hand."""

from __future__ import annotations

import signal
import threading
import time

import polars as pl
import pytest

from engine.errors import ResourceError, SourceError
from engine.guard import Guard


def test_too_much_memory_ends_a_run_within_a_query() -> None:
    endless = pl.LazyFrame({"number": range(3_000)}).join(pl.LazyFrame({"other": range(3_000_000)}), how="cross")

    with pytest.raises(ResourceError, match="far more than the 0 MB"), Guard().watching(1):
        endless.select((pl.col("number") * pl.col("other")).sum()).collect(engine="streaming")


def test_too_much_memory_ends_a_run_outside_of_queries() -> None:
    held = []

    def take() -> None:
        with Guard().watching(1_000_000):
            for _ in range(600):
                held.append(b"x" * 1_000_000)
                time.sleep(0.1)

    with pytest.raises(ResourceError, match="--memory-limit"):
        take()
    assert len(held) < 100


def test_memory_that_was_held_before_is_not_counted() -> None:
    held = b"x" * 100_000_000

    with Guard().watching(1_000_000):
        time.sleep(0.4)

    assert len(held) == 100_000_000


def test_the_first_error_counts() -> None:
    def run() -> None:
        with Guard().watching(10**15) as guard:
            guard.stop(SourceError("the first"))
            guard.stop(SourceError("the second"))
            time.sleep(60)

    with pytest.raises(SourceError, match="first"):
        run()


def test_what_is_interrupted_afterwards_is_interrupted_as_ever() -> None:
    with pytest.raises(SourceError), Guard().watching(10**15) as guard:
        guard.stop(SourceError("it"))

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interruption_stays_one() -> None:
    with pytest.raises(KeyboardInterrupt), Guard().watching(10**15):
        raise KeyboardInterrupt


def test_a_run_of_another_thread_goes_on() -> None:
    done = []

    def run() -> None:
        with Guard().watching(1) as guard:
            guard.stop(ResourceError("too much"))
            done.append(1)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert done == [1]
