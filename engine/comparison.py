"""Two runs side by side: whose segments are the same, and which customers moved between them."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from engine.errors import OutputError, RunError, brief
from engine.insights import migration
from engine.preload import load
from engine.report import moved_files as outputs
from engine.report.moves import alerts, summarise
from engine.report.painter import Painter
from engine.report.placing import check_target, reserved
from engine.runs import open_run
from engine.segments.lineup import line_up
from engine.segments.match import match_segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import altair as alt

    from engine.runs import Run
    from engine.segments.lineup import Followed

TOP = 20
"""Movers that the report lists."""


@dataclass(frozen=True)
class Comparison:
    """The result of `compare`."""

    summary: dict[str, Any]
    """Every figure, as in `comparison.json`."""
    pairs: pl.DataFrame
    """One row per segment of either run: segment (its number here), name, status (kept, new, gone), number and name in
    each run, distance of the centroids, room (the distance at which they would no longer be the same)."""
    migration: pl.DataFrame
    """One row per segment before and after: customers, revenue in each run; see `insights.migration`."""
    balance: pl.DataFrame
    """One row per segment of either run: who stayed, came and left."""
    top: pl.DataFrame
    """The first of the movers."""
    movers: pl.LazyFrame
    """One row per customer who moved, is new or gone, the largest revenue first."""
    out: Path | None
    """The folder of the outputs, where one was asked for."""

    @cached_property
    def charts(self) -> dict[str, alt.Chart]:
        """The charts by name, as Altair objects: drawn on first use."""
        drawn: dict[str, alt.Chart] = load("engine.charts.migration").draw(self.migration, self.summary)
        return drawn


def compare(
    run_a: str | Path,
    run_b: str | Path,
    *,
    out: str | Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Comparison:
    """Compare two runs, or a run and a score, by their folders: A is the earlier one.

    Segments are matched by centroid, and a matched one keeps the name that it has in A. With `out`, all outputs are
    written there, whole or not at all. `tell` gets a line of text as each stage begins.

    Raises
    ------
    EngineError
        If a folder is not that of a run, its files are damaged or of another version, the models have no feature in
        common, or the outputs cannot be written.
    """
    say = tell or (lambda _: None)
    before, after = Path(run_a), Path(run_b)
    target = None if out is None else Path(out).resolve()
    if target is not None:
        _check_target(target, (before, after))
    with nullcontext() if target is None else reserved(target), Painter() as painter:
        if target is not None:
            painter.start()
        say(f"Reading {before} and {after}")
        runs = open_run(before), open_run(after)
        _check_keys(*runs)
        match = match_segments(runs[0].model, runs[1].model)
        followed = line_up(runs[0].model, runs[1].model, match)
        say(f"Following {max(run.rows for run in runs):,} customers")
        comparison = _follow(*runs, followed, _matching(match.features, match.unshared), target)
        if target is not None:
            say("Drawing the chart, writing the report")
            with _read():
                outputs.write(comparison, painter)
    return comparison


def _follow(a: Run, b: Run, followed: list[Followed], matching: dict[str, Any], target: Path | None) -> Comparison:
    """Join the customers of both runs and count their ways."""
    sides = (
        migration.side(a.customers, {each.earlier: each.number for each in followed if each.earlier}, "before"),
        migration.side(b.customers, {each.later: each.number for each in followed if each.later}, "after"),
    )
    both = migration.side_by_side(*sides)
    names = {each.number: each.name for each in followed}
    movers = migration.movers(both, names)
    with _read():
        counted = migration.flows(both).collect(engine="streaming")
        top = movers.head(TOP).collect(engine="streaming")
    _check_counts(counted, a, b)
    frames = {
        "migration": migration.migration(
            counted,
            {each.number: each.name for each in followed if each.earlier},
            {each.number: each.name for each in followed if each.later},
        ),
        "balance": migration.balance(counted, names),
        "pairs": _pairs(followed),
    }
    told = alerts(a, b, counted, frames["pairs"], matching["features_of_one_run"])
    summary = summarise(a, b, matching, counted, frames, told)
    return Comparison(summary, top=top, movers=movers, out=target, **frames)


def _pairs(followed: list[Followed]) -> pl.DataFrame:
    rows = [{"segment": each.number, "status": each.status, **asdict(each)} for each in followed]
    schema: dict[str, Any] = {
        "segment": pl.Int64,
        "name": pl.String,
        "status": pl.String,
        "earlier": pl.Int64,
        "later": pl.Int64,
        "name_earlier": pl.String,
        "name_later": pl.String,
        "distance": pl.Float64,
        "room": pl.Float64,
    }
    frame = pl.DataFrame(rows, schema=schema)
    return frame.with_columns(pl.when(pl.col("room").is_finite()).then("room")).rename(
        {"earlier": "segment_a", "later": "segment_b", "name_earlier": "name_a", "name_later": "name_b"}
    )


def _matching(features: tuple[str, ...], unshared: tuple[str, ...]) -> dict[str, Any]:
    return {"features": list(features), "features_of_one_run": list(unshared)}


def _check_counts(counted: pl.DataFrame, a: Run, b: Run) -> None:
    """Hold that the matrix adds up to the customers of both runs: it does not where a customer stands there twice."""
    for run, side in ((a, "segment_before"), (b, "segment_after")):
        if counted.filter(pl.col(side).is_not_null())["customers"].sum() != run.rows:
            raise RunError(
                f"{run.path}: a customer stands in its customers.parquet, or in that of the other run, more than once.",
                hint="Run `analyze` or `score` again.",
            )


def _check_keys(a: Run, b: Run) -> None:
    """Refuse runs whose ids can never agree, so that all customers would seem to be gone."""
    if a.hash_key != b.hash_key:
        kinds = ["as they are" if run.hash_key is None else f"hashed with the key {run.hash_key}" for run in (a, b)]
        raise RunError(
            f"The customers' ids are {kinds[0]} in {a.path} and {kinds[1]} in {b.path}: they cannot be compared.",
            hint="Run one of them again with the --hash-ids of the other.",
        )


def _check_target(target: Path, runs: tuple[Path, Path]) -> None:
    check_target(target, runs, outputs.OUTPUTS)
    for run in runs:
        if target.is_relative_to(run.resolve()):
            raise OutputError(
                f"{target}: lies in the folder of the run {run}, which is replaced as a whole.",
                hint="Name another folder with --out.",
            )


@contextmanager
def _read() -> Iterator[None]:
    """Turn what Polars meets in a damaged file into an error of the run."""
    try:
        yield
    except pl.exceptions.PolarsError as error:
        raise RunError(
            f"The customers of the runs cannot be read: {brief(error)}", hint="Run `analyze` or `score` again."
        ) from error
