"""What the tests of Spark share: nothing of it is there where Java or pyspark is missing."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.spark.standalone import Standalone

MISSING = [name for name in ("pyspark", "pyarrow", "pandas") if find_spec(name) is None]
if shutil.which("java") is None:
    MISSING.append("Java")
collect_ignore = ["standalone.py"]

# Java that starts often and runs briefly: no time is spent on code that would be fast later, on proofs that Spark's own
# code is sound, and on pages that nobody looks at.
os.environ["JDK_JAVA_OPTIONS"] = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
os.environ["PYSPARK_SUBMIT_ARGS"] = "--conf spark.ui.enabled=false pyspark-shell"


def skip_without_spark() -> None:
    """Skips what needs Spark where it is not installed."""
    if MISSING:
        pytest.skip(f"the engine spark needs what is not installed: {', '.join(MISSING)}")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """A master and two workers of one processor each, on the loopback interface."""
    skip_without_spark()
    from tests.spark.standalone import Standalone

    with Standalone(tmp_path_factory.mktemp("spark") / "cluster") as started:
        yield started


@pytest.fixture(scope="session")
def session() -> Iterator[SparkSession]:
    """A session of Spark in the tests' own process, with two processors."""
    skip_without_spark()
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        builder = SparkSession.builder.master("local[2]").appName("tests")
        for name, value in {
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.session.timeZone": "America/New_York",
        }.items():
            builder = builder.config(name, value)
        started = builder.getOrCreate()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def two_million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic export of 2,000,000 lines."""
    from engine.generate import generate

    path = tmp_path_factory.mktemp("large") / "shop.csv"
    generate(path, rows=2_000_000, seed=5)
    return path
