"""The forecast over shards: nothing from after a cut-off, the same bits however the lines are dealt, all are scored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine import Settings
from engine.forecast.history import known_at
from engine.generate import generate
from engine.run import Built, begin
from engine.runners import forecasting
from engine.runners.forecasting import Forecast, Sample
from engine.runners.sample import HELD, LARGEST, LINES, NUMBER, chosen, kept_customers
from engine.schema import CODE, FEATURES, FORECAST
from engine.segments.sampling import DRAW, draws
from tests.segments.builders import model

MODEL = model([(0, 0, 0), (2, 0, 0)])
HORIZON = 60


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The lines of a shop of two years, as texts."""
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    generate(path, rows=12_000, seed=5)
    return pl.read_csv(path, infer_schema=False)


@contextmanager
def built(lines: pl.DataFrame, folder: Path, settings: Settings) -> Iterator[Built]:
    path = folder / "lines.csv"
    lines.write_csv(path)
    with begin([path], None, settings, None, None) as run:
        detected = run.detect()
        intake, as_of = run.read(detected)
        yield run.build(detected, intake, as_of)


def scored(made: Forecast, found: Built) -> None:
    """Score the customers of all shards."""
    assert made.scorer is not None
    for work in found.works:
        forecasting.score_shard(work, made.scorer)


def foretold(lines: pl.DataFrame, folder: Path, **settings: object) -> tuple[Forecast, pl.DataFrame]:
    """Return the forecast, and the scores by customer_id."""
    held = Settings(**{"horizon": HORIZON, "without": ("baskets", "sequence"), **settings})  # type: ignore[arg-type]
    with built(lines, folder, held) as found:
        made = forecasting.forecast(found, MODEL, held)
        scored(made, found)
        parts = [
            pl.concat([pl.read_ipc(work.features).select("customer_id"), pl.read_ipc(work.forecast)], how="horizontal")
            for work in found.works
        ]
    return made, pl.concat(parts).sort("customer_id")


@pytest.fixture(scope="module")
def usual(lines: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Forecast, pl.DataFrame]:
    """The forecast of the shop, and the scores of its customers."""
    return foretold(lines, tmp_path_factory.mktemp("usual"))


def _time() -> pl.Expr:
    return pl.col("ordered_at").str.to_datetime()


def test_what_is_known_at_a_cut_off_is_what_an_export_of_that_day_would_tell(
    lines: pl.DataFrame, tmp_path: Path, usual: tuple[Forecast, pl.DataFrame]
) -> None:
    plan = usual[0].plan
    assert plan is not None
    cutoff = plan.cutoffs[1]
    settings = Settings(as_of=cutoff)
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
    with (
        built(lines, tmp_path / "whole", Settings()) as whole,
        built(lines.filter(_time() < cutoff), tmp_path / "cut", settings) as cut,
    ):
        sample = Sample.of(whole.works, [], counted=True)
        then = sample.numbered(known_at(sample.lines, cutoff, []))
        exported = cut.features.collect()

    compared = [name for name in FEATURES.names if not name.startswith("top_category")]
    assert then.height == exported.height > 100
    assert_frame_equal(
        then.select(compared).sort("customer_id"), exported.select(compared).sort("customer_id"), check_exact=True
    )


def test_nothing_of_what_was_foretold_depends_on_what_came_after(
    lines: pl.DataFrame, tmp_path: Path, usual: tuple[Forecast, pl.DataFrame]
) -> None:
    """From the newest cut-off on half of the lines are gone, and the others are worth a hundred times as much."""
    before, plan = usual[0].proof, usual[0].plan
    assert before is not None
    assert plan is not None
    later = _time() >= plan.cutoffs[0]
    last = pl.int_range(pl.len()) == _time().arg_max()
    dearer = pl.when(later).then(pl.col("unit_price").cast(pl.Float64) * 100).otherwise(pl.col("unit_price"))
    changed = lines.filter(~later | (pl.int_range(pl.len()) % 2 == 0) | last).with_columns(
        dearer.cast(pl.String).alias("unit_price")
    )

    after = foretold(changed, tmp_path)[0].proof

    assert after is not None
    said, came = ["p_return", "orders_expected", "spend_expected"], ["orders_actual", "spend_actual"]
    if after.chosen == before.chosen:
        assert_frame_equal(after.cutoffs.select(said), before.cutoffs.select(said), check_exact=True)
    assert_frame_equal(after.weeks.select("orders_expected"), before.weeks.select("orders_expected"), check_exact=True)
    assert after.cutoffs.select(came).row(0) != before.cutoffs.select(came).row(0)
    assert_frame_equal(after.cutoffs.select(came)[1:], before.cutoffs.select(came)[1:], check_exact=True)


@pytest.mark.parametrize("shards", [1, 5])
def test_shards_and_the_order_of_the_lines_change_no_bit(
    lines: pl.DataFrame, tmp_path: Path, usual: tuple[Forecast, pl.DataFrame], shards: int
) -> None:
    shuffled = lines.sample(fraction=1.0, shuffle=True, seed=shards)

    made, scores = foretold(shuffled, tmp_path, shards=shards)

    assert_frame_equal(scores, usual[1], check_exact=True)
    assert made.proof is not None
    assert usual[0].proof is not None
    for name in ("models", "cutoffs", "calibration", "gain", "deciles", "weeks", "segments", "importance"):
        assert_frame_equal(getattr(made.proof, name), getattr(usual[0].proof, name), check_exact=True)


