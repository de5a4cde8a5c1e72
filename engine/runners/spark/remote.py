"""Inputs that only Spark can reach, as in an object store: their rows come from Spark's readers of text and Parquet.

Text is not parsed by Spark: it gives the lines as they are, and the workers cut them as they cut those of a file.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from engine.errors import EngineError, SourceError
from engine.intake.encoding import unit
from engine.intake.source import open_source
from engine.runners.spark.cluster import MANY_ROWS, told
from engine.runners.spark.worker import task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame

    from engine.intake.source import Part, Source
    from engine.runners.spark.cluster import Cluster
    from engine.settings import Settings

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.*)")
PLACES = 9
"""Places of a file from which rows are sampled, about."""
BY_LINES = "its cells hold line breaks or misplaced quotation marks, and Spark gives it line by line"
COPY = "Copy it to a disk that all machines see, or export it as Parquet."


@dataclass(frozen=True, slots=True)
class Remote:
    """One file that Spark reads."""

    url: str
    size: int
    changed: str
    """When it was last changed, as Spark tells it."""

    @property
    def name(self) -> str:
        """The name of the file."""
        return PurePosixPath(unquote(self.url)).name

    @property
    def parquet(self) -> bool:
        """Whether it is Parquet, by its name."""
        return self.name.endswith(".parquet")


def url_of(path: Path) -> str | None:
    """Return the URL that a path was made of, None where it was none: a path holds no two slashes.

    >>> url_of(Path("s3a://bucket/orders.csv")), url_of(Path("/data/orders.csv"))
    ('s3a://bucket/orders.csv', None)
    """
    found = _URL.fullmatch(str(path))
    if found is None:
        return None
    return f"{found[1]}:///{found[2]}" if found[1] == "file" else f"{found[1]}://{found[2]}"


def listed(cluster: Cluster, urls: Sequence[str]) -> list[Remote]:
    """Find the files that URLs mean: files, folders and patterns, sorted by name within each.

    Raises
    ------
    SourceError
        If one means no file.
    """
    found: dict[str, Remote] = {}
    for url in urls:
        try:
            with told(url):
                files = cluster.session.read.format("binaryFile").load(url)
            table = cluster.fetch(files.selectExpr("path", "length", "string(modificationTime) changed"))
        except EngineError as error:
            if "PATH_NOT_FOUND" not in str(error.__cause__) and "does not exist" not in str(error.__cause__):
                raise
            raise SourceError(f"{url}: Spark finds no such file.", hint="Check the path and its spelling.") from error
        rows = sorted(zip(*(table[name].to_pylist() for name in ("path", "length", "changed")), strict=True))
        if not rows:
            raise SourceError(f"{url}: holds no file.", hint="Name the files themselves.")
        for path, size, changed in rows:
            if not PurePosixPath(path).name.startswith((".", "_")):
                found.setdefault(path, Remote(path, size, changed))
    return list(found.values())


def open_remote(cluster: Cluster, urls: Sequence[str], settings: Settings, folder: Path) -> tuple[Source, list[Remote]]:
    """Look at samples of the files, which are kept in `folder` meanwhile, as `intake.source.open_source` does.

    Raises
    ------
    SourceError
        If a file cannot be read line by line, beside the errors of `open_source`.
    """
    files = listed(cluster, urls)
    places = []
    for number, file in enumerate(files):
        place = folder / f"sample-{number}"
        place.mkdir()
        places.append(place / file.name)
        _sample(cluster, file, places[-1])
    try:
        source = open_source(places, settings)
    except EngineError as error:
        what, hint = str(error.what), error.hint
        for file, place in zip(files, places, strict=True):
            what, hint = what.replace(str(place), file.url), hint.replace(str(place), file.url)
        raise type(error)(what, hint=hint) from error
    parts = tuple(_known(cluster, part, file) for part, file in zip(source.parts, files, strict=True))
    return replace(source, parts=parts), files


def _known(cluster: Cluster, part: Part, file: Remote) -> Part:
    """Return the part for the whole file that its sample stands for."""
    sample, rows = part.sample, None
    if sample is None:
        count = cluster.session.read.parquet(file.url).selectExpr("count(*) AS rows")
        rows = int(cluster.fetch(count)["rows"][0].as_py())
    else:
        if part.dialect.multiline:
            raise SourceError(f"{file.url}: {BY_LINES}.", hint=COPY)
        if sample.line_end == "\r" or unit(sample.encoding) > 1:
            raise SourceError(f"{file.url}: its lines do not end in newlines of one byte.", hint=COPY)
        sample = replace(sample, size=file.size, whole=False)
    fingerprint = hashlib.sha256(f"{file.size}\n{file.changed}\n{part.fingerprint}".encode()).hexdigest()
    return replace(part, path=Path(file.url), size=file.size, sample=sample, rows=rows, fingerprint=fingerprint)


def _sample(cluster: Cluster, file: Remote, target: Path) -> None:
    """Write rows from all over a file: the first ones, and some from places further down."""
    cut = {
        "spark.sql.files.maxPartitionBytes": str(max(file.size // PLACES, 1)),
        "spark.sql.files.openCostInBytes": "1",
    }
    with cluster.set(cut | MANY_ROWS):
        taken = cluster.mapped(
            _rows(cluster, file),
            task("engine.runners.spark.remote_tasks:heads", {"parquet": file.parquet}),
            "place int, content binary",
        )
        table = cluster.fetch(taken)
    parts = sorted(zip(table["place"].to_pylist(), table["content"].to_pylist(), strict=True), key=lambda each: each[0])
    if file.parquet:
        from engine.runners.spark.remote_tasks import put_together  # Polars is there by now

        put_together([content for _, content in parts], target)
    else:
        target.write_bytes(b"".join(content for _, content in parts))


def rows(cluster: Cluster, files: Sequence[Remote]) -> DataFrame:
    """Return the rows of all files as they are; each partition is of one file, whose number it carries.

    With lines comes whether their partition begins the file.
    """
    from functools import reduce

    from pyspark.sql import functions as f

    frames = [_rows(cluster, file).withColumn("(number)", f.lit(number)) for number, file in enumerate(files)]
    return reduce(lambda one, other: one.unionByName(other), frames)


def _rows(cluster: Cluster, file: Remote) -> DataFrame:
    from pyspark.sql import functions as f
    from pyspark.sql import types

    if not file.parquet:
        lines: DataFrame = cluster.session.read.text(file.url, lineSep="\n")
        begins = f.col("_metadata.file_block_start") == 0
        return lines.select(f.col("value").cast("binary").alias("value"), begins.alias("first"))
    table: Any = cluster.session.read.parquet(file.url)
    nested = (types.ArrayType, types.MapType, types.StructType)
    return table.select([f"`{each.name}`" for each in table.schema if not isinstance(each.dataType, nested)])
