"""A real cluster of Spark on the loopback interface: a master and workers, from pip's pyspark."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self

import pyspark

HOME = Path(pyspark.__file__).parent


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def processes(sign: str) -> list[int]:
    """The processes whose command line or environment holds a sign."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            except OSError:
                continue
            if sign.encode() in told:
                found.append(int(folder.name))
    return found


class Standalone:
    """A context manager; at its end no process of the cluster is left."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self.folder, self.count = folder, workers
        self.sign = f"HIDDEN_SEGMENTS_CLUSTER={folder.name}-{os.getpid()}"
        self.port, self.page = free_port(), free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self.master: subprocess.Popen[bytes]
        self.workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        address = ["--host", "127.0.0.1", "--port", str(self.port), "--webui-port", str(self.page)]
        self.master = self._start("org.apache.spark.deploy.master.Master", "master", *address)
        for number in range(self.count):
            self.workers.append(self.worker(number))
        try:
            self.wait_for(self.count)
        except BaseException:
            self.__exit__()
            raise
        return self

    def worker(self, number: int) -> subprocess.Popen[bytes]:
        work = self.folder / f"work-{number}"
        options = ["--host", "127.0.0.1", "--webui-port", str(free_port()), "--cores", "1", "--memory", "2g"]
        return self._start(
            "org.apache.spark.deploy.worker.Worker",
            f"worker-{number}",
            *options,
            "--work-dir",
            str(work),
            self.url,
        )

    def wait_for(self, workers: int) -> None:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.page}/json/", timeout=5) as page:
                    if json.load(page)["aliveworkers"] >= workers:
                        return
            except (OSError, ValueError):  # not yet there
                pass
            time.sleep(0.1)
        raise AssertionError((self.folder / "master.log").read_text())

    def executors(self) -> list[int]:
        """The processes that run tasks."""
        return [each for each in processes(self.sign) if b"CoarseGrainedExecutorBackend" in _command(each)]

    def python_workers(self) -> list[int]:
        """The Python processes of the tasks, without the daemon that forks them."""
        daemons = [each for each in processes(self.sign) if b"pyspark.daemon" in _command(each)]
        return [each for each in daemons if _parent(each) in daemons]

    def _start(self, name: str, log: str, *options: str) -> subprocess.Popen[bytes]:
        variable, value = self.sign.split("=")
        environment = {
            **os.environ,
            variable: value,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(self.folder / "local"),
            "PYSPARK_PYTHON": sys.executable,
        }
        with (self.folder / f"{log}.log").open("wb") as output:
            return subprocess.Popen(
                [str(HOME / "bin" / "spark-class"), name, *options],
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def __exit__(self, *ending: object) -> None:
        del ending
        started = [*self.workers, self.master]
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)
        for _ in range(100):
            if not processes(self.sign):
                return
            time.sleep(0.1)
        left = processes(self.sign)
        for each in left:
            os.kill(each, signal.SIGKILL)
        raise AssertionError(f"processes of the cluster were left: {left}")


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0
