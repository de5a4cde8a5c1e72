"""The stages of a run on a Spark cluster: what is asked of the workers, and what of it comes to this machine.

The lines stay with the workers. Here come the sums, the features of the customers (for the model, which is fitted here
as on one machine) and the labelled customers (for the tables and the list): some hundred bytes a customer.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from engine.errors import EngineError, OutputError, SourceError, SparkError
from engine.insights import baskets
from engine.intake import duplicates
from engine.intake.products import TEXTS
from engine.intake.shards import kept_products, settle, shown_texts, swallowed
from engine.intake.source import open_source
from engine.report.files import sink_customers
from engine.resources import BYTES_PER_LINE, FEATURES_BYTES, LABELLED_BYTES, MB, OUTPUT_BASE, OUTPUT_BYTES, Plan
from engine.runners import local, patterns
from engine.runners.counting import DAYS, ENTRIES, LIKELY, OF_SEGMENTS, PAIRS, RULES, First, Second, found, numbers
from engine.runners.local import Sums, Work
from engine.runners.sample import part_of
from engine.runners.spark import code, probe, tasks
from engine.runners.spark.cluster import MANY_ROWS, Cluster
from engine.runners.spark.packs import DDL, joined, unpacked
from engine.runners.spark.pieces import cut_input
from engine.runners.spark.pieces import tasks as dealt
from engine.runners.spark.remote import BY_LINES, COPY, open_remote, rows, url_of
from engine.runners.spark.worker import task
from engine.schema import MICROS_OF, REJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from pyspark.sql import DataFrame, SparkSession

    from engine.forecast.scores import Scorer
    from engine.insights.wanted import Wanted
    from engine.intake.extent import Extent
    from engine.intake.shards import Intake
    from engine.intake.source import Source
    from engine.runners.local import Totals
    from engine.runners.patterns import Patterns
    from engine.runners.runner import Tick
    from engine.runners.spark.packs import Pack
    from engine.runners.spark.pieces import Piece
    from engine.segments.model import Model
    from engine.settings import Settings

Merged = dict[str, dict[str, pl.DataFrame]]
"""Sums by group and name."""
WORK = "engine.runners.spark.tasks"
LINES_IN_MEMORY = 4_000_000
"""Lines up to which a task holds its shard in memory: some 45 bytes a line; a larger one is read anew by each query."""
BYTES_PER_SHARD = 96 * MB
"""Input that a shard stands for: a task takes some 4 bytes of memory for each of them."""
LEAST_BYTES = 8 * MB
"""Input that a shard stands for at least, where there are more processors than work."""
AT_ONCE = 64
"""Tasks whose sums are merged at once."""
CUSTOMERS_OF_A_FILE = 250_000
"""Customers that a task puts in order and writes, about."""
UNEVEN = 4
"""Times the lines of a usual shard from which the largest one is told of."""


class OnSpark:
    """Does the heavy stages on the workers of a cluster, see `runners.runner.Runner`."""

    def __init__(self, spark: SparkSession | str | None) -> None:
        self._spark = spark
        self._cluster: Cluster | None = None
        self._told: dict[str, Any] = {}
        self._scorer: Scorer | None = None
        self._rows: DataFrame | None = None
        """What Spark itself reads; None where the workers read files."""
        self._tasks: list[list[Piece]] = []

    def begin(self, work: Path, tell: Callable[[str], None]) -> None:
        """Take the folder of the run."""
        self._folder, self._tell = work, tell

    def open(self, paths: Sequence[Path], settings: Settings) -> Source:
        """Look at the files here, or have Spark read samples of those that only it can reach."""
        urls = [url_of(path) for path in paths]
        if not any(urls):
            return open_source(paths, settings, spool=self._folder)
        if missing := [path for path, url in zip(paths, urls, strict=True) if url is None]:
            raise SourceError(f"{missing[0]}: is a path, and others are URLs.", hint="Name all files as URLs.")
        self._start()
        source, files = open_remote(self._on, [url for url in urls if url], settings, self._folder)
        self._rows = rows(self._on, files)
        return source

    def _start(self) -> None:
        """Begin the session and send the code."""
        self._tell("Starting Spark")
        self._cluster = Cluster(self._spark).__enter__()
        self._on.send(code.archived(self._folder))

    def plan(self, source: Source, size: Extent, limit: int, shards: int | None) -> Plan:
        """Begin the session, and choose the shards by the input and the processors."""
        if self._cluster is None:
            self._start()
        self._check_seen(source)
        processors = self._on.processors
        whole = max(size.bytes, size.lines * BYTES_PER_LINE)
        by_size = max(-(-whole // BYTES_PER_SHARD), min(2 * processors, -(-whole // LEAST_BYTES)), 1)
        self._shards = shards or by_size
        self._processors = processors
        self._cut(source, whole=False)
        self._told |= {"processors": processors, "shards": self._shards}
        return Plan(
            shards=self._shards,
            memory_limit=limit,
            lines_in_memory=LINES_IN_MEMORY,
            disk_needed=size.customers * (FEATURES_BYTES + LABELLED_BYTES),
            output_needed=size.customers * OUTPUT_BYTES + OUTPUT_BASE,
        )

    def _ask(self, files: dict[str, int]) -> list[dict[str, Any]]:
        """Ask the workers about themselves and whether they see files.

        Raises
        ------
        SparkError
            If one of them cannot do the work.
        """
        frame = self._on.numbers(max(2 * self._on.processors, 4))
        asked = self._on.mapped(frame, task("engine.runners.spark.probe:looked", files), "told string")
        told = [json.loads(each) for each in self._on.fetch(asked)["told"].to_pylist()]
        here = probe.versions()
        for worker in told:
            other = {name: (worker["versions"][name], own) for name, own in here.items()}
            if differing := {name: pair for name, pair in other.items() if pair[0] != pair[1]}:
                named = ", ".join(f"{name} {there} (here {own})" for name, (there, own) in differing.items())
                raise SparkError(
                    f"The worker on {worker['host']} differs from this machine: {named}. The results could differ too.",
                    hint="Install there what is installed here, or name a Python that has it in PYSPARK_PYTHON.",
                )
            if worker["memory"] is not None and worker["memory"] < probe.LEAST_MEMORY:
                raise SparkError(
                    f"spark.executor.pyspark.memory leaves a task {worker['memory'] // MB:,} MB of memory; it needs "
                    f"{probe.LEAST_MEMORY // MB:,} MB at least.",
                    hint="Allow more, as many times as an executor has processors, or leave the setting out.",
                )
        self._told["code"] = told[0]["code"]
        return told

    @property
    def _on(self) -> Cluster:
        assert self._cluster is not None, "the session begins with the plan"
        return self._cluster

    def reading(self, size: Extent) -> dict[str, Any]:
        """Watch by the tasks."""
        del size
        return {"total": len(self._tasks), "unit": "tasks"} if self._tasks else {}

    def _check_seen(self, source: Source) -> None:
        local = source.parts if self._rows is None else ()
        sizes = {str(part.path.resolve()): part.size for part in local}
        if unseen := [path for worker in self._ask(sizes) for path in worker["unseen"]]:
            raise SparkError(
                f"{unseen[0]}: a worker does not see this file as it is here.",
                hint="Put it where all machines see it under the same path.",
            )

    def _cut(self, source: Source, *, whole: bool) -> None:
        if self._rows is None:
            self._tasks = dealt(cut_input(_lean(source), self._processors, whole=whole), self._processors)

    def read(self, source: Source, needs: Plan, *, drop_duplicates: bool, tick: Tick) -> Intake:
        """Have the workers read the input: the lines stay with them, by shard."""
        del needs
        texts = shown_texts(drop_duplicates=drop_duplicates)
        source, packs, told, sums = self._read(source, texts, tick)
        rejects = self._folder / "rejects.csv"
        self._write_rejects(packs, told, rejects)
        products = kept_products(source, sums)
        dropped = duplicates.Dropped.none(products)
        if drop_duplicates:
            packs, dropped = self._once(packs, products, rejects)
        self._lines = packs
        self._told["tasks"] = len(self._tasks)
        return settle(source, sums, dropped, (), rejects)

    def _read(
        self, source: Source, texts: list[str], tick: Tick
    ) -> tuple[Source, DataFrame, pl.DataFrame, pl.DataFrame]:
        """Read the input, and again where it must be read otherwise, as `intake.shards` does.

        Returns the source as it was read, the packs, what was read of each piece, and the merged sums.
        """
        whole = False
        while True:
            state = tasks.Intake(_lean(source), self._tasks, self._shards, texts)
            packs = self._on.keep(self._reading(state))
            with self._on.set(MANY_ROWS) if self._rows is not None else nullcontext():
                told = pl.concat([pack.table for pack in self._packs(packs, [tasks.READ], tick)])
            problems = told["problem"].drop_nulls().to_list()
            mended = all(part.mended for part in source.parts)
            if not problems:
                sums = self._merged(packs, [tasks.INTAKE])[tasks.INTAKE]["sums"]
                if mended or not swallowed(sums, source):
                    return source, packs, told, sums
            self._on.drop(packs)
            if tasks.BROKEN in problems and self._rows is not None:
                raise SourceError(f"{url_of(source.paths[0])}: {BY_LINES}.", hint=COPY)
            if tasks.BROKEN in problems and not whole:
                whole = True
            elif any("utf-8" in each for each in problems) and not source.lossy:
                source = source.forgiving()
            elif not mended and all(each.startswith("ComputeError") for each in problems):
                source = source.mended()
            else:
                raise EngineError(
                    f"{source.paths[0]}: reading stopped: {problems[0].partition(': ')[2]}",
                    hint="Check the file, and the free disk space of the workers.",
                )
            self._cut(source, whole=whole)

    def _reading(self, state: tasks.Intake) -> DataFrame:
        if self._rows is None:
            return self._mapped(self._on.numbers(len(self._tasks)), "intake", state)
        return self._on.mapped(self._rows, task(f"{WORK}:intake_rows", state), DDL)

    def _write_rejects(self, packs: DataFrame, told: pl.DataFrame, target: Path) -> None:
        """Write the rejected lines in the order of the input; lines are numbered within the file."""
        before = told.sort("task", "piece").select(
            "task", "piece", before=pl.col("lines").cum_sum().over("file") - pl.col("lines")
        )
        head = pl.DataFrame(schema=REJECTS.schema)
        with target.open("wb") as file:
            head.write_csv(file)
            for parts in self._parts(packs, [tasks.REJECTS]):
                for pack in sorted(parts, key=lambda pack: (pack.place, pack.number)):
                    table = pack.table.with_columns(pl.lit(pack.place, pl.Int64).alias("task"))
                    placed = table.join(before, on=["task", "piece"], how="left", maintain_order="left")
                    # Spark does not tell which lines of a file it gives.
                    line = pl.lit(None, pl.Int64) if self._rows is not None else pl.col("line") + pl.col("before")
                    placed.with_columns(line=line).select(REJECTS.names).write_csv(file, include_header=False)

    def _once(self, packs: DataFrame, products: pl.DataFrame, rejects: Path) -> tuple[DataFrame, duplicates.Dropped]:
        """Have repeated lines dropped."""
        once = self._on.keep(self._mapped(self._by_shard(packs), "once", tasks.Once(self._shards, products)))
        left, rows, amount = [], 0, 0
        for pack in self._packs(once, [tasks.READ, tasks.PRODUCTS]):
            if pack.kind == tasks.READ:
                counts = pack.table.row(0, named=True)
                rows, amount = rows + counts["rows"], amount + counts["amount"]
            else:
                left.append(pack.table)
        with rejects.open("ab") as file:
            for parts in self._parts(once, [tasks.REJECTS]):
                for pack in sorted(parts, key=lambda pack: (pack.place, pack.number)):
                    pack.table.write_csv(file, include_header=False)
        self._on.drop(packs)
        sums = pl.exclude("product_key", *TEXTS).sum()
        return once, duplicates.Dropped(
            rows, amount, pl.concat(left).group_by("product_key", *TEXTS).agg(sums).sort(TEXTS)
        )

    @property
    def shards(self) -> int:
        """The number of shards, which are partitions."""
        return self._shards

    def build(
        self,
        totals: Totals,
        wanted: Wanted,
        needs: Plan,
        *,
        counted: bool,
        seed: int,
        support: float | None,
        tick: Tick,
    ) -> tuple[list[Work], pl.LazyFrame, Sums]:
        """Have the features computed; they come here, with the lines of the sample."""
        self._totals, self._wanted = totals, wanted
        self._task = patterns.task([], self._folder, totals, wanted, support)
        state = tasks.Features(
            self._shards,
            totals,
            wanted,
            counted=counted,
            seed=seed,
            kept=part_of(self._shards),
            lines_in_memory=needs.lines_in_memory,
            task=self._task,
        )
        self._files = self._on.keep(self._mapped(self._by_shard(self._lines), "features", state))
        merged = self._merged(self._files, [tasks.FEATURES, tasks.LOOKED, tasks.SIZES], tick)
        self._on.drop(self._lines)
        self._first = First(self._task, merged[tasks.LOOKED])
        self._tell_sizes(merged[tasks.SIZES]["sizes"])
        works, features = self._brought()
        self._features = pl.concat([local.scan(file) for file in features])
        return works, self._features, Sums.of(merged[tasks.FEATURES])

    def _brought(self) -> tuple[list[Work], list[Path]]:
        """Bring the features and the lines of the sample here: the works of the shards, and the files of features."""
        works: dict[int, Work] = {}
        features: list[Path] = []
        for parts in self._parts(self._files, ["features", "sampled", "sample"]):
            of: dict[tuple[int, str], list[Pack]] = {}
            for pack in parts:
                of.setdefault((pack.place, pack.kind), []).append(pack)
            tables = []
            for (shard, kind), packs in sorted(of.items()):
                works.setdefault(shard, Work.within(self._folder, str(shard)))
                if kind == "features":
                    tables.append(joined(packs))
                else:
                    joined(packs).write_ipc(getattr(works[shard], kind))
            features.append(self._folder / f"{len(features)}.all-features")
            pl.concat(tables).write_ipc(features[-1])
        return [works[shard] for shard in sorted(works)], features

    def _tell_sizes(self, sizes: pl.DataFrame) -> None:
        """Tell of shards that are much larger than others, and of the customer who makes them so."""
        lines = sizes["lines"].to_list()
        usual, most = statistics.median(lines), max(lines)
        largest = max(sizes["largest"])
        self._told["lines_of_a_shard"] = {"median": usual, "most": most}
        self._told["lines_of_the_largest_customer"] = largest
        if most > UNEVEN * usual and most > LINES_IN_MEMORY // UNEVEN:
            why = f", {largest:,} of them of one customer" if largest > most // 2 else ""
            self._tell(
                f"Mind: one of {self._shards:,} shards holds {most:,} lines{why}; a usual one holds {usual:,.0f}. "
                "Its task takes longer than all others."
            )

    def count(self) -> None:
        """What is bought together has been counted with the features."""

    def score(self, scorer: Scorer, tick: Tick) -> None:
        """Keep the scorer: the workers score the customers when they label them."""
        self._scorer = scorer
        assert scorer.level > 0  # computed once, here
        tick(self._shards)

    def label(self, model: Model, totals: Totals, *, foretold: bool | None) -> pl.LazyFrame:
        """Have the customers scored and labelled, and put in order; they come here as well."""
        self._pairs, self._likely = self._first.pairs(), self._first.steps.likely()
        ends = self._ends()
        state = tasks.Labels(
            model,
            replace(totals, products=totals.products.clear(), codes=totals.codes.clear()),
            self._wanted,
            foretold=foretold,
            scorer=self._scorer,
            task=self._task,
            pairs=self._pairs,
            likely=self._likely,
            enough=self._first.counts.enough(),
            ends=ends,
        )
        self._model = model
        needed = self._files.where(self._kind([name for name in tasks.KEPT if not name.startswith("sample")]))
        self._labelled = self._on.keep(self._mapped(needed, "labels", state))
        customers = self._labelled.where(self._kind([tasks.CUSTOMERS])).repartitionById(len(ends) + 1, "place")
        self._ordered = self._on.keep(self._mapped(customers, "ordered", None))
        files: list[Path] = []
        folder = self._folder / "labelled"
        folder.mkdir()
        for parts in self._parts(self._ordered, [tasks.ORDERED]):
            files.append(folder / f"{len(files)}.arrow")
            inorder = sorted(parts, key=lambda pack: (pack.place, pack.number))
            pl.concat([pack.table for pack in inorder]).write_ipc(files[-1])
        return pl.concat([local.scan(file) for file in files])

    def _ends(self) -> pl.Series:
        """Cut the ids of all customers into ranges of about as many customers."""
        count = self._features.select(pl.len()).collect().item()
        ranges = -(-count // CUSTOMERS_OF_A_FILE)
        step = max(count // (ranges * 1_000), 1)
        some = self._features.select(pl.col("customer_id").gather_every(step)).collect().to_series().sort()
        return some.gather([len(some) * place // ranges for place in range(1, ranges)])

    def sum_patterns(self, names: pl.DataFrame, totals: Totals, wanted: Wanted, tick: Tick) -> Patterns:
        """Merge what the labelling tasks have summed."""
        merged = self._merged(self._labelled, [tasks.LABELS, tasks.AGAIN, tasks.OF_SEGMENTS], tick)
        second = Second(self._task, self._pairs, self._likely, merged[tasks.AGAIN])
        counts = found(self._task, self._first, second, self._pairs, self._likely)
        of_segments = baskets.Counts.of(merged[tasks.OF_SEGMENTS], self._model.k, self._task.basket_items)
        tables = {
            **{name: counts[name] for name in (RULES, LIKELY, DAYS, ENTRIES)},
            OF_SEGMENTS: baskets.pairs_of_segments(of_segments, counts[PAIRS]),
        }
        counted = numbers(self._first, self._pairs)
        return patterns.finish(merged[tasks.LABELS], tables, counted, names, totals, wanted, self._task.support)

    def write_customers(self, customers: pl.LazyFrame, target: Path) -> None:
        """Have the workers write the customers, a file for each range of ids; where they do not see the folder, do it.

        Raises
        ------
        OutputError
            If not all of them were written.
        """
        schema = customers.collect_schema()
        with tempfile.NamedTemporaryFile(dir=target.parent) as mark:
            seen = not any(worker["unseen"] for worker in self._ask({mark.name: 0}))
        if not seen:
            self._tell(f"The workers do not see {target.parent.parent}: this machine writes the customers.")
            sink_customers(customers, target)
            return
        written = self._on.mapped(self._ordered, task(f"{WORK}:rows", dict(schema)), _struct(schema))
        self._on.write(written, target.resolve().as_uri())
        count = pl.scan_parquet(sorted(target.glob("*.parquet")), glob=False).select(pl.len()).collect().item()
        if count != customers.select(pl.len()).collect().item():
            raise OutputError(
                f"{target}: the workers wrote {count:,} customers, not all.",
                hint="Name a folder with --out that all machines see under the same path.",
            )
        _tidied(target)

    def record(self) -> dict[str, Any]:
        """Return what the cluster was like, and how even the work."""
        return {"spark": {"version": self._on.session.version, **self._told}}

    def _mapped(self, frame: DataFrame, name: str, state: Any) -> DataFrame:
        return self._on.mapped(frame, task(f"{WORK}:{name}", state), DDL)

    def _by_shard(self, packs: DataFrame) -> DataFrame:
        return packs.where(self._kind([tasks.LINES])).repartitionById(self._shards, "place")

    @staticmethod
    def _kind(kinds: Sequence[str]) -> Any:
        from pyspark.sql import functions as f

        return f.col("kind").isin(list(kinds))

    def _packs(self, frame: DataFrame, kinds: Sequence[str], tick: Tick | None = None) -> list[Pack]:
        return list(unpacked(self._on.fetch(frame.where(self._kind(kinds)), tick).to_batches()))

    def _parts(self, frame: DataFrame, kinds: Sequence[str]) -> Iterator[list[Pack]]:
        for table in self._on.fetch_parts(frame.where(self._kind(kinds))):
            yield list(unpacked(table.to_batches()))

    def _merged(
        self, frame: DataFrame, groups: list[str], tick: Tick | None = None
    ) -> dict[str, dict[str, pl.DataFrame]]:
        """Have sums merged by the workers, many at once; the rest is done here."""
        from pyspark.sql import functions as f

        kinds = [f"{group}: {name}" for group in groups for name in tasks.MERGED[group]]
        number = -(-max(self._shards, len(self._tasks)) // AT_ONCE)
        dealt_out = frame.where(self._kind(kinds)).repartitionById(number, f.expr(f"place % {number}"))
        merged = self._on.fetch(self._mapped(dealt_out, "merged", groups), tick)
        parts: dict[str, list[pl.DataFrame]] = {}
        for pack in unpacked(merged.to_batches()):
            parts.setdefault(pack.kind, []).append(pack.table)
        return {
            group: {name: way(parts[f"{group}: {name}"]) for name, way in tasks.MERGED[group].items()}
            for group in groups
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._cluster is not None:
            self._cluster.__exit__(kind, error, trace)


def _lean(source: Source) -> Source:
    """Return a source without its samples, which the workers do not need, and with whole paths."""
    parts = (
        replace(
            part,
            path=part.path if url_of(part.path) else part.path.resolve(),
            sample=None if part.sample is None else replace(part.sample, head="", pieces=()),
        )
        for part in source.parts
    )
    return replace(source, parts=tuple(parts), sample=pl.DataFrame(), alerts=())


def _tidied(folder: Path) -> None:
    """Leave nothing but the customers in a folder that workers wrote; where these are in one file, in its place."""
    files = sorted(folder.glob("*.parquet"))
    for other in set(folder.iterdir()) - set(files):
        other.unlink()
    if len(files) == 1:
        whole = folder.with_name(files[0].name)
        files[0].rename(whole)
        folder.rmdir()
        whole.rename(folder)


def _struct(schema: pl.Schema) -> Any:
    """Return the columns as Spark's."""
    from pyspark.sql import types

    kinds: dict[Any, Any] = {
        pl.String: types.StringType(),
        pl.Int64: types.LongType(),
        pl.Float64: types.DoubleType(),
        pl.Date: types.DateType(),
        pl.Datetime: types.TimestampNTZType(),
    }
    return types.StructType(
        [types.StructField(name, kinds[kind.base_type()]) for name, kind in schema.items() if name != MICROS_OF]
    )
