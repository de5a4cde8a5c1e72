"""What is asked of Spark: a session, tasks on partitions, rows that are kept, and an answer or a clear error."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self

from engine.errors import SparkError, brief

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

NEEDED = {"pyspark": (4, 1), "pyarrow": (17, 0), "pandas": (2, 2)}
"""What the extra `spark` installs; pandas because PySpark asks for it."""
LEAST_JAVA = 17
INSTALL = "Install it with `pip install 'hidden-segments[spark]'`."
PATIENCE = 80
"""Seconds that a job may wait without any worker, where Spark's configuration does not say otherwise."""
PATIENT = "spark.hiddenSegments.patience"
"""The setting that does, in seconds: clusters that start their workers on demand may need more."""
REMOTE = "sc://"
BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    BATCH: "64",  # packs of some megabytes each
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
}
"""What the session needs while the run lasts."""
MANY_ROWS = {BATCH: "100000"}
"""What tasks need that get small rows."""
FETCHED = 128_000_000
"""Bytes that come to this machine at once."""


class Cluster:
    """A session of Spark for one run; a context manager, which gives the session back as it was, or ends its own."""

    def __init__(self, spark: SparkSession | str | None) -> None:
        self._given = spark
        self._kept: list[DataFrame] = []
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        _check_packages()
        self.own = self._given is None or isinstance(self._given, str)
        self.session = _session(self._given) if self._given is None or isinstance(self._given, str) else self._given
        self.remote = type(self.session).__module__.startswith("pyspark.sql.connect")
        self.alone = not self.remote and self.session.sparkContext.master.startswith("local")
        self.patience = float(self.session.conf.get(PATIENT, None) or PATIENCE)
        for name, value in SETTINGS.items():
            self._before[name] = self.session.conf.get(name, None)
            self.session.conf.set(name, value)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(Exception):  # a cluster that is gone needs no tidying
            for frame in self._kept:
                frame.unpersist()
            for name, value in self._before.items():
                if value is None:
                    self.session.conf.unset(name)
                else:
                    self.session.conf.set(name, value)
        if self.own:
            with suppress(Exception):
                self.session.stop()

    def send(self, archive: Path) -> None:
        """Put an archive of Python code on the path of the workers."""
        with told():
            self.session.addArtifacts(str(archive), pyfile=True)

    @property
    def processors(self) -> int:
        """The tasks that can run at once, as far as workers have come forward."""
        with told():
            if self.remote:
                from pyspark.sql.functions import spark_partition_id

                return int(self.session.range(0, 1_000_000).select(spark_partition_id()).distinct().count())
            return int(self.session.sparkContext.defaultParallelism)

    def numbers(self, count: int) -> DataFrame:
        """Return so many partitions, each with its number."""
        return self.session.range(0, count, 1, count)

    def mapped(self, frame: DataFrame, function: Any, columns: str) -> DataFrame:
        """Run a function on the batches of every partition."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it asks for an older pandas, which is not used
            return frame.mapInArrow(function, columns)

    @contextmanager
    def set(self, settings: dict[str, str]) -> Iterator[None]:
        """Change settings of the session for a while."""
        before = {name: self.session.conf.get(name) for name in settings}
        for name, value in settings.items():
            self.session.conf.set(name, value)
        try:
            yield
        finally:
            for name, earlier in before.items():
                self.session.conf.set(name, earlier)

    def keep(self, frame: DataFrame) -> DataFrame:
        """Keep the rows of a frame on the disks of the workers once they are computed; what is lost is made anew."""
        from pyspark import StorageLevel

        self._kept.append(frame.persist(StorageLevel.DISK_ONLY))
        return self._kept[-1]

    def drop(self, frame: DataFrame) -> None:
        """Let go of rows that are needed no more."""
        self._kept.remove(frame)
        frame.unpersist()

    def fetch(self, frame: DataFrame, tick: Callable[[int], None] | None = None) -> pa.Table:
        """Compute a frame and bring all its rows here. `tick` gets the number of tasks that are done since."""
        with self._watched(tick), told(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return frame.toArrow()

    def fetch_parts(self, frame: DataFrame) -> Iterator[pa.Table]:
        """Bring the rows of a frame that is kept, some partitions at a time and in their order."""
        from pyspark.sql import functions as f

        size = self.fetch(frame.select(f.sum(f.octet_length("payload")).alias("bytes")))["bytes"][0].as_py() or 0
        if size <= FETCHED:
            yield self.fetch(frame)
            return
        places = sorted(self.fetch(frame.select("place").distinct())["place"].to_pylist())
        step = max(len(places) * FETCHED // size, 1)
        for start in range(0, len(places), step):
            yield self.fetch(frame.where(f.col("place").isin(places[start : start + step])))

    def write(self, frame: DataFrame, target: str) -> None:
        """Have the workers write a frame as Parquet, a file a partition."""
        with self._watched(None), told():
            frame.write.option("compression", "zstd").option(
                "mapreduce.fileoutputcommitter.marksuccessfuljobs", "false"
            ).parquet(target)

    @contextmanager
    def _watched(self, tick: Callable[[int], None] | None) -> Iterator[None]:
        """Watch a job: count its tasks, and end it where no worker has been there for too long."""
        watch = (
            _RemoteWatch(self.session, self.patience, tick)
            if self.remote
            else _Watch(self.session, inf if self.alone else self.patience, tick)
        )
        with watch:
            try:
                yield
            except Exception as error:
                if watch.deserted:
                    raise SparkError(
                        f"Spark has had no worker for {self.patience:.0f} seconds: the work was given up, nothing is "
                        "written.",
                        hint="See that workers of the cluster run and have processors and memory free, then run it "
                        f"again; {PATIENT} allows more seconds.",
                    ) from error
                raise


class _Watch:
    """Looks after one job from a thread of its own; a context manager."""

    def __init__(self, session: SparkSession, patience: float, tick: Callable[[int], None] | None) -> None:
        self._session, self._patience, self._tick = session, patience, tick
        self._ended = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self.deserted = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        context: Any = self._session.sparkContext
        tracker, scheduler = context.statusTracker(), context._jsc.sc()  # noqa: SLF001 - tells of workers
        last, seen = time.monotonic(), 0
        with suppress(Exception):  # a context that is gone is told of by the job itself
            while not self._ended.wait(0.5):
                if scheduler.getExecutorMemoryStatus().size() > 1:
                    last = time.monotonic()
                elif time.monotonic() - last > self._patience:
                    self.deserted = True
                    context.cancelAllJobs()
                if self._tick is not None:
                    stages = [tracker.getStageInfo(each) for each in tracker.getActiveStageIds()]
                    done = sum(stage.numCompletedTasks for stage in stages if stage)
                    if done > seen:
                        self._tick(done - seen)
                        seen = done


class _RemoteWatch:
    """The same for a Connect server, which tells of tasks and not of workers."""

    def __init__(self, session: SparkSession, patience: float, tick: Callable[[int], None] | None) -> None:
        self._session, self._patience, self._tick = session, patience, tick
        self._ended = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._idle: float | None = None
        """Since when Spark tells that no task runs; None where some do, or where it tells nothing."""
        self._seen = 0
        self.deserted = False

    def __enter__(self) -> Self:
        self._session.registerProgressHandler(self._progress)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._session.removeProgressHandler(self._progress)

    def _progress(self, stages: Any, inflight_tasks: int, operation_id: str | None, done: bool) -> None:  # noqa: FBT001 - Spark's own
        del operation_id, done
        completed = sum(stage.num_completed_tasks for stage in stages or ())
        busy = inflight_tasks > 0 or completed != self._seen
        self._idle = None if busy else self._idle or time.monotonic()
        if self._tick is not None and completed > self._seen:
            self._tick(completed - self._seen)
        self._seen = max(completed, self._seen)

    def _look(self) -> None:
        with suppress(Exception):
            while not self._ended.wait(1.0):
                if self._idle is not None and time.monotonic() - self._idle > self._patience:
                    self.deserted = True
                    self._session.interruptAll()


def _check_packages() -> None:
    """Raise SparkError unless all packages of the extra are there, new enough."""
    from importlib.metadata import PackageNotFoundError, version

    for name, least in NEEDED.items():
        wanted = ".".join(map(str, least))
        try:
            found = version(name)
        except PackageNotFoundError:
            raise SparkError(f"The engine spark needs {name}, which is not installed.", hint=INSTALL) from None
        numbers = tuple(int(each) for each in re.findall(r"\d+", found)[:2])
        if numbers < least:
            raise SparkError(f"The engine spark needs {name} {wanted} or later; {found} is installed.", hint=INSTALL)


def _session(url: str | None) -> SparkSession:
    """Begin a session with a cluster, or take the active one where none is named."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

    remote = url is not None and url.startswith(REMOTE)
    if url is None and (active := SparkSession.getActiveSession()) is not None:
        return active
    builder = SparkSession.builder.appName("hidden-segments")
    with told(url), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PySpark asks for an older pandas, which is not used
        if remote:
            _check_address(url or "", 15002)
            return builder.remote(url).getOrCreate()
        _check_java()
        if url is not None:
            builder = builder.master(url)
            if url.startswith("spark://"):
                _check_address(url, 7077)
        for name, value in _own_settings(url or "local").items():
            builder = builder.config(name, value)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        with _silenced():
            return builder.getOrCreate()


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep what Java writes to stderr from the terminal: it inherits the stream when it is started.

    Raises
    ------
    SparkError
        If it does not start: with what it wrote last.
    """
    kept = os.dup(2)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        except Exception as error:
            written.seek(0)
            said = [line.strip() for line in written if line.strip() and not line.startswith("WARNING")]
            if "gateway" not in str(error).lower() or not said:
                raise
            raise SparkError(f"Spark's Java did not start: {brief(ValueError(said[-1]))}") from error
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _own_settings(url: str) -> dict[str, str]:
    """Return the settings of a session that is begun here."""
    log = Path(__file__).with_name("log4j2.properties")
    settings = {
        "spark.ui.showConsoleProgress": "false",
        "spark.ui.enabled": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log.as_uri()}",
    }
    if url.startswith("local") or re.match(r"spark://(127\.|localhost)", url):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _check_java() -> None:
    """Raise SparkError unless there is a Java that Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    hint = f"Install Java {LEAST_JAVA} (openjdk-{LEAST_JAVA}-jre-headless), or name its folder in JAVA_HOME."
    try:
        told = subprocess.run([java or "java", "-version"], capture_output=True, text=True, check=True)  # noqa: S603 - the user's Java
    except (OSError, subprocess.CalledProcessError):
        where = f" in {home}, which JAVA_HOME names" if home else ""
        raise SparkError(f"Spark runs on Java, and there is none{where}.", hint=hint) from None
    found = re.search(r'version "(\d+)', told.stderr + told.stdout)
    if found and int(found[1]) < LEAST_JAVA:
        raise SparkError(f"Spark needs Java {LEAST_JAVA}; this is Java {found[1]}.", hint=hint)