def test_every_customer_is_scored_within_bounds(usual: tuple[Forecast, pl.DataFrame]) -> None:
    made, scores = usual
    assert made.plan is not None

    assert scores.drop("customer_id").schema == FORECAST.schema
    assert scores.drop("next_order").null_count().sum_horizontal().item() == 0
    assert scores["p_return"].is_between(0, 1).all()
    for amount in ("expected_orders", "expected_spend", "value_365"):
        assert (scores[amount] >= 0).all()
    # One who returns orders once at least; a year holds the horizon.
    assert (scores["expected_orders"] >= scores["p_return"] - 1e-12).all()
    assert (scores["value_365"] >= scores["expected_spend"] - 1e-9).all()


def test_the_next_order_is_due_on_the_day_by_which_it_is_as_likely_as_not(
    lines: pl.DataFrame, usual: tuple[Forecast, pl.DataFrame]
) -> None:
    as_of = lines.select(_time().max()).item().date() + timedelta(days=1)

    days = usual[1].with_columns(days=(pl.col("next_order") - as_of).dt.total_days())

    assert days["days"].drop_nulls().is_between(0, 365).all()
    sure = days.filter(pl.col("p_return") > 0.5)
    assert sure.height > 10
    assert (sure["days"] < HORIZON).all()
    assert (days.filter(pl.col("p_return") < 0.5)["days"].fill_null(400) >= HORIZON).all()


def test_customers_of_whom_only_returns_are_known_get_what_such_customers_do(
    lines: pl.DataFrame, tmp_path: Path
) -> None:
    back = lines.head(3).with_columns(
        customer_id=pl.Series(["R1", "R2", "R3"]),
        order_id=pl.Series(["C1", "C2", "C3"]),
        quantity=pl.lit("-1"),
    )

    _, scores = foretold(pl.concat([lines, back]), tmp_path)

    of_returns = scores.filter(pl.col("customer_id").str.starts_with("R"))
    assert of_returns.height == 3
    assert of_returns["p_return"].n_unique() == 1
    assert 0 < of_returns["p_return"][0] < scores["p_return"].mean()
    assert of_returns["next_order"].null_count() == 3


def kept_of(ids: list[str], most: int, lines: dict[str, int] | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what a shard of these customers keeps, and how many lines each has (one, where not told)."""
    customers = pl.DataFrame({"customer_id": ids, CODE: range(len(ids))}, schema_overrides={CODE: pl.UInt32})
    held = pl.DataFrame({CODE: customers[CODE], HELD: [(lines or {}).get(each, 1) for each in ids]})
    return kept_customers(customers, most, seed=1), held


def test_the_sample_is_the_same_in_any_shards_and_holds_the_lowest_draws() -> None:
    ids = [f"C{number}" for number in range(5_000)]
    whole = chosen(*([each] for each in kept_of(ids, 400)))
    parts = [kept_of(ids[start::7], 400) for start in range(7)]

    dealt = chosen(*zip(*parts, strict=True))

    assert whole.height == 400  # one shard has left all others out
    assert dealt["customer_id"].head(400).to_list() == whole["customer_id"].to_list()
    assert dealt[DRAW].is_sorted()
    assert dealt[NUMBER].to_list() == list(range(dealt.height))
    left_out = set(ids) - set(dealt["customer_id"])
    assert draws(pl.Series(sorted(left_out)), seed=1).min() > dealt[DRAW].max()  # type: ignore[operator]


def test_a_sample_has_an_end_and_no_till_that_stands_for_all_walk_in_customers() -> None:
    ids = [f"C{number}" for number in range(100)]
    lines = dict.fromkeys(ids, LINES // 60) | {"C7": LARGEST + 1}

    found = chosen(*([each] for each in kept_of(ids, 100, lines)))

    assert found.height == 60
    assert "C7" not in found["customer_id"]


@pytest.mark.parametrize(
    ("change", "settings", "said"),
    [
        ("short", {"horizon": None}, "and a forecast needs 28 at least."),
        ("short", {"horizon": 10}, "to foretell 10 days it needs 30"),
        ("once", {"horizon": None}, "Customers who have bought on more than one day: 0 of"),
        ("few", {"horizon": None}, "of those to be tried on"),
    ],
    ids=["too short for any", "too short for this", "too few repeats", "too few customers"],
)
def test_what_is_too_little_is_named_with_what_would_be_needed(
    lines: pl.DataFrame, tmp_path: Path, change: str, settings: dict[str, object], said: str
) -> None:
    day = _time().dt.date()
    cut = {
        "short": lines.filter(day < day.min() + pl.duration(days=20)),
        "once": lines.unique("customer_id", keep="first", maintain_order=True),
        "few": lines.filter(pl.col("customer_id").is_in(lines["customer_id"].unique().sort().head(80).implode())),
    }[change]

    with built(cut, tmp_path, Settings(**settings)) as found:  # type: ignore[arg-type]
        made = forecasting.forecast(found, MODEL, Settings(**settings))  # type: ignore[arg-type]

    assert made.proof is None
    assert said in (made.why_not or "")


def test_a_fit_that_has_no_maximum_is_left_out_and_said(lines: pl.DataFrame, tmp_path: Path) -> None:
    """Everybody buys for the same money: there is nothing to fit order values to."""
    flat = lines.with_columns(quantity=pl.lit("1"), unit_price=pl.lit("10.00")).unique(
        ["customer_id", "order_id"], keep="first", maintain_order=True
    )

    made, scores = foretold(flat, tmp_path)

    assert made.proof is not None
    assert np.isfinite(scores["expected_spend"].to_numpy()).all()
    assert scores["expected_spend"].to_numpy() == pytest.approx(10 * scores["expected_orders"].to_numpy(), rel=0.35)
