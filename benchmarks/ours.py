"""The cases of the engine itself: an export in, an answer out."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from engine.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from engine.intake.shards import Intake
    from engine.intake.source import Source
    from engine.stages import Stages

NEEDED = ("customer_id", "ordered_at", "quantity", "unit_price")
"""Columns of the synthetic exports without which there is nothing to analyse."""
BASKET_SUPPORT = 0.0002
"""Share of the orders that a pair of products needs."""


class Prepared(NamedTuple):
    """An export after the intake."""

    source: Source
    intake: Intake
    as_of: datetime


def scan(export: Path, _folder: Path, stages: Stages) -> dict[str, int]:
    """Read the needed columns as text; count the lines and those with a customer."""
    return _scan(export, stages, *NEEDED)


def scan_all(export: Path, _folder: Path, stages: Stages) -> dict[str, int]:
    """Read all columns as text; count the lines and those with a customer."""
    return _scan(export, stages, *pl.scan_csv(export, infer_schema=False, glob=False).collect_schema().names())


def intake(export: Path, folder: Path, stages: Stages) -> dict[str, int]:
    """Write the shards; count the lines read and kept."""
    made = prepare(export, folder, stages).intake
    return {"lines": made.read, "with a customer": made.kept}


def features(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Write the features of all customers, as `pipeline.analyze` does; their files."""
    from engine.runners import local

    source, made, as_of = prepare(export, folder, stages)
    with stages.stage("features"):
        totals = local.total(made.products)
        counted = source.reading.roles.column("quantity") is not None
        tables = [folder / f"{shard.stem}.features" for shard in made.shards]
        for shard, table in zip(made.shards, tables, strict=True):
            local.write_features(local.read_shard(shard, totals), table, as_of, totals, counted=counted)
    return tables


def analysis(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Run the command line; its table of customers."""
    import cli

    out = folder / "run"
    sys.argv = ["hidden-segments", "analyze", str(export), "--out", str(out), "--quiet"]
    try:
        cli.main()
    except SystemExit as end:
        if end.code:
            raise
    stages.seconds.update(json.loads((out / "run.json").read_text(encoding="utf-8"))["seconds"])
    return [out / "customers.parquet"]


def analysis_spark(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Run the same analysis on Spark, with as many local tasks at once as there are processors."""
    from engine.pipeline import analyze
    from engine.runners.spark.cluster import Cluster

    out = folder / "run"
    with ExitStack() as ending:
        with stages.stage("start-up"):
            cluster = ending.enter_context(Cluster("local[*]"))
            cluster.fetch(cluster.numbers(2))
        analyze(export, out=out, engine="spark", spark=cluster.session)
    stages.seconds.update(json.loads((out / "run.json").read_text(encoding="utf-8"))["seconds"])
    return [out / "customers.parquet"]


def summary(export: Path, folder: Path, stages: Stages) -> list[Path]:
    """Count the purchase days of every customer, shard by shard: the summary that lifetimes makes."""
    _, made, as_of = prepare(export, folder, stages)
    tables = []
    with stages.stage("summary"):
        for shard in made.shards:
            tables.append(folder / f"{shard.stem}.summary")
            _summary(pl.scan_ipc(shard, glob=False), as_of).sink_ipc(tables[-1], engine="streaming")
    return tables


def bgnbd(export: Path, folder: Path, stages: Stages) -> dict[str, int | float]:
    """Fit BG/NBD to the same summary; the likelihood says how near the fit is to the best."""
    from engine.forecast.bgnbd import fit_bgnbd

    _, made, as_of = prepare(export, folder, stages)
    with stages.stage("summary"):
        shards = [_summary(pl.scan_ipc(shard, glob=False), as_of).collect(engine="streaming") for shard in made.shards]
        customers = pl.concat([shard.drop("customer_id") for shard in shards])
    with stages.stage("fit"):
        model = fit_bgnbd(customers["frequency"], customers["recency"], customers["T"])
    return {"customers": model.customers, "log-likelihood": model.log_likelihood}


def baskets(export: Path, folder: Path, stages: Stages) -> dict[str, int | float]:
    """Count the rules of pairs, both ways, and add up their figures."""
    import numpy as np

    from engine.features.lines import coded
    from engine.insights import baskets as study
    from engine.runners import local

    _, made, _ = prepare(export, folder, stages)
    with stages.stage("baskets"):
        totals = local.total(made.products)
        items, number = totals.basket
        counts = study.Counts.none(1, len(items))
        for shard in made.shards:
            held = local.collect(study.baskets(coded(local.scan(shard), totals.codes.lazy()), number))
            counts.add(held, np.ones(held.height, dtype=np.int64))
        orders = int(counts.orders.sum())
        together = counts.together[0]
        pairs = study.frequent(together, orders, BASKET_SUPPORT)
        rules = study.rules_of_pairs(pairs, orders, study.looked_at(together, orders, BASKET_SUPPORT))
    sums = {name: float(rules[name].sort().sum()) for name in ("confidence", "lift", "leverage", "zhang")}
    return {"baskets": orders, "rules": rules.height, "orders": int(rules["both"].sum()), **sums}


def prepare(export: Path, folder: Path, stages: Stages) -> Prepared:
    """Detect what an export is and write its shards, as `pipeline.analyze` does."""
    from engine.intake.extent import extent
    from engine.intake.shards import write_shards
    from engine.intake.source import open_source
    from engine.machine import memory
    from engine.resources import memory_limit, plan

    with stages.stage("detect"):
        source = open_source([export], Settings(), spool=folder)
        size = extent(source)
        limit = memory_limit(None, memory())
        needs = plan(size.bytes, size.lines, limit, rewritten=size.rewritten, products=size.products)
    with stages.stage("intake"):
        made = write_shards(source, folder, needs.shards)
    return Prepared(source, made, datetime.combine(made.last.date() + timedelta(days=1), time()))


def _scan(export: Path, stages: Stages, *columns: str) -> dict[str, int]:
    cells = pl.scan_csv(export, infer_schema=False, glob=False)
    with stages.stage("scan"):
        counted = cells.select(pl.len().alias("lines"), *[pl.col(column).count() for column in columns])
        row = counted.collect(engine="streaming").row(0, named=True)
    return {"lines": row["lines"], "with a customer": row["customer_id"]}


def _summary(lines: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """Return one row per customer with a purchase: days with one after the first, days from it."""
    from engine.intake.rules import is_bought

    day = pl.col("ordered_at").dt.date()
    first, last = day.min(), day.max()
    return (
        lines.filter(is_bought())
        .group_by("customer_id")
        .agg(
            frequency=day.n_unique().cast(pl.Int64) - 1,
            recency=(last - first).dt.total_days(),
            T=(pl.lit(as_of.date()) - first).dt.total_days(),
        )
    )
