"""What the tasks do: the stages of the local engine, on a piece of the input, on the lines of a shard, on sums.

Each takes its state and the batches of its partition, and gives packs. What must hold is asserted: a partition is one
shard, and no shard two; a customer lies in the shard of its hash, is never null, and stands once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from engine.errors import EngineError, brief
from engine.insights.baskets import COUNTS, Counts
from engine.intake import duplicates
from engine.intake.products import recounted
from engine.intake.rewrite import ends_inside
from engine.intake.scan import part_bytes
from engine.intake.shards import merge_sums, one_pass
from engine.runners import local, patterns
from engine.runners.counting import FIRST, SECOND, First, Second
from engine.runners.local import Work
from engine.runners.ordering import BATCH
from engine.runners.spark import worker
from engine.runners.spark.packs import Pack, Spool, packed, unpacked
from engine.runners.spark.remote_tasks import pieces
from engine.schema import CODE
from engine.workspace import workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np

    from engine.forecast.scores import Scorer
    from engine.insights.merge import Merger
    from engine.insights.wanted import Wanted
    from engine.intake.source import Part, Source
    from engine.runners.counting import Task
    from engine.runners.local import Totals
    from engine.runners.spark.pieces import Piece
    from engine.segments.model import Model

    Batches = Iterable[pa.RecordBatch]
    Packs = Iterator[pa.RecordBatch]

LINES, REJECTS, READ = "lines", "rejects", "read"
CUSTOMERS, ORDERED = "customers", "ordered"
KEPT = ("features", "sampled", "sample", "categories", "products", "months", "firsts", "baskets")
"""Files of a shard (`runners.local.Work`) that travel on to the labels, or to the driver."""
INTAKE, FEATURES, LOOKED, SIZES = "intake", "sums", "looked", "sizes"
LABELS, AGAIN, OF_SEGMENTS = "labels", "again", "of segments"
MERGED: dict[str, dict[str, Merger]] = {
    INTAKE: {"sums": merge_sums},
    FEATURES: local.SUMS,
    LOOKED: FIRST,
    LABELS: patterns.SUMS,
    AGAIN: SECOND,
    OF_SEGMENTS: COUNTS,
    SIZES: {"sizes": pl.concat},
}
"""The sums that tasks give, by what they belong to, and how they are merged; their packs are `<group>: <name>`."""
SLICE = 500_000
"""Lines that are dealt to the shards at a time."""
MERGED_ROWS = 2_000_000
"""Rows of sums that are held before they are merged."""
SIZES_OF = {"shard": pl.Int64, "lines": pl.Int64, "customers": pl.Int64, "largest": pl.Int64}


@dataclass(frozen=True, slots=True)
class Intake:
    """What the reading tasks need to know."""

    source: Source
    tasks: list[list[Piece]]
    shards: int
    texts: list[str]
    """Texts that the shards hold beside the lines, see `intake.shards.shown_texts`."""


def intake(state: Intake, batches: Batches) -> Packs:
    """Read the pieces of one task: lines by shard, rejected lines, what was read of each piece, and the sums."""
    for batch in batches:
        for number in batch.column(0).to_pylist():
            yield from _read(state, number, ((piece, _line_count) for piece in state.tasks[number]))


def intake_rows(state: Intake, batches: Batches) -> Packs:
    """Do the same with the rows of a partition that Spark has read."""
    from pyspark import TaskContext

    context = TaskContext.get()
    place = 0 if context is None else context.partitionId()
    read = pieces(state.source.parts, batches)
    yield from _read(state, place, ((piece, partial(_given_count, lines)) for piece, lines in read))


def _read(state: Intake, task: int, read: Iterable[tuple[Piece, Callable[[Piece], int]]]) -> Packs:
    sums, told, part = [], [], 0
    for place, (piece, count) in enumerate(read):
        with workspace(folder_of_tasks()) as folder:
            about: dict[str, Any] = {"task": task, "piece": place, "file": piece.files[0], "lines": 0, "problem": None}
            told.append(about)
            try:
                about["lines"] = count(piece)
                rejects = folder / "rejects.arrow"
                of_piece = one_pass(replace(state.source, parts=piece.parts), folder, 1, rejects, state.texts, None)
            except (pl.exceptions.PolarsError, OSError, EngineError) as error:
                about["problem"] = f"{type(error).__name__}: {brief(error)}"
                break
            if about["lines"] and int(of_piece["lines"].sum()) != about["lines"] - _skipped(piece):
                about["problem"] = BROKEN
                break
            sums.append(of_piece)
            kept = pl.scan_ipc(folder / "shards" / "0.arrow", glob=False)
            height = kept.select(pl.len()).collect().item()
            for start in range(0, height, SLICE):
                yield from _dealt(kept.slice(start, SLICE).collect(), state.shards, part)
                part += 1
            rejected = pl.scan_ipc(rejects, glob=False).collect()
            yield from packed(task, REJECTS, rejected.with_columns(pl.lit(place).alias("piece")), place * 10_000)
    yield from packed(task, READ, pl.DataFrame(told, schema=READ_OF, orient="row"))
    if sums:
        yield from _sums(task, INTAKE, {"sums": merge_sums(sums)})


READ_OF = {"task": pl.Int64, "piece": pl.Int64, "file": pl.Int64, "lines": pl.Int64, "problem": pl.String}
BROKEN = "records span lines"
"""Says that a piece cannot be read by itself: a quoted cell holds line breaks, or quotation marks are misplaced."""


def _line_count(piece: Piece) -> int:
    """Count the lines of a piece that was cut out of text; 0 for others.

    Raises
    ------
    EngineError
        If the file is shorter than it was.
    """
    if not piece.cut:
        return 0
    part = piece.parts[0]
    content = part_bytes(part)
    start, stop = part.span or (0, 0)
    if len(content) != stop - start:
        raise EngineError(f"{part.path}: has become shorter while it was read.", hint="Run it again.")
    ended = content.endswith(b"\n")
    last = content[content.rfind(b"\n", 0, len(content) - 1 if ended else None) + 1 :]
    return _unless_open(content.count(b"\n") + (not ended), last if ended else b"", part)


def _given_count(lines: int, piece: Piece) -> int:
    """Return the number of lines that Spark gave, 0 for a table."""
    part = piece.parts[0]
    if part.sample is None:
        return 0
    with part.path.open("rb") as file:
        file.seek(max(part.size - _TAIL, 0))
        return _unless_open(lines, file.read().removesuffix(b"\n").rpartition(b"\n")[2], part)


_TAIL = 1_000_000
"""Bytes that the last line of a piece is looked for in."""


def _unless_open(lines: int, last: bytes, part: Part) -> int:
    """Return the number of lines, or one that no number of records equals where the last one ends inside a cell."""
    text = last.decode("utf-8", "replace").rstrip("\r\n")
    return -1 if ends_inside(text, part.dialect.delimiter, part.dialect.quote) else lines


def _skipped(piece: Piece) -> int:
    """Return the lines of a piece that are none of orders."""
    part = piece.parts[0]
    return part.dialect.skip_lines if part.span is None or part.span[0] == 0 else 0


def _dealt(lines: pl.DataFrame, shards: int, number: int) -> Packs:
    """Deal lines to their shards."""
    assert lines["customer_id"].null_count() == 0, "a kept line has a customer"
    for (shard,), part in lines.with_columns(_shard(shards)).partition_by(SHARD, as_dict=True).items():
        yield from packed(shard, LINES, part.drop(SHARD), number)


SHARD = "(shard)"


def _shard(shards: int) -> pl.Expr:
    # NOTE: the hash may be another one in another release of Polars; workers with another release are refused.
    return (pl.col("customer_id").hash() % shards).cast(pl.Int32).alias(SHARD)


@dataclass(frozen=True, slots=True)
class Once:
    """What is needed to drop repeated lines."""

    shards: int
    products: pl.DataFrame


def once(state: Once, batches: Batches) -> Packs:
    """Keep one of each line of a shard: lines, the others as rejected ones, and the sums of what is left."""
    with workspace(folder_of_tasks()) as folder:
        gathered = _gathered(batches, state.shards, folder)
        if gathered is None:
            return
        shard, path = gathered
        kept = folder / "once.arrow"
        copies = duplicates.drop_in(path, state.products, kept)
        rows, amount = duplicates.worth(copies)
        left = recounted(state.products, pl.scan_ipc(kept, glob=False)).collect(engine="streaming")
        yield from packed(shard, REJECTS, duplicates.as_rejects(copies, state.products))
        yield from packed(shard, READ, pl.DataFrame({"rows": rows, "amount": amount}))
        yield from packed(shard, PRODUCTS, left)
        for part, lines in enumerate(_slices(kept, SLICE)):
            yield from packed(shard, LINES, lines, part * 10_000)


PRODUCTS = "products left"


@dataclass(frozen=True, slots=True)
class Features:
    """What the tasks need to know that compute features."""

    shards: int
    totals: Totals
    wanted: Wanted
    counted: bool
    seed: int
    kept: int
    """Customers of a shard whose lines are kept for the forecast."""
    lines_in_memory: int
    task: Task
    """What is counted of the baskets."""


def features(state: Features, batches: Batches) -> Packs:
    """Compute all of one shard that needs no segments: its files (`KEPT`), and its sums."""
    with workspace(folder_of_tasks()) as folder:
        gathered = _gathered(batches, state.shards, folder)
        if gathered is None:
            return
        shard, path = gathered
        work = Work.within(folder, "shard")
        sums = local.build_shard(
            path,
            work,
            state.totals,
            state.wanted,
            counted=state.counted,
            seed=state.seed,
            kept=state.kept,
            lines_in_memory=state.lines_in_memory,
        )
        first = First(state.task)
        first.add(local.collect(local.scan(work.baskets)))
        yield from _sums(shard, FEATURES, sums)
        yield from _sums(shard, LOOKED, first.sums())
        yield from _sums(shard, SIZES, {"sizes": _sizes(shard, work)})
        for name in KEPT:
            if (file := getattr(work, name)).exists():
                yield from _filed(shard, name, file)


def _sizes(shard: int, work: Work) -> pl.DataFrame:
    lines = pl.col("lines")
    sizes = local.scan(work.features).select(
        pl.lit(shard, pl.Int64).alias("shard"), lines=lines.sum(), customers=pl.len(), largest=lines.max()
    )
    return sizes.collect().cast(pl.Schema(SIZES_OF))


@dataclass(frozen=True, slots=True)
class Labels:
    """What the tasks need to know that label customers."""

    model: Model
    totals: Totals
    wanted: Wanted
    foretold: bool | None
    scorer: Scorer | None
    task: Task
    pairs: pl.DataFrame
    likely: pl.DataFrame
    """What the first look at the baskets has found, see `runners.counting.Second`."""
    enough: np.ndarray
    """Items x items: which pairs enough orders hold for a segment to have enough of them."""
    ends: pl.Series
    """The customers at which the ranges of ids end, in order: one range more than these."""


def labels(state: Labels, batches: Batches) -> Packs:
    """Score and label the customers of one shard, and sum what they do by segment."""
    with workspace(folder_of_tasks()) as folder:
        work = Work.within(folder, "shard")
        shard = _filed_again(batches, work)
        if shard is None:
            return
        if state.scorer is not None:
            from engine.runners.forecasting import score_shard  # imports scikit-learn

            score_shard(work, state.scorer)
        customers, (segments,) = local.label_customers(
            [work], folder / "labelled", state.model, state.totals, foretold=state.foretold
        )
        yield from _sums(shard, LABELS, patterns.sum_shard(work, segments, state.wanted))
        held = local.collect(local.scan(work.baskets))
        second = Second(state.task, state.pairs, state.likely)
        if second.needed:
            second.add(held)
        yield from _sums(shard, AGAIN, second.sums())
        counts = Counts.none(state.model.k, state.task.basket_items)
        if state.task.basket_items:
            counts.add(held, segments[held[CODE].to_numpy()])
        yield from _sums(shard, OF_SEGMENTS, counts.only(state.enough).sums())
        for start in range(0, customers.select(pl.len()).collect().item(), SLICE):
            yield from _ranged(customers.slice(start, SLICE).collect(), state.ends, start)


def _ranged(customers: pl.DataFrame, ends: pl.Series, number: int) -> Packs:
    """Deal customers, sorted by their ids, to the ranges of these."""
    places = [0, *customers["customer_id"].search_sorted(ends).to_list(), customers.height]
    for place in range(len(places) - 1):
        if (height := places[place + 1] - places[place]) > 0:
            yield from packed(place, CUSTOMERS, customers.slice(places[place], height), number)


def ordered(state: None, batches: Batches) -> Packs:
    """Put the customers of one range of ids in order."""
    del state
    packs = list(unpacked(batches))
    if not packs:
        return
    place = _only(packs)
    customers = pl.concat([pack.table for pack in packs]).sort("customer_id")
    assert customers["customer_id"].null_count() == 0, "a customer has an id"
    assert customers["customer_id"].is_unique().all(), "a customer lies in one shard"
    yield from packed(place, ORDERED, customers)


def rows(state: dict[str, pl.DataType], batches: Batches) -> Packs:
    """Give the customers as rows of Spark's own, in the columns of the `state`."""
    wanted = pl.Schema(state)
    for pack in unpacked(batches):
        table = pack.table.select(list(wanted))
        assert table.schema == wanted, f"customers have the columns {wanted}, not {table.schema}"
        # NOTE: without compatibility, texts go over as views, which Spark does not take.
        whole = table.to_arrow(compat_level=pl.CompatLevel.oldest())
        narrow = pa.schema(
            [pa.field(each.name, pa.string() if each.type == pa.large_string() else each.type) for each in whole.schema]
        )
        yield from whole.cast(narrow).to_batches()


