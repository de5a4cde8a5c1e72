"""The forecast over the shards: a sample of whole customers to learn from and to be tried on, then all to be scored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.features.orders import gaps, orders
from engine.forecast import gates, history
from engine.forecast.alive import alive_matrix
from engine.forecast.buying import Buying, fit_buying
from engine.forecast.fitting import FitError
from engine.forecast.horizon import Plan, cutoffs_of, history_days, usual_horizon
from engine.forecast.inputs import NEEDED, Inputs
from engine.forecast.measures import Outcome
from engine.forecast.models import Models, Moment, Window
from engine.forecast.scores import PRIOR, Rest, Scorer
from engine.forecast.validate import Proof, validate
from engine.forecast.verdict import verdict
from engine.runners.local import collect, scan
from engine.runners.ordering import BATCH as ROWS
from engine.runners.sample import HELD, NUMBER, SHARD, chosen
from engine.schema import CODE, DAYS_OF
from engine.segments.sampling import DRAW
from engine.segments.threads import one_thread
from engine.units import DAY_US

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from engine.insights.wanted import Wanted
    from engine.run import Built
    from engine.runners.local import Work
    from engine.segments.model import Model
    from engine.settings import Settings

BATCH = 65_536
"""Customers that are scored at a time."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is foretold, and how well that is known; or why nothing is."""

    why_not: str | None
    """Which part of the data is too little, and what would be needed; None where there is a forecast."""
    plan: Plan | None = None
    customers: int = 0
    """Customers in the sample."""
    proof: Proof | None = None
    verdict: str = ""
    """What the proof comes to."""
    buying: Buying | None = None
    """BG/NBD and Gamma-Gamma as of the end of the data."""
    notes: tuple[str, ...] = ()
    """What could not be fitted, and why."""
    alive: pl.DataFrame | None = None
    """See `forecast.alive.alive_matrix`."""
    scorer: Scorer | None = None
    """Scores all customers as of the end of the data."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The sampled customers, by the order of their draws, and their lines."""

    customers: pl.DataFrame
    """number (from 0 on), customer_id and draw."""
    lines: pl.LazyFrame
    """In memory, coded."""
    categories: Sequence[str]
    counted: bool

    @classmethod
    def of(cls, works: Sequence[Work], categories: Sequence[str], *, counted: bool) -> Sample:
        """Read what the shards kept."""
        kept = [collect(scan(work.sampled)) for work in works]
        held = [collect(scan(work.sample).group_by(CODE).agg(pl.len().alias(HELD))) for work in works]
        customers = chosen(kept, held)
        ids = customers["customer_id"].cast(pl.Categorical(pl.Categories.random()))
        parts = []
        for place, work in enumerate(works):
            numbers = customers.filter(pl.col(SHARD) == place).select(CODE, NUMBER)
            lines = collect(scan(work.sample).join(numbers.lazy(), on=CODE, how="inner"))
            work.sample.unlink()
            parts.append(lines.select(ids.gather(lines[NUMBER]), pl.exclude(CODE, NUMBER)))
        return cls(customers.select(NUMBER, "customer_id", DRAW), pl.concat(parts).lazy(), categories, counted)

    def numbered(self, table: pl.LazyFrame) -> pl.DataFrame:
        """Collect a table of customers with their numbers, in the order of these."""
        return collect(table.join(self.customers.lazy(), on="customer_id", how="inner")).sort(NUMBER)

    def window(self, cutoff: datetime, horizon: int, model: Model) -> tuple[Window, pl.DataFrame]:
        """Look from a cut-off back, and a horizon ahead; beside it what those did of whom only returns were known."""
        end = cutoff + timedelta(days=horizon)
        known = history.known_at(self.lines, cutoff, self.categories, counted=self.counted)
        labelled = model.label(known).select("customer_id", "segment", *NEEDED)
        came = history.outcomes(self.lines, cutoff, end)
        table = self.numbered(labelled.join(came, on="customer_id", how="left")).with_columns(
            pl.col("came_orders").fill_null(0), pl.col("came_spend").fill_null(0.0)
        )
        buyers = table.filter(pl.col("orders") > 0)
        weekly = collect(history.weekly_orders(self.lines, cutoff, end))
        of_buyers = weekly.join(buyers.select("customer_id"), on="customer_id", how="semi")
        counts = dict(of_buyers.group_by("week").agg(pl.col("orders").sum()).iter_rows())
        outcome = Outcome(*(buyers[name].to_numpy() for name in (NUMBER, "came_orders", "came_spend")))
        window = Window(
            cutoff,
            Moment(Inputs.of(buyers, cutoff), None, horizon),
            outcome,
            np.array([counts.get(week, 0) for week in range(1, -(-horizon // 7) + 1)]),
            buyers["segment"].to_numpy(),
            buyers[DRAW].to_numpy(),
        )
        return window, table.filter(pl.col("orders") == 0)


def forecast(built: Built, model: Model, settings: Settings) -> Forecast:
    """Find out how well the models foretell, and which one is to score the customers (`score_shard`).

    `model` labels the customers as they were at the cut-offs.
    """
    works, wanted, horizon = built.works, built.wanted, settings.horizon
    if "forecast" not in wanted:
        return Forecast("It was not asked for.")
    sample = Sample.of(works, built.totals.categories, counted=built.counted)
    covered = history_days(wanted.first, wanted.last)
    plan = _plan(sample, wanted, horizon, covered)
    why_not = gates.of_history(covered, horizon) if plan is None or len(plan.cutoffs) < 2 else None
    if why_not or plan is None:
        return Forecast(why_not, customers=sample.customers.height)
    now = sample.numbered(built.features.select("customer_id", *NEEDED)).filter(pl.col("orders") > 0)
    repeaters = now.filter(pl.col(DAYS_OF) > 1).height
    if why_not := gates.of_repeats(now.height, repeaters):
        return Forecast(why_not, plan, sample.customers.height)
    seen = [sample.window(cutoff, plan.horizon, model) for cutoff in plan.cutoffs]
    windows, why_not = gates.usable([window for window, _ in seen])
    if len(windows) < 2:
        return Forecast(why_not, plan, sample.customers.height)
    # A day that holds a line has been seen to its end, also where as_of is its midnight.
    today = max(wanted.as_of, wanted.last + timedelta(microseconds=1))
    inputs = Inputs.of(now, today)
    with one_thread():
        windows, buying, notes = _with_buying(windows, inputs)
        moment = Moment(inputs, buying, plan.horizon)
        proof = validate(windows, min(plan.tests, len(windows) - 1), sample.customers.height, settings.seed)
        models = Models(windows, settings.seed)
        rest = _rest(windows, [others for _, others in seen])
        scorer = Scorer(models, proof.chosen, models.shift(moment), moment, today, rest)
    alive = alive_matrix(buying, inputs)
    return Forecast(None, plan, sample.customers.height, proof, verdict(proof), buying, notes, alive, scorer)


def _plan(sample: Sample, wanted: Wanted, horizon: int | None, covered: int) -> Plan | None:
    chosen = horizon
    if chosen is None:
        apart = gaps(orders(sample.lines)).filter("other_day").select(pl.col("gap").median())
        median = collect(apart).item()
        chosen = usual_horizon(None if median is None else median / DAY_US, covered)
    if chosen is None:
        return None
    cutoffs, tests = cutoffs_of(wanted.first, wanted.last, chosen, sample.customers.height)
    return Plan(chosen, "data" if horizon is None else "given", tuple(cutoffs), tests)


def _with_buying(windows: list[Window], now: Inputs) -> tuple[list[Window], Buying | None, tuple[str, ...]]:
    """Fit BG/NBD at every cut-off and now; where it fails at one, there is none at all."""
    try:
        fitted = [fit_buying(window.moment.inputs) for window in windows]
        buying = fit_buying(now)
    except FitError as error:
        return windows, None, (f"BG/NBD: {error}",)
    known = [
        replace(window, moment=Moment(window.moment.inputs, each, window.moment.horizon))
        for window, each in zip(windows, fitted, strict=True)
    ]
    return known, buying, tuple(dict.fromkeys(note for each in (*fitted, buying) for note in each.notes))


def _rest(windows: Sequence[Window], others: Sequence[pl.DataFrame]) -> Rest:
    """Say what customers do of whom only returns are known: the mean of those at the cut-offs.

    Few are known, so that as many as `PRIOR` customers of a single purchase count with them.
    """
    once = np.concatenate([window.moment.inputs.orders == 1 for window in windows])
    found = pl.concat(others)
    of_rest = (found["came_orders"] > 0, found["came_orders"], found["came_spend"])
    means = []
    for name, own in zip(("returned", "orders", "spend"), of_rest, strict=True):
        all_of = np.concatenate([getattr(window.outcome, name) for window in windows])
        prior = float(all_of[once].mean()) if once.any() else 0.0
        means.append((float(own.sum()) + prior * PRIOR) / (len(own) + PRIOR))
    p_return, per_customer, spend = means
    return Rest(p_return, per_customer, max(spend, 0.0))


def score_shard(work: Work, scorer: Scorer) -> None:
    """Score the customers of a shard, in the order of its features, and leave the scores beside these."""
    customers = scan(work.features).select("orders", *(name for name in NEEDED if name != "orders"))
    count = scan(work.features).select(pl.len()).collect().item()
    with one_thread():
        parts = [scorer.score(collect(customers.slice(start, BATCH))) for start in range(0, count, BATCH)]
    pl.concat(parts).write_ipc(work.forecast, record_batch_size=ROWS)
