"""What can be wrong with a cluster, each told in one clear message before anything is read or written."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from engine import EngineError, analyze
from engine.commands.options import named_cluster
from tests.conftest import ROOT, run_cli
from tests.spark.conftest import skip_without_spark

SPARK = ("--engine", "spark")


def failed(export: Path, out: Path, *options: object, **environment: str) -> str:
    """The error of a run that must fail, and leave nothing."""
    told = run_cli("analyze", export, "--out", out, *options, pictures=False, cwd=ROOT, **environment)

    assert told.returncode == 1, told.stderr
    assert "Traceback" not in told.stderr
    assert not out.exists()
    return " ".join(told.stderr.split("Error: ", 1)[1].split())


@pytest.mark.parametrize(
    ("engine", "master", "remote", "message"),
    [
        ("local", "local[2]", None, "--spark-master is given, and the engine is local"),
        ("spark", "sc://host:15002", None, "--spark-master sc://host:15002: is no address of that kind"),
        ("spark", None, "spark://host:7077", "--spark-remote spark://host:7077: is no address of that kind"),
        ("spark", "local", "sc://host", "A master and a Connect server are named"),
    ],
    ids=["engine not named", "remote as master", "master as remote", "both"],
)
def test_options_that_contradict_each_other_are_told(
    engine: str, master: str | None, remote: str | None, message: str
) -> None:
    with pytest.raises(EngineError, match=re.escape(message)):
        named_cluster(engine, master, remote)


def test_unknown_engine_is_told(export: Path, tmp_path: Path) -> None:
    assert failed(export, tmp_path / "out", "--engine", "sparks").startswith(
        "There is no engine 'sparks'. Did you mean 'spark'?"
    )


def test_session_without_the_engine_is_told(export: Path) -> None:
    with pytest.raises(EngineError, match="A Spark cluster is named, and the engine is local"):
        analyze(export, spark="local[2]")


def test_url_without_spark_is_told(tmp_path: Path) -> None:
    told = failed(Path("s3a://bucket/orders.csv"), tmp_path / "out")

    assert "is no file of this machine. Spark reads what an object store holds: --engine spark." in told


def test_package_that_is_missing_or_too_old_is_told(export: Path, tmp_path: Path) -> None:
    skip_without_spark()
    old = tmp_path / "old" / "pandas-1.5.3.dist-info"
    old.mkdir(parents=True)
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: pandas\nVersion: 1.5.3\n")

    told = failed(export, tmp_path / "out", *SPARK, PYTHONPATH=str(old.parent))

    assert told.startswith("The engine spark needs pandas 2.2 or later; 1.5.3 is installed.")
    assert "pip install 'hidden-segments[spark]'" in told


def test_missing_java_is_told(export: Path, tmp_path: Path) -> None:
    skip_without_spark()
    told = failed(export, tmp_path / "out", *SPARK, JAVA_HOME=str(tmp_path))

    assert told.startswith(f"Spark runs on Java, and there is none in {tmp_path}, which JAVA_HOME names.")
    assert "Install Java 17" in told


@pytest.mark.parametrize("url", ["spark://127.0.0.1:9", "sc://127.0.0.1:9"], ids=["master", "Connect server"])
def test_address_where_nothing_answers_is_told(url: str, export: Path, tmp_path: Path) -> None:
    skip_without_spark()
    option = "--spark-remote" if url.startswith("sc") else "--spark-master"

    assert failed(export, tmp_path / "out", *SPARK, option, url).startswith(f"{url}: nothing answers there")


def test_worker_without_memory_is_told(export: Path, tmp_path: Path) -> None:
    skip_without_spark()
    told = failed(
        export,
        tmp_path / "out",
        *SPARK,
        "--spark-master",
        "local[1]",
        PYSPARK_SUBMIT_ARGS="--conf spark.executor.pyspark.memory=600m pyspark-shell",
    )

    assert told.startswith("spark.executor.pyspark.memory leaves a task")


def test_worker_whose_python_lacks_what_is_needed_is_told(export: Path, tmp_path: Path) -> None:
    skip_without_spark()
    bare = tmp_path / "bare"
    bare.symlink_to(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")

    told = failed(export, tmp_path / "out", *SPARK, "--spark-master", "local[1]", PYSPARK_PYTHON=str(bare))

    assert told.startswith("The Python of the workers lacks pyarrow.")
    assert "PYSPARK_PYTHON" in told
