"""A cluster that is lost in the middle of an analysis; one of its own, so that it is no other test's."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.conftest import DULL
from tests.spark.conftest import skip_without_spark
from tests.spark.test_cluster import disturbed


def test_cluster_whose_workers_are_all_gone_is_told_and_nothing_is_written(
    tmp_path_factory: pytest.TempPathFactory, export: Path, tmp_path: Path
) -> None:
    skip_without_spark()
    from tests.spark.standalone import Standalone

    with Standalone(tmp_path_factory.mktemp("spark") / "lost", workers=1) as cluster:

        def end() -> None:
            for process in [*[each.pid for each in cluster.workers], *cluster.executors()]:
                os.kill(process, signal.SIGKILL)

        told = disturbed(
            cluster,
            (export, "--out", tmp_path / "there", *DULL, "--temp-dir", tmp_path),
            {"Reading": end},
            PYSPARK_SUBMIT_ARGS="--conf spark.hiddenSegments.patience=5 pyspark-shell",
        )

    assert told.returncode == 1
    assert "Error: Spark has had no worker for 5 seconds" in told.stderr
    assert "Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == []
