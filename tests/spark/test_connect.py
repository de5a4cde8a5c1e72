"""Spark Connect: the same analysis through a server, by a client that has no Java."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import FORETOLD, run_cli
from tests.spark.conftest import skip_without_spark
from tests.spark.test_cluster import assert_same_run


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The URL of a Connect server on the loopback interface."""
    skip_without_spark()
    if find_spec("grpc") is None:
        pytest.skip("Spark Connect needs grpcio, which is not installed")
    from tests.spark.standalone import HOME, free_port, processes

    port = free_port()
    sign = f"HIDDEN_SEGMENTS_SERVER={port}-{os.getpid()}"
    options = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.ui.enabled": "false",
    }
    settings = [word for name, value in options.items() for word in ("--conf", f"{name}={value}")]
    main = "org.apache.spark.sql.connect.service.SparkConnectServer"
    command = [HOME / "bin" / "spark-submit", "--master", "local[2]", "--class", main, *settings, "spark-internal"]
    name, _, value = sign.partition("=")
    environment = {**os.environ, name: value, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    log = tmp_path / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*map(str, command)], env=environment, cwd=tmp_path, stdout=output, stderr=output, start_new_session=True
        ) as started,
    ):
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise AssertionError(log.read_text())
        yield f"sc://127.0.0.1:{port}"
        started.terminate()
    for _ in range(100):
        if not processes(sign):
            return
        time.sleep(0.1)
    raise AssertionError("processes of the server were left")


def test_connect_server_gives_the_same_bits_as_one_machine(server: str, export: Path, tmp_path: Path) -> None:
    here = run_cli("analyze", export, "--out", tmp_path / "here", *FORETOLD, "-q")
    there = run_cli(
        "analyze",
        export,
        "--out",
        tmp_path / "there",
        *FORETOLD,
        "--engine",
        "spark",
        "--spark-remote",
        server,
        JAVA_HOME="",
    )

    assert here.returncode == 0
    assert there.returncode == 0, there.stderr
    assert_same_run(tmp_path / "here", tmp_path / "there")
