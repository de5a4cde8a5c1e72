"""The tables of a run, held against a brute-force count in plain Python over random small exports."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine import analyze
from engine.insights.affinity import most_common_names
from engine.insights.concentration import concentration
from engine.insights.distribution import distribution

Line = tuple[int, int, str, int, int, int]

_line = st.tuples(
    st.integers(0, 9),  # customer
    st.integers(0, 4),  # order of the customer
    st.sampled_from(["food", "toys", "garden"]),
    st.integers(0, 400_000),  # minute
    st.integers(-2, 4),  # quantity
    st.integers(0, 5_000),  # price in hundredths
)
START = datetime(2023, 1, 1)


def _write(path: Path, lines: list[Line]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["customer_id", "order_id", "category", "order_date", "quantity", "unit_price"])
        for customer, order, category, minute, quantity, price in lines:
            out.writerow(
                [
                    f"c{customer}",
                    f"{customer}-{order}",
                    category,
                    START + timedelta(minutes=minute),
                    quantity,
                    f"{price / 100:.2f}",
                ]
            )
    return path


def _orders(lines: list[Line]) -> dict[tuple[int, int], tuple[datetime | None, datetime, int]]:
    """Time of the first bought line, of the first line, and net hundredths, by customer and order."""
    found: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in lines:
        found[line[:2]].append(line)
    orders = {}
    for key, rows in found.items():
        bought = [START + timedelta(minutes=row[3]) for row in rows if row[4] >= 0]
        orders[key] = (
            min(bought, default=None),
            START + timedelta(minutes=min(row[3] for row in rows)),
            sum(row[4] * row[5] for row in rows),
        )
    return orders


def _month(moment: datetime) -> date:
    return moment.date().replace(day=1)


@settings(max_examples=15, deadline=None)
@given(lines=st.lists(_line, min_size=1, max_size=80))
def test_months_cohorts_clock_and_gaps_equal_a_brute_force_count(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Line]
) -> None:
    frames = analyze(_write(tmp_path_factory.mktemp("small") / "shop.csv", lines)).frames
    orders = _orders(lines)

    months: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    active: dict[date, set[int]] = defaultdict(set)
    for (customer, _), (bought, first, amount) in orders.items():
        month = _month(bought or first)
        months[month][0] += bought is not None
        months[month][1] += amount
        if bought is not None:
            active[month].add(customer)
    cohort = (
        {
            customer: min(month for month, who in active.items() if customer in who)
            for customer in set().union(*active.values())
        }
        if active
        else {}
    )
    clock: dict[tuple[int, int], int] = defaultdict(int)
    times: dict[int, list[datetime]] = defaultdict(list)
    for (customer, _), (bought, _, _) in orders.items():
        if bought is not None:
            clock[bought.isoweekday(), bought.hour] += 1
            times[customer].append(bought)
    gaps: dict[int, int] = defaultdict(int)
    for moments in times.values():
        for before, after in zip(sorted(moments), sorted(moments)[1:], strict=False):
            gaps[(after - before).days] += 1

    assert {
        row["month"]: [row["orders"], round(row["revenue"] * 100)] for row in frames.months.iter_rows(named=True)
    } == dict(months)
    assert {row["month"]: row["customers"] for row in frames.months.iter_rows(named=True)} == {
        month: len(active[month]) for month in months
    }
    assert {row["month"]: row["new_customers"] for row in frames.months.iter_rows(named=True)} == {
        month: sum(first == month for first in cohort.values()) for month in months
    }
    assert {(row["weekday"], row["hour"]): row["orders"] for row in frames.clock.iter_rows(named=True)} == dict(clock)
    assert {row["days"]: row["gaps"] for row in frames.gaps.iter_rows(named=True)} == dict(gaps)
    for row in frames.cohorts.iter_rows(named=True):
        since = row["cohort"].year * 12 + row["cohort"].month - 1 + row["months_since"]
        month = date(since // 12, since % 12 + 1, 1)
        members = {customer for customer, first in cohort.items() if first == row["cohort"]}
        assert row["cohort_customers"] == len(members)
        assert row["customers"] == len(members & active[month])
    assert frames.cohorts.filter(pl.col("months_since") == 0)["customers"].sum() == len(cohort)


def test_the_most_frequent_name_of_a_product_is_shown_and_of_equal_ones_the_first() -> None:
    counts = pl.DataFrame({"item": ["1", "1", "2", "2"], "label": ["Lamp", "lamp", "b", "a"], "lines": [2, 5, 3, 3]})

    assert dict(most_common_names(counts).iter_rows()) == {"1": "lamp", "2": "a"}


@given(st.lists(st.integers(-100, 10_000), min_size=1, max_size=60))
def test_concentration_equals_its_definition(values: list[int]) -> None:
    found = concentration(pl.Series(values, dtype=pl.Float64))

    clipped = sorted((max(value, 0) for value in values), reverse=True)
    if not sum(clipped):
        assert found.gini is None
        return
    pairs = sum(abs(one - other) for one in clipped for other in clipped)
    assert found.gini == pytest.approx(pairs / (2 * len(clipped) * sum(clipped)))
    best = clipped[: -(-len(clipped) // 5)]
    assert found.top_20_share == (pytest.approx(sum(best) / sum(clipped)) if len(clipped) >= 5 else None)
    assert found.curve["customer_share"].to_list() == [step / 100 for step in range(101)]
    assert found.curve["revenue_share"].is_sorted()
    assert (found.curve["revenue_share"][0], found.curve["revenue_share"][-1]) == (0.0, 1.0)


@given(st.lists(st.integers(-100, 10_000), min_size=1, max_size=250))
def test_the_curves_of_concentration_are_those_of_the_best_and_of_the_poorest(values: list[int]) -> None:
    found = concentration(pl.Series(values, dtype=pl.Float64)).curve

    poorest = sorted(max(value, 0) for value in values)
    total = sum(poorest)
    if not total:
        assert found.is_empty()
        return
    best = poorest[::-1]
    for step, (_, revenue, lorenz) in enumerate(found.iter_rows()):
        assert revenue == pytest.approx(sum(best[: math.ceil(Fraction(step * len(best), 100))]) / total)
        assert lorenz == pytest.approx(sum(poorest[: step * len(best) // 100]) / total)
    assert found["lorenz_share"].to_list() == [1 - share for share in found["revenue_share"].reverse()]
    assert (found["lorenz_share"][0], found["lorenz_share"][-1]) == (0.0, 1.0)
    assert found["lorenz_share"].is_sorted()


def test_the_lorenz_curve_of_one_who_brings_everything_and_of_customers_alike() -> None:
    one = concentration(pl.Series([0.0] * 199 + [7.0]))
    alike = concentration(pl.Series([0.1] * 200))

    assert one.curve["lorenz_share"].to_list() == [0.0] * 100 + [1.0]
    assert one.gini == pytest.approx(199 / 200)
    assert alike.curve["lorenz_share"].to_list() == pytest.approx([step / 100 for step in range(101)])
    assert alike.gini == pytest.approx(0)


def test_the_curves_end_at_one_and_begin_at_zero_however_the_floats_are_rounded() -> None:
    found = concentration(pl.Series([0.1] * 10_007)).curve

    assert (found["revenue_share"][-1], found["lorenz_share"][0]) == (1.0, 0.0)


def test_concentration_is_the_same_in_micros_as_in_currency() -> None:
    micros = pl.Series([5_000_000, 250_000, -40_000, 10**17, 0, 3] * 40)

    found, in_currency = concentration(micros), concentration(micros / 10**6)

    assert found.gini == pytest.approx(in_currency.gini)
    assert found.curve["revenue_share"].to_list() == pytest.approx(in_currency.curve["revenue_share"].to_list())


@pytest.mark.parametrize("values", [[], [0.0, -3.0]], ids=["nobody", "nothing"])
def test_without_revenue_there_is_no_concentration(values: list[float]) -> None:
    found = concentration(pl.Series(values, dtype=pl.Float64))

    columns = ("customer_share", "revenue_share", "lorenz_share")
    assert_frame_equal(found.curve, pl.DataFrame(schema=dict.fromkeys(columns, pl.Float64)))
    assert (found.top_1_share, found.top_10_share, found.top_20_share, found.gini) == (None, None, None, None)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.randoms())
def test_a_distribution_does_not_depend_on_the_order_of_its_values(values: list[float], shuffle: object) -> None:
    shuffled = list(values)
    shuffle.shuffle(shuffled)  # type: ignore[attr-defined]

    found = distribution(pl.Series(values))

    assert found == distribution(pl.Series(shuffled))
    assert found["min"] == min(values)
    assert found["max"] == max(values)
    assert found["mean"] == pytest.approx(sum(values) / len(values), abs=1e-6)