def merged(groups: Sequence[str], batches: Batches) -> Packs:
    """Merge the sums of some groups that several tasks gave, as they come: not all are held at once."""
    ways = {f"{group}: {name}": way for group in groups for name, way in MERGED[group].items()}
    held: dict[str, list[pl.DataFrame]] = {kind: [] for kind in ways}
    least = None
    for pack in unpacked(batches):
        least = pack.place if least is None else min(least, pack.place)
        parts = held[pack.kind]
        parts.append(pack.table)
        if len(parts) > 1 and sum(part.height for part in parts) > MERGED_ROWS + parts[0].height:
            held[pack.kind] = [ways[pack.kind](parts)]
    if least is not None:
        for kind, way in ways.items():
            yield from packed(least, kind, way(held[kind]))


def _sums(place: int, group: str, sums: dict[str, pl.DataFrame]) -> Packs:
    for name in MERGED[group]:
        yield from packed(place, f"{group}: {name}", sums[name])


def _gathered(batches: Batches, shards: int, folder: Path) -> tuple[int, Path] | None:
    """Put the lines of one shard into a file; None where the partition is empty."""
    spool = Spool(folder / "lines.arrow")
    shard = None
    for pack in unpacked(batches):
        shard = pack.place if shard is None else shard
        assert pack.place == shard, f"a partition is one shard, and this one holds {shard} and {pack.place}"
        lines = pack.table
        assert lines["customer_id"].null_count() == 0, "a kept line has a customer"
        assert lines.select((_shard(shards) == shard).all()).item(), f"all customers of a pack are of shard {shard}"
        spool.add(lines)
    return None if shard is None else (shard, spool.close())


