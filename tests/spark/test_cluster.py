"""A real standalone cluster: the same bits as on one machine, whatever happens to its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.conftest import DULL, ROOT

if TYPE_CHECKING:
    from tests.spark.standalone import Standalone

FILES = ("segments.csv", "activation.csv", "rejects.csv", "model.json")


def assert_same_run(one: Path, other: Path) -> None:
    """All that two runs left is equal, to the bit."""
    assert json.loads((one / "summary.json").read_text()) == json.loads((other / "summary.json").read_text())
    tables = [pl.read_parquet(run / "customers.parquet") for run in (one, other)]
    assert tables[0].schema == tables[1].schema
    assert_frame_equal(*tables, check_exact=True)
    for name in FILES:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def on(cluster: Standalone) -> tuple[str, ...]:
    return ("--engine", "spark", "--spark-master", cluster.url)


@contextmanager
def on_one_machine(*arguments: object) -> Iterator[None]:
    """Run an analysis here meanwhile: Spark takes its time to start."""
    command = [sys.executable, str(ROOT / "cli.py"), "analyze", *map(str, arguments), "-q", "--charts", "none"]
    with subprocess.Popen(command) as run:
        yield
    assert run.returncode == 0


def disturbed(
    cluster: Standalone, arguments: tuple[object, ...], what: dict[str, Callable[[], None]], **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run an analysis, and do something to the cluster a moment after each of some stages has begun."""
    command = [sys.executable, str(ROOT / "cli.py"), "analyze", *map(str, arguments), *on(cluster), "--charts", "none"]
    told = []
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr is not None
        for line in run.stderr:
            told.append(line)
            for stage in [each for each in what if line.startswith(each)]:
                what.pop(stage)()
        code = run.wait()
    assert what == {}, f"stages that were not reached: {''.join(told)}"
    return subprocess.CompletedProcess(command, code, "", "".join(told))


class Killer:
    """Kills processes of a cluster in the middle of a stage."""

    def __init__(self) -> None:
        self.killed: set[int] = set()

    def one_of(self, processes: Callable[[], list[int]]) -> Callable[[], None]:
        def kill() -> None:
            time.sleep(1.0)
            victim = processes()[0]
            os.kill(victim, signal.SIGKILL)
            self.killed.add(victim)

        return kill


@pytest.mark.real_data
@pytest.mark.parametrize("lost", [True, pytest.param(False, marks=pytest.mark.long)], ids=["lost", "whole"])
def test_online_retail_has_the_same_bits_as_on_one_machine(
    cluster: Standalone, real_data: Path, tmp_path: Path, *, lost: bool
) -> None:
    """With an executor and a Python worker killed meanwhile, and without."""
    export = real_data / "online_retail.csv"
    killer = Killer()
    stages = {
        "Computing the features": killer.one_of(cluster.executors),
        "Labelling every customer": killer.one_of(cluster.python_workers),
    }

    with on_one_machine(export, "--out", tmp_path / "here"):
        there = disturbed(cluster, (export, "--out", tmp_path / "there"), stages if lost else {})

    assert there.returncode == 0, there.stderr
    assert len(killer.killed) == (2 if lost else 0)
    assert_same_run(tmp_path / "here", tmp_path / "there")
    written = pl.read_parquet_metadata(tmp_path / "there" / "customers.parquet")
    assert "org.apache.spark.version" in written, "the workers wrote the customers"
    record = json.loads((tmp_path / "there" / "run.json").read_text())["spark"]
    assert record["processors"] == 2
    assert record["code"].startswith("hidden_segments_"), "the workers run the code that was sent to them"
    assert lost or "WARN" not in there.stderr


@pytest.mark.long
def test_executor_and_python_worker_that_are_killed_change_nothing(
    cluster: Standalone, two_million: Path, tmp_path: Path
) -> None:
    killer = Killer()

    with on_one_machine(two_million, "--out", tmp_path / "here", *DULL):
        there = disturbed(
            cluster,
            (two_million, "--out", tmp_path / "there", *DULL),
            {
                "Computing the features": killer.one_of(cluster.executors),
                "Labelling every customer": killer.one_of(cluster.python_workers),
            },
        )

    assert there.returncode == 0, there.stderr
    assert len(killer.killed) == 2
    assert_same_run(tmp_path / "here", tmp_path / "there")