def _check_address(url: str, usual_port: int) -> None:
    """Raise SparkError unless one of the machines that a URL names answers: Spark itself tries for a minute."""
    places = url.split("://", 1)[1].split("/", 1)[0].split(",")
    failed = ""
    for place in places:
        host, _, port = place.partition(":")
        if not host or (port and not port.isdigit()):
            raise SparkError(
                f"{url}: is no address of Spark.", hint="Write it as spark://host:7077 or sc://host:15002."
            )
        try:
            with socket.create_connection((host, int(port or usual_port)), timeout=10):
                return
        except OSError as error:
            failed = error.strerror or str(error)
    raise SparkError(f"{url}: nothing answers there ({failed}).", hint="Check the address, and that Spark runs there.")


LACKING = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
MISMATCH = re.compile(r"Python in worker has different version:? ([\d.]+)[^\d]+([\d.]+)")


@contextmanager
def told(url: str | None = None) -> Iterator[None]:
    """Turn what Spark raises into an error that says what to do."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except SparkError:
        raise
    except Exception as error:
        if not isinstance(error, (PySparkException, Py4JError, OSError, RuntimeError)):
            raise
        raise _meant(error, url) from error


def _meant(error: Exception, url: str | None) -> SparkError:
    text = str(error)
    if lacking := LACKING.search(text):
        return SparkError(
            f"The Python of the workers lacks {lacking[1]}.",
            hint="Install polars, numpy, scikit-learn and pyarrow there in the versions of this machine, "
            "or name another Python in PYSPARK_PYTHON.",
        )
    if mismatch := MISMATCH.search(text):
        return SparkError(
            f"The workers run Python {mismatch[1]}, this machine {mismatch[2]}.",
            hint="Name a Python of the same version in PYSPARK_PYTHON.",
        )
    if "Cannot run program" in text:
        program = re.search(r'Cannot run program "([^"]+)"', text)
        return SparkError(
            f"The workers have no Python at {program[1] if program else 'the named place'}.",
            hint="Name the one that they have in PYSPARK_PYTHON.",
        )
    if "MemoryError" in text:
        return SparkError(
            "A task had too little memory.", hint="Allow more with spark.executor.pyspark.memory, or use more --shards."
        )
    if any(sign in text for sign in ("SparkContext was shut down", "SparkContext has been shutdown", "stopped Spark")):
        return SparkError(
            "Spark ended the session before the work was done: its master or its workers are gone.",
            hint="See that the master and its workers run, then run it again.",
        )
    where = f"{url}: Spark" if url else "Spark"
    return SparkError(
        f"{where} stopped the work: {_cause(text)}", hint="--debug shows all that Spark says; so do the workers' logs."
    )


def _cause(text: str) -> str:
    """Return the line of Spark's many that says most."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return brief(ValueError((telling or lines or ["it gave no reason"])[-1 if telling else 0]))