def _filed(shard: int, name: str, file: Path) -> Packs:
    """Give a file of a shard."""
    number = 0
    for table in _slices(file, SLICE):
        for pack in packed(shard, name, table, number):
            yield pack
            number += 1


def _slices(file: Path, rows: int) -> Iterator[pl.DataFrame]:
    """Give the rows of a file, so many at a time; an empty one at least."""
    table = pl.scan_ipc(file, glob=False)
    height = table.select(pl.len()).collect().item()
    for start in range(0, max(height, 1), rows):
        yield table.slice(start, rows).collect()


def _filed_again(batches: Batches, work: Work) -> int | None:
    """Write the files of a shard as they were (`_filed`); None where the partition is empty."""
    spools: dict[str, Spool] = {}
    last: dict[str, int] = {}
    shard = None
    for pack in unpacked(batches):
        shard = pack.place if shard is None else shard
        assert pack.place == shard, f"a partition is one shard, and this one holds {shard} and {pack.place}"
        assert pack.number > last.get(pack.kind, -1), f"the parts of {pack.kind} come in their order"
        last[pack.kind] = pack.number
        if pack.kind not in spools:
            spools[pack.kind] = Spool(getattr(work, pack.kind), batch=BATCH if pack.kind == "features" else None)
        spools[pack.kind].add(pack.table)
    for spool in spools.values():
        spool.close()
    return shard


def _only(packs: Sequence[Pack]) -> int:
    places = {pack.place for pack in packs}
    assert len(places) == 1, f"a partition is one range of customers, and this one holds {sorted(places)}"
    return places.pop()


def folder_of_tasks() -> Path | None:
    """Return where Spark keeps temporary files, None for the system's place."""
    named = worker.folder()
    return Path(named) if named else None
